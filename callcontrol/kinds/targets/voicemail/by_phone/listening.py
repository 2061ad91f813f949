"""Messages, one after the other: each is heard, then kept, deleted, passed on, called back."""

from __future__ import annotations

from dataclasses import dataclass

from callcontrol.control import box_commands as in_box
from callcontrol.control import commands as do
from callcontrol.control.box_events import BoxChanged, BoxFound
from callcontrol.control.commands import Command
from callcontrol.control.events import Event
from callcontrol.kinds.targets.voicemail.by_phone import calling_back
from callcontrol.kinds.targets.voicemail.by_phone.forwarding import AskWhereTo
from callcontrol.kinds.targets.voicemail.by_phone.place import At, Kept, Place, Turn, Waiting, failed
from callcontrol.routing.speech import (
    MailboxHint,
    MailboxPhrase,
    as_file_string,
    left_at,
    left_by,
    message_number,
)
from callcontrol.routing.speech.languages import Files
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.hearing import Hearing, Way
from callcontrol.vocabulary.mailbox import BoxChange, ChangeReply, Done, Message, MessageState, SetState, Take
from callcontrol.vocabulary.media import named_in
from callcontrol.vocabulary.moment import datetime_of
from callcontrol.vocabulary.phone_number import as_dialled_in


@dataclass(frozen=True, slots=True)
class Fetching(Waiting):
    """How the message stands now is looked up: another person may have taken or deleted it.

    Attributes:
        ids: the messages that are heard one after the other.
        index: which of them is wanted; where it is gone, the next one `step` further.
    """

    ids: tuple[str, ...]
    index: int = 0
    step: int = 1

    def begin(self, at: At) -> tuple[Command, ...]:
        """Look."""
        return (in_box.LookAtBox(at.box),)

    def answered(self, event: Event, at: At) -> Turn | None:
        """The message is heard; past the last one there is no more."""
        if not isinstance(event, BoxFound) or event.box != at.box:
            return None
        if event.found is None:
            return failed(at, event.trouble)
        index = self.index
        while 0 <= index < len(self.ids):
            message = event.found.message(self.ids[index])
            if message is not None:
                return Turn(Listening(self.ids, index, message))
            index += self.step
        return Turn("home", at.say(MailboxPhrase.NO_MORE))


