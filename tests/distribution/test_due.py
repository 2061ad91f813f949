"""What a moment brings by itself, and in which order."""

from __future__ import annotations

from callcontrol.config.queue_settings import Strategy
from callcontrol.vocabulary.agent import OfferEnd
from tests.distribution.world import START, S, Scene, layout, needs, one_queue, queue, seat

ANN = "+48600000001"


def state(scene: Scene, ticket: str = "c1") -> str:
    found = scene.ticket(ticket)
    assert found is not None
    return str(found["state"])


def test_an_offer_nobody_took_up_sets_its_ticket_adrift() -> None:
    scene = Scene(one_queue(2, strategy=Strategy.ALL_AT_ONCE), "a b")
    scene.join("c1")
    scene.join("c2")
    scene.told()
    scene.due(2.999_999)
    assert state(scene) == "offered"
    scene.due(0.000_001)
    assert (state(scene), scene.line()) == ("adrift", ["c1", "c2"])
    assert scene.told() == [("c2:1", ("a",)), ("c2:1", ("b",))]
    assert [scene.agent(name)["misses"] for name in "ab"] == [0, 0]


def test_one_who_is_adrift_is_offered_when_his_worker_is_heard_of() -> None:
    scene = Scene(one_queue(1), "a")
    scene.join("c1")
    scene.due(3)
    scene.told()
    scene.worker = "w2"
    scene.place("c1")
    assert scene.told() == [("c1:2", ("a",))]
    scene.due(3)
    scene.told()
    scene.join("c1")
    assert scene.told() == [("c1:3", ("a",))]
    assert scene.model.snapshot()["tickets"]["c1"]["worker"] == "w2"


def test_an_offer_that_rang_too_long_is_made_again() -> None:
    scene = Scene(one_queue(2, strategy=Strategy.ALL_AT_ONCE), "a b")
    scene.join("c1")
    scene.ringing("c1:1", 25)
    scene.told()
    scene.due(25)
    assert scene.told() == [("c1:2", ("a", "b"))]


def test_the_stage_is_looked_at_when_an_offer_has_run_out() -> None:
    seats = {"a": (seat("help", 1),), "b": (seat("help", 2, demands=("", "x>=1")),)}
    scene = Scene(layout({"help": queue(demands=("", "x>=1"))}, seats), "a b")
    scene.join("c1", stages=needs("x>=1", (10, "")))
    scene.ringing("c1:1", 25)
    scene.told()
    scene.due(25)
    assert scene.told() == [("c1:2", ("a",))]


def test_a_callback_needs_no_certain_worker() -> None:
    scene = Scene(one_queue(1), "a")
    scene.join("c1", ANN)
    scene.call_back("c1", ANN)
    scene.told()
    scene.worker = "w2"
    scene.due(3)
    assert [(offer.id, offer.worker) for offer in scene.offers] == [("c1:3", "w2")]


def test_the_earlier_comes_first() -> None:
    seats = {"a": (seat("help", 1, demands=("", "x>=1")),), "b": (seat("help", 2),)}
    scene = Scene(layout({"help": queue(demands=("", "x>=1"))}, seats), "a b")
    scene.join("c0")
    scene.pass_("c0:1", "a", OfferEnd.BUSY)  # rests for 30 s; b has c0
    scene.ringing("c0:2", 100)
    scene.join("c1", stages=needs("x>=1", (40, "")))
    scene.join("c2")
    scene.told()
    scene.due(101)
    # At 30 s a is free: of c1, which only a can serve, and c2 the earlier. At 100 s b is let go by c0, served first.
    assert scene.told() == [("c1:1", ("a",)), ("c0:3", ("b",))]


def test_of_two_at_one_moment_the_name_decides() -> None:
    scene = Scene(one_queue(2), "a b")
    for ticket, agent in (("c1", "a"), ("c2", "b")):
        scene.join(ticket)
        scene.ringing(f"{ticket}:1", 30)
        assert scene.offers[-1].agents == (agent,)
    scene.pass_("c1:1", "a", OfferEnd.BUSY)
    scene.told()
    scene.due(30)
    # agent:a comes before offer:c2:1, so a has c1, and c2 waits for b, who was let go.
    assert scene.told() == [("c1:2", ("a",)), ("c2:2", ("b",))]


def test_what_is_due_next_is_known() -> None:
    scene = Scene(one_queue(1, wrap_up_us=30 * S), "a")
    assert scene.model.next_due() is None
    scene.join("c1")
    assert scene.model.next_due() == START + 3 * S
    scene.ringing("c1:1", 25)
    assert scene.model.next_due() == START + 25 * S
    scene.talk("c1", "a", 5)
    assert scene.model.next_due() == START + 35 * S
    scene.due(30)
    assert scene.model.next_due() is None


def test_due_twice_is_due_once() -> None:
    scene = Scene(one_queue(2), "a b")
    scene.join("c1", ANN, stages=needs("", (10, "")))
    scene.call_back("c1", ANN, after=20)
    scene.join("c2")
    scene.due(60)
    before = scene.model.snapshot()
    scene.due()
    assert scene.model.snapshot() == before
