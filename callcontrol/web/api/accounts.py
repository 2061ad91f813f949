"""`/accounts`: credit accounts, their entries, top-ups and corrections; `/bundles`: what is used and left of them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from callcontrol.edges.ledger.accounts import Entry, enter, latest_entries
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.usecases.accounts import (
    LONGEST_REASON,
    AccountNow,
    Accounts,
    live_accounts,
    new_entry,
    tell_redis,
)
from callcontrol.usecases.bundles import BundleNow, bundles_now, month_of, reserved_of, uses_now
from callcontrol.usecases.moments import moment_given
from callcontrol.usecases.refusals import NotThere
from callcontrol.usecases.seen_calls import masked
from callcontrol.vocabulary.credit import Balance, CreditAccount, LiveAccount, amount_of
from callcontrol.vocabulary.moment import text_of
from callcontrol.vocabulary.money import plain
from callcontrol.vocabulary.rights import Kind, Thing, Verb, may
from callcontrol.vocabulary.sentence import says
from callcontrol.vocabulary.target import extension_in
from callcontrol.web.operations import Answer, Asked, Audit, Common, Given, Operation, Told

PAGE: Final = 100
MOST: Final = 1_000


class AccountsGiven(Common):
    """In which currency."""

    currency: str = Field(default="", max_length=3, description="default: that of the tenant's price list")


class EntriesSpan(AccountsGiven):
    """Entered when."""

    since: str = Field(default="", max_length=40, description="ISO day or time, on the tenant's clocks")
    until: str = Field(default="", max_length=40, description="before this ISO day or time")


class EntriesGiven(EntriesSpan):
    """Which page of them."""

    before: int | None = Field(default=None, ge=1, description="only entries with a lower number: `next` of a page")
    limit: int = Field(default=PAGE, ge=1, le=MOST)


class EntryGiven(Given):
    """An entry that a person makes."""

    kind: Literal["top-up", "correct", "hold", "release"]
    amount: str = Field(default="", max_length=40, description="such as 50.00, without VAT; none for hold and release")
    why: str = Field(min_length=1, max_length=LONGEST_REASON, description="as it is to stand in the books")
    currency: str = Field(default="", max_length=3)


class AccountTold(Told):
    """How an account stands; amounts as text. Null: `limit`: it is not used now; the others: it is not known."""

    account: str
    currency: str
    balance: str
    entries: int
    on_hold: bool
    limit: str | None
    calls: int | None
    reserved: str | None
    unbooked: str | None
    left: str | None


class AccountsTold(Told):
    """The accounts; `reserved_known` false: Redis is away, so what running calls have reserved is not known."""

    reserved_known: bool
    accounts: list[AccountTold]


class EntryTold(Told):
    """An entry; `receipt` counts without a gap in each account."""

    receipt: int
    at: str
    kind: str
    amount: str
    balance: str
    currency: str
    on_hold: bool
    why: str
    by: str
    call: str
    called: str
    billed_s: int


class EntriesTold(Told):
    """Entries, the latest first."""

    zone: str
    account: AccountTold
    entries: list[EntryTold]
    next: int | None


class BundleTold(Told):
    """What is used of a bundle; null: `size`, `left`: a discount, or not configured now; `reserved`: not known."""

    name: str
    holder: str
    month: str
    size: str | None
    unit: str
    used: str
    reserved: str | None
    left: str | None
    carried_over: bool
    ends: str


class BundlesTold(Told):
    """Bundles of this month, and of earlier ones of which something may be used still."""

    month: str
    reserved_known: bool
    bundles: list[BundleTold]


COLUMNS: Final = tuple(EntryTold.model_fields)


def accounts_told(asked: Asked) -> AccountsTold:
    """The accounts that the person may see."""
    accounts = Accounts(asked.services.configuration, asked.tenant, asked.given.currency)
    with asked.services.people(asked.tenant) as connection:
        found = {one: balance for one, balance in accounts.balances(connection).items() if _sees(asked, one)}
    live, is_known = _live(asked, list(found))
    told = [_account(accounts.now(balance, live.get(account))) for account, balance in found.items()]
    return AccountsTold(reserved_known=is_known, accounts=told)


def _sees(asked: Asked, account: CreditAccount, verb: Verb = Verb.SEE) -> bool:
    thing = Thing(asked.tenant, extension=extension_in(account.name) or "")
    return may(asked.person, verb, Kind.ACCOUNTS, thing)


def _live(asked: Asked, accounts: list[CreditAccount]) -> tuple[Mapping[CreditAccount, LiveAccount], bool]:
    try:
        return live_accounts(asked.services.pipeline, accounts), True
    except LiveStateError:
        return {}, False


def _account(now: AccountNow) -> AccountTold:
    balance, known = now.balance, now.live is not None
    return AccountTold(
        account=balance.account.name,
        currency=balance.account.currency,
        balance=plain(amount_of(balance.units)),
        entries=balance.entry,
        on_hold=balance.on_hold,
        limit=None if now.limit is None else plain(now.limit),
        calls=None if now.live is None else len(now.live.reserved),
        reserved=plain(amount_of(now.reserved)) if known else None,
        unbooked=plain(amount_of(now.unbooked)) if known else None,
        left=plain(amount_of(now.left)) if known else None,
    )


def _list(asked: Asked) -> Answer:
    return Answer(accounts_told(asked))


def account_of(asked: Asked, currency: str, verb: Verb = Verb.SEE) -> tuple[Accounts, CreditAccount]:
    """The account of the address; what the person may not see is not there."""
    accounts = Accounts(asked.services.configuration, asked.tenant, currency)
    account = accounts.account(asked.path["account"])
    if not _sees(asked, account):
        raise NotThere(says("there is no account %(name)s", name=account.name), "account")
    if not _sees(asked, account, verb):
        raise PermissionError(account.name)
    return accounts, account


def entries_told(asked: Asked) -> EntriesTold:
    """A page of entries, the latest first."""
    given = asked.given
    accounts, account = account_of(asked, given.currency)
    zone = asked.services.configuration.zone_of(asked.tenant)
    span = moment_given("since", given.since, zone), moment_given("until", given.until, zone)
    with asked.services.people(asked.tenant) as connection:
        balances = accounts.balances(connection)
        found = latest_entries(connection, account, span, given.before, given.limit + 1)
    live, _ = _live(asked, [account])
    rows, behind = found[: given.limit], found[given.limit :]
    now = accounts.now(balances.get(account, Balance(account)), live.get(account))
    return EntriesTold(
        zone=zone.key,
        account=_account(now),
        entries=[_entry(asked, entry, zone) for entry in rows],
        next=rows[-1].number if behind else None,
    )


def _entry(asked: Asked, entry: Entry, zone: ZoneInfo) -> EntryTold:
    whole = may(asked.person, Verb.SEE, Kind.NUMBERS, Thing(asked.tenant, extension_in(entry.account.name) or ""))
    return EntryTold(
        receipt=entry.number,
        at=text_of(entry.at, zone),
        kind=entry.kind.value,
        amount=plain(entry.amount),
        balance=plain(entry.balance),
        currency=entry.account.currency,
        on_hold=entry.on_hold,
        why=entry.reason if whole else masked(entry.reason),
        by=entry.by,
        call=entry.call_id,
        called=entry.called if whole else masked(entry.called),
        billed_s=entry.billed_s,
    )


def _entries(asked: Asked) -> Answer:
    return Answer(entries_told(asked))


def entries_as_csv(asked: Asked) -> Answer:
    """All entries of the span."""
    _, account = account_of(asked, asked.given.currency)
    name = f"{asked.tenant}-{account.name.replace(':', '-')}-{account.currency}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Answer(_lines(asked), headers=headers, content_type="text/csv; charset=utf-8")


def _lines(asked: Asked) -> Iterator[bytes]:
    """Every entry of the span, however many there are; the latest first, as in pages."""
    yield _line(COLUMNS)
    given, before = asked.given, None
    while True:
        page = EntriesGiven(**given.model_dump() | {"before": before, "limit": MOST})
        told = entries_told(asked.with_given(page))
        yield b"".join(_line(str(value) for value in entry.model_dump().values()) for entry in told.entries)
        if told.next is None:
            return
        before = told.next


def _line(row: Any) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(row)
    return text.getvalue().encode()


def entered(asked: Asked) -> tuple[EntryTold, Audit]:
    """What the person enters, and its audit. Redis is told as well; where it is away, a worker does within minutes."""
    body = asked.body
    _, account = account_of(asked, body.currency, Verb.CHANGE)
    by = f"{asked.doer.who} ({asked.doer.through})"
    key = f"{asked.doer.through}/{asked.person.user_id}/{asked.key}"
    new = new_entry(account, body.kind, body.amount, body.why, by, key)
    with asked.services.own_ledger() as connection:
        entry = enter(connection, new)
    with suppress(LiveStateError):
        tell_redis(asked.services.pipeline, entry.left)
    told = _entry(asked, entry, asked.services.configuration.zone_of(asked.tenant))
    after = {"receipt": entry.number, "amount": told.amount, "why": told.why}
    return told, (f"account: {body.kind}", f"account {account.name}", None, after)


def _enter(asked: Asked) -> Answer:
    told, audit = entered(asked)
    return Answer(told, 201, audit=audit)


def bundles_told(asked: Asked) -> BundlesTold:
    """Bundles of holders that the person may see."""
    services = asked.services
    tenant = services.tenant(asked.tenant)
    month = month_of(tenant, services.now())
    with services.people(asked.tenant) as connection:
        uses = [
            (counter, used)
            for counter, used in uses_now(connection, asked.tenant, tenant, month)
            if may(asked.person, Verb.SEE, Kind.ACCOUNTS, Thing(asked.tenant, extension_in(counter.holder) or ""))
        ]
    try:
        reserved, is_known = reserved_of(services.pipeline, tenant, uses), True
    except LiveStateError:
        reserved, is_known = {}, False
    told = [_bundle(one) for one in bundles_now(tenant, uses, reserved, month)]
    return BundlesTold(month=month, reserved_known=is_known, bundles=told)


def _bundle(one: BundleNow) -> BundleTold:
    amounts = {name: getattr(one, name) for name in ("size", "reserved", "left")}
    return BundleTold(
        name=one.counter.name,
        holder=one.counter.holder,
        month=one.counter.month,
        unit=one.unit,
        used=plain(one.used),
        carried_over=one.is_carried,
        ends=one.ends,
        **{name: None if amount is None else plain(amount) for name, amount in amounts.items()},
    )


def _bundles(asked: Asked) -> Answer:
    return Answer(bundles_told(asked))


_SEE: Final = (Verb.SEE, Kind.ACCOUNTS)
_ENTRIES: Final = "/accounts/{account}/entries"
OPERATIONS: Final = (
    Operation(
        "list_accounts", "GET", "/accounts", "Balances, and what is left", _SEE, _list, AccountsTold, AccountsGiven
    ),
    Operation("list_entries", "GET", _ENTRIES, "Entries, the latest first", _SEE, _entries, EntriesTold, EntriesGiven),
    Operation(
        "entries_as_csv",
        "GET",
        f"{_ENTRIES}.csv",
        "All entries of the span, as CSV",
        _SEE,
        entries_as_csv,
        None,
        EntriesSpan,
        content_type="text/csv",
    ),
    Operation(
        "enter",
        "POST",
        _ENTRIES,
        "A top-up, a correction; no new calls, and new calls again. Entered once for each key",
        (Verb.CHANGE, Kind.ACCOUNTS),
        _enter,
        EntryTold,
        body=EntryGiven,
        status=201,
    ),
    Operation("list_bundles", "GET", "/bundles", "What is used of bundles, and left", _SEE, _bundles, BundlesTold),
)
