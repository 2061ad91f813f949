"""From outside a box is opened by a key in its own greeting: only from its owner's own numbers, and with the PIN.

A caller who is forwarded into the greeting, by whatever loop, is a stranger to it: the number counts that calls, and it
has to be written in the box's settings.
"""

from __future__ import annotations

from typing import Final

from callcontrol.control.call import Call
from callcontrol.kinds.targets.voicemail.by_phone.visit import VisitBox
from callcontrol.kinds.targets.voicemail.settings import BLOCK
from callcontrol.routing.facts import Facts
from callcontrol.vocabulary.target import NumberTarget, text_of

OWNERS_KEY: Final = "*"


def owner_outside(key: str, box: str, call: Call, facts: Facts) -> VisitBox | None:
    """The visit of an owner who calls from outside; None: it is another key, or who calls is none of them."""
    settings, caller = BLOCK.of(facts.tenant).get(box), call.led_party
    if (
        key != OWNERS_KEY
        or settings is None
        or caller.anonymous
        or caller.extension
        or caller.number not in settings.from_outside
    ):
        return None
    return VisitBox(box, text_of(NumberTarget(caller.number)))
