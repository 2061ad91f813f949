"""Speaking after the tone, and what is to become of it: heard, kept, or spoken again."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Final

from callcontrol.control import commands as do
from callcontrol.control.commands import Command
from callcontrol.kinds.targets.voicemail.by_phone.place import At, Place, Take, Turn
from callcontrol.routing.speech import MailboxHint, MailboxPhrase, as_file_string
from callcontrol.vocabulary.media import MediaChange, MediaKind, MediaState, media_id_of

TONE: Final = "tone_stream://%(500,0,640)"
# A greeting or a word is at least so long (milliseconds), and at most (seconds); so much silence ends it (seconds).
SHORTEST_MS: Final = 1_000
LONGEST_S: Final = 180
SILENCE_S: Final = 10


@dataclass(frozen=True, slots=True)
class SpokenFile:
    """A file that is made; spoken again it is the same file.

    Attributes:
        media_id, path: of the file. length_ms: of what was spoken last; 0: nothing yet.
    """

    media_id: str
    path: str
    length_ms: int = 0


@dataclass(frozen=True, slots=True)
class Purpose:
    """What is spoken, and what it is for. Saved with the call."""

    medium: ClassVar[MediaKind]
    save: ClassVar[MailboxHint]

    def owner(self, at: At) -> str:
        """Whose file it is, as a target text."""
        return at.owner

    @abstractmethod
    def saved(self, recording: SpokenFile, at: At) -> Turn:
        """It is what was wanted."""

    @abstractmethod
    def dropped(self, at: At) -> Turn:
        """It is not wanted any more."""


@dataclass(frozen=True, slots=True)
class Asking(Place):
    """The person is asked to speak."""

    purpose: Purpose
    recording: SpokenFile | None = None

    def said(self, at: At) -> tuple[str, ...]:
        """The sentence, and the tone."""
        return (as_file_string((*at.say(MailboxPhrase.SPEAK), TONE)),)

    def over(self, at: At) -> Turn | None:
        """Now."""
        return Turn(Speaking(self.purpose, self.recording or _new(at)))

    def entered(self, keys: str, at: At) -> Turn | None:
        """Any other key begins at once."""
        return self.over(at)

    def back(self, at: At) -> Turn:
        """Not at all."""
        return self.purpose.dropped(at)


@dataclass(frozen=True, slots=True)
class Speaking(Place):
    """The person speaks."""

    purpose: Purpose
    recording: SpokenFile

    def begin(self, at: At) -> tuple[Command, ...]:
        """The file is wanted before the switch is told to record."""
        states = (MediaState.WANTED, MediaState.RUNNING)
        return tuple(do.NoteMedia(change_of(self.purpose, self.recording, state, at)) for state in states)

    def take(self, at: At) -> Take | None:
        """The file."""
        return Take(self.recording.path, LONGEST_S, SILENCE_S)

    def recorded(self, length_ms: int, at: At) -> Turn:
        """What to do with it; with less than a word it is asked for again."""
        if length_ms < SHORTEST_MS:
            return Turn(Asking(self.purpose, self.recording), at.say(MailboxPhrase.TOO_SHORT))
        recording = SpokenFile(self.recording.media_id, self.recording.path, length_ms)
        return Turn(Reviewing(self.purpose, recording))

    def left(self, length_ms: int, at: At) -> tuple[Command, ...]:
        """The person has hung up while speaking: nothing of it is kept by the box."""
        return (closed(self.purpose, self.recording, at, "its speaker hung up before it was kept", length_ms),)


@dataclass(frozen=True, slots=True)
class Reviewing(Place):
    """It was spoken."""

    purpose: Purpose
    recording: SpokenFile
    aloud: bool = False

    def said(self, at: At) -> tuple[str, ...]:
        """What was spoken, if it is to be heard, and the keys."""
        return ((self.recording.path,) if self.aloud else ()) + self.reminder(at)

    def reminder(self, at: At) -> tuple[str, ...]:
        """The keys."""
        keys = (("1", self.purpose.save), ("2", MailboxHint.HEAR), ("3", MailboxHint.RECORD))
        return (at.hints(*keys),)

    def entered(self, keys: str, at: At) -> Turn | None:
        """Keep it, hear it, speak again."""
        match keys:
            case "1":
                saved = self.purpose.saved(self.recording, at)
                kept = closed(self.purpose, self.recording, at, "recorded", self.recording.length_ms)
                return Turn(saved.place, saved.first, (kept, *saved.commands), saved.note)
            case "2":
                return Turn(Reviewing(self.purpose, self.recording, aloud=True))
            case "3":
                return Turn(Asking(self.purpose, self.recording))
            case _:
                return None

    def back(self, at: At) -> Turn:
        """It is not wanted."""
        dropped = self.purpose.dropped(at)
        why = closed(self.purpose, self.recording, at, "not kept", self.recording.length_ms)
        return Turn(dropped.place, dropped.first, (why, *dropped.commands), dropped.note)

    def left(self, length_ms: int, at: At) -> tuple[Command, ...]:
        """The person has hung up before it was kept."""
        return (closed(self.purpose, self.recording, at, "its speaker hung up", self.recording.length_ms),)


def change_of(
    purpose: Purpose, recording: SpokenFile, state: MediaState, at: At, cause: str = "", length_ms: int = 0
) -> MediaChange:
    """The file has come into this state."""
    return MediaChange(
        media_id=recording.media_id,
        tenant=at.call.tenant,
        state=state,
        at=at.facts.now,
        cause=cause,
        kind=purpose.medium,
        call_id=at.call.id,
        channel=at.call.led,
        switch=at.call.switch,
        path=recording.path,
        owner=purpose.owner(at),
        caller=at.call.led_party.number,
        length_ms=length_ms or None,
    )


def closed(purpose: Purpose, recording: SpokenFile, at: At, cause: str, length_ms: int) -> Command:
    """The file is whole; without any length there is none."""
    if not length_ms:
        return do.NoteMedia(change_of(purpose, recording, MediaState.LOST, at, f"nothing was recorded: {cause}"))
    return do.NoteMedia(change_of(purpose, recording, MediaState.CLOSED, at, cause, length_ms))


def _new(at: At) -> SpokenFile:
    """A file of its own; `record` makes no folders, so its name is flat."""
    media_id = media_id_of(at.call.id, at.call.apps)
    return SpokenFile(media_id, f"{at.facts.settings.recordings}/{media_id}.wav")
