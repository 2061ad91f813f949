"""Before the box is open: which one, and its PIN."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from callcontrol.control import box_commands as in_box
from callcontrol.control.box_events import PinChecked
from callcontrol.control.events import Event
from callcontrol.kinds.targets.voicemail.by_phone.boxes import box_at
from callcontrol.kinds.targets.voicemail.by_phone.forwarding import MOST_DIGITS
from callcontrol.kinds.targets.voicemail.by_phone.place import At, Place, Turn, Waiting, failed
from callcontrol.routing.speech import MailboxPhrase, as_file_string
from callcontrol.vocabulary.pin import LONGEST, PinVerdict


@dataclass(frozen=True, slots=True)
class AskBox(Place):
    """Which box?"""

    most: ClassVar[int] = MOST_DIGITS

    def said(self, at: At) -> tuple[str, ...]:
        """The question."""
        return (as_file_string(at.say(MailboxPhrase.ENTER_BOX)),)

    def entered(self, keys: str, at: At) -> Turn | None:
        """A box of the tenant's: its PIN is asked for."""
        box = box_at(keys, at.facts.tenant)
        if not box:
            return Turn(self, at.say(MailboxPhrase.NO_SUCH_BOX), is_wrong=True)
        return Turn(AskPin(), box=box)

    def back(self, at: At) -> Turn:
        """None."""
        return Turn("gone")


@dataclass(frozen=True, slots=True)
class AskPin(Place):
    """Its PIN?"""

    most: ClassVar[int] = LONGEST + 1

    def said(self, at: At) -> tuple[str, ...]:
        """The question."""
        return (as_file_string(at.say(MailboxPhrase.ENTER_PIN)),)

    def entered(self, keys: str, at: At) -> Turn | None:
        """It is checked; nothing pressed is no attempt."""
        rules = at.facts.tenant.mailboxes
        check = in_box.CheckPin(at.box, keys, rules.wrong_pins, rules.locked_min * 60)
        return Turn(CheckingPin(), commands=(check,)) if keys else None

    def back(self, at: At) -> Turn:
        """None."""
        return Turn("gone")


@dataclass(frozen=True, slots=True)
class CheckingPin(Waiting):
    """The PIN is compared. It does not stand here: where a worker dies meanwhile it is asked for again."""

    def answered(self, event: Event, at: At) -> Turn | None:
        """The box opens, or does not."""
        match event:
            case PinChecked(box, PinVerdict.RIGHT) if box == at.box:
                return Turn("home")
            case PinChecked(box, PinVerdict.WRONG) if box == at.box:
                wrong = f"{at.owner}: wrong PIN from {at.who}"
                return Turn(AskPin(), at.say(MailboxPhrase.WRONG_PIN), note=wrong, is_wrong=True)
            case PinChecked(box, PinVerdict.LOCKED) if box == at.box:
                return Turn("gone", at.say(MailboxPhrase.LOCKED), note=f"{at.owner} is locked: {at.who} was not let in")
            case PinChecked(box, _, trouble) if box == at.box:
                return failed(at, trouble, "gone")
            case _:
                return None

    def again(self, at: At) -> Place:
        """The PIN has to be pressed once more."""
        return AskPin()
