"""Counters of payers' calls outside, over all workers: claimed before a leg goes out, released when it has ended.

Each operation is one script, sent with the next round trip: beside a call's save it costs none of its own. A leg holds
its places by a lease that its worker renews: nothing stays counted by something dead.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from itertools import chain
from typing import Any, Final

from callcontrol.edges import clock
from callcontrol.edges.live_state import keys
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.edges.live_state.pipeline import RedisPipeline
from callcontrol.edges.live_state.script import script_of
from callcontrol.vocabulary.counters import Cap, Claim, Counted, Counter, Reached
from callcontrol.vocabulary.moment import Instant

log = logging.getLogger(__name__)

# A place that no worker renews is free after so long; each worker renews its own several times in it (seconds).
LEASE_S: Final = 30

_CLAIM: Final = script_of("limit_scripts", "counters", "claim")
_RELEASE: Final = script_of("limit_scripts", "counters", "release")
_RENEW: Final = script_of("limit_scripts", "counters", "renew")
_LOOK: Final = script_of("limit_scripts", "counters", "look")

# None: it is counted. Trouble: Redis does not answer.
OnClaimed = Callable[[Reached | None, LiveStateError | None], object]


class PayerCountStore:
    """Claims, renews and releases; tells how counters stand."""

    def __init__(self, pipeline: RedisPipeline, now: Callable[[], Instant] = clock.now) -> None:
        self._pipeline = pipeline
        self._now = now

    def claim(self, tenant: str, claim: Claim, on_claimed: OnClaimed) -> None:
        """Count a leg in all its counters, or, where one has no room, in none; with the next round trip."""

        def answered(reply: Any, trouble: LiveStateError | None) -> None:
            if trouble is not None or not reply:
                on_claimed(None, trouble)
            else:
                name, cap = (part.decode() for part in reply)
                counter = next(one for one in claim.counters if one.name == name)
                on_claimed(Reached(counter, Cap(cap), claim.number), None)

        words = (claim.leg, claim.number, int(claim.again), LEASE_S * 1000)
        _CLAIM.submit(self._pipeline, (keys.limits(tenant),), self._at(*words, *_counters(claim)), answered)

    def release(self, tenant: str, leg: str) -> None:
        """A leg has ended: its places are free, once."""
        _RELEASE.submit(self._pipeline, (keys.limits(tenant),), self._at(leg), _untold)

    def renew(self, tenant: str, claims: Iterable[Claim]) -> None:
        """These legs keep their places."""
        pairs = chain.from_iterable((one.leg, _places(one)) for one in claims)
        _RENEW.submit(self._pipeline, (keys.limits(tenant),), self._at(LEASE_S * 1000, *pairs), _untold)

    def look(self, tenant: str, counter: Counter, number: str = "") -> Counted:
        """How the counter stands. Waits for Redis.

        Raises:
            LiveStateError: Redis is away, busy or refused it.
        """
        found = _LOOK.ask(self._pipeline, (keys.limits(tenant),), self._at(counter.name, number))
        at_once, minute, hour, numbers, knows = map(int, found)
        return Counted(at_once, minute, hour, numbers, bool(knows))

    def legs(self, tenant: str) -> frozenset[str]:
        """The legs that have places. Waits for Redis.

        Raises:
            LiveStateError: Redis is away.
        """
        now_ms = self._now() // 1000
        found = self._pipeline.ask("ZRANGEBYSCORE", f"{keys.limits(tenant)}:leases", now_ms, "+inf")
        return frozenset(leg.decode() for leg in found)

    def _at(self, *words: Any) -> tuple[Any, ...]:
        return (self._now() // 1000, *words)


def _counters(claim: Claim) -> Iterable[Any]:
    for one in claim.counters:
        yield from (one.name, one.calls_at_once, one.calls_per_minute, one.calls_per_hour, one.numbers_per_hour)


def _places(claim: Claim) -> str:
    return " ".join(one.name for one in claim.counters if one.calls_at_once)


def _untold(_reply: Any, trouble: LiveStateError | None) -> None:
    """What Redis did not take is set right by the next renewal, or by the end of the lease."""
    if trouble is not None:
        log.info("calls of a payer could not be counted: %s", trouble)
