"""What a call's legs cost: the record with its charges.

Which legs have a charge:
- a leg that went out through a trunk and has a payer (`payer` and `trunk` are set) and was answered: one charge,
  or the reason why it has no price;
- a leg that was never answered: none, for ringing costs nothing (early media is not billed either);
- an emergency call: what the list says of its number; where that has no price, none is owed;
- internal legs and the caller's own: none, they have no payer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from callcontrol.billing.charges import Charge, Unrated, UnratedReason
from callcontrol.billing.rating import rate
from callcontrol.billing.record import CallRecord, ChargeRecord, LegRecord, RatedRecord
from callcontrol.billing.tariff import Tariff
from callcontrol.vocabulary.target import EmergencyTarget

NO_TARIFF = "no_tariff"


def rate_record(record: CallRecord, tariff: Tariff | None) -> RatedRecord:
    """The record with a charge for each leg that has one.

    Args:
        tariff: the tenant's price list; None if it cannot be found, which leaves the legs unrated.
    """
    charges = (_of_leg(leg, _charge(leg, tariff)) for leg in _costing(record))
    return RatedRecord(record, tuple(charges))


def unrated_record(record: CallRecord, reason: str) -> RatedRecord:
    """The record with every leg that costs something marked as without a price, for this reason."""
    charges = (_of_leg(leg, ChargeRecord(leg.leg_id, leg.payer, number_of(leg), reason)) for leg in _costing(record))
    return RatedRecord(record, tuple(charges))


def _of_leg(leg: LegRecord, charge: ChargeRecord) -> ChargeRecord:
    """The charge with what its leg tells, whatever the price."""
    return replace(charge, estimate=leg.estimate, direction=leg.called_direction)


def _costing(record: CallRecord) -> Iterator[LegRecord]:
    return (leg for leg in record.legs if leg.is_external and leg.answered is not None)


def number_of(leg: LegRecord) -> str:
    """The number that is priced: the target's, in normal form; the address may be in the trunk's own writing."""
    kind, _, value = leg.to.partition(":")
    return value if kind in ("number", EmergencyTarget.kind) else leg.address


def _charge(leg: LegRecord, tariff: Tariff | None) -> ChargeRecord:
    number = number_of(leg)
    assert leg.answered is not None
    if tariff is None:
        return ChargeRecord(leg.leg_id, leg.payer, number, f"{NO_TARIFF}: the tenant has no price list")
    is_emergency = leg.to.startswith(f"{EmergencyTarget.kind}:")
    match rate(tariff, number, leg.answered, leg.talk_us):
        case Unrated(UnratedReason.NO_PRICE | UnratedReason.NO_VERSION) if is_emergency:
            return _free(leg, number, tariff)
        case Unrated(reason, detail):
            return ChargeRecord(leg.leg_id, leg.payer, number, f"{reason}: {detail}", tariff=tariff.name)
        case Charge() as charge:
            return _rated(leg, number, charge)


def _free(leg: LegRecord, number: str, tariff: Tariff) -> ChargeRecord:
    formula = f"emergency call without a price in list {tariff.name}: free of charge"
    return ChargeRecord(
        leg.leg_id, leg.payer, number, amount=Decimal(0), currency=tariff.currency, tariff=tariff.name, formula=formula
    )


def _rated(leg: LegRecord, number: str, charge: Charge) -> ChargeRecord:
    parts = charge.as_json()["parts"]
    assert isinstance(parts, list)
    return ChargeRecord(
        leg_id=leg.leg_id,
        payer=leg.payer,
        number=number,
        amount=charge.amount.amount,
        currency=charge.amount.currency,
        tariff=charge.tariff,
        tariff_version=charge.version,
        prefix=charge.prefix,
        destination=charge.destination,
        counted_s=charge.counted_s,
        free_s=charge.free_s,
        billed_s=charge.billed_s,
        step=charge.step,
        fee=charge.fee,
        vat_percent=charge.terms.vat_percent,
        parts=tuple(parts),
        formula=charge.formula,
    )
