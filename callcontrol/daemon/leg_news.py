"""What a switch tells of legs while they live, for the calls of this worker: keys, what was heard, recordings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from callcontrol.control.events import LegHeard, LegHolds, LegKey
from callcontrol.control.talk_events import Announced, RecordingBegan, RecordingEnded
from callcontrol.control.transfer_events import CodePressed
from callcontrol.daemon.driven_call import DrivenCall
from callcontrol.daemon.missed_keys import MissedKeys
from callcontrol.daemon.worker_context import WorkerContext
from callcontrol.edges import clock, talk_meters
from callcontrol.edges.freeswitch.leg_commands import HEARD
from callcontrol.edges.freeswitch.recording_commands import ANNOUNCED, ANNOUNCED_TO, MEDIA_HEADER
from callcontrol.edges.freeswitch.transfer_orders import CODE_HEADER, CODE_PRESSED
from callcontrol.edges.freeswitch.wire import SwitchEvent, peek
from callcontrol.vocabulary.media import call_of
from callcontrol.vocabulary.moment import Instant

RECORDING_EVENTS: Final = ("RECORD_START", "RECORD_STOP")
# What the switch tells as soon as something listens at a channel, and by what: of recordings as well.
LISTENING: Final = "MEDIA_BUG_START"
LISTENS: Final = "Media-Bug-Function"
EAVESDROP: Final = "eavesdrop"
# What legs tell of themselves, as we have asked them to.
LEG_EVENTS: Final = (ANNOUNCED, CODE_PRESSED)
HOLD_EVENTS: Final = ("CHANNEL_HOLD", "CHANNEL_UNHOLD")
STATE_EVENTS: Final = ("CHANNEL_PARK", *HOLD_EVENTS)
# Of a channel whose far end has sent BYE. The switch says first that who was held is taken back, then that it hangs up
# (switch_channel_perform_hangup), and that looks the same but for this.
HAS_LEFT: Final = "variable_sip_term_status"
WAS_HEARD: Final = f"variable_{HEARD}"
# The channel that one is joined with. It stays when both are parted (`switch_links.is_alone`).
PARTNER: Final = "variable_bridge_uuid"
# What of this is asked for, of which events only some, and the headers that are looked at. Every call that reaches us
# parks once, and each worker would be told of all of them.
EVENTS: Final = (LISTENING, *STATE_EVENTS, *RECORDING_EVENTS)
ONLY: Final[Mapping[str, tuple[str, str]]] = {"CHANNEL_PARK": (WAS_HEARD, "true")}
HEADERS: Final = (WAS_HEARD, HAS_LEFT, LISTENS, PARTNER, "Event-Sequence")


def call_named(text: bytes) -> str:
    """The call that an event of a recording, or of its announcement, is for; "" if it is another event."""
    if peek(text, "Event-Name") in RECORDING_EVENTS:
        return call_of(peek(text, MEDIA_HEADER))
    return peek(text, ANNOUNCED_TO) if peek(text, "Event-Subclass") == ANNOUNCED else ""


def is_eavesdropping(text: bytes) -> bool:
    """Whether a supervisor, or a person at the switch, begins to listen, as this event tells."""
    return peek(text, LISTENS) == EAVESDROP


def tell_recording(event: SwitchEvent, drivers: Mapping[str, DrivenCall]) -> None:
    """Deliver what became of a recording, or of its announcement, to its call."""
    media_id = event.get(MEDIA_HEADER)
    driver = drivers.get(call_of(media_id) if media_id else event.get(ANNOUNCED_TO))
    if driver is None:
        return
    if event.name == "RECORD_START":
        driver.deliver(RecordingBegan(media_id))
    elif event.name == "RECORD_STOP":
        length, cause = event.get("variable_record_ms"), event.get("Record-Completion-Cause")
        is_kept = event.get("variable_RECORD_DISCARDED") != "true"
        ended = RecordingEnded(media_id, cause, int(length) if is_kept and length.isdigit() else 0)
        talk_meters.recordings_total.labels("lost" if ended.is_lost else "closed").inc()
        driver.deliver(ended)
    else:
        driver.deliver(Announced(event.get("Unique-ID")))


def tell_leg(event: SwitchEvent, shared: WorkerContext) -> None:
    """A code was pressed at a leg of a call, or at one beside it, or one was parked that has heard something."""
    leg = event.get("Unique-ID")
    for driver in _both(leg, shared):
        if event.name == "CUSTOM":
            driver.deliver(CodePressed(leg, event.get(CODE_HEADER), event.get(PARTNER), _at(event)))
        elif event.get(WAS_HEARD) == "true":
            driver.deliver(LegHeard(leg))


def _both(leg: str, shared: WorkerContext) -> tuple[DrivenCall, ...]:
    """The call that talks with this leg of another one first, then the one that has the leg."""
    joined, own = shared.joined_driver(leg), shared.driver_of(leg)
    return tuple(driver for driver in (joined, own if own is not joined else None) if driver is not None)


def _at(event: SwitchEvent) -> Instant:
    at = event.get("Event-Date-Timestamp")
    return Instant(int(at)) if at.isdigit() else clock.now()


def tell_key(event: SwitchEvent, shared: WorkerContext, missed: MissedKeys) -> None:
    """A key at any leg of a call, or at one of another call that a recorded one talks with."""
    leg = event.get("Unique-ID")
    driver, recorded = shared.driver_of(leg), shared.joined_driver(leg)
    if driver is not None:
        missed.tell(driver, event)
    if recorded is not None and recorded is not driver:
        recorded.deliver(LegKey(leg, event.get("DTMF-Digit")))


def is_of_leg(event: SwitchEvent) -> bool:
    """Whether it is what a leg does while it lives: it parks, holds, a key or code is pressed at it, it is recorded."""
    is_custom = event.name == "CUSTOM" and event.get("Event-Subclass") in LEG_EVENTS
    return event.name in (*STATE_EVENTS, "DTMF", *RECORDING_EVENTS) or is_custom


def tell(event: SwitchEvent, shared: WorkerContext, missed: MissedKeys) -> None:
    """Deliver that to the call it is of."""
    if event.name in HOLD_EVENTS:
        tell_hold(event, shared)
    elif event.name == "CHANNEL_PARK" or event.get("Event-Subclass") == CODE_PRESSED:
        tell_leg(event, shared)
    elif event.name == "DTMF":
        tell_key(event, shared, missed)
    else:
        tell_recording(event, shared.drivers)


def tell_hold(event: SwitchEvent, shared: WorkerContext) -> None:
    """A phone holds the other party, or has taken it back; one that hangs up while it holds has not."""
    leg, is_on = event.get("Unique-ID"), event.name == "CHANNEL_HOLD"
    if is_on or not event.get(HAS_LEFT):
        for driver in _both(leg, shared):
            driver.deliver(LegHolds(leg, is_on, _at(event)))
