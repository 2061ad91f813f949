"""Targets: anything a call can be sent to, and their one written form `kind:value`.

The same text stands in YAML, on the command line, in Redis, in the trail and in the `calls` table:
`extension:101`, `group:sales`, `list:night`, `queue:support`, `number:+48600700800`, `sip:bob@example.com`,
`announcement:closed`, `voicemail:101`, `hangup:busy`. Only `emergency:112` is never written, but dialled.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ExtensionTarget:
    """An extension; its own forwarding rules apply in turn."""

    name: str


@dataclass(frozen=True, slots=True)
class GroupTarget:
    """A group: all members ring at once, the first to answer wins."""

    name: str


@dataclass(frozen=True, slots=True)
class ListTarget:
    """An escalating list: one member after the other, each with its own time."""

    name: str


@dataclass(frozen=True, slots=True)
class QueueTarget:
    """A queue: callers wait for an agent."""

    name: str


@dataclass(frozen=True, slots=True)
class NumberTarget:
    """An external number, reached through a trunk; `name` is E.164 or a short number as dialled."""

    name: str


@dataclass(frozen=True, slots=True)
class EmergencyTarget:
    """An emergency number that a phone has dialled; `name` is what it dialled. No rule and no setting leads here."""

    name: str


@dataclass(frozen=True, slots=True)
class SipTarget:
    """A SIP address outside; `name` is `user@host[:port]`."""

    name: str


@dataclass(frozen=True, slots=True)
class AnnouncementTarget:
    """A recording played to the caller."""

    name: str


@dataclass(frozen=True, slots=True)
class VoicemailTarget:
    """A voicemail box: greeting, then a recording."""

    name: str


@dataclass(frozen=True, slots=True)
class HangupTarget:
    """The call ends with a cause; `name` is one of HANGUP_CAUSES."""

    name: str


Target = (
    ExtensionTarget
    | GroupTarget
    | ListTarget
    | QueueTarget
    | NumberTarget
    | EmergencyTarget
    | SipTarget
    | AnnouncementTarget
    | VoicemailTarget
    | HangupTarget
)

KINDS: dict[str, type[Target]] = {
    "extension": ExtensionTarget,
    "group": GroupTarget,
    "list": ListTarget,
    "queue": QueueTarget,
    "number": NumberTarget,
    "sip": SipTarget,
    "announcement": AnnouncementTarget,
    "voicemail": VoicemailTarget,
    "hangup": HangupTarget,
}
EMERGENCY = "emergency"
_WORDS = {**{cls: word for word, cls in KINDS.items()}, EmergencyTarget: EMERGENCY}

# The words an admin may write after `hangup:`, and the cause the caller's network is given.
HANGUP_CAUSES = {
    "normal": "NORMAL_CLEARING",
    "busy": "USER_BUSY",
    "rejected": "CALL_REJECTED",
    "no_answer": "NO_ANSWER",
    "unavailable": "SUBSCRIBER_ABSENT",
    "unallocated": "UNALLOCATED_NUMBER",
    "congestion": "NORMAL_CIRCUIT_CONGESTION",
}

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}")
_NUMBER = re.compile(r"\+?[0-9]{2,15}")
_SIP = re.compile(r"[A-Za-z0-9_.+*#-]{1,64}@[A-Za-z0-9][A-Za-z0-9.-]{0,252}(:[0-9]{1,5})?")
_FORMS = {
    "number": (_NUMBER, "digits in international form, such as number:+48600700800"),
    "sip": (_SIP, "an address, such as sip:bob@example.com"),
}


class BadTarget(ValueError):
    """The text is no target; the message says what would be."""


def target_from(text: str) -> Target:
    """Read `kind:value`.

    Raises:
        BadTarget: unknown kind or a value that its kind cannot have.
    """
    kind, colon, value = text.partition(":")
    if not colon or kind not in KINDS:
        raise BadTarget(f"{text!r} is no target: write one of {', '.join(f'{k}:…' for k in KINDS)}")
    if kind == "hangup" and value not in HANGUP_CAUSES:
        raise BadTarget(f"{text!r}: a call can be hung up with {', '.join(HANGUP_CAUSES)}")
    form, right = _FORMS.get(kind, (_NAME, f"a name of letters, digits, _ . -, such as {kind}:sales"))
    if not form.fullmatch(value):
        raise BadTarget(f"{text!r}: after {kind}: comes {right}")
    return KINDS[kind](value)


def kind_of(target: Target) -> str:
    """The target's word: `extension`, `group`, …"""
    return _WORDS[type(target)]


def text_of(target: Target) -> str:
    """The written form; `target_from(text_of(t)) == t`."""
    return f"{_WORDS[type(target)]}:{target.name}"
