"""Bundles and discounts by volume: a charge and what was used so far -> the charge with what comes from them. Pure.

The rules:

1. They come one after the other as they are written, bundles first. A call that costs nothing (any more) takes nothing.
2. Minutes are eaten by billed seconds, from the beginning of the call on. What is left of these costs what the price
   list says of them; the connection fee is covered once all seconds are. A minimum amount does not come on top.
   Where the bundle has a price of its own for what is beyond it, these seconds, or calls, cost that instead.
3. A call that a bundle of calls has room for costs nothing. Of money as much is taken as there is, up to the amount.
4. What was left in earlier months goes first, where it is carried over.
5. A discount goes by the month's total before the call, and is of the whole amount. The call then counts: its billed
   seconds that no bundle has covered, itself, or its amount before the discount.
6. Each amount is rounded by the rule of the price list.
7. A call for which something of a bundle was reserved takes no more of it: the rest is other calls'.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from zoneinfo import ZoneInfo

from callcontrol.billing.allowances import Allowance
from callcontrol.billing.record import ChargeRecord
from callcontrol.billing.tariff import PricesAre, Terms
from callcontrol.billing.vat import VatTerms, vat_of
from callcontrol.config.bundle_settings import Bundle, Counted, Measure, Volume
from callcontrol.config.credit_accounts import TENANT_ACCOUNT
from callcontrol.config.settings import Tenant
from callcontrol.vocabulary.moment import Instant, datetime_of
from callcontrol.vocabulary.money import EXACT, Money, Rounding, plain, rounded_quotient
from callcontrol.vocabulary.target import ExtensionTarget, text_of

BUNDLE, VOLUME = "bundle", "volume"
_ZERO = Decimal(0)

Counter = tuple[str, str, str]
"""What is counted: the name of a bundle or discount, its holder, the month."""


def allowances_of(tenant: Tenant, charge: ChargeRecord, answered: Instant, terms: Terms) -> tuple[Allowance, ...]:
    """The bundles and discounts of the tenant that are for this charge.

    Args:
        answered: when the leg was answered.
        terms: of the version of the price list that priced it.
    """
    offers: list[tuple[str, str, Bundle | Volume]] = [(name, BUNDLE, one) for name, one in tenant.bundles.items()]
    offers += [(name, VOLUME, one) for name, one in tenant.volumes.items()]
    return tuple(
        Allowance(
            name=name,
            kind=kind,
            measure=_measure(one),
            holder=TENANT_ACCOUNT if one.shared else charge.payer,
            months=" ".join(_months(one, answered, ZoneInfo(tenant.zone))),
            size=_size(one),
            round=f"{terms.round_amount} {terms.decimals}",
            prices=terms.prices or "",
            beyond=_beyond(one),
        )
        for name, kind, one in offers
        if _is_for(one, charge)
    )


def _is_for(one: Counted, charge: ChargeRecord) -> bool:
    digits = charge.number.removeprefix("+")
    return (
        (not one.extensions or charge.payer in {text_of(ExtensionTarget(name)) for name in one.extensions})
        and (not one.directions or charge.direction in one.directions)
        and (not one.prefixes or digits.startswith(one.prefixes))
    )


def _measure(one: Bundle | Volume) -> Measure:
    if isinstance(one, Volume):
        return one.by
    return Measure.MINUTES if one.minutes is not None else Measure.CALLS if one.calls is not None else Measure.MONEY


def _size(one: Bundle | Volume) -> str:
    if isinstance(one, Volume):
        return " ".join(f"{step.from_}:{step.percent}" for step in one.discounts)
    return str(one.minutes * 60 if one.minutes is not None else one.calls if one.calls is not None else one.money)


def _beyond(one: Bundle | Volume) -> str:
    return plain(one.beyond) if isinstance(one, Bundle) and one.beyond is not None else ""


def _months(one: Bundle | Volume, answered: Instant, zone: ZoneInfo) -> Iterator[str]:
    """The months whose rest may be used, the oldest first; a month is that of the tenant's zone."""
    at = datetime_of(answered, zone)
    carried = one.carry_over if isinstance(one, Bundle) else 0
    since = (one.since if isinstance(one, Bundle) else None) or ""
    for back in range(carried, -1, -1):
        year, month = divmod(at.year * 12 + at.month - 1 - back, 12)
        text = f"{year:04d}-{month + 1:02d}"
        if text >= since:
            yield text


