"""Greetings and the name: recorded, heard, put in force until a day, and the default ones again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import ClassVar, Final

from callcontrol.control import box_commands as in_box
from callcontrol.control.box_events import BoxFound
from callcontrol.control.commands import Command
from callcontrol.control.events import Event, Stored
from callcontrol.kinds.targets.voicemail.by_phone.place import At, Kept, Place, Turn, Waiting, failed
from callcontrol.kinds.targets.voicemail.by_phone.recording import Asking, Purpose, SpokenFile
from callcontrol.routing.speech import MailboxHint, MailboxPhrase, as_file_string, until_day
from callcontrol.routing.speech.languages import Files
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.mailbox import Greeting, GreetingKind
from callcontrol.vocabulary.media import MediaKind, named_in
from callcontrol.vocabulary.moment import Instant, datetime_of, instant_of

_KEYS: Final = {
    "1": (GreetingKind.NORMAL, MailboxHint.NORMAL),
    "2": (GreetingKind.AWAY, MailboxHint.AWAY),
    "3": (GreetingKind.BUSY, MailboxHint.BUSY),
    "4": (GreetingKind.NAME, MailboxHint.NAME),
}
DATE_DIGITS: Final = 4


@dataclass(frozen=True, slots=True)
class ChooseGreeting(Place):
    """Which one?"""

    def said(self, at: At) -> tuple[str, ...]:
        """Each with its key."""
        return (at.hints(*((key, hint) for key, (_, hint) in _KEYS.items())),)

    def entered(self, keys: str, at: At) -> Turn | None:
        """That one."""
        return Turn(LookingUp(_KEYS[keys][0])) if keys in _KEYS else None


@dataclass(frozen=True, slots=True)
class LookingUp(Waiting):
    """What is recorded of it is looked up."""

    kind: GreetingKind

    def begin(self, at: At) -> tuple[Command, ...]:
        """Look."""
        return (in_box.LookAtBox(at.box),)

    def answered(self, event: Event, at: At) -> Turn | None:
        """It is there, or is not."""
        if not isinstance(event, BoxFound) or event.box != at.box:
            return None
        if event.found is None:
            return failed(at, event.trouble)
        return Turn(AtGreeting(self.kind, event.found.greetings.get(self.kind)))


@dataclass(frozen=True, slots=True)
class AtGreeting(Place):
    """One greeting.

    Attributes:
        aloud: it is to be heard.
    """

    kind: GreetingKind
    greeting: Greeting | None
    aloud: bool = False

    def said(self, at: At) -> tuple[str, ...]:
        """How it stands, or itself, and the keys."""
        if self.greeting is not None and self.aloud:
            return (self.greeting.path, *self.reminder(at))
        return (as_file_string(self._standing(at)), *self.reminder(at))

    def kept_file(self, sound: str, at: At) -> Kept | None:
        """Itself."""
        if self.greeting is None or sound != self.greeting.path:
            return None
        return Kept(named_in(sound), self.greeting.switch)

    def missing(self, at: At) -> Files:
        """Its file could not be brought."""
        return at.say(MailboxPhrase.NOT_HERE)

    def reminder(self, at: At) -> tuple[str, ...]:
        """The keys."""
        is_there, is_used = self.greeting is not None, self._is_used(at)
        return (
            at.hints(
                ("1", MailboxHint.HEAR) if is_there else None,
                ("2", MailboxHint.RECORD),
                ("3", MailboxHint.USE) if is_there and not is_used else None,
                ("0", MailboxHint.DEFAULT) if is_used else None,
            ),
        )

    def entered(self, keys: str, at: At) -> Turn | None:
        """Hear it, record it, use it, or the default one."""
        match keys:
            case "1" if self.greeting is not None:
                return Turn(replace(self, aloud=True))
            case "2":
                return Turn(Asking(NewGreeting(self.kind)))
            case "3" if self.greeting is not None:
                return put_in_force(self.kind, self.greeting, at)
            case "0" if self.greeting is not None:
                return Turn(StoringGreeting(self.kind, replace(self.greeting, until=at.facts.now)))
            case _:
                return None

    def back(self, at: At) -> Turn:
        """To the other greetings."""
        return Turn(ChooseGreeting())

    def _is_used(self, at: At) -> bool:
        return self.greeting is not None and self.greeting.is_in_force(at.facts.now)

    def _standing(self, at: At) -> Files:
        if self.greeting is None:
            return at.say(MailboxPhrase.NOTHING_RECORDED)
        return in_use(self.greeting, at) if self._is_used(at) else at.say(MailboxPhrase.DEFAULT_USED)


@dataclass(frozen=True, slots=True)
class NewGreeting(Purpose):
    """A greeting, or the name, is spoken."""

    medium: ClassVar[MediaKind] = MediaKind.GREETING
    save: ClassVar[MailboxHint] = MailboxHint.SAVE

    kind: GreetingKind

    def saved(self, recording: SpokenFile, at: At) -> Turn:
        """It is in force."""
        now = at.facts.now
        greeting = Greeting(at.call.switch, recording.path, recording.length_ms, now, at.who)
        return put_in_force(self.kind, greeting, at)

    def dropped(self, at: At) -> Turn:
        """What was there stays."""
        return Turn(LookingUp(self.kind))


@dataclass(frozen=True, slots=True)
class AskDay(Place):
    """Until which day?"""

    most: ClassVar[int] = DATE_DIGITS

    kind: GreetingKind
    greeting: Greeting

    def said(self, at: At) -> tuple[str, ...]:
        """The question."""
        return (as_file_string(at.say(MailboxPhrase.ENTER_DATE)),)

    def entered(self, keys: str, at: At) -> Turn | None:
        """Four digits of a day; none: without an end."""
        if not keys:
            return Turn(StoringGreeting(self.kind, replace(self.greeting, until=None)))
        day = next_day(keys, datetime_of(at.facts.now, at.zone).date())
        if day is None:
            return Turn(self, at.say(MailboxPhrase.NO_SUCH_DAY), is_wrong=True)
        return Turn(StoringGreeting(self.kind, replace(self.greeting, until=_end_of(day, at))))

    def back(self, at: At) -> Turn:
        """It stays as it is."""
        return Turn(LookingUp(self.kind))


@dataclass(frozen=True, slots=True)
class StoringGreeting(Waiting):
    """How a greeting is to be from now on is being stored."""

    kind: GreetingKind
    greeting: Greeting

    def begin(self, at: At) -> tuple[Command, ...]:
        """For the next caller."""
        return (in_box.SetGreeting(at.box, self.kind, self.greeting),)

    def answered(self, event: Event, at: At) -> Turn | None:
        """It is in force, or the default one is."""
        if not isinstance(event, Stored):
            return None
        if event.trouble:
            return failed(at, event.trouble, LookingUp(self.kind))
        is_used = self.greeting.is_in_force(at.facts.now)
        told = f"{at.owner}: greeting {self.kind} {'in force' if is_used else 'not in force'}, set by {at.who}"
        return Turn(AtGreeting(self.kind, self.greeting), at.say(MailboxPhrase.SAVED), note=told)


def put_in_force(kind: GreetingKind, greeting: Greeting, at: At) -> Turn:
    """At once; that of an absence until a day."""
    if kind is GreetingKind.AWAY:
        return Turn(AskDay(kind, greeting))
    return Turn(StoringGreeting(kind, replace(greeting, until=None)))


def in_use(greeting: Greeting, at: At) -> Files:
    """It is in force, and until which day."""
    said = at.say(MailboxPhrase.IN_USE)
    if greeting.until is None:
        return said
    last = datetime_of(greeting.until, at.zone) - timedelta(seconds=1)
    return (*said, *until_day(at.language, last.date()))


def next_day(digits: str, today: date) -> date | None:
    """The next day that is written so, DDMM, today among them; None: there is none."""
    if len(digits) != DATE_DIGITS or not digits.isdigit():
        return None
    for year in range(today.year, today.year + 5):  # the 29th of February is at most four years away
        try:
            day = date(year, int(digits[2:]), int(digits[:2]))
        except ValueError:
            continue
        if day >= today:
            return day
    return None


def _end_of(day: date, at: At) -> Instant:
    """The midnight after it, on the tenant's clocks."""
    return instant_of(datetime.combine(day + timedelta(days=1), time(0), at.zone))
