"""Trunks that fail call after call are tried last for a while."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcontrol.routing import arrival
from callcontrol.routing.plan import TrunkNumber
from callcontrol.routing.trunk_health import WELL, TrunkHealth, TrunkNews, after_leg, news_of_trunks, resting
from callcontrol.vocabulary.call import Caller, Stamps
from callcontrol.vocabulary.leg import Certainty, End, Leg, Role, changes
from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.vocabulary.outcome import outcome_of
from tests.routing.test_extension import ring
from tests.routing.world import NOW, facts, settings

TRUNK = settings().trunks["a"]
PHONE = Caller("101", extension="101")


def failed(times: int) -> TrunkHealth:
    health = WELL
    for _ in range(times):
        health = after_leg(health, TRUNK, NOW, failed=True)
    return health


def test_it_rests_after_so_many_failures_in_a_row_and_for_so_long() -> None:
    assert (TRUNK.rest_after, TRUNK.rest_s) == (3, 60)
    assert resting({"a": failed(2)}, NOW) == frozenset()
    assert resting({"a": failed(3)}, NOW) == {"a"}
    assert resting({"a": failed(3)}, Instant(NOW + 60 * SECOND_US)) == frozenset()


def test_one_success_ends_it_and_one_failure_after_the_rest_begins_it_again() -> None:
    assert after_leg(failed(3), TRUNK, NOW, failed=False) == WELL
    later = Instant(NOW + 61 * SECOND_US)
    assert resting({"a": after_leg(failed(3), TRUNK, later, failed=True)}, later) == {"a"}


def test_a_trunk_that_rests_is_tried_last_and_the_trail_says_so() -> None:
    rests = replace(facts("600100100", caller=PHONE), resting=frozenset({"a"}))
    decision = arrival.decide(rests)
    assert ring(decision).legs[0].endpoint == TrunkNumber("b", "b", "48600100100")
    assert decision.why[-1].why == "trunk a rests, it failed call after call"
    emergency = arrival.decide(replace(rests, dialled="112"))
    assert ring(emergency).legs[0].endpoint == TrunkNumber("b", "b", "112")


@pytest.mark.parametrize("number", ["600100100", "112"])
def test_when_all_rest_the_first_is_tried_anyway(number: str) -> None:
    decision = arrival.decide(replace(facts(number, caller=PHONE), resting=frozenset({"a", "b"})))
    endpoint = ring(decision).legs[0].endpoint
    assert isinstance(endpoint, TrunkNumber)
    assert endpoint.trunk == "a"


@pytest.mark.parametrize(
    ("cause", "rang", "expected"),
    [
        ("PROGRESS_TIMEOUT", False, True),
        ("NORMAL_TEMPORARY_FAILURE", False, True),
        ("GATEWAY_DOWN", None, True),
        ("NORMAL_TEMPORARY_FAILURE", True, False),
        ("USER_BUSY", False, False),
        ("UNALLOCATED_NUMBER", False, False),
        ("NORMAL_CLEARING", True, False),
        ("ORIGINATOR_CANCEL", False, None),
        ("LOSE_RACE", False, None),
    ],
)
def test_what_a_legs_end_says_of_its_trunk(cause: str, rang: bool | None, expected: bool | None) -> None:
    stamps = None if rang is None else Stamps(NOW, NOW if rang else None, None, NOW)
    leg = Leg("leg", "fs1", Role.CALLEE, "number:+48600100100", NOW, trunk="a")
    end = End(Certainty.TOLD, cause, outcome_of(cause), stamps)
    told = () if expected is None else (TrunkNews("a", expected),)
    guessed = leg.ended(replace(end, certainty=Certainty.ESTIMATED))
    assert tuple(news_of_trunks(changes((leg,), (leg.ended(end),)))) == told
    assert tuple(news_of_trunks(changes((leg,), (guessed,)))) == ()
    assert tuple(news_of_trunks(changes((guessed,), (guessed.ended(end),)))) == told
    inside = replace(leg, trunk="")
    assert tuple(news_of_trunks(changes((inside,), (inside.ended(end),)))) == ()


def test_every_trunk_has_a_time_for_the_first_sign_of_progress() -> None:
    assert ring(arrival.decide(facts("600100100", caller=PHONE))).legs[0].progress_s == 4
    assert ring(arrival.decide(facts("112", caller=PHONE))).legs[0].progress_s == 4
    assert ring(arrival.decide(facts("102", caller=PHONE))).legs[0].progress_s is None
