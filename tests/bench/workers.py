"""One worker and two: calls a second at saturation.

Two cores do not hold two workers at full speed and the switch that loads them. So each worker is given the same share
of a core (`brake`), which leaves the switch room; and beside it stands what they do unbraked, and how many calls a
core of workers carries in a second, which is what more cores would multiply.
"""

from __future__ import annotations

import time
from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from callcontrol.simulator.phones import Behaviour, Phone
from callcontrol.simulator.stories.stage import Stage
from tests.bench import records
from tests.bench.brake import braked
from tests.bench.calls import DID, EXAMPLE, PHONE
from tests.bench.capacity import Load, median
from tests.bench.machine import cpu_s, load, staged

COUNTS = (1, 2)
SHARES = (0.25, 1.0)  # of a core, for each worker; 1: no brake
CALLS = {0.25: 1_500, 1.0: 3_000}
AT_ONCE = 100  # calls of each worker
ROUNDS = 3
SETTLE_S = 1.0


@dataclass(frozen=True, slots=True)
class Run:
    """So many workers with such a share of a core each: the median of ROUNDS loads."""

    workers: int
    share: float
    load: Load


def run(console: Console, args: Namespace) -> None:
    """Measure and print."""
    runs = [one for workers in COUNTS for one in _runs(workers, args.calls)]
    _show(console, sorted(runs, key=lambda one: (one.share, one.workers)))
    kind = f"{ROUNDS} loads of forwarded, answered, recorded calls, {AT_ONCE} at once for each worker"
    console.print(f"    median of {kind}; {load()}")


def _runs(workers: int, calls: int | None) -> Iterator[Run]:
    with staged(EXAMPLE, workers) as stage:
        prepare(stage)
        for share in SHARES:
            pids = stage.daemon.worker_pids()
            loads = [carry(stage, pids, calls or CALLS[share], share) for _ in range(ROUNDS)]
            yield Run(workers, share, median(loads))


def prepare(stage: Stage) -> None:
    """The phone all calls are forwarded to answers at once and hangs up at once; every worker knows of it."""
    stage.switch.phone(Phone(PHONE, (Behaviour("answers", after_s=0.0, talk_s=0.0),), registered=False))
    stage.switch.register(PHONE)
    time.sleep(SETTLE_S)


def carry(stage: Stage, pids: Sequence[int], calls: int, share: float = 1.0) -> Load:
    """A load of calls, while each of these workers takes no more than this share of a core."""
    before, recorded = [cpu_s(pid) for pid in pids], records.count(stage.dsn)
    with braked(pids, share) if share < 1 else nullcontext():
        result = stage.switch.load(calls=calls, at_once=AT_ONCE * len(pids), templates=[{"to": DID}])
        cpu = tuple(cpu_s(pid) - earlier for pid, earlier in zip(pids, before, strict=True))
    errors = result["unfinished"] + result["unrouted"] + (calls - result["bridged"])
    recorded = records.wait(stage.dsn, recorded + calls) - recorded
    return Load(calls, result["elapsed_s"], cpu, errors, recorded)


def _show(console: Console, runs: list[Run]) -> None:
    table = Table(title="one worker and two (goal: twice the workers, at least 1.7 times the calls)")
    columns = ("workers", "of a core each", "calls/s", "ratio", "cores", "CPU a call", "calls a core-second", "ratio")
    for column in (*columns, "errors", "recorded"):
        table.add_column(column, justify="right")
    for one in runs:
        single = next(other.load for other in runs if (other.share, other.workers) == (one.share, 1))
        table.add_row(*_cells(one, single))
    console.print(table)


def _cells(one: Run, single: Load) -> Iterator[str]:
    """Ratios are to one worker with the same share; the second is of what both could do with a core each."""
    found = one.load
    yield from (str(one.workers), f"{one.share:.0%}", f"{found.per_s:.0f}", f"{found.per_s / single.per_s:.2f}")
    yield from (f"{found.cores:.2f}", f"{found.cpu_ms:.2f} ms", f"{found.per_core_s:.0f}")
    yield from (f"{found.capacity / single.capacity:.2f}", str(found.errors), str(found.recorded))
