"""The layouts between which the state machine's little call centre changes: 3 queues, 5 agents who share them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from callcontrol.config.queue_settings import Strategy
from callcontrol.routing.queue_layout import AgentLayout, Layout
from tests.distribution.world import S, queue, seat

AGENTS = ("anna", "bob", "carl", "dora", "eve")
QUEUES = ("help", "sales", "vip")
GERMAN, FLUENT = "german>=1", "german>=5"
DEMANDS = ("", GERMAN, FLUENT)

_STICKY = {"sticky_within_us": 600 * S, "sticky_first_us": 20 * S}
_SEATS = {
    "anna": (seat("help", 1, demands=DEMANDS), seat("vip", 2)),
    "bob": (seat("help", 2, tier=2), seat("sales", 1), seat("vip", 3, weight=3)),
    "carl": (seat("help", 3, demands=("", GERMAN)), seat("sales", 2)),
    "dora": (seat("help", 4, tier=2, demands=DEMANDS),),
    "eve": (seat("sales", 3, tier=2), seat("vip", 1)),
}
_AGENTS = {name: AgentLayout(name == "anna", name == "dora", seats) for name, seats in _SEATS.items()}

FULL = Layout(
    {
        "help": queue(
            strategy=Strategy.ROUND_ROBIN,
            wrap_up_us=10 * S,
            tier_wait_us=30 * S,
            demands=DEMANDS,
            callback_again_us=60 * S,
            callback_per_day=2,
            **_STICKY,
        ),
        "sales": queue(strategy=Strategy.ALL_AT_ONCE, weight_us=60 * S, misses=2, length=4, callback_again_us=15 * S),
        "vip": queue(strategy=Strategy.RANDOM, weight_us=120 * S, priority_us=30 * S, expected_us=300 * S, misses=0),
    },
    _AGENTS,
)


def _changed(plan: Layout, *without: str, **queues: dict[str, Any]) -> Layout:
    """The plan with changes in its queues, without some agents or queues."""
    kept = {name: replace(one, **queues.get(name, {})) for name, one in plan.queues.items() if name not in without}
    agents = {
        name: replace(agent, seats=tuple(one for one in agent.seats if one.queue in kept))
        for name, agent in plan.agents.items()
        if name not in without
    }
    return Layout(kept, agents)


COUNTING = _changed(
    FULL,
    help={"strategy": Strategy.LEAST_TALKED, "window": "week", "tier_wait_us": 0},
    sales={"strategy": Strategy.LONGEST_IDLE, "weight_us": 0, **_STICKY},
    vip={"strategy": Strategy.FEWEST_CALLS, "wrap_up_us": 5 * S},
)
SMALLER = _changed(
    FULL,
    "vip",
    "bob",
    help={"strategy": Strategy.IN_ORDER},
    sales={"strategy": Strategy.RANDOM, "come_back_us": 0, "callback_again_us": 0},
)
# No agent speaks German any more, and eve helps out.
MONOLINGUAL = replace(
    FULL,
    queues={**FULL.queues, "help": replace(FULL.queues["help"], demands=("",), wrap_up_us=0)},
    agents={
        name: replace(agent, seats=tuple(replace(one, demands=("",)) for one in agent.seats))
        for name, agent in FULL.agents.items()
    }
    | {"eve": AgentLayout(False, False, (seat("help", 5), seat("vip", 1, weight=2)))},
)

PLANS = (FULL, COUNTING, SMALLER, MONOLINGUAL)
