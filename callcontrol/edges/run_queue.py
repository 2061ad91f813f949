"""How long a process waited for a processor, by Linux's scheduler."""

from __future__ import annotations

from pathlib import Path

NANOSECONDS = 1_000_000_000


def waited_for_processor_s(pid: int) -> float:
    """Seconds that the process's main thread was runnable and did not run, since its start: the second figure of
    `/proc/PID/schedstat` (kernel: Documentation/scheduler/sched-stats.rst). A wait counts once it is over. 0.0 where
    the kernel keeps none, and of a process that is gone.
    """
    try:
        _, waited_ns, _ = Path(f"/proc/{pid}/schedstat").read_text(encoding="ascii").split()
    except (OSError, ValueError):
        return 0.0
    return int(waited_ns) / NANOSECONDS
