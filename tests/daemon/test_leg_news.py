"""Keys at legs: each call that has the leg, or whose recorded conversation has it, is told."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import pytest

from callcontrol.control.call import Call, new_call
from callcontrol.control.events import Event, LegHolds, LegKey
from callcontrol.control.talk_recording import TalkRecording
from callcontrol.daemon.leg_news import tell_hold, tell_key
from callcontrol.daemon.missed_keys import MissedKeys
from callcontrol.daemon.worker_context import WorkerContext
from callcontrol.edges.freeswitch.wire import SwitchEvent
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.recording import RecordingMode
from tests.daemon.test_missed_keys import CALL, Driven

COLLEAGUE = "colleague"
ASKED = new_call(
    id_="asked", channel="b", switch="s1", worker="w1", tenant="acme", caller=Caller("2"), dialled="3", now=Instant(1)
)
JOINED = replace(CALL, recording=TalkRecording(mode=RecordingMode.ANNOUNCE, channel="a", partner=COLLEAGUE))


def worker(**drivers: Call) -> tuple[WorkerContext, dict[str, Driven]]:
    """A worker with these calls, of which the asked one has the colleague's leg."""
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
    """Also where another worker has the call in which the colleague was asked."""
    shared, driven = worker(joined=JOINED, **({"asked": ASKED} if is_here else {}))
    pressed(shared)
    told: dict[str, list[Event]] = {name: one.told for name, one in driven.items()}
    assert told == {name: [LegKey(COLLEAGUE, "4")] for name in driven}


def test_a_leg_that_is_talked_with_no_more_tells_nothing() -> None:
    shared, driven = worker(joined=JOINED)
    driven[CALL.id].call = replace(JOINED, recording=None)
    pressed(shared)
    assert driven[CALL.id].told == []


@pytest.mark.parametrize(
    ("name", "left", "told"),
    [
        ("CHANNEL_HOLD", "", [LegHolds(COLLEAGUE, True, Instant(5))]),
        ("CHANNEL_UNHOLD", "", [LegHolds(COLLEAGUE, False, Instant(5))]),
        ("CHANNEL_UNHOLD", "200", []),
    ],
)
def test_a_phone_holds_takes_back_or_hangs_up_while_it_holds(name: str, left: str, told: list[Event]) -> None:
    shared, driven = worker(asked=ASKED)
    headers = {"Unique-ID": COLLEAGUE, "Event-Date-Timestamp": "5", "variable_sip_term_status": left}
    tell_hold(cast(SwitchEvent, SimpleNamespace(name=name, get=headers.__getitem__)), shared)
    assert driven["asked"].told == told
