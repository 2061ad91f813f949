"""Callbacks: the place is kept, an agent is found first, then the customer is called."""

from __future__ import annotations

import pytest

from callcontrol.vocabulary.agent import OfferEnd
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.queue import Kept, Leaving, TalkEnd
from tests.distribution.world import START, S, Scene, one_queue
from tests.oracle.answers import Acceptance

ANN, BEN = "+48600000001", "+48600000002"


def asked(present: str = "a", **how: float) -> Scene:
    """c1 has asked to be called at Ann's number, while agent a was elsewhere."""
    scene = Scene(one_queue(2), present)
    scene.elsewhere("a", "x", True)
    scene.join("c1", ANN)
    assert scene.call_back("c1", ANN, **how) is Kept.KEPT  # type: ignore[arg-type]  # seconds alone
    return scene


def state(scene: Scene, ticket: str = "c1") -> str | None:
    found = scene.ticket(ticket)
    return found["state"] if found is not None else None


def test_a_callback_keeps_its_place_and_is_offered_to_whoever_works() -> None:
    scene = asked()
    scene.join("c2", BEN)
    assert scene.line() == ["c1", "c2"]
    scene.worker = "w2"
    scene.elsewhere("a", "x", False)
    (offer,) = scene.offers
    assert (offer.id, offer.callback, offer.attempt, offer.number) == ("c1:1", True, 1, ANN)
    assert (offer.worker, offer.joined) == ("w2", START)
    assert scene.figures() == {"entered": 2, "callbacks": 1, "offers": 1}


def test_its_offer_is_void_and_made_again_as_a_callback() -> None:
    scene = Scene(one_queue(1), "a")
    scene.join("c1", ANN)
    scene.ringing("c1:1")
    scene.call_back("c1", ANN)
    assert scene.told() == [("c1:1", ("a",)), ("c1:2", ("a",))]
    assert scene.accept("c1:1", "a") == Acceptance(False)


def test_a_callback_before_its_time_is_held() -> None:
    scene = asked(after=600)
    scene.elsewhere("a", "x", False)
    assert (scene.told(), state(scene), scene.line()) == ([], "held", [])
    scene.due(599)
    assert scene.told() == []
    scene.due(1)
    assert scene.told() == [("c1:1", ("a",))]


def test_asked_for_again_nothing_changes() -> None:
    scene = asked()
    before = scene.model.snapshot()
    assert scene.call_back("c1", BEN, after=60) is Kept.KEPT
    assert scene.model.snapshot() == before


@pytest.mark.parametrize(("ticket", "number"), [("c9", ANN), ("c1", "")])
def test_there_is_no_callback_without_a_ticket_or_a_number(ticket: str, number: str) -> None:
    scene = Scene(one_queue(1), "a")
    scene.join("c1", ANN)
    assert scene.call_back(ticket, number) is Kept.GONE
    assert scene.figures() == {"entered": 1, "offers": 1}


def test_of_two_for_one_number_the_better_place_stays() -> None:
    scene = asked()
    scene.join("c2", BEN)
    scene.call_back("c2", ANN)
    assert scene.line() == ["c1"]
    scene.join("c3", BEN, priority=5)
    scene.call_back("c3", ANN)
    assert scene.line() == ["c3"]
    assert scene.figures()["callbacks"] == 3


def test_the_agents_of_the_one_that_goes_are_served() -> None:
    scene = asked("a b")
    assert scene.told() == [("c1:1", ("b",)), ("c1:2", ("b",))]
    scene.join("c2", BEN, priority=5)
    scene.call_back("c2", ANN)
    assert scene.told() == [("c2:1", ("b",))]


def test_the_agents_of_both_are_let_go() -> None:
    scene = Scene(one_queue(2), "a b")
    scene.join("c1", BEN, priority=5)
    scene.join("c2", ANN)
    scene.call_back("c2", ANN)
    scene.join("c3")
    assert scene.told() == [("c1:1", ("a",)), ("c2:1", ("b",)), ("c2:2", ("b",))]
    scene.call_back("c1", ANN)
    assert scene.told() == [("c1:2", ("a",)), ("c3:1", ("b",))]


def test_one_that_is_being_called_stays() -> None:
    scene = asked()
    scene.elsewhere("a", "x", False)
    scene.accept("c1:1", "a")
    scene.join("c2", BEN, priority=9)
    scene.call_back("c2", ANN)
    assert (state(scene), state(scene, "c2")) == ("calling", None)


# --- attempts


def calling() -> Scene:
    """Agent a has accepted the callback c1; the customer is being called."""
    scene = asked()
    scene.elsewhere("a", "x", False)
    scene.ringing("c1:1")
    assert scene.accept("c1:1", "a") == Acceptance(True)
    scene.told()
    return scene


