"""What the switch's word makes of a record that was an estimate, and of a call that was not told of."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcontrol.billing.fold import fold
from callcontrol.billing.reconciling import CdrSource, completed, lost_record
from callcontrol.billing.record import CallRecord, Side
from callcontrol.billing.switch_cdr import LegEnd, read_cdr
from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.queue import Leaving
from callcontrol.vocabulary.trail import Bridged, Moved
from tests.billing.trails import NOON, Story, answered_in_queue, forwarded
from tests.jobs.cdr import CALLER, OUTSIDE, cdr, seen

PLACE = CdrSource("fs1", {"carrier-a": "carrier-a"})


def ends_of(record: CallRecord, ended_s: float, cause: str = "NORMAL_CLEARING", by: str = "recv_bye") -> list[LegEnd]:
    """The switch's word on every leg of the call that was bridged or is the caller's: it ended so much after noon."""
    legs = (leg for leg in record.legs if leg.bridged or leg.direction is Side.A)
    return [
        read_cdr(
            cdr(
                leg.leg_id,
                leg.created or leg.dialled,
                ended_s - ((leg.created or leg.dialled) - NOON) / SECOND_US,
                None if leg.answered is None else (leg.answered - (leg.created or leg.dialled)) / SECOND_US,
                cc_call=None if leg.direction is Side.A else record.call_id,
                hangup_cause=cause,
                sip_hangup_disposition=by,
            )
        )
        for leg in legs
    ]


def at(seconds: float) -> Instant:
    return Instant(NOON + round(seconds * SECOND_US))


def test_an_estimate_gets_the_switchs_times_and_keeps_what_only_we_know() -> None:
    guessed = fold(forwarded(0, NOON, 61.5, True))
    true = completed(guessed, ends_of(guessed, 50), PLACE)
    assert guessed.estimated
    assert (true.estimated, true.reconciled, true.ended) == (False, True, at(50))
    assert (true.path, true.caller, true.worker, true.outcome) == (
        guessed.path,
        guessed.caller,
        guessed.worker,
        Outcome.ANSWERED,
    )
    was = {leg.leg_id: leg for leg in guessed.legs if leg.estimated}
    for leg in true.legs:
        if leg.leg_id in was:
            assert (leg.ended, leg.estimated, leg.reconciled) == (at(50), False, True)
            assert (leg.payer, leg.to, leg.trunk, leg.dialled) == (
                was[leg.leg_id].payer,
                was[leg.leg_id].to,
                was[leg.leg_id].trunk,
                was[leg.leg_id].dialled,
            )
        else:
            assert leg in guessed.legs


def test_completing_twice_changes_nothing_and_exact_legs_are_left_alone() -> None:
    exact = fold(forwarded(0, NOON, 61.5, False))
    assert completed(exact, ends_of(exact, 50), PLACE) is exact
    guessed = fold(forwarded(0, NOON, 61.5, True))
    true = completed(guessed, ends_of(guessed, 50), PLACE)
    assert completed(true, ends_of(guessed, 40), PLACE) is true


def test_the_leg_in_the_callers_place_ends_the_call_though_it_talked_with_no_one_since() -> None:
    told = forwarded(0, NOON, 61.5, True)
    *_, own_end = told
    leg = next(entry.leg_id for entry in told if isinstance(entry, Bridged))
    guessed = fold((*told[:-1], Moved(at(40), leg), own_end))
    ends = [
        end if end.leg_id == leg else replace(end, stamps=replace(end.stamps, ended=at(40)))
        for end in ends_of(guessed, 50)
    ]
    true = completed(guessed, ends, PLACE)
    assert (guessed.led_leg, true.led_leg, true.ended) == (leg, leg, at(50))
    assert {one.leg_id: one.ended for one in true.legs}[true.legs[0].leg_id] == at(40)


def test_one_leg_after_the_other_comes_to_the_same() -> None:
    guessed = fold(forwarded(0, NOON, 61.5, True))
    first, *others = ends_of(guessed, 50)
    assert completed(completed(guessed, [first], PLACE), others, PLACE) == completed(guessed, [first, *others], PLACE)


def test_a_caller_who_gave_up_while_nobody_looked_is_no_network_failure() -> None:
    story = Story().queued(1)
    guessed = fold(story.ended(30, cause="NORMAL_UNSPECIFIED", estimated=True))
    own = replace(guessed.legs[0], outcome=Outcome.UNAVAILABLE)
    guessed = replace(guessed, legs=(own,), outcome=Outcome.UNAVAILABLE)
    true = completed(guessed, ends_of(guessed, 20, "ORIGINATOR_CANCEL", "recv_cancel"), PLACE)
    assert (true.outcome, true.ended, true.legs[0].hung_up_by) == (Outcome.ABANDONED, at(20), "caller")
    (visit,) = true.visits
    assert (visit.how, visit.left, visit.wait_ms, visit.estimated) == (Leaving.ABANDONED, at(20), 19_000, True)


def test_a_conversation_in_a_queue_ends_with_the_agents_leg() -> None:
    guessed = fold(answered_in_queue(0, NOON, 60, True))
    before = next(offer for offer in guessed.visits[0].offers if offer.bridged)
    true = completed(guessed, ends_of(guessed, 45), PLACE)
    after = next(offer for offer in true.visits[0].offers if offer.bridged)
    assert before.estimated
    assert (after.parted, after.estimated, after.bridged) == (at(45), False, before.bridged)


def test_stamps_out_of_order_are_put_right_and_stay_marked() -> None:
    guessed = fold(forwarded(0, NOON, 61.5, True))
    (leg,) = [leg for leg in guessed.legs if leg.estimated and leg.direction is Side.B]
    wrong = read_cdr(cdr(leg.leg_id, NOON, 2, 5, cc_call=guessed.call_id))
    true = next(one for one in completed(guessed, [wrong], PLACE).legs if one.leg_id == leg.leg_id)
    assert (true.answered, true.ended, true.estimated, true.reconciled) == (at(5), at(5), True, True)


def test_a_lost_call_is_put_together_from_the_real_switchs_word() -> None:
    ends = [read_cdr(seen(OUTSIDE)), read_cdr(seen(CALLER))]
    record = lost_record(CALLER, "acme", ends, PLACE)
    assert (record.call_id, record.tenant, record.switch, record.worker) == (CALLER, "acme", "fs1", "")
    assert (record.caller.number, record.dialled, record.outcome) == ("+48500100200", "+48221234570", Outcome.ANSWERED)
    assert (record.estimated, record.reconciled, record.answered_leg) == (True, True, OUTSIDE)
    own, outside = record.legs
    assert (own.direction, own.payer, own.trunk, own.bridged) == (Side.A, "", "", None)
    assert (outside.to, outside.trunk, outside.payer) == ("number:+48600700800", "carrier-a", "extension:106")
    assert outside.talk_us == 2_519_996
    assert record.ended == own.ended


@pytest.mark.parametrize("first", [0, 1])
def test_the_legs_of_a_lost_call_may_come_one_by_one(first: int) -> None:
    ends = [read_cdr(seen(OUTSIDE)), read_cdr(seen(CALLER))]
    half = lost_record(CALLER, "acme", [ends[first]], PLACE)
    whole = completed(half, [ends[1 - first]], PLACE)
    at_once = lost_record(CALLER, "acme", ends, PLACE)
    assert (whole.legs, whole.caller, whole.dialled, whole.ended, whole.outcome) == (
        at_once.legs,
        at_once.caller,
        at_once.dialled,
        at_once.ended,
        at_once.outcome,
    )


def test_a_leg_that_was_told_never_to_have_been_a_channel_and_was_one_is_completed() -> None:
    exact = fold(forwarded(0, NOON, 61.5, False))
    ends = ends_of(exact, 50)
    outside = exact.legs[-1]
    never = replace(outside, created=None, answered=None, bridged=None, ended=None, outcome=Outcome.FAILED)
    true = completed(replace(exact, legs=(*exact.legs[:-1], never)), ends, PLACE)
    assert true.legs[:-1] == exact.legs[:-1]
    assert (true.legs[-1].ended, true.legs[-1].reconciled, true.legs[-1].payer) == (at(50), True, outside.payer)
    assert completed(true, ends_of(exact, 40), PLACE) is true
