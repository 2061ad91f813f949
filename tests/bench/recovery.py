"""How long waiting callers are without a worker: after kill -9 of the one that has most of them, and while it drains.

The clock is the simulator's: from the signal until the last of its callers hears music again, which a living worker
plays; then agents come, and until the last of all callers talks to one.
"""

from __future__ import annotations

import os
import signal
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from callcontrol.edges import clock
from callcontrol.simulator.stories.stage import Stage
from tests.bench.call_centre import example
from tests.bench.figures import Spread, spread
from tests.bench.machine import folder, load, staged
from tests.bench.waiting import WaitingRoom

CALLERS = 100
ROUNDS = 5
TALK_S = 0.5
GOAL_S = 5.0
SIGNALS = {"kill -9": signal.SIGKILL, "SIGTERM": signal.SIGTERM}


@dataclass(frozen=True, slots=True)
class Round:
    """What came of one signal; spans of callers and agents in µs since it.

    Attributes:
        back: until each of the worker's callers heard music again.
        served_us: until the last of all callers talked to an agent; agents came when all were back.
        agents_us: when the agents came.
        lost: callers who were hung up before.
    """

    back: tuple[int, ...]
    agents_us: int
    served_us: int
    lost: int


def run(console: Console, args: Namespace) -> None:
    """Measure and print."""
    agents = CALLERS + 1
    with folder() as made, staged(example(made / "example", agents), workers=2) as stage:
        room = WaitingRoom(stage, agents)
        room.open(TALK_S)
        found = {name: [_round(stage, room, number) for _ in range(ROUNDS)] for name, number in SIGNALS.items()}
        room.close()
    _show(console, found)
    console.print(f"    {ROUNDS} rounds of {CALLERS} callers at two workers on one core; {load()}")


def _round(stage: Stage, room: WaitingRoom, number: signal.Signals) -> Round:
    room.settle()
    callers = room.callers_come(CALLERS)
    calls, pid = list(callers.values()), room.busiest()
    his = [callers[channel] for channel, owner in room.owners().items() if owner == pid and channel in callers]
    began = clock.now()
    os.kill(pid, number)
    room.until(lambda: len(room.heard("playback", his, began)) + _gone(room, his) >= len(his))
    came = clock.now()
    room.agents_come()
    room.until(lambda: len(room.heard("bridged", calls)) + _gone(room, calls) >= len(calls))
    back, served = room.heard("playback", his, began), room.heard("bridged", calls)
    room.agents_go()
    return Round(
        tuple(at_us - began for at_us in back.values()),
        came - began,
        max(served.values()) - began,
        len(calls) - len(served),
    )


def _gone(room: WaitingRoom, calls: Sequence[str]) -> int:
    """Who of these was hung up without having talked."""
    return len(set(room.heard("hangup", calls)) - set(room.heard("bridged", calls)))


def _show(console: Console, found: dict[str, list[Round]]) -> None:
    table = Table(title=f"waiting callers whose worker goes (ms; goal: the last is back within {GOAL_S * 1000:.0f})")
    columns = ("its callers", "back: p50", "largest", "last of a round: p50", "all served: p50", "largest")
    for column in ("", *columns, "of that, agents come: p50", "lost"):
        table.add_column(column, justify="right")
    for name, rounds in found.items():
        back = spread([span for one in rounds for span in one.back])
        last = spread([max(one.back) for one in rounds if one.back])
        served, agents = (spread(spans) for spans in zip(*((r.served_us, r.agents_us) for r in rounds), strict=True))
        table.add_row(name, *_cells(back, last, served, agents), str(sum(one.lost for one in rounds)))
    console.print(table)


def _cells(back: Spread, last: Spread, served: Spread, agents: Spread) -> tuple[str, ...]:
    spans = (back.p50, back.largest, last.p50, served.p50, served.largest, agents.p50)
    return (str(back.count), *(f"{ms:.0f}" for ms in spans))
