"""What a supervisor's call, and the call that is listened to, are told."""

from __future__ import annotations

from dataclasses import dataclass

from callcontrol.vocabulary.parked import Taker
from callcontrol.vocabulary.supervision import Mode, SupervisedTalk


@dataclass(frozen=True, slots=True)
class TalkFound:
    """How the conversation stands that was asked for."""

    talk: SupervisedTalk


@dataclass(frozen=True, slots=True)
class ReasonFound:
    """The reason that a command has given, in words; "": none is known."""

    reason: str


@dataclass(frozen=True, slots=True)
class TakenOver:
    """A supervisor, whose right was checked, takes the conversation over from this leg."""

    leg: str
    taker: Taker


@dataclass(frozen=True, slots=True)
class ModeAsked:
    """A person changes the mode elsewhere than at the phone; answered by AnswerMode.

    Attributes:
        request: of this wish.
        by: who, for the trail.
    """

    mode: Mode
    request: str
    by: str


SuperviseEvent = TalkFound | ReasonFound | TakenOver | ModeAsked
