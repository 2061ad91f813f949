"""A supervisor takes over from a phone that click to call has rung: its channel is one that the switch called."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Final

from callcontrol.edges import clock
from callcontrol.edges.live_state.click_to_calls import ClickToCallStore
from callcontrol.edges.live_state.pipeline import RedisPipeline, connect
from callcontrol.simulator.stories.player import TENANT
from callcontrol.simulator.stories.story import PlacedCall
from callcontrol.usecases import click_to_call
from callcontrol.vocabulary.click_to_call import ClickToCall
from callcontrol.vocabulary.moment import SECOND_US, Instant
from tests.freeswitch.audio import Microphones
from tests.freeswitch.mishaps import OVER_S, RECORD_S, Mishap, arrange, records, wait
from tests.freeswitch.sounds import VOICES
from tests.freeswitch.stage import RealStage

PARTY: Final = "+48223334455"
SUPERVISOR_HZ: Final = VOICES["124"]
THERE: Final = 0.15


def supervisor_takes_over_from_one_who_called_by_click(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """141's phone is rung and then calls outside: the party talks on with the supervisor, 141 is hung up and pays"""
    phones = {"141": {"action": "answers", "after_s": 0.3}, PARTY: {"action": "answers", "after_s": 0.3, "talk_s": 16}}
    arrange(stage, phones)
    # The switch stamps a channel's beginning in steps of 20 ms: up to so much earlier.
    began, pipeline = Instant(clock.now() - SECOND_US), RedisPipeline(connect(stage.redis_url, 2))
    try:
        click_to_call.ask_worker(ClickToCall(clock.new_id(), TENANT, "141", PARTY, 20), ClickToCallStore(pipeline))
    finally:
        pipeline.stop(2)
    wait(
        lambda: any(h.what == "answered" and h.who == PARTY.removeprefix("+") for h in stage.world.heard()),
        "the party has answered",
    )
    time.sleep(2)
    placed = stage.world.place(PlacedCall("124", "*53*141#", extension="124@acme.example", presses=((2.0, "4"),)))
    time.sleep(5)
    microphones.clear()
    stage.world.wait_until_over([placed], OVER_S)
    at = stage.world.listening_ports().get(PARTY.removeprefix("+"), ())
    if not 2.0 <= (heard_s := len(microphones.moments(at, SUPERVISOR_HZ, THERE)) / 10) <= 14.0:
        yield f"the party should hear the supervisor, heard for {heard_s} s"
    wait(lambda: len(records(stage, began)) >= 2, "both calls have a record", RECORD_S)
    calls = {call.caller_extension: call for call in records(stage, began)}
    legs = [(leg.target, leg.payer, leg.outcome) for leg in calls["141"].legs[1:]]
    if legs != [(f"number:{PARTY}", "extension:141", "answered")]:
        yield f"one leg that 141 pays for expected: {legs}, {[note['what'] for note in calls['141'].notes]}"
    if not any("taken over by extension:124" in note["what"] for note in calls["141"].notes):
        yield f"it should be taken over: {[note['what'] for note in calls['141'].notes]}"


SUPERVISED_CLICKS: Final[tuple[Mishap, ...]] = (supervisor_takes_over_from_one_who_called_by_click,)
