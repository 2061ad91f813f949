"""Keys that are pressed before what asks for them is heard: during an announcement, between two menus, on the way into
a queue. They are kept with the call, so that a worker that takes it over has them.

A state says whether keys are kept in it (`State.keeps_keys`); what asks for keys uses them up. In every other state
they are dropped: a person who is rung never hears a key that was meant for us.
"""

from __future__ import annotations

from typing import Final

from callcontrol.control.call import Call
from callcontrol.control.legs import caller_alive
from callcontrol.control.own_steps import OwnStep
from callcontrol.routing.facts import Facts
from callcontrol.routing.plan import Decision
from callcontrol.vocabulary.copying import replace

MAX_KEYS_AHEAD: Final = 32


def kept(call: Call, key: str, facts: Facts) -> Call:
    """The call with one key more, if it stands where keys are kept."""
    if not call.state.keeps_keys or is_full(call):
        return call
    return replace(caller_alive(call, facts.now), pressed=call.pressed + key)


def is_full(call: Call) -> bool:
    """Whether a further key would be one too many: it is dropped."""
    return len(call.pressed) >= MAX_KEYS_AHEAD


def dropped(call: Call) -> Call:
    """The call without keys where none are kept; the very same call if there is nothing to drop."""
    return replace(call, pressed="") if call.pressed and not call.state.keeps_keys else call


def are_wanted(decision: Decision, facts: Facts) -> bool:
    """Whether what is decided asks for keys, so that what is heard before it need not be heard to its end."""
    return isinstance(decision.step, OwnStep) and decision.step.wants_keys(facts)
