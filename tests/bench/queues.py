"""How soon a phone rings: after a caller has come while agents are idle, after an agent has hung up while callers wait.

Against the simulator, whose own log of what phones and callers saw is the clock; its delays count as the daemon's.
"""

from __future__ import annotations

from argparse import Namespace
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from tests.bench.call_centre import CallCentre, Seen, Talk, example
from tests.bench.figures import Spread, per_second, spread, until_first, until_next
from tests.bench.machine import folder, staged

RAMP_PER_S = 150.0
IDLE_S = 10.0


@dataclass(frozen=True, slots=True)
class Size:
    """A call centre, and how busy it is.

    Attributes:
        waiting: callers who wait while it is busy; each who is served is followed by another.
        talk: how long conversations last while it is busy.
        idle_talk, idle_per_s: their lengths, and callers a second, while most agents are idle.
    """

    agents: int
    waiting: int
    talk: Talk
    idle_talk: Talk
    idle_per_s: float


SIZES = (
    Size(20, 120, Talk(0.4, 1.6), Talk(0.5, 0.9), 12.0),
    Size(200, 500, Talk(3.0, 9.0), Talk(0.5, 1.5), 30.0),
    Size(1000, 1500, Talk(15.0, 35.0), Talk(0.5, 1.5), 40.0),
)


@dataclass(frozen=True, slots=True)
class Run:
    """What came of one size."""

    size: Size
    first: Spread
    following: Spread
    per_second: float
    lost: int
    again: int


def run(console: Console, args: Namespace) -> None:
    """Measure and print."""
    sizes = [size for size in SIZES if size.agents in args.agents]
    _show(console, [_measure(size, args.seconds) for size in sizes])


def _measure(size: Size, seconds: float) -> Run:
    with folder() as made, staged(example(made / "example", size.agents)) as stage:
        centre = CallCentre(stage, size.agents)
        centre.open(size.idle_talk)
        calls = int(size.idle_per_s * IDLE_S)
        result, idle = centre.call(calls, calls=calls, per_second=size.idle_per_s)
        centre.open(size.talk)
        busy = _busy(centre, size, seconds)
        centre.close()
    since_us = _full_since(busy, size)
    return Run(
        size,
        spread(until_first(idle.called, idle.rang_for)),
        spread(until_next(busy.hung_up, busy.rang, since_us)),
        per_second([moment.at_us for moment in busy.rang], since_us),
        calls - result["bridged"],
        idle.again,
    )


def _busy(centre: CallCentre, size: Size, seconds: float) -> Seen:
    """As many as are wanted wait from the ramp's end on."""
    at_once = size.agents + size.waiting
    limit_s = at_once / RAMP_PER_S + seconds
    _, seen = centre.call(2 * at_once, calls=1_000_000, at_once=at_once, ramp_per_second=RAMP_PER_S, limit_s=limit_s)
    return seen


def _full_since(seen: Seen, size: Size) -> int:
    """When as many were in the queue as are to wait; if there never were, when the last one came."""
    entered = sorted(moment.at_us for moment in seen.entered)
    return entered[min(size.agents + size.waiting, len(entered)) - 1]


def _show(console: Console, runs: list[Run]) -> None:
    table = Table(title="queues on the simulator (ms): goals p99 under 15; p50 under 15, p99 under 50")
    spans = ("caller in: p50", "p99", "max", "hang-up: p50", "p99", "max")
    columns = ("agents", "waiting", *spans, "of", "a second", "lost", "again")
    for column in columns:
        table.add_column(column, justify="right")
    for one in runs:
        found = (f"{ms:.1f}" for s in (one.first, one.following) for ms in (s.p50, s.p99, s.largest))
        counts = (str(one.following.count), f"{one.per_second:.1f}", str(one.lost), str(one.again))
        table.add_row(str(one.size.agents), str(one.size.waiting), *found, *counts)
    console.print(table)
