"""Another PIN: pressed twice, and none that is easy to guess."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from callcontrol.control import box_commands as in_box
from callcontrol.control.events import Event, Stored
from callcontrol.kinds.targets.voicemail.by_phone.boxes import known_of
from callcontrol.kinds.targets.voicemail.by_phone.place import At, Place, Turn, Waiting, failed
from callcontrol.routing.speech import MailboxPhrase, as_file_string
from callcontrol.vocabulary.pin import LONGEST, weakness


@dataclass(frozen=True, slots=True)
class NewPin(Place):
    """Which one?"""

    most: ClassVar[int] = LONGEST + 1

    def said(self, at: At) -> tuple[str, ...]:
        """The question."""
        return (as_file_string(at.say(MailboxPhrase.NEW_PIN)),)

    def entered(self, keys: str, at: At) -> Turn | None:
        """One that is not easy to guess."""
        why = weakness(keys, known_of(at.box, at.facts.tenant), at.facts.tenant.mailboxes.shortest_pin)
        if why:
            return Turn(
                self, at.say(MailboxPhrase.WEAK_PIN), note=f"{at.owner}: a PIN is refused: {why}", is_wrong=True
            )
        return Turn(SamePin(keys))


@dataclass(frozen=True, slots=True)
class SamePin(Place):
    """Once more."""

    most: ClassVar[int] = LONGEST + 1

    pin: str

    def said(self, at: At) -> tuple[str, ...]:
        """The question."""
        return (as_file_string(at.say(MailboxPhrase.REPEAT_PIN)),)

    def entered(self, keys: str, at: At) -> Turn | None:
        """The same one."""
        if keys != self.pin:
            return Turn(NewPin(), at.say(MailboxPhrase.PINS_DIFFER), is_wrong=True)
        return Turn(StoringPin(), commands=(in_box.SetPin(at.box, keys),))


@dataclass(frozen=True, slots=True)
class StoringPin(Waiting):
    """It is being hashed and stored."""

    def answered(self, event: Event, at: At) -> Turn | None:
        """From now on it is asked for."""
        if not isinstance(event, Stored):
            return None
        if event.trouble:
            return failed(at, event.trouble)
        return Turn("home", at.say(MailboxPhrase.PIN_CHANGED), note=f"{at.owner}: PIN changed by {at.who}")

    def again(self, at: At) -> Place:
        """Whether it was stored is not known."""
        return NewPin()
