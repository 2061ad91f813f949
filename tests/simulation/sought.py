"""Running a plan; where a promise breaks, the same run again with every step looked at: when, and why."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, replace

from tests.simulation.broken import Broken
from tests.simulation.tracing import Tracing
from tests.simulation.world import Plan, Report, World

Change = Callable[[World], None]


@dataclass(frozen=True, slots=True)
class Failure:
    """A run that broke a promise.

    Attributes:
        what: the promise.
        at_s: when it was seen (virtual seconds).
        happenings: what happened last to the call or agent concerned.
        about: which one that is, "" if it is about none.
    """

    plan: Plan
    what: str
    at_s: float
    happenings: tuple[str, ...]
    about: str = ""


def run_plan(plan: Plan, change: Change = lambda world: None) -> Report | Failure:
    """The run's report, or its failure as early as it can be seen.

    Args:
        change: what is to be different in the world, for those who try out whether the promises notice.
    """
    found = run_once(plan, change)
    if isinstance(found, Report):
        return found
    # What is looked at changes nothing in the run, so the first step after which it shows is the step that broke it.
    for about in (found.about, ""):
        again = World(replace(plan, every=1))
        change(again)
        tracing = Tracing(again.agenda, about) if about else None
        try:
            with tracing.on(again.redis.server, again.switches) if tracing else nullcontext():
                again.run()
        except Broken as broken:
            if tracing or not broken.about:
                return Failure(plan, str(broken), again.agenda.now_s, tuple(tracing.happenings if tracing else ()))
    return found


def run_once(plan: Plan, change: Change = lambda world: None) -> Report | Failure:
    """The run's report, or what was broken when it was first looked at, which may be a while after it broke."""
    world = World(plan)
    change(world)
    try:
        return world.run()
    except Broken as broken:
        return Failure(plan, str(broken), world.agenda.now_s, (), broken.about)
