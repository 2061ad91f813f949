"""Fold: every trail that tells of an arrival becomes one record, with one leg per channel or attempt."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcontrol.billing.fold import BadTrail, fold
from callcontrol.billing.record import Note, PathEntry, Recording, Side
from callcontrol.vocabulary.call import Stamps
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.trail import (
    Arrived,
    Bridged,
    Dialled,
    LanguageChosen,
    LegEnded,
    Noted,
    Passed,
    Routed,
    StepEnded,
)
from tests.billing.trails import NOON, Entries, Story, forwarded


def test_a_forwarded_call_leg_by_leg() -> None:
    story, record = Story(), fold(forwarded())
    assert (record.call_id, record.tenant, record.switch, record.worker) == (story.call, "acme", "fs1", "worker-1")
    assert (record.outcome, record.answered_leg, record.answered_by) == (
        "answered",
        story.leg(1),
        "number:+48600700800",
    )
    assert (record.arrived, record.answered, record.bridged, record.ended) == (
        NOON,
        story.moment(25.001),
        story.moment(25.003),
        story.moment(86.51),
    )
    caller, desk, mobile = record.legs
    assert (caller.leg_id, caller.direction, caller.address, caller.talk_us) == (
        story.call,
        "a",
        "+48225550000",
        61_509_000,
    )
    assert (desk.outcome, desk.cause, desk.ringing, desk.answered, desk.talk_us) == (
        Outcome.NO_ANSWER,
        "NO_ANSWER",
        story.moment(0.1),
        None,
        0,
    )
    assert (mobile.trunk, mobile.payer, mobile.talk_us, mobile.hung_up_by) == (
        "carrier",
        "extension:101",
        61_500_000,
        "callee",
    )
    assert [leg.is_external for leg in record.legs] == [False, False, True]
    assert not record.estimated


def test_the_language_is_the_one_that_was_chosen_last() -> None:
    by_key = LanguageChosen(Instant(NOON + 9), "ru", "key 3 of menu:main")
    assert fold((*forwarded(), LanguageChosen(NOON, "pl", "language_for 1"), by_key)).language == "ru"
    assert fold(forwarded()).language == ""


def test_the_path_tells_where_and_why_and_what_was_passed() -> None:
    trail = (*forwarded(), Passed(Instant(NOON + 5), "number:+48999", "blocked", "tenants/acme.yaml:8"))
    assert fold(trail).path == (
        PathEntry(Story().moment(0.001), "extension:101", "number +48225550000", "tenants/acme.yaml:12"),
        PathEntry(Story().moment(20), "number:+48600700800", "rule no_answer of extension:101", "tenants/acme.yaml:31"),
        PathEntry(Instant(NOON + 5), "number:+48999", "blocked", "tenants/acme.yaml:8", passed=True),
    )


def test_recordings_and_notes_are_kept() -> None:
    trail = (
        Story()
        .routed(0, "voicemail:101", "number")
        .recorded(9, "101", "/r/1.wav")
        .step(9, "voicemail", Outcome.VOICEMAIL)
    )
    record = fold((*trail.ended(20, by="caller", answered=1), Noted(NOON, "stores away")))
    assert record.recordings == (Recording(Story().moment(9), "101", "/r/1.wav"),)
    assert record.notes == (Note(NOON, "stores away"),)
    assert record.outcome == "voicemail"


def ringing() -> Story:
    return Story().routed(0, "extension:101", "number").rings(0, 0)


def failed(outcome: Outcome) -> Story:
    return ringing().leg_ended(5, 0, "X", outcome, 0.1).step(5, "ring", outcome)


@pytest.mark.parametrize(
    ("trail", "outcome"),
    [
        (ringing().bridged(3, 0).ended(9, answered=3, by="caller"), "answered"),
        (ringing().ended(9, by="caller", cause="ORIGINATOR_CANCEL"), "abandoned"),
        (ringing().ended(9, cause="ORIGINATOR_CANCEL"), "abandoned"),  # it is not said who: the channel does
        (failed(Outcome.BUSY).step(5, "hangup", Outcome.BUSY).ended(5.1, by="switch", cause="USER_BUSY"), "busy"),
        (failed(Outcome.BUSY).step(5, "hangup", Outcome.BUSY).ended(5.1, by="caller", cause="USER_BUSY"), "busy"),
        (failed(Outcome.BUSY).ended(5.1, by="caller"), "abandoned"),  # between two steps
        (failed(Outcome.NO_ANSWER).routed(5, "extension:102", "rule").rings(5, 1).ended(7, by="caller"), "abandoned"),
        (failed(Outcome.UNAVAILABLE).ended(5.1, by="switch", cause="SUBSCRIBER_ABSENT"), "unavailable"),
        (Story().step(0, "hangup", Outcome.REJECTED).ended(0.1, by="switch"), "rejected"),
        (Story().step(3, "announcement", Outcome.ANNOUNCED).ended(3.1, by="caller", answered=0.1), "announced"),
        (
            Story()
            .step(3, "announcement", Outcome.ANNOUNCED)
            .routed(3, "extension:101", "then")
            .rings(3, 0)
            .ended(9, "caller", 1),
            "abandoned",
        ),
        (Story().step(1, "voicemail", Outcome.VOICEMAIL).ended(9, by="caller", answered=0.1), "voicemail"),
        (
            Story().routed(0, "voicemail:101", "number").ended(1, by="caller", answered=0.1),
            "abandoned",
        ),  # in the greeting
        (Story().step(1, "setting", Outcome.CHANGED).ended(2, by="caller", answered=0.1), "changed"),
        (Story().ended(1, by="switch", answered=0.5), "failed"),
        (Story().ended(0, by="caller"), "abandoned"),
    ],
)
def test_the_outcome_of_a_call(trail: Entries, outcome: str) -> None:
    assert fold(trail).outcome == outcome


def test_a_leg_that_never_became_a_channel_has_a_record_without_stamps() -> None:
    trail = ringing().leg_ended(0.1, 0, "USER_NOT_REGISTERED", Outcome.UNAVAILABLE).ended(0.2, by="switch")
    leg = fold(trail).legs[1]
    assert (leg.created, leg.answered, leg.ended, leg.cause) == (None, None, None, "USER_NOT_REGISTERED")
    assert (leg.outcome, leg.estimated, leg.talk_us) == (Outcome.UNAVAILABLE, False, 0)


def test_a_trail_that_breaks_off_yields_an_estimate() -> None:
    story = Story().rings_outside(1, 0).bridged(3, 0)
    story.entries.append(Noted(story.moment(30), "connection lost"))
    record = fold(tuple(story.entries))
    caller, mobile = record.legs
    assert (mobile.answered, mobile.ended, mobile.estimated) == (story.moment(3), story.moment(30), True)
    assert (caller.ended, caller.estimated, record.ended, record.estimated) == (
        story.moment(30),
        True,
        story.moment(30),
        True,
    )


def test_what_is_told_twice_counts_once_and_the_truth_beats_an_estimate() -> None:
    true = forwarded(talk_s=61.5)
    guessed = forwarded(talk_s=70, estimated=True)
    ends = tuple(e for e in true if isinstance(e, LegEnded))
    assert fold((*true, *true)).legs == fold(true).legs
    mended = fold((*guessed, *ends))
    assert (mended.legs, mended.estimated) == (fold(true).legs, False)
    assert fold((*true, *(e for e in guessed if isinstance(e, LegEnded)))).legs == fold(true).legs


@pytest.mark.parametrize(
    ("stamps", "expected"),
    [
        ((0, 1, 5, 3), (0, 1, 5, 5)),  # ended before it was answered: no talk
        ((9, None, 5, 20), (5, None, 5, 20)),  # created after the answer: the answer stands
        ((0, 8, None, 5), (0, 5, None, 5)),  # rang after its end
        ((0, None, None, -1), (-1, None, None, -1)),
    ],
)
def test_contradicting_stamps_are_put_in_order_and_noted(
    stamps: tuple[int, int | None, int | None, int], expected: tuple[int, int | None, int | None, int]
) -> None:
    def moved(at: int | None) -> Instant | None:
        return None if at is None else Instant(NOON + at)

    created, ringing_at, answered, ended = map(moved, stamps)
    assert created is not None
    assert ended is not None
    story = Story().rings(0, 0)
    end = LegEnded(
        Instant(NOON + 30), story.leg(0), "X", Outcome.NO_ANSWER, Stamps(created, ringing_at, answered, ended)
    )
    record = fold((*story.entries, end))
    leg = record.legs[1]
    assert (leg.created, leg.ringing, leg.answered, leg.ended) == tuple(map(moved, expected))
    assert leg.estimated
    assert f"stamps of leg {leg.leg_id} out of order: created {created}" in record.notes[0].what


def test_the_ringing_of_a_later_leg_stamps_an_answered_channel_and_its_record_is_exact() -> None:
    story = Story().queued(0.1, "help").rings(1, 0)
    stamps = Stamps(NOON, story.moment(1.2), story.moment(0.1), story.moment(9))
    end = LegEnded(story.moment(9), story.call, "NORMAL_CLEARING", Outcome.ANSWERED, stamps, "caller")
    record = fold((*story.leg_ended(8, 0, "NO_ANSWER", Outcome.NO_ANSWER, 1).entries, end))
    caller = record.legs[0]
    assert (caller.ringing, caller.answered, caller.ended) == (None, story.moment(0.1), story.moment(9))
    assert (caller.estimated, record.notes) == (False, ())


def test_the_switchs_clock_may_run_behind_ours() -> None:
    record = fold(Story().ended(-0.5, by="caller", answered=-0.7))
    assert record.arrived == record.answered == record.ended
    assert record.legs[0].talk_us == 200_000


def test_a_leg_nobody_dialled_has_a_record_all_the_same() -> None:
    story = Story()
    story.leg_ended(5, 7, "NORMAL_CLEARING", Outcome.ANSWERED, 1, None, 2)
    record = fold(story.ended(6))
    assert [(leg.leg_id, leg.direction, leg.to) for leg in record.legs[1:]] == [(story.leg(7), Side.B, "")]


def test_a_channel_that_another_call_dialled_is_booked_there_alone_and_still_says_when_its_own_call_was_over() -> None:
    arrived, *rest = forwarded()
    assert isinstance(arrived, Arrived)
    whole, moved = fold(forwarded()), fold((replace(arrived, leg_of="call-0"), *rest))
    assert [leg.leg_id for leg in moved.legs] == [leg.leg_id for leg in whole.legs[1:]]
    assert (moved.outcome, moved.answered, moved.ended) == (whole.outcome, whole.answered, whole.ended)
    assert (moved.answered_by, moved.estimated) == (whole.answered_by, False)


def test_no_arrival_no_record() -> None:
    with pytest.raises(BadTrail, match="without an arrival"):
        fold(forwarded()[1:])


instants = st.integers(0, 4_000_000_000_000_000).map(Instant)
legs = st.sampled_from([Story().leg(n) for n in range(3)] + [Story().call])
stamped = st.builds(Stamps, instants, st.none() | instants, st.none() | instants, instants)
entries = st.one_of(
    st.builds(Dialled, instants, legs, st.text(max_size=5), st.text(max_size=5)),
    st.builds(
        LegEnded,
        instants,
        legs,
        st.text(max_size=5),
        st.sampled_from(Outcome),
        st.none() | stamped,
        st.just(""),
        st.booleans(),
    ),
    st.builds(Bridged, instants, legs),
    st.builds(StepEnded, instants, st.just("ring"), st.sampled_from(Outcome)),
    st.builds(Routed, instants, st.text(max_size=5), st.text(max_size=5)),
)


@given(st.lists(entries, max_size=12))
def test_any_trail_with_an_arrival_makes_sense_as_a_record(
    rest: list[Dialled | LegEnded | Bridged | StepEnded | Routed],
) -> None:
    record = fold((Story().entries[0], *rest))
    ids = [leg.leg_id for leg in record.legs]
    assert len(set(ids)) == len(ids)
    told = {e.leg_id for e in rest if isinstance(e, Dialled | LegEnded | Bridged)}
    assert set(ids) == told | {Story().call}
    assert record.ended >= record.arrived
    assert record.answered is None or record.arrived <= record.answered <= record.ended
    for leg in record.legs:
        times = [t for t in (leg.created, leg.ringing, leg.answered, leg.ended) if t is not None]
        assert times == sorted(times)
        assert (leg.created is None) == (leg.ended is None)
        assert leg.talk_us >= 0
