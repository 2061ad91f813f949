"""A message goes to another box of the tenant, with a spoken word in front of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final

from callcontrol.control import box_commands as in_box
from callcontrol.control.box_events import BoxChanged
from callcontrol.control.commands import Command
from callcontrol.control.events import Event
from callcontrol.kinds.targets.voicemail.by_phone.boxes import box_at
from callcontrol.kinds.targets.voicemail.by_phone.place import At, Place, Turn, Waiting, failed
from callcontrol.kinds.targets.voicemail.by_phone.recording import Asking, Purpose, SpokenFile
from callcontrol.kinds.targets.voicemail.settings import VoicemailTarget
from callcontrol.routing.speech import MailboxHint, MailboxPhrase, as_file_string
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.mailbox import AddMessage, BoxChange, ChangeReply, Message, MessageState, SetState
from callcontrol.vocabulary.media import MediaKind
from callcontrol.vocabulary.target import text_of

MOST_DIGITS: Final = 16


@dataclass(frozen=True, slots=True)
class AskWhereTo(Place):
    """To which box?

    Attributes:
        message: what is passed on. then: where the person goes on.
    """

    most: ClassVar[int] = MOST_DIGITS

    message: Message
    then: Place

    def said(self, at: At) -> tuple[str, ...]:
        """The question."""
        return (as_file_string(at.say(MailboxPhrase.ENTER_BOX)),)

    def entered(self, keys: str, at: At) -> Turn | None:
        """A box of the tenant's, and another one."""
        to = box_at(keys, at.facts.tenant)
        if not to or to == at.box:
            return Turn(self, at.say(MailboxPhrase.NO_SUCH_BOX), is_wrong=True)
        return Turn(Asking(Word(self.message, to, self.then)))

    def back(self, at: At) -> Turn:
        """On with the messages."""
        return Turn(self.then)


@dataclass(frozen=True, slots=True)
class Word(Purpose):
    """What is said in front of a message that is passed on."""

    medium: ClassVar[MediaKind] = MediaKind.MESSAGE
    save: ClassVar[MailboxHint] = MailboxHint.SEND

    message: Message
    to: str
    then: Place

    def owner(self, at: At) -> str:
        """The box it goes to."""
        return text_of(VoicemailTarget(self.to))

    def saved(self, recording: SpokenFile, at: At) -> Turn:
        """It goes there."""
        return Turn(PassingOn(self.message, recording.path, self.to, self.then))

    def dropped(self, at: At) -> Turn:
        """It stays here."""
        return Turn(self.then)


class Stage(StrEnum):
    """How far a message is on its way to another box."""

    ADDED = "added"  # it is put there
    REVIVED = "revived"  # it was there before: it is new again
    DELETED = "deleted"  # it is deleted here


@dataclass(frozen=True, slots=True)
class PassingOn(Waiting):
    """It is put into the other box first, and then deleted here: there it is new, and taken by no one."""

    message: Message
    word: str
    to: str
    then: Place
    stage: Stage = Stage.ADDED

    def begin(self, at: At) -> tuple[Command, ...]:
        """A second time it changes nothing."""
        return (in_box.ChangeBox(at.box if self.stage is Stage.DELETED else self.to, self._change(at)),)

    def answered(self, event: Event, at: At) -> Turn | None:
        """One after the other."""
        if not isinstance(event, BoxChanged) or event.change != self._change(at):
            return None
        if event.changed is None and self.stage is not Stage.DELETED:
            return failed(at, event.trouble, self.then)
        if self.stage is Stage.DELETED:
            told = f"{at.owner}: message {self.message.id} passed on to voicemail:{self.to} by {at.who}"
            return Turn(self.then, at.say(MailboxPhrase.SENT), note=told)
        was_there = event.changed is not None and event.changed.reply is ChangeReply.THERE
        return Turn(replace(self, stage=Stage.REVIVED if was_there else Stage.DELETED))

    def _change(self, at: At) -> BoxChange:
        match self.stage:
            case Stage.ADDED:
                there = replace(self.message, state=MessageState.NEW, taken_by="", done_by="")
                return AddMessage(replace(there, word=self.word, passed_on_by=at.who))
            case Stage.REVIVED:
                return SetState(self.message.id, MessageState.NEW)
            case Stage.DELETED:
                return SetState(self.message.id, MessageState.DELETED)
