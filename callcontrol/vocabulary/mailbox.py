"""A voicemail box as it stands now: its messages, the greetings recorded for it, its PIN; and what can be changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple

from callcontrol.vocabulary.moment import Instant

_NEVER: Final = Instant(0)


class MessageState(StrEnum):
    """What its owner has done with a message."""

    NEW = "new"
    KEPT = "kept"
    DELETED = "deleted"  # can be taken back for a day, then it is gone


@dataclass(frozen=True, slots=True)
class Message:
    """What a caller left in a box.

    Attributes:
        id: that of its media row.
        caller: the number (E.164), "" if it was withheld.
        name: the caller's display name, "" if there is none.
        at: when its recording began.
        switch, path: where the file was recorded.
        taken_by: who deals with it (`extension:101`, `jan (command)`), "" for none.
        done_by: who has dealt with it, "" for none.
        changed: when its state was changed last; 0: never.
        word: the file of what is said in front of it, "" for nothing; on the same switch.
        passed_on_by: who has passed it on from another box, "" for no one.
    """

    id: str
    caller: str
    name: str
    at: Instant
    length_ms: int
    switch: str
    path: str
    state: MessageState = MessageState.NEW
    taken_by: str = ""
    done_by: str = ""
    changed: Instant = _NEVER
    word: str = ""
    passed_on_by: str = ""


class GreetingKind(StrEnum):
    """What the owner has recorded by phone."""

    NORMAL = "normal"
    AWAY = "away"
    BUSY = "busy"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Greeting:
    """A greeting that was recorded by phone.

    Attributes:
        switch, path: where the file was recorded.
        at: when.
        by: who recorded it: `extension:101`.
        until: when it ends to be in force; None: when it is removed.
    """

    switch: str
    path: str
    length_ms: int
    at: Instant
    by: str
    until: Instant | None = None

    def is_in_force(self, instant: Instant) -> bool:
        """Whether it counts at this moment."""
        return self.until is None or instant < self.until


Greetings = Mapping[GreetingKind, Greeting]


class Counts(NamedTuple):
    """What a lamp shows of a box: messages that are new and taken by no one; those that are kept, or taken."""

    new: int = 0
    kept: int = 0


@dataclass(frozen=True, slots=True)
class Pin:
    """The PIN of a box.

    Attributes:
        hash: as it is kept, "" if none was chosen.
        failures: wrong attempts since the last right one, over all calls.
        locked_until: until when no attempt is allowed; 0: it is not locked.
    """

    hash: str = ""
    failures: int = 0
    locked_until: Instant = _NEVER


@dataclass(frozen=True, slots=True)
class Box:
    """All that is known of a box.

    Attributes:
        messages: the oldest first, deleted ones among them.
    """

    messages: tuple[Message, ...] = ()
    greetings: Greetings = field(default_factory=lambda: MappingProxyType({}))
    pin: Pin = Pin()

    @property
    def counts(self) -> Counts:
        """What its lamps show."""
        there = [one for one in self.messages if one.state is not MessageState.DELETED]
        new = sum(one.state is MessageState.NEW and not one.taken_by for one in there)
        return Counts(new, len(there) - new)

    def message(self, message_id: str) -> Message | None:
        """The message of this id, None if there is none."""
        return next((one for one in self.messages if one.id == message_id), None)


@dataclass(frozen=True, slots=True)
class AddMessage:
    """A message is in the box; said again it changes nothing."""

    message: Message


@dataclass(frozen=True, slots=True)
class SetState:
    """A message is new, kept or deleted from now on; what was deleted may come back."""

    message_id: str
    to: MessageState


@dataclass(frozen=True, slots=True)
class Take:
    """A person deals with a message, if no other does."""

    message_id: str
    by: str


@dataclass(frozen=True, slots=True)
class Release:
    """A message is taken by no one from now on."""

    message_id: str


@dataclass(frozen=True, slots=True)
class Done:
    """A message was dealt with; where another has taken it, that one has to say so."""

    message_id: str
    by: str


@dataclass(frozen=True, slots=True)
class Remove:
    """A message is gone for good: its file was erased, or its time is over."""

    message_id: str


@dataclass(frozen=True, slots=True)
class Move:
    """A message goes to another box of the tenant: there it is new, and taken by no one."""

    message_id: str
    to: str


BoxChange = AddMessage | SetState | Take | Release | Done | Remove | Move


class ChangeReply(StrEnum):
    """What became of a change."""

    DONE = "done"
    THERE = "there"  # the message was in the box already
    GONE = "gone"  # there is no such message, or it is deleted
    TAKEN = "taken"  # another has taken it


@dataclass(frozen=True, slots=True)
class Changed:
    """What became of a change.

    Attributes:
        by: who has taken the message, with `ChangeReply.TAKEN`.
        counts: what the lamps show after it.
    """

    reply: ChangeReply
    counts: Counts
    by: str = ""


@dataclass(frozen=True, slots=True)
class PinTry:
    """An attempt at a PIN, counted before it is checked: parallel calls get no further attempts.

    Attributes:
        allowed: False: the box is locked, nothing may be checked.
        pin: after this attempt. With the last attempt that is allowed it is locked already; a right PIN opens it.
    """

    allowed: bool
    pin: Pin
