"""The time limit of a paid leg is set on that leg, inside the switch: it holds whatever the leg is joined with, and
without any worker.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from callcontrol.edges import clock
from callcontrol.edges.ledger.past_rows import PastLeg
from callcontrol.simulator.ears import Heard
from callcontrol.simulator.stories.story import PlacedCall
from callcontrol.vocabulary.moment import SECOND_US, Instant, instant_of
from tests.freeswitch.altered import altered
from tests.freeswitch.audio import Microphones
from tests.freeswitch.mishaps import OLD_S, OVER_S, Mishap, arrange, records, wait
from tests.freeswitch.stage import RealStage

MOBILE: Final = "+48600700800"
LIMIT_S: Final = 20
LIMITS: Final = "limits: ["
# The switch's scheduler runs every half second and counts whole seconds, so the limit may be a second early.
EARLY_S, LATE_S = 1.0, 1.0
# The joined party's call ends within this time (seconds).
PARTNER_S: Final = 1.0
# A phone picks up the parked leg so many seconds after its answer; by then it is parked.
TAKEN_AFTER_S: Final = 7
LONG: Final = {"action": "answers", "after_s": 0.3, "talk_s": 60}
FROM_OUTSIDE: Final = PlacedCall("+48500100200", "+48221234583")
CONSULTS: Final = {MOBILE: LONG, "117": {"action": "answers", "after_s": 0.3, "consults": [1.0, "600700800", 3.0]}}


def limit_holds_after_a_blind_transfer(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """a paid leg is transferred blind, the daemon killed: the switch ends it at the limit, the colleague is hung up"""
    caller = PlacedCall("", MOBILE, extension="102@acme.example", refers=(3.0, "105"))
    yield from _holds(stage, {MOBILE: LONG, "105": LONG}, [caller], "105", 1)


def limit_holds_after_an_attended_transfer(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """a mobile is joined with the caller (attended), the daemon killed: its limit ends the caller's conversation"""
    yield from _holds(stage, CONSULTS, [FROM_OUTSIDE], 0, 2)


def limit_holds_after_an_attended_transfer_beside_the_daemon(
    stage: RealStage, microphones: Microphones
) -> Iterator[str]:
    """the same with the daemon alive: the caller is hung up with the mobile, and does not reach the last resort"""
    yield from _holds(stage, CONSULTS, [FROM_OUTSIDE], 0, 2, is_killed=False)


