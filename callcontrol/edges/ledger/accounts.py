"""The books of credit accounts: each change of a balance is an entry, numbered without a gap and never changed.

What a charge changes is entered in the transaction that writes the charge. What a person enters has a key: entered
again with the same key it stands there once. An account's row is locked before an entry is numbered, after everything
else a transaction locks and in the order of the keys, so that no two wait for each other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

import orjson
import psycopg
from psycopg import Connection
from psycopg.rows import dict_row

from callcontrol.config.credentials import said_by
from callcontrol.edges.ledger.queries import query
from callcontrol.edges.ledger.session import transaction
from callcontrol.vocabulary.credit import Balance, CreditAccount, units_of
from callcontrol.vocabulary.moment import Instant, datetime_of, instant_of
from callcontrol.vocabulary.sentence import says

# Who enters what follows from a record.
OURSELVES: Final = "callcontrol"
ENTER_TIMEOUT_S: Final = 15


class EntryKind(StrEnum):
    """What an entry is."""

    TOP_UP = "top_up"
    CHARGE = "charge"
    VOID = "void"
    CORRECTION = "correction"
    FEE = "fee"
    HOLD = "hold"
    RELEASE = "release"


class EntryRefused(ValueError):
    """The entry was not made; the message says why, and what would be right."""


@dataclass(frozen=True, slots=True)
class NewEntry:
    """What is to be entered.

    Attributes:
        amount: what the balance changes by; 0 for hold and release.
        key: the same entry has the same one.
    """

    account: CreditAccount
    kind: EntryKind
    amount: Decimal
    reason: str
    by: str
    key: str

    @property
    def on_hold(self) -> bool | None:
        """Whether the account is on hold after it; None: as before."""
        return {EntryKind.HOLD: True, EntryKind.RELEASE: False}.get(self.kind)


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as it stands in the books.

    Attributes:
        number: the receipt number: 1, 2, 3 … in each account.
        balance: after it.
        called, billed_s: of a charge the number called and the seconds of all started steps.
    """

    account: CreditAccount
    number: int
    kind: EntryKind
    amount: Decimal
    balance: Decimal
    on_hold: bool
    reason: str
    by: str
    key: str
    call_id: str
    at: Instant
    called: str = ""
    billed_s: int = 0

    @property
    def left(self) -> Balance:
        """The account after it, as Redis is told of it."""
        return Balance(self.account, self.number, units_of(self.balance), self.on_hold)


@dataclass(frozen=True, slots=True)
class Booked:
    """What Redis has to know after charges were entered: the balance, and legs whose charges are in it."""

    balance: Balance
    legs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """An entry that does not follow on the one before, or an account that is not where its last entry is."""

    account: CreditAccount
    number: int
    fault: str


def enter_charges(connection: Connection[Any], records: Mapping[str, str]) -> list[Booked]:
    """Enter what the charges of these records' legs have changed, in the transaction that wrote them, as its last step.

    Args:
        records: as parameters of a query: `records`, a JSON array.

    Raises:
        psycopg.Error: Postgres did not take it.
    """
    changes = _rows(connection, "charge_changes", records)
    if not changes:
        return []
    accounts = sorted({_account(row) for row in changes})
    balances = _locked(connection, accounts)
    entries = [{**row, "entered_by": OURSELVES} for row in changes if not row["is_entered"] and row["amount"]]
    balances |= {entry.account: entry.left for entry in _enter(connection, entries)}
    legs: defaultdict[CreditAccount, dict[str, None]] = defaultdict(dict)
    for row in changes:
        legs[_account(row)][row["leg_id"]] = None
    return [Booked(balances[account], tuple(legs[account])) for account in accounts]


def enter(connection: Connection[Any], new: NewEntry) -> Entry:
    """Enter something, once. What stands there with this key is returned, if it is the same.

    Raises:
        EntryRefused: something else was entered with this key, or the balance would be too large.
        psycopg.Error: Postgres did not take it.
    """
    row = {
        **new.account._asdict(),
        "account": new.account.name,
        "kind": new.kind,
        "amount": new.amount,
        "on_hold": new.on_hold,
        "reason": new.reason,
        "entered_by": new.by,
        "key": new.key,
        "call_id": "",
        "switch": "",
        "leg_id": "",
    }
    try:
        with transaction(connection, statement_timeout=ENTER_TIMEOUT_S * 1000):
            _locked(connection, [new.account])
            known = _rows(connection, "entry_with_key", row)
            return _same(new, _entry(new.account, known[0])) if known else _enter(connection, [row])[0]
    except psycopg.errors.CheckViolation as error:
        raise EntryRefused(says("the entry cannot stand in the books: %(why)s", why=said_by(error))) from error


def balance_of(connection: Connection[Any], account: CreditAccount) -> Balance:
    """The account as it is; one without entries is empty.

    Raises:
        psycopg.Error: Postgres does not answer.
    """
    found = _rows(connection, "account", _params(account))
    return _balance(found[0]) if found else Balance(account)


