"""A minute of 50 calls a second into 500 agents at one worker: how late each offer was, from when it was possible on.

Conversations are so long that all agents talk at times and callers wait for moments.
"""

from __future__ import annotations

import time
from argparse import Namespace
from collections.abc import Sequence

from rich.console import Console

from callcontrol.simulator.stories.stage import Stage
from tests.bench import records
from tests.bench.call_centre import CallCentre, Seen, Talk, example
from tests.bench.figures import Moment, lateness, spread, until_first
from tests.bench.machine import cpu_s, folder, pid_of, staged

AGENTS = 500
PER_S = 50.0
TALK = Talk(4.0, 15.4)  # with the ringing 98 % of what 500 agents can take
LATE_MS = 100


def run(console: Console, args: Namespace) -> None:
    """Measure and print."""
    calls = int(PER_S * args.minute)
    with folder() as made, staged(example(made / "example", AGENTS)) as stage:
        centre = CallCentre(stage, AGENTS)
        centre.open(TALK)
        cpu, began = cpu_s(pid_of(stage)), time.monotonic()
        result, seen = centre.call(calls, calls=calls, per_second=PER_S)
        busy = (cpu_s(pid_of(stage)) - cpu) / (time.monotonic() - began)
        recorded = records.wait(stage.dsn, calls)
        problems = _problems(stage)
    errors = calls - result["bridged"]
    _show(console, seen, f"{calls} calls, {errors} lost, {recorded} recorded, {problems} errors in the log", busy)


def _problems(stage: Stage) -> int:
    """Errors in the daemon's log."""
    return sum('"level":"error"' in line for line in stage.daemon.log_tail(lines=1_000_000).splitlines())


def _show(console: Console, seen: Seen, counts: str, busy: float) -> None:
    free = [*([0] * AGENTS), *_at(seen.hung_up)]  # all are at first
    late = spread(lateness(_at(seen.called), free, _at(seen.rang)))
    waited = spread(until_first(seen.called, seen.rang_for))
    console.print(f"{PER_S:.0f} calls a second into {AGENTS} agents: {counts}; the daemon took {busy:.0%} of a core")
    console.print(f"    an offer after it was possible (goal: largest under {LATE_MS} ms): {late}")
    console.print(f"    a caller until a phone rang: {waited}; most agents busy at once: {_most_busy(seen)}")


def _most_busy(seen: Seen) -> int:
    """Agents ringing or talking at once."""
    changes = sorted([(at, 1) for at in _at(seen.rang)] + [(at, -1) for at in _at(seen.hung_up)])
    busy = most = 0
    for _, change in changes:
        busy += change
        most = max(most, busy)
    return most


def _at(moments: Sequence[Moment]) -> list[int]:
    return [moment.at_us for moment in moments]
