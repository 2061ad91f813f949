"""What is asked of an account for a leg, and when its credit is at an end. By the rater that will charge the leg.

The switch ends a leg by itself at the end of its span (`sched_hangup`), and may be late by up to MARGIN_S. So a span's
money is that for MARGIN_S more, and no leg costs more than what was reserved for it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from callcontrol.billing.charges import Unrated
from callcontrol.billing.rating import find, priced_time
from callcontrol.billing.spans import affordable_s, price_of_span
from callcontrol.billing.tariff import Tariff
from callcontrol.vocabulary.credit import Rung, SpanReply, amount_of, units_of
from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.vocabulary.money import Money

MARGIN_S: Final = 1
# A call for which there is less is not begun.
FIRST_S: Final = 10
# What is reserved falls back so long after the end of its span, if no worker has said more of the leg: longer than a
# worker's death is noticed and its calls are taken over.
LEASE_SLACK_S: Final = 60
# Over so many seconds ahead it is looked what a second costs: prices by the minute have no price of a second.
RATE_S: Final = 120


class LegPrice(NamedTuple):
    """What a leg costs in units of credit, and what it takes of each of its bundles."""

    units: int
    parts: tuple[int, ...] = ()


def span_rungs(tariff: Tariff, number: str, answered: Instant, from_s: int, span_s: int) -> tuple[Rung, ...] | Unrated:
    """What is asked for: 1, 2, 4 … and `span_s` seconds beyond `from_s` seconds of talk; FIRST_S at least at first.

    Args:
        answered: when the leg was answered; while it rings: when it may be.
        from_s: how long it may talk with what is reserved already; 0 for the first span.
    """
    found = find(tariff, number, answered)
    if isinstance(found, Unrated):
        return found

    def price_at(talk_s: int) -> LegPrice:
        return LegPrice(units_of(priced_time(found, answered, talk_s * SECOND_US).amount.amount))

    return rungs_of(price_at, from_s, span_s)


def rungs_of(price_at: Callable[[int], LegPrice], from_s: int, span_s: int) -> tuple[Rung, ...]:
    """The same, of a leg with these prices by seconds of talk."""
    found: dict[LegPrice, Rung] = {}  # what costs no more is taken along
    for more_s in _steps(1 if from_s else min(FIRST_S, span_s), span_s):
        price = price_at(from_s + more_s + MARGIN_S)
        found[price] = Rung(from_s + more_s, *price)
    return tuple(found.values())


def rate_ahead(tariff: Tariff, number: str, answered: Instant, from_s: int) -> int | Unrated:
    """What a second costs from there on, in units, rounded up."""
    now = units_at(tariff, number, answered, from_s)
    later = units_at(tariff, number, answered, from_s + RATE_S)
    if isinstance(now, Unrated):
        return now
    return later if isinstance(later, Unrated) else -(-(later - now) // RATE_S)


def units_at(tariff: Tariff, number: str, answered: Instant, talk_s: int) -> int | Unrated:
    """What the leg costs when it ends after so many seconds, in units of credit.

    Raises:
        AmountTooLarge: no account can pay it.
    """
    price = price_of_span(tariff, number, answered, talk_s * SECOND_US)
    return price if isinstance(price, Unrated) else units_of(price.amount)


def credit_ends_s(tariff: Tariff, number: str, answered: Instant, reply: SpanReply, limit_s: int) -> int | Unrated:
    """After how many seconds of talk the leg's credit ends, if nothing changes; `limit_s` at most.

    Alone on its account the leg has all that is left, by its own prices, to the second. With others it is estimated by
    what each costs a second, and the estimate comes true as the end comes near.
    """
    if reply.legs > 1:
        ends_s = limit_s if reply.dry is None else (reply.dry - answered) // SECOND_US
    else:
        amount = Money(amount_of(reply.units + max(reply.left, 0)), tariff.currency)
        longest_s = affordable_s(tariff, number, answered, amount, limit_s + MARGIN_S)
        if isinstance(longest_s, Unrated):
            return longest_s
        ends_s = longest_s - MARGIN_S
    return min(max(ends_s, reply.talk_s), limit_s)


def ask_again_s(talked_s: float, talk_s: int, span_s: int) -> float:
    """In how many seconds to ask for the next span: half of what is left of this one, so that money that comes back to
    the account in the last seconds is noticed; half of a usual span at most, a second at least.
    """
    return max(1.0, min(span_s, talk_s - talked_s) / 2)


def lease_us(span_s: int, ring_s: int = 0) -> int:
    """How long what is asked for stays reserved if nothing more is said of the leg (microseconds)."""
    return (ring_s + span_s + MARGIN_S + LEASE_SLACK_S) * SECOND_US


def _steps(first_s: int, span_s: int) -> list[int]:
    steps = [first_s]
    while steps[-1] * 2 < span_s:
        steps.append(steps[-1] * 2)
    return steps if steps[-1] == span_s else [*steps, span_s]
