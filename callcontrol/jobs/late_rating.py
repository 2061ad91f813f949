"""Charges without a price are rated by the price lists in force now. Each becomes a new revision, like a correction.

The moment the leg was answered decides which version of a list applies, as at the call's end.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC
from decimal import Decimal
from typing import Final, TypeVar

from callcontrol.billing.costs import rate_record
from callcontrol.billing.price_book import PricesOf
from callcontrol.billing.record import CallRecord, ChargeRecord, RatedRecord
from callcontrol.edges.ledger.history import LedgerHistory, Stretch, UnratedLeg
from callcontrol.vocabulary.moment import instant_from

BATCH: Final = 200  # legs in one statement
CHANGED_MEANWHILE: Final = "its charge was changed meanwhile by another process"


@dataclass(frozen=True, slots=True)
class LateCharge:
    """The result for a leg without a price: `reason` why it still has none, else `amount` is what it costs."""

    leg: UnratedLeg
    amount: Decimal | None = None
    currency: str = ""
    reason: str = ""


def rate_late(
    history: LedgerHistory, prices_of: PricesOf, tenant: str | None, *, dry_run: bool = False
) -> Iterator[LateCharge]:
    """Rate charges without a price, the oldest calls first; each statement is committed by itself.

    Raises:
        NoLedger: Postgres refused, or has no ledger of this version.
    """
    after: UnratedLeg | None = None
    while legs := history.unrated(tenant, after, BATCH):
        after = legs[-1]
        found = priced(legs, history, prices_of)
        appended = None if dry_run else history.rate(_with_amounts(found))
        for leg, (_, charge) in found.items():
            yield _late(leg, charge, appended)


_Leg = TypeVar("_Leg", bound=UnratedLeg)
_Priced = dict[_Leg, tuple[CallRecord | None, ChargeRecord]]


def priced(legs: Sequence[_Leg], history: LedgerHistory, prices_of: PricesOf) -> _Priced[_Leg]:
    """What each leg costs by its tenant's list, and its call; a charge without an amount says why."""
    by_switch: defaultdict[str, list[_Leg]] = defaultdict(list)
    for leg in legs:
        by_switch[leg.switch].append(leg)
    found: _Priced[_Leg] = {}
    for switch, own in by_switch.items():
        days = [instant_from(leg.started_day.isoformat(), UTC) for leg in own]
        stretch = Stretch(switch, {leg.tenant for leg in own}, min(days), max(days))
        calls = history.records(stretch, {leg.call_id for leg in own})
        found |= {leg: _charge(leg, calls.get(leg.call_id), prices_of) for leg in own}
    return found


def _charge(leg: UnratedLeg, call: CallRecord | None, prices_of: PricesOf) -> tuple[CallRecord | None, ChargeRecord]:
    if call is None:
        return None, ChargeRecord(leg.leg_id, "", leg.number, f"the ledger has no call {leg.call_id}")
    try:
        charges = rate_record(call, prices_of(leg.tenant)).charges
    except Exception as error:
        return call, ChargeRecord(leg.leg_id, "", leg.number, f"rating failed: {type(error).__name__}: {error}")
    gone = ChargeRecord(leg.leg_id, "", leg.number, f"call {leg.call_id} has no such leg with a payer")
    return call, next((charge for charge in charges if charge.leg_id == leg.leg_id), gone)


def _with_amounts(found: _Priced[UnratedLeg]) -> list[RatedRecord]:
    """The calls, each with those of its charges that are to be appended."""
    return [
        stripped(RatedRecord(call, (charge,))) for call, charge in found.values() if call and charge.amount is not None
    ]


def stripped(record: RatedRecord) -> RatedRecord:
    """The record without what the ledger has of the call already."""
    return replace(record, call=replace(record.call, legs=(), visits=(), segments=()))


def _late(leg: UnratedLeg, charge: ChargeRecord, appended: set[tuple[str, str, str]] | None) -> LateCharge:
    if charge.amount is None:
        return LateCharge(leg, reason=charge.reason)
    if appended is not None and (leg.tenant, leg.switch, leg.leg_id) not in appended:
        return LateCharge(leg, reason=CHANGED_MEANWHILE)
    return LateCharge(leg, charge.amount, charge.currency)
