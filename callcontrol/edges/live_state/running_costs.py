"""What running calls have cost so far, as each worker tells the others every few seconds; limits go by it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final, NamedTuple

import orjson

from callcontrol.edges import clock
from callcontrol.edges.live_state import keys
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.edges.live_state.pipeline import RedisPipeline
from callcontrol.vocabulary.moment import SECOND_US
from callcontrol.vocabulary.stored import Kind, Unreadable

log = logging.getLogger(__name__)

KIND: Final = Kind("RunningCosts")
# What a worker has told counts for so long: a dead one's calls are another's by then (seconds).
COUNTS_S: Final = 30
# The hash goes when no worker has told anything for so long (seconds).
KEPT_S: Final = 3600

# By payer; class of number and currency; the amount.
Costs = Mapping[str, Mapping[tuple[str, str], Decimal]]


class RunningCostStore:
    """Tells, and reads what the others have told."""

    def __init__(self, pipeline: RedisPipeline, worker: str) -> None:
        self._pipeline = pipeline
        self._worker = worker

    def exchange(self, tenant: str, costs: Costs) -> list[Costs]:
        """Tell what our calls of the tenant have cost; returns what other workers' have. One round trip; waits for it.

        Raises:
            LiveStateError: Redis is away, busy or refused it.
        """
        key, now = keys.running_costs(tenant), clock.now()
        value = KIND.tagged({"at": now, "costs": [_row(*one) for one in _flat(costs)]})
        self._pipeline.submit("HSET", key, self._worker, orjson.dumps(value), on_reply=_untold)
        self._pipeline.submit("EXPIRE", key, KEPT_S, on_reply=_untold)
        told = {worker: _told(text) for worker, text in _pairs(self._pipeline.ask("HGETALL", key)).items()}
        over = [worker for worker, one in told.items() if one is not None and now - one.at > COUNTS_S * SECOND_US]
        if over:  # workers that are gone: the hash would grow with each restart
            self._pipeline.submit("HDEL", key, *over, on_reply=_untold)
        others = told.keys() - {self._worker, *over}
        return [one.costs for worker in others if (one := told[worker]) is not None and one.costs]


def _flat(costs: Costs) -> list[tuple[str, str, str, Decimal]]:
    return [(payer, *key, amount) for payer, by_key in costs.items() for key, amount in by_key.items()]


def _row(payer: str, direction: str, currency: str, amount: Decimal) -> list[str]:
    return [payer, direction, currency, format(amount, "f")]


class _Told(NamedTuple):
    """What a worker has told, and when."""

    at: int
    costs: Costs


def _told(text: bytes) -> _Told | None:
    """None: it is of a later version, and left to that."""
    found: dict[str, dict[tuple[str, str], Decimal]] = {}
    try:
        told = KIND.read(orjson.loads(text))
        for payer, direction, currency, amount in told["costs"]:
            found.setdefault(payer, {})[direction, currency] = Decimal(amount)
        return _Told(int(told["at"]), found)
    except (Unreadable, ValueError, TypeError, KeyError, ArithmeticError) as error:
        log.warning("what another worker's calls cost is unreadable: %s", error)
        return None


def _untold(_reply: Any, trouble: LiveStateError | None) -> None:
    """What Redis did not take is told again at the next look."""
    if trouble is not None:
        log.info("the costs of running calls could not be published: %s", trouble)


def _pairs(reply: Any) -> Mapping[str, bytes]:
    pairs = reply.items() if isinstance(reply, Mapping) else zip(reply[::2], reply[1::2], strict=True)
    return {name.decode(): value for name, value in pairs}