@dataclass(frozen=True, slots=True)
class _Rest:
    """What is left to be paid: (seconds, price per minute) in order of time, the fee, and what it comes to."""

    parts: tuple[tuple[int, Decimal], ...]
    fee: Decimal
    amount: Decimal

    @property
    def seconds(self) -> int:
        return sum(seconds for seconds, _ in self.parts)

    def sixtieths(self) -> Decimal:
        total = EXACT.multiply(self.fee, 60)
        for seconds, price in self.parts:
            total = EXACT.add(total, EXACT.multiply(price, seconds))
        return total


def counters_of(charge: ChargeRecord) -> Iterator[Counter]:
    """What has to be known, and is changed, when this charge is counted."""
    for allowance in charge.allowances:
        yield from ((allowance.name, allowance.holder, month) for month in allowance.months.split())


def uses_of(charge: ChargeRecord) -> Iterator[tuple[Counter, Decimal]]:
    """What a charge that was counted has used."""
    for allowance in charge.allowances:
        for month, used in zip(allowance.months.split(), allowance.used.split(), strict=False):
            if Decimal(used):
                yield (allowance.name, allowance.holder, month), Decimal(used)


def counted(charge: ChargeRecord, used: Mapping[Counter, Decimal]) -> ChargeRecord:
    """The charge with what comes from its bundles and discounts.

    Args:
        used: what other charges have used; nothing where it is not named.
    """
    if charge.amount is None or not charge.allowances:
        return charge
    done, said = list[Allowance](), list[str]()
    rest = _whole(charge)
    for allowance in charge.allowances:
        taken, rest, text = _take(allowance, rest, used)
        done.append(replace(allowance, used=" ".join(map(plain, taken))))
        said += [f"{text}: {rest.amount:f} {charge.currency}"] if text else []
    return _with_amount(replace(charge, allowances=tuple(done)), rest.amount, said)


def owed(charge: ChargeRecord, used: Mapping[Counter, Decimal]) -> tuple[Decimal, tuple[Decimal, ...]]:
    """What of a charge is to be paid, and what it takes of each of its counters: as `counted`, without the words."""
    rest, uses = _whole(charge), list[Decimal]()
    for allowance in charge.allowances:
        taken, rest, _ = _take(allowance, rest, used)
        uses += taken
    return rest.amount, tuple(uses)


def reserved_of(text: str) -> Mapping[str, str]:
    """By bundle what was reserved for a leg, of each month, as the leg's trail has it: `national 60 0;extras 1.5`."""
    return dict(one.split(" ", 1) for one in text.split(";") if " " in one)


def as_reserved(allowance: Allowance, reserved: Mapping[str, str]) -> str:
    """What of it was reserved of each of the bundle's months; "": nothing was asked for, or it was another bundle."""
    amounts = reserved.get(allowance.name, "")
    return amounts if len(amounts.split()) == len(allowance.months.split()) else ""


def _whole(charge: ChargeRecord) -> _Rest:
    parts = tuple((int(str(part["seconds"])), Decimal(str(part["price_per_minute"]))) for part in charge.parts)
    return _Rest(parts, charge.fee or _ZERO, charge.amount or _ZERO)


_Taken = tuple[list[Decimal], _Rest, str]  # of each month, what is left to be paid, how to say it


def _take(allowance: Allowance, rest: _Rest, used: Mapping[Counter, Decimal]) -> _Taken:
    so_far = [used.get((allowance.name, allowance.holder, month), _ZERO) for month in allowance.months.split()]
    if not rest.amount:
        return [_ZERO] * len(so_far), rest, ""
    if allowance.kind == VOLUME:
        return _discounted(allowance, rest, so_far[-1])
    size = Decimal(allowance.size)
    room = _reserved(allowance, [max(EXACT.subtract(size, one), _ZERO) for one in so_far])
    wanted = _amount_of(rest, allowance.measure)
    taken = list(_spread(wanted, room, is_whole=allowance.measure == Measure.CALLS))
    together = sum(taken, _ZERO)
    if not together:
        beyond = _beyond_it(allowance, rest)
        return taken, beyond, f"{allowance.name} is used up{_beyond_told(allowance)}"
    return taken, _less(allowance, rest, together), _told(allowance, together, taken)


def _reserved(allowance: Allowance, room: list[Decimal]) -> list[Decimal]:
    """What this call may take of each month: what was reserved for it, where something was."""
    if not allowance.used:
        return room
    return [min(left, Decimal(own)) for left, own in zip(room, allowance.used.split(), strict=True)]


def _amount_of(rest: _Rest, measure: str) -> Decimal:
    return {Measure.MINUTES: Decimal(rest.seconds), Measure.CALLS: Decimal(1)}.get(Measure(measure), rest.amount)


