"""`callcontrol account top-up`, `correct`, `hold` and `release`: entries that a person makes, each with a receipt."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from callcontrol.commands.account_names import accounts_in, entry_told, in_words
from callcontrol.commands.arguments import configuration_or_exit
from callcontrol.commands.media_ledger import ledger_of, note, say
from callcontrol.commands.overriding import add_by, said_by
from callcontrol.config.settings import Settings
from callcontrol.edges import clock
from callcontrol.edges.ledger.accounts import Entry, enter
from callcontrol.edges.ledger.reader import NoLedger
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.usecases.accounts import ENTERED, WITH_AMOUNT, new_entry, tell_redis
from callcontrol.usecases.stores import live_state
from callcontrol.vocabulary.credit import Balance

# By verb: what is entered, in a sentence.
_WORDS: Final = {"top-up": "top-up of", "correct": "correction by", "hold": "on hold", "release": "released"}
VERBS: Final = tuple(ENTERED)
_HELPS: Final = ("money has come in", "a mistake is made good", "no new calls from now on", "new calls again")


def add(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`VERB TENANT ACCOUNT [AMOUNT] --why TEXT [--by NAME] [--key KEY]`."""
    for verb, text in zip(VERBS, _HELPS, strict=True):
        one = verbs.add_parser(verb, help=text)
        one.add_argument("tenant", metavar="TENANT")
        one.add_argument("account", metavar="ACCOUNT", help="tenant, or extension:101")
        if verb in WITH_AMOUNT:
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
    account = accounts_in(args, configuration).account(args.account)
    key = args.key or f"command/{clock.new_id()}"
    new = new_entry(account, args.verb, getattr(args, "amount", ""), args.why, said_by(args), key)
    with _named_key(new.key), ledger_of(configuration.settings) as connection:
        entry = enter(connection, new)
    say(args, entry_told(entry), _said(args.verb, entry))
    _tell_redis(configuration.settings, entry.left)
    return 0


@contextmanager
def _named_key(key: str) -> Iterator[None]:
    """Where the answer of Postgres did not come, it is not known whether the entry was made."""
    try:
        yield
    except NoLedger as error:
        raise NoLedger(f"{error}; to be sure, give the command again with --key {key}: it is entered once") from error


def _tell_redis(settings: Settings, balance: Balance) -> None:
    """The entry is made, whatever becomes of this: a worker tells Redis within minutes as well."""
    try:
        with live_state(settings) as pipeline:
            tell_redis(pipeline, balance)
    except LiveStateError as error:
        note(f"it is entered, and counts for calls within five minutes: Redis was not told: {error}")


def _said(verb: str, entry: Entry) -> str:
    """`receipt 12 of extension:101 in acme: top-up of 10.00 PLN by anna (command): cash; balance 12.50 PLN`."""
    currency = entry.account.currency
    amount = f" {in_words(entry.amount, currency)}" if entry.amount else ""
    balance = in_words(entry.balance, currency) + (", on hold" if entry.on_hold else "")
    place = f"{entry.account.name} in {entry.account.tenant}"
    return f"receipt {entry.number} of {place}: {_WORDS[verb]}{amount} by {entry.by}: {entry.reason}; balance {balance}"
