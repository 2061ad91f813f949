"""What is asked of a connection and what comes back: its limits, replies, and the callbacks that get them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from callcontrol.edges.freeswitch.commands import Command
from callcontrol.edges.freeswitch.failures import EventSocketError
from callcontrol.edges.freeswitch.wire import Frame, SwitchEvent, WireLimits
from callcontrol.vocabulary.fast_init import fast_init

REFUSALS: Final = ("-ERR", "-USAGE")


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """What one connection may take of us. `_s` are seconds."""

    wire: WireLimits = field(default_factory=WireLimits)
    pending_replies: int = 1_024
    unsent_bytes: int = 1_048_576
    send_s: float = 10.0
    frame_s: float = 30.0
    close_s: float = 10.0
    frames_per_turn: int = 64


@dataclass(slots=True)
class Reply:
    """What the switch said to one command."""

    frame: Frame

    @property
    def text(self) -> str:
        """Reply-Text, or the output of an api command."""
        if self.frame.kind == "command/reply":
            return self.frame.header("Reply-Text")
        return self.frame.body.decode("utf-8", "replace")

    @property
    def data(self) -> str:
        """The text under the name greenswitch has for it."""
        return self.text

    @property
    def headers(self) -> dict[str, str]:
        """All headers of the reply, such as Job-UUID."""
        return self.frame.headers

    @property
    def ok(self) -> bool:
        """Whether the switch took the command (for an app: queued it)."""
        return not self.text.startswith(REFUSALS)


@fast_init
@dataclass(frozen=True, slots=True)
class WithReply:
    """A command with callbacks. `on_reply` is called in the reader with the reply; if the connection ends first,
    `on_lost` is, in a greenlet of its own: it is not known whether the switch has carried the command out.
    """

    command: Command
    on_reply: Callable[[Reply], object]
    on_lost: Callable[[EventSocketError], object] | None = None

    def wire(self) -> bytes:
        return self.command.wire()


ReadEvent = Callable[[Frame], SwitchEvent]
OnEvent = Callable[[SwitchEvent], object]
OnClosed = Callable[[EventSocketError], object]


def ignore(_: object) -> None:
    """A callback for who wants none."""
