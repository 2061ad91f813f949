"""Transferred conversations on a real switch: the records equal what the phones saw, to the second."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from callcontrol.edges import clock
from callcontrol.edges.ledger.past_rows import PastCall, PastSegment
from callcontrol.simulator.ears import Heard
from callcontrol.simulator.stories.story import PlacedCall
from callcontrol.vocabulary.moment import SECOND_US, instant_of
from tests.freeswitch.audio import Microphones
from tests.freeswitch.mishaps import OVER_S, RECORD_S, Mishap, arrange, records, wait
from tests.freeswitch.stage import RealStage

FROM_OUTSIDE: Final = PlacedCall("+48500100200", "+48221234583")
TAKES: Final = PlacedCall("", "701", extension="105@acme.example", after_s=6.0, hangup_after_s=6.0)
COLLEAGUE: Final = {"action": "answers", "after_s": 0.7, "talk_s": 6}
APART_S: Final = 1.0
Seen = tuple[str, int, int]  # the party of the conversation, its begin and end


@dataclass(frozen=True, slots=True)
class Ears:
    """What phones and callers saw; the callers have their names in the order in which they were placed."""

    heard: Sequence[Heard]
    callers: Sequence[str]

    def first(self, who: str, *what: str) -> int:
        """When this party first saw one of these events (microseconds since the epoch)."""
        return next(one.at_us for one in self.heard if one.who.partition("@")[0] == who and one.what in what)

    def end(self, who: str) -> int:
        """When this phone's call ended."""
        return self.first(who, "hangup", "hung_up")


def blind_transfer_is_recorded_as_seen(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """blind: the caller talks with 117 until the REFER, then with 105 from its answer to its end"""
    phones = {"117": {"action": "answers", "after_s": 0.7, "refers": [4.0, "105"]}, "105": COLLEAGUE}
    (call,), ears = played(stage, phones, (FROM_OUTSIDE,), 1)
    refer = ears.first("117", "refer")
    wanted = (
        ("extension:117", ears.first("117", "answered"), refer),
        ("extension:105", ears.first("105", "answered"), ears.end("105")),
    )
    yield from differences(call, wanted)
    yield from _took_the_place(call, "extension:117", "extension:105")


def attended_transfer_is_recorded_as_seen(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """attended: 117 asks 105 and hands over the caller at the REFER; the trail has the length of the consultation"""
    phones = {
        "117": {"action": "answers", "after_s": 0.7, "consults": [2.0, "105", 5.0]},
        "105": COLLEAGUE | {"talk_s": 12},
    }
    calls, ears = played(stage, phones, (FROM_OUTSIDE,), 2)
    visit, consult = sorted(calls, key=lambda call: call.caller_extension)
    refer, asked = ears.first("117", "refer"), ears.first("105", "answered")
    yield from differences(
        visit, (("extension:117", ears.first("117", "answered"), refer), ("extension:105", refer, ears.end("105")))
    )
    yield from differences(consult, (("extension:105", asked, refer),))
    consulted_s = (refer - asked) / SECOND_US
    said = [f"117 transferred to 105 (attended, consulted {s} s)" for s in (int(consulted_s), int(consulted_s + 0.3))]
    if not any(note["what"] in said for note in visit.notes):
        yield f"{said} expected among {visit.notes}"
    (leg,) = (leg for leg in visit.legs if leg.target == "extension:117")
    (other,) = (leg for leg in consult.legs if leg.target == "extension:105")
    if leg.moved_to != other.leg_id or [one.leg_id for one in (visit.beside or ())] not in ([], [other.leg_id]):
        yield f"the place of {leg.leg_id} is taken by {other.leg_id}: {leg.plain()}"


def parked_caller_is_recorded_as_seen(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """parked: the caller talks with 117 until the REFER, is parked, and talks with 105 from its answer on"""
    phones = {"117": {"action": "answers", "after_s": 0.7, "refers": [2.0, "701"]}}
    calls, ears = played(stage, phones, (FROM_OUTSIDE, TAKES), 2)
    visit, taking = sorted(calls, key=lambda call: call.caller_extension)
    refer = ears.first("117", "refer")
    caller, taker = ears.callers
    taken, over = ears.first(taker, "answered"), ears.end(caller)
    first = ("extension:117", ears.first("117", "answered"), refer)
    yield from differences(visit, (first, ("extension:105", taken, over)))
    yield from differences(taking, (("number:+48500100200", taken, over),))
    told = [(one["why"], one["detail"]) for one in visit.interruptions]
    if told != [("parked", "701")]:
        yield f"one stretch at 701 expected, there are {visit.interruptions}"
    (leg,) = (leg for leg in visit.legs if leg.target == "extension:117")
    if leg.moved_to != taking.legs[0].leg_id:
        yield f"the place of 117 is taken by {taking.legs[0].leg_id}: {leg.plain()}"


def played(
    stage: RealStage, phones: dict[str, Any], calls: Sequence[PlacedCall], count: int
) -> tuple[tuple[PastCall, ...], Ears]:
    """The records of these calls, so many, and what was seen at the phones."""
    arrange(stage, phones)
    began = clock.now()
    placed = []
    for call in calls:
        time.sleep(call.after_s)
        placed.append(stage.world.place(call))
    stage.world.wait_until_over(placed, OVER_S)
    wait(lambda: len(records(stage, began)) >= count, f"there are {count} records", RECORD_S)
    return records(stage, began), Ears(stage.world.heard(), placed)


def differences(call: PastCall, wanted: Sequence[Seen]) -> Iterator[str]:
    """Differences between a call's conversations and those that the phones saw, to the second."""
    found = [_told(segment) for segment in call.segments]
    same = len(found) == len(wanted) and all(
        party == seen and abs(began - from_) <= APART_S * SECOND_US and abs(ended - to) <= APART_S * SECOND_US
        for (party, began, ended), (seen, from_, to) in zip(found, wanted, strict=True)
    )
    if not same:
        yield f"call to {call.dialled}: conversations {found} told, the phones saw {list(wanted)}"
    if any(segment.estimated for segment in call.segments):
        yield f"call to {call.dialled}: a conversation's end is estimated: {found}"


def _told(segment: PastSegment) -> Seen:
    return segment.party, int(instant_of(segment.began_at)), int(instant_of(segment.ended_at))


def _took_the_place(call: PastCall, left: str, took: str) -> Iterator[str]:
    (before,) = (leg for leg in call.legs if leg.target == left)
    (now,) = (leg for leg in call.legs if leg.target == took)
    if (before.moved_to, now.moved_from) != (now.leg_id, before.leg_id):
        yield f"{took} takes the place of {left}: {before.plain()}, {now.plain()}"


MOVED: Final[tuple[Mishap, ...]] = (
    blind_transfer_is_recorded_as_seen,
    attended_transfer_is_recorded_as_seen,
    parked_caller_is_recorded_as_seen,
)
