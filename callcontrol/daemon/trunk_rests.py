"""What this worker has seen of trunks; which of them rest."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from callcontrol.config.settings import Settings
from callcontrol.edges import clock, meters
from callcontrol.routing.trunk_health import WELL, TrunkHealth, after_leg, news_of_trunks, resting
from callcontrol.vocabulary.trail import Entry, Trail

log = logging.getLogger(__name__)


class TrunkRests:
    """Learns from the trails of all calls of a worker. Bounded by the number of trunks in the configuration."""

    def __init__(self) -> None:
        self._health: dict[str, TrunkHealth] = {}

    def learn(self, before: Trail, news: Iterable[Entry], settings: Settings) -> None:
        """Take up what new entries of a call's trail say."""
        for told in news_of_trunks(before, news):
            trunk = settings.trunks.get(told.trunk)
            if trunk is None:  # removed by a reload
                self._health.pop(told.trunk, None)
                continue
            known = self._health.get(told.trunk, WELL)
            self._health[told.trunk] = now_known = after_leg(known, trunk, clock.now(), failed=told.failed)
            if now_known.rests_until > known.rests_until:
                meters.trunk_rests_total.labels(told.trunk).inc()
                log.warning("trunk %s failed %d times in a row", told.trunk, now_known.failures)

    def resting(self) -> frozenset[str]:
        """The trunks that rest now."""
        return resting(self._health, clock.now()) if self._health else frozenset()
