"""A queue as a target: of a number, a rule, a list; and when there is none of that name."""

from __future__ import annotations

import pytest

from callcontrol.kinds.targets.queue.waiting import Wait
from callcontrol.routing import arrival, router
from callcontrol.routing.path import Path
from callcontrol.routing.plan import Refuse, Ring, RingResult
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.target import QueueTarget
from callcontrol.vocabulary.trail import Passed
from tests.routing.queue_world import HELP, facts, tenant
from tests.routing.world import DID, rule


def test_a_number_leads_to_a_queue() -> None:
    decision = arrival.decide(facts(HELP))
    assert isinstance(decision.step, Wait)
    assert decision.step.queue == "help"
    assert [(entry.target, entry.why) for entry in decision.why] == [("queue:help", f"number {HELP}")]


@pytest.mark.parametrize("kind", ["busy", "no_answer", "unavailable"])
def test_a_rule_leads_to_a_queue_with_the_way_that_led_there(kind: str) -> None:
    known = facts(DID["extension"], rules={"101": [rule(kind, "queue:help")]})
    step = arrival.decide(known).step
    assert isinstance(step, Ring)
    then = router.after(step, RingResult(Outcome(kind)), known).step
    assert isinstance(then, Wait)
    assert (then.path.payer, then.path.hops) == ("extension:101", 1)
    assert [(d.extension, d.reason.value) for d in then.path.diversions] == [("101", kind)]
    assert then.path.visited == ("extension:101", "queue:help")


def test_an_always_rule_leads_to_a_queue_without_ringing() -> None:
    step = arrival.decide(facts(DID["extension"], rules={"101": [rule("always", "queue:rush")]})).step
    assert isinstance(step, Wait)
    assert step.queue == "rush"


def test_a_list_ends_in_a_queue() -> None:
    ends, there = "    otherwise: announcement:closed\nannouncements", "    otherwise: queue:help\nannouncements"
    known = facts(DID["list"], written=tenant().replace(ends, there), offline=("101", "102"), unpriced=("+48600",))
    step = arrival.decide(known).step
    assert isinstance(step, Wait)
    assert step.queue == "help"


def test_a_queue_there_is_not_is_nobody_there() -> None:
    decision = router.decide(QueueTarget("nonsense"), Path(QueueTarget("nonsense")), facts())
    assert isinstance(decision.step, Refuse)
    assert (decision.step.cause, decision.step.outcome) == ("SUBSCRIBER_ABSENT", Outcome.UNAVAILABLE)
    (entry,) = decision.why
    assert isinstance(entry, Passed)
    assert (entry.target, entry.why) == ("queue:nonsense", "no such queue")


def test_a_queue_that_was_visited_already_is_a_loop() -> None:
    path = Path(QueueTarget("help"), visited=("queue:help",))
    decision = router.decide(QueueTarget("help"), path, facts())
    assert isinstance(decision.step, Refuse)
    assert decision.why[0].why == "loop: queue:help -> queue:help"
