"""Charges that hold, and their next revisions: what `callcontrol rerate` reads and appends."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import orjson

from callcontrol.billing.record import ChargeRecord, RatedRecord
from callcontrol.billing.record_json import to_json
from callcontrol.edges.ledger.accounts import enter_charges
from callcontrol.edges.ledger.allowances import count_allowances, foreseen
from callcontrol.edges.ledger.history import DAYS_AFTER, DAYS_BEFORE, LedgerHistory, UnratedLeg
from callcontrol.edges.ledger.queries import query
from callcontrol.edges.ledger.reader import asking
from callcontrol.edges.ledger.spending import count_spending
from callcontrol.vocabulary.moment import Instant, datetime_of


@dataclass(frozen=True, slots=True)
class RatedLeg(UnratedLeg):
    """A leg whose charge that holds has a price: what it says. `reason` is empty."""

    revision: int
    tariff: str
    amount: Decimal
    currency: str
    net: Decimal | None
    gross: Decimal | None
    cost: Decimal | None
    cost_currency: str
    formula: str


@dataclass(frozen=True, slots=True)
class Which:
    """Which charges are meant: of legs answered from one moment up to, not including, another.

    Attributes:
        tariff: the name of the price list that made them; None: of any.
        tenant: whose; None: of all tenants.
    """

    first: Instant
    end: Instant
    tariff: str | None = None
    tenant: str | None = None


class LedgerRerating(LedgerHistory):
    """A connection of its own; a context manager. Raises NoLedger whenever Postgres cannot be asked."""

    def charges_in_force(self, which: Which, after: RatedLeg | None, limit: int) -> list[RatedLeg]:
        """These charges, the oldest calls first: the next so many.

        Raises:
            NoLedger: Postgres refused, or has no ledger of this version.
        """
        params = {
            "tenant": which.tenant,
            "tariff": which.tariff,
            "from": datetime_of(which.first),
            "to": datetime_of(which.end),
            "first_day": datetime_of(which.first).date() - timedelta(days=DAYS_BEFORE),
            "last_day": datetime_of(which.end).date() + timedelta(days=DAYS_AFTER),
            "day": after.started_day if after else date.min,
            "after_tenant": after.tenant if after else "",
            "after_switch": after.switch if after else "",
            "after_leg": after.leg_id if after else "",
            "limit": limit,
        }
        with asking(self._connection):
            return [RatedLeg(**row) for row in self._rows("charges_in_force", params)]

    def foreseen(self, legs: Sequence[RatedLeg], charges: Sequence[ChargeRecord]) -> list[ChargeRecord]:
        """These charges of these legs, as bundles and discounts would let them be now.

        Raises:
            NoLedger: Postgres refused, or has no ledger of this version.
        """
        rows = [{name: getattr(leg, name) for name in ("tenant", "switch", "leg_id", "started_day")} for leg in legs]
        with asking(self._connection):
            return foreseen(self._connection, list(zip(rows, charges, strict=True)))

    def append(self, records: Iterable[RatedRecord], compared: Sequence[RatedLeg]) -> set[tuple[str, str, str]]:
        """Append these charges where those they were compared with hold still; returns (tenant, switch, leg) of those.

        Raises:
            NoLedger: Postgres refused, or has no ledger of this version.
        """
        given = {"records": (b"[" + b",".join(map(to_json, records)) + b"]").decode()}
        names = ("tenant", "switch", "leg_id", "revision")
        revisions = [
            {"started_day": leg.started_day.isoformat()} | {name: getattr(leg, name) for name in names}
            for leg in compared
        ]
        with asking(self._connection):
            self._connection.execute(query("lock_charges"))
            rows = self._rows("rerate_charges", given | {"revisions": orjson.dumps(revisions).decode()})
            count_allowances(self._connection, given)
            count_spending(self._connection, given)
            enter_charges(self._connection, given)
        return {(row["tenant"], row["switch"], row["leg_id"]) for row in rows}