def test_a_callback_whose_agent_accepted_stands_in_no_line() -> None:
    scene = calling()
    assert (state(scene), scene.line(), scene.agent("a")["talking"]) == ("calling", [], "c1")
    place = scene.place("c1")
    assert place is not None
    assert place.place.position == 0
    assert scene.figures() == {"entered": 1, "callbacks": 1, "offers": 1}  # a callback is not answered
    assert scene.did("a")["answered"] == 1


def test_a_customer_who_was_reached_is_gone_from_the_queue() -> None:
    scene = calling()
    assert scene.called("c1", reached=True) is True
    assert state(scene) is None
    assert scene.figures()["called_back"] == 1
    scene.over("a", "c1", 45)
    assert scene.figures()["talks"] == 1
    assert scene.called("c1", reached=True) is False


def test_one_who_was_not_is_tried_again_in_his_place() -> None:
    scene = calling()
    scene.join("c2", BEN)
    assert scene.called("c1", after=300) is True
    scene.over("a", "c1", 0, TalkEnd.ABANDONED)
    assert (state(scene), scene.line()) == ("held", ["c2"])
    assert scene.told() == [("c2:1", ("a",))]
    scene.talk("c2", "a", 10)
    scene.due(290)
    assert [(offer.id, offer.attempt) for offer in scene.offers] == [("c1:2", 2)]
    assert scene.figures()["answered"] == 1  # c2


def test_the_next_attempt_may_be_made_at_once() -> None:
    scene = calling()
    scene.here("b")
    scene.called("c1", after=0)
    assert scene.told() == [("c1:2", ("b",))]


@pytest.mark.parametrize("after", [None, 3_600, 7_200])
def test_an_attempt_that_is_the_last_gives_it_up(after: float | None) -> None:
    scene = calling()
    assert scene.called("c1", after=after) is True
    assert state(scene) is None
    assert scene.figures()["callback_failed"] == 1


def test_an_attempt_may_end_before_an_agent_has_accepted() -> None:
    scene = asked("a b")
    scene.told()
    assert scene.called("c1", after=60) is True
    assert (state(scene), scene.agent("b")["free"]) == ("held", True)


@pytest.mark.parametrize("reached", [True, False])
def test_without_an_attempt_nothing_is_over(reached: bool) -> None:
    scene = asked()
    scene.join("c2")
    before = scene.model.snapshot()
    assert [scene.called(ticket, reached, 60) for ticket in ("c1", "c2", "c3")] == [False] * 3
    assert scene.model.snapshot() == before


def test_an_agent_who_does_not_answer_passes_it_on_like_any_other() -> None:
    scene = asked("a b")
    scene.told()
    scene.pass_("c1:2", "b", OfferEnd.NO_ANSWER)
    scene.elsewhere("a", "x", False)
    assert [(offer.id, offer.agents, offer.attempt) for offer in scene.offers] == [("c1:3", ("a",), 1)]


# --- the end


@pytest.mark.parametrize("how", ["waiting", "held", "offered", "calling"])
def test_a_callback_expires_in_whatever_state(how: str) -> None:
    scene = asked("a b" if how == "offered" else "a", after=5_000 if how == "held" else 0)
    if how == "offered":
        scene.ringing("c1:1", 5_000)
    if how == "calling":
        scene.elsewhere("a", "x", False)
        scene.accept("c1:1", "a")
    assert state(scene) == how
    scene.due(3_599)
    assert state(scene) == how
    scene.due(1)
    assert state(scene) is None
    assert scene.figures()["callback_failed"] == 1
    assert scene.agent("b")["free"] is (how == "offered")


def test_one_whose_time_begins_and_ends_unseen_is_not_offered() -> None:
    scene = asked(after=60, expires=120)
    scene.elsewhere("a", "x", False)
    scene.due(130)
    assert (scene.told(), state(scene)) == ([], None)


def test_a_callback_that_leaves_counts_as_nothing() -> None:
    scene = asked()
    scene.leave("c1", Leaving.ABANDONED)
    assert scene.figures() == {"entered": 1, "callbacks": 1}
    scene.wait(1)
    scene.join("c2", ANN)
    found = scene.ticket("c2")
    assert found is not None
    assert found["joined"] == Instant(START + S)


def test_the_second_to_ask_at_a_number_is_told_that_there_is_one_already() -> None:
    scene = Scene(one_queue(1), "a")
    scene.elsewhere("a", "x", True)
    for caller in ("c1", "c2"):
        scene.join(caller, ANN)
    assert scene.call_back("c1", ANN) is Kept.KEPT
    assert scene.call_back("c1", ANN) is Kept.KEPT  # said again
    assert scene.call_back("c2", ANN) is Kept.NOTED
    assert scene.line() == ["c1"]


