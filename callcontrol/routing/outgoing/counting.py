"""In which counters a leg outside counts: the payer's and those of the tenant as a whole, by class of the number.

Legs of emergency calls count in none, nor do those that no trunk carries.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from callcontrol.config.caps import caps_of
from callcontrol.config.payer_limits import ALL, DEAR, DEAR_ABOVE_EUROS, DEAR_CLASSES
from callcontrol.config.settings import Tenant
from callcontrol.routing.facts import Facts
from callcontrol.routing.outgoing.dialling import Dialling
from callcontrol.routing.path import TENANT
from callcontrol.vocabulary.call_price import about
from callcontrol.vocabulary.counters import HOUR_MS, Cap, Counter, Reached, limit_of
from callcontrol.vocabulary.direction import Direction
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.restriction import Level, RestrictPayer, is_released


def counters_for(dialling: Dialling, facts: Facts) -> tuple[Counter, ...]:
    """Where a call to the number counts, in the order in which they are asked."""
    direction = dialling.direction(facts)
    if direction in (Direction.EMERGENCY, Direction.INTERNAL):
        return ()
    return counters_of(dialling.payer, direction, facts.tenant, dear=is_dear(dialling, direction, facts))


def is_dear(dialling: Dialling, direction: Direction, facts: Facts) -> bool:
    """Whether the number is dear: by its class, or by what its minute costs the payer."""
    if direction in DEAR_CLASSES:
        return True
    price = facts.prices.price_of(dialling.number, facts.now, dialling.payer)
    return price is not None and price.per_minute > dear_above(facts.tenant, price.currency)


def dear_above(tenant: Tenant, currency: str) -> Decimal:
    """Above which price of a minute a number is dear, in this currency."""
    written = tenant.limits.dear_above
    return about(DEAR_ABOVE_EUROS, currency) if written is None else written


def counters_of(payer: str, direction: Direction, tenant: Tenant, *, dear: bool) -> tuple[Counter, ...]:
    """The counters of this payer, and of the tenant as a whole, for calls to such numbers that have any limit."""
    classes = (direction.value, DEAR, ALL) if dear else (direction.value, ALL)
    payers = (payer,) if payer == TENANT else (payer, TENANT)
    return tuple(one for one in _all(payers, classes, tenant) if one.counts)


def counters_with_caps(payers: Iterable[str], tenant: Tenant) -> tuple[Counter, ...]:
    """All counters of these payers that have any limit."""
    classes = (ALL, DEAR, *(one.value for one in Direction))
    return tuple(one for one in _all(tuple(payers), classes, tenant) if one.counts)


def _all(payers: tuple[str, ...], classes: tuple[str, ...], tenant: Tenant) -> Iterator[Counter]:
    for payer in payers:
        for capped in classes:
            caps = caps_of(payer, capped, tenant)
            yield Counter(
                payer,
                capped,
                caps.calls_at_once or 0,
                caps.calls_per_minute or 0,
                caps.calls_per_hour or 0,
                caps.numbers_per_hour or 0,
                None if caps.when_reached == "nothing" else Level(caps.when_reached or Level.WARN),
            )


def without_released(counters: tuple[Counter, ...], facts: Facts) -> tuple[Counter, ...]:
    """The counters without the limits from which a person has released their payer for now."""
    if not facts.restrictions:
        return counters
    return tuple(one for one in (_released(counter, facts) for counter in counters) if one.counts)


def _released(counter: Counter, facts: Facts) -> Counter:
    known = facts.restrictions.get(counter.payer, ())
    free = {cap for cap in Cap if is_released(known, limit_of(counter, cap), facts.now)}
    return counter.without(free) if free else counter


def restriction_for(reached: Reached, facts: Facts) -> RestrictPayer | None:
    """What follows for the payer whose limit is reached, besides that the call is refused; None: nothing."""
    counter = reached.counter
    if counter.level is None:
        return None
    until = Instant(facts.now + HOUR_MS * 1_000)
    return RestrictPayer(counter.payer, reached.limit, counter.level, _classes(counter.capped), until, reached.why)


def _classes(capped: str) -> tuple[str, ...]:
    if capped == DEAR:
        return tuple(sorted(DEAR_CLASSES))
    return () if capped == ALL else (capped,)
