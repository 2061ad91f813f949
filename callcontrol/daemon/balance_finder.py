"""Balances that Redis does not have, looked up in the ledger beside the calls that ask for them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from itertools import chain
from typing import Final

import gevent
from gevent.event import Event

from callcontrol.edges import meters
from callcontrol.edges.containment import contained
from callcontrol.edges.ledger.accounts import balance_of
from callcontrol.edges.ledger.reader import NoLedger, asking, connect
from callcontrol.edges.ledger.session import DictConnection
from callcontrol.vocabulary.credit import Balance, CreditAccount

log = logging.getLogger(__name__)

# How long one is waited for (seconds): a ledger that is silent for so long is away, and the call goes by its tenant's
# setting for that.
ANSWER_S = 2.0
# Accounts that wait to be looked up; past it they are answered as if the ledger were away.
MAX_WANTED: Final = 10_000

OnBalance = Callable[[Balance | None], None]


class BalanceFinder:
    """One connection and one greenlet, however many ask; an account that several ask for is looked up once."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._connection: DictConnection | None = None
        self._wanted: dict[CreditAccount, list[OnBalance]] = {}
        self._are_wanted = Event()

    def start(self) -> None:
        """From now on."""
        gevent.spawn(self._run)

    def find(self, account: CreditAccount, on_balance: OnBalance) -> None:
        """Look it up; `on_balance` is called once, with None if the ledger does not answer."""
        if account not in self._wanted and len(self._wanted) >= MAX_WANTED:
            meters.limits_reached_total.labels("MAX_WANTED").inc()
            on_balance(None)
            return
        self._wanted.setdefault(account, []).append(on_balance)
        self._are_wanted.set()

    def _run(self) -> None:
        while True:
            self._are_wanted.wait()
            self._are_wanted.clear()
            while self._wanted:
                account = next(iter(self._wanted))
                found = self._looked_up(account)
                for on_balance in chain(*self._answered_now(account, found).values()):
                    with contained("call", "a balance could not be handed over"):
                        on_balance(found)

    def _answered_now(self, account: CreditAccount, found: Balance | None) -> Mapping[CreditAccount, list[OnBalance]]:
        """Those who asked for it; where the ledger is away, all who wait: each would wait as long again."""
        if found is not None:
            return {account: self._wanted.pop(account)}
        all_of_them, self._wanted = self._wanted, {}
        return all_of_them

    def _looked_up(self, account: CreditAccount) -> Balance | None:
        asked = gevent.spawn(self._asked, account)
        asked.join(ANSWER_S)
        if not asked.dead:
            log.error("the balance of %s cannot be looked up: no answer within %g s", account, ANSWER_S)
            self._leave(asked)
            return None
        found: Balance | None = asked.value
        return found

    def _asked(self, account: CreditAccount) -> Balance | None:
        try:
            if self._connection is None or self._connection.closed:
                self._connection = connect(self._dsn)
            with asking(self._connection):
                return balance_of(self._connection, account)
        except NoLedger as error:
            log.error("the balance of %s cannot be looked up: %s", account, error)
            return None

    def _leave(self, asked: gevent.Greenlet[..., Balance | None]) -> None:
        """The connection is given up with what was asked on it: an answer that comes late would be the next one's."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        asked.kill(block=False)
