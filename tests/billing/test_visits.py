"""What the fold makes of queues: visits, offers, and the outcome of the call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcontrol.billing.fold import fold
from callcontrol.billing.record import CallRecord, KeyPress, Note, OfferRecord, QueueVisit, RatedRecord, Side
from callcontrol.billing.record_json import from_json, to_json
from callcontrol.vocabulary.agent import OfferEnd
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.queue import Leaving
from callcontrol.vocabulary.trail import (
    Bridged,
    Entry,
    LeftQueue,
    LegEnded,
    Offered,
    OfferEnded,
    Pressed,
    Queued,
    Routed,
    StepEnded,
    WrapUpBegan,
)
from tests.billing.trails import NOON, Entries, Story, answered_in_queue, call_id, called_back

STORY = Story()
at = STORY.moment


def test_a_caller_who_waited_offer_by_offer() -> None:
    record = fold(answered_in_queue())
    assert record.visits == (
        QueueVisit(
            queue="support",
            ticket=f"{STORY.call}/1",
            entered=at(0.1),
            joined=at(0.1),
            took_up="",
            first_position=3,
            left=at(38.1),
            how=Leaving.ANSWERED,
            wait_ms=38_000,
            detail="alice",
            agent="alice",
            bridged=at(38.1),
            keys=(KeyPress(at(5), "7"),),
            wrap_up_until=at(128.1),
            offers=(
                OfferRecord("o1", "bob", at(10), (STORY.leg(0),), at(30), OfferEnd.NO_ANSWER, "NO_ANSWER"),
                OfferRecord(
                    offer="o2",
                    agent="alice",
                    at=at(30.5),
                    legs=(STORY.leg(1),),
                    ended=at(35),
                    how=OfferEnd.ACCEPTED,
                    bridged=at(38.1),
                    parted=at(98.1),
                    wrap_up_from=at(98.1),
                    wrap_up_until=at(128.1),
                ),
            ),
        ),
    )
    assert (record.outcome, record.answered_by, record.estimated) == ("answered", "number:+48600700800", False)
    assert record.notes == ()


def test_a_callback_has_no_callers_leg_and_its_talk_is_the_customers() -> None:
    record = fold(called_back())
    assert [(leg.direction, leg.payer, leg.to) for leg in record.legs] == [
        (Side.B, "tenant", "number:+48600700801"),
        (Side.B, "tenant", "number:+48221234567"),
    ]
    assert (record.outcome, record.caller.number, record.dialled) == ("answered", "+48221234567", "queue:support")
    assert (record.answered, record.bridged, record.ended) == (None, at(15), at(75.1))
    (visit,) = record.visits
    assert (visit.ticket, visit.took_up, visit.agent) == (f"{call_id(99)}/1", "callback", "alice")
    assert (visit.joined, visit.entered, visit.wait_ms) == (at(-1800), at(0), 1_815_000)
    (offer,) = visit.offers
    assert (offer.legs, offer.bridged, offer.parted) == ((STORY.leg(0),), at(15), at(75))


def test_an_unreached_customer_is_no_conversation() -> None:
    story = Story(has_caller=False).queued(0, took_up="callback").offered(0, "o1", "bob", 0).rings(0, 0)
    story.offer_ended(3, "o1", "bob", OfferEnd.ACCEPTED).rings_outside(3, 1, payer="tenant")
    story.leg_ended(33, 1, "NO_ANSWER", Outcome.NO_ANSWER, 3.1, 4)
    story.entries.append(StepEnded(at(33), "callback", Outcome.NO_ANSWER, "the customer: no_answer"))
    record = fold(tuple(story.leg_ended(33.1, 0, "ORIGINATOR_CANCEL", Outcome.ABANDONED, 0.1, 1, 2.9).entries))
    assert (record.outcome, record.answered_leg) == ("no_answer", "")
    (visit,) = record.visits
    assert (visit.how, visit.agent, visit.bridged, visit.left) == (Leaving.FAILED, "", None, at(33))
    assert (visit.detail, visit.wait_ms, visit.estimated) == ("the customer: no_answer", 33_000, False)
    assert (visit.offers[0].how, visit.offers[0].bridged) == (OfferEnd.ACCEPTED, None)


def test_a_callback_whose_agent_cannot_be_rung_has_no_leg_at_all() -> None:
    story = Story(has_caller=False).queued(0, took_up="callback").offered(0, "o1", "bob")
    story.offer_ended(0, "o1", "bob", OfferEnd.UNREACHABLE).step(0.1, "callback", Outcome.NO_ANSWER)
    record = fold(tuple(story.entries))
    assert (record.legs, record.ended, record.outcome, record.estimated) == ((), at(0.1), "no_answer", False)


def test_all_at_once_one_answers_the_others_do_not() -> None:
    story = Story().queued(0).offered(1, "o1", "ann", 0).rings(1, 0).offered(1, "o1", "bob", 1).rings(1, 1)
    story.offer_ended(4, "o1", "bob", OfferEnd.ACCEPTED).offer_ended(4, "o1", "ann", OfferEnd.ELSEWHERE).bridged(5, 1)
    story.left(5, Leaving.ANSWERED, 5, "bob").leg_ended(9, 1, "NORMAL_CLEARING", Outcome.ANSWERED, 1, 2, 4)
    (visit,) = fold(story.ended(9, answered=0.1)).visits
    assert [(offer.agent, offer.how, offer.parted) for offer in visit.offers] == [
        ("ann", OfferEnd.ELSEWHERE, None),
        ("bob", OfferEnd.ACCEPTED, at(9)),
    ]
    assert visit.agent == "bob"


def test_an_agent_who_rings_again_within_an_offer_has_a_row_for_each_turn() -> None:
    turns: list[Entry] = [
        Offered(at(10), "o1", "support", "bob", (STORY.leg(0),)),
        OfferEnded(at(30), "o1", "bob", OfferEnd.NO_ANSWER),
        Offered(at(40), "o1", "support", "bob", (STORY.leg(1),)),
        OfferEnded(at(45), "o1", "bob", OfferEnd.REJECTED),
    ]
    arrived, *_ = answered_in_queue()
    queued = Queued(at(0.1), "support", f"{STORY.call}/1", at(0.1), 1)
    (visit,) = fold((arrived, queued, *turns, *turns)).visits
    assert [(one.offer, one.agent, one.legs, one.ended, one.how) for one in visit.offers] == [
        ("o1", "bob", (STORY.leg(0),), at(30), OfferEnd.NO_ANSWER),
        ("o1/2", "bob", (STORY.leg(1),), at(45), OfferEnd.REJECTED),
    ]


def test_one_queue_after_the_other_and_the_first_again() -> None:
    """Ends that come late belong to the visit of their offer."""
    story = Story().queued(0, "sales").offered(1, "o1", "ann", 0, queue="sales").pressed(2, "0")
    story.left(5, Leaving.WAITED_OUT, 5, "queue:support", queue="sales")
    story.queued(5, "support", 2).offer_ended(5.2, "o1", "ann", OfferEnd.CALLER_GONE).pressed(6, "1")
    story.left(9, Leaving.MOVED, 9, "sales").queued(9, "sales", 3, since=9)
    story.left(20, Leaving.ABANDONED, 20, queue="sales")
    visits = fold(story.ended(20, by="caller", answered=0.1)).visits
    assert [(v.queue, v.how, v.wait_ms, [k.key for k in v.keys], v.detail) for v in visits] == [
        ("sales", Leaving.WAITED_OUT, 5_000, ["0"], "queue:support"),
        ("support", Leaving.MOVED, 9_000, ["1"], "sales"),
        ("sales", Leaving.ABANDONED, 20_000, [], ""),
    ]
    assert [len(visit.offers) for visit in visits] == [1, 0, 0]
    assert visits[0].offers[0].how is OfferEnd.CALLER_GONE
    assert (visits[2].joined, visits[2].entered) == (at(0), at(9))


def test_a_place_told_again_while_he_waits_is_the_same_visit() -> None:
    story = Story().queued(0, position=4).queued(7, position=2).left(9, Leaving.ABANDONED, 9)
    (visit,) = fold(story.ended(9, by="caller")).visits
    assert (visit.entered, visit.first_position, visit.wait_ms) == (at(0), 4, 9_000)


def test_an_agent_who_goes_before_they_are_joined_did_not_accept_after_all() -> None:
    story = Story().queued(0).offered(1, "o1", "bob", 0).offer_ended(3, "o1", "bob", OfferEnd.ACCEPTED)
    story.offer_ended(5, "o1", "bob", OfferEnd.REJECTED, "hung up").offer_ended(5, "o1", "bob", OfferEnd.ACCEPTED)
    (visit,) = fold(story.left(9, Leaving.ABANDONED, 9).ended(9, by="caller")).visits
    assert [(o.how, o.ended, o.detail) for o in visit.offers] == [(OfferEnd.REJECTED, at(5), "hung up")]


def test_a_caller_who_goes_while_the_agent_is_whispered_to_was_not_answered() -> None:
    story = Story().queued(0).offered(1, "o1", "bob", 0).rings(1, 0).offer_ended(3, "o1", "bob", OfferEnd.ACCEPTED)
    story.left(4, Leaving.ABANDONED, 4).step(4, "queue", Outcome.ABANDONED)
    story.leg_ended(5, 0, "NORMAL_CLEARING", Outcome.NO_ANSWER, 1, 2, 3)
    record = fold(story.ended(4, by="caller", answered=0.1))
    assert record.outcome == "abandoned"
    assert [(v.how, v.agent, v.bridged, v.offers[0].how) for v in record.visits] == [
        (Leaving.ABANDONED, "", None, OfferEnd.ACCEPTED)
    ]


def test_a_visit_that_breaks_off_says_so() -> None:
    story = Story().queued(2, since=1).offered(3, "o1", "bob", 0).rings(3, 0)
    (visit,) = fold(story.ended(8, by="switch", estimated=True)).visits
    assert (visit.how, visit.left, visit.wait_ms, visit.estimated) == (Leaving.FAILED, at(8), 7_000, True)
    assert [(o.how, o.ended, o.estimated) for o in visit.offers] == [(OfferEnd.EXPIRED, at(8), True)]


def test_a_visit_whose_end_nobody_told_was_answered_if_they_were_joined() -> None:
    story = (
        Story()
        .queued(0)
        .offered(3, "o1", "bob", 0)
        .rings(3, 0)
        .bridged(6, 0)
        .leg_ended(9, 0, "NORMAL_CLEARING", Outcome.ANSWERED, 3, 4, 5)
    )
    (visit,) = fold(story.ended(9, answered=0.1)).visits
    assert (visit.how, visit.agent, visit.left, visit.wait_ms) == (Leaving.ANSWERED, "bob", at(6), 6_000)
    assert (visit.estimated, visit.offers[0].how, visit.offers[0].parted) == (True, OfferEnd.ACCEPTED, at(9))


def test_a_visit_without_end_ends_where_the_next_begins() -> None:
    story = Story().queued(0, "sales").queued(4, "support", 2).left(6, Leaving.ABANDONED, 2)
    first, second = fold(story.ended(6, by="caller")).visits
    assert (first.how, first.left, first.estimated) == (Leaving.FAILED, at(4), True)
    assert (second.how, second.estimated) == (Leaving.ABANDONED, False)


def test_what_belongs_to_no_visit_is_not_lost() -> None:
    story = Story().pressed(1, "5").offer_ended(2, "o9", "bob", OfferEnd.BUSY).wraps_up(3, "o9", "bob", 4)
    story.left(5, Leaving.ABANDONED, 2)
    record = fold(story.ended(5, by="caller"))
    assert [note.what for note in record.notes] == [
        "key 5 pressed outside a queue",
        "offer_ended of an unknown offer: o9 to bob",
        "wrap_up_began of an unknown offer: o9 to bob",
    ]
    assert record.notes[0] == Note(at(1), "key 5 pressed outside a queue")
    assert [(v.queue, v.joined, v.entered, v.how, v.estimated) for v in record.visits] == [
        ("support", at(3), at(5), Leaving.ABANDONED, True)
    ]


def waiting() -> Story:
    return Story().routed(0, "queue:support", "number").queued(0.1)


def gone(how: Leaving, detail: str = "") -> Story:
    """The caller left, and control's step ended as it always does then."""
    outcome = {Leaving.ABANDONED: Outcome.ABANDONED, Leaving.CALLBACK: Outcome.CALLBACK}.get(how, Outcome.OVERFLOW)
    return waiting().left(9, how, 8.9, detail).step(9, "queue", outcome)


