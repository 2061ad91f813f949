"""A queue as a target: of a number, a rule, a list; and when there is none of that name."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcontrol.control.playing import Announce
from callcontrol.kinds.targets.queue import KIND
from callcontrol.kinds.targets.queue.waiting import Wait
from callcontrol.kinds.targets.voicemail import TakeMessage
from callcontrol.routing import arrival, router
from callcontrol.routing.facts import Facts
from callcontrol.routing.path import Path
from callcontrol.routing.plan import Refuse, Ring, RingResult
from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.schedule import Override
from callcontrol.vocabulary.target import QueueTarget
from callcontrol.vocabulary.trail import Passed, Routed
from tests.routing.queue_world import HELP, QUEUES, facts, tenant
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


# --- opening hours

CLOSED_ON_SUNDAYS = "hours:\n  office: {week: {mon-sat: '08:00-17:00'}}\n"  # NOW is one


def under_hours(more: str = "") -> str:
    """The queue `help` stands under them, with further settings."""
    help_ = QUEUES["help"].replace("after: 300", f"after: 300{more}")
    return tenant(help=f"{help_}    hours: office\n") + CLOSED_ON_SUNDAYS


def opened(known: Facts) -> Facts:
    """The queue was opened by hand, for an hour."""
    until = Instant(known.now + 3_600 * SECOND_US)
    return replace(known, overrides={"hours:office": Override(True, until, "extension:101", known.now)})


def test_outside_its_hours_a_queue_lets_no_caller_in_and_says_until_when() -> None:
    decision = arrival.decide(facts(HELP, written=under_hours(", closed: voicemail:101")))
    assert isinstance(decision.step, TakeMessage)
    (passed,) = [entry for entry in decision.why if isinstance(entry, Passed)]
    assert (passed.target, passed.why) == ("queue:help", "closed (the week) until Mon 2026-11-23 08:00")
    why = [entry.why for entry in decision.why if isinstance(entry, Routed)]
    assert why[-1] == "queue:help: outside the opening hours"


def test_without_a_target_for_that_they_go_to_otherwise() -> None:
    assert isinstance(arrival.decide(facts(HELP, written=under_hours())).step, Announce)


def test_an_override_opens_it() -> None:
    assert isinstance(arrival.decide(opened(facts(HELP, written=under_hours()))).step, Wait)


def test_it_is_explained_where_callers_go_when_it_closes() -> None:
    written = under_hours(", closed: voicemail:101").replace(
        "hours: office", "hours: office\n    at_closing: overflow", 1
    )
    known = opened(facts(HELP, written=written))
    step = arrival.decide(known).step
    assert isinstance(step, Wait)
    cases = [branch.case for branch in KIND.branches(step, known)]
    assert [case for case in cases if "close" in case] == ["if not let in (closed)", "when it closes"]
