"""Rating: what a leg costs. Pure and exact; time and price list come in, a Charge or the reason for none comes out.

The rules:

1. Talk time is a number of microseconds on one axis; the list's rule makes whole seconds of it.
2. The first `free_s` seconds come off, then the minimum applies, then time is eaten in a first block and whole steps;
   steps are counted from the end of the first block (90/60 bills 90, 150, 210 …), each started step is paid in full.
3. Each step costs what the period in force at the instant the step starts says, and is as long as it says; where the
   price changes n seconds after the answer, what holds at that instant counts likewise.
4. The connection fee is paid once, from the period in force at answer; a call of 0 s costs nothing at all, and neither
   does one of fewer counted seconds than `grace_s`.
5. The version in force at answer holds for the whole call; the longest prefix wins; no price is Unrated, never 0.
6. The sum is brought to `minimum_amount` from below, where any time is paid for, and to `maximum_amount` from above.
7. Nothing is rounded but that, once.
8. Where the list says whether its prices are net or gross, the other amount is worked out from the rounded one, and
   rounded by the same rule; VAT is the difference.

Steps in one period are counted, not walked through: a day-long call billed by the second is as little work as a short
one.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

from callcontrol.billing.charges import Charge, Part, Unrated, UnratedReason, sixtieths_of
from callcontrol.billing.periods import DAY_US, Calendar
from callcontrol.billing.tariff import LaterRate, Price, PriceRow, Rate, Tariff, Terms, Version
from callcontrol.vocabulary.moment import EARLIEST, LATEST, SECOND_US, Instant, text_of
from callcontrol.vocabulary.money import EXACT, Money, rounded_quotient

MAX_TALK_US = 31 * DAY_US


class Found(NamedTuple):
    """What prices a leg: a row of the version in force at its answer."""

    tariff: Tariff
    version: Version
    row: PriceRow
    terms: Terms
    markup: str = ""

    def rounded(self, sixtieths: Decimal) -> Money:
        """The amount, brought to its decimals by the version's rule."""
        terms = self.terms
        return Money(rounded_quotient(sixtieths, 60, terms.round_amount, terms.decimals), self.tariff.currency)


def find(tariff: Tariff, number: str, answered: Instant, talk_us: int = 0) -> Found | Unrated:
    """The row for a call, or why there is none; takes what `rate` takes."""
    if not 0 <= talk_us <= MAX_TALK_US:
        return Unrated(UnratedReason.IMPLAUSIBLE, f"a talk time of {talk_us} µs: right would be 0 to 31 days")
    if not EARLIEST <= answered < LATEST:
        return Unrated(UnratedReason.IMPLAUSIBLE, f"answered at {answered} µs: right would be 1900 to 2199")
    version = tariff.version_at(answered)
    if version is None:
        first = text_of(tariff.versions[0].valid_from, tariff.zone) if tariff.versions else "never"
        return Unrated(UnratedReason.NO_VERSION, f"list {tariff.name} is valid from {first}")
    listed = version.listed(number, answered)
    if listed is None:
        return Unrated(UnratedReason.NO_PRICE, f"list {tariff.name} has no prefix of {number}")
    return Found(tariff, version, *listed)


def rate(tariff: Tariff, number: str, answered: Instant, talk_us: int) -> Charge | Unrated:
    """Price one leg.

    Args:
        number: the number called, in normal form (`+48221234567`, or a short number as dialled); behind `inbound:` a
            number of our own that was called from outside.
        answered: when this leg itself was answered.
        talk_us: from its answer to its end, in microseconds on one axis.
    """
    found = find(tariff, number, answered, talk_us)
    return found if isinstance(found, Unrated) else _charge(found, answered, talk_us)


def _charge(found: Found, answered: Instant, talk_us: int) -> Charge:
    priced = priced_time(found, answered, talk_us)
    return Charge(
        tariff=found.tariff.name,
        version=found.version.valid_from,
        zone=found.tariff.zone,
        prefix=found.row.prefix,
        destination=found.row.destination,
        price=found.row.price,
        terms=found.terms,
        markup=found.markup,
        direction=found.row.direction,
        answered=answered,
        talk_us=talk_us,
        counted_s=priced.counted_s,
        free_s=priced.free_s,
        billed_s=sum(part.seconds for part in priced.parts),
        fee=priced.fee,
        parts=priced.parts,
        amount=priced.amount,
    )


class PricedTime(NamedTuple):
    """What a leg's time costs by one row: the numbers of a Charge of the same names."""

    counted_s: int
    free_s: int
    fee: Decimal
    parts: tuple[Part, ...]
    amount: Money


def priced_time(found: Found, answered: Instant, talk_us: int) -> PricedTime:
    """What this much talk costs, from the leg's answer to its end, in microseconds from 0 to MAX_TALK_US."""
    terms, price = found.terms, found.row.price
    counted_s = terms.round_seconds.seconds(talk_us)
    if counted_s < price.grace_s:
        return PricedTime(counted_s, counted_s, Decimal(0), (), found.rounded(Decimal(0)))
    free_s = min(counted_s, price.free_s)
    paid_s = max(counted_s - free_s, price.minimum_s) if counted_s > free_s else 0
    parts = _parts(price, terms.calendar, answered, free_s, paid_s)
    fee = price.rates[terms.calendar.at(answered)].connection_fee if counted_s else Decimal(0)
    sixtieths = sixtieths_of(fee, parts)
    if paid_s:
        sixtieths = max(sixtieths, EXACT.multiply(price.minimum_amount, 60))
    if price.maximum_amount is not None:
        sixtieths = min(sixtieths, EXACT.multiply(price.maximum_amount, 60))
    return PricedTime(counted_s, free_s, fee, parts, found.rounded(sixtieths))


def _parts(price: Price, calendar: Calendar, answered: Instant, free_s: int, paid_s: int) -> tuple[Part, ...]:
    """The first block, then the steps, as many at once as start before period or price may change."""
    parts: list[Part] = []
    at, left = answered + free_s * SECOND_US, paid_s
    while left > 0:
        period, until = calendar.run_at(Instant(at))
        rate = price.rates[period]
        first_block_s, step_s = rate.step or (price.first_block_s, price.step_s)
        stage, end = _stage(rate, answered, at, until)
        size = (stage.step_s or step_s) if parts else first_block_s
        steps = -(-left // size) if parts else 1
        if parts and end is not None:
            steps = min(steps, -(-(end - at) // (size * SECOND_US)))
        seconds = steps * size
        _append(parts, Part(period, Instant(at), steps, seconds, stage.price_per_minute, stage.from_s))
        at, left = at + seconds * SECOND_US, left - seconds
    return tuple(parts)


def _stage(rate: Rate, answered: int, at: int, until: int | None) -> tuple[LaterRate, int | None]:
    """The price that holds for a step that starts now, and until when it does, as far as is known."""
    now = LaterRate(0, rate.price_per_minute)
    for later in rate.later:
        begins = answered + later.from_s * SECOND_US
        if begins > at:
            return now, begins if until is None else min(until, begins)
        now = later
    return now, until


def _append(parts: list[Part], part: Part) -> None:
    """Add the steps, to those before if they are in the same period and at the same price."""
    last = parts[-1] if parts else None
    if last is None or (last.period, last.from_s) != (part.period, part.from_s):
        parts.append(part)
    else:
        parts[-1] = replace(last, steps=last.steps + part.steps, seconds=last.seconds + part.seconds)
