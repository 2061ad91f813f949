"""The caller's connection as a driver sees it: commands go out, refusals come back as events."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import partial

from callcontrol.control import commands as do
from callcontrol.control.call import Call
from callcontrol.control.events import AppEnded, CommandFailed
from callcontrol.daemon.driven_call import DrivenCall
from callcontrol.edges import meters
from callcontrol.edges.freeswitch.call import CallConnection
from callcontrol.edges.freeswitch.failures import ConnectionLost, EventSocketError, Superseded
from callcontrol.edges.freeswitch.replies import Reply, WithReply
from callcontrol.edges.freeswitch.translate import app_commands, call_event
from callcontrol.edges.freeswitch.wire import SwitchEvent

log = logging.getLogger(__name__)


# Events of one channel that are kept while its call is looked up.
MAX_EARLY = 1_000


class CallLine:
    """One connection of one call. After a transfer the call has a newer one; events of this one are then ignored.

    It stays open all the same: closing a superseded connection takes the control from the newer one too.

    Attributes:
        since: when the switch handed the channel over on it, by the switch's clock (microseconds; 0: it does not say).
    """

    __slots__ = ("_connection", "_driver", "_early", "_profile", "_switch", "since")

    def __init__(self, connection: CallConnection, switch: str, profile: str) -> None:
        self._connection = connection
        self._switch = switch
        self._profile = profile
        at = connection.data.get("Event-Date-Timestamp", "")
        self.since = int(at) if at.isdigit() else 0
        self._driver: DrivenCall | None = None
        self._early: list[SwitchEvent | EventSocketError] = []

    def hold(self) -> None:
        """Keep what the connection brings until it is known which driver it is for."""
        self._connection.handle(self._keep, self._keep)

    def _keep(self, one: SwitchEvent | EventSocketError) -> None:
        if len(self._early) < MAX_EARLY or isinstance(one, EventSocketError):
            self._early.append(one)
        else:
            meters.limits_reached_total.labels("MAX_EARLY").inc()

    def serve(self, driver: DrivenCall) -> None:
        """Hand what the connection brings to this driver from now on."""
        self._driver = driver
        self._connection.handle(self._on_event, self._on_closed)
        early, self._early = self._early, []
        for one in early:
            self._on_closed(one) if isinstance(one, EventSocketError) else self._on_event(one)

    def carry_out(self, commands: Sequence[do.Command], call: Call) -> None:
        """Send what these commands mean. What cannot be sent is delivered as CommandFailed."""
        for command in commands:
            name = type(command).__name__
            try:
                wire = app_commands(command, call, self._profile)
                self._connection.send(*(WithReply(c, partial(self._replied, name)) for c in wire))
            except ConnectionLost:
                return  # the reader tells the driver
            except EventSocketError as error:
                self._refused(name, str(error))

    def close(self) -> None:
        """The call is over on both sides."""
        self._connection.close("the call is over")

    def _replied(self, name: str, reply: Reply) -> None:
        if not reply.ok:
            meters.command_errors_total.labels(self._switch).inc()
            self._refused(name, reply.text.strip())

    def _refused(self, name: str, why: str) -> None:
        if self._is_current():
            assert self._driver is not None
            log.warning("%s was not carried out: %s", name, why, extra={"call": self._driver.call.id})
            self._driver.deliver(CommandFailed(name, why))

    def _on_event(self, event: SwitchEvent) -> None:
        if self._is_current():
            assert self._driver is not None
            happened = call_event(event)
            if isinstance(happened, AppEnded) and happened.missing:
                meters.sounds_missing_total.labels(self._switch).inc()
            if happened is not None:
                self._driver.deliver(happened)

    def _on_closed(self, reason: EventSocketError) -> None:
        if self._is_current() and not isinstance(reason, Superseded):
            assert self._driver is not None
            self._driver.connection_lost(str(reason))

    def _is_current(self) -> bool:
        return self._driver is not None and self._driver.line is self
