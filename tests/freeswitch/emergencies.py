"""Emergency calls on the real switch without a daemon, and while a trunk is full by our own count."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from callcontrol.simulator.stories.story import PlacedCall, Story
from tests.freeswitch.altered import altered, trunks
from tests.freeswitch.audio import Microphones
from tests.freeswitch.mishaps import OVER_S
from tests.freeswitch.sounds import CALLER_HZ, PHONE_HZ
from tests.freeswitch.stage import RealStage
from tests.freeswitch.tones import Hears, tone_differences

NUMBER: Final = "999"
# For both calls: the number of the phone's place on a trunk that allows it, then the trunk's own number on the trunk
# that shows only its own.
SHOWN: Final = ["+48221234558", "+48223000002"] * 2
# 112 goes out through carrier-a, whose only channel is used by an ordinary call.
FULL: Final = Story(
    "",
    "",
    {
        "+48600700800": {"action": "answers", "after_s": 0.2, "talk_s": 20},
        "112": {"action": "answers", "after_s": 0.2, "talk_s": 1},
        "103": {"action": "busy"},
    },
    (),
    {},
    (),
    (
        PlacedCall("", "600700800", extension="117@acme.example"),
        PlacedCall("", "112", extension="102@acme.example", after_s=2.0),
    ),
    (
        {
            "outcome": "answered",
            "answered_by": "number:+48600700800",
            "note": "gives its channel of trunk carrier-a to an emergency call",
            "legs": [{"trunk": "carrier-a", "cause": "PRE_EMPTED"}],
        },
        {
            "outcome": "answered",
            "answered_by": "emergency:112",
            "legs": [{"trunk": "carrier-a", "outcome": "answered", "shown": "+48221234558"}],
        },
        {"outcome": "no_answer", "dialled": "emergency:112"},
    ),
    (),
)


def emergency_without_a_daemon(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """no daemon: an emergency call, also a hidden one, leaves through the trunk that works, and shows its place"""
    phones = {NUMBER: {"action": "answers", "after_s": 0.3, "talk_s": 1.5}}
    stage.world.arrange(Story("", "", phones, (), {"carrier-a": {"rejects": 503}}, (), (), (), ()))
    stage.daemon.stop()
    try:
        for dialled in (f"#31#{NUMBER}", NUMBER):
            placed = stage.world.place(PlacedCall("", dialled, extension="102@acme.example"))
            stage.world.wait_until_over([placed], OVER_S)
        hears = (Hears(NUMBER, CALLER_HZ), Hears("caller", PHONE_HZ))
        yield from tone_differences(hears, stage.world.listening_ports(), microphones)
        shown = [h.detail.get("number") for h in stage.world.heard() if h.who == NUMBER and h.what == "invite"]
        if shown != SHOWN:
            yield f"{NUMBER} should have been shown {SHOWN}, was shown {shown}"
    finally:
        stage.daemon.start()


def a_full_trunk_gives_way_to_an_emergency(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """a trunk of one channel is used by an ordinary call, and 112 is dialled: that call ends, and 112 goes out there"""
    with altered(stage, trunks(lambda name, trunk: trunk.update(channels=1) if name == "carrier-a" else None)):
        yield from stage.player.play(FULL).differences


EMERGENCIES: Final = (emergency_without_a_daemon, a_full_trunk_gives_way_to_an_emergency)
