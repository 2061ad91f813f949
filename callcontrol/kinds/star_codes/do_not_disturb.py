"""An extension is not disturbed: calls find it busy, by its own rules for that.

*78#           from now on        #78#     calls ring again
*78*HHMM#      until that time    *#78#    is it on
"""

from __future__ import annotations

import re
from typing import Final
from zoneinfo import ZoneInfo

from callcontrol.kinds.star_codes.overriding import SAVED, ChangeOverride, refused
from callcontrol.kinds.star_codes.storing import CONFIRM, OFF
from callcontrol.routing.facts import Facts, StarCode, Usage
from callcontrol.vocabulary.override import DoNotDisturb, end_of, undisturbed_name
from callcontrol.vocabulary.target import ExtensionTarget, text_of
from callcontrol.vocabulary.wall_clock import next_time

_FORM: Final = re.compile(r"(?P<verb>\*\#|\*|\#)78(?:\*(?P<until>(?:[01][0-9]|2[0-3])[0-5][0-9]))?\#?")


def _decide(found: re.Match[str], facts: Facts) -> ChangeOverride:
    extension, digits = facts.caller.extension, found["until"]
    of, zone = undisturbed_name(extension), ZoneInfo(facts.tenant.zone)
    if not facts.tenant.do_not_disturb:
        return refused("there is no `do not disturb` here (do_not_disturb)", of)
    if digits and found["verb"] != "*":
        return refused(f"{facts.dialled} takes no time of day", of)
    now = facts.undisturbed(extension)
    if found["verb"] == "*#":
        return ChangeOverride(of, what=_what(now, zone), heard=CONFIRM if now else OFF, ask=True)
    if found["verb"] == "#":
        return ChangeOverride(of, None, "off", OFF)
    until = next_time(int(digits[:2]), int(digits[2:]), facts.now, zone) if digits else None
    on = DoNotDisturb(until, text_of(ExtensionTarget(extension)), facts.now)
    return ChangeOverride(of, on, _what(on, zone), CONFIRM)


def _what(on: DoNotDisturb | None, zone: ZoneInfo) -> str:
    return "off" if on is None else f"on, {end_of(on.until, zone)}"


CODE = StarCode(
    _FORM,
    "every extension",
    (
        Usage(
            "`*78#`, `*78*HHMM#`", "do not disturb: calls find the extension busy, until taken back, until that time"
        ),
        Usage("`#78#`, `*#78#`", "calls ring again; is it on"),
    ),
    _decide,
    saved=(DoNotDisturb, *SAVED),
)
