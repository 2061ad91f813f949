"""Credit arithmetic: what a call costs up to here, and how long one may talk for an amount. By the rater itself.

A price never falls as a call goes on (every shape of price keeps to it), so the longest time for an amount is found by
halving the stretch in which it lies: a dozen or two ratings, whatever the list looks like.
"""

from __future__ import annotations

from collections.abc import Callable

from callcontrol.billing.charges import Unrated
from callcontrol.billing.rating import MAX_TALK_US, find, priced_time
from callcontrol.billing.tariff import Tariff
from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.vocabulary.money import Money

MAX_TALK_S = MAX_TALK_US // SECOND_US


def price_of_span(tariff: Tariff, number: str, answered: Instant, talk_us: int) -> Money | Unrated:
    """What the call costs if it ends now: the amount of its charge.

    Args:
        number: the number called, in normal form.
        answered: when the leg was answered (for a call not dialled yet: when it is expected to be).
        talk_us: from its answer up to here, in microseconds.
    """
    found = find(tariff, number, answered, talk_us)
    return found if isinstance(found, Unrated) else priced_time(found, answered, talk_us).amount


def affordable_s(
    tariff: Tariff, number: str, answered: Instant, amount: Money, limit_s: int = MAX_TALK_S
) -> int | Unrated:
    """The longest call, in whole seconds from its answer, that costs no more than this amount; at most `limit_s`.

    A call that lasts a millisecond longer may cost more. 0 also for an amount below nothing, whatever a call costs.

    Raises:
        BadMoney: the amount is in another currency than the list.
    """
    found = find(tariff, number, answered)
    if isinstance(found, Unrated):
        return found

    def is_affordable(seconds: int) -> bool:
        return priced_time(found, answered, seconds * SECOND_US).amount <= amount

    return longest_s(is_affordable, limit_s)


def longest_s(is_affordable: Callable[[int], bool], limit_s: int) -> int:
    """The longest call, in whole seconds, that is affordable: each shorter one is as well."""
    longest = max(0, min(limit_s, MAX_TALK_S))
    if is_affordable(longest):
        return longest
    low, high = 0, 1  # low is affordable (a call of no time costs nothing); high is not, once the stretch is found
    while high < longest and is_affordable(high):
        low, high = high, min(high * 4, longest)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if is_affordable(middle) else (low, middle)
    return low
