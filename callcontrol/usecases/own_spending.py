"""What a phone spends: its account where there is one, and how much is charged of each of its caps of money."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from zoneinfo import ZoneInfo

from callcontrol.config.credit_accounts import account_of
from callcontrol.daemon.configuration import Configuration
from callcontrol.edges.ledger.session import DictConnection
from callcontrol.edges.ledger.spending import spent
from callcontrol.edges.live_state.pipeline import RedisPipeline
from callcontrol.routing.outgoing.money_caps import used
from callcontrol.usecases.accounts import AccountNow, Accounts, live_accounts
from callcontrol.vocabulary.credit import Balance
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.spending import Payer, spans_at
from callcontrol.vocabulary.target import ExtensionTarget, text_of


@dataclass(frozen=True, slots=True)
class CapUsed:
    """A cap of money, and what is charged of it; what running calls cost comes on top."""

    name: str
    spent: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class PhoneSpending:
    """What a phone spends.

    Attributes:
        currency: of all amounts; "": nothing is priced here.
        account: the phone's own, with what running calls have reserved; None: it has none of its own.
    """

    currency: str
    account: AccountNow | None
    caps: tuple[CapUsed, ...]


def currency_of(configuration: Configuration, tenant: str, extension: str) -> str:
    """Of what an extension's calls cost; "": nothing is priced here."""
    book = configuration.price_books.get(tenant)
    return "" if book is None else book.currency_of(text_of(ExtensionTarget(extension)))


def spending_of(
    configuration: Configuration,
    tenant: str,
    extension: str,
    connection: DictConnection,
    redis: RedisPipeline,
    now: Instant,
) -> PhoneSpending:
    """Of an extension of a tenant, by the ledger's own connection.

    Raises:
        LiveStateError: Redis is away: what running calls have reserved is not known.
    """
    settings, book = configuration.settings.tenants[tenant], configuration.price_books.get(tenant)
    payer = text_of(ExtensionTarget(extension))
    if book is None:
        return PhoneSpending("", None, ())
    currency = book.currency_of(payer)
    who = Payer(tenant, payer)
    found = spent(connection, {who: spans_at(now, ZoneInfo(settings.zone))})[who]
    caps = tuple(CapUsed(one.cap.name, one.spent, one.cap.amount) for one in used(payer, settings, currency, found))
    return PhoneSpending(currency, _account(configuration, tenant, payer, connection, redis), caps)


def _account(
    configuration: Configuration, tenant: str, payer: str, connection: DictConnection, redis: RedisPipeline
) -> AccountNow | None:
    pays = account_of(payer, configuration.settings.tenants[tenant])
    if pays is None or pays[0] != payer:
        return None
    accounts = Accounts(configuration, tenant)
    account = accounts.account(payer)
    balance = accounts.balances(connection).get(account, Balance(account))
    return accounts.now(balance, live_accounts(redis, [account])[account])
