"""The books of accounts: entered with the charge, numbered without a gap, once, and redoable by anyone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import gevent
import psycopg
import pytest

from callcontrol.billing.record_json import to_json
from callcontrol.edges.ledger.accounts import (
    Booked,
    Entry,
    EntryKind,
    EntryRefused,
    NewEntry,
    balance_of,
    balances_after,
    balances_of,
    booked_legs,
    enter,
    entries_of,
    faults_of,
)
from callcontrol.edges.ledger.history import LedgerHistory
from callcontrol.edges.ledger.writer import LedgerWriter
from callcontrol.vocabulary.credit import UNITS, Balance, CreditAccount
from callcontrol.vocabulary.moment import datetime_of
from tests.billing.trails import NOON, forwarded
from tests.edges.ledger.conftest import Rows
from tests.edges.ledger.samples import rated

ACCOUNT = CreditAccount("acme", "extension:101", "PLN")


@pytest.fixture
def database(ledger_database: str) -> str:
    return ledger_database


@pytest.fixture
def booked() -> list[Booked]:
    return []


@pytest.fixture
def writer(database: str, booked: list[Booked]) -> Iterator[LedgerWriter]:
    opened = LedgerWriter(database, now=lambda: NOON, on_booked=booked.append)
    yield opened
    opened.close()


def payload(n: int = 0, amount: str | None = "0.6300", *, estimated: bool = False, currency: str = "PLN") -> bytes:
    """The n-th forwarded call, its charge on the extension's account; amount None: it has no price."""
    record = rated(forwarded(n, estimated=estimated))
    price = {"amount": None, "currency": "", "reason": "no_price"} if amount is None else {"amount": Decimal(amount)}
    more = price if amount is None else {**price, "currency": currency}
    charges = tuple(replace(charge, account="extension:101", **more) for charge in record.charges)
    return to_json(replace(record, charges=charges))


def top_up(
    amount: str = "10.00", key: str = "k1", kind: EntryKind = EntryKind.TOP_UP, reason: str = "cash"
) -> NewEntry:
    return NewEntry(ACCOUNT, kind, Decimal(amount), reason, "anna", key)


def told(entries: list[Entry]) -> list[tuple[int, str, str, str, str]]:
    return [(one.number, one.kind, f"{one.amount:.2f}", f"{one.balance:.2f}", one.reason) for one in entries]


def all_of(connection: psycopg.Connection) -> list[Entry]:
    return entries_of(connection, ACCOUNT, None, None, 1000)


