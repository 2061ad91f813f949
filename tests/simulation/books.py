"""The ledger's credit accounts in memory: entries of top-ups and charges, balances as their sums, and a final check."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Final

from callcontrol.billing.record import LegRecord, RatedRecord
from callcontrol.config.credit_accounts import account_of
from callcontrol.config.settings import Settings
from callcontrol.vocabulary.credit import Balance, CreditAccount, amount_of, units_of
from callcontrol.vocabulary.moment import Instant
from tests.simulation.broken import Broken
from tests.simulation.pipeline_twin import RedisHost

CURRENCY: Final = "PLN"
# The amount with which each account begins and that is added from time to time, so that calls end for want of credit.
TOP_UP: Final = Decimal("0.90")
TOP_UP_S: Final = 600.0
SWEEP_S: Final = 15.0


class Books:
    """All accounts of a run.

    Attributes:
        is_up: whether the ledger answers.
    """

    def __init__(self, redis: RedisHost, settings: Callable[[], Settings], now: Callable[[], Instant]) -> None:
        self.is_up: Callable[[], bool] = lambda: True
        self._redis = redis
        self._settings = settings
        self._now = now
        self._entries: defaultdict[CreditAccount, list[int]] = defaultdict(list)
        self._charged: dict[tuple[CreditAccount, str], int] = {}
        self.lowest: dict[CreditAccount, int] = {}
        self.legs: set[str] = set()

    def accounts(self) -> list[CreditAccount]:
        """The accounts of the configuration."""
        found = {
            CreditAccount(name, account[0], CURRENCY)
            for name, tenant in self._settings().tenants.items()
            for payer in ("tenant", *(f"extension:{one}" for one in tenant.extensions))
            if (account := account_of(payer, tenant)) is not None
        }
        return sorted(found)

    def top_up(self) -> None:
        """Add an amount to each account."""
        for account in self.accounts():
            self._enter(account, units_of(TOP_UP))
            self._tell(account, ())

    def enter(self, record: RatedRecord, leg: LegRecord) -> None:
        """Enter a leg's charge, in the transaction that writes it."""
        charge = next((one for one in record.charges if one.leg_id == leg.leg_id), None)
        tenant = self._settings().tenants.get(record.call.tenant)
        account = account_of(leg.payer, tenant) if tenant is not None and leg.is_external else None
        if account is None:
            return
        place = CreditAccount(record.call.tenant, account[0], CURRENCY)
        units = units_of(charge.amount) if charge is not None and charge.amount is not None else 0
        before = self._charged.get((place, leg.leg_id), 0)
        self._charged[place, leg.leg_id] = units
        if units != before:
            self._enter(place, before - units)
        self.legs.add(leg.leg_id)
        self._tell(place, (leg.leg_id,))

    def find(self, account: CreditAccount, on_balance: Callable[[Balance | None], None]) -> None:
        """The balance, for a worker whose Redis does not have it."""
        on_balance(self._balance(account) if self.is_up() else None)

    def sweep(self) -> None:
        """A worker's periodic task: release reservations of dead legs, and compare balances with the ledger."""
        if not (self._redis.is_up and self.is_up()):
            return
        for account in self.accounts():
            model = self._redis.server.credit_of(account.tenant).model
            model.expire(self._now())
            found = model.look(account)
            if found.balance is not None and found.balance.entry > len(self._entries[account]):
                raise Broken(f"Redis has entry {found.balance.entry} of {account}, which is not in the ledger")
            late = [leg for leg in found.unbooked if leg in self.legs]
            model.book(self._now(), self._balance(account), late)

    def left_over(self) -> list[str]:
        """Reservations, and charges missing in the ledger, when there is no call any more."""
        left = []
        for account in self.accounts():
            found = self._redis.server.credit_of(account.tenant).model.look(account)
            left += [f"{leg} has {units} units of {account}" for leg, units in found.reserved.items()]
            left += [f"{leg} has not been booked of {account}" for leg in found.unbooked]
            if found.balance is not None and found.balance != self._balance(account):
                left.append(f"Redis has {found.balance}, the ledger {self._balance(account)}")
        return left

    def balance(self, records: Iterable[RatedRecord], overdraft: Decimal) -> Decimal:
        """Compare the entries with the final charges; returns the sum charged to accounts.

        Args:
            overdraft: how far a balance may have been below 0.

        Raises:
            Broken: they differ, or more was spent than was available.
        """
        charged: defaultdict[CreditAccount, Decimal] = defaultdict(Decimal)
        for (account, _), units in self._charged.items():
            charged[account] += amount_of(units)
        stands: defaultdict[CreditAccount, Decimal] = defaultdict(Decimal)
        seen: set[str] = set()
        for record in records:
            tenant = self._settings().tenants.get(record.call.tenant)
            if tenant is None:  # every number that is called, and every extension, is a tenant's
                raise Broken(f"call {record.call.call_id} to {record.call.dialled} is no tenant's", record.call.call_id)
            for charge in record.charges:
                found = account_of(charge.payer, tenant)
                if found is not None and charge.leg_id not in seen:
                    stands[CreditAccount(record.call.tenant, found[0], CURRENCY)] += charge.amount or Decimal(0)
                seen.add(charge.leg_id)
        for account in self.accounts():
            if charged[account] != stands[account]:
                raise Broken(f"{account} was charged {charged[account]}, its legs cost {stands[account]}")
            lowest = amount_of(self.lowest.get(account, 0))
            if lowest < -overdraft:
                raise Broken(f"{account} was overdrawn: {lowest}, at most {-overdraft} is allowed")
        return sum(charged.values(), Decimal(0))

    def _balance(self, account: CreditAccount) -> Balance:
        entries = self._entries[account]
        return Balance(account, len(entries), sum(entries), False)

    def _enter(self, account: CreditAccount, units: int) -> None:
        self._entries[account].append(units)
        self.lowest[account] = min(self.lowest.get(account, 0), sum(self._entries[account]))

    def _tell(self, account: CreditAccount, legs: tuple[str, ...]) -> None:
        if self._redis.is_up:
            self._redis.server.credit_of(account.tenant).model.book(self._now(), self._balance(account), legs)
