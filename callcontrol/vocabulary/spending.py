"""What a payer spends: the spans over which it is summed up, and the sums."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta, tzinfo
from decimal import Decimal
from enum import StrEnum
from typing import Final, NamedTuple

from callcontrol.vocabulary.call_price import about
from callcontrol.vocabulary.moment import SECOND_US, Instant, datetime_of
from callcontrol.vocabulary.wall_clock import day_at, moment_of

# The payer that is the tenant as a whole, what all its extensions pay for included; in the ledger it is called WHOLE,
# for what the tenant itself pays for has this payer there.
TENANT: Final = "tenant"
WHOLE: Final = "*"
_HOUR_US: Final = 3600 * SECOND_US


class Span(StrEnum):
    """Over which spending is summed up."""

    HOUR = "hour"
    DAY = "day"
    MONTH = "month"


class Payer(NamedTuple):
    """A payer of a tenant."""

    tenant: str
    name: str


# Beginning and end of each span that a moment lies in.
Spans = Mapping[Span, tuple[Instant, Instant]]
# By class of number and currency what was spent in each span.
Spent = dict[tuple[str, str], Mapping[Span, Decimal]]


def spans_at(now: Instant, zone: tzinfo) -> Spans:
    """The hour, day and month of this moment on the clocks of `zone`.

    An hour that the clocks show twice is two hours. Days and months are as long as the clocks make them.
    """
    local = datetime_of(now, zone)
    past_us = (local.minute * 60 + local.second) * SECOND_US + local.microsecond
    hour, today = Instant(now - past_us), day_at(now, zone)
    first = today.replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    return {
        Span.HOUR: (hour, Instant(hour + _HOUR_US)),
        Span.DAY: (moment_of(today, 0, zone), moment_of(today + timedelta(days=1), 0, zone)),
        Span.MONTH: (moment_of(first, 0, zone), moment_of(following, 0, zone)),
    }


def same_hours(now: Instant, zone: tzinfo, weeks: int) -> tuple[Instant, ...]:
    """The beginnings of the same hour of the week, on the clocks of `zone`, in so many weeks before."""
    local = datetime_of(now, zone)
    day = day_at(now, zone)
    return tuple(moment_of(day - timedelta(weeks=back), local.hour * 60, zone) for back in range(1, weeks + 1))


def in_currency(amount: Decimal, of: str, currency: str) -> Decimal:
    """An amount in another currency, by round figures: limits need no better ones."""
    return amount if of in (currency, "") else amount * about(Decimal(1), currency) / about(Decimal(1), of)


def sum_of(spent: Spent, classes: Iterable[str] | None, span: Span, currency: str) -> Decimal:
    """What was spent on numbers of these classes (None: of all) in this span, in this currency."""
    wanted = None if classes is None else frozenset(classes)
    return sum(
        (
            in_currency(amounts[span], of, currency)
            for (direction, of), amounts in spent.items()
            if wanted is None or direction in wanted
        ),
        Decimal(0),
    )


def added(spent: Spent, more: Spent) -> Spent:
    """Both together."""
    together = dict(spent)
    for key, amounts in more.items():
        before = together.get(key)
        together[key] = amounts if before is None else {span: before[span] + amounts[span] for span in Span}
    return together
