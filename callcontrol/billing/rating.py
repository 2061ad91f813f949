"""Rating: what a leg costs. Pure and exact; time and price list come in, a Charge or the reason for none comes out.

The rules:

1. Talk time is a number of microseconds on one axis; the list's rule makes whole seconds of it.
2. The first `free_s` seconds come off, then the minimum applies, then time is eaten in a first block and whole steps;
   steps are counted from the end of the first block (90/60 bills 90, 150, 210 …), each started step is paid in full.
3. Each step costs what the period in force at the instant the step starts says.
4. The connection fee is paid once, from the period in force at answer; a call of 0 s costs nothing at all.
5. The version in force at answer holds for the whole call; the longest prefix wins; no price is Unrated, never 0.
6. Nothing is rounded but the sum, once.

Steps in one period are counted, not walked through: a day-long call billed by the second is as little work as a short
one.
"""

from __future__ import annotations

from decimal import Decimal

from callcontrol.billing.charges import Charge, Part, Unrated, UnratedReason, sixtieths_of
from callcontrol.billing.periods import DAY_US, Calendar
from callcontrol.billing.tariff import Price, PriceRow, Tariff, Version
from callcontrol.vocabulary.moment import EARLIEST, LATEST, SECOND_US, Instant, text_of
from callcontrol.vocabulary.money import EXACT, Money, rounded_quotient

MAX_TALK_US = 31 * DAY_US


def rate(tariff: Tariff, number: str, answered: Instant, talk_us: int) -> Charge | Unrated:
    """Price one leg.

    Args:
        number: the number called, in normal form (`+48221234567`, or a short number as dialled).
        answered: when this leg itself was answered.
        talk_us: from its answer to its end, in microseconds on one axis.
    """
    if not 0 <= talk_us <= MAX_TALK_US:
        return Unrated(UnratedReason.IMPLAUSIBLE, f"a talk time of {talk_us} µs: right would be 0 to 31 days")
    if not EARLIEST <= answered < LATEST:
        return Unrated(UnratedReason.IMPLAUSIBLE, f"answered at {answered} µs: right would be 1900 to 2199")
    version = tariff.version_at(answered)
    if version is None:
        first = text_of(tariff.versions[0].valid_from, tariff.zone) if tariff.versions else "never"
        return Unrated(UnratedReason.NO_VERSION, f"list {tariff.name} is valid from {first}")
    row = version.row_of(number)
    if row is None:
        return Unrated(UnratedReason.NO_PRICE, f"list {tariff.name} has no prefix of {number}")
    return _charge(tariff, version, row, answered, talk_us)


def _charge(tariff: Tariff, version: Version, row: PriceRow, answered: Instant, talk_us: int) -> Charge:
    terms, price = version.terms, row.price
    counted_s = terms.round_seconds.seconds(talk_us)
    free_s = min(counted_s, price.free_s)
    paid_s = max(counted_s - free_s, price.minimum_s) if counted_s > free_s else 0
    parts = _parts(price, terms.calendar, Instant(answered + free_s * SECOND_US), paid_s) if paid_s else ()
    fee = price.rates[terms.calendar.at(answered)].connection_fee if counted_s else Decimal(0)
    sixtieths = sixtieths_of(fee, parts)
    least = EXACT.multiply(price.minimum_amount, 60) if paid_s else Decimal(0)
    amount = Money(rounded_quotient(max(sixtieths, least), 60, terms.round_amount, terms.decimals), tariff.currency)
    return Charge(
        tariff=tariff.name,
        version=version.valid_from,
        zone=tariff.zone,
        prefix=row.prefix,
        destination=row.destination,
        price=price,
        terms=terms,
        answered=answered,
        talk_us=talk_us,
        counted_s=counted_s,
        free_s=free_s,
        billed_s=sum(part.seconds for part in parts),
        fee=fee,
        parts=parts,
        amount=amount,
    )


def _parts(price: Price, calendar: Calendar, start: Instant, paid_s: int) -> tuple[Part, ...]:
    """The first block, then the steps, as many at once as start before the period may change."""
    parts: list[Part] = []
    period, begun = calendar.at(start), start
    steps, seconds = 1, price.first_block_s
    left = -(-max(paid_s - price.first_block_s, 0) // price.step_s)
    at, step_us = start + price.first_block_s * SECOND_US, price.step_s * SECOND_US
    while left:
        next_period, until = calendar.run_at(Instant(at))
        if next_period != period:
            parts.append(_part(price, period, begun, steps, seconds))
            period, begun, steps, seconds = next_period, Instant(at), 0, 0
        run = left if until is None else min(left, -(-(until - at) // step_us))
        steps, seconds = steps + run, seconds + run * price.step_s
        at, left = at + run * step_us, left - run
    return (*parts, _part(price, period, begun, steps, seconds))


def _part(price: Price, period: str, begun: Instant, steps: int, seconds: int) -> Part:
    return Part(period, begun, steps, seconds, price.rates[period].price_per_minute)