@pytest.mark.parametrize(
    ("trail", "outcome"),
    [
        (answered_in_queue(), "answered"),
        (called_back(), "answered"),
        (gone(Leaving.ABANDONED).ended(9, by="caller", answered=0.2), "abandoned"),
        (waiting().ended(9, by="caller", answered=0.2), "abandoned"),  # it was not told that the caller left
        (waiting().ended(9, by="switch", answered=0.2), "failed"),
        (waiting().left(9, Leaving.ANSWERED, 9, "bob").ended(9.1, by="caller", answered=0.2), "abandoned"),
        (gone(Leaving.CALLBACK).ended(12, by="switch", answered=0.2), "callback"),
        (
            gone(Leaving.CALLBACK).step(12, "announcement", Outcome.ANNOUNCED).ended(12, by="switch", answered=0.2),
            "callback",
        ),
        (gone(Leaving.CALLBACK).routed(9, "announcement:x", "y").ended(10, by="caller", answered=0.2), "callback"),
        (gone(Leaving.WAITED_OUT).ended(9.1, by="switch", answered=0.2), "overflow"),
        (gone(Leaving.DESERTED).ended(9.1, by="caller", answered=0.2), "overflow"),
        (gone(Leaving.CLOSED).ended(9.1, by="caller", answered=0.2), "overflow"),
        (gone(Leaving.REMOVED).step(9, "hangup", Outcome.OVERFLOW).ended(9.1, by="switch", answered=0.2), "overflow"),
        (waiting().left(9, Leaving.FAILED, 9).ended(9.1, by="switch", answered=0.2), "failed"),
        (
            gone(Leaving.KEY, "voicemail:1").routed(9, "voicemail:1", "key").step(20, "voicemail", Outcome.VOICEMAIL)
            .ended(20, by="caller", answered=0.2),
            "voicemail",
        ),
        (
            gone(Leaving.WAITED_OUT, "voicemail:1").routed(9, "voicemail:1", "overflow").ended(
                10, by="caller", answered=0.2
            ),
            "abandoned",  # in the greeting
        ),
        (
            gone(Leaving.WAITED_OUT, "extension:1").routed(9, "extension:1", "overflow").rings(9, 5).bridged(11, 5)
            .ended(20, by="caller", answered=0.2),
            "answered",
        ),
        (gone(Leaving.MOVED, "sales").queued(9, "sales", 2).ended(20, by="caller", answered=0.2), "abandoned"),
        (
            gone(Leaving.WAITED_OUT).routed(9, "queue:sales", "overflow").step(9, "queue", Outcome.UNAVAILABLE)
            .ended(9.1, by="switch", answered=0.2),
            "unavailable",  # not let into the second
        ),
        (Story().step(0.1, "queue", Outcome.BUSY).ended(0.2, by="switch"), "busy"),
    ],
)  # fmt: skip
def test_the_outcome_of_a_call_that_waited(trail: Entries, outcome: str) -> None:
    assert fold(trail).outcome == outcome


