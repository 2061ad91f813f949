"""What it costs that a call is never only a stack of a greenlet: each change saved in Redis, beside a worker that saves
nothing.
"""

from __future__ import annotations

import json
import subprocess
from argparse import Namespace
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from callcontrol.simulator.stories.stage import STOP_S, Stage
from tests.bench.calls import EXAMPLE
from tests.bench.capacity import Load, median
from tests.bench.machine import SERVER_CORE, load, pin, staged
from tests.bench.samples import SAVED, UNSAVED, shares
from tests.bench.supervision import in_place_of_daemon
from tests.bench.workers import carry, prepare

SHARE = 0.25  # of a core for the worker: it is what limits, not the switch
CALLS = 1_500
WARM = 200
ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Run:
    """One load of a worker of one kind.

    Attributes:
        found: what it saw of itself (see lone_worker) in CALLS + WARM calls.
    """

    load: Load
    found: Mapping[str, Any]


def run(console: Console, args: Namespace) -> None:
    """Measure and print."""
    with staged(EXAMPLE) as stage:
        stage.daemon.stop()
        rounds = [(_measured(stage, SAVED), _measured(stage, UNSAVED)) for _ in range(ROUNDS)]
    saved, unsaved = (_middle(runs) for runs in zip(*rounds, strict=True))
    _show(console, saved, unsaved)
    console.print(f"    median of {ROUNDS} loads each, in turn, a worker with {SHARE:.0%} of a core; {load()}")


def _measured(stage: Stage, store: str) -> Run:
    with _worker(stage, store) as process:
        pin(process.pid, SERVER_CORE)
        prepare(stage)
        carry(stage, [process.pid], WARM)
        found = carry(stage, [process.pid], CALLS, SHARE)
        process.terminate()
        said, _ = process.communicate(timeout=STOP_S)
    return Run(found, json.loads(said))


def _worker(stage: Stage, store: str) -> AbstractContextManager[subprocess.Popen[bytes]]:
    return in_place_of_daemon("tests.bench.lone_worker", stage.config, store)


def _middle(runs: tuple[Run, ...]) -> Run:
    middle = median([one.load for one in runs])
    return next(one for one in runs if one.load is middle)


def _show(console: Console, saved: Run, unsaved: Run) -> None:
    table = Table(title="the price of saving state, of forwarded, answered, recorded calls")
    parts = ("encoding", "saving", "pipe, all commands")
    columns = ("", "calls/s", "ratio", "CPU a call", "ratio", "saves", "bytes", "commands", "round trips", *parts)
    for column in columns:
        table.add_column(column, justify="right")
    for name, one in (("saved", saved), ("not saved", unsaved)):
        table.add_row(name, *_speed(one.load, unsaved.load), *_traffic(one.found), *_time(one.found))
    console.print(table)


def _speed(found: Load, best: Load) -> Iterator[str]:
    yield from (f"{found.per_s:.0f}", f"{found.per_s / best.per_s:.2f}")
    yield from (f"{found.cpu_ms:.2f} ms", f"{found.cpu_ms / best.cpu_ms:.2f}")


def _traffic(found: Mapping[str, Any]) -> Iterator[str]:
    """Of a call."""
    calls = CALLS + WARM
    yield from (f"{found['saves'] / calls:.1f}", f"{found['bytes'] / calls:.0f}")
    yield from (f"{found['commands'] / calls:.1f}", f"{found['round_trips'] / calls:.2f}")


def _time(found: Mapping[str, Any]) -> Iterator[str]:
    """Shares of the worker's own processor time."""
    part = shares(found["samples"])
    yield from (f"{part[name]:.1%}" for name in ("encode", "save", "pipe"))
