"""Reconciliation: from time to time each switch's own records are compared with the ledger, which they complete.

    Reconciler(settings, prices_of, dsn, redis_url).start()

Any number of processes may run it: a lock in Postgres lets one at a time work on a switch. Each host's daemon reads
the folders of that host.
"""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Final

import gevent

from callcontrol.billing.price_book import PricesOf
from callcontrol.config.settings import Settings
from callcontrol.edges import clock, meters
from callcontrol.edges.freeswitch.cdr_folder import CdrFolder, FolderAway
from callcontrol.edges.ledger.history import LedgerHistory, alone
from callcontrol.edges.ledger.reader import NoLedger
from callcontrol.edges.ledger.writer import LedgerAway, LedgerWriter
from callcontrol.edges.live_state.calls import Remembered
from callcontrol.edges.threads import aside
from callcontrol.jobs.folder_pass import UNREADABLE, FolderPass, PassContext, Seen
from callcontrol.jobs.sorting import Verdict
from callcontrol.vocabulary.moment import Instant

EVERY_S: Final = 300.0
COUNTED: Final = (Verdict.SETTLED, Verdict.CORRECTED, Verdict.ADDED, Verdict.DOUBTFUL)
STATES: Final = (UNREADABLE, "doubtful", "waiting")

log = logging.getLogger(__name__)


class Reconciler:
    """Completes the ledger of every switch that has a folder.

    Args:
        settings: those in force now.
        prices_of: a tenant's price lists, None if it has none.
    """

    def __init__(
        self,
        settings: Callable[[], Settings],
        prices_of: PricesOf,
        dsn: str,
        redis_url: str,
        now: Callable[[], Instant] = clock.now,
    ) -> None:
        self._settings = settings
        self._prices_of = prices_of
        self._dsn = dsn
        self._redis_url = redis_url
        self._now = now
        self._seen: defaultdict[Path, Seen] = defaultdict(Seen)

    def start(self) -> gevent.Greenlet:
        """Run now, and every EVERY_S seconds; returns the greenlet that does it, to be killed at the end."""
        return gevent.spawn(self._run)

    def _run(self) -> None:
        while True:
            self.look()
            gevent.sleep(EVERY_S)

    def look(self) -> None:
        """One pass over the folder of each switch. A failure with one is logged, and does not stop the others."""
        for switch, settings in self._settings().switches.items():
            if settings.cdrs:
                self._look_at(switch, CdrFolder(Path(settings.cdrs)))

    def _look_at(self, switch: str, folder: CdrFolder) -> None:
        try:
            self.reconcile(switch, folder)
            meters.reconcile_failing.labels(switch).set(0)
        except (FolderAway, NoLedger, LedgerAway) as error:
            log.error("%s: its records have to wait: %s", switch, error)
            meters.reconcile_failing.labels(switch).set(1)
        except Exception:
            log.exception("%s: its records have to wait", switch)
            meters.reconcile_failing.labels(switch).set(1)

    def reconcile(self, switch: str, folder: CdrFolder, *, dry_run: bool = False) -> Counter[str] | None:
        """One pass over one folder: how many files got which Verdict; None if another process is working on it.

        Raises:
            FolderAway: the folder cannot be read or written.
            NoLedger, LedgerAway: Postgres is away, or its tables do not fit.
        """
        ledger = LedgerWriter(self._dsn, now=self._now)
        try:
            if not dry_run:
                ledger.write([])  # raises unless the tables are there, in this version
            with (
                alone(self._dsn, switch) as is_alone,
                LedgerHistory(self._dsn) as history,
                Remembered(self._redis_url) as redis,
            ):
                if not is_alone:
                    _show(switch, dict.fromkeys(STATES, 0))  # the process that works on it shows the figures
                    return None
                rules = PassContext(self._settings(), self._prices_of, redis.has, dry_run)
                seen = self._seen[folder.path]
                counts = FolderPass(switch, folder, history, ledger, rules, seen).run(self._now())
                if not dry_run:
                    _tell(switch, counts, len(seen.unreadable), aside(folder.count_doubtful))
                return counts
        finally:
            ledger.close()


def _tell(switch: str, counts: Counter[str], unreadable: int, doubtful: int) -> None:
    for verdict in COUNTED:
        meters.reconciled_files_total.labels(switch, verdict.value).inc(counts[verdict])
    _show(switch, {UNREADABLE: unreadable, "doubtful": doubtful, "waiting": counts[Verdict.WAITING]})
    if counts[Verdict.CORRECTED] or counts[Verdict.ADDED]:
        said = ", ".join(f"{count} {verdict}" for verdict, count in sorted(counts.items()) if count)
        log.warning("%s: the ledger was completed from its own records: %s", switch, said)


def _show(switch: str, states: dict[str, int]) -> None:
    for state, count in states.items():
        meters.reconcile_files.labels(switch, state).set(count)
