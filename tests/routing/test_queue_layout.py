"""What the YAML of queues and agents means, in microseconds and written demands."""

from __future__ import annotations

import json
from typing import Any

from callcontrol.config.queue_settings import Strategy
from callcontrol.config.settings import Tenant
from callcontrol.routing.queue_layout import AgentLayout, SeatLayout, layout_dict, layout_of

FIELDS = {
    "strategy", "weight_us", "priority_us", "ring_us", "rest_us", "misses", "wrap_up_us", "window", "tier_wait_us",
    "come_back_us", "length", "expected_us", "sticky_within_us", "sticky_first_us", "in_time_us", "short_us", "demands",
    "callback_again_us", "callback_per_day",
}  # fmt: skip

SUPPORT = {
    "strategy": "round_robin",
    "weight": "2",
    "agents": [{"agent": "bob", "weight": "3"}, {"agent": "anna", "tier": "2"}],
    "tier_wait": "15",
    "ring": "25",
    "rest": {"rejected": "1", "busy": "2", "no_answer": "3", "unreachable": "4"},
    "misses": "5",
    "wrap_up": "30",
    "window": "week",
    "come_back": "90",
    "sticky": {"within": "3600", "first": "20"},
    "overflow": {"length": "7", "expected": "600"},
    "service_level": {"within": "10", "short": "3"},
    "demands": [
        {
            "caller": "+49",
            "skills": {"german": "2", "english": "1"},
            "relax": [{"after": "30", "skills": {"german": "1"}}],
        },
    ],
}


def tenant(**changes: Any) -> Tenant:
    written = {
        "domain": "acme.example",
        "zone": "Europe/Warsaw",
        "region": "PL",
        "company_number": "+48221234500",
        "tariff": "retail",
        "agents": {
            "anna": {"extension": "101", "auto": "yes", "skills": {"german": "2", "english": "3"}},
            "bob": {"number": "+48600700800", "skills": {"german": "1"}},
            "carl": {"extension": "103"},
        },
        "queues": {"support": SUPPORT, "sales": {"agents": [{"agent": "anna"}]}},
    }
    return Tenant.model_validate(written | changes)


def test_spans_are_microseconds() -> None:
    support = layout_of(tenant(ageing={"weight": "30", "priority": "45"})).queues["support"]
    assert support.strategy is Strategy.ROUND_ROBIN
    assert (support.weight_us, support.priority_us) == (60_000_000, 45_000_000)
    assert (support.ring_us, support.wrap_up_us, support.tier_wait_us) == (25_000_000, 30_000_000, 15_000_000)
    assert [*support.rest_us.values()] == [1_000_000, 2_000_000, 3_000_000, 4_000_000]
    assert (support.come_back_us, support.expected_us) == (90_000_000, 600_000_000)
    assert (support.sticky_within_us, support.sticky_first_us) == (3_600_000_000, 20_000_000)
    assert (support.in_time_us, support.short_us) == (10_000_000, 3_000_000)
    assert (support.misses, support.length, support.window) == (5, 7, "week")


def test_what_is_not_written_is_zero() -> None:
    sales = layout_of(tenant()).queues["sales"]
    assert (sales.expected_us, sales.sticky_within_us, sales.sticky_first_us, sales.tier_wait_us) == (0, 0, 0, 0)
    assert sales.demands == ("",)


def test_demands_are_of_every_stage_and_seats_have_those_that_are_met() -> None:
    found = layout_of(tenant())
    assert found.queues["support"].demands == ("", "english>=1,german>=2", "german>=1")
    assert found.seat("anna", "support") == SeatLayout(
        "support", tier=2, position=2, weight=1, demands=("", "english>=1,german>=2", "german>=1")
    )
    assert found.seat("bob", "support") == SeatLayout(
        "support", tier=1, position=1, weight=3, demands=("", "german>=1")
    )


def test_agents_have_their_seats_by_the_name_of_the_queue() -> None:
    found = layout_of(tenant())
    assert [seat.queue for seat in found.seats("anna")] == ["sales", "support"]
    assert (found.agents["anna"].auto, found.agents["anna"].external) == (True, False)
    assert (found.agents["bob"].auto, found.agents["bob"].external) == (False, True)
    assert found.agents["carl"] == AgentLayout(auto=False, external=False, seats=())
    assert found.seats("nobody") == ()
    assert found.seat("carl", "support") is None


def test_the_plain_form_is_what_json_holds() -> None:
    plain = layout_dict(layout_of(tenant()))
    assert json.loads(json.dumps(plain)) == plain
    assert {name: set(queue) for name, queue in plain["queues"].items()} == {"support": FIELDS, "sales": FIELDS}
    assert plain["queues"]["support"]["strategy"] == "round_robin"
    assert set(plain["queues"]["support"]["rest_us"]) == {"rejected", "busy", "no_answer", "unreachable"}
    assert plain["agents"]["bob"] == {
        "auto": False,
        "external": True,
        "seats": [{"queue": "support", "tier": 1, "position": 1, "weight": 3, "demands": ["", "german>=1"]}],
    }
