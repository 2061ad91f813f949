"""Targets: anything a call can be sent to, and their one written form `kind:value`.

The same text stands in YAML, on the command line, in Redis, in the trail and in the `calls` table: `extension:101`,
`number:+48600700800`. Each kind is declared in a file of its own (`callcontrol/kinds/targets/`). Here stand those that
callers dial, that agents are reached at and that other things stand under, so that every floor knows them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Target:
    """Anything a call can be sent to. A kind is a class of its own; `kind` is its word."""

    kind: ClassVar[str]

    name: str


@dataclass(frozen=True, slots=True)
class ExtensionTarget(Target):
    """An extension; its own forwarding rules apply in turn."""

    kind: ClassVar[str] = "extension"


@dataclass(frozen=True, slots=True)
class QueueTarget(Target):
    """A queue: callers wait for an agent."""

    kind: ClassVar[str] = "queue"


@dataclass(frozen=True, slots=True)
class NumberTarget(Target):
    """An external number, reached through a trunk; `name` is E.164 or a short number as dialled."""

    kind: ClassVar[str] = "number"


@dataclass(frozen=True, slots=True)
class EmergencyTarget(Target):
    """An emergency number that a phone has dialled; `name` is what it dialled. No rule and no setting leads here."""

    kind: ClassVar[str] = "emergency"


@dataclass(frozen=True, slots=True)
class EmergencyCallBackTarget(Target):
    """The phone that called an emergency number, when the emergency service calls it back; `name` is its extension."""

    kind: ClassVar[str] = "emergency_call_back"


@dataclass(frozen=True, slots=True)
class HoldReturnTarget(Target):
    """The phone that hung up while it held the other party; `name` is its extension."""

    kind: ClassVar[str] = "hold_return"


@dataclass(frozen=True, slots=True)
class SipTarget(Target):
    """A SIP address outside; `name` is `user@host[:port]`."""

    kind: ClassVar[str] = "sip"


@dataclass(frozen=True, slots=True)
class HoursTarget(Target):
    """Opening hours that decide where a call goes; rules and queues stand under them too."""

    kind: ClassVar[str] = "hours"


NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}")


@dataclass(frozen=True, slots=True)
class Form:
    """How the targets of a kind are written.

    Attributes:
        value: what may stand after the kind's word and the colon.
        right: what to write instead of a value that does not fit; `{kind}` stands for the kind's word.
        bare: a text without a kind's word that probably means this kind; None: there is no telling.
        national: the value is a phone number, which files may write as the tenant's country does.
    """

    value: re.Pattern[str] = NAME
    right: str = "after {kind}: comes a name of letters, digits, _ . -, such as {kind}:sales"
    bare: re.Pattern[str] | None = None
    national: bool = False


NAMED = Form()


class BadTarget(ValueError):
    """The text is no target; the message says what would be."""


@dataclass(frozen=True, slots=True)
class Forms:
    """The kinds of target that can be written, by their words."""

    by_word: Mapping[str, tuple[type[Target], Form]]

    @property
    def right(self) -> str:
        """What to write where a target belongs."""
        return f"write one of {self.words}"

    @property
    def words(self) -> str:
        """The beginnings of all targets, as people read them."""
        return ", ".join(f"{word}:…" for word in self.by_word)

    def read(self, text: str) -> Target:
        """Read `kind:value`; `read(text_of(t)) == t`.

        Raises:
            BadTarget: unknown kind or a value that its kind cannot have.
        """
        word, colon, value = text.partition(":")
        if not colon or word not in self.by_word:
            raise BadTarget(f"{text!r} is no target: {self.right}")
        target, form = self.by_word[word]
        if not form.value.fullmatch(value):
            raise BadTarget(f"{text!r}: {form.right.format(kind=word)}")
        return target(value)


def text_of(target: Target) -> str:
    """The written form."""
    return f"{target.kind}:{target.name}"


def extension_in(text: str) -> str:
    """The extension that a written target is, "" if it is none."""
    kind, _, name = text.partition(":")
    return name if kind == ExtensionTarget.kind else ""
