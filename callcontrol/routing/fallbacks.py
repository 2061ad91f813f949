"""What is tried next where a target did not take the call: the rest of a list of targets, carried along by the path."""

from __future__ import annotations

from typing import Final

from callcontrol.routing.facts import Facts
from callcontrol.routing.path import Fallback, Path
from callcontrol.routing.plan import Onward
from callcontrol.vocabulary.target import text_of
from callcontrol.vocabulary.trail import Routed

# Where targets that are steps are written; others are named by the place where they are.
STEPS: Final = "steps"


def next_on(path: Path, how: str, facts: Facts) -> Onward | None:
    """What is tried next on this path, None if nothing is.

    Args:
        how: what became of the last one.
    """
    return None if path.fallback is None else onward_to(path.fallback, facts, f", for {path.visited[-1]}: {how}")


def onward_to(fallback: Fallback, facts: Facts, because: str = "") -> Onward:
    """The next of its targets, from where the path was when the list was come to: its visits, hops, payer and number
    shown are as they were there. Behind the last one stands what the path had before.
    """
    target, last = fallback.targets[fallback.at], len(fallback.targets) - 1
    rest = fallback.after_this() if fallback.at < last else fallback.path.fallback
    which = f"step {fallback.at + 1} of {last + 1}" if fallback.place[-1] == STEPS else fallback.place[-1]
    source = facts.settings.source(*fallback.place, str(fallback.at)) or facts.settings.source(*fallback.place)
    path = fallback.path.onward().falling_back_to(rest)
    return Onward(target, path, (Routed(facts.now, text_of(target), f"{which} of {fallback.of}{because}", source),))
