"""The machine under the measures: which core is whose, what a process takes, a stage on which the server has a core."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from callcontrol.simulator.stories.stage import Stage

SERVER_CORE, OTHER_CORES = (1,), (0,)


def pin(pid: int, cores: tuple[int, ...]) -> None:
    """Keep a process on these cores, where there are two; what it starts later stays there too."""
    if (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(pid, cores)


def pid_of(stage: Stage) -> int:
    """Of the daemon's worker."""
    (pid,) = stage.daemon.worker_pids()
    return pid


def cpu_s(pid: int) -> float:
    """Seconds of a core a process has taken since its start."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def rss_kib(pid: int) -> int:
    """Memory a process takes now."""
    (line,) = [x for x in Path(f"/proc/{pid}/status").read_text().splitlines() if x.startswith("VmRSS:")]
    return int(line.split()[1])


@contextmanager
def folder() -> Iterator[Path]:
    """A short path (sockets!) that Postgres, which as root runs as somebody else, may pass through."""
    with tempfile.TemporaryDirectory(prefix="callcontrol-bench-") as made:
        Path(made).chmod(0o711)
        yield Path(made)


@contextmanager
def staged(example: Path) -> Iterator[Stage]:
    """Stores, a quick simulator and the daemon: the daemon on a core of its own, all else and this process on the
    others.
    """
    with folder() as made, own_cores(), Stage(made, example, durable=True, simulator=("--quick",)) as stage:
        pin(pid_of(stage), SERVER_CORE)
        yield stage


@contextmanager
def own_cores() -> Iterator[None]:
    """This process and what it starts stay on the cores that are not the server's."""
    before = os.sched_getaffinity(0)
    pin(os.getpid(), OTHER_CORES)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
