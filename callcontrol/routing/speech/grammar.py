"""How numbers, counted things, days and times become clips, and in what the languages differ.

A clip is the name of a sound file without its language and without `.wav`, such as `hours/today`; those of queues
stand without their folder.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum

Clips = tuple[str, ...]

THOUSAND = 1_000


class Noun(StrEnum):
    """What is counted; the value is the clip, without the form."""

    MINUTE = "minute"
    SECOND = "second"
    HOUR = "amounts/hour"
    DAY = "amounts/day"
    THOUSAND = "amounts/thousand"
    EURO = "amounts/euro"
    CENT = "amounts/cent"
    DOLLAR = "amounts/dollar"
    ZLOTY = "amounts/zloty"
    GROSZ = "amounts/grosz"
    RUBLE = "amounts/ruble"
    KOPECK = "amounts/kopeck"
    NEW_MESSAGE = "mailbox/new"
    KEPT_MESSAGE = "mailbox/kept"


class Form(StrEnum):
    """The form of a noun after a number: the plural categories of the Unicode CLDR."""

    ONE = "one"
    FEW = "few"
    MANY = "many"


class Gender(StrEnum):
    """What one and two agree with."""

    MASCULINE = "masculine"
    FEMININE = "feminine"
    NEUTER = "neuter"


@dataclass(frozen=True, slots=True)
class Grammar:
    """What a language adds to the shared clips.

    Attributes:
        form: which form of a noun follows a number.
        agreeing: the number itself (0 to 999) before a noun of this gender, and whether nothing larger stands before.
        genders: of the nouns that are not masculine.
        after_position: how "you are number three" goes on.
        a_thousand: what is said for exactly one thousand, before anything else.
    """

    form: Callable[[int], Form]
    agreeing: Callable[[int, Gender, bool], Clips]
    genders: Mapping[Noun, Gender]
    after_position: Clips = ()
    a_thousand: Clips = ("amounts/thousand-one",)


@dataclass(frozen=True, slots=True)
class Calendar:
    """How a language says when.

    Attributes:
        at: at this time of day.
        until: until this time of day.
        until_on: the time of day behind the day until which something lasts.
        on_date: on this day of the year.
        until_date: until this day of the year.
    """

    at: Callable[[time], Clips]
    until: Callable[[time], Clips]
    until_on: Callable[[time], Clips]
    on_date: Callable[[date], Clips]
    until_date: Callable[[date], Clips]


def number(n: int) -> Clips:
    """A number from 0 to 999 by itself: its hundred, its ten and its unit, or what is below twenty in one."""
    hundred, rest = n - n % 100, n % 100
    parts = (hundred, rest) if rest < 20 else (hundred, rest - rest % 10, rest % 10)
    return tuple(f"number-{part}" for part in parts if part) or ("number-0",)


def as_gender(clips: Clips, gender: Gender) -> Clips:
    """The same number, its last part in this gender."""
    folder = "amounts/" if gender is Gender.NEUTER else ""
    return clips if gender is Gender.MASCULINE else (*clips[:-1], f"{folder}{clips[-1]}-{gender}")


def counted(grammar: Grammar, n: int, noun: Noun) -> Clips:
    """So many of these, from 0 to 999 999, such as "twenty-one minutes"."""
    thousands, rest = divmod(n, THOUSAND)
    above: Clips = ()
    if thousands:
        above = grammar.a_thousand if thousands == 1 else counted(grammar, thousands, Noun.THOUSAND)
    gender = grammar.genders.get(noun, Gender.MASCULINE)
    below = grammar.agreeing(rest, gender, not thousands) if rest or not thousands else ()
    return (*above, *below, f"{noun}-{grammar.form(n)}")


def with_zero(n: int, zero: str) -> Clips:
    """Minutes behind an hour: nothing on the hour, "oh five", "thirty"."""
    return () if n == 0 else (zero, *number(n)) if n < 10 else number(n)


def day_and_month(day: date) -> Clips:
    """A date, where the language says it in one form: an ordinal, and the month in the genitive."""
    return (f"hours/day-{day.day}", f"hours/month-{day.month}")


def until_day_and_month(day: date) -> Clips:
    """The same behind "until"."""
    return (f"hours/until-day-{day.day}", f"hours/month-{day.month}")
