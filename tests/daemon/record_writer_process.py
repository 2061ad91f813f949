"""A daemon reduced to its record writer, to be killed at a chosen point.

    python -m tests.daemon.record_writer_process

reads lines of JSON, [DSN, FOLDER, POINT, COUNT], forks such a daemon for each one, and writes its exit status when it
has ended: all that it imports is imported once.

FOLDER/journal stands for Redis: a file per call whose record is not durable yet, named by the number of the call. Each
call found there is folded, rated and put; its file is deleted once the writer reports it as durable. The process ends
when journal and spool are empty, or with SIGKILL when it passes POINT for the COUNT-th time.
"""

from callcontrol.edges.greenlets import patch_all

patch_all()

import json  # noqa: E402
import os  # noqa: E402
import signal  # noqa: E402
import sys  # noqa: E402
import traceback  # noqa: E402
from collections.abc import Callable, Sequence  # noqa: E402
from functools import partial  # noqa: E402
from pathlib import Path  # noqa: E402

import gevent  # noqa: E402
from gevent.monkey import get_original  # noqa: E402
from gevent.os import fork  # noqa: E402

from callcontrol.daemon.record_writer import RecordWriter  # noqa: E402
from callcontrol.edges import spool_files  # noqa: E402
from callcontrol.edges.ledger.rejected import RejectedRecords  # noqa: E402
from callcontrol.edges.ledger.writer import LedgerWriter, Rejection  # noqa: E402
from callcontrol.edges.spool import Position, Spool, SpoolLimits  # noqa: E402
from tests.billing.trails import NOON, forwarded  # noqa: E402
from tests.edges.ledger.samples import rated  # noqa: E402

POINTS = (
    "after fold",
    "half written",
    "written, not synced",
    "synced",
    "told",
    "before the upsert",
    "between commit and forget",
    "marked, not dropped",
)
DEADLINE_S = 40.0
SMALL = SpoolLimits(segment_bytes=20_000)  # several files, so that some are dropped on the way


class Killer:
    """Sends SIGKILL to this process at the chosen point."""

    def __init__(self, point: str, count: int) -> None:
        self.point = point
        self.left = count

    def passes(self, point: str) -> None:
        if point == self.point:
            self.left -= 1
            if self.left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


class KilledSpool(Spool):
    """A spool whose process may be killed while it writes the mark of what is done."""

    killer: Killer

    def forget_upto(self, position: Position) -> None:
        spool_files.write_mark(self.folder, position)
        self.killer.passes("marked, not dropped")
        super().forget_upto(position)


class KilledLedger(LedgerWriter):
    """A ledger whose process may be killed before or after the commit."""

    killer: Killer

    def write(self, payloads: Sequence[bytes]) -> list[Rejection]:
        if payloads:  # and not the preparation
            self.killer.passes("before the upsert")
        rejected = super().write(payloads)
        if payloads:
            self.killer.passes("between commit and forget")
        return rejected


def dying_disk(killer: Killer) -> Callable[[spool_files.Segment, bytes], None]:
    """write_synced, but the process may be killed in the middle of it."""
    store = spool_files.write_synced

    def write_synced(segment: spool_files.Segment, data: bytes) -> None:
        with segment.path.open("r+b") as file:
            file.seek(segment.size)
            file.write(data[: len(data) // 2])
            file.flush()
            killer.passes("half written")
            file.write(data[len(data) // 2 :])
            file.flush()
            killer.passes("written, not synced")
        store(segment, data)
        killer.passes("synced")

    return write_synced


def durable(killer: Killer, file: Path) -> None:
    killer.passes("told")
    file.unlink()


def daemon(dsn: str, folder: Path, point: str, count: int) -> None:
    killer = Killer(point, count)
    vars(spool_files)["write_synced"] = dying_disk(killer)
    spool = KilledSpool(folder / "spool", SMALL)
    ledger = KilledLedger(dsn, now=lambda: NOON)
    spool.killer = ledger.killer = killer
    writer = RecordWriter(spool, ledger, RejectedRecords(folder / "rejected"), batch=6, gather_s=0)
    writer.start()
    for file in sorted((folder / "journal").iterdir()):
        killer.passes("after fold")
        writer.put(rated(forwarded(int(file.name))), partial(durable, killer, file))
        if int(file.name) % 5 == 4:
            gevent.sleep(0)  # let the disk begin: several groups, not one
    assert writer.drained(DEADLINE_S), writer.state()
    writer.stop(DEADLINE_S)
    assert list((folder / "journal").iterdir()) == []


def forked(dsn: str, folder: str, point: str, count: int) -> int:
    """Run it in a process of its own; returns its exit status, negative for a signal."""
    child = fork()
    if child == 0:
        status = 1
        try:
            daemon(dsn, Path(folder), point, count)
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(status)
    # gevent's own would wait in a hub, which the next child would inherit.
    _, ended = get_original("os", "waitpid")(child, 0)
    return os.waitstatus_to_exitcode(ended)


def main() -> None:
    for line in sys.stdin:
        print(forked(*json.loads(line)), flush=True)


if __name__ == "__main__":
    main()
