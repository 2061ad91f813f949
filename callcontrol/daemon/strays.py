"""Strays: callers' channels that a switch has and nobody knows. Their worker died between taking the call and saving
it, or the live state was lost with it. They are sent through the dialplan once more, and arrive as new calls.

`show channels` lags behind and may be wrong (FreeSWITCH issues 34, 2264, 2372), so a channel has to be unknown at two
looks, to be there (`uuid_exists`), and to talk with nobody. Conversations of unknown calls go on; the switch's own
records tell of them (`callcontrol reconcile`).
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

import gevent

from callcontrol.daemon.adoption import NOBODY
from callcontrol.daemon.desk import Desk
from callcontrol.edges import clock, meters
from callcontrol.edges.containment import note_fault
from callcontrol.edges.freeswitch.failures import EventSocketError, UnsafeText
from callcontrol.edges.freeswitch.leg_commands import bring_back
from callcontrol.edges.live_state.duty import Duty
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.vocabulary.moment import SECOND_US

log = logging.getLogger(__name__)

LOOK_S = 30.0
# A younger channel may be on its way to us (seconds).
OLD_S = 15
# Contexts whose callers are handed to us (freeswitch-xml/dialplan); phones of other switches come through `peers`.
CONTEXTS = frozenset({"public", "internal", "callcontrol"})


class Switches(Protocol):
    """What is asked of the switches: see Switchboard."""

    def up(self) -> tuple[str, ...]: ...
    def channels(self, switch: str) -> Sequence[Mapping[str, Any]]: ...
    def is_alone(self, switch: str, channel: str) -> bool: ...
    def tell(self, switch: str, command: str) -> None: ...


class Strays:
    """Looks for them, on every switch.

    Args:
        duty: one worker at a time looks.
    """

    def __init__(self, desk: Desk, switches: Switches, duty: Duty) -> None:
        self._desk = desk
        self._switches = switches
        self._duty = duty
        self._unknown: dict[str, frozenset[str]] = {}
        self._hopeless: dict[str, str] = {}  # channels that cannot be sent back, while they live, and their switches

    def start(self) -> None:
        """From now on, every LOOK_S."""
        gevent.spawn(self._run)

    def _run(self) -> None:
        while True:
            gevent.sleep(LOOK_S)
            try:
                if self._duty.is_ours():
                    self.look()
            except LiveStateError as error:
                log.info("not known which channels are nobody's: %s", error)
            except Exception as error:  # an answer nobody can read, once, must not end the looking
                note_fault("stray", "looking for strays failed", error)

    def look(self) -> int:
        """One look at every switch that can be reached; returns how many strays were sent back.

        A switch that cannot be asked ends no look at the others.

        Raises:
            LiveStateError: Redis is away: nobody knows which calls are known.
        """
        sent_back = 0
        for switch in self._switches.up():
            try:
                sent_back += self._look_at(switch)
            except EventSocketError as error:
                log.info("not known which channels of switch %s are nobody's: %s", switch, error)
        return sent_back

    def _look_at(self, switch: str) -> int:
        rows = {row["uuid"]: row for row in self._switches.channels(switch) if _is_a_callers(row)}
        unknown = frozenset(rows) - self._known() if rows else frozenset()
        before, self._unknown[switch] = self._unknown.get(switch, frozenset()), unknown
        for channel in list(self._hopeless):
            if channel not in unknown and self._hopeless[channel] == switch:
                del self._hopeless[channel]
        return sum(self._try(switch, rows[channel]) for channel in sorted((unknown & before) - set(self._hopeless)))

    def _try(self, switch: str, row: Mapping[str, Any]) -> bool:
        """Send one back; one that cannot be is told once, and ends no look for the others."""
        try:
            return self._send_back(switch, row)
        except UnsafeText as error:
            self._hopeless[row["uuid"]] = switch
            log.error("a caller nobody knows cannot be sent back: %s", error, extra={"call": row["uuid"]})
            meters.strays_left_total.inc()
            return False

    def _known(self) -> set[str]:
        tenants: Iterable[str] = (*self._desk.current.configuration.settings.tenants, NOBODY)
        found = {call_id for tenant in tenants for call_id in self._desk.calls.owners(tenant)}
        return found | set(self._desk.drivers)

    def _send_back(self, switch: str, row: Mapping[str, Any]) -> bool:
        if not self._switches.is_alone(switch, row["uuid"]):
            return False
        self._switches.tell(switch, bring_back(row["uuid"], row["dest"]))
        log.error("a caller nobody knows is sent through the dialplan again", extra={"call": row["uuid"]})
        meters.strays_total.inc()
        return True


def _is_a_callers(row: Mapping[str, Any]) -> bool:
    old_before_s = clock.now() // SECOND_US - OLD_S
    old = row.get("created_epoch", "").isdigit() and int(row["created_epoch"]) < old_before_s
    return old and row.get("direction") == "inbound" and row.get("context") in CONTEXTS
