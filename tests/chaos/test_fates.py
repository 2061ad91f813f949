"""The cost of a fault counts for that fault alone; plans repeat; looks show when all was well again."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

from tests.chaos.accounts import findings
from tests.chaos.fates import before_all, fates
from tests.chaos.faults import FAULTS
from tests.chaos.plan import UPGRADE, plan
from tests.chaos.truth import CRASH, LAST_RESORT, Blow, Caller, Evidence, Leg, LegRow
from tests.chaos.watch import Look, recovered_us

S = 1_000_000
FIRST = Blow("worker", "kill -9", 10 * S, 11 * S, 7, 13 * S)
SECOND = Blow("switch", "it dies", 20 * S, 21 * S, 8, None)


def test_each_fault_has_its_own_cost() -> None:
    callers = (
        Caller(
            "c1", "busy", 9 * S, None, ("early_media",), 15 * S, LAST_RESORT
        ),  # arrived before the fault, was refused after it
        Caller("c2", "busy", 14 * S, None, ("early_media",), 23 * S - 1, LAST_RESORT),
        Caller("c3", "busy", 19 * S, 22 * S, ("ringing",), 23 * S, "USER_BUSY"),
        Caller("c4", "busy", 19 * S, 19 * S, ("ringing",), 21 * S, CRASH),
    )
    first, second = fates(Evidence(callers, (), (), (), blows=(FIRST, SECOND)))
    assert (first.recovered_s, first.taken_s, first.refused, first.died) == (3.0, 4.0, 2, 0)
    assert (second.recovered_s, second.taken_s, second.refused, second.died) == (None, 0.0, 0, 1)
    assert (first.slowest_s, second.slowest_s) == (0.0, 3.0)


def test_estimates_belong_to_the_last_fault_before_the_legs_true_end() -> None:
    ends = {"b0": 5 * S, "b1": 12 * S, "b2": 25 * S}
    rows = tuple(LegRow(leg, "c1", None, 60 * S, True) for leg in (*ends, "unknown"))
    legs = tuple(Leg(leg, "c1", None, end) for leg, end in ends.items())
    evidence = Evidence((), legs, (), rows, blows=(SECOND, FIRST))
    assert [fate.estimated for fate in fates(evidence)] == [1, 2]
    assert before_all(evidence) == 1


def test_a_run_without_faults_has_no_fates_and_no_findings() -> None:
    nothing = Evidence((), (), (), ())
    assert (fates(nothing), findings(nothing)) == ((), ())


def test_a_plan_repeats_and_a_round_has_every_fault_once() -> None:
    once, again, other = (list(islice(plan(seed, list(FAULTS)), 2 * len(FAULTS))) for seed in (7, 7, 8))
    assert once == again != other
    first, second = once[: len(FAULTS)], once[len(FAULTS) :]
    assert {one.fault for one in first} == {one.fault for one in second} == set(FAULTS)
    assert [one.fault for one in first] != [one.fault for one in second]
    assert first[0].fault == second[0].fault == UPGRADE


def test_recovered_is_the_first_good_look_after_the_last_bad_one() -> None:
    well = [True, False, True, False, False, True, True]
    looks = [Look(at, 5, is_well=one) for at, one in enumerate(well)]
    assert recovered_us(looks, 0, 7) == 5
    assert recovered_us(looks, 0, 5) is None
    assert recovered_us(looks, 6, 7) == 6
    assert recovered_us([*looks, replace(looks[-1], at_us=9, is_well=False)], 0, 9) == 5
