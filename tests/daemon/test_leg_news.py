"""Keys pressed at legs: each call that has the leg, or whose recorded conversation has it, gets the event."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import pytest

from callcontrol.control.call import Call, new_call
from callcontrol.control.events import Event, LegHeard, LegHolds, LegKey
from callcontrol.control.talk_recording import TalkRecording
from callcontrol.control.transfer_events import CodePressed
from callcontrol.daemon.leg_news import tell_hold, tell_key, tell_leg
from callcontrol.daemon.missed_keys import MissedKeys
from callcontrol.daemon.worker_context import WorkerContext
from callcontrol.edges.freeswitch.wire import SwitchEvent
from callcontrol.vocabulary.call import Caller, LegBeside
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.recording import RecordingMode
from tests.daemon.test_missed_keys import CALL, Driven

COLLEAGUE = "colleague"
ASKED = new_call(
    id_="asked", channel="b", switch="s1", worker="w1", tenant="acme", caller=Caller("2"), dialled="3", now=Instant(1)
)
JOINED = replace(CALL, recording=TalkRecording(mode=RecordingMode.ANNOUNCE, channel="a", partner=COLLEAGUE))


def worker(**drivers: Call) -> tuple[WorkerContext, dict[str, Driven]]:
    """A worker with these calls; the one named `asked` has the colleague's leg."""
    driven = {call.id: Driven(call) for call in drivers.values()}
    made = WorkerContext.__new__(WorkerContext)
    made.drivers, made.joined, made.of_queues = driven, {}, set()  # type: ignore[assignment]  # stand-ins for drivers
    made.call_by_channel = {COLLEAGUE: "asked"}
    for one in driven.values():
        made.note(one.call)
    return made, driven


def pressed(shared: WorkerContext) -> None:
    event = SimpleNamespace(get={"Unique-ID": COLLEAGUE, "DTMF-Digit": "4"}.__getitem__)
    tell_key(cast(SwitchEvent, event), shared, MissedKeys())


@pytest.mark.parametrize("is_here", [True, False])
def test_the_colleagues_keys_reach_the_call_that_was_transferred_too(is_here: bool) -> None:
    """Also if another worker has the consultation call."""
    shared, driven = worker(joined=JOINED, **({"asked": ASKED} if is_here else {}))
    pressed(shared)
    events: dict[str, list[Event]] = {name: one.events for name, one in driven.items()}
    assert events == {name: [LegKey(COLLEAGUE, "4")] for name in driven}


def test_keys_of_a_leg_no_longer_in_the_conversation_are_ignored() -> None:
    shared, driven = worker(joined=JOINED)
    driven[CALL.id].call = replace(JOINED, recording=None)
    pressed(shared)
    assert driven[CALL.id].events == []


@pytest.mark.parametrize(
    ("name", "left", "events"),
    [
        ("CHANNEL_HOLD", "", [LegHolds(COLLEAGUE, True, Instant(5))]),
        ("CHANNEL_UNHOLD", "", [LegHolds(COLLEAGUE, False, Instant(5))]),
        ("CHANNEL_UNHOLD", "200", []),
    ],
)
def test_a_phone_holds_takes_back_or_hangs_up_while_it_holds(name: str, left: str, events: list[Event]) -> None:
    shared, driven = worker(asked=ASKED)
    headers = {"Unique-ID": COLLEAGUE, "Event-Date-Timestamp": "5", "variable_sip_term_status": left}
    tell_hold(cast(SwitchEvent, SimpleNamespace(name=name, get=headers.__getitem__)), shared)
    assert driven["asked"].events == events


@pytest.mark.parametrize("is_here", [True, False])
def test_a_code_at_a_leg_beside_a_call_is_told_to_both_calls(is_here: bool) -> None:
    """With the channel that it talks with, as the switch says; also if another worker has the leg's own call."""
    beside = replace(CALL, beside=LegBeside(COLLEAGUE, "extension:102"))
    shared, driven = worker(joined=beside, **({"asked": ASKED} if is_here else {}))
    said = {"Unique-ID": COLLEAGUE, "Callcontrol-Code": "*1", "variable_bridge_uuid": "a", "Event-Date-Timestamp": "5"}
    tell_leg(cast(SwitchEvent, SimpleNamespace(name="CUSTOM", get=said.__getitem__)), shared)
    code = CodePressed(COLLEAGUE, "*1", "a", Instant(5))
    assert {name: one.events for name, one in driven.items()} == {name: [code] for name in driven}
    parked = {"Unique-ID": COLLEAGUE, "variable_cc_heard": "true"}
    tell_leg(cast(SwitchEvent, SimpleNamespace(name="CHANNEL_PARK", get=parked.__getitem__)), shared)
    assert all(one.events == [code, LegHeard(COLLEAGUE)] for one in driven.values())
