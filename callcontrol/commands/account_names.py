"""Accounts as commands name them, and how their amounts are written."""

from __future__ import annotations

import argparse
from decimal import Decimal

from callcontrol.commands.names import unknown
from callcontrol.config.credit_accounts import TENANT_ACCOUNT
from callcontrol.config.settings import Tenant
from callcontrol.daemon.configuration import Configuration
from callcontrol.vocabulary.credit import CreditAccount, amount_of
from callcontrol.vocabulary.target import ExtensionTarget, text_of

# Digits that are always shown behind the dot.
USUAL_DECIMALS = 2


def account_in(args: argparse.Namespace, configuration: Configuration) -> CreditAccount:
    """The account that is meant: of an extension whose own it may be, whatever is configured now.

    Raises:
        ValueError: there is no such tenant or extension, or no currency is known.
    """
    tenant = tenant_in(args, configuration)
    names = [TENANT_ACCOUNT, *(text_of(ExtensionTarget(name)) for name in tenant.extensions)]
    if args.account not in names:
        raise ValueError(unknown("account", args.account, names))
    return CreditAccount(args.tenant, args.account, currency_in(args, configuration))


def tenant_in(args: argparse.Namespace, configuration: Configuration) -> Tenant:
    """Raises ValueError: there is no such tenant."""
    tenants = configuration.settings.tenants
    if args.tenant not in tenants:
        raise ValueError(unknown("tenant", args.tenant, tenants))
    return tenants[args.tenant]


def currency_in(args: argparse.Namespace, configuration: Configuration) -> str:
    """Raises ValueError: the tenant has no price list, and no currency is given."""
    if args.currency:
        return str(args.currency)
    tariff = configuration.tariffs.get(args.tenant)
    if tariff is None:
        raise ValueError(f"tenant {args.tenant} has no price list to tell the currency: write --currency, such as PLN")
    return tariff.currency


def in_words(amount: Decimal | int, currency: str) -> str:
    """`12.50 PLN`; with all decimals that are not 0. Whole numbers are units of credit."""
    exact = amount if isinstance(amount, Decimal) else amount_of(amount)
    whole, _, decimals = format(exact, "f").partition(".")
    return f"{whole}.{decimals.rstrip('0').ljust(USUAL_DECIMALS, '0')} {currency}"
