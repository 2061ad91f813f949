"""Redoes the books once a day: every running total of every account, and every counter of bundles."""

from __future__ import annotations

import logging
from typing import Final

from callcontrol.edges import clock, credit_meters
from callcontrol.edges.ledger.accounts import faults_of
from callcontrol.edges.ledger.allowances import counter_faults
from callcontrol.edges.ledger.reader import connect
from callcontrol.jobs.media.reach import within_reach
from callcontrol.vocabulary.moment import SECOND_US

log = logging.getLogger("callcontrol.credit")

EVERY_S: Final = 86_400.0
# Each of them is logged, so many at most.
TOLD: Final = 20


class AccountWatch:
    """One look at a time; it reads, and changes nothing."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn

    def step(self) -> bool:
        """Count what does not add up.

        Raises:
            OutOfReach: Postgres is away.
        """
        with within_reach(), connect(self._dsn) as connection:
            entries, counters = faults_of(connection, None), counter_faults(connection, None)
        for one in entries[:TOLD]:
            log.error("%s: entry %d %s", one.account, one.number, one.fault)
        for counter in counters[:TOLD]:
            log.error("the %s has %s used, charges %s", counter.counter, counter.used, counter.summed)
        credit_meters.faults.set(len(entries) + len(counters))
        credit_meters.checked_timestamp.set(clock.now() / SECOND_US)
        return False
