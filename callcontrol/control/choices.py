"""What a key says of the caller who presses it, and what follows from it for the rest of the call."""

from __future__ import annotations

from callcontrol.config.choices import CallerChoice
from callcontrol.control.call import Call
from callcontrol.control.commands import Command
from callcontrol.control.languages import chosen_by_key
from callcontrol.routing.facts import Facts
from callcontrol.vocabulary.demand import CallerDemand


def said_by_key(
    call: Call, choice: CallerChoice, why: str, facts: Facts, source: str = ""
) -> tuple[Call, Facts, tuple[Command, ...]]:
    """The call and the facts as the key has it from here on, and what is to be done about it.

    Args:
        why: the key and where it was pressed, for the trail (`key 2 of menu:main`).
        source: `file:line` where that key stands.
    """
    demand = CallerDemand(choice.skills, choice.priority, choice.label or "")
    call = call.asking(demand, why, facts.now, source)
    return (call, facts, ()) if choice.language is None else chosen_by_key(call, choice.language, why, facts, source)
