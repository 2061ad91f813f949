"""What can happen to the recording of a conversation. Past tense, as `events.py`."""

from __future__ import annotations

from dataclasses import dataclass

from callcontrol.vocabulary.recording import RecordingAction


@dataclass(frozen=True, slots=True)
class Announced:
    """A leg of the conversation has heard the announcement of its recording to the end."""

    leg_id: str


@dataclass(frozen=True, slots=True)
class RecordingBegan:
    """The switch records (RECORD_START)."""

    media_id: str


@dataclass(frozen=True, slots=True)
class RecordingEnded:
    """The switch has closed the file (RECORD_STOP).

    Attributes:
        cause: as the switch says it (`Record-Completion-Cause`).
        length_ms: what it wrote, 0: nothing, and there is no file.
    """

    media_id: str
    cause: str
    length_ms: int

    @property
    def is_lost(self) -> bool:
        """Whether there is no file, or not all of it (switch_ivr_async.c, record_callback: `uri-failure`)."""
        return self.is_unwritable or not self.length_ms

    @property
    def is_unwritable(self) -> bool:
        """Whether the switch could not write it."""
        return self.cause == "uri-failure"


@dataclass(frozen=True, slots=True)
class RecordingFailed:
    """The switch did not begin to record; `refused`: it was asked, and could not."""

    media_id: str
    why: str
    refused: bool = False


@dataclass(frozen=True, slots=True)
class RecordingAsked:
    """Something is to be done about the recording, as a command says; `by`: who has given it."""

    action: RecordingAction
    by: str


TalkEvent = Announced | RecordingBegan | RecordingEnded | RecordingFailed | RecordingAsked
