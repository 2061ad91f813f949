"""Credit accounts of a tenant: where they stand, what was entered, and entries that a person makes.

The command `callcontrol account`, the API and the panel ask here, and so tell the same amounts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from gevent.event import AsyncResult

from callcontrol.config.credit_accounts import TENANT_ACCOUNT, account_of
from callcontrol.config.credit_settings import CreditKind
from callcontrol.config.settings import Tenant
from callcontrol.daemon.configuration import Configuration
from callcontrol.edges.ledger.accounts import EntryKind, NewEntry, balances_of
from callcontrol.edges.ledger.session import DictConnection
from callcontrol.edges.live_state.credit import CreditStore
from callcontrol.edges.live_state.pipeline import RedisPipeline
from callcontrol.usecases.names import unknown
from callcontrol.usecases.refusals import NotThere, Refused
from callcontrol.vocabulary.credit import DECIMALS, AmountTooLarge, Balance, CreditAccount, LiveAccount, units_of
from callcontrol.vocabulary.money import BadMoney, decimal_from
from callcontrol.vocabulary.sentence import says
from callcontrol.vocabulary.target import ExtensionTarget
from callcontrol.vocabulary.target import text_of as target_text

LONGEST_REASON: Final = 200
ANSWER_S: Final = 5.0
# What a person enters, by its word in commands and in the API.
ENTERED: Final[Mapping[str, EntryKind]] = {
    "top-up": EntryKind.TOP_UP,
    "correct": EntryKind.CORRECTION,
    "hold": EntryKind.HOLD,
    "release": EntryKind.RELEASE,
}
WITH_AMOUNT: Final = ("top-up", "correct")


@dataclass(frozen=True, slots=True)
class AccountNow:
    """How an account stands.

    Attributes:
        limit: how far the balance may go below 0; None: nothing asks for this account now.
        live: what running calls have reserved of it; None: it is not known.
    """

    balance: Balance
    limit: Decimal | None
    live: LiveAccount | None

    @property
    def reserved(self) -> int:
        """Units that running calls have reserved."""
        return 0 if self.live is None else sum(self.live.reserved.values())

    @property
    def unbooked(self) -> int:
        """Units that calls have cost which have just ended."""
        return 0 if self.live is None else sum(one.units for one in self.live.unbooked.values())

    @property
    def left(self) -> int:
        """Units that are left for further calls, the limit among them."""
        return self.balance.units - self.reserved - self.unbooked + int((self.limit or Decimal(0)).scaleb(DECIMALS))


class Accounts:
    """The accounts of one tenant.

    Args:
        currency: of what is asked for; "": that of the tenant's price list.
    """

    def __init__(self, configuration: Configuration, tenant: str, currency: str = "") -> None:
        """Raises: NotThere: there is no such tenant."""
        tenants = configuration.settings.tenants
        if tenant not in tenants:
            raise NotThere(unknown("tenant", tenant, tenants), "tenant")
        self._configuration, self._name, self._currency = configuration, tenant, currency
        self.tenant: Tenant = tenants[tenant]

    def account(self, name: str) -> CreditAccount:
        """The account that is meant: of an extension whose own it may be, whatever is configured now.

        Raises:
            NotThere: there is no such extension.
            Refused: no currency is known.
        """
        names = [TENANT_ACCOUNT, *(target_text(ExtensionTarget(one)) for one in self.tenant.extensions)]
        if name not in names:
            raise NotThere(unknown("account", name, names), "account")
        return CreditAccount(self._name, name, self._currency_of(name))

    def balances(self, connection: DictConnection) -> dict[CreditAccount, Balance]:
        """All accounts: those configured, and those with entries."""
        found = {one.account: one for one in balances_of(connection, self._name)}
        for account in self._configured():
            found.setdefault(account, Balance(account))
        return dict(sorted(found.items()))

    def now(self, balance: Balance, live: LiveAccount | None) -> AccountNow:
        """How an account stands, with what Redis has of it."""
        return AccountNow(balance, self._limit(balance.account), live)

    def _configured(self) -> list[CreditAccount]:
        payers = ["tenant", *(target_text(ExtensionTarget(name)) for name in self.tenant.extensions)]
        names = {found[0] for payer in payers if (found := account_of(payer, self.tenant))}
        return [CreditAccount(self._name, name, self._currency_of(name)) for name in names]

    def _currency_of(self, payer: str) -> str:
        """The currency that is given, else that of the list by which this payer's legs are priced."""
        if self._currency:
            return self._currency
        prices = self._configuration.price_books.get(self._name)
        if prices is None:
            right = "write --currency, such as PLN"
            raise Refused(f"tenant {self._name} has no price list to tell the currency: {right}", "currency", right)
        return prices.of_payer(payer).currency

    def _limit(self, account: CreditAccount) -> Decimal | None:
        found = account_of(account.name, self.tenant)
        if found is None or found[0] != account.name or found[1].kind is CreditKind.NONE:
            return None
        return found[1].overdraft


def live_accounts(pipeline: RedisPipeline, accounts: Sequence[CreditAccount]) -> dict[CreditAccount, LiveAccount]:
    """What Redis has of these accounts.

    Raises:
        LiveStateError: Redis is away.
    """
    store = CreditStore(pipeline, lambda account, on_balance: on_balance(None))
    return {account: store.look(account) for account in accounts}


def new_entry(account: CreditAccount, what: str, amount: str, why: str, by: str, key: str) -> NewEntry:
    """What a person enters.

    Args:
        what: a word of ENTERED.
        amount: such as 50.00, of those WITH_AMOUNT.
        key: the same entry has the same one, and is entered once.

    Raises:
        Refused: the word, the amount or the reason is none.
    """
    if what not in ENTERED:
        raise Refused(unknown("kind of entry", what, ENTERED), "kind")
    reason = " ".join(why.split())
    if not 0 < len(reason) <= LONGEST_REASON:
        raise Refused(f"--why {why!r}: write a reason of at most {LONGEST_REASON} characters", "why")
    if what not in WITH_AMOUNT and amount:
        raise Refused(says("%(what)s changes no balance: leave the amount out", what=what), "amount")
    return NewEntry(account, ENTERED[what], _amount(amount, ENTERED[what]), reason, by, key)


def _amount(text: str, kind: EntryKind) -> Decimal:
    if kind in (EntryKind.HOLD, EntryKind.RELEASE):
        return Decimal(0)
    try:
        amount = decimal_from(text)
        units_of(amount)
    except (BadMoney, AmountTooLarge) as error:
        raise Refused(str(error), "amount") from error
    exponent = amount.as_tuple().exponent
    if not amount or not isinstance(exponent, int) or exponent < -DECIMALS:
        right = f"write one other than 0, with {DECIMALS} decimals at most"
        raise Refused(f"{text} is no amount to enter: {right}", "amount", right)
    if kind is EntryKind.TOP_UP and amount < 0:
        right = "that is `callcontrol account correct`"
        raise Refused(f"{text} takes money from the account: {right}", "amount", says("enter a correction"))
    return amount


def tell_redis(pipeline: RedisPipeline, balance: Balance) -> None:
    """An entry is made: its balance counts for the next call. A worker tells Redis within minutes as well.

    Raises:
        LiveStateError: Redis is away, or does not answer in time.
    """
    answer: AsyncResult = AsyncResult()
    store = CreditStore(pipeline, lambda account, on_balance: on_balance(None))
    store.book(balance, on_booked=lambda booking, trouble: answer.set(trouble))
    trouble = answer.get(timeout=ANSWER_S)
    if trouble is not None:
        raise trouble
