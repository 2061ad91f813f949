"""The Lua script of queues: its files put together, and one operation of it over the pipeline.

One script holds every operation, for they share most of their code; which one is asked for is its first argument.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any, Final

import orjson

from callcontrol.config.queue_settings import Strategy
from callcontrol.edges import meters
from callcontrol.edges.live_state import keys
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.edges.live_state.pipeline import RedisPipeline
from callcontrol.edges.live_state.script import script_of
from callcontrol.routing.pace import slack_s
from callcontrol.vocabulary.moment import SECOND_US
from callcontrol.vocabulary.queue import Occasion

# Files of `queue_scripts/upgrades`, one for each version that has been left, in their order.
UPGRADES: Final[tuple[str, ...]] = ()
VERSION: Final = 1 + len(UPGRADES)
_PARTS: Final = (
    "context",
    *(f"upgrades/{name}" for name in UPGRADES),
    "version",
    "layout",
    "chance",
    *(f"strategies/{strategy}" for strategy in Strategy),
    "figures",
    "agents",
    "engagements",
    "tickets",
    "offers",
    "serving",
    "joining",
    "offering",
    "agent_actions",
    "callbacks",
    "due",
    "administration",
    "views",
    "dispatch",
)


SCRIPT: Final = script_of("queue_scripts", *_PARTS)
SOURCE: Final = SCRIPT.source
SHA: Final = SCRIPT.sha
_SEEDS: Final = 2**31 - 2
# A dead worker's offer keeps its agents so much longer at most, where Redis or this host is slow (seconds).
MAX_LEASE_SLACK_S: Final = 12.0


def submit(
    pipeline: RedisPipeline,
    tenant: str,
    operation: str,
    given: Mapping[str, Any],
    occasion: Occasion,
    on_reply: Callable[[Any, LiveStateError | None], None],
) -> None:
    """Carry out one operation with the next round trip; the script is sent whole where Redis does not know it yet."""
    periods = occasion.periods
    head = (operation, occasion.now, occasion.worker, occasion.seed, periods["day"], periods["week"], periods["month"])
    SCRIPT.submit(pipeline, (keys.queues(tenant),), (*head, orjson.dumps(given)), on_reply)


def seed_from(chance: random.Random) -> int:
    """A seed for one operation."""
    return chance.randrange(_SEEDS)


def lease_slack_us(answer_s: float) -> int:
    """How much longer than usual an offer may lie before it is taken up (microseconds), where answers of Redis take so
    long (seconds): offers reach their workers as late, and one whose lease has run out rings in vain.
    """
    slack = slack_s(answer_s)
    if slack > MAX_LEASE_SLACK_S:
        meters.limits_reached_total.labels("MAX_LEASE_SLACK_S").inc()
    return int(min(slack, MAX_LEASE_SLACK_S) * SECOND_US)
