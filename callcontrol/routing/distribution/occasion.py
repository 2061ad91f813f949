"""What every operation is given, and what it answers with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, NamedTuple, TypeVar

from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.queue import Notice, Offer

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Occasion:
    """When and by whom an operation is asked for, and its chance.

    Attributes:
        periods: `day`, `week`, `month` at `now` in the tenant's zone, see `vocabulary.moment.periods_at`.
    """

    now: Instant
    worker: str
    seed: int
    periods: Mapping[str, str]


class Result(NamedTuple, Generic[Answer]):
    """What an operation answers, and what it leads to: offers and notices in the order they were made."""

    answer: Answer
    offers: tuple[Offer, ...]
    notices: tuple[Notice, ...]


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Whether an agent has the caller now.

    Attributes:
        losers: the others who still had the offer, in its order.
    """

    accepted: bool
    losers: tuple[str, ...] = ()


class Kept(StrEnum):
    """What became of a caller's wish to be called back."""

    GONE = "gone"  # his ticket was not there, or he has no number
    KEPT = "kept"
    NOTED = "noted"  # his number had a callback in this queue already: there is one for both
    REFUSED = "refused"  # his number had one lately: he waits on


class Objection(StrEnum):
    """Why something an agent asked for was not done."""

    UNKNOWN = "unknown"  # there is no such agent
    AUTO = "auto"  # he is active whenever his phone is registered
    NO_WRAP_UP = "no_wrap_up"  # there is nothing to prolong, or no time by which
