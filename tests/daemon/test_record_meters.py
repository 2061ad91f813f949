"""Metrics counted from records: limits that calls reached, ways out of menus, ends for want of credit."""

from __future__ import annotations

from dataclasses import replace

from prometheus_client import REGISTRY

from callcontrol.billing.fold import fold
from callcontrol.billing.menus import MenuVisit
from callcontrol.billing.record import RatedRecord
from callcontrol.control import commands as do
from callcontrol.control.events import CallerHungUp, QueueRefused
from callcontrol.daemon import record_meters
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.outcome import CREDIT_USED_UP
from callcontrol.vocabulary.queue import Refusal
from tests.control.queue_story import QueueStory
from tests.control.story import Story
from tests.edges.test_limits import expect_counted
from tests.routing.queue_world import RUSH
from tests.routing.world import NOW, facts, rule

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


def test_a_call_that_reached_no_limit_counts_nothing() -> None:
    story = Story(facts()).begin().then(CallerHungUp("ORIGINATOR_CANCEL"))
    with expect_counted("hops", 0), expect_counted("length", 0), expect_counted("legs_per_call", 0):
        record_meters.count_limits(fold(story.call.trail))


def test_menus_are_counted_by_how_they_were_left() -> None:
    left = {"key": ("main", "2"), "hung_up": ("sales", "")}
    before = {how: _left(menu, how, key) for how, (menu, key) in left.items()}
    record = replace(fold(Story(facts()).begin().call.trail), menus=(
        MenuVisit("main", NOW, Instant(NOW + 4_500_000), "key", "2", "menu:sales"),
        MenuVisit("sales", NOW, Instant(NOW + 1_000_000), "hung_up"),
    ))  # fmt: skip
    seconds = REGISTRY.get_sample_value("callcontrol_menu_seconds_total", {"tenant": "acme", "menu": "main"}) or 0
    record_meters.count(RatedRecord(record))
    assert {how: _left(menu, how, key) - before[how] for how, (menu, key) in left.items()} == {"key": 1, "hung_up": 1}
    now = REGISTRY.get_sample_value("callcontrol_menu_seconds_total", {"tenant": "acme", "menu": "main"})
    assert now == seconds + 4.5


def test_legs_that_ended_for_want_of_credit_are_counted() -> None:
    story = Story(facts(caller=Caller("101", extension="101"), dialled="+48600100100")).begin()
    story.gone(story.command(do.Bridge).legs[0][0], CREDIT_USED_UP, answered_s=30)
    before = _ended_by_credit()
    record_meters.count(RatedRecord(fold(story.call.trail)))
    assert _ended_by_credit() == before + 1


def _ended_by_credit() -> float:
    labels = {"tenant": "acme", "cause": CREDIT_USED_UP}
    return REGISTRY.get_sample_value("callcontrol_credit_legs_ended_total", labels) or 0.0


def _left(menu: str, how: str, key: str) -> float:
    labels = {"tenant": "acme", "menu": menu, "how": how, "key": key}
    return REGISTRY.get_sample_value("callcontrol_menus_left_total", labels) or 0.0
