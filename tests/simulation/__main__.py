"""`make simulate ARGS="--seeds 1000 --profile storm"`: a call centre in virtual time, with random faults.

Without arguments it runs some seeds of every profile, in about 20 seconds. A seed that breaks a promise is run again
with a check after every step; the report has the last events and the command that replays the seed.
"""

from tests import gevent_first  # isort: skip  # psycopg decides on import whether its waits let others run

import argparse
import os
import sys
from collections.abc import Iterator, Sequence

from rich.console import Console

from tests.simulation.faults import PROFILES
from tests.simulation.report import show_broken, table_of
from tests.simulation.sought import Failure, run_plan
from tests.simulation.world import Plan, Report

__all__ = ["gevent_first", "main"]

EVERYTHING = "all"
HASH_SEED = "0"
WIDTH = 150


def main(words: Sequence[str]) -> int:
    """Run with these arguments; 1 if a promise was broken."""
    options = _options(words)
    console = Console(width=WIDTH)
    reports: list[Report] = []
    for plan in _plans(options):
        found = run_plan(plan)
        if isinstance(found, Failure):
            console.print(table_of(reports))
            show_broken(console, found)
            return 1
        reports.append(found)
        console.print(f"seed {plan.seed} {plan.profile}: {found.calls} calls, {found.steps} steps", style="dim")
    console.print(table_of(reports))
    return 0


def _plans(options: argparse.Namespace) -> Iterator[Plan]:
    profiles = list(PROFILES) if options.profile == EVERYTHING else [options.profile]
    first, count = (options.seed, 1) if options.seed is not None else (1, options.seeds)
    for seed in range(first, first + count):
        for profile in profiles:
            yield Plan(
                seed,
                profile,
                hours=options.hours,
                tenants=options.tenants,
                agents=options.agents,
                calls_per_h=options.calls,
                workers=options.workers,
                every=options.every,
                channels=options.channels,
                meetings_per_h=options.meetings,
                supervised_per_h=options.supervised,
            )


def _options(words: Sequence[str]) -> argparse.Namespace:
    usual = Plan(0)
    parser = argparse.ArgumentParser(prog="make simulate", description=__doc__)
    parser.add_argument("--seed", type=int, help="this one only")
    parser.add_argument("--seeds", type=int, default=1, help="so many, from 1 on")
    parser.add_argument("--profile", choices=[*PROFILES, EVERYTHING], default=EVERYTHING)
    parser.add_argument("--hours", type=float, default=usual.hours, help="of virtual time in which callers come")
    parser.add_argument("--tenants", type=int, default=usual.tenants)
    parser.add_argument("--agents", type=int, default=usual.agents, help="of each tenant")
    parser.add_argument("--calls", type=float, default=usual.calls_per_h, help="an hour")
    parser.add_argument("--workers", type=int, default=usual.workers)
    parser.add_argument("--channels", type=int, default=usual.channels, help="of the first trunk; 0: not counted")
    parser.add_argument("--meetings", type=float, default=usual.meetings_per_h, help="in conference rooms, an hour")
    parser.add_argument("--supervised", type=float, default=usual.supervised_per_h, help="conversations an hour")
    parser.add_argument("--every", type=int, default=usual.every, help="operations between two full looks at queues")
    return parser.parse_args(words)


def _with_fixed_hashes() -> None:
    """The order of sets is part of a run: it has to be the same each time."""
    if os.environ.get("PYTHONHASHSEED") != HASH_SEED:
        os.execve(
            sys.executable,
            [sys.executable, "-m", "tests.simulation", *sys.argv[1:]],
            {**os.environ, "PYTHONHASHSEED": HASH_SEED},
        )


if __name__ == "__main__":
    _with_fixed_hashes()
    sys.exit(main(sys.argv[1:]))
