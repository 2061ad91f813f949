"""An extension blocks single numbers, or all that begin alike, with its PIN. Codes of our own beside those of `*33#`:

    *334*number#    blocked    #334*number#    allowed again    *#334# asks whether any number is blocked
    *335*digits#    all that begin so likewise

Digits are read as the phone dials them: `0044` and `+44` are a country, `600` stands in the own one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from callcontrol.kinds.entering_pin import AskPin
from callcontrol.kinds.star_codes.overriding import SAVED, ChangeOverride, refused
from callcontrol.kinds.star_codes.storing import CONFIRM, OFF
from callcontrol.kinds.targets.voicemail.by_phone.boxes import own_box
from callcontrol.routing.facts import Facts, StarCode, Usage
from callcontrol.routing.outgoing.dial_plan import read
from callcontrol.routing.plan import Decision, Step
from callcontrol.vocabulary.barring import MOST_BARRED, Barring, barring_named, own_barring
from callcontrol.vocabulary.phone_number import first_digits
from callcontrol.vocabulary.refusal_reason import RefusalReason
from callcontrol.vocabulary.target import ExtensionTarget, NumberTarget, text_of

_NUMBER, _PREFIX = "334", "335"
_FORM: Final = re.compile(rf"(?P<verb>\*\#|\*|\#)(?P<code>{_NUMBER}|{_PREFIX})(?:\*(?P<digits>\+?[0-9]{{1,16}}))?\#?")


@dataclass(frozen=True, slots=True)
class BarNumber(AskPin):
    """Ask for the PIN; then block or allow this number, or (the other is "") all that begin so."""

    extension: str
    number: str
    prefix: str
    on: bool

    def described(self) -> str:
        """What the code asks for."""
        what = self.number or f"numbers that begin with {self.prefix}"
        return f"ask for the extension's PIN, then {'block' if self.on else 'allow'} {what}"

    @property
    def whereto(self) -> str:
        """What the extension has blocked."""
        return own_barring(self.extension)

    def opened(self, facts: Facts) -> Decision:
        """It is stored."""
        before = barring_named(facts.overrides, self.whereto)
        numbers = _changed(before.numbers if before else (), self.number, self.on)
        prefixes = _changed(before.prefixes if before else (), self.prefix, self.on)
        if len(numbers) + len(prefixes) > MOST_BARRED:
            return Decision(refused(f"{MOST_BARRED} numbers are blocked already", self.whereto))
        by = text_of(ExtensionTarget(self.extension))
        after = Barring((), numbers, prefixes, "", None, by, facts.now)
        heard = CONFIRM if self.on else OFF
        return Decision(ChangeOverride(self.whereto, None if after.is_empty else after, _what(after), heard))


def _changed(known: tuple[str, ...], one: str, on: bool) -> tuple[str, ...]:
    wanted = {*known, one} if on else {*known} - {one}
    return tuple(sorted(wanted - {""}))


def _decide(found: re.Match[str], facts: Facts) -> Step:
    extension = facts.caller.extension
    of = own_barring(extension)
    if not facts.tenant.outgoing.barring:
        return refused("calls are not blocked by phone here (outgoing.barring)", of)
    if found["verb"] == "*#":
        known = barring_named(facts.overrides, of)
        return ChangeOverride(of, what=_what(known), heard=CONFIRM if known is not None else OFF, ask=True)
    box = own_box(extension, facts.tenant)
    if not box:
        return refused("the extension has no voicemail box, whose PIN it is", of, RefusalReason.PIN_NEEDED)
    digits = found["digits"] or ""
    number, prefix = (_number(digits, facts), "") if found["code"] == _NUMBER else ("", _prefix(digits, facts))
    if not number and not prefix:
        return refused(f"{digits or 'nothing'} is no number that can be blocked", of, RefusalReason.NO_SUCH_NUMBER)
    return BarNumber(box, extension, number, prefix, found["verb"] == "*")


def _number(digits: str, facts: Facts) -> str:
    """A number outside; "" for extensions and emergency numbers, which are never blocked."""
    target = read(digits, facts).target
    return target.name if isinstance(target, NumberTarget) else ""


def _prefix(digits: str, facts: Facts) -> str:
    return first_digits(digits, facts.tenant.region)


def _what(barring: Barring | None) -> str:
    if barring is None or barring.is_empty:
        return "no single numbers are blocked"
    return f"blocked: {', '.join((*barring.numbers, *(f'{prefix}…' for prefix in barring.prefixes)))}"


CODE = StarCode(
    _FORM,
    "every extension, with its PIN",
    (
        Usage("`*334*number#`, `#334*number#`, `*#334#`", "block a number, allow it, are any numbers blocked"),
        Usage("`*335*digits#`, `#335*digits#`", "all numbers that begin so likewise"),
    ),
    _decide,
    saved=(BarNumber, Barring, *SAVED),
)
