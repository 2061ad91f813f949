"""What a call's legs cost: the record with its charges.

Which legs have a charge:
- a leg that went out through a trunk and has a payer (`payer` and `trunk` are set) and was answered: one charge,
  or the reason why it has no price; what its carrier asks for it, if the trunk has a price list, is told beside;
- a leg that was never answered: none, for ringing costs nothing (early media is not billed either);
- an emergency call: what the list says of its number; where that has no price, none is owed;
- the caller's own leg of an answered call from outside: what the list says of calls to the number (`inbound:`), paid by
  the extension that the number leads to, else by the tenant; where the list says nothing of it, none is owed;
- other internal legs: none, they have no payer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from callcontrol.billing.bundles import BUNDLE, allowances_of, as_reserved, reserved_of
from callcontrol.billing.charges import Charge, Unrated, UnratedReason
from callcontrol.billing.price_book import PriceBook
from callcontrol.billing.rating import rate
from callcontrol.billing.record import CallRecord, ChargeRecord, LegRecord, RatedRecord, Side
from callcontrol.billing.tariff import INBOUND, Tariff
from callcontrol.config.credit_accounts import TENANT_ACCOUNT
from callcontrol.vocabulary.money import EXACT
from callcontrol.vocabulary.target import EmergencyTarget, extension_in

NO_TARIFF = "no_tariff"


def rate_record(record: CallRecord, prices: PriceBook | Tariff | None) -> RatedRecord:
    """The record with a charge for each leg that has one.

    Args:
        prices: the tenant's price lists, or the one list by which all its legs are priced; None if there is none to be
            found, which leaves the legs unrated.
    """
    book = PriceBook(prices) if isinstance(prices, Tariff) else prices
    outgoing = [
        _with_allowances(leg, _of_leg(leg, _with_cost(leg, _charge(leg, book), book), book), book)
        for leg in _costing(record)
    ]
    inbound = [_of_leg(leg, charge, book) for leg, charge in _inbound(record, book)]
    return RatedRecord(record, (*inbound, *outgoing))


def unrated_record(record: CallRecord, reason: str) -> RatedRecord:
    """The record with every leg that costs something marked as without a price, for this reason."""
    charges = (
        _of_leg(leg, ChargeRecord(leg.leg_id, leg.payer, number_of(leg), reason), None) for leg in _costing(record)
    )
    return RatedRecord(record, tuple(charges))


def _of_leg(leg: LegRecord, charge: ChargeRecord, book: PriceBook | None) -> ChargeRecord:
    """The charge with what its leg tells, whatever the price; the list's own word for the number comes first."""
    account = book.accounts.get(charge.payer, "") if book else ""
    return replace(charge, estimate=leg.estimate, direction=charge.direction or leg.called_direction, account=account)


def _costing(record: CallRecord) -> Iterator[LegRecord]:
    return (leg for leg in record.legs if leg.is_external and leg.answered is not None)


def number_of(leg: LegRecord) -> str:
    """The number that is priced: the target's, in normal form; the address may be in the trunk's own writing."""
    kind, _, value = leg.to.partition(":")
    return value if kind in ("number", EmergencyTarget.kind) else leg.address


def _charge(leg: LegRecord, book: PriceBook | None) -> ChargeRecord:
    number = number_of(leg)
    assert leg.answered is not None
    if book is None:
        return ChargeRecord(leg.leg_id, leg.payer, number, f"{NO_TARIFF}: the tenant has no price list")
    tariff = book.of_payer(leg.payer)
    is_emergency = leg.to.startswith(f"{EmergencyTarget.kind}:")
    match rate(tariff, number, leg.answered, leg.talk_us):
        case Unrated(UnratedReason.NO_PRICE | UnratedReason.NO_VERSION) if is_emergency:
            return _free(leg, number, tariff)
        case Unrated(reason, detail):
            return ChargeRecord(leg.leg_id, leg.payer, number, f"{reason}: {detail}", tariff=tariff.name)
        case Charge() as charge:
            return rated_charge(leg.leg_id, leg.payer, number, charge)


def _with_cost(leg: LegRecord, charge: ChargeRecord, book: PriceBook | None) -> ChargeRecord:
    """The charge with what the carrier asks for the leg, and what is left of its price."""
    carrier = book.of_trunks.get(leg.trunk) if book else None
    assert leg.answered is not None
    cost = rate(carrier, number_of(leg), leg.answered, leg.talk_us) if carrier else None
    if not isinstance(cost, Charge):
        return charge
    net = cost.vat.net if cost.vat else cost.amount.amount
    told = replace(charge, cost=net, cost_currency=cost.amount.currency, cost_formula=f"{cost.tariff}: {cost.formula}")
    if charge.amount is None or charge.currency != told.cost_currency:
        return told
    return replace(told, margin=EXACT.subtract(charge.amount if charge.net is None else charge.net, net))


def _with_allowances(leg: LegRecord, charge: ChargeRecord, book: PriceBook | None) -> ChargeRecord:
    """The charge with the bundles and discounts that are for it; how much is left of them the ledger knows."""
    version = book.of_payer(charge.payer).version_at(charge.tariff_version) if book and charge.tariff_version else None
    if book is None or book.tenant is None or version is None or charge.amount is None or leg.answered is None:
        return charge
    reserved = reserved_of(leg.bundled)
    found = allowances_of(book.tenant, charge, leg.answered, version.terms)
    allowances = (replace(one, used=as_reserved(one, reserved)) if one.kind == BUNDLE else one for one in found)
    return replace(charge, allowances=tuple(allowances))


def _inbound(record: CallRecord, book: PriceBook | None) -> Iterator[tuple[LegRecord, ChargeRecord]]:
    """What the call itself costs who was called."""
    if book is None or record.caller.extension:
        return
    payer = _owner(record)
    tariff = book.of_payer(payer)
    if not tariff.prices_inbound:  # as most
        return
    for leg in record.legs:
        if leg.direction is Side.A and leg.answered is not None and not leg.payer:
            charge = rate(tariff, f"{INBOUND}{record.dialled}", leg.answered, leg.talk_us)
            if isinstance(charge, Charge):
                yield leg, rated_charge(leg.leg_id, payer, record.dialled, charge)


def _owner(record: CallRecord) -> str:
    """The extension to which the number leads, if it leads to one; else the tenant."""
    first = record.path[0].target if record.path else ""
    return first if extension_in(first) else TENANT_ACCOUNT


def _free(leg: LegRecord, number: str, tariff: Tariff) -> ChargeRecord:
    formula = f"emergency call without a price in list {tariff.name}: free of charge"
    return ChargeRecord(
        leg.leg_id, leg.payer, number, amount=Decimal(0), currency=tariff.currency, tariff=tariff.name, formula=formula
    )


def rated_charge(leg_id: str, payer: str, number: str, charge: Charge) -> ChargeRecord:
    """A charge as it stands in a record."""
    parts = charge.as_json()["parts"]
    assert isinstance(parts, list)
    vat = charge.vat
    return ChargeRecord(
        leg_id=leg_id,
        payer=payer,
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
        net=vat.net if vat else None,
        gross=vat.gross if vat else None,
        parts=tuple(parts),
        formula=charge.formula,
        direction=charge.direction,
    )