def test_a_leg_of_the_second_trunk_counts_for_the_offer_too() -> None:
    """The offer names the legs of its first attempt; who is joined over another trunk is the same agent."""
    story = Story().queued(0).offered(0, "o0", "bob", 7).offer_ended(0.5, "o0", "bob", OfferEnd.ACCEPTED)
    story.offered(1, "o1", "ann", 0).rings_outside(1, 0, payer="tenant")
    story.leg_ended(1.1, 0, "GATEWAY_DOWN", Outcome.UNAVAILABLE).rings_outside(1.1, 1, payer="tenant")
    story.offer_ended(5, "o1", "ann", OfferEnd.ACCEPTED).bridged(6, 1).left(6, Leaving.ANSWERED, 6, "ann")
    story.leg_ended(30, 1, "NORMAL_CLEARING", Outcome.ANSWERED, 1.2, 2, 4)
    (visit,) = fold(story.ended(30, answered=0.1)).visits
    assert (visit.bridged, visit.agent) == (at(6), "ann")
    assert [(offer.agent, offer.parted) for offer in visit.offers] == [("bob", None), ("ann", at(30))]


SAMPLES: tuple[Callable[[], Entries], ...] = (answered_in_queue, called_back)


def sensible(record: CallRecord) -> None:
    """What the ledger's constraints ask, and what a reader may rely on."""
    assert record.ended >= record.arrived
    for visit in record.visits:
        assert visit.joined <= visit.entered <= visit.left
        assert visit.wait_ms >= 0
        assert not visit.agent or visit.how is Leaving.ANSWERED
        keys = [(offer.offer, offer.agent) for offer in visit.offers]
        assert len(set(keys)) == len(keys)
        for offer in visit.offers:
            assert offer.at <= offer.ended
            assert (offer.bridged is None) == (offer.parted is None)
            assert offer.bridged is None or offer.how is OfferEnd.ACCEPTED
    assert from_json(to_json(RatedRecord(record))).call == record