def limit_holds_after_a_pick_up_from_a_parking_place(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """a paid leg is parked and taken by another phone, the daemon killed: the limit counts from the leg's answer"""
    caller = PlacedCall("", MOBILE, extension="102@acme.example", refers=(3.0, "701"))
    taker = PlacedCall("", "701", extension="105@acme.example", hangup_after_s=60.0)
    yield from _holds(stage, {MOBILE: LONG}, [caller, taker], 1, 2)


def limit_holds_at_a_parking_place(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """a paid leg is parked and taken by no phone, the daemon killed: the switch ends it at the limit"""
    caller = PlacedCall("", MOBILE, extension="102@acme.example", refers=(3.0, "701"))
    yield from _holds(stage, {MOBILE: LONG}, [caller], "", 1)


def _holds(
    stage: RealStage,
    phones: Mapping[str, Any],
    calls: Sequence[PlacedCall],
    partner: str | int,
    count: int,
    *,
    is_killed: bool = True,
) -> Iterator[str]:
    """The differences.

    Args:
        partner: the party with which the leg is joined at the end, a phone or the n-th of the calls; "": none.
        count: the number of records.
        is_killed: whether the daemon is killed at half of the limit.
    """
    with altered(stage, _limited, "tenants/acme.yaml"):
        arrange(stage, phones)
        began = clock.now()
        placed = [stage.world.place(calls[0])]
        wait(lambda: bool(_heard(stage, MOBILE, "answered")), "the mobile has answered")
        for call in calls[1:]:
            time.sleep(TAKEN_AFTER_S)
            placed.append(stage.world.place(call))
        wait(lambda: _since_answer_s(stage) > LIMIT_S / 2, "half of the limit is over")
        if is_killed:
            stage.daemon.kill()
        wait(lambda: bool(_ends(stage, MOBILE)), "the mobile is hung up")
        time.sleep(2 * PARTNER_S)
        yield from _cut_in_time(stage, partner if isinstance(partner, str) else placed[partner])
        stage.world.wait_until_over(placed, OVER_S)
        if is_killed:
            stage.daemon.start()
        wait(lambda: len(records(stage, began)) >= count, f"there are {count} records")
        cdrs = stage.switch.folder / "log" / "json_cdr"
        for path in cdrs.glob("*.cdr.json"):
            os.utime(path, (path.stat().st_mtime - OLD_S,) * 2)
        stage.reconcile(cdrs)
        wait(lambda: bool(_paid(stage, began)), "the paid leg has a record")
        yield from _booked(stage, _paid(stage, began))


def _limited(text: str) -> str:
    """The tenant's file with a short limit for calls to mobiles."""
    before, found, after = text.partition(LIMITS)
    assert found, f"the tenant's file has no {LIMITS}"
    return f"{before}{LIMITS}{{classes: [mobile], talk: {LIMIT_S}}}, {after}"


def _cut_in_time(stage: RealStage, partner: str) -> Iterator[str]:
    """The end of the leg came in time, as the phones saw it."""
    answered, ended = _heard(stage, MOBILE, "answered")[0].at_us, _ends(stage, MOBILE)[0].at_us
    talk_s = (ended - answered) / SECOND_US
    if not LIMIT_S - EARLY_S <= talk_s <= LIMIT_S + LATE_S:
        yield f"the mobile is to be hung up {LIMIT_S} s after it has answered, it was after {talk_s:.2f} s"
    told = [(one.at_us - ended) / SECOND_US for one in _ends(stage, partner)] if partner else [0.0]
    if len(told) != 1 or not -PARTNER_S <= told[0] <= PARTNER_S:
        yield f"{partner} is to be hung up with the mobile, that was {[f'{one:.2f}' for one in told]} s after it"


def _booked(stage: RealStage, legs: Sequence[PastLeg]) -> Iterator[str]:
    """The record has the leg once, to the second as the phones saw it, paid by the extension that had it dialled."""
    answered, ended = _heard(stage, MOBILE, "answered")[0].at_us, _ends(stage, MOBILE)[0].at_us
    told = [
        (leg.payer, leg.cause, (instant_of(leg.answered_at) - answered) / SECOND_US, (instant_of(leg.ended_at) - ended))
        for leg in legs
    ]
    is_same = len(told) == 1 and abs(told[0][2]) < 1 and abs(told[0][3]) < SECOND_US
    if not is_same or told[0][1] != "ALLOTTED_TIMEOUT" or not told[0][0].startswith("extension:"):
        yield f"one leg with the phones' times expected, ended by its time, there are {told}"


def _paid(stage: RealStage, began: Instant) -> list[PastLeg]:
    return [leg for call in records(stage, began) for leg in call.legs if leg.payer and leg.ended_at is not None]


def _since_answer_s(stage: RealStage) -> float:
    return (clock.now() - _heard(stage, MOBILE, "answered")[0].at_us) / SECOND_US


def _ends(stage: RealStage, who: str) -> list[Heard]:
    return _heard(stage, who, "hangup")


def _heard(stage: RealStage, who: str, what: str) -> list[Heard]:
    named = who.lstrip("+")
    return [one for one in stage.world.heard() if one.what == what and one.who.lstrip("+").partition("@")[0] == named]


MOVED_LIMITS: Final[tuple[Mishap, ...]] = (
    limit_holds_after_a_blind_transfer,
    limit_holds_after_an_attended_transfer,
    limit_holds_after_an_attended_transfer_beside_the_daemon,
    limit_holds_after_a_pick_up_from_a_parking_place,
    limit_holds_at_a_parking_place,
)