# --- once per number and span


def again(span_s: int = 600) -> Scene:
    """c1 was promised a callback to Ann's number, which is over; c2 has come from there."""
    scene = Scene(one_queue(1, callback_again_us=span_s * S), "a")
    scene.elsewhere("a", "x", True)
    scene.join("c1", ANN)
    assert scene.call_back("c1", ANN) is Kept.KEPT
    scene.leave("c1", Leaving.REMOVED)
    scene.join("c2", ANN)
    return scene


def test_a_number_that_was_promised_a_callback_lately_is_promised_no_other_and_waits_on() -> None:
    scene = again()
    scene.wait(599)
    assert scene.call_back("c2", ANN) is Kept.REFUSED
    assert state(scene, "c2") == "waiting"
    assert scene.line() == ["c2"]
    assert scene.figures()["callbacks"] == 1


def test_an_offer_under_way_stands_when_a_callback_is_refused() -> None:
    scene = again()
    scene.elsewhere("a", "x", False)
    scene.ringing("c2:1")
    assert scene.call_back("c2", ANN) is Kept.REFUSED
    assert scene.accept("c2:1", "a").accepted


def test_after_the_span_it_is_promised_another() -> None:
    scene = again()
    scene.wait(600)
    assert scene.call_back("c2", ANN) is Kept.KEPT


def test_without_a_span_it_is_promised_another_at_any_time() -> None:
    assert again(0).call_back("c2", ANN) is Kept.KEPT


def test_another_number_is_promised_one() -> None:
    assert again().call_back("c2", BEN) is Kept.KEPT


def test_a_caller_who_took_up_a_callback_may_ask_for_another() -> None:
    """No one was called by the one that was taken up."""
    scene = Scene(one_queue(1, callback_again_us=600 * S), "a")
    scene.elsewhere("a", "x", True)
    scene.join("c1", ANN)
    scene.call_back("c1", ANN)
    scene.join("c2", ANN)
    assert scene.call_back("c2", ANN) is Kept.KEPT


def test_a_number_is_promised_so_many_a_day_and_no_more() -> None:
    scene = Scene(one_queue(1, callback_per_day=2), "a")
    scene.elsewhere("a", "x", True)
    answers = []
    for n in range(4):
        scene.join(f"c{n}", ANN)
        answers.append(scene.call_back(f"c{n}", ANN))
        scene.leave(f"c{n}", Leaving.REMOVED)
    assert answers == [Kept.KEPT, Kept.KEPT, Kept.REFUSED, Kept.REFUSED]
    scene.join("other", BEN)
    assert scene.call_back("other", BEN) is Kept.KEPT
    scene.wait(86_400)
    scene.join("next", ANN)
    assert scene.call_back("next", ANN) is Kept.KEPT


def closing(scene: Scene) -> None:
    """c1, whose number may not be called between the 100th and the 500th second, and from the 900th to the 1000th."""
    scene.elsewhere("a", "x", True)
    scene.join("c1", ANN)
    scene.call_back("c1", ANN, closed=((100, 500), (900, 1_000)))


def test_one_that_waits_when_the_hours_are_over_is_held_and_before_nobody() -> None:
    scene = Scene(one_queue(1, length=2), "a")
    closing(scene)
    scene.join("c2", BEN)
    assert scene.line() == ["c1", "c2"]
    scene.due(100)
    assert (state(scene), scene.line()) == ("held", ["c2"])
    scene.join("c3", "+48600000003")  # the queue is not full
    scene.elsewhere("a", "x", False)
    assert scene.told() == [("c2:1", ("a",))]


def test_it_has_its_place_again_when_it_may_be_called_until_the_next_end_of_the_hours() -> None:
    scene = Scene(one_queue(1), "a")
    closing(scene)
    lines = []
    for seconds in (100, 399, 1, 399, 1, 100):
        scene.due(seconds)
        lines.append((state(scene), scene.line()))
    held: tuple[str, list[str]] = ("held", [])
    waits = ("waiting", ["c1"])
    assert lines == [held, held, waits, waits, held, waits]


def test_one_that_is_offered_when_the_hours_end_is_held_when_no_agent_takes_it() -> None:
    scene = Scene(one_queue(1), "a")
    closing(scene)
    scene.due(99)
    scene.elsewhere("a", "x", False)
    assert scene.told() == [("c1:1", ("a",))]
    scene.due(1)
    assert state(scene) == "offered"
    scene.due(30)  # no worker has taken the offer up
    assert (state(scene), scene.line()) == ("held", [])
