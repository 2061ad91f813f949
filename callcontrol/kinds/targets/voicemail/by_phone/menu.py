"""The box is open: how many messages there are, and what can be done."""

from __future__ import annotations

from dataclasses import dataclass

from callcontrol.control import box_commands as in_box
from callcontrol.control.box_events import BoxFound
from callcontrol.control.commands import Command
from callcontrol.control.events import Event
from callcontrol.kinds.targets.voicemail.by_phone.greetings import ChooseGreeting
from callcontrol.kinds.targets.voicemail.by_phone.listening import Fetching
from callcontrol.kinds.targets.voicemail.by_phone.pins import NewPin
from callcontrol.kinds.targets.voicemail.by_phone.place import At, Place, Turn, Waiting, failed
from callcontrol.routing.speech import MailboxHint, MailboxPhrase, as_file_string, message_counts
from callcontrol.vocabulary.mailbox import Box, Message, MessageState


@dataclass(frozen=True, slots=True)
class LookingIn(Waiting):
    """The box is looked at."""

    def begin(self, at: At) -> tuple[Command, ...]:
        """Look."""
        return (in_box.LookAtBox(at.box),)

    def answered(self, event: Event, at: At) -> Turn | None:
        """What is in it."""
        if not isinstance(event, BoxFound) or event.box != at.box:
            return None
        return failed(at, event.trouble, "gone") if event.found is None else Turn(_menu(event.found))


@dataclass(frozen=True, slots=True)
class BoxMenu(Place):
    """What is wanted? The messages of each kind by their ids, the oldest first."""

    new: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()

    def said(self, at: At) -> tuple[str, ...]:
        """How many there are, whether more can come in, and the keys."""
        counts = message_counts(at.language, len(self.new), len(self.kept))
        is_full = len(self.new) + len(self.kept) >= at.settings.messages
        full = at.say(MailboxPhrase.FULL) if is_full else ()
        return (as_file_string((*counts, *full)), *self.reminder(at))

    def reminder(self, at: At) -> tuple[str, ...]:
        """The keys."""
        return (
            at.hints(
                ("1", MailboxHint.NEW) if self.new else None,
                ("2", MailboxHint.KEPT) if self.kept else None,
                ("3", MailboxHint.GREETINGS),
                ("4", MailboxHint.PIN),
                ("5", MailboxHint.DELETED) if self.deleted else None,
            ),
        )

    def entered(self, keys: str, at: At) -> Turn | None:
        """Messages, greetings, the PIN."""
        match keys:
            case "1" if self.new:
                return Turn(Fetching(self.new))
            case "2" if self.kept:
                return Turn(Fetching(self.kept))
            case "3":
                return Turn(ChooseGreeting())
            case "4":
                return Turn(NewPin())
            case "5" if self.deleted:
                return Turn(Fetching(self.deleted))
            case _:
                return None

    def back(self, at: At) -> Turn:
        """It is enough."""
        return Turn("gone")


def _menu(box: Box) -> BoxMenu:
    there = [one for one in box.messages if one.state is not MessageState.DELETED]
    new = [one for one in there if one.state is MessageState.NEW and not one.taken_by]
    kept = [one for one in there if one not in new]
    return BoxMenu(_ids(new), _ids(kept), _ids([one for one in box.messages if one not in there]))


def _ids(messages: list[Message]) -> tuple[str, ...]:
    return tuple(one.id for one in messages)
