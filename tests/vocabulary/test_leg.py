"""A leg ends once; what was supposed of its end gives way to the switch's own word, once."""

from __future__ import annotations

import itertools
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from callcontrol.vocabulary.call import Stamps
from callcontrol.vocabulary.leg import Certainty, End, Leg, Role, changes, has_ended
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.outcome import Outcome

AT = Instant(1_800_000_000_000_000)
LEG = Leg("leg", "fs1", Role.CALLEE, "extension:101", AT)
STAMPS = Stamps(AT, None, AT, Instant(AT + 5_000_000))
ENDS = st.builds(
    End,
    st.sampled_from([Certainty.TOLD, Certainty.ESTIMATED]),
    st.sampled_from(["NORMAL_CLEARING", "USER_BUSY"]),
    st.sampled_from([Outcome.ANSWERED, Outcome.BUSY]),
    st.sampled_from([None, STAMPS]),
)


def is_truth(end: End) -> bool:
    return end.certainty is Certainty.TOLD


@given(st.lists(ENDS, min_size=1))
def test_whatever_is_told_of_its_end_a_leg_changes_twice_at_most_and_never_back(ends: list[End]) -> None:
    steps = [LEG]
    for end in ends:
        steps.append(steps[-1].ended(end))
    known = [leg.certainty for leg in steps]
    assert known[0] is Certainty.OPEN
    assert sum(before is not now for before, now in itertools.pairwise(steps)) <= 2
    for before, now in itertools.pairwise(known):
        assert now is before or (before, now) in {
            (Certainty.OPEN, Certainty.TOLD),
            (Certainty.OPEN, Certainty.ESTIMATED),
            (Certainty.ESTIMATED, Certainty.SETTLED),
            (Certainty.TOLD, Certainty.SETTLED),
        }


@given(st.lists(ENDS, min_size=1))
def test_the_first_truth_stands_whatever_was_supposed_before_and_is_told_after(ends: list[End]) -> None:
    leg = LEG
    for end in ends:
        leg = leg.ended(end)
    assert leg.end is not None
    truths = [end for end in ends if is_truth(end)]
    assert (leg.certainty is Certainty.ESTIMATED) == (not truths)
    if ends[0].stamps is not None and is_truth(ends[0]):
        assert leg.end == ends[0]
    if any(end.stamps for end in truths) and leg.end.stamps is None:
        # said first of one that was supposed to have lived: that it never was a channel
        assert ends[0].certainty is Certainty.ESTIMATED


def test_a_leg_that_calls_a_number_outside_at_a_payers_expense() -> None:
    outside = Leg("leg", "fs1", Role.CALLEE, "number:+48600700800", AT, "carrier", "extension:101")
    assert outside.paid_number == "+48600700800"
    assert not replace(outside, target="emergency:112").paid_number
    assert not replace(outside, target="sip:bob@example.org").paid_number
    assert not replace(outside, trunk="").paid_number
    assert not replace(outside, payer="").paid_number
    assert not LEG.paid_number


def test_that_it_never_was_a_channel_gives_way_to_the_channels_own_end() -> None:
    never = LEG.ended(End(Certainty.TOLD, "NETWORK_OUT_OF_ORDER", Outcome.UNAVAILABLE, None))
    true = never.ended(End(Certainty.TOLD, "NORMAL_CLEARING", Outcome.ANSWERED, STAMPS))
    assert (true.certainty, true.end and true.end.stamps) == (Certainty.SETTLED, STAMPS)
    assert true.ended(End(Certainty.TOLD, "USER_BUSY", Outcome.BUSY, STAMPS)) is true


def test_the_first_answer_and_the_first_bridge_count_and_the_last_sign_of_life() -> None:
    later = Instant(AT + 1_000_000)
    leg = LEG.answered_at(AT).bridged_at(later).answered_at(later).alive_at(AT)
    assert (leg.answered, leg.bridged, leg.seen) == (AT, later, later)


def test_of_two_states_only_what_differs_is_looked_at() -> None:
    other = Leg("other", "fs1", Role.CALLEE, "extension:102", AT)
    ended = LEG.ended(End(Certainty.TOLD, "USER_BUSY", Outcome.BUSY, STAMPS))
    assert changes((LEG, other), (LEG, other)) == ()
    assert changes((LEG,), (ended, other)) == ((LEG, ended), (None, other))
    assert (has_ended(LEG, ended), has_ended(ended, ended), has_ended(None, other)) == (True, False, False)