@dataclass(frozen=True, slots=True)
class Listening(Place):
    """A message is heard, and what can be done with it.

    Attributes:
        brief: only the latter is said.
    """

    ids: tuple[str, ...]
    index: int
    message: Message
    brief: bool = False

    def said(self, at: At) -> tuple[str, ...]:
        """Its number, from whom and when it is, the message, the keys; as the box's settings want it."""
        if self.brief:
            return self.reminder(at)
        number = as_file_string((*self._standing(at), *message_number(at.language, self.index + 1)))
        sounds = (self.message.word, self.message.path) if self.message.word else (self.message.path,)
        told = as_file_string(self._told(at))
        match at.settings.announce:
            case "before":
                heard: tuple[str, ...] = (number, told, *sounds)
            case "after":
                heard = (number, *sounds, told)
            case _:
                heard = (number, *sounds)
        return (*heard, *self.reminder(at))

    def reminder(self, at: At) -> tuple[str, ...]:
        """The keys."""
        return (at.hints(*self._keys(at)),)

    def hears(self, sound: str, at: At) -> tuple[Command, ...]:
        """Who hears the message, and when: the ledger keeps it."""
        if sound != self.message.path:
            return ()
        now = at.facts.now
        return (do.NoteHearing(Hearing(at.call.tenant, self.message.id, now, at.who, Way.PHONE, at.call.id)),)

    def kept_file(self, sound: str, at: At) -> Kept | None:
        """The message; what is said in front of it was recorded where it was passed on."""
        if sound == self.message.path:
            return Kept(self.message.id, self.message.switch)
        return Kept(named_in(sound), at.call.switch) if sound == self.message.word else None

    def missing(self, at: At) -> Files:
        """The file could not be brought."""
        return at.say(MailboxPhrase.NOT_HERE)

    def entered(self, keys: str, at: At) -> Turn | None:
        """What the key does with the message."""
        match keys:
            case "1":
                return Turn(replace(self, brief=False))
            case "2":
                return Turn(ChangingMessage(SetState(self.message.id, MessageState.KEPT), self))
            case "3":
                to = MessageState.NEW if self._is_deleted else MessageState.DELETED
                return Turn(ChangingMessage(SetState(self.message.id, to), self))
            case "4":
                return self._previous(at)
            case "5" if at.at_home:
                return self._called_back(at)
            case "6" | "#":
                return self.next()
            case "7":
                return Turn(AskWhereTo(self.message, Fetching(self.ids, self.index + 1)))
            case "8":
                return self._dealt_with(at)
            case "9":
                return Turn(replace(self, brief=True), self._told(at))
            case _:
                return None

    def next(self) -> Turn:
        """The message after this one."""
        return Turn(Fetching(self.ids, self.index + 1))

    def _previous(self, at: At) -> Turn:
        if not self.index:
            return Turn(replace(self, brief=True), at.say(MailboxPhrase.NO_MORE))
        return Turn(Fetching(self.ids, self.index - 1, -1))

    def _called_back(self, at: At) -> Turn:
        number, why_not = calling_back.number_of(self.message, at.facts)
        if why_not:
            refused = f"{at.owner}: message {self.message.id} is not called back: {why_not}"
            return Turn(replace(self, brief=True), at.say(MailboxPhrase.NO_CALL_BACK), note=refused)
        return Turn("gone", note=f"{at.owner}: {at.who} calls back {number}, of message {self.message.id}", dial=number)

    def _dealt_with(self, at: At) -> Turn:
        if self.message.taken_by not in ("", at.who):
            return Turn(replace(self, brief=True), at.say(MailboxPhrase.TAKEN_BY_ANOTHER))
        is_mine = self.message.taken_by == at.who
        change = Done(self.message.id, at.who) if is_mine else Take(self.message.id, at.who)
        return Turn(ChangingMessage(change, self))

    @property
    def _is_deleted(self) -> bool:
        return self.message.state is MessageState.DELETED

    def _standing(self, at: At) -> Files:
        """What has become of it already."""
        if self._is_deleted:
            return at.say(MailboxPhrase.DELETED)
        if self.message.done_by:
            return at.say(MailboxPhrase.DONE)
        if self.message.taken_by not in ("", at.who):
            return at.say(MailboxPhrase.TAKEN_BY_ANOTHER)
        return ()

    def _told(self, at: At) -> Files:
        """From whom it is, and since when."""
        number, tenant = self.message.caller, at.facts.tenant
        digits = as_dialled_in(tenant.region, number) if number.startswith("+") else number
        left, now = (datetime_of(instant, at.zone) for instant in (self.message.at, at.facts.now))
        return (*left_by(at.language, digits), *left_at(at.language, left, now))

    def _keys(self, at: At) -> tuple[tuple[str, MailboxHint] | None, ...]:
        deal = MailboxHint.DONE if self.message.taken_by == at.who else MailboxHint.TAKE
        return (
            ("1", MailboxHint.AGAIN),
            ("2", MailboxHint.KEEP) if not self._is_deleted else None,
            ("3", MailboxHint.RESTORE if self._is_deleted else MailboxHint.DELETE),
            ("4", MailboxHint.PREVIOUS) if self.index else None,
            ("5", MailboxHint.CALL_BACK) if at.at_home and self.message.caller else None,
            ("6", MailboxHint.NEXT) if self.index + 1 < len(self.ids) else None,
            ("7", MailboxHint.FORWARD),
            ("8", deal) if at.is_shared and not self.message.done_by else None,
        )


@dataclass(frozen=True, slots=True)
class ChangingMessage(Waiting):
    """What was done with a message is being stored."""

    change: BoxChange
    message: Listening

    def begin(self, at: At) -> tuple[Command, ...]:
        """Store it; a second time it changes nothing."""
        return (in_box.ChangeBox(at.box, self.change),)

    def answered(self, event: Event, at: At) -> Turn | None:
        """It is stored, or another person was first."""
        if not isinstance(event, BoxChanged) or event.change != self.change:
            return None
        if event.changed is None:
            return failed(at, event.trouble, replace(self.message, brief=True))
        match event.changed.reply:
            case ChangeReply.GONE:
                return self.message.next()
            case ChangeReply.TAKEN:
                taken = replace(self.message.message, taken_by=event.changed.by)
                return Turn(self._with(taken), at.say(MailboxPhrase.TAKEN_BY_ANOTHER))
            case _:
                return self._done(at)

    def _done(self, at: At) -> Turn:
        message = self.message.message
        match self.change:
            case SetState(_, MessageState.NEW):
                restored = self._with(replace(message, state=MessageState.NEW))
                return Turn(restored, at.say(MailboxPhrase.RESTORED), note=self._noted(at, "restored"))
            case SetState(_, MessageState.KEPT):
                return self._on(at, MailboxPhrase.KEPT, "kept")
            case Take(_, by):
                taken = self._with(replace(message, taken_by=by))
                return Turn(taken, at.say(MailboxPhrase.TAKEN), note=self._noted(at, "taken"))
            case Done():
                return self._on(at, MailboxPhrase.DONE, "done")
            case _:
                return self._on(at, MailboxPhrase.DELETED, "deleted")

    def _on(self, at: At, said: MailboxPhrase, word: str) -> Turn:
        """The next message follows."""
        return replace(self.message.next(), first=at.say(said), note=self._noted(at, word))

    def _with(self, message: Message) -> Listening:
        return replace(self.message, message=message, brief=True)

    def _noted(self, at: At, word: str) -> str:
        return f"{at.owner}: message {self.message.message.id} {word} by {at.who}"
