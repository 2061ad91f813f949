"""`callcontrol account show`, `statement` and `check`: where accounts stand, what was entered, whether it adds up."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from callcontrol.commands.account_names import accounts_in, entry_told, in_words
from callcontrol.commands.arguments import configuration_or_exit
from callcontrol.commands.media_ledger import ledger_of, note, say
from callcontrol.config.settings import Settings
from callcontrol.edges.ledger.accounts import Entry, entries_of, faults_of
from callcontrol.edges.ledger.allowances import counter_faults
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.usecases.accounts import AccountNow, live_accounts
from callcontrol.usecases.names import unknown
from callcontrol.usecases.stores import live_state
from callcontrol.vocabulary.credit import Balance, CreditAccount, LiveAccount, amount_of
from callcontrol.vocabulary.moment import Instant, instant_from, text_of
from callcontrol.vocabulary.money import plain

MAX_ENTRIES = 10_000
FAULTS = 1


def add(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`show TENANT [ACCOUNT]`, `statement TENANT ACCOUNT [--since TIME] [--until TIME]`, `check [TENANT]`."""
    showing = verbs.add_parser("show", help="balances, what is reserved, what is left")
    showing.add_argument("tenant", metavar="TENANT")
    showing.add_argument("account", metavar="ACCOUNT", nargs="?", default="", help="only this one")
    stating = verbs.add_parser("statement", help="every entry, in order")
    stating.add_argument("tenant", metavar="TENANT")
    stating.add_argument("account", metavar="ACCOUNT", help="tenant, or extension:101")
    for name in ("since", "until"):
        stating.add_argument(f"--{name}", default="", metavar="TIME", help="ISO day or time in the tenant's zone")
    stating.add_argument("--limit", type=int, default=MAX_ENTRIES, help="the largest number of entries shown")
    checking = verbs.add_parser("check", help="redo all running totals")
    checking.add_argument("tenant", metavar="TENANT", nargs="?", default=None)


def show(args: argparse.Namespace) -> int:
    """The tenant's accounts: those configured, and those with entries."""
    configuration = configuration_or_exit(args.config)
    accounts = accounts_in(args, configuration)
    with ledger_of(configuration.settings) as connection:
        balances = accounts.balances(connection)
    if args.account:
        wanted = accounts.account(args.account)
        balances = {wanted: balances.get(wanted, Balance(wanted))}
    live = _live(configuration.settings, list(balances))
    for account, balance in balances.items():
        now = accounts.now(balance, live.get(account))
        say(args, _told(now), _said(now))
    if not balances:
        note(f"tenant {args.tenant} has no account: `credit: {{kind: prepaid}}` gives it one")
    return 0


def statement(args: argparse.Namespace) -> int:
    """Every entry; 1 where the running total does not add up."""
    configuration = configuration_or_exit(args.config)
    accounts = accounts_in(args, configuration)
    account, zone = accounts.account(args.account), ZoneInfo(accounts.tenant.zone)
    since, until = (_moment(text, zone) for text in (args.since, args.until))
    with ledger_of(configuration.settings) as connection:
        entries = entries_of(connection, account, since, until, args.limit)
        faults = [one for one in faults_of(connection, args.tenant) if one.account == account]
    for entry in entries:
        say(args, _entry_told(entry), _entry_said(entry, zone))
    if not entries:
        note(f"nothing was entered into {account}")
    for fault in faults:
        note(f"entry {fault.number} {fault.fault}")
    return FAULTS if faults else 0


def check(args: argparse.Namespace) -> int:
    """Redo them; 1 where one does not add up."""
    configuration = configuration_or_exit(args.config)
    tenants = configuration.settings.tenants
    if args.tenant is not None and args.tenant not in tenants:
        raise ValueError(unknown("tenant", args.tenant, tenants))
    with ledger_of(configuration.settings) as connection:
        faults, counters = faults_of(connection, args.tenant), counter_faults(connection, args.tenant)
    for counter in counters:
        what = f"has {plain(counter.used)} used, where charges have used {plain(counter.summed)}"
        say(args, {**counter.counter._asdict(), "fault": what}, f"the {counter.counter} {what}")
    for one in faults:
        told = {**one.account._asdict(), "entry": one.number, "fault": one.fault}
        say(args, told, f"{one.account}: entry {one.number} {one.fault}")
    if not faults and not counters:
        note("all running totals and counters add up")
    return FAULTS if faults or counters else 0


def _live(settings: Settings, accounts: list[CreditAccount]) -> Mapping[CreditAccount, LiveAccount]:
    """What Redis has of them; without Redis nothing, which is said."""
    try:
        with live_state(settings) as pipeline:
            return live_accounts(pipeline, accounts)
    except LiveStateError as error:
        note(f"what is reserved is not known: {error}")
    return {}


def _told(now: AccountNow) -> dict[str, object]:
    balance = now.balance
    told: dict[str, object] = {
        **balance.account._asdict(),
        "balance": amount_of(balance.units),
        "entries": balance.entry,
        "on_hold": balance.on_hold,
        "limit": now.limit,
    }
    if now.live is not None:
        told["reserved"] = amount_of(now.reserved)
        told["unbooked"] = amount_of(now.unbooked)
        told["calls"] = len(now.live.reserved)
        told["left"] = amount_of(now.left)
    return told


def _said(now: AccountNow) -> str:
    """`extension:101: 12.50 PLN after 3 entries; 2 calls have reserved 0.60 PLN, 11.90 PLN are left`."""
    balance, limit, live = now.balance, now.limit, now.live
    currency = balance.account.currency
    said = [f"{balance.account.name}: {in_words(balance.units, currency)} after {balance.entry} entries"]
    said += ["on hold: no new calls"] if balance.on_hold else []
    said += [f"may go down to -{in_words(limit, currency)}"] if limit else []
    said += ["not used now: no such account is configured"] if limit is None else []
    if live is not None:
        said.append(f"{len(live.reserved)} calls have reserved {in_words(now.reserved, currency)}")
        if live.unbooked:
            said.append(f"{len(live.unbooked)} have just ended and cost {in_words(now.unbooked, currency)}")
        said.append(f"{in_words(now.left, currency)} are left")
    return "; ".join(said)


def _moment(text: str, zone: ZoneInfo) -> Instant | None:
    return instant_from(text, zone) if text else None


def _entry_told(entry: Entry) -> dict[str, object]:
    return entry_told(entry) | {"call": entry.call_id, "called": entry.called, "billed_s": entry.billed_s}


def _entry_said(entry: Entry, zone: ZoneInfo) -> str:
    """`3  2026-11-30T10:15:00+01:00  charge  -0.58 PLN  11.92 PLN  Poland mobile +48600700800, 120 s (callcontrol)`."""
    currency = entry.account.currency
    called = f" {entry.called}, {entry.billed_s} s" if entry.called else ""
    amounts = in_words(entry.amount, currency), in_words(entry.balance, currency)
    return "  ".join(
        (str(entry.number), text_of(entry.at, zone), entry.kind, *amounts, f"{entry.reason}{called} ({entry.by})")
    )
