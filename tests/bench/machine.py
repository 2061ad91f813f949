"""The machine under the measures: which core is whose, what a process takes, a stage on which the server has a core."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

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
    """Seconds of a core a process has taken since its start, to the microsecond where /proc counts in hundredths.

    Raises:
        OSError: there is no such process (any more).
    """
    return time.clock_gettime(~pid << 3 | 2)  # what clock_getcpuclockid(3) makes of a process id


def rss_kib(pid: int) -> int:
    """Memory a process takes now."""
    (line,) = [x for x in Path(f"/proc/{pid}/status").read_text().splitlines() if x.startswith("VmRSS:")]
    return int(line.split()[1])


def load() -> str:
    """How busy the machine was in the last minute, all together: what others take is missing from what is measured."""
    return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"


def hurry(pids: Iterable[int], priority: int) -> None:
    """These processes, with all their threads, get a priority of real time, as FreeSWITCH's own have (its
    `set_realtime_priority`: 1 for calls, up to 99): whatever has none waits until the switch has nothing to do.

    Raises:
        PermissionError: this is for root.
    """
    for pid in pids:
        for thread in Path(f"/proc/{pid}/task").iterdir():
            os.sched_setscheduler(int(thread.name), os.SCHED_RR, os.sched_param(priority))


@contextmanager
def burning(cores: int) -> Iterator[None]:
    """So many processes take a core each, as far as the machine has them."""
    burners = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(cores)]
    try:
        yield
    finally:
        for burner in burners:
            burner.kill()
            burner.wait()


@contextmanager
def folder() -> Iterator[Path]:
    """A short path (sockets!) that Postgres, which as root runs as another user, may pass through."""
    with tempfile.TemporaryDirectory(prefix="callcontrol-bench-") as made:
        Path(made).chmod(0o711)
        yield Path(made)


@contextmanager
def staged(example: Path, workers: int = 1, source: Path | None = None) -> Iterator[Stage]:
    """Stores, a quick simulator and the daemon: its workers on a core of their own, all else and this process on the
    others.

    Args:
        source: the checkout whose daemon runs; None for this one.
    """
    given: dict[str, Any] = {"durable": True, "simulator": ("--quick",), "workers": workers, "source": source}
    with folder() as made, own_cores(), Stage(made, example, **given) as stage:
        for pid in stage.daemon.worker_pids():
            pin(pid, SERVER_CORE)
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
