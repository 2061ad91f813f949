"""English: one minute, everything else minutes; American numbers ("one hundred twelve", without "and").

Times are said by twelve hours with a.m. and p.m.: "at eight thirty a.m.", "at noon".
"""

from __future__ import annotations

from datetime import date, time

from callcontrol.routing.speech.grammar import Calendar, Clips, Form, Gender, Grammar, number, with_zero


def _form(n: int) -> Form:
    return Form.ONE if n == 1 else Form.MANY


def _agreeing(n: int, _gender: Gender, _alone: bool) -> Clips:
    return number(n)


def _clock(word: str, at: time) -> Clips:
    if at.minute == 0 and at.hour in (0, 12):
        return (f"hours/{word}-midnight",) if at.hour == 0 else (f"hours/{word}-noon",)
    half = "hours/am" if at.hour < 12 else "hours/pm"
    return (f"hours/{word}-{at.hour % 12 or 12}", *with_zero(at.minute, "hours/oh"), half)


def _at(at: time) -> Clips:
    return _clock("at", at)


def _until(at: time) -> Clips:
    return _clock("until", at)


def _on_date(day: date) -> Clips:
    return (f"hours/month-{day.month}", f"hours/day-{day.day}")


def _until_date(day: date) -> Clips:
    return (f"hours/until-month-{day.month}", f"hours/day-{day.day}")


GRAMMAR = Grammar(
    form=_form,
    agreeing=_agreeing,
    genders={},
    after_position=("position-end",),
    a_thousand=("number-1", "amounts/thousand-one"),
)
CALENDAR = Calendar(at=_at, until=_until, until_on=_at, on_date=_on_date, until_date=_until_date)
