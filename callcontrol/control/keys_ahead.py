"""Keys that are pressed before what asks for them is heard: during an announcement, between two menus, on the way into
a queue. They are kept with the call, so that a worker that takes it over has them.

A state says whether keys are kept in it (`State.keeps_keys`); what asks for keys uses them up. In every other state
they are dropped: a person who is rung never hears a key that was meant for us.
"""

from __future__ import annotations

from typing import Final

from callcontrol.control.call import Call, Ending, Talking
from callcontrol.control.events import KeyPressed
from callcontrol.control.legs import caller_alive
from callcontrol.control.own_steps import OwnStep
from callcontrol.routing.facts import Facts
from callcontrol.routing.plan import Decision
from callcontrol.vocabulary.call import HeardKey
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.moment import Instant

MAX_KEYS_AHEAD: Final = 32
# A phone may send each key in both ways, as RFC 2833 and as SIP INFO. They are sent together; an INFO may have to be
# repeated, after 0.5 s at first (RFC 3261, T1). No phone uses the one way for one press and the other for the next.
BOTH_WAYS_US: Final = 1_000_000


def is_heard(call: Call, event: KeyPressed) -> bool:
    """Whether the call has had this key already: told twice, or sent in both ways."""
    last = call.heard_key
    if last is None or not event.at or event.key != last.key:
        return False
    is_other_way = bool(event.source and last.source) and event.source != last.source
    return event.at == last.at or (is_other_way and event.at - last.at < BOTH_WAYS_US)


def kept(call: Call, event: KeyPressed, facts: Facts) -> Call:
    """The call that has had one key more, and has it at hand if it stands where keys are kept."""
    if event.at and not isinstance(call.state, Talking | Ending):
        call = replace(call, heard_key=HeardKey(event.key, Instant(event.at), event.source))
    if not call.state.keeps_keys or is_full(call):
        return call
    return replace(caller_alive(call, facts.now), pressed=call.pressed + event.key)


def is_full(call: Call) -> bool:
    """Whether a further key would be one too many: it is dropped."""
    return len(call.pressed) >= MAX_KEYS_AHEAD


def dropped(call: Call) -> Call:
    """The call without keys where none are kept; the very same call if there is nothing to drop."""
    return replace(call, pressed="") if call.pressed and not call.state.keeps_keys else call


def are_wanted(decision: Decision, facts: Facts) -> bool:
    """Whether what is decided asks for keys, so that what is heard before it need not be heard to its end."""
    return isinstance(decision.step, OwnStep) and decision.step.wants_keys(facts)
