"""What may be said to the switch: one frozen value per command, `wire()` its bytes.

The switch reads a command up to the first empty line, so a line break in a caller's name would begin a command of the
caller's own (`api system ...` ran that way). CR, LF and NUL are therefore refused everywhere; so is text that is no
UTF-8. Names, ids and causes are matched against what they can be.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal, Protocol

from callcontrol.edges.freeswitch.failures import UnsafeText
from callcontrol.vocabulary.fast_init import fast_init

_UNSAFE: Final = re.compile(r"[\r\0]")  # LF is counted: each is ours
_APP: Final = re.compile(r"[A-Za-z0-9_:.-]{1,64}")
_WORD: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}")
IDENTITY: Final = re.compile(r"[A-Za-z0-9_.:@+-]{1,128}")
_CAUSE: Final = re.compile(r"[A-Z][A-Z0-9_]{1,63}")
_EVENT_NAME: Final = re.compile(r"[A-Z][A-Z0-9_]{1,63}")
_SUBCLASS: Final = re.compile(r"[A-Za-z0-9_:.-]{1,128}")
_LOGIN: Final = re.compile(r"[A-Za-z0-9_.-]{1,128}")
_HEADER: Final = re.compile(r"[A-Za-z0-9_-]{1,128}")
_ORDER: Final = re.compile(r"[0-3*]")


class Command(Protocol):
    """Anything that can be written to the event socket; the switch answers each with exactly one reply."""

    def wire(self) -> bytes:
        """The command's bytes with its empty line.

        Raises:
            UnsafeText: a part of it would not arrive as what it is.
        """
        ...


def block(*lines: str, shown: str | None = None) -> bytes:
    """The lines as a command; `shown` stands for them in an error where they hold a secret.

    Raises:
        UnsafeText: one of them is no line, or no UTF-8.
    """
    text = "\n".join(lines)
    if text.count("\n") >= len(lines) or _UNSAFE.search(text):
        raise UnsafeText(what="command", text=(shown or text)[:200], why="CR, LF and NUL end a command or a line of it")
    try:
        return text.encode() + b"\n\n"
    except UnicodeEncodeError:
        why = "it holds half a character (a lone surrogate)"
        raise UnsafeText(what="command", text=(shown or text)[:200], why=why) from None


def matching(pattern: re.Pattern[str], what: str, text: str) -> str:
    """The text, which is wholly of this form.

    Args:
        what: it is, for an error.

    Raises:
        UnsafeText: it is of another form.
    """
    if not pattern.fullmatch(text):
        raise UnsafeText(what=what, text=text[:200], why=f"it is not of the form {pattern.pattern}")
    return text


@dataclass(frozen=True, slots=True)
class Connect:
    """Asks for the call's data; the first command on a call's connection."""

    def wire(self) -> bytes:
        return b"connect\n\n"


@dataclass(frozen=True, slots=True)
class Exit:
    """Asks the switch to close the connection. On a call's: see CallConnection.leave."""

    def wire(self) -> bytes:
        return b"exit\n\n"


@dataclass(frozen=True, slots=True)
class Auth:
    """Logs in with the password of event_socket.conf."""

    password: str

    def wire(self) -> bytes:
        return block(f"auth {self.password}", shown="auth ...")

    def __repr__(self) -> str:
        return "Auth(password=...)"


@dataclass(frozen=True, slots=True)
class UserAuth:
    """Logs in as a user of the directory, limited to its esl-allowed-api and esl-allowed-events."""

    user: str
    domain: str
    password: str

    def wire(self) -> bytes:
        user = matching(_LOGIN, "user", self.user)
        return block(f"userauth {user}@{matching(_LOGIN, 'domain', self.domain)}:{self.password}", shown="userauth ...")

    def __repr__(self) -> str:
        return f"UserAuth(user={self.user!r}, domain={self.domain!r}, password=...)"


@fast_init
@dataclass(frozen=True, slots=True)
class Execute:
    """Runs a dialplan app on the call, after those that run (`lock`) or at once inside them.

    Its CHANNEL_EXECUTE_COMPLETE carries `event_uuid` as Application-UUID. The switch expands `${...}` in `arg`, also
    inside what it expands to. `uuid` names another channel than the connection's own.
    """

    app: str
    arg: str = ""
    event_uuid: str | None = None
    lock: bool = True
    uuid: str | None = None

    def wire(self) -> bytes:
        lines = [
            "sendmsg" if self.uuid is None else f"sendmsg {matching(IDENTITY, 'channel uuid', self.uuid)}",
            "call-command: execute",
            f"execute-app-name: {matching(_APP, 'app', self.app)}",
        ]
        if self.arg:
            lines.append(f"execute-app-arg: {self.arg}")
        if self.event_uuid is not None:
            lines.append(f"Event-UUID: {matching(IDENTITY, 'event uuid', self.event_uuid)}")
        if self.lock:
            lines.append("event-lock: true")
        return block(*lines)


@dataclass(frozen=True, slots=True)
class HangupCommand:
    """Ends the call with a cause such as USER_BUSY."""

    cause: str
    uuid: str | None = None

    def wire(self) -> bytes:
        return block(
            "sendmsg" if self.uuid is None else f"sendmsg {matching(IDENTITY, 'channel uuid', self.uuid)}",
            "call-command: hangup",
            f"hangup-cause: {matching(_CAUSE, 'hangup cause', self.cause)}",
        )