@pytest.mark.parametrize("sample", SAMPLES)
def test_any_prefix_of_a_trail_folds(sample: Callable[[], Entries]) -> None:
    trail = sample()
    for length in range(1, len(trail) + 1):
        record = fold(trail[:length])
        sensible(record)
        entered = any(isinstance(entry, Queued) for entry in trail[:length])
        left = any(isinstance(entry, LeftQueue) for entry in trail[:length])
        assert [visit.estimated for visit in record.visits] == ([not left] if entered else [])


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_trail_told_twice_is_told_once(sample: Callable[[], Entries]) -> None:
    trail = sample()
    for doubled in ((*trail, *trail), tuple(entry for entry in trail for _ in range(2))):
        assert replace(fold(doubled), path=()) == replace(fold(trail), path=())


def test_two_queues_told_twice_are_two_visits() -> None:
    story = Story().queued(0, "sales").offered(1, "o1", "ann", 0, queue="sales")
    story.offer_ended(2, "o1", "ann", OfferEnd.BUSY).pressed(3, "2").left(4, Leaving.MOVED, 4, queue="sales")
    story.queued(4, "support", 2).pressed(5, "2").left(6, Leaving.ABANDONED, 6)
    trail = story.ended(6, by="caller")
    assert fold((*trail, *trail)) == fold(trail)
    assert len(fold(trail).visits) == 2


