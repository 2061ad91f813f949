"""Counters: what limits of a payer count of its calls outside, and what becomes of a leg that is to be counted."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

MINUTE_MS: Final = 60_000
HOUR_MS: Final = 3_600_000


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
    """

    payer: str
    capped: str
    calls_at_once: int = 0
    calls_per_minute: int = 0
    calls_per_hour: int = 0
    numbers_per_hour: int = 0

    @property
    def name(self) -> str:
        """As in the keys of the live state."""
        return f"{self.payer}:{self.capped}"

    @property
    def counts(self) -> bool:
        """Whether anything of it has a limit."""
        return any((self.calls_at_once, self.calls_per_minute, self.calls_per_hour, self.numbers_per_hour))

    def most(self, cap: Cap) -> int:
        """How many of it there may be; 0: any number."""
        found: int = getattr(self, cap.value)
        return found


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
