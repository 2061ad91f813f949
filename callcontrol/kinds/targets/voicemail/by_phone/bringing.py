"""A sound file that the caller's switch does not have is brought to it, while the person waits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from callcontrol.control import box_commands as in_box
from callcontrol.control.box_events import SoundBrought
from callcontrol.control.commands import Command
from callcontrol.kinds.targets.voicemail.by_phone.place import At, Kept, Place, Turn
from callcontrol.routing.speech import MailboxPhrase, as_file_string
from callcontrol.routing.speech.languages import Files

# What is heard after "one moment", if it takes longer.
MUSIC: Final = "music/waiting.wav"


@dataclass(frozen=True, slots=True)
class Bringing(Place):
    """It takes a moment; then the file is heard, or that it cannot be. Keys do what they do where the person is.

    Attributes:
        place: where that is.
        sound: the file, as that place names it; media_id: of it.
        rest: what is heard after it.
        was_tried: whether the switch was told to play it, and did not have it: that was noted as a hearing already.
    """

    place: Place
    sound: str
    media_id: str
    rest: tuple[str, ...]
    was_tried: bool

    def said(self, at: At) -> tuple[str, ...]:
        """One moment; music."""
        return (as_file_string(at.say(MailboxPhrase.ONE_MOMENT)), MUSIC)

    def begin(self, at: At) -> tuple[Command, ...]:
        """It is asked for."""
        return (in_box.BringSound(self.media_id),)

    def heard_next(self, brought: SoundBrought, at: At) -> tuple[str, ...]:
        """What is played now that it is there, or cannot be brought."""
        return (brought.path or as_file_string(self.missing(at)), *self.rest)

    def noted(self, brought: SoundBrought, at: At) -> tuple[Command, ...]:
        """That it is heard now."""
        return self.place.hears(self.sound, at) if brought.path and not self.was_tried else ()

    def again(self, at: At) -> Place:
        """It is asked for anew."""
        return self.place.again(at)

    def reminder(self, at: At) -> tuple[str, ...]:
        """As there."""
        return self.place.reminder(at)

    def entered(self, keys: str, at: At) -> Turn | None:
        """As there."""
        return self.place.entered(keys, at)

    def back(self, at: At) -> Turn:
        """As there."""
        return self.place.back(at)

    def over(self, at: At) -> Turn | None:
        """As there."""
        return self.place.over(at)

    def hears(self, sound: str, at: At) -> tuple[Command, ...]:
        """As there: of what is heard after it."""
        return self.place.hears(sound, at)

    def kept_file(self, sound: str, at: At) -> Kept | None:
        """As there: what is heard after it may have to be brought too."""
        return self.place.kept_file(sound, at)

    def missing(self, at: At) -> Files:
        """As there."""
        return self.place.missing(at)
