"""Accounts as commands name them, and how their amounts are written."""

from __future__ import annotations

import argparse
from decimal import Decimal

from callcontrol.daemon.configuration import Configuration
from callcontrol.edges.ledger.accounts import Entry
from callcontrol.usecases.accounts import Accounts
from callcontrol.vocabulary.credit import amount_of
from callcontrol.vocabulary.moment import text_of

# Digits that are always shown behind the dot.
USUAL_DECIMALS = 2


def accounts_in(args: argparse.Namespace, configuration: Configuration) -> Accounts:
    """The accounts of the tenant that is meant, in the currency that is given; raises NotThere: there is none such."""
    return Accounts(configuration, args.tenant, args.currency)


def entry_told(entry: Entry) -> dict[str, object]:
    """An entry for programs."""
    return {
        **entry.account._asdict(),
        "receipt": entry.number,
        "kind": entry.kind,
        "amount": entry.amount,
        "balance": entry.balance,
        "on_hold": entry.on_hold,
        "why": entry.reason,
        "by": entry.by,
        "key": entry.key,
        "at": text_of(entry.at),
    }


def in_words(amount: Decimal | int, currency: str) -> str:
    """`12.50 PLN`; with all decimals that are not 0. Whole numbers are units of credit."""
    exact = amount if isinstance(amount, Decimal) else amount_of(amount)
    whole, _, decimals = format(exact, "f").partition(".")
    return f"{whole}.{decimals.rstrip('0').ljust(USUAL_DECIMALS, '0')} {currency}"
