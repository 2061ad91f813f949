"""This version beside an older one: `make bench ARGS="against REVISION"`.

Each version's daemon has stores and a simulator of its own; they are loaded in turn, in many short rounds, so that what
else the machine does meanwhile hits both alike. The simulator and all that measures are this version's. Shown are the
medians of all rounds; and of the ratios, each of two loads that followed one another, the median and the middle half.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from redis import Redis
from rich.console import Console
from rich.table import Table

from callcontrol.simulator.callers import Call
from callcontrol.simulator.phones import Behaviour, Phone
from callcontrol.simulator.stories.stage import Stage
from tests.bench.call_centre import CallCentre, Talk, example
from tests.bench.calls import DID, PHONE
from tests.bench.checkout import checked_out
from tests.bench.figures import spread, until_first, until_next
from tests.bench.machine import burning, cpu_s, folder, load, pid_of, rss_kib, staged
from tests.bench.metrics import numbers_of
from tests.bench.waiting import WaitingRoom
from tests.bench.workers import carry, prepare

Figures = Mapping[str, float]

WARM_CALLS = 200
TALKING = 300
WAITING_BEFORE, WAITING = 300, 900
SETTLE_S = 1.0
AGENTS, AT_ONCE = 20, 140
TALK = Talk(0.4, 1.6)
RAMP_PER_S = 100.0
QUEUE_S = 8.0
IDLE_CALLS, IDLE_PER_S = 60, 12.0


@dataclass(frozen=True, slots=True)
class Part:
    """What is measured together on one stage.

    Attributes:
        staged: with the daemon of the first checkout (None: of this one); the second one is the older version's, whose
            example both versions can read.
        once: a second round would find the daemon grown by the first.
    """

    staged: Callable[[Path | None, Path], AbstractContextManager[Stage]]
    measured: Callable[[Stage, argparse.Namespace], Figures]
    once: bool = False


def main(argv: Sequence[str]) -> int:
    """Measure and print."""
    args = _parser().parse_args(argv)
    console = Console(highlight=False)
    with checked_out(args.revision) as other, burning(args.load):
        for name in args.only or PARTS:
            table = _table(f"{name}: this version beside {args.revision}", args)
            _compare(table, other, PARTS[name], args)
            console.print(table)
    console.print(f"    {load()}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m tests.bench against", description=__doc__)
    parser.add_argument("revision")
    parser.add_argument("--only", nargs="*", choices=tuple(PARTS), help="what is measured (default: all of it)")
    parser.add_argument("--rounds", type=int, default=9, help="of each measure and version (%(default)s)")
    parser.add_argument("--calls", type=int, default=400, help="forwarded calls in a round (%(default)s)")
    parser.add_argument("--load", type=int, nargs="?", const=1, default=0, help="other processes that burn a core each")
    return parser


def _table(title: str, args: argparse.Namespace) -> Table:
    table = Table(title=title)
    for column in ("", str(args.revision), "this", "ratio", "of the middle half"):
        table.add_column(column, justify="right")
    return table


def _compare(table: Table, other: Path, part: Part, args: argparse.Namespace) -> None:
    with part.staged(other, other) as theirs, part.staged(None, other) as ours:
        rounds = range(1 if part.once else args.rounds)
        found = [_round(part, theirs, ours, args, odd=bool(number % 2)) for number in rounds]
    for name in found[0][0]:
        _show(table, name, [(old[name], new[name]) for old, new in found])


def _round(part: Part, theirs: Stage, ours: Stage, args: argparse.Namespace, *, odd: bool) -> tuple[Figures, Figures]:
    """Both versions, every other time the other one first."""
    if odd:
        new = part.measured(ours, args)
        return part.measured(theirs, args), new
    return part.measured(theirs, args), part.measured(ours, args)


def _show(table: Table, name: str, found: Sequence[tuple[float, float]]) -> None:
    old, new = (statistics.median(values) for values in zip(*found, strict=True))
    ratios = sorted(mine / theirs for theirs, mine in found if theirs)
    ratio = f"{statistics.median(ratios):.2f}" if ratios else "-"
    low, high = ratios[len(ratios) // 4 :], ratios[: len(ratios) - len(ratios) // 4]
    table.add_row(name, f"{old:.2f}", f"{new:.2f}", ratio, f"{low[0]:.2f} to {high[-1]:.2f}" if ratios else "-")


# --- forwarded calls


@contextmanager
def _forwarding(source: Path | None, older: Path) -> Iterator[Stage]:
    with staged(older / "deploy" / "example", source=source) as stage:
        prepare(stage)
        carry(stage, [pid_of(stage)], WARM_CALLS)
        yield stage


def _forwarded(stage: Stage, args: argparse.Namespace) -> Figures:
    calls = args.calls
    before, scripts = numbers_of(stage), _scripts(stage)
    prepare(stage)
    found = carry(stage, [pid_of(stage)], calls)
    used = numbers_of(stage, before)
    return {
        "calls a second": found.per_s,
        "CPU a forwarded call (ms)": found.cpu_ms,
        "Redis commands a call": used["callcontrol_redis_commands"] / calls,
        "Redis round trips a call": used["callcontrol_redis_round_trips"] / calls,
        "saves a call, and its removal": (_scripts(stage) - scripts) / calls,
        "forwarded calls lost": found.errors,
    }


def _scripts(stage: Stage) -> int:
    """How many scripts Redis has carried out since its start; those of a forwarded call save it, or remove it."""
    with Redis.from_url(stage.redis_url) as redis:
        found: Any = redis.info("commandstats")  # redis-py's types allow for an answer that comes later
        return sum(found.get(f"cmdstat_{name}", {"calls": 0})["calls"] for name in ("eval", "evalsha"))


def _talking(stage: Stage, _args: argparse.Namespace) -> Figures:
    """Memory of calls that talk, after as many have talked before: the first fill pools and caches."""
    switch, pid = stage.switch, pid_of(stage)
    switch.reset()
    switch.phone(Phone(PHONE, (Behaviour("answers", after_s=0.0, talk_s=None),), registered=False))
    switch.register(PHONE)
    time.sleep(SETTLE_S)
    grown = 0.0
    for _ in range(2):
        before = rss_kib(pid)
        for _ in range(TALKING):
            switch.place(Call(DID))
        time.sleep(2 * SETTLE_S)
        grown = (rss_kib(pid) - before) / TALKING
    switch.reset()
    return {"memory of a talking call (KiB)": grown}


# --- queues


@contextmanager
def _queueing(source: Path | None, _older: Path) -> Iterator[Stage]:
    with folder() as made, staged(example(made / "example", AGENTS), source=source) as stage:
        yield stage


def _queued(stage: Stage, _args: argparse.Namespace) -> Figures:
    centre = CallCentre(stage, AGENTS)
    centre.open(Talk(0.5, 0.9))
    _, idle = centre.call(IDLE_CALLS, calls=IDLE_CALLS, per_second=IDLE_PER_S)
    centre.open(TALK)
    before, cpu = numbers_of(stage), cpu_s(pid_of(stage))
    limit_s = AT_ONCE / RAMP_PER_S + QUEUE_S
    _, busy = centre.call(2 * AT_ONCE, calls=100_000, at_once=AT_ONCE, ramp_per_second=RAMP_PER_S, limit_s=limit_s)
    used_s, used = cpu_s(pid_of(stage)) - cpu, numbers_of(stage, before)
    centre.close()
    entered = sorted(moment.at_us for moment in busy.entered)
    since_us = entered[min(AT_ONCE, len(entered)) - 1]
    first = spread(until_first(idle.called, idle.rang_for))
    following = spread(until_next(busy.hung_up, busy.rang, since_us))
    return {
        "caller in to ringing, p50 (ms)": first.p50,
        "caller in to ringing, p99 (ms)": first.p99,
        "hang-up to ringing, p50 (ms)": following.p50,
        "hang-up to ringing, p99 (ms)": following.p99,
        "CPU a conversation from a queue (ms)": 1000 * used_s / len(busy.hung_up),
        "Redis commands a conversation": used["callcontrol_redis_commands"] / len(busy.hung_up),
    }


@contextmanager
def _waiting_room(source: Path | None, _older: Path) -> Iterator[Stage]:
    with folder() as made, staged(example(made / "example", 1), source=source) as stage:
        yield stage


def _waiting(stage: Stage, _args: argparse.Namespace) -> Figures:
    """Memory of so many calls that wait, after others wait already. It grows in steps: of few it tells little."""
    room, pid = WaitingRoom(stage, 1), pid_of(stage)
    room.open(talk_s=1.0)
    room.callers_come(WAITING_BEFORE)
    time.sleep(SETTLE_S)
    before, cpu, scripts = rss_kib(pid), cpu_s(pid), _scripts(stage)
    room.callers_come(WAITING)
    time.sleep(SETTLE_S)
    found = {
        "memory of a waiting call (KiB)": (rss_kib(pid) - before) / WAITING,
        "CPU until a caller waits (ms)": 1000 * (cpu_s(pid) - cpu) / WAITING,
        "scripts of Redis until a caller waits": (_scripts(stage) - scripts) / WAITING,
    }
    room.close()
    return found


PARTS: Mapping[str, Part] = {
    "forwarded": Part(_forwarding, _forwarded),
    "talking": Part(_forwarding, _talking, once=True),
    "queued": Part(_queueing, _queued),
    "waiting": Part(_waiting_room, _waiting, once=True),
}
