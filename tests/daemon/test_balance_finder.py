"""Balances are looked up in the ledger in the background; a ledger that does not answer keeps no call waiting."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import gevent
import pytest
from gevent.event import AsyncResult
from gevent.server import StreamServer

from callcontrol.daemon import balance_finder
from callcontrol.daemon.balance_finder import BalanceFinder
from callcontrol.vocabulary.credit import Balance, CreditAccount

OFFICE = CreditAccount("acme", "tenant", "PLN")
ANNA = CreditAccount("acme", "extension:101", "PLN")
WAIT_S = 20.0


@contextmanager
def silent() -> Iterator[str]:
    """DSN of a server that accepts connections and never answers."""
    server = StreamServer(("127.0.0.1", 0), lambda socket, _address: socket.recv(1) and gevent.sleep(60))
    server.start()
    try:
        yield f"postgresql://127.0.0.1:{server.server_port}/ledger"
    finally:
        server.stop()


def asked(finder: BalanceFinder, *accounts: CreditAccount) -> list[Balance | None]:
    """The answers to simultaneous requests."""
    answers = [AsyncResult() for _ in accounts]
    for account, answer in zip(accounts, answers, strict=True):
        finder.find(account, answer.set)
    return [answer.get(timeout=WAIT_S) for answer in answers]


def test_an_account_without_entries_has_balance_zero(ledger_database: str) -> None:
    finder = BalanceFinder(ledger_database)
    finder.start()
    assert asked(finder, OFFICE, ANNA, OFFICE) == [Balance(OFFICE), Balance(ANNA), Balance(OFFICE)]


def test_all_requests_waiting_for_a_silent_ledger_are_answered_at_once(
    monkeypatch: pytest.MonkeyPatch, ledger_database: str
) -> None:
    lookups: list[CreditAccount] = []
    looked_up = BalanceFinder._looked_up

    def counted(finder: BalanceFinder, wanted: Any) -> Any:
        lookups.append(wanted)
        return looked_up(finder, wanted)

    monkeypatch.setattr(balance_finder, "ANSWER_S", 0.2)
    monkeypatch.setattr(BalanceFinder, "_looked_up", counted)
    with silent() as dsn:
        finder = BalanceFinder(dsn)
        finder.start()
        assert asked(finder, OFFICE, ANNA, OFFICE) == [None, None, None]
        assert lookups == [OFFICE]
    finder._dsn = ledger_database
    monkeypatch.setattr(balance_finder, "ANSWER_S", WAIT_S)
    assert asked(finder, ANNA) == [Balance(ANNA)]
