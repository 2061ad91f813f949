"""`callcontrol account top-up`, `correct`, `hold` and `release`: entries that a person makes, each with a receipt."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Final

from gevent.event import AsyncResult

from callcontrol.commands.account_names import account_in, entry_told, in_words
from callcontrol.commands.arguments import configuration_or_exit
from callcontrol.commands.media_ledger import ledger_of, note, say
from callcontrol.commands.overriding import add_by, said_by
from callcontrol.config.settings import Settings
from callcontrol.edges import clock
from callcontrol.edges.ledger.accounts import Entry, EntryKind, NewEntry, enter
from callcontrol.edges.ledger.reader import NoLedger
from callcontrol.edges.live_state.credit import CreditStore
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.usecases.stores import live_state
from callcontrol.vocabulary.credit import DECIMALS, Balance, CreditAccount, units_of
from callcontrol.vocabulary.money import decimal_from

ANSWER_S: Final = 5.0
_LONGEST: Final = 200

# By verb: what is entered, and what it is called in a sentence.
_KINDS: Final = {
    "top-up": (EntryKind.TOP_UP, "top-up of"),
    "correct": (EntryKind.CORRECTION, "correction by"),
    "hold": (EntryKind.HOLD, "on hold"),
    "release": (EntryKind.RELEASE, "released"),
}
VERBS: Final = tuple(_KINDS)
_HELPS: Final = ("money has come in", "a mistake is made good", "no new calls from now on", "new calls again")


def add(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`VERB TENANT ACCOUNT [AMOUNT] --why TEXT [--by NAME] [--key KEY]`."""
    for verb, text in zip(VERBS, _HELPS, strict=True):
        one = verbs.add_parser(verb, help=text)
        one.add_argument("tenant", metavar="TENANT")
        one.add_argument("account", metavar="ACCOUNT", help="tenant, or extension:101")
        if verb in ("top-up", "correct"):
            one.add_argument("amount", metavar="AMOUNT", help="such as 50.00, without VAT")
        one.add_argument("--why", required=True, metavar="TEXT", help="the reason, as it is to stand in the books")
        add_by(one)
        one.add_argument(
            "--key",
            default="",
            help="the same entry has the same key, however often the command is given: entered once",
        )


def run(args: argparse.Namespace) -> int:
    """Enter it, print the receipt, and tell Redis."""
    configuration = configuration_or_exit(args.config)
    new = _new_entry(args, account_in(args, configuration))
    with _named_key(new.key), ledger_of(configuration.settings) as connection:
        entry = enter(connection, new)
    say(args, entry_told(entry), _said(args.verb, entry))
    _tell_redis(configuration.settings, entry.left)
    return 0


def _new_entry(args: argparse.Namespace, account: CreditAccount) -> NewEntry:
    """Raises ValueError: the amount or the reason is none."""
    kind, _ = _KINDS[args.verb]
    why = " ".join(args.why.split())
    if not 0 < len(why) <= _LONGEST:
        raise ValueError(f"--why {args.why!r}: write a reason of at most {_LONGEST} characters")
    amount = _amount(args.amount, kind) if hasattr(args, "amount") else Decimal(0)
    return NewEntry(account, kind, amount, why, said_by(args), args.key or f"command/{clock.new_id()}")


def _amount(text: str, kind: EntryKind) -> Decimal:
    amount = decimal_from(text)
    exponent = amount.as_tuple().exponent
    if not amount or not isinstance(exponent, int) or exponent < -DECIMALS:
        raise ValueError(f"{text} is no amount to enter: write one other than 0, with {DECIMALS} decimals at most")
    if kind is EntryKind.TOP_UP and amount < 0:
        raise ValueError(f"{text} takes money from the account: that is `callcontrol account correct`")
    units_of(amount)
    return amount


@contextmanager
def _named_key(key: str) -> Iterator[None]:
    """Where the answer of Postgres did not come, it is not known whether the entry was made."""
    try:
        yield
    except NoLedger as error:
        raise NoLedger(f"{error}; to be sure, give the command again with --key {key}: it is entered once") from error


def _tell_redis(settings: Settings, balance: Balance) -> None:
    """The entry is made, whatever becomes of this: a worker tells Redis within minutes as well."""
    answer: AsyncResult = AsyncResult()
    try:
        with live_state(settings) as pipeline:
            store = CreditStore(pipeline, lambda account, on_balance: on_balance(None))
            store.book(balance, on_booked=lambda booking, trouble: answer.set(trouble))
            trouble = answer.get(timeout=ANSWER_S)
        if trouble is not None:
            raise trouble
    except LiveStateError as error:
        note(f"it is entered, and counts for calls within five minutes: Redis was not told: {error}")


def _said(verb: str, entry: Entry) -> str:
    """`receipt 12 of extension:101 in acme: top-up of 10.00 PLN by anna (command): cash; balance 12.50 PLN`."""
    _, words = _KINDS[verb]
    currency = entry.account.currency
    amount = f" {in_words(entry.amount, currency)}" if entry.amount else ""
    balance = in_words(entry.balance, currency) + (", on hold" if entry.on_hold else "")
    place = f"{entry.account.name} in {entry.account.tenant}"
    return f"receipt {entry.number} of {place}: {words}{amount} by {entry.by}: {entry.reason}; balance {balance}"
