"""Orphans: callers' channels that a switch has and no worker knows. Their worker died between taking the call and
saving it, or the live state was lost with it. They are sent through the dialplan once more, and arrive as new calls.

`show channels` lags behind and may be wrong (FreeSWITCH issues 34, 2264, 2372), so a channel has to be unknown at two
looks, to be there (`uuid_exists`), to have been handed to us (the variable `cc_handed`: in the same contexts an admin's
own applications may have callers) and to be bridged to none. Conversations of unknown calls go on; the switch's own
records tell of them (`callcontrol reconcile`).
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

import gevent

from callcontrol.daemon.adoption import NOBODY
from callcontrol.daemon.worker_context import WorkerContext
from callcontrol.edges import clock, meters
from callcontrol.edges.containment import contained, note_fault
from callcontrol.edges.freeswitch.arrival import TRANSFER_CONTEXT
from callcontrol.edges.freeswitch.failures import EventSocketError, UnsafeText
from callcontrol.edges.freeswitch.leg_commands import BACK_CONTEXT, bring_back
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.edges.live_state.post import Post
from callcontrol.vocabulary.call import call_id_of
from callcontrol.vocabulary.moment import SECOND_US

log = logging.getLogger(__name__)

LOOK_S = 30.0
# A younger channel may be on its way to us (seconds).
OLD_S = 15
# A channel that stays unknown after being sent back is sent so often, once in each look.
MAX_TRIES = 3
# Contexts whose callers are handed to us (freeswitch-xml/dialplan); phones of other switches come through `peers`.
CONTEXTS = frozenset({"public", "on-net", "internal", "callcontrol"})


class Switches(Protocol):
    """What is asked of the switches: see SwitchLinks."""

    def up(self) -> tuple[str, ...]: ...
    def channels(self, switch: str) -> Sequence[Mapping[str, Any]]: ...
    def was_handed(self, switch: str, channel: str) -> bool: ...
    def call_of(self, switch: str, channel: str) -> str: ...
    def is_alone(self, switch: str, channel: str) -> bool: ...
    def tell(self, switch: str, command: str) -> None: ...


class OrphanChannels:
    """Looks for orphans on every switch.

    Args:
        post: one worker at a time looks.
    """

    def __init__(self, shared: WorkerContext, switches: Switches, post: Post) -> None:
        self._shared = shared
        self._switches = switches
        self._post = post
        # by switch: the channels that were unknown at the last look, and how often each was sent back in vain
        self._unknown: dict[str, dict[str, int]] = {}

    def start(self) -> None:
        """From now on, every LOOK_S."""
        gevent.spawn(self._run)

    def _run(self) -> None:
        while True:
            gevent.sleep(LOOK_S)
            with contained("stray", "looking for orphans failed"):
                self._look_if_ours()

    def _look_if_ours(self) -> None:
        try:
            if self._post.is_ours():
                self.look()
        except LiveStateError as error:
            log.info("not known which channels are orphans: %s", error)

    def look(self) -> int:
        """Look once at every reachable switch; returns how many orphans were sent back. A switch that cannot be
        asked, or whose answer cannot be read, is passed over.

        Raises:
            LiveStateError: Redis is away: it is not known which calls are known.
        """
        return sum(self._look_at(switch) for switch in self._switches.up())

    def _look_at(self, switch: str) -> int:
        try:
            return self._find_and_send_back(switch)
        except LiveStateError:
            raise
        except EventSocketError as error:
            log.info("switch %s cannot tell which channels are orphans: %s", switch, error)
        except Exception as error:
            note_fault("stray", f"what switch {switch} tells of its channels cannot be read", error)
        return 0

    def _find_and_send_back(self, switch: str) -> int:
        rows = {row["uuid"]: row for row in self._switches.channels(switch) if _may_be_ours(row)}
        calls = self._known_calls() if rows else set()
        unknown = {channel for channel in rows if not self._is_known(channel, calls)}
        before = self._unknown.get(switch, {})
        self._unknown[switch] = tries = {channel: before.get(channel, 0) for channel in unknown}
        suspects = sorted(unknown & before.keys())
        strays = [channel for channel in suspects if self._switches.call_of(switch, channel) not in calls]
        return sum(self._send_back(switch, rows[channel], tries) for channel in strays)

    def _known_calls(self) -> set[str]:
        tenants: Iterable[str] = (*self._shared.current.configuration.settings.tenants, NOBODY)
        return {call_id for tenant in tenants for call_id in self._shared.calls.owners(tenant)}

    def _is_known(self, channel: str, calls: set[str]) -> bool:
        """Whether a call has this caller's channel; the channel is the id of one that a version before saved first."""
        return channel in calls or call_id_of(channel) in calls or self._shared.driver_of(channel) is not None

    def _send_back(self, switch: str, row: Mapping[str, Any], tries: dict[str, int]) -> bool:
        """Send it back if possible; whether it was. One that cannot be, or stays unknown, is logged once."""
        channel = row["uuid"]
        if tries[channel] > MAX_TRIES or not self._is_stray(switch, channel):
            return False
        if tries[channel] == MAX_TRIES:
            _leave(channel, tries, f"did not come back {MAX_TRIES} times")
            return False
        try:
            command = bring_back(channel, row["dest"], TRANSFER_CONTEXT if _is_transferred(row) else BACK_CONTEXT)
        except UnsafeText as error:
            _leave(channel, tries, f"cannot be sent back: {error}")
            return False
        self._switches.tell(switch, command)
        tries[channel] += 1
        log.error("a caller no worker knows is sent through the dialplan again", extra={"channel": channel})
        meters.strays_total.inc()
        return True

    def _is_stray(self, switch: str, channel: str) -> bool:
        return self._switches.was_handed(switch, channel) and self._switches.is_alone(switch, channel)


def _leave(channel: str, tries: dict[str, int], why: str) -> None:
    tries[channel] = MAX_TRIES + 1
    log.error("a caller no worker knows is left as it is: it %s", why, extra={"channel": channel})
    meters.strays_left_total.inc()


def _may_be_ours(row: Mapping[str, Any]) -> bool:
    old_before_s = clock.now() // SECOND_US - OLD_S
    old = row.get("created_epoch", "").isdigit() and int(row["created_epoch"]) < old_before_s
    # a leg that we dialled is a caller's channel once it was transferred
    return old and (_is_transferred(row) or (row.get("direction") == "inbound" and row.get("context") in CONTEXTS))


def _is_transferred(row: Mapping[str, Any]) -> bool:
    return bool(row.get("context") == TRANSFER_CONTEXT)
