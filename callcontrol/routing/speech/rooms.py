"""What is said to those who enter a conference room, and in it."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from callcontrol.routing.speech.languages import Files, files
from callcontrol.vocabulary.language import Language


class RoomPhrase(StrEnum):
    """Sentences of a conference room; the value is the clip."""

    ENTER_PIN = "conference/enter-pin"  # please press the PIN, then the hash key
    ENTER_PIN_OR_GO_ON = "conference/enter-pin-or-go-on"  # the moderator's PIN; or only the hash key
    WRONG_PIN = "conference/wrong-pin"
    WRONG_TOO_OFTEN = "conference/wrong-too-often"  # and goodbye
    SAY_NAME = "conference/say-name"  # after the tone, then the hash key
    HAS_JOINED = "conference/has-joined"  # after the name
    HAS_LEFT = "conference/has-left"
    FULL = "conference/full"
    LOCKED = "conference/locked"
    FAILED = "conference/failed"  # it cannot be entered now
    WAIT = "conference/wait"  # for the moderator
    ENDED = "conference/ended"  # for all
    REMOVED = "conference/removed"  # one was sent out
    MUTED = "conference/muted"
    UNMUTED = "conference/unmuted"
    NOW_LOCKED = "conference/now-locked"  # to the moderator who did it
    NOW_UNLOCKED = "conference/now-unlocked"


def room_phrase(language: Language, name: RoomPhrase) -> Files:
    """A sentence of a conference room."""
    return files(language, (name,))


def everything(language: Language) -> Iterator[Files]:
    """All of them."""
    yield from (room_phrase(language, name) for name in RoomPhrase)
