"""Opening hours opened or closed by hand, given back to the schedule, or asked for.

    *27*hours*0#         closed, until the schedule changes next        #27*hours#    the schedule counts again
    *27*hours*1#         open, likewise                                 *#27*hours#   is it open?
    *27*hours*0*HHMM#    closed until this time of day, which is the next one that comes
    *27*hours*0*9999#    closed until that is taken back: said on purpose only, for it is soon forgotten

The hours are the number they have as their `code`. What is so then, and until when, is said in words.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from callcontrol.config.hours_settings import OpeningHours
from callcontrol.kinds.star_codes.overriding import SAVED, ChangeOverride, refused
from callcontrol.kinds.targets.hours import BLOCK
from callcontrol.routing.facts import Facts, StarCode, Usage
from callcontrol.routing.opening_hours import told_of
from callcontrol.routing.speech.file_string import as_file_string
from callcontrol.routing.speech.moments import Standing, override_set, override_taken_back, until
from callcontrol.vocabulary.moment import Instant, datetime_of
from callcontrol.vocabulary.override import end_at_change, end_of
from callcontrol.vocabulary.schedule import Override, Schedule, State
from callcontrol.vocabulary.schedule_state import state
from callcontrol.vocabulary.target import ExtensionTarget, HoursTarget, text_of
from callcontrol.vocabulary.wall_clock import LAST_HOUR, LAST_MINUTE, next_time

# No time of day.
TAKEN_BACK: Final = "9999"
_FORM = re.compile(
    r"(?P<verb>\*)27\*(?P<code>[0-9]{1,2})\*(?P<open>[01])(?:\*(?P<until>[0-9]{4}))?\#?"
    r"|(?P<other>\*\#|\#)27\*(?P<named>[0-9]{1,2})\#?"
)


def _decide(found: re.Match[str], facts: Facts) -> ChangeOverride:
    digits = found["code"] or found["named"]
    name = _hours_with(digits.lstrip("0"), facts)
    if name is None:
        return refused(f"there are no hours {digits}")
    hours, target = BLOCK.of(facts.tenant)[name], HoursTarget(name)
    in_force = facts.override_of(target, Override)
    if found["other"] == "*#":
        return _asked(hours, target, in_force, facts)
    if facts.caller.extension not in hours.may_set:
        return refused(f"extension {facts.caller.extension} may not set {text_of(target)} (may_set)", text_of(target))
    if found["other"]:
        return _taken_back(hours, target, facts)
    try:
        end = _end(hours.schedule, found, in_force, facts.now)
    except ValueError as error:
        return refused(str(error), text_of(target))
    by = text_of(ExtensionTarget(facts.caller.extension))
    return _set(hours, target, Override(found["open"] == "1", end, by, facts.now), facts)


def _hours_with(code: str, facts: Facts) -> str | None:
    return next((name for name, hours in BLOCK.of(facts.tenant).items() if code and hours.code == code), None)


def _end(schedule: Schedule, found: re.Match[str], in_force: Override | None, now: Instant) -> Instant | None:
    digits = found["until"]
    if digits is None:
        return end_at_change(schedule, found["open"] == "1", now, in_force)
    if digits == TAKEN_BACK:
        return None
    hour, minute = int(digits[:2]), int(digits[2:])
    if hour > LAST_HOUR or minute > LAST_MINUTE:
        raise ValueError(f"{digits} is no time of day, nor {TAKEN_BACK}")
    return next_time(hour, minute, now, schedule.zone)


def _set(hours: OpeningHours, target: HoursTarget, override: Override, facts: Facts) -> ChangeOverride:
    now = state(hours.schedule, facts.now, override)
    heard = override_set(facts.language, *_standing(now, hours, facts))
    return ChangeOverride(text_of(target), override, _told(now, override, hours), as_file_string(heard))


def _taken_back(hours: OpeningHours, target: HoursTarget, facts: Facts) -> ChangeOverride:
    now = state(hours.schedule, facts.now)
    heard = (*override_taken_back(facts.language), *until(facts.language, *_standing(now, hours, facts)))
    return ChangeOverride(text_of(target), None, _told(now, None, hours), as_file_string(heard))


def _asked(hours: OpeningHours, target: HoursTarget, in_force: Override | None, facts: Facts) -> ChangeOverride:
    now = state(hours.schedule, facts.now, in_force)
    heard = as_file_string(until(facts.language, *_standing(now, hours, facts)))
    return ChangeOverride(text_of(target), what=_told(now, in_force, hours), heard=heard, ask=True)


def _standing(now: State, hours: OpeningHours, facts: Facts) -> tuple[Standing, datetime | None, datetime]:
    """How it stands, when that ends (None: not known), and what time it is, on the clocks of the schedule."""
    zone = hours.schedule.zone
    end = None if now.until is None else datetime_of(now.until, zone)
    return Standing(now.word), end, datetime_of(facts.now, zone)


def _told(now: State, override: Override | None, hours: OpeningHours) -> str:
    zone = hours.schedule.zone
    end = f", {end_of(None, zone)}" if override is not None and override.until is None else ""
    return told_of(now, zone) + end


CODE = StarCode(
    _FORM,
    "extensions of the hours' `may_set`",
    (
        Usage("`*27*hours*0#`, `*27*hours*1#`", "closed, open, until the schedule changes next; hours by their `code`"),
        Usage("`*27*hours*0*HHMM#`, `*27*hours*0*9999#`", "until that time; 9999: until taken back; open likewise"),
        Usage("`#27*hours#`, `*#27*hours#`", "the schedule counts again; is it open (each extension may ask)"),
    ),
    _decide,
    saved=SAVED,
)