def balances_of(connection: Connection[Any], tenant: str) -> list[Balance]:
    """All accounts of a tenant.

    Raises:
        psycopg.Error: Postgres does not answer.
    """
    return [_balance(row) for row in _rows(connection, "accounts_of", {"tenant": tenant})]


def balances_after(connection: Connection[Any], after: CreditAccount | None, limit: int) -> list[Balance]:
    """Accounts of all tenants in the order of their keys, the next so many.

    Raises:
        psycopg.Error: Postgres does not answer.
    """
    begin = after or CreditAccount("", "", "")
    return [_balance(row) for row in _rows(connection, "accounts_after", {**_params(begin), "limit": limit})]


def entries_of(
    connection: Connection[Any], account: CreditAccount, since: Instant | None, until: Instant | None, limit: int
) -> list[Entry]:
    """What was entered in [since, until), in order.

    Raises:
        psycopg.Error: Postgres does not answer.
    """
    span = {"since": since and datetime_of(since), "until": until and datetime_of(until), "limit": limit}
    return [_entry(account, row) for row in _rows(connection, "entries", {**_params(account), **span})]


def latest_entries(
    connection: Connection[Any],
    account: CreditAccount,
    span: tuple[Instant | None, Instant | None],
    before: int | None,
    limit: int,
) -> list[Entry]:
    """What was entered in a span, the latest first; only entries with a number below `before`.

    Raises:
        psycopg.Error: Postgres does not answer.
    """
    since, until = (at and datetime_of(at) for at in span)
    given = {**_params(account), "since": since, "until": until, "before": before, "limit": limit}
    return [_entry(account, row) for row in _rows(connection, "latest_entries", given)]


def faults_of(connection: Connection[Any], tenant: str | None) -> list[Fault]:
    """Redo the running totals of a tenant's accounts, or of all: what does not add up.

    Raises:
        psycopg.Error: Postgres does not answer.
    """
    rows = _rows(connection, "account_faults", {"tenant": tenant})
    return [Fault(_account(row), row["number"], row["fault"]) for row in rows]


def booked_legs(connection: Connection[Any], tenant: str, legs: Sequence[str], since: date) -> list[str]:
    """Of these legs those that have a record of a call that arrived on this day or later.

    Raises:
        psycopg.Error: Postgres does not answer.
    """
    found = _rows(connection, "booked_legs", {"tenant": tenant, "legs": list(legs), "day": since})
    return [row["leg_id"] for row in found]


def _locked(connection: Connection[Any], accounts: Sequence[CreditAccount]) -> dict[CreditAccount, Balance]:
    """These accounts, in the order of their keys, each made where it is missing."""
    tenants, names, currencies = (list(part) for part in zip(*accounts, strict=True))
    params = {"tenants": tenants, "accounts": names, "currencies": currencies}
    connection.execute(query("open_accounts"), params)
    return {_account(row): _balance(row) for row in _rows(connection, "lock_accounts", params)}


def _enter(connection: Connection[Any], entries: Iterable[Mapping[str, Any]]) -> list[Entry]:
    given = [{**row, "n": n} for n, row in enumerate(entries)]
    if not given:
        return []
    found = _rows(connection, "enter", {"entries": orjson.dumps(given, default=_plain).decode()})
    return [_entry(_account(row), row) for row in found]


def _same(new: NewEntry, known: Entry) -> Entry:
    if (known.kind, known.amount, known.reason) == (new.kind, new.amount, new.reason):
        return known
    amount = f"{known.amount.normalize():f}"
    raise EntryRefused(
        says(
            "key %(key)s was given to entry %(number)s, %(kind)s of %(amount)s: %(reason)s; something else needs a key"
            " of its own",
            key=repr(new.key),
            number=known.number,
            kind=known.kind,
            amount=amount,
            reason=known.reason,
        )
    )


def _rows(connection: Connection[Any], name: str, params: Mapping[str, object]) -> list[dict[str, Any]]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query(name), params).fetchall()


def _params(account: CreditAccount) -> dict[str, object]:
    return {"tenant": account.tenant, "account": account.name, "currency": account.currency}


def _account(row: Mapping[str, Any]) -> CreditAccount:
    return CreditAccount(row["tenant"], row["account"], row["currency"])


def _balance(row: Mapping[str, Any]) -> Balance:
    return Balance(_account(row), row["entries"], units_of(row["balance"]), row["on_hold"])


def _entry(account: CreditAccount, row: Mapping[str, Any]) -> Entry:
    entered_at: datetime = row["entered_at"]
    return Entry(
        account=account,
        number=row["number"],
        kind=EntryKind(row["kind"]),
        amount=row["amount"],
        balance=row["balance"],
        on_hold=row["on_hold"],
        reason=row["reason"],
        by=row["entered_by"],
        key=row["key"],
        call_id=row["call_id"],
        at=instant_of(entered_at),
        called=row.get("called", ""),
        billed_s=row.get("billed_s", 0),
    )


def _plain(value: object) -> str:
    """Amounts as text, to the last digit."""
    if isinstance(value, Decimal):
        return format(value, "f")
    raise TypeError(f"{type(value).__name__} is no part of an entry")