@dataclass(frozen=True, slots=True)
class Api:
    """Runs a command in the connection's own thread: nothing else is read or sent there meanwhile, so only quick
    ones.
    """

    command: str

    def wire(self) -> bytes:
        return block(f"api {self.command}")


@dataclass(frozen=True, slots=True)
class BgApi:
    """Runs a command in a thread of its own; its result comes as BACKGROUND_JOB with our Job-UUID."""

    command: str
    job_uuid: str

    def wire(self) -> bytes:
        return block(f"bgapi {self.command}", f"Job-UUID: {matching(IDENTITY, 'job uuid', self.job_uuid)}")


def sched_del(uuid: str) -> Api:
    """Takes back everything scheduled for a channel: the dead-man's transfer, and any limit."""
    return Api(f"sched_del {matching(IDENTITY, 'channel uuid', uuid)}")


def end_at(uuid: str, at_s: int, cause: str) -> Api:
    """Ends a channel at this second since the epoch, whatever becomes of us."""
    end = f"sched_hangup {at_s} {matching(IDENTITY, 'channel uuid', uuid)} {matching(_CAUSE, 'hangup cause', cause)}"
    return Api(end)


def set_variables(uuid: str, values: Mapping[str, str]) -> Api:
    """Sets variables of a channel; unlike `set` it makes no event. Names and values are words of ours."""
    pairs = (
        f"{matching(_WORD, 'variable', name)}={matching(_WORD, 'value of a variable', value)}"
        for name, value in values.items()
    )
    return Api(f"uuid_setvar_multi {matching(IDENTITY, 'channel uuid', uuid)} {';'.join(pairs)}")


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Adds events by name, and CUSTOM events by subclass (they must stand last). On a call's connection: see
    subscription.
    """

    encoding: Literal["json", "plain"]
    names: tuple[str, ...]
    custom: tuple[str, ...] = ()

    def wire(self) -> bytes:
        return _subscribe(self)


@lru_cache(8)  # every call's connection subscribes to the same
def _subscribe(to: Subscribe) -> bytes:
    names = [matching(_EVENT_NAME, "event name", name) for name in to.names if name != "CUSTOM"]
    subclasses = [matching(_SUBCLASS, "event subclass", name) for name in to.custom]
    custom = ["CUSTOM", *subclasses] if subclasses else []
    return block(" ".join(("event", to.encoding, *names, *custom)))


@dataclass(frozen=True, slots=True)
class MessageWaiting:
    """Has the lamp of an account show so many new and kept messages, at all its registrations and subscriptions at this
    switch (sofia_presence.c, actual_sofia_presence_mwi_event_handler). What begins with `MWI-` becomes a line of the
    NOTIFY's body (RFC 3842), in this order.
    """

    user: str
    domain: str
    profile: str
    new: int
    kept: int

    def wire(self) -> bytes:
        """An event; an empty line ends its headers."""
        account = matching(IDENTITY, "account", f"{self.user}@{self.domain}")
        return block(
            "sendevent MESSAGE_WAITING",
            f"MWI-Messages-Waiting: {'yes' if self.new else 'no'}",
            f"MWI-Message-Account: {account}",
            f"MWI-Voice-Message: {int(self.new)}/{int(self.kept)} (0/0)",
            f"sofia-profile: {matching(_WORD, 'profile', self.profile)}",
        )


@dataclass(frozen=True, slots=True)
class ListenerOrder:
    """Tells a channel that listens to another one by whom it is heard from now on, or (`*`) that it is to end."""

    uuid: str
    order: str

    def wire(self) -> bytes:
        """An event that is queued at the channel alone (mod_event_socket.c, `sendevent` with a unique-id)."""
        return block(
            "sendevent COMMAND",
            f"unique-id: {matching(IDENTITY, 'channel uuid', self.uuid)}",
            f"eavesdrop-command: {matching(_ORDER, 'order to a listener', self.order)}",
        )


@dataclass(frozen=True, slots=True)
class Filter:
    """Lets through only events with this value (compared without case). Several filters: any of them; `/.../` is a
    regex.
    """

    header: str
    value: str

    def wire(self) -> bytes:
        if not self.value.strip():
            raise UnsafeText(what="filter value", text=self.value, why="an empty one is read as a syntax error")
        return block(f"filter {matching(_HEADER, 'header name', self.header)} {self.value}")


@dataclass(frozen=True, slots=True)
class Linger:
    """Keeps the connection for so many seconds after the hang-up. Without a number it would never end."""

    seconds: int

    def wire(self) -> bytes:
        if self.seconds < 0:
            raise UnsafeText(what="linger", text=str(self.seconds), why="a negative time never ends")
        return block(f"linger {self.seconds}")


def subscription(unique_id: str, names: Iterable[str], custom: Iterable[str] = ()) -> tuple[Command, ...]:
    """Events of one channel, as JSON, on its own connection.

    `event` alone would bring those of every channel; `myevents` brings 23 kinds of them, mostly unused. So filters
    come first: on the channel, and for BACKGROUND_JOB on the jobs it started.
    """
    wanted = tuple(names)
    filters: list[Command] = [Filter("Unique-ID", matching(IDENTITY, "channel uuid", unique_id))]
    if "BACKGROUND_JOB" in wanted:
        filters.append(Filter("Job-Owner-UUID", unique_id))
    return (*filters, Subscribe("json", wanted, tuple(custom)))
