"""Counters: what limits of a payer count of its calls outside, and what becomes of a leg that is to be counted."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from callcontrol.vocabulary.restriction import Level

MINUTE_MS: Final = 60_000
HOUR_MS: Final = 3_600_000
# What is counted, in the order of Cap.
_UNITS: Final = ("at once", "a minute", "an hour", "numbers an hour")


class Cap(StrEnum):
    """What a payer's calls to a class of numbers may have no more of; the words are the settings' own."""

    CALLS_AT_ONCE = "calls_at_once"
    CALLS_PER_MINUTE = "calls_per_minute"
    CALLS_PER_HOUR = "calls_per_hour"
    NUMBERS_PER_HOUR = "numbers_per_hour"

    def described(self, most: int, capped: str) -> str:
        """So many calls as the cap allows, in words."""
        calls = "calls outside" if capped == "all" else f"calls to {capped} numbers"
        match self:
            case Cap.CALLS_AT_ONCE:
                return f"{most} {calls} at once"
            case Cap.CALLS_PER_MINUTE:
                return f"{most} {calls} within a minute"
            case Cap.CALLS_PER_HOUR:
                return f"{most} {calls} within an hour"
            case Cap.NUMBERS_PER_HOUR:
                return f"{calls} of {most} different numbers within an hour"


@dataclass(frozen=True, slots=True)
class Counter:
    """The calls of one payer to one class of numbers, and the most they may be; 0: any number.

    Attributes:
        payer: `extension:101`, or `tenant` for the tenant as a whole.
        capped: a class of numbers, `all` or `dear`.
        level: how the payer is restricted where there is no room; None: not at all.
    """

    payer: str
    capped: str
    calls_at_once: int = 0
    calls_per_minute: int = 0
    calls_per_hour: int = 0
    numbers_per_hour: int = 0
    level: Level | None = None

    @property
    def name(self) -> str:
        """As in the keys of the live state."""
        return f"{self.payer}:{self.capped}"

    @property
    def counts(self) -> bool:
        """Whether anything of it has a limit."""
        return any((self.calls_at_once, self.calls_per_minute, self.calls_per_hour, self.numbers_per_hour))

    def without(self, caps: Collection[Cap]) -> Counter:
        """The counter without these caps."""
        at_once, minute, hour, numbers = (0 if cap in caps else self.most(cap) for cap in Cap)
        return Counter(self.payer, self.capped, at_once, minute, hour, numbers, self.level)

    def most(self, cap: Cap) -> int:
        """How many of it there may be; 0: any number."""
        found: int = getattr(self, cap.value)
        return found


def limit_of(counter: Counter, cap: Cap) -> str:
    """The name of the limit that this cap of the counter is, as restrictions have it."""
    return f"{cap.value}/{counter.capped}"


@dataclass(frozen=True, slots=True)
class Claim:
    """A leg that is about to go out, and the counters it counts in.

    Attributes:
        number: what it dials.
        again: it takes the place of a leg of the same call that another trunk did not take: it is no further call.
    """

    leg: str
    number: str
    counters: tuple[Counter, ...]
    again: bool = False


@dataclass(frozen=True, slots=True)
class Reached:
    """Why a leg does not go out: this counter has no room for it.

    Attributes:
        number: what it would have dialled.
    """

    counter: Counter
    cap: Cap
    number: str

    @property
    def limit(self) -> str:
        """The name of the limit, as restrictions have it."""
        return limit_of(self.counter, self.cap)

    @property
    def why(self) -> str:
        """In words."""
        whose = "the tenant" if self.counter.payer == "tenant" else self.counter.payer
        most = self.cap.described(self.counter.most(self.cap), self.counter.capped)
        return f"{whose} has {most} already, and may have no more"


@dataclass(frozen=True, slots=True)
class Counted:
    """What has been counted in a counter.

    Attributes:
        at_once: legs that have a place now.
        minute, hour: calls that began within the last minute and hour; as far as they are limited.
        numbers: different numbers within the last hour; as far as they are limited.
        knows: whether the number that was asked about is one of them.
    """

    at_once: int = 0
    minute: int = 0
    hour: int = 0
    numbers: int = 0
    knows: bool = False

    def described(self, counter: Counter) -> str:
        """How the counter stands, in words."""
        counts = (self.at_once, self.minute, self.hour, self.numbers)
        told = (
            f"{count} of {counter.most(cap)} {unit}"
            for cap, count, unit in zip(Cap, counts, _UNITS, strict=True)
            if counter.most(cap)
        )
        return f"{counter.payer} {counter.capped} {', '.join(told)}"

    def full(self, counter: Counter) -> Cap | None:
        """What the counter has no more of; None: there is room for one more call."""
        if counter.calls_at_once and self.at_once >= counter.calls_at_once:
            return Cap.CALLS_AT_ONCE
        if counter.calls_per_minute and self.minute >= counter.calls_per_minute:
            return Cap.CALLS_PER_MINUTE
        if counter.calls_per_hour and self.hour >= counter.calls_per_hour:
            return Cap.CALLS_PER_HOUR
        if counter.numbers_per_hour and not self.knows and self.numbers >= counter.numbers_per_hour:
            return Cap.NUMBERS_PER_HOUR
        return None
