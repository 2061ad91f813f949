"""One worker that notes when it hears of an agent's hang-up and what follows: `python -m tests.bench.watched_worker
CONFIG FD`.

The process that starts it is its supervisor, at the other end of the socket FD. At its end it prints what it noted, as
one line of JSON (`Noted`). It takes the place of the daemon in `timeline`.
"""

from gevent import monkey

monkey.patch_all()

import argparse  # noqa: E402
import gc  # noqa: E402
import json  # noqa: E402
import re  # noqa: E402
import time  # noqa: E402
from collections.abc import Callable, Sequence  # noqa: E402
from dataclasses import asdict, dataclass, field  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

import gevent  # noqa: E402

from callcontrol.edges import spool_files  # noqa: E402
from callcontrol.edges.freeswitch.inbound import SwitchLink  # noqa: E402
from callcontrol.edges.freeswitch.switch_connection import SwitchConnection  # noqa: E402
from callcontrol.edges.freeswitch.wire import Frame, peek  # noqa: E402
from callcontrol.edges.live_state import queues  # noqa: E402
from callcontrol.edges.live_state.server_connection import ServerConnection  # noqa: E402
from callcontrol.edges.live_state.servers import Command, Reply  # noqa: E402
from tests.bench.lone_worker import worker_of  # noqa: E402

TICK_S = 0.005
_AGENT = re.compile(r"sofia/internal/(\d+)")
_END = "CHANNEL_HANGUP_COMPLETE"


@dataclass(slots=True)
class Noted:
    """What was noted; moments are microseconds of the wall clock, spans are microseconds.

    Attributes:
        moments: name of the step, SIP account of the agent, moment.
        stalls: how late the hub ran a timer of TICK_S.
        trips, batches: each round trip to Redis and how many commands it had.
        fsyncs: each write to the spool with its fsync, in the thread that does it.
        collections: generation and span of each run of the garbage collector.
    """

    moments: list[tuple[str, str, int]] = field(default_factory=list)
    stalls: list[int] = field(default_factory=list)
    trips: list[int] = field(default_factory=list)
    batches: list[int] = field(default_factory=list)
    fsyncs: list[int] = field(default_factory=list)
    collections: list[tuple[int, int]] = field(default_factory=list)

    def note(self, what: str, account: str) -> None:
        """It happened now."""
        self.moments.append((what, account, time.time_ns() // 1000))


def main() -> int:
    """Run until SIGTERM."""
    parser = argparse.ArgumentParser("python -m tests.bench.watched_worker", description=__doc__)
    parser.add_argument("config", type=Path)
    parser.add_argument("heartbeat", type=int)
    args = parser.parse_args()
    noted = Noted()
    _watch_switch(noted)
    _watch_queues(noted)
    _watch_machine(noted)
    worker = worker_of(args.config, args.heartbeat)
    gevent.spawn(_watch_hub, noted)
    status = worker.run()
    print(json.dumps(asdict(noted)), flush=True)
    return status


def _watch_switch(noted: Noted) -> None:
    """The end of an agent's leg as it is heard, and the next originate as it is sent."""
    take, bgapi = SwitchConnection._take, SwitchLink.bgapi

    def taken(self: SwitchConnection, frame: Frame) -> None:
        if _END.encode() in frame.body[:200] and (agent := _AGENT.search(peek(frame.body, "Channel-Name"))):
            noted.note("heard", agent[1])
        take(self, frame)

    def sent(self: SwitchLink, command: str, *others: Any) -> Any:
        if agent := _AGENT.search(command):
            noted.note("originate", agent[1])
        return bgapi(self, command, *others)

    SwitchConnection._take = taken  # type: ignore[method-assign]  # noted, and done
    SwitchLink.bgapi = sent  # type: ignore[assignment, method-assign]


def _watch_queues(noted: Noted) -> None:
    """The agent is said to be free, and that is answered."""
    over, done = queues.QueueStore.over, queues.QueueStore._do

    def ended(self: queues.QueueStore, tenant: str, agent: str, *rest: Any) -> None:
        noted.note("script", agent[1:])
        over(self, tenant, agent, *rest)

    def asked(self: queues.QueueStore, tenant: str, operation: str, given: Any, on_answer: Callable[..., None]) -> None:
        def answered(*answer: Any) -> None:
            if operation == "over":
                noted.note("answered", given["agent"][1:])
            on_answer(*answer)

        done(self, tenant, operation, given, answered)

    queues.QueueStore.over = ended  # type: ignore[method-assign, assignment]
    queues.QueueStore._do = asked  # type: ignore[method-assign, assignment]


def _watch_machine(noted: Noted) -> None:
    execute, write = ServerConnection._execute, spool_files.write_synced
    began = 0

    def executed(self: ServerConnection, commands: Sequence[Command]) -> list[Reply]:
        since = time.monotonic_ns()
        try:
            return execute(self, commands)
        finally:
            noted.trips.append(_since(since))
            noted.batches.append(len(commands))

    def synced(*given: Any) -> None:
        since = time.monotonic_ns()
        write(*given)
        noted.fsyncs.append(_since(since))

    def collected(phase: str, info: dict[str, int]) -> None:
        nonlocal began
        if phase == "start":
            began = time.monotonic_ns()
        else:
            noted.collections.append((info["generation"], _since(began)))

    ServerConnection._execute = executed  # type: ignore[method-assign]
    spool_files.write_synced = synced  # type: ignore[assignment]
    gc.callbacks.append(collected)


def _watch_hub(noted: Noted) -> None:
    while True:
        since = time.monotonic_ns()
        gevent.sleep(TICK_S)
        noted.stalls.append(max(_since(since) - int(TICK_S * 1_000_000), 0))


def _since(began_ns: int) -> int:
    return (time.monotonic_ns() - began_ns) // 1000


if __name__ == "__main__":
    raise SystemExit(main())
