"""Rated records of sample calls, as they stand in the spool."""

from __future__ import annotations

from decimal import Decimal

from callcontrol.billing.fold import fold
from callcontrol.billing.record import ChargeRecord, RatedRecord
from callcontrol.billing.record_json import to_json
from callcontrol.vocabulary.moment import Instant
from tests.billing.trails import NOON, Entries, answered_in_queue, forwarded

PARTS = ({"period": "always", "steps": 2, "seconds": 120, "price_per_minute": "0.29", "amount_unrounded": "0.58"},)


def rated(trail: Entries, amount: str = "0.6300") -> RatedRecord:
    """The record, with a charge for each leg that has a payer."""
    record = fold(trail)
    charges = (
        ChargeRecord(
            leg_id=leg.leg_id,
            payer=leg.payer,
            number="+48600700800",
            amount=Decimal(amount),
            currency="PLN",
            tariff="standard",
            tariff_version=Instant(1_767_222_000_000_000),
            prefix="486",
            destination="Poland mobile",
            counted_s=62,
            billed_s=120,
            step="60/60",
            fee=Decimal("0.05"),
            vat_percent=Decimal("23"),
            parts=PARTS,
            formula="61.5 s, up: 62 s; 60/60: 120 s",
        )
        for leg in record.legs
        if leg.is_external and leg.answered is not None
    )
    return RatedRecord(record, tuple(charges))


def payload(
    n: int = 0, start: Instant = NOON, talk_s: float = 61.5, *, estimated: bool = False, amount: str = "0.6300"
) -> bytes:
    """The n-th forwarded call: one call, three legs, one charge."""
    return to_json(rated(forwarded(n, start, talk_s, estimated), amount))


def queue_payload(n: int = 0, start: Instant = NOON, talk_s: float = 60, *, estimated: bool = False) -> bytes:
    """The n-th call answered in a queue: one call, three legs, one charge, one visit, two offers."""
    return to_json(rated(answered_in_queue(n, start, talk_s, estimated)))
