"""Emergency calls on the real switch while no daemon lives."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from callcontrol.simulator.stories.story import PlacedCall, Story
from tests.freeswitch.audio import Microphones
from tests.freeswitch.mishaps import OVER_S
from tests.freeswitch.sounds import CALLER_HZ, PHONE_HZ
from tests.freeswitch.stage import RealStage
from tests.freeswitch.tones import Hears, tone_differences

NUMBER: Final = "999"
# The number of the phone's place through the trunk that carries it, then the number of the one that shows its own only.
SHOWN: Final = ["+48221234558", "+48223000002"]


def emergency_without_a_daemon(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """no daemon: an emergency call leaves through the trunk that works, and shows what it shows with one"""
    phones = {NUMBER: {"action": "answers", "after_s": 0.3, "talk_s": 1.5}}
    stage.world.arrange(Story("", "", phones, (), {"carrier-a": {"rejects": 503}}, (), (), (), ()))
    stage.daemon.stop()
    try:
        placed = stage.world.place(PlacedCall("", NUMBER, extension="102@acme.example"))
        stage.world.wait_until_over([placed], OVER_S)
        hears = (Hears(NUMBER, CALLER_HZ), Hears("caller", PHONE_HZ))
        yield from tone_differences(hears, stage.world.listening_ports(), microphones)
        shown = [h.detail.get("number") for h in stage.world.heard() if h.who == NUMBER and h.what == "invite"]
        if shown != SHOWN:
            yield f"{NUMBER} should have been shown {SHOWN}, was shown {shown}"
    finally:
        stage.daemon.start()


EMERGENCIES: Final = (emergency_without_a_daemon,)
