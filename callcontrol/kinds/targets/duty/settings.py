"""A duty in the YAML: who has it by date, by week, and otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cached_property
from typing import Annotated, Final

from pydantic import BeforeValidator, Field, PlainValidator

from callcontrol.config.fields import ClockZone, Identifier, described, matching, refusal, text_in
from callcontrol.config.frozen import Frozen
from callcontrol.config.hours_fields import WEEK_DAYS, SpecialDates, dates_of
from callcontrol.config.kinds import SOMETIMES, Block, Link
from callcontrol.config.queue_fields import PauseCode, TimeOfDay
from callcontrol.config.target_fields import TargetText
from callcontrol.vocabulary.target import Target

MAX_DUTIES: Final = 200  # of one tenant


def _read_date(value: object) -> date:
    if isinstance(value, date):
        return value
    right = "write a date such as 2026-12-24"
    text = text_in(value, right)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise refusal(f"{text!r} is no date", right) from None


Date = Annotated[date, PlainValidator(_read_date), described("a date", "^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
WeekDay = Annotated[
    str,
    BeforeValidator(matching("|".join(WEEK_DAYS), "{} is no day of the week", f"write one of {', '.join(WEEK_DAYS)}")),
    described("a day of the week", f"^({'|'.join(WEEK_DAYS)})$"),
]


class Duty(Frozen):
    """Who has a duty: by hand, else by date, else by week, else `otherwise`."""

    code: PauseCode | None = Field(default=None, description="its number for star codes; default: it has none")
    may_set: tuple[Identifier, ...] = Field(
        default=(), description="extensions that may hand it over by star code; default: none"
    )
    zone: ClockZone | None = Field(default=None, description="zone of its days; default: the tenant's")
    hands_over: WeekDay = Field(default="mon", description="the day of the week on which its weeks begin")
    at: TimeOfDay = Field(default="00:00", description="time of day at which its days and weeks begin")
    days: Mapping[SpecialDates, TargetText] = Field(
        default_factory=dict,
        description="who has it on a date or range first..last, without the year for every year; those with a year "
        "count before the others, and a shorter range before a longer one",
    )
    weeks: tuple[TargetText, ...] = Field(
        default=(), max_length=104, description="who has it week by week, one after the other, then from the beginning"
    )
    first_week: Date | None = Field(
        default=None, description="a day of a week that the first of `weeks` has; needed where there are several"
    )
    otherwise: TargetText | None = Field(
        default=None, description="where the call goes if it has no holder, or the holder does not take the call"
    )

    @cached_property
    def by_date(self) -> Mapping[tuple[int, int, int], str]:
        """The key in `days` that counts for a date: (year, month, day), and (0, month, day) of every year."""
        spans = sorted(((dates_of(key), key) for key in self.days), key=lambda span: span[0].length, reverse=True)
        return {
            (0 if dates.is_yearly else day.year, day.month, day.day): key for dates, key in spans for day in dates.days
        }

    def on(self, day: date) -> tuple[str, Target] | None:
        """The entry in `days` for this one, None if there is none."""
        found = (self.by_date.get((year, day.month, day.day)) for year in (day.year, 0))
        key = next((key for key in found if key is not None), None)
        return None if key is None else (key, self.days[key])


BLOCK: Final = Block("duties", Duty, "holders of duties, for `duty:` targets")


def links(_name: str, duty: Duty) -> Iterator[Link]:
    """All who may have it: that depends on time and on people."""
    for days, holder in duty.days.items():
        yield Link(holder, ("days", days), SOMETIMES)
    for index, holder in enumerate(duty.weeks):
        yield Link(holder, ("weeks", str(index)), SOMETIMES)
    if duty.otherwise is not None:
        yield Link(duty.otherwise, ("otherwise",), SOMETIMES)
