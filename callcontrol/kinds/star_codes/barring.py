"""An extension blocks calls of its own, in GSM form (3GPP TS 22.088, 22.030 section 6.5.4): the PIN is asked for by
phone, so that it stands in no record of what was dialled.

    *33#     all calls outside    #33# allowed again    *#33# asks whether any are blocked
    *331#    calls abroad; *333# (ours): numbers at a rate of their own

Emergency calls, and those to numbers of this system, are never blocked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from callcontrol.kinds.entering_pin import AskPin, EnteringPin
from callcontrol.kinds.star_codes.overriding import SAVED, ChangeOverride, refused
from callcontrol.kinds.star_codes.storing import CONFIRM, OFF
from callcontrol.kinds.targets.voicemail.by_phone.boxes import own_box
from callcontrol.routing.facts import Facts, StarCode, Usage
from callcontrol.routing.plan import Decision, Step
from callcontrol.vocabulary.direction import Direction
from callcontrol.vocabulary.override import CallBlocks, blocks_name, blocks_of
from callcontrol.vocabulary.refusal_reason import RefusalReason
from callcontrol.vocabulary.target import ExtensionTarget, text_of

ABROAD: Final = (Direction.INTERNATIONAL, Direction.SATELLITE)
DEAR: Final = (Direction.PREMIUM, Direction.SHARED, Direction.SPECIAL)
ALL: Final = (Direction.NATIONAL, Direction.MOBILE, *ABROAD, *DEAR, Direction.FREEPHONE)
CLASSES_OF_CODE: Final = {"33": ALL, "331": ABROAD, "333": DEAR}
_FORM = re.compile(rf"(?P<verb>\*\#|\*|\#)(?P<code>{'|'.join(CLASSES_OF_CODE)})\#?")


@dataclass(frozen=True, slots=True)
class BarCalls(AskPin):
    """Ask for the PIN; then block or allow these classes."""

    extension: str
    classes: tuple[str, ...]
    on: bool

    def described(self) -> str:
        """What the code asks for."""
        return f"ask for the extension's PIN, then {'block' if self.on else 'allow'} {', '.join(self.classes)} numbers"

    @property
    def whereto(self) -> str:
        """The extension's blocks."""
        return blocks_name(self.extension)

    def opened(self, facts: Facts) -> Decision:
        """They are stored."""
        before = blocks_of(facts.overrides, self.extension)
        after = tuple(sorted({*before, *self.classes} if self.on else {*before} - {*self.classes}))
        by = text_of(ExtensionTarget(self.extension))
        blocks = CallBlocks(after, None, by, facts.now) if after else None
        heard = CONFIRM if self.on else OFF
        return Decision(ChangeOverride(self.whereto, blocks, _what(after), heard))


def _decide(found: re.Match[str], facts: Facts) -> Step:
    extension, classes = facts.caller.extension, CLASSES_OF_CODE[found["code"]]
    of = blocks_name(extension)
    if not facts.tenant.outgoing.barring:
        return refused("calls are not blocked by phone here (outgoing.barring)", of)
    if found["verb"] == "*#":
        blocked = tuple(one for one in blocks_of(facts.overrides, extension) if one in classes)
        return ChangeOverride(of, what=_what(blocked), heard=CONFIRM if blocked else OFF, ask=True)
    box = own_box(extension, facts.tenant)
    if not box:
        return refused("the extension has no voicemail box, whose PIN it is", of, RefusalReason.PIN_NEEDED)
    return BarCalls(box, extension, tuple(classes), found["verb"] == "*")


def _what(classes: tuple[str, ...]) -> str:
    return f"{', '.join(classes)} numbers are blocked" if classes else "no numbers are blocked"


CODE = StarCode(
    _FORM,
    "every extension, with its PIN",
    (
        Usage("`*33#`, `#33#`, `*#33#`", "block all calls outside but emergencies, allow them, are any blocked"),
        Usage("`*331#`, `#331#`, `*#331#`", "calls abroad likewise"),
        Usage("`*333#`, `#333#`, `*#333#`", "premium, shared cost and special numbers likewise"),
    ),
    _decide,
    saved=(BarCalls, EnteringPin, CallBlocks, *SAVED),
)
