"""Calls that an earlier version saved are read as calls of this version."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from callcontrol.control.call import Call, Talking
from callcontrol.edges.live_state.codec import decode, encode
from callcontrol.kinds.targets.queue.waiting import Waiting
from callcontrol.vocabulary.leg import Certainty, Role
from callcontrol.vocabulary.trail import Bridged, Dialled, LegEnded, Offered, Queued
from tests.upgrade.left_behind import LeftBehind

HERE = Path(__file__).parent
FOLDERS = ("before_legs", "before_versions")


def left() -> Iterator[str]:
    """The calls that versions before legs were values left in Redis."""
    for folder in FOLDERS:
        yield from LeftBehind(HERE / folder).live_state["cc:{acme}:calls"]["value"].values()


@pytest.mark.parametrize("text", list(left()))
def test_a_call_saved_before_legs_were_values_is_read_with_its_legs(text: str) -> None:
    old, call = json.loads(text), decode(text)
    assert isinstance(call, Call)
    assert decode(encode(call)) == call
    assert (call.open_legs, call.sent) == (tuple(old["open_legs"]), old["legs"])
    assert call.caller_channel == old["trail"][0]["channel"]
    dialled = [entry for entry in call.trail if isinstance(entry, Dialled)]
    assert [(leg.id, leg.target, leg.dialled) for leg in call.legs if leg.role is not Role.CALLER] == [
        (entry.leg_id, entry.to, entry.at) for entry in dialled
    ]
    bridged = {entry.leg_id for entry in call.trail if isinstance(entry, Bridged)}
    assert {leg.id for leg in call.legs if leg.bridged is not None} == bridged
    ended = {entry.leg_id: entry for entry in call.trail if isinstance(entry, LegEnded)}
    assert {leg.id: leg.end and leg.end.stamps for leg in call.legs if leg.certainty is not Certainty.OPEN} == {
        leg: entry.stamps for leg, entry in ended.items()
    }
    offered = [entry for entry in call.trail if isinstance(entry, Offered)]
    assert {(one.offer, agent) for one in call.offers for agent in one.agents} == {
        (entry.offer, entry.agent) for entry in offered
    }


def test_the_saved_calls_include_the_important_states() -> None:
    """One caller waits in a queue, and one talks with an agent."""
    calls: list[Call] = [decode(text) for text in left()]
    assert any(isinstance(call.state, Waiting) and call.state.entered for call in calls)
    assert any(isinstance(call.state, Talking) for call in calls)
    served = [call for call in calls if call.serving is not None]
    assert all(call.serving and (call.serving.joined is not None) == isinstance(call.state, Talking) for call in served)
    queued = [call for call in calls if any(isinstance(entry, Queued) for entry in call.trail)]
    assert all(call.legs[0].answered is not None for call in queued if call.caller_channel)
