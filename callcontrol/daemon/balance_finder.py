"""Balances, and counters of bundles, that Redis does not have: looked up in the ledger beside the calls that ask."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from itertools import chain
from typing import Any, Final

import gevent
from gevent.event import Event

from callcontrol.edges import meters
from callcontrol.edges.containment import contained
from callcontrol.edges.ledger.accounts import balance_of
from callcontrol.edges.ledger.allowances import uses_of_counters
from callcontrol.edges.ledger.reader import NoLedger, asking, connect
from callcontrol.edges.ledger.session import DictConnection
from callcontrol.vocabulary.bundle_counter import BundleCounter, BundleUse
from callcontrol.vocabulary.credit import Balance, CreditAccount

log = logging.getLogger(__name__)

# How long one is waited for (seconds): a ledger that is silent for so long is away, and the call goes by its tenant's
# setting for that.
ANSWER_S = 2.0
# Accounts that wait to be looked up; past it they are answered as if the ledger were away.
MAX_WANTED: Final = 10_000

OnBalance = Callable[[Balance | None], None]
OnUses = Callable[[tuple[BundleUse, ...] | None], None]
# What is looked up, and what is found.
Wanted = CreditAccount | tuple[BundleCounter, ...]
Found = Balance | tuple[BundleUse, ...]


class BalanceFinder:
    """One connection and one greenlet, however many ask; an account that several ask for is looked up once."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._connection: DictConnection | None = None
        self._wanted: dict[Wanted, list[Callable[[Any], None]]] = {}
        self._are_wanted = Event()

    def start(self) -> None:
        """From now on."""
        gevent.spawn(self._run)

    def find(self, account: CreditAccount, on_balance: OnBalance) -> None:
        """Look it up; `on_balance` is called once, with None if the ledger does not answer."""
        self._find(account, on_balance)

    def find_uses(self, counters: tuple[BundleCounter, ...], on_uses: OnUses) -> None:
        """Look up what is used of bundles, as above."""
        self._find(counters, on_uses)

    def _find(self, wanted: Wanted, on_found: Callable[[Any], None]) -> None:
        if wanted not in self._wanted and len(self._wanted) >= MAX_WANTED:
            meters.limits_reached_total.labels("MAX_WANTED").inc()
            on_found(None)
            return
        self._wanted.setdefault(wanted, []).append(on_found)
        self._are_wanted.set()

    def _run(self) -> None:
        while True:
            self._are_wanted.wait()
            self._are_wanted.clear()
            while self._wanted:
                wanted = next(iter(self._wanted))
                found = self._looked_up(wanted)
                for on_found in chain(*self._answered_now(wanted, found).values()):
                    with contained("call", "a balance could not be handed over"):
                        on_found(found)

    def _answered_now(self, wanted: Wanted, found: Found | None) -> Mapping[Wanted, list[Callable[[Any], None]]]:
        """Those who asked for it; where the ledger is away, all who wait: each would wait as long again."""
        if found is not None:
            return {wanted: self._wanted.pop(wanted)}
        all_of_them, self._wanted = self._wanted, {}
        return all_of_them

    def _looked_up(self, wanted: Wanted) -> Found | None:
        asked = gevent.spawn(self._asked, wanted)
        asked.join(ANSWER_S)
        if not asked.dead:
            log.error("%s cannot be looked up: no answer within %g s", _named(wanted), ANSWER_S)
            self._leave(asked)
            return None
        found: Found | None = asked.value
        return found

    def _asked(self, wanted: Wanted) -> Found | None:
        try:
            if self._connection is None or self._connection.closed:
                self._connection = connect(self._dsn)
            with asking(self._connection):
                if isinstance(wanted, CreditAccount):
                    return balance_of(self._connection, wanted)
                return uses_of_counters(self._connection, wanted)
        except NoLedger as error:
            log.error("%s cannot be looked up: %s", _named(wanted), error)
            return None

    def _leave(self, asked: gevent.Greenlet[..., Found | None]) -> None:
        """The connection is given up with what was asked on it: an answer that comes late would be the next one's."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        asked.kill(block=False)


def _named(wanted: Wanted) -> str:
    return f"the balance of {wanted}" if isinstance(wanted, CreditAccount) else f"the {', the '.join(map(str, wanted))}"
