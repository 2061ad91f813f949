"""One worker, watched from inside: `python -m tests.bench.lone_worker CONFIG saved|unsaved FD`.

`unsaved` never tells Redis where a call stands: no worker could take such calls over, and what it does less is what the
saving costs. The process that starts it is its supervisor, at the other end of the socket FD. At its end it prints
what it saw, as one line of JSON.
"""

from gevent import monkey

monkey.patch_all()

import argparse  # noqa: E402
import json  # noqa: E402
import signal  # noqa: E402
from collections import Counter  # noqa: E402
from collections.abc import Iterator, Sequence  # noqa: E402
from dataclasses import asdict, dataclass  # noqa: E402
from pathlib import Path  # noqa: E402
from types import FrameType  # noqa: E402
from typing import Any  # noqa: E402

from gevent import socket  # noqa: E402

from callcontrol.config.fields import host_and_port  # noqa: E402
from callcontrol.control.call import Call  # noqa: E402
from callcontrol.daemon.configuration import Current  # noqa: E402
from callcontrol.daemon.worker import Worker  # noqa: E402
from callcontrol.edges import journal  # noqa: E402
from callcontrol.edges.freeswitch.sockets import Address  # noqa: E402
from callcontrol.edges.live_state import codec  # noqa: E402
from callcontrol.edges.live_state.calls import CallStore  # noqa: E402
from callcontrol.edges.live_state.server_connection import ServerConnection  # noqa: E402
from callcontrol.edges.live_state.servers import Command, Reply  # noqa: E402
from tests.bench.samples import SAVED, UNSAVED, Counts, part_of  # noqa: E402

SAMPLE_S = 0.003  # of the processor's time


@dataclass(slots=True)
class Seen:
    """Values saved, their bytes, and what went to Redis."""

    saves: int = 0
    bytes: int = 0
    round_trips: int = 0
    commands: int = 0


def main() -> int:
    """Run until SIGTERM."""
    parser = argparse.ArgumentParser("python -m tests.bench.lone_worker", description=__doc__)
    parser.add_argument("config", type=Path)
    parser.add_argument("store", choices=(SAVED, UNSAVED))
    parser.add_argument("pulse", type=int)
    args = parser.parse_args()
    seen, samples = Seen(), Counter[str]()
    _watch(seen)
    if args.store == UNSAVED:
        CallStore.save = _say_nothing  # type: ignore[method-assign]  # this is what is measured
        CallStore.forget = _say_nothing  # type: ignore[method-assign]  # what was never said need not be forgotten
    _sample(samples)
    status = worker_of(args.config, args.pulse).run()
    signal.setitimer(signal.ITIMER_PROF, 0)
    print(json.dumps({**asdict(seen), "samples": samples}), flush=True)
    return status


def worker_of(config: Path, pulse: int) -> Worker:
    current = Current(config)
    settings = current.configuration.settings
    journal.start(mask_numbers=settings.mask_numbers)
    listener, line = Address(*host_and_port(settings.listen)), socket.socket(fileno=pulse)
    return Worker(current, settings.redis.url, settings.postgres.dsn, listener=listener, instance=0, pulse=line)


def _say_nothing(self: CallStore, call: Call) -> None:
    """Where the call stands is remembered nowhere."""


def _watch(seen: Seen) -> None:
    encode, execute = codec.encode, ServerConnection._execute

    def encoded(value: Any) -> bytes:
        text = encode(value)
        seen.saves += 1
        seen.bytes += len(text)
        return text

    def executed(self: ServerConnection, commands: Sequence[Command]) -> list[Reply]:
        seen.round_trips += 1
        seen.commands += len(commands)
        return execute(self, commands)

    codec.encode = encoded
    ServerConnection._execute = executed  # type: ignore[method-assign]  # counted, and done


def _sample(samples: Counts) -> None:
    """From now on, every SAMPLE_S of the processor's time."""

    def take(number: int, frame: FrameType | None) -> None:
        samples[part_of(_files(frame))] += 1

    signal.signal(signal.SIGPROF, take)
    signal.setitimer(signal.ITIMER_PROF, SAMPLE_S, SAMPLE_S)


def _files(frame: FrameType | None) -> Iterator[str]:
    """The files of a stack, innermost first."""
    while frame is not None:
        yield frame.f_code.co_filename
        frame = frame.f_back


if __name__ == "__main__":
    raise SystemExit(main())
