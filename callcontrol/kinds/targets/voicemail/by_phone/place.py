"""What a person who is in a voicemail box by phone hears and can press, as places: each says its sentences, knows its
keys, and says what follows. `visit.py` plays, reads keys and waits; of the places it knows the first ones alone.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Final, Literal, NamedTuple
from zoneinfo import ZoneInfo

from callcontrol.control.call import Call
from callcontrol.control.commands import Command
from callcontrol.control.events import Event
from callcontrol.kinds.targets.voicemail.settings import Voicemail, VoicemailTarget, people_of, settings_of
from callcontrol.routing.facts import Facts
from callcontrol.routing.speech import MailboxHint, MailboxPhrase, as_file_string, mailbox_hint, mailbox_phrase
from callcontrol.routing.speech.languages import Files
from callcontrol.vocabulary.language import Language
from callcontrol.vocabulary.target import text_of

BACK_KEY: Final = "*"

# Where a person can go by name: the box is looked at anew and its menu said; or the call ends.
Elsewhere = Literal["home", "gone"]


@dataclass(frozen=True, slots=True)
class At:
    """Where a person is: what a place decides by.

    Attributes:
        box: the name of the box.
        who: who listens, as a target text: `extension:101`, `number:+48600100200`.
        at_home: whether it is an extension's own box and the call comes from there: only then it makes calls.
    """

    call: Call
    facts: Facts
    box: str
    who: str
    at_home: bool

    @property
    def language(self) -> Language:
        """The language of what is said."""
        return self.facts.language

    @property
    def settings(self) -> Voicemail:
        """Those of the box."""
        return settings_of(self.facts.tenant, self.box)

    @property
    def zone(self) -> ZoneInfo:
        """By whose clocks times are said."""
        return ZoneInfo(self.facts.tenant.zone)

    @property
    def is_shared(self) -> bool:
        """Whether the box is that of several: messages are then taken over, and done."""
        return len(people_of(self.facts.tenant, self.box)) > 1

    @property
    def owner(self) -> str:
        """The box as a target text."""
        return text_of(VoicemailTarget(self.box))

    def say(self, *names: MailboxPhrase) -> Files:
        """Sentences, one after the other."""
        return tuple(file for name in names for file in mailbox_phrase(self.language, name))

    def hints(self, *keys: tuple[str, MailboxHint] | None) -> str:
        """Which key does what, and last which one leads back; as one playback."""
        known = [one for one in (*keys, (BACK_KEY, MailboxHint.BACK)) if one is not None]
        return as_file_string([file for key, hint in known for file in mailbox_hint(self.language, hint, key)])


class Kept(NamedTuple):
    """A kept sound file.

    Attributes:
        switch: where it was recorded. That switch may have it no more.
    """

    media_id: str
    switch: str


class Take(NamedTuple):
    """What the switch is to record.

    Attributes:
        path: the switch's own path of the file.
    """

    path: str
    max_s: int
    silence_s: int


@dataclass(frozen=True, slots=True)
class Turn:
    """What a key, or an answer, leads to.

    Attributes:
        first: what is heard before anything else there.
        commands: what is to be done at once.
        note: what the trail says of it.
        box: the box that is meant from now on.
        is_wrong: what was pressed leads nowhere; that is counted.
        dial: a number that is called from here: the visit is over.
    """

    place: Place | Elsewhere
    first: Files = ()
    commands: tuple[Command, ...] = ()
    note: str = ""
    box: str = ""
    is_wrong: bool = False
    dial: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a person is in the box. Saved with the call.

    Attributes:
        most: keys of one input at most; several are ended by `#`, or by a while without any.
        waits: nothing is heard here, an answer is awaited.
    """

    most: ClassVar[int] = 1
    waits: ClassVar[bool] = False

    def said(self, at: At) -> tuple[str, ...]:
        """What is played here, one after the other."""
        return ()

    def reminder(self, at: At) -> tuple[str, ...]:
        """What is played to a person who presses nothing."""
        return self.said(at)

    def begin(self, at: At) -> tuple[Command, ...]:
        """What is done as the person comes here, and again where a worker died meanwhile."""
        return ()

    def again(self, at: At) -> Place:
        """Where the person is after a worker died: what was played is heard again."""
        return self

    def take(self, at: At) -> Take | None:
        """What is recorded here; None: nothing is."""
        return None

    def entered(self, keys: str, at: At) -> Turn | None:
        """What a key, or an input of several, leads to; None: nowhere."""
        return None

    def back(self, at: At) -> Turn:
        """What `*` leads to."""
        return Turn("home")

    def answered(self, event: Event, at: At) -> Turn | None:
        """What the awaited answer leads to; None: it is not the awaited one."""
        return None

    def recorded(self, length_ms: int, at: At) -> Turn:
        """What follows what was recorded here."""
        return Turn("home")

    def left(self, length_ms: int, at: At) -> tuple[Command, ...]:
        """What is done where the person hangs up here; so much was recorded on the channel last."""
        return ()

    def over(self, at: At) -> Turn | None:
        """What follows when all was played; None: a key is waited for."""
        return None

    def hears(self, sound: str, at: At) -> tuple[Command, ...]:
        """What is noted as this sound begins."""
        return ()

    def kept_file(self, sound: str, at: At) -> Kept | None:
        """The kept file that this sound is: where the switch does not have it, it is brought. None: it is a prompt."""
        return None

    def missing(self, at: At) -> Files:
        """What is said in place of a sound that the switch does not have."""
        return ()


@dataclass(frozen=True, slots=True)
class Waiting(Place):
    """An answer of the stores is awaited."""

    waits: ClassVar[bool] = True

    @abstractmethod
    def answered(self, event: Event, at: At) -> Turn | None:
        """What the awaited answer leads to; None: it is not the awaited one."""


def failed(at: At, trouble: str, place: Place | Elsewhere = "home") -> Turn:
    """The stores did not answer, or refused."""
    return Turn(place, at.say(MailboxPhrase.FAILED), note=f"{at.owner}: {trouble}")
