"""A phone that holds a party for long, on a real switch: it rings briefly, again and again, until it resumes; the party
hears nothing of that.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from callcontrol.edges import clock
from callcontrol.edges.ledger.past_rows import PastCall
from callcontrol.simulator.ears import Heard
from callcontrol.simulator.stories.story import PlacedCall
from callcontrol.vocabulary.moment import SECOND_US
from tests.freeswitch.altered import altered
from tests.freeswitch.audio import Microphones
from tests.freeswitch.mishaps import OVER_S, RECORD_S, Mishap, arrange, records, wait
from tests.freeswitch.sounds import CALLER_HZ, PHONE_HZ
from tests.freeswitch.stage import RealStage
from tests.freeswitch.tones import MUSIC_HZ, Hears, HearsInTurn, tone_differences

HOLDER: Final = "117"
REMIND_S: Final = 6
RING_S: Final = 5  # RemindingHolder
REMINDED_HZ: Final = 880.0
# When the hold begins, and how long it lasts (seconds): two reminders fall due; two more would after it has resumed.
HOLDS: Final = (1.0, 2 * REMIND_S + 4.0)
TALK_S: Final = 30
# Tolerance in seconds: by how much a phone may begin or stop ringing late.
LATE_S: Final = 1.5
CALLER: Final = PlacedCall("+48500100200", "+48221234583", name="Jan")
HEARD: Final = (
    HearsInTurn("caller", (MUSIC_HZ, PHONE_HZ)),
    Hears("caller", REMINDED_HZ, never=True),
    Hears(HOLDER, CALLER_HZ),
    Hears(HOLDER, REMINDED_HZ),
)
METRIC: Final = 'callcontrol_holders_reminded_total{tenant="acme"} 2.0'


def holder_is_reminded(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """a phone holds its caller for long: it rings for 5 s, is rung again and hears two tones, then both talk again"""
    phones = {
        HOLDER: [
            {"action": "answers", "after_s": 0.3, "holds": list(HOLDS), "talk_s": TALK_S},
            {"action": "never_answers"},
            {"action": "answers", "after_s": 0.5, "talk_s": 20},
        ]
    }
    with altered(stage, _reminding, "tenants/acme.yaml"):
        arrange(stage, phones)
        began, placed = clock.now(), stage.world.place(CALLER)
        wait(lambda: len(_of_holder(stage, "invite")) == 3, "the phone was reminded twice")
        microphones.clear()
        stage.world.wait_until_over([placed], OVER_S)
        yield from tone_differences(HEARD, stage.world.listening_ports(), microphones)
        yield from _rang(stage)
        if METRIC not in stage.daemon.metrics():
            yield f"{METRIC} expected among the metrics"
        wait(lambda: len(records(stage, began)) >= 3, "the call and both reminders have a record", RECORD_S)
        yield from _recorded(records(stage, began))


def _reminding(text: str) -> str:
    """The tenant's file with a short time until reminders."""
    assert "\nholding:" not in text, "the tenant's file already has settings for holding"
    return f"{text}\nholding: {{remind: {REMIND_S}}}\n"


def _rang(stage: RealStage) -> Iterator[str]:
    """The phone rang twice, on time, and showed the held party; it rang for RING_S where it was not answered."""
    _, *reminders = _of_holder(stage, "invite")
    shown = [one.detail.get("name") for one in reminders]
    if shown != ["held Jan"] * 2:
        yield f"the phone should show `held Jan` twice, shows {shown}"
    held_at = _of_holder(stage, "answered")[0].at_us + HOLDS[0] * SECOND_US
    for number, one in enumerate(reminders, 1):
        late_s = (one.at_us - held_at) / SECOND_US - number * REMIND_S
        if not -0.5 <= late_s <= LATE_S:
            yield f"reminder {number} rings {late_s:.2f} s after it is due"
    rang_s = (_of_holder(stage, "hangup")[0].at_us - reminders[0].at_us) / SECOND_US
    if not RING_S - 0.5 <= rang_s <= RING_S + LATE_S:
        yield f"the phone should ring for {RING_S} s, rang for {rang_s:.2f} s"


def _recorded(calls: tuple[PastCall, ...]) -> Iterator[str]:
    """The caller's call has one leg, and each reminder is a call of its own, free of charge."""
    visits = [call for call in calls if call.caller_number == CALLER.number]
    reminders = sorted((call for call in calls if call not in visits), key=lambda call: call.started_at)
    told = [(call.outcome, [leg.target for leg in call.legs], len(call.segments)) for call in visits]
    if told != [("answered", ["", f"extension:{HOLDER}"], 1)]:
        yield f"one answered call with one conversation expected, there are {told}"
    notes = [note["what"] for call in visits for note in call.notes if "reminded" in note["what"]]
    if notes != [f"extension:{HOLDER} is reminded of the party on hold"] * 2:
        yield f"two notes of reminders expected, there are {notes}"
    outcomes = [(call.outcome, [leg.target for leg in call.legs]) for call in reminders]
    expected = [("no_answer", [f"extension:{HOLDER}"]), ("announced", [f"extension:{HOLDER}"])]
    if outcomes != expected:
        yield f"reminders {expected} expected, there are {outcomes}"
    if costs := [leg.cost for call in calls for leg in call.legs if leg.cost is not None]:
        yield f"no leg costs anything, there are {costs}"


def _of_holder(stage: RealStage, what: str) -> list[Heard]:
    return [one for one in stage.world.heard() if one.what == what and one.who.partition("@")[0] == HOLDER]


HOLDINGS: Final[tuple[Mishap, ...]] = (holder_is_reminded,)
