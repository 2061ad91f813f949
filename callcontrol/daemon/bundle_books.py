"""Counters of bundles in Redis are compared with the ledger's, from time to time: the ledger is right."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

import gevent
from gevent.event import AsyncResult

from callcontrol.edges import clock, credit_meters
from callcontrol.edges.ledger.allowances import uses_after, uses_of_counters
from callcontrol.edges.ledger.reader import asking
from callcontrol.edges.ledger.session import DictConnection
from callcontrol.edges.live_state.credit import CreditStore
from callcontrol.edges.live_state.failures import LiveStateError, StoreAway
from callcontrol.vocabulary.bundle_counter import BundleCounter, BundleUse
from callcontrol.vocabulary.moment import SECOND_US, Instant, datetime_of

log = logging.getLogger(__name__)

# Counters told in one round trip, so that calls do not wait for it.
PAGE: Final = 100
ANSWER_S: Final = 10.0
# What is left of a bundle may be used in twelve further months (bundle_settings.py).
OLDEST_US: Final = 400 * 86_400 * SECOND_US


class BundleBooks:
    """One comparison, by one worker of all."""

    def __init__(self, connection: DictConnection, store: CreditStore) -> None:
        self._connection = connection
        self._store = store

    def compare(self) -> int:
        """Tell Redis what is used of the bundles it knows; returns how many were mended.

        Raises:
            LiveStateError: Redis is away. NoLedger: Postgres is.
        """
        return sum(self._mended(use, word) for page in self._pages() for use, word in self._told(page))

    def _pages(self) -> Iterator[list[BundleUse]]:
        since = f"{datetime_of(Instant(clock.now() - OLDEST_US)):%Y-%m}"
        last: BundleCounter | None = None
        while True:
            with asking(self._connection):
                page = uses_after(self._connection, last, since, PAGE)
            if not page:
                return
            yield page
            last = page[-1].counter

    def _told(self, page: Sequence[BundleUse]) -> Iterator[tuple[BundleUse, str]]:
        for _, of_tenant in groupby(page, key=lambda use: use.counter.tenant):
            uses = list(of_tenant)
            yield from zip(uses, self._words(uses), strict=True)

    def _words(self, uses: Sequence[BundleUse]) -> tuple[str, ...]:
        answer: AsyncResult = AsyncResult()

        def counted(words: tuple[str, ...] | None, trouble: LiveStateError | None) -> None:
            answer.set(words) if words is not None else answer.set_exception(trouble)

        self._store.count(uses, counted, known_only=True)
        try:
            words: tuple[str, ...] = answer.get(timeout=ANSWER_S)
        except gevent.Timeout as late:
            raise StoreAway(f"no answer within {ANSWER_S} s") from late
        return words

    def _mended(self, use: BundleUse, word: str) -> bool:
        if word == "mended":
            log.error("the %s was another in Redis, and was put right: %d", use.counter, use.used)
            credit_meters.mended_total.labels("differs").inc()
        return word == "mended" or (word == "older" and self._is_set_back(use.counter))

    def _is_set_back(self, counter: BundleCounter) -> bool:
        """Redis has a later state: it came meanwhile, or the ledger was set back."""
        known = self._store.look_at_bundle(counter).use
        with asking(self._connection):
            (now,) = uses_of_counters(self._connection, [counter])
        if known is None or now.changes >= known.changes:
            return False
        log.error("Redis knows change %d of the %s, the ledger has %d: it counts", known.changes, counter, now.changes)
        credit_meters.mended_total.labels("ahead").inc()
        self._store.forget_count(counter)
        return True
