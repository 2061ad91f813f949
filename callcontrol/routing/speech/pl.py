"""Polish: jedna minuta, dwie minuty, pięć minut, dwanaście minut, dwadzieścia jeden minut, dwadzieścia dwie minuty.

One agrees only by itself: at the end of a longer number it stays `jeden` and takes the genitive plural. Two is feminine
everywhere but in twelve, and has no neuter of its own. Times of day are ordinals by twenty-four hours, which are alike
after `o` and after `do`: o ósmej, do ósmej trzydzieści, o ósmej zero pięć.
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
    with_zero,
)


def _form(n: int) -> Form:
    if n == 1:
        return Form.ONE
    return Form.FEW if n % 10 in (2, 3, 4) and n % 100 not in (12, 13, 14) else Form.MANY


def _agreeing(n: int, gender: Gender, alone: bool) -> Clips:
    clips = number(n)
    is_two = clips[-1] == "number-2" and gender is Gender.FEMININE
    return as_gender(clips, gender) if (n == 1 and alone) or is_two else clips


def _at(at: time) -> Clips:
    return (f"hours/at-{at.hour}", *with_zero(at.minute, "number-0"))


def _until(at: time) -> Clips:
    if at == time(0):
        return ("hours/until-midnight",)
    return (f"hours/until-{at.hour}", *with_zero(at.minute, "number-0"))


GRAMMAR = Grammar(
    form=_form,
    agreeing=_agreeing,
    genders={
        Noun.MINUTE: Gender.FEMININE,
        Noun.SECOND: Gender.FEMININE,
        Noun.HOUR: Gender.FEMININE,
        Noun.KOPECK: Gender.FEMININE,
        Noun.EURO: Gender.NEUTER,
        Noun.NEW_MESSAGE: Gender.FEMININE,
        Noun.KEPT_MESSAGE: Gender.FEMININE,
    },
    after_position=("position-end",),
)
CALENDAR = Calendar(at=_at, until=_until, until_on=_until, on_date=day_and_month, until_date=until_day_and_month)
