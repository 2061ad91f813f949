"""What the operations of the model answer with."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, NamedTuple, TypeVar

from callcontrol.vocabulary.queue import Notice, Offer

Answer = TypeVar("Answer")


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


class Objection(StrEnum):
    """Why something an agent asked for was not done."""

    UNKNOWN = "unknown"  # there is no such agent
    AUTO = "auto"  # the agent is active whenever a phone is registered
    NO_WRAP_UP = "no_wrap_up"  # there is nothing to prolong, or no time by which
