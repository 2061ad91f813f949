"""Operations on queues one by one: an offer lasts as long as it was made for, no older layout replaces a newer."""

from __future__ import annotations

from typing import Any

from callcontrol.vocabulary.moment import SECOND_US
from tests.oracle.state import OfferNow
from tests.simulation.centre import edition_of
from tests.simulation.queue_twin import QueueTwin

# Clocks of one host and the ways of messages may take off so much (seconds).
EARLY_S = 1.0


def _end_of(offer: OfferNow) -> int:
    """When the offer's lease ends; if only agents ring who have just joined, the worker must take these up first."""
    return offer.joining_until if set(offer.agents) <= set(offer.joining) else offer.expires


class Leases:
    """What earlier operations promised, by tenant."""

    def __init__(self) -> None:
        self._ends_s: dict[tuple[str, str], tuple[int, float]] = {}
        self._editions: dict[str, int] = {}

    def broken(self, tenant: str, queues: QueueTwin, words: tuple[Any, ...], now_s: float) -> tuple[str, str] | None:
        """What this operation broke, and which call it is about."""
        operation, now_us, worker, *_ = words
        offers = queues.model.state.offers
        found = None
        for key in [key for key in self._ends_s if key[0] == tenant and key[1] not in offers]:
            _, end_s = self._ends_s.pop(key)
            if operation == "due" and end_s - now_s > EARLY_S:
                early_s = end_s - now_s
                found = f"{worker} ended offer {key[1]} of {tenant} {early_s:.1f} s before its time", key[1]
        for offer in offers.values():
            end = _end_of(offer)
            if self._ends_s.get((tenant, offer.id), (0, 0.0))[0] != end:
                self._ends_s[tenant, offer.id] = end, now_s + (end - int(now_us)) / SECOND_US
        return found or (self._older_layout(tenant, worker, queues) if operation == "configure" else None)

    def _older_layout(self, tenant: str, worker: str, queues: QueueTwin) -> tuple[str, str] | None:
        edition, before = edition_of(queues.model.state.layout), self._editions.get(tenant, 0)
        self._editions[tenant] = edition
        older = f"{worker} replaced edition {before} of the queues of {tenant} by edition {edition}"
        return (older, "") if edition < before else None
