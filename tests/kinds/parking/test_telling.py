"""Who has parked a caller is told the place: a call of its own that ends, also where the end of its leg was missed."""

from __future__ import annotations

import pytest

from callcontrol.control import commands as do
from callcontrol.control import ending
from callcontrol.control.call import Closed
from callcontrol.control.events import (
    CallConnectionLost,
    ChannelsChecked,
    Event,
    FactsFound,
    LegAnswered,
    TimerFired,
)
from callcontrol.kinds.targets.parking.telling import RING_TIMER, new_telling
from callcontrol.vocabulary.call import Caller
from tests.control.story import Story
from tests.routing.world import facts


@pytest.mark.parametrize("event", [TimerFired(ending.STEP_TIMER), CallConnectionLost("worker w1 died")])
def test_a_leg_whose_end_was_not_told_is_asked_for(event: Event) -> None:
    story = Story(known := facts("104"))
    story.call = new_telling(
        id_="t-1",
        switch="fs1",
        worker="w1",
        tenant="acme",
        place="701",
        parked=Caller("+48600700800"),
        extension="104",
        now=known.now,
    )
    ((leg, _),) = story.then(FactsFound()).then(TimerFired(RING_TIMER)).command(do.Originate).legs
    story.then(LegAnswered(leg)).then(event)
    assert story.command(do.CheckChannels).legs == (leg,)
    assert any(timer.name == ending.STEP_TIMER for timer in story.every(do.StartTimer))
    assert story.then(ChannelsChecked(frozenset())).state() is Closed
