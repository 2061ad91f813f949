"""A carrier that answers no call rests: for a while the others are tried first, then it is tried again."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from functools import partial
from typing import Any, Final

from callcontrol.edges import clock
from callcontrol.edges.ledger.past_rows import PastCall
from callcontrol.simulator.stories.story import PlacedCall, Story
from tests.freeswitch.altered import altered, trunks
from tests.freeswitch.audio import Microphones
from tests.freeswitch.mishaps import OVER_S, Mishap, records, wait
from tests.freeswitch.stage import RealStage

# The extension's calls go to this number through carrier-a, then through carrier-b.
CALLER: Final = partial(PlacedCall, to="+48221234586", hangup_after_s=14.0)
NUMBER: Final = "number:+4930123456"
PHONES: Final = {"+4930123456": {"action": "answers", "after_s": 0.3, "digits": [[0.7, "1"]], "talk_s": 1}}
FAILURES: Final = 3  # the default of `rest_after`
REST_S: Final = 30
AT_ONCE_S: Final = 2.0  # a call answered this soon has not waited for another carrier
Way = tuple[tuple[str, str], ...]  # the carrier and the outcome of each leg
WAITED: Final[Way] = (("carrier-a", "PROGRESS_TIMEOUT"), ("carrier-b", "NORMAL_CLEARING"))


def silent_carrier_rests(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """a carrier that answers none of three calls rests: the other one is tried first; then it is back"""
    yield from _rests(stage, {"every": {"action": "silent"}})


def carrier_that_says_100_only_rests(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """a carrier that sends only 100 to three calls rests: the other one is tried first; then it is back"""
    yield from _rests(stage, {"every": {"action": "trying"}})


def _rests(stage: RealStage, carrier: Mapping[str, Any]) -> Iterator[str]:
    with _resting_s(stage, REST_S):
        _arrange(stage, carrier)
        began = clock.now()
        failing = [stage.world.place(CALLER(f"+4850010043{i}")) for i in range(FAILURES)]
        stage.world.wait_until_over(failing, OVER_S)
        wait(lambda: len(records(stage, began)) == FAILURES, "the calls are recorded")
        failed = records(stage, began)
        yield from _differs("each of the first", failed, (WAITED,) * FAILURES)
        ends = [leg.ended_at for call in failed for leg in call.legs if leg.trunk == "carrier-a"]
        rests_until_s = max(ends).timestamp() + REST_S
        yield from _differs("one while it rests", _next(stage, "+48500100434"), (WAITED[1:],))
        if time.time() > rests_until_s:
            yield "the machine was too slow to call while the carrier rests"
        _arrange(stage, {})
        time.sleep(max(rests_until_s - time.time(), 0) + 1)
        yield from _differs("one after its rest", _next(stage, "+48500100435"), ((("carrier-a", "NORMAL_CLEARING"),),))


def _arrange(stage: RealStage, carrier: Mapping[str, Any]) -> None:
    stage.world.arrange(Story("", "", PHONES, (), {"carrier-a": carrier}, (), (), (), ()))


def _next(stage: RealStage, caller: str) -> tuple[PastCall, ...]:
    began = clock.now()
    stage.world.wait_until_over([stage.world.place(CALLER(caller))], OVER_S)
    return records(stage, began)


def _differs(
    which: str, calls: tuple[PastCall, ...], expected: tuple[tuple[tuple[str, str], ...], ...]
) -> Iterator[str]:
    found = tuple(tuple((leg.trunk, leg.cause) for leg in call.legs if leg.target == NUMBER) for call in calls)
    if found != expected:
        yield f"{which} should have gone by {expected}, went by {found}"
    for call in calls:
        late = [leg for leg in call.legs if leg.target == NUMBER and leg.answered_at is None]
        outside = next((leg for leg in call.legs if leg.target == NUMBER and leg.answered_at is not None), None)
        if outside is None or outside.answered_at is None:
            yield f"{which} should have been answered: {call}"
        elif not late and (outside.answered_at - call.started_at).total_seconds() > AT_ONCE_S:
            yield f"{which} was answered {outside.answered_at - call.started_at} after it came"


def _resting_s(stage: RealStage, seconds: int) -> AbstractContextManager[None]:
    """Set the time that carriers rest, and drop what is known of them."""
    return altered(stage, trunks(lambda _, trunk: trunk.update(rest_s=seconds)))


RESTS: Final[tuple[Mishap, ...]] = (silent_carrier_rests, carrier_that_says_100_only_rests)