moments = st.integers(0, 1000).map(lambda s: Instant(NOON + s * 100_000))
queues, agents, offers = st.sampled_from(["a", "b"]), st.sampled_from(["ann", "bob"]), st.sampled_from(["o1", "o2"])
legs = st.sampled_from([Story().leg(n) for n in range(3)])
entries: st.SearchStrategy[Entry] = st.one_of(
    st.builds(Queued, moments, queues, st.sampled_from(["t1", "t2"]), moments, st.integers(-1, 5)),
    st.builds(Offered, moments, offers, queues, agents, st.lists(legs, max_size=2).map(tuple)),
    st.builds(OfferEnded, moments, offers, agents, st.sampled_from(OfferEnd), st.text("ab", max_size=3)),
    st.builds(LeftQueue, moments, queues, st.sampled_from(Leaving), st.integers(-5, 10**6), st.text("ab", max_size=3)),
    st.builds(Pressed, moments, st.sampled_from("01*#")),
    st.builds(WrapUpBegan, moments, offers, agents, moments),
    st.builds(Bridged, moments, legs),
    st.builds(LegEnded, moments, legs, st.just("X"), st.sampled_from(Outcome), st.none()),
    st.builds(StepEnded, moments, st.sampled_from(["ring", "queue"]), st.sampled_from(Outcome)),
    st.builds(Routed, moments, st.just("t"), st.just("w")),
)


@given(st.booleans(), st.lists(entries, max_size=15))
def test_any_trail_makes_sense_as_a_record(has_caller: bool, rest: list[Entry]) -> None:
    trail = (Story(has_caller=has_caller).entries[0], *rest)
    record = fold(trail)
    sensible(record)
    told = {entry.queue for entry in rest if isinstance(entry, Queued | Offered | LeftQueue)}
    assert {visit.queue for visit in record.visits} == told
    assert replace(fold((*trail, *trail)), notes=()).outcome == record.outcome
