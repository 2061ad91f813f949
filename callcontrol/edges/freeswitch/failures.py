"""What can go wrong at the event socket. Each docstring is the message; its {fields} are keyword arguments.

EventSocketError
├── WireError                 the peer sends what no FreeSWITCH sends, or more than a limit allows
├── UnsafeText                a text of ours, or of a caller, that must not reach the switch (a ValueError too)
├── ConnectionLost            the connection is over (greenswitch's NotConnectedError too)
│   ├── SwitchClosed          ... in order: the switch closed it, or said goodbye
│   ├── ClosedHere            ... because we closed it
│   ├── CallEnded             ... for this call (greenswitch's OutboundSessionHasGoneAway too)
│   ├── Superseded            ... for control: a newer connection controls the call
│   ├── HandlerFailed         ... because a callback of ours raised
│   ├── AccessRefused         ... refused by the switch's access list
│   └── AuthRefused           ... refused for the password
├── DeadlinePassed            something did not come in its time (a TimeoutError too)
│   ├── HandshakeTimedOut
│   ├── FrameTimedOut
│   ├── SendTimedOut
│   ├── ReplyTimedOut
│   ├── AppTimedOut
│   ├── JobTimedOut
│   ├── CloseTimedOut
│   └── HeartbeatLost
├── LimitReached              a limit of ours, by its name
├── AlreadyConnected          one object is one connection
├── WouldDeadlock             a wait that only the waiting greenlet itself could end
└── CommandRefused            the switch answered -ERR or -USAGE
    └── ApiError
"""

from __future__ import annotations

import inspect

from greenswitch.esl import NotConnectedError, OutboundSessionHasGoneAway

from callcontrol.edges import meters


class EventSocketError(Exception):
    """The event socket failed."""

    def __init__(self, **facts: object) -> None:
        super().__init__()
        self.facts = facts

    def __str__(self) -> str:
        return inspect.cleandoc(self.__doc__ or "").format(**self.facts)

    def __reduce__(self) -> tuple[object, ...]:
        return _again, (type(self), self.facts)


def _again(kind: type[EventSocketError], facts: dict[str, object]) -> EventSocketError:
    return kind(**facts)


class WireError(EventSocketError):
    """Not the event socket protocol: {what}; expected {expected}"""


class UnsafeText(EventSocketError, ValueError):
    """Refused for the switch: {what} {text!a}: {why}"""


class ConnectionLost(EventSocketError, NotConnectedError):  # type: ignore[misc]  # greenswitch ships no types
    """The connection to the switch is lost: {why}"""


class SwitchClosed(ConnectionLost):
    """The switch closed the connection"""


class ClosedHere(ConnectionLost):
    """We closed the connection: {why}"""


class CallEnded(ConnectionLost, OutboundSessionHasGoneAway):  # type: ignore[misc]  # as above
    """The call {unique_id} has ended, its apps with it"""


class Superseded(ConnectionLost):
    """The call {unique_id} is controlled by the newer connection {by} (it was transferred)"""


class HandlerFailed(ConnectionLost):
    """A callback raised {error}; its connection is given up, no other"""


class AccessRefused(ConnectionLost):
    """The switch refused our address ({said}): add it to the acl in event_socket.conf"""


class AuthRefused(ConnectionLost):
    """The switch refused the login ({said}): check the password in event_socket.conf, or esl-password of the user"""


class DeadlinePassed(EventSocketError, TimeoutError):
    """Too late"""


class HandshakeTimedOut(DeadlinePassed):
    """The peer did not finish {step} within {seconds} s"""


class FrameTimedOut(DeadlinePassed):
    """A frame was begun and not finished within {seconds} s"""


class SendTimedOut(DeadlinePassed):
    """The peer did not take what we sent within {seconds} s"""


class ReplyTimedOut(DeadlinePassed):
    """No reply within {seconds} s to {command}"""


class AppTimedOut(DeadlinePassed):
    """The app {app} did not complete within {seconds} s"""


class JobTimedOut(DeadlinePassed):
    """No result within {seconds} s of the job {job_uuid}"""


class CloseTimedOut(DeadlinePassed):
    """The switch did not close the connection within {seconds} s of {after}"""


class HeartbeatLost(DeadlinePassed):
    """No HEARTBEAT for {seconds} s: the switch hangs, or the connection is half-open"""


class LimitReached(EventSocketError):
    """The limit {name}={limit} is reached: {what}"""


class AlreadyConnected(EventSocketError):
    """One object is one connection, and this one is made: open a new one"""


class WouldDeadlock(EventSocketError):
    """Waiting for {what} in the greenlet that reads it: use a callback, or wait in a greenlet of its own"""


class NotWanted(EventSocketError):
    """Not sent, for nothing waits for it any more: {command}"""


class CommandRefused(EventSocketError):
    """The switch refused {command}: {said}"""


class ApiError(CommandRefused):
    """The switch answered to api {command}: {said}"""


def reached(name: str, limit: int, what: str) -> LimitReached:
    """The error for something of ours that is over a limit."""
    meters.limits_reached_total.labels(name).inc()
    return LimitReached(name=name, limit=limit, what=what)


def exceeded_by_peer(name: str, limit: int, what: str) -> WireError:
    """The error for a frame over a limit: the reader ends the connection."""
    meters.limits_reached_total.labels(name).inc()
    return WireError(what=what, expected=f"{name}={limit}")
