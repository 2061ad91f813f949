"""Recordings of conversations, as nouns: whether one is recorded, which way it goes, what is done about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from callcontrol.vocabulary.moment import Instant


class RecordingMode(StrEnum):
    """Whether a conversation is recorded."""

    NEVER = "never"
    ANNOUNCE = "announce"  # those who talk hear the announcement, and it is recorded from its end on
    ON_DEMAND = "on_demand"  # as above, from when one of the tenant's own people asks for it


class TalkDirection(StrEnum):
    """Which way a conversation goes, as the tenant sees it."""

    IN = "in"  # a call from outside
    OUT = "out"  # one of the tenant's phones calls outside
    INTERNAL = "internal"  # between two of the tenant's phones


class RecordingAction(StrEnum):
    """What can be asked for while a conversation goes on, by key or by command."""

    START = "start"
    STOP = "stop"
    PAUSE = "pause"
    RESUME = "resume"


class RecordingFact(StrEnum):
    """What was decided and done about recording a conversation."""

    NEVER = "never"
    ANNOUNCE = "announce"
    ON_DEMAND = "on_demand"
    OBJECTED = "objected"
    STARTED = "started"
    PAUSED = "paused"
    RESUMED = "resumed"
    ENDED = "ended"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class RecordingNoted:
    """Something was decided or done about recording a conversation (an entry of the trail).

    Attributes:
        why: the rule that decided it, who asked for it, or what has ended it.
        media_id: of the recording, "" where there is none.
        source: file:line of what decided it.
    """

    at: Instant
    what: RecordingFact
    why: str = ""
    media_id: str = ""
    source: str = ""
    kind: Literal["recording"] = "recording"
