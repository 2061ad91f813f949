"""What a call can ask for about the recording of its conversations."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AnnounceRecording:
    """Play this to a leg of a conversation, in which it hears nothing else meanwhile; answered by Announced.

    No key ends it, and from now on the switch's own records show no key that is pressed at this leg.
    """

    leg_id: str
    file: str


@dataclass(frozen=True, slots=True)
class EndPrompt:
    """The announcement to this leg is over, or ends now (`at_once`)."""

    leg_id: str
    at_once: bool = False


@dataclass(frozen=True, slots=True)
class StartRecording:
    """Record a channel's conversation, for so many seconds at most; answered by RecordingBegan or RecordingFailed.

    The left side is what the channel says, the right one what it hears; `swapped`: the other way round. Asked for again
    it changes nothing.
    """

    channel: str
    media_id: str
    path: str
    limit_s: int
    swapped: bool = False


@dataclass(frozen=True, slots=True)
class MaskRecording:
    """Write silence in place of both sides from now on, or (`on` False) write them again."""

    channel: str
    path: str
    on: bool


@dataclass(frozen=True, slots=True)
class StopRecording:
    """End a recording; RecordingEnded tells of it."""

    channel: str
    path: str


@dataclass(frozen=True, slots=True)
class HideKeys:
    """No worker keeps keys that are pressed at this leg from now on, or (`on` False) they are kept again."""

    leg_id: str
    on: bool


TalkCommand = AnnounceRecording | EndPrompt | StartRecording | MaskRecording | StopRecording | HideKeys