def _spread(wanted: Decimal, room: Iterable[Decimal], *, is_whole: bool) -> Iterator[Decimal]:
    """How much is taken of each month, the oldest first."""
    for left in room:
        taken = min(wanted, left)
        if is_whole and taken < wanted:
            taken = _ZERO
        yield taken
        wanted = EXACT.subtract(wanted, taken)


def _less(allowance: Allowance, rest: _Rest, taken: Decimal) -> _Rest:
    """What is left to be paid when so much comes from a bundle."""
    if allowance.measure == Measure.CALLS:
        return _Rest((), _ZERO, _ZERO)
    if allowance.measure == Measure.MONEY:
        return replace(rest, amount=EXACT.subtract(rest.amount, taken))
    parts = tuple(_behind(rest.parts, int(taken)))
    if not parts:
        return _Rest((), _ZERO, _ZERO)
    left = replace(rest, parts=parts)
    if allowance.beyond:
        return _beyond_it(allowance, left)
    return replace(left, amount=min(rest.amount, _rounded(left.sixtieths(), 60, allowance)))


def _beyond_it(allowance: Allowance, rest: _Rest) -> _Rest:
    """What a bundle does not cover, at the bundle's own price for it, if it has one."""
    if not allowance.beyond:
        return rest
    price = Decimal(allowance.beyond)
    if allowance.measure == Measure.CALLS:
        return _Rest((), price, _rounded(EXACT.multiply(price, 60), 60, allowance))
    left = replace(rest, parts=tuple((seconds, price) for seconds, _ in rest.parts))
    return replace(left, amount=_rounded(left.sixtieths(), 60, allowance))


def _behind(parts: Iterable[tuple[int, Decimal]], covered_s: int) -> Iterator[tuple[int, Decimal]]:
    """The parts without their first seconds."""
    for seconds, price in parts:
        off = min(seconds, covered_s)
        covered_s -= off
        if seconds > off:
            yield seconds - off, price


def _discounted(allowance: Allowance, rest: _Rest, total: Decimal) -> _Taken:
    unit = 60 if allowance.measure == Measure.MINUTES else 1
    steps = [tuple(map(Decimal, step.split(":"))) for step in allowance.size.split()]
    percent = max((percent for begins, percent in steps if EXACT.multiply(begins, unit) <= total), default=_ZERO)
    counts = [_amount_of(rest, allowance.measure)]
    if not percent:
        return counts, rest, ""
    amount = _rounded(EXACT.multiply(rest.amount, EXACT.subtract(100, percent)), 100, allowance)
    said = f"{allowance.name}: {rest.amount:f} - {plain(percent)} % from {plain(total)} of {allowance.months} on"
    return counts, replace(rest, amount=amount), said


def _rounded(numerator: Decimal, denominator: int, allowance: Allowance) -> Decimal:
    rule, decimals = allowance.round.split()
    return rounded_quotient(numerator, denominator, Rounding(rule), int(decimals))


def _told(allowance: Allowance, together: Decimal, taken: list[Decimal]) -> str:
    what = {Measure.MINUTES: " s", Measure.CALLS: " call"}.get(Measure(allowance.measure), "")
    months = zip(allowance.months.split(), taken, strict=True)
    of = ", ".join(f"{plain(one)} of {month}" for month, one in months if one)
    beyond = _beyond_told(allowance) if allowance.measure == Measure.MINUTES else ""
    return f"{allowance.name}: {plain(together)}{what} covered ({of}){beyond}"


def _beyond_told(allowance: Allowance) -> str:
    """At what price the rest is, where the bundle has one for it."""
    unit = "a call" if allowance.measure == Measure.CALLS else "a minute"
    return f", beyond it {allowance.beyond} {unit}" if allowance.beyond else ""


def _with_amount(charge: ChargeRecord, amount: Decimal, said: list[str]) -> ChargeRecord:
    """The charge with another amount, and all that follows from it."""
    formula = "; ".join([charge.formula, *said])
    if amount == charge.amount:
        return replace(charge, formula=formula)
    first = charge.allowances[0]
    rule, decimals = first.round.split()
    prices = PricesAre(first.prices) if first.prices else None
    vat = vat_of(Money(amount, charge.currency), VatTerms(prices, charge.vat_percent, Rounding(rule), int(decimals)))
    net = vat.net if vat else None
    margin = charge.margin
    if margin is not None and charge.cost is not None:
        margin = EXACT.subtract(amount if net is None else net, charge.cost)
    formula = f"{formula}; {vat.formula}" if vat else formula
    return replace(charge, amount=amount, net=net, gross=vat.gross if vat else None, margin=margin, formula=formula)