def test_what_a_person_enters_is_numbered_and_adds_up(connection: psycopg.Connection) -> None:
    first = enter(connection, top_up())
    assert (first.number, first.balance, first.by, first.on_hold) == (1, Decimal(10), "anna", False)
    enter(connection, top_up("-2.50", "k2", EntryKind.CORRECTION, "entered twice"))
    held = enter(connection, top_up("0", "k3", EntryKind.HOLD, "stolen password"))
    assert held.left == Balance(ACCOUNT, 3, 750 * UNITS // 100, on_hold=True)
    assert enter(connection, top_up("1", "k4")).on_hold
    assert not enter(connection, top_up("0", "k5", EntryKind.RELEASE, "password changed")).on_hold
    assert told(all_of(connection)) == [
        (1, "top_up", "10.00", "10.00", "cash"),
        (2, "correction", "-2.50", "7.50", "entered twice"),
        (3, "hold", "0.00", "7.50", "stolen password"),
        (4, "top_up", "1.00", "8.50", "cash"),
        (5, "release", "0.00", "8.50", "password changed"),
    ]
    assert balance_of(connection, ACCOUNT) == Balance(ACCOUNT, 5, 850 * UNITS // 100)
    assert faults_of(connection, None) == []


def test_the_same_key_enters_once_and_something_else_needs_another(connection: psycopg.Connection) -> None:
    first = enter(connection, top_up())
    assert enter(connection, top_up()) == first
    with pytest.raises(EntryRefused, match="key 'k1' was given to entry 1, top_up of 10: cash; something else needs"):
        enter(connection, top_up("11"))
    with pytest.raises(EntryRefused, match="accounts_balance"):
        enter(connection, top_up("90000000", "k2"))
    assert len(all_of(connection)) == 1


def test_twenty_at_once_are_numbered_without_a_gap(database: str, connection: psycopg.Connection) -> None:
    def several(worker: int) -> None:
        with psycopg.connect(database, autocommit=True) as own:
            for n in range(5):
                enter(own, top_up("1", f"{worker}/{n}"))
                enter(own, top_up("1", f"{n}"))  # the same for all

    gevent.joinall([gevent.spawn(several, worker) for worker in range(4)], timeout=30, raise_error=True)
    found = all_of(connection)
    assert [one.number for one in found] == list(range(1, 26))
    assert found[-1].balance == 25
    assert faults_of(connection, "acme") == []


def test_a_charge_is_entered_with_its_record_and_told_once_it_is_committed(
    writer: LedgerWriter, connection: psycopg.Connection, booked: list[Booked], rows: Rows
) -> None:
    assert writer.write([payload(), payload(1, "0.10")]) == []
    assert told(all_of(connection)) == [
        (1, "charge", "-0.10", "-0.10", "Poland mobile"),
        (2, "charge", "-0.63", "-0.73", "Poland mobile"),
    ]
    ((leg_id,),) = rows("SELECT leg_id FROM account_entries WHERE number = 1")
    assert [(one.balance, len(one.legs)) for one in booked] == [(Balance(ACCOUNT, 2, -73 * UNITS // 100), 2)]
    assert leg_id in booked[0].legs
    entry = all_of(connection)[0]
    assert (entry.called, entry.billed_s, entry.by) == ("+48600700800", 120, "callcontrol")
    assert booked_legs(connection, "acme", [leg_id, "none"], datetime_of(NOON).date()) == [leg_id]


def test_a_record_that_comes_again_is_told_again_and_not_entered_again(
    writer: LedgerWriter, connection: psycopg.Connection, booked: list[Booked]
) -> None:
    writer.write([payload()])
    writer.write([payload()])
    assert len(all_of(connection)) == 1
    assert booked[0] == booked[1]


def test_a_truth_that_comes_late_withdraws_the_charge_and_enters_its_own(
    writer: LedgerWriter, connection: psycopg.Connection
) -> None:
    writer.write([payload(estimated=True)])
    writer.write([payload(amount="0.2900")])
    assert told(all_of(connection)) == [
        (1, "charge", "-0.63", "-0.63", "Poland mobile"),
        (2, "void", "0.63", "0.00", "the times of the leg were an estimate"),
        (3, "charge", "-0.29", "-0.29", "Poland mobile"),
    ]


def test_a_further_revision_enters_the_difference(writer: LedgerWriter, connection: psycopg.Connection) -> None:
    """As rating anew appends it, by whichever process: the next record of the leg enters what is not entered yet."""
    writer.write([payload()])
    connection.execute(
        'INSERT INTO charges SELECT (jsonb_populate_record(c, \'{"revision": 2, "amount": 0.83, "account": ""}\')).*'
        " FROM charges c"
    )
    writer.write([payload()])
    assert told(all_of(connection))[1:] == [(2, "correction", "-0.20", "-0.83", "Poland mobile")]
    assert faults_of(connection, None) == []


def test_what_has_no_price_is_entered_when_it_is_rated(
    writer: LedgerWriter, connection: psycopg.Connection, database: str, booked: list[Booked]
) -> None:
    writer.write([payload(amount=None)])
    assert all_of(connection) == []
    assert booked == []
    with LedgerHistory(database) as history:
        assert len(history.rate([rated(forwarded(0))])) == 1
    assert told(all_of(connection)) == [(1, "charge", "-0.63", "-0.63", "Poland mobile")]


def test_another_currency_is_another_account(writer: LedgerWriter, connection: psycopg.Connection) -> None:
    writer.write([payload(), payload(1, currency="EUR")])
    euros = ACCOUNT._replace(currency="EUR")
    assert [one.account for one in balances_of(connection, "acme")] == [euros, ACCOUNT]
    assert [one.account for one in balances_after(connection, euros, 10)] == [ACCOUNT]
    assert [one.account for one in balances_after(connection, None, 1)] == [euros]


def test_charges_of_payers_without_an_account_open_none(writer: LedgerWriter, rows: Rows) -> None:
    writer.write([to_json(rated(forwarded()))])
    assert rows("SELECT count(*) FROM accounts") == [(0,)]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ("UPDATE account_entries SET amount = 11 WHERE number = 1", "leaves 10.00000000, where 0 and 11.00000000"),
        ("DELETE FROM account_entries WHERE number = 1", "follows on entry 0"),
        ("UPDATE accounts SET balance = 99", "is the last and leaves 11.00000000, the account has entry 2 and 99"),
        ("DELETE FROM account_entries", "has the balance 11.00000000 and no entry"),
    ],
)
def test_a_change_of_the_books_by_hand_is_found(connection: psycopg.Connection, change: str, fault: str) -> None:
    enter(connection, top_up())
    enter(connection, top_up("1", "k2"))
    connection.execute(change.encode())
    found = faults_of(connection, "acme")
    assert fault in found[0].fault
    assert faults_of(connection, "other") == []
