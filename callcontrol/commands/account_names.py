"""Accounts as commands name them, and how their amounts are written."""

from __future__ import annotations

import argparse
from decimal import Decimal

from callcontrol.config.credit_accounts import TENANT_ACCOUNT
from callcontrol.config.settings import Tenant
from callcontrol.daemon.configuration import Configuration
from callcontrol.edges.ledger.accounts import Entry
from callcontrol.usecases.names import unknown
from callcontrol.vocabulary.credit import CreditAccount, amount_of
from callcontrol.vocabulary.moment import text_of
from callcontrol.vocabulary.target import ExtensionTarget
from callcontrol.vocabulary.target import text_of as target_text

# Digits that are always shown behind the dot.
USUAL_DECIMALS = 2


def account_in(args: argparse.Namespace, configuration: Configuration) -> CreditAccount:
    """The account that is meant: of an extension whose own it may be, whatever is configured now.

    Raises:
        ValueError: there is no such tenant or extension, or no currency is known.
    """
    tenant = tenant_in(args, configuration)
    names = [TENANT_ACCOUNT, *(target_text(ExtensionTarget(name)) for name in tenant.extensions)]
    if args.account not in names:
        raise ValueError(unknown("account", args.account, names))
    return CreditAccount(args.tenant, args.account, currency_in(args, configuration, args.account))


def tenant_in(args: argparse.Namespace, configuration: Configuration) -> Tenant:
    """Raises ValueError: there is no such tenant."""
    tenants = configuration.settings.tenants
    if args.tenant not in tenants:
        raise ValueError(unknown("tenant", args.tenant, tenants))
    return tenants[args.tenant]


def currency_in(args: argparse.Namespace, configuration: Configuration, payer: str = "") -> str:
    """The currency that is given, else that of the list by which this payer's legs are priced; "": the tenant's.

    Raises:
        ValueError: the tenant has no price list, and no currency is given.
    """
    if args.currency:
        return str(args.currency)
    prices = configuration.price_books.get(args.tenant)
    if prices is None:
        raise ValueError(f"tenant {args.tenant} has no price list to tell the currency: write --currency, such as PLN")
    return prices.of_payer(payer).currency


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
