"""Limits that calls run into on their way are counted from their records."""

from __future__ import annotations

from callcontrol.billing.fold import fold
from callcontrol.control import commands as do
from callcontrol.control.events import CallerHungUp, QueueRefused
from callcontrol.daemon import record_meters
from callcontrol.vocabulary.queue import Refusal
from tests.control.queue_story import QueueStory
from tests.control.story import Story
from tests.edges.test_limits import expect_counted
from tests.routing.queue_world import RUSH
from tests.routing.world import facts, rule

NAMES = [str(n) for n in range(200, 212)]
CHAIN = f"""
domain: acme.example
company_number: "+48221234500"
tariff: retail
last_resort: hangup:congestion
extensions: {{{", ".join(f"'{name}': {{}}" for name in NAMES)}}}
numbers: {{"+48221234500": "extension:200"}}
"""


def test_a_call_forwarded_too_often_takes_the_last_resort_and_is_counted() -> None:
    rules = {name: [rule("always", f"extension:{int(name) + 1}")] for name in NAMES[:-1]}
    story = Story(facts("+48221234500", tenant=CHAIN, rules=rules)).begin()
    assert story.command(do.HangUp).cause == "NORMAL_CIRCUIT_CONGESTION"
    with expect_counted("hops"):
        record_meters.count_limits(fold(story.call.trail))


def test_a_caller_who_finds_the_queue_full_is_counted() -> None:
    story = QueueStory(RUSH).begin()
    story.then(QueueRefused(story.waiting.ticket, Refusal.FULL))
    with expect_counted("length"), expect_counted("hops", 0):
        record_meters.count_limits(fold(story.call.trail))


def test_a_call_that_ran_into_nothing_counts_nothing() -> None:
    story = Story(facts()).begin().then(CallerHungUp("ORIGINATOR_CANCEL"))
    with expect_counted("hops", 0), expect_counted("length", 0), expect_counted("legs_per_call", 0):
        record_meters.count_limits(fold(story.call.trail))
