"""Counts finished calls by their records: outcomes, legs, charges without a price, and the limits and loops they ran
into on their way, which routing itself does not count.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from callcontrol.billing.record import CallRecord, RatedRecord, Side
from callcontrol.edges import credit_meters, meters
from callcontrol.routing.carrier_loops import LOOP
from callcontrol.vocabulary.moment import SECOND_US
from callcontrol.vocabulary.outcome import CREDIT_USED_UP, NO_CREDIT

# How the reason of a station that was passed begins -> the limit, by its name in deploy/README.md.
LIMITS: Mapping[str, str] = {
    "hop limit": "hops",
    "choice limit": "choices",
    "leg limit": "legs_per_call",
    "the queue is full": "length",
}

# Series that are found without asking the library for them, which costs every call more than the counting.
SERIES_KEPT = 1_024
_calls = lru_cache(SERIES_KEPT)(meters.calls_total.labels)
_legs = lru_cache(SERIES_KEPT)(meters.legs_total.labels)


def count(rated: RatedRecord) -> None:
    """Count a call that is over."""
    record = rated.call
    count_limits(record)
    if unrated := sum(charge.amount is None for charge in rated.charges):
        meters.unrated_total.labels(record.tenant).inc(unrated)
    _calls(record.tenant, record.outcome.value).inc()
    for menu in record.menus:
        key = menu.pressed if menu.how == "key" else ""
        meters.menus_left_total.labels(record.tenant, menu.menu, menu.how, key).inc()
        meters.menu_seconds_total.labels(record.tenant, menu.menu).inc((menu.left - menu.entered) / SECOND_US)
    for leg in record.legs:
        if leg.address and leg.direction is Side.B:
            _legs(leg.trunk, leg.cause).inc()
        if leg.cause in (CREDIT_USED_UP, NO_CREDIT):
            credit_meters.legs_ended_total.labels(record.tenant, leg.cause).inc()
        if leg.estimated:
            meters.legs_estimated_total.inc()


def count_limits(record: CallRecord) -> None:
    """Count each station of the call's way that a limit or a loop kept it from."""
    for entry in record.path:
        if not entry.passed:
            continue
        if entry.why.startswith(LOOP):
            meters.carrier_loops_total.labels(record.tenant).inc()
        for reason, limit in LIMITS.items():
            if entry.why.startswith(reason):
                meters.limits_reached_total.labels(limit).inc()
