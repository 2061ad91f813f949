"""Voicemail boxes by phone.

*97            the extension's own box; its PIN is asked for where the tenant says so
*98            any box of the tenant's: its number is asked for, and its PIN
*98*number#    this one; its PIN is asked for
"""

from __future__ import annotations

import re
from typing import Final

from callcontrol.kinds.targets.voicemail.by_phone import SAVED
from callcontrol.kinds.targets.voicemail.by_phone.boxes import box_at, own_box
from callcontrol.kinds.targets.voicemail.by_phone.visit import VisitBox
from callcontrol.routing.facts import Facts, StarCode, Usage
from callcontrol.vocabulary.target import ExtensionTarget, text_of

_FORM: Final = re.compile(r"\*(?P<own>97)\#?|\*98(?:\*(?P<number>[0-9]{1,16}))?\#?")


def _decide(found: re.Match[str], facts: Facts) -> VisitBox:
    extension, number = facts.caller.extension, found["number"]
    who = text_of(ExtensionTarget(extension))
    if not found["own"] and not number:
        return VisitBox("", who, extension)
    box = own_box(extension, facts.tenant) if found["own"] else box_at(number, facts.tenant)
    if not box:
        why = f"{who} has no voicemail box" if found["own"] else f"there is no voicemail box {number}"
        return VisitBox("", who, extension, rejected=why)
    with_pin = not found["own"] or facts.tenant.mailboxes.own_phone_pin
    return VisitBox(box, who, extension, with_pin)


CODE = StarCode(
    _FORM,
    "an extension with a voicemail box; `*98` with the PIN",
    (
        Usage("`*97#`", "listen to the own voicemail box, record greetings, change the PIN"),
        Usage("`*98#`, `*98*box#`", "any voicemail box of the tenant's, by its number and its PIN"),
    ),
    _decide,
    saved=SAVED,
)
