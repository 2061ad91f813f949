"""Russian: одна минута, две минуты, пять минут, двенадцать минут, двадцать одна минута, двадцать две минуты.

One and two agree at the end of longer numbers too, and one takes the singular there; eleven to fourteen are numbers of
their own. Times of day are by twenty-four hours, in the accusative after `в` and in the genitive after `до`: в восемь
часов одну минуту, до восьми часов тридцати минут.
"""

from __future__ import annotations

from datetime import time

from callcontrol.routing.speech.grammar import (
    Calendar,
    Clips,
    Form,
    Gender,
    Grammar,
    Noun,
    as_gender,
    day_and_month,
    number,
    until_day_and_month,
)


def _form(n: int) -> Form:
    if n % 100 in (11, 12, 13, 14):
        return Form.MANY
    match n % 10:
        case 1:
            return Form.ONE
        case 2 | 3 | 4:
            return Form.FEW
    return Form.MANY


def _agreeing(n: int, gender: Gender, _alone: bool = True) -> Clips:
    clips = number(n)
    is_two = clips[-1] == "number-2" and gender is Gender.FEMININE
    return as_gender(clips, gender) if clips[-1] == "number-1" or is_two else clips


def _at(at: time) -> Clips:
    return (f"hours/at-{at.hour}", *(_minutes_accusative(at.minute) if at.minute else ()))


def _minutes_accusative(n: int) -> Clips:
    """Only one differs from the nominative: одну минуту."""
    if _form(n) is not Form.ONE:
        return (*_agreeing(n, Gender.FEMININE), f"minute-{_form(n)}")
    return (*number(n)[:-1], "hours/one-accusative", "hours/minute-accusative")


def _until(at: time) -> Clips:
    if at == time(0):
        return ("hours/until-midnight",)
    return (f"hours/until-{at.hour}", *(_minutes_genitive(at.minute) if at.minute else ()))


def _minutes_genitive(n: int) -> Clips:
    """The genitive singular sounds like the form after two: минуты."""
    minute = "minute-few" if _form(n) is Form.ONE else "minute-many"
    return (*(f"hours/{clip}-genitive" for clip in number(n)), minute)


GRAMMAR = Grammar(
    form=_form,
    agreeing=_agreeing,
    genders={
        Noun.MINUTE: Gender.FEMININE,
        Noun.SECOND: Gender.FEMININE,
        Noun.THOUSAND: Gender.FEMININE,
        Noun.KOPECK: Gender.FEMININE,
        Noun.EURO: Gender.NEUTER,
        Noun.NEW_MESSAGE: Gender.NEUTER,
        Noun.KEPT_MESSAGE: Gender.NEUTER,
    },
)
CALENDAR = Calendar(at=_at, until=_until, until_on=_until, on_date=day_and_month, until_date=until_day_and_month)
