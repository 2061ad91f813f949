"""What the pipe's twin promises to be like: commands, scripts, their order, Redis away and back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from callcontrol.control.call import Call
from callcontrol.edges.embedded import EmbeddedRedis
from callcontrol.edges.live_state import keys
from callcontrol.edges.live_state.calls import CallStore
from callcontrol.edges.live_state.failures import StoreAway, StoreRefused
from callcontrol.edges.live_state.queue_replies import Effects
from callcontrol.edges.live_state.queues import QueueStore
from callcontrol.edges.live_state.rules import RuleStore
from callcontrol.edges.live_state.workers import Workers
from callcontrol.routing.queue_layout import layout_dict, layout_of
from callcontrol.vocabulary.agent import AgentAction, OfferEnd
from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.vocabulary.queue import Entered, Leaving, Occasion, Place, Refusal, TalkEnd, Ticket
from callcontrol.vocabulary.rule import RuleKind
from tests.control.story import Story
from tests.routing import queue_world
from tests.routing.world import NOW, facts, rule
from tests.simulation.contracts.pipes import RealSide, Side, TwinSide

PERIODS = {"day": "2026-11-23", "week": "2026-W48", "month": "2026-11"}


@pytest.fixture(params=["real", "twin"])
def side(request: pytest.FixtureRequest) -> Iterator[Side]:
    server: EmbeddedRedis | None = request.getfixturevalue("restartable_redis") if request.param == "real" else None
    made: Side = RealSide(server) if server is not None else TwinSide()
    yield made
    made.close()


def call(worker: str = "w1") -> Call:
    return replace(Story(facts()).begin().call, worker=worker, id="call-1")


class Queues:
    """A store of queues of one worker, and what it was told; its clock stands where the test sets it."""

    def __init__(self, side: Side, worker: str = "w1") -> None:
        self.side = side
        self.worker = worker
        self.now = NOW
        self.told: list[Effects] = []
        self.store = QueueStore(side.pipeline, self._occasion, lambda tenant, told: self.told.append(told))

    def _occasion(self, tenant: str) -> Occasion:
        return Occasion(Instant(self.now), self.worker, 7, PERIODS)

    def open(self, *agents: str) -> None:
        layout = {**layout_dict(layout_of(queue_world.facts().tenant)), "digest": "d"}
        assert self.side.waited(lambda done: self.store.configure("acme", layout, done)) == "done"
        for agent in agents:
            self.side.waited(lambda done, agent=agent: self.store.reach("acme", {agent: True}, done))  # type: ignore[misc]  # the loop's
            self.act(agent, AgentAction.LOG_IN)

    def act(self, agent: str, action: AgentAction, detail: str = "") -> Any:
        return self.side.waited(lambda done: self.store.act("acme", agent, action, detail, done))

    def join(self, id_: str = "c/1", worker: str = "w1") -> Any:
        ticket = Ticket(id_, "help", "+48600700800", worker, Instant(self.now))
        return self.side.waited(lambda done: self.store.join("acme", ticket, done))

    def accept(self, offer: str, agent: str) -> Any:
        found: list[Any] = []
        self.store.accept("acme", offer, agent, "call", lambda yes, losers: found.append((yes, losers)))
        self.side.settle()
        return found[0]


def test_commands_answer_alike(side: Side) -> None:
    ask = side.pipeline.ask
    assert ask("HSET", "h", "a", b"1") == 1
    assert ask("HSET", "h", "a", b"2") == 0
    assert ask("HMGET", "h", "a", "b") == [b"2", None]
    assert ask("HEXISTS", "h", "a") == 1
    assert [ask("HDEL", "h", "a"), ask("HDEL", "h", "a")] == [1, 0]
    assert [ask("SADD", "s", "x"), ask("SADD", "s", "x"), ask("SREM", "s", "x")] == [1, 0, 1]
    assert ask("SET", "t", 1, "XX", "PX", 50) is None
    assert ask("SET", "t", 1, "PX", 50) in (True, b"OK")
    assert [ask("GET", "t"), ask("EXISTS", "t")] == [b"1", 1]
    side.wait(0.1)
    assert [ask("GET", "t"), ask("EXISTS", "t")] == [None, 0]
    with pytest.raises(StoreRefused):
        ask("NOSUCHCOMMAND")


def test_replies_come_in_the_order_of_the_commands(side: Side) -> None:
    found: list[Any] = []
    for number in range(20):
        side.pipeline.submit("HSET", "h", "a", number, on_reply=lambda reply, trouble: None)
        side.pipeline.submit("HGET", "h", "a", on_reply=lambda reply, trouble: found.append(reply))
    side.settle()
    assert found == [str(number).encode() for number in range(20)]


def test_a_call_is_saved_taken_over_once_and_forgotten_by_who_has_it(side: Side) -> None:
    lost: list[str] = []
    mine, theirs = CallStore(side.pipeline, lambda tenant, id_: lost.append(id_)), CallStore(side.pipeline)
    mine.save(call())
    assert mine.owners("acme") == {"call-1": "w1"}
    assert [one.id for one in theirs.take("acme", ["call-1"], "w2", "w1")] == ["call-1"]
    assert theirs.take("acme", ["call-1"], "w3", "w1") == []
    mine.save(call())
    mine.forget(call())
    side.settle()
    assert lost == ["call-1"]  # told with the first word; what was to follow is not said any more
    assert theirs.owners_of("acme", ["call-1", "call-2"]) == {"call-1": "w2"}
    theirs.forget(call("w2"))
    side.settle()
    assert theirs.owners("acme") == {}


def test_the_owner_of_a_call_is_told_that_it_was_taken_over(side: Side) -> None:
    store = CallStore(side.pipeline)
    store.save(call("w2"))
    side.settle()
    found: list[Call | None] = []
    store.take_one("acme", ("call-0", "call-1"), "w1", lambda taken, trouble: found.append(taken))
    side.settle()
    store.take_one("acme", ("call-9",), "w1", lambda taken, trouble: found.append(taken))
    side.settle()
    assert [one.id if one else None for one in found] == ["call-1", None]
    told = {"$": "Message", "kind": "taken", "from": keys.calls("acme"), "fields": ["call-1", "arrived"]}
    assert side.heard == [told]


def test_rules_are_stored_and_found(side: Side) -> None:
    store = RuleStore(side.pipeline)
    made = rule("busy", "extension:102")
    assert side.waited(lambda done: store.store("acme", "101", {RuleKind.BUSY: made}, done)) is None
    found: list[Any] = []
    store.look_up("acme", ("101",), lambda rules, trouble: found.append((rules, trouble)))
    side.settle()
    assert found == [({"101": {RuleKind.BUSY: made}}, None)]


def test_a_caller_is_offered_accepted_and_talked_with(side: Side) -> None:
    queues = Queues(side)
    queues.open("anna")
    assert queues.join() == Entered(Place(1, 1, 1, 0), NOW)
    offer = queues.told[-1].offers[0]
    assert (offer.id, offer.agents, offer.worker, offer.expires) == ("c/1:1", ("anna",), "w1", NOW + 3 * SECOND_US)
    assert queues.told[-1].next_due == offer.expires
    queues.store.ringing("acme", offer.id, 30 * SECOND_US)
    assert queues.accept(offer.id, "anna") == (True, ())
    assert queues.accept(offer.id, "bert") == (False, ())
    assert side.waited(lambda done: queues.store.place("acme", "c/1", done)) is None
    queues.store.over("acme", "anna", "c/1", 60 * SECOND_US, TalkEnd.TALKED)
    side.settle()
    assert queues.told[-1].next_due == NOW + 10 * SECOND_US
    assert queues.act("anna", AgentAction.END_WRAP_UP) == ""


def test_a_caller_without_agents_is_refused_and_one_who_left_is_gone(side: Side) -> None:
    queues = Queues(side)
    queues.open()
    assert queues.join() is Refusal.NO_AGENT
    queues.act("anna", AgentAction.LOG_IN)
    assert queues.join() is Refusal.NO_AGENT
    assert queues.act("nobody", AgentAction.LOG_IN) == "there is no such agent"
    side.waited(lambda done: queues.store.reach("acme", {"anna": True}, done))
    assert isinstance(queues.join(), Entered)
    queues.store.pass_("acme", "c/1:1", "anna", OfferEnd.REJECTED)
    queues.store.leave("acme", "c/1", Leaving.ABANDONED)
    side.settle()
    assert side.waited(lambda done: queues.store.place("acme", "c/1", done)) is None


def test_what_another_workers_operation_leads_to_is_published_to_the_callers(side: Side) -> None:
    mine, theirs = Queues(side), Queues(side, "w2")
    mine.open("anna")
    mine.act("anna", AgentAction.PAUSE, "lunch")
    side.waited(lambda done: mine.store.reach("acme", {"bert": True}, done))
    mine.act("bert", AgentAction.LOG_IN)
    mine.join("first/1")
    assert isinstance(theirs.join("second/1", "w2"), Entered)
    side.heard.clear()
    mine.act("anna", AgentAction.RESUME)
    (message,) = side.heard
    assert (message["kind"], message["from"], message["fields"][:2]) == (
        "offers",
        keys.queues("acme"),
        ["second/1:1", "second/1"],
    )


def test_a_callback_is_kept_offered_and_tried(side: Side) -> None:
    queues = Queues(side)
    queues.open("anna")
    queues.join()
    queues.store.pass_("acme", "c/1:1", "anna", OfferEnd.CALLER_GONE)
    queues.store.call_back("acme", "c/1", "+48600700800", Instant(NOW + SECOND_US), Instant(NOW + 900 * SECOND_US))
    side.settle()
    queues.now = Instant(NOW + 2 * SECOND_US)
    queues.store.due("acme")
    side.settle()
    offer = queues.told[-1].offers[-1]
    assert (offer.callback, offer.attempt, offer.number) == (True, 1, "+48600700800")
    assert queues.accept(offer.id, "anna") == (True, ())
    queues.store.called("acme", "c/1", True, Instant(0))
    side.settle()
    assert side.waited(lambda done: queues.store.place("acme", "c/1", done)) is None


def test_a_lease_that_is_not_renewed_runs_out(side: Side) -> None:
    mine = Workers(side.pipeline, "elsewhere/1/x", steady_s=0.0)
    mine.beat()
    side.settle()
    assert (mine.is_alive("elsewhere/1/x"), mine.others(), mine.dead()) == (True, [], [])
    side.pipeline.ask("SADD", keys.workers(), "elsewhere/2/x")
    side.pipeline.ask("SET", keys.worker("elsewhere/2/x"), 1, "PX", 50)
    assert mine.others() == ["elsewhere/2/x"]
    side.pipeline.ask("SET", keys.worker("elsewhere/2/x"), b"gone", "EX", 60)
    assert mine.dead() == ["elsewhere/2/x"]
    mine.bury("elsewhere/2/x")
    assert mine.dead() == []


@pytest.mark.parametrize("renews", [True, False])
def test_a_worker_that_was_buried_after_it_had_come_back_is_missed_when_it_ends(side: Side, renews: bool) -> None:
    mine, other = Workers(side.pipeline, "elsewhere/1/x", steady_s=0.0), Workers(side.pipeline, "elsewhere/2/x")
    mine.beat()
    other.beat()
    side.settle()
    mine.bury("elsewhere/2/x")  # it had been silent, and its calls were taken over meanwhile
    if renews:
        other.beat()
        side.settle()
        assert mine.others() == ["elsewhere/2/x"]
    other.resign()
    assert mine.dead() == ["elsewhere/2/x"]


def test_with_redis_away_commands_fail_and_what_is_owed_comes_later(side: Side) -> None:
    store = CallStore(side.pipeline)
    store.save(call())
    side.settle()
    side.go_away()
    assert isinstance(side.trouble_of("PING"), StoreAway)
    assert side.pipeline.away_because
    side.come_back()
    side.wait(1.0)
    assert side.trouble_of("PING") is None
    assert side.pipeline.away_because == ""
    store.forget(call())  # the server has forgotten the scripts: they are sent whole
    side.settle()
    side.settle()
    assert store.owners("acme") == {}
