"""What a call can ask for about the credit that pays for its legs."""

from __future__ import annotations

from dataclasses import dataclass

from callcontrol.control.dial_commands import DialCommand
from callcontrol.control.leg_credit import LegCredit
from callcontrol.vocabulary.moment import Instant


@dataclass(frozen=True, slots=True)
class ReserveFirst:
    """Reserve a first span for each of these legs, before they are dialled; answered by SpansReserved."""

    dial: DialCommand
    legs: tuple[LegCredit, ...]


@dataclass(frozen=True, slots=True)
class ReserveNext:
    """Reserve the next span for a leg; answered by SpanAnswered."""

    leg: LegCredit


@dataclass(frozen=True, slots=True)
class EndReservation:
    """The leg is over, or is not dialled: what was reserved and not used falls back.

    Attributes:
        answered, talk_us: as the switch tells them, or the best that is known; None, 0: it was never answered.
    """

    leg: LegCredit
    answered: Instant | None = None
    talk_us: int = 0


@dataclass(frozen=True, slots=True)
class EndAt:
    """The switch ends this leg at this second since the epoch, whatever becomes of us; what it was told before counts
    no more.

    Attributes:
        number: counts what the switch was told of this leg; 0 was told when it was dialled.
    """

    leg_id: str
    at_s: int
    number: int


@dataclass(frozen=True, slots=True)
class LookAtAnswer:
    """Ask the switch whether this leg has been answered, and when; told by AnswerFound if it has."""

    leg_id: str


@dataclass(frozen=True, slots=True)
class WarnPayer:
    """Play this to a leg of a conversation; its other side does not hear it."""

    leg_id: str
    file: str


@dataclass(frozen=True, slots=True)
class ComeBack:
    """The led channel is to come back to us when its conversation is over."""


CreditCommand = ReserveFirst | ReserveNext | EndReservation
CreditOrder = EndAt | LookAtAnswer | WarnPayer | ComeBack
