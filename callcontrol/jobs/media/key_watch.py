"""Watches whether the keys that sealed files need are there: without one, what it wraps can be heard by no one."""

from __future__ import annotations

import logging
from collections.abc import Callable

from callcontrol.config.settings import Settings
from callcontrol.edges import meters
from callcontrol.edges.ledger.media_keys import keys_in_use
from callcontrol.edges.ledger.reader import connect
from callcontrol.jobs.media.kept_files import ring_of
from callcontrol.jobs.media.reach import within_reach

log = logging.getLogger("callcontrol.media")


class KeyWatch:
    """One look at a time."""

    def __init__(self, dsn: str, settings: Callable[[], Settings]) -> None:
        self._dsn = dsn
        self._settings = settings

    def step(self) -> bool:
        """Count, for each tenant, the files whose key is missing.

        Raises:
            OutOfReach: Postgres is away.
        """
        with within_reach(), connect(self._dsn) as connection:
            for tenant in self._settings().tenants:
                keys = ring_of(self._settings(), tenant).keys
                missing = [one for one in keys_in_use(connection, tenant) if one.key_id not in keys]
                meters.media_keys_missing.labels(tenant).set(sum(one.files for one in missing))
                for one in missing:
                    log.error("key %r of %s is needed by %d files and is not there", one.key_id, tenant, one.files)
        return False
