"""Metrics of credit accounts."""

from __future__ import annotations

from prometheus_client import Gauge

from callcontrol.edges import series
from callcontrol.edges.meters import MAX
from callcontrol.vocabulary.outcome import CREDIT_USED_UP, NO_CREDIT

mended_total = series.counter(
    "callcontrol_credit_mended_total",
    "Accounts whose balance in Redis was not the ledger's, and was put right: differs (for the same entry), ahead (of"
    " an entry that the ledger does not have)",
    how=series.of(("differs", "ahead")),
)
expired_total = series.counter(
    "callcontrol_credit_expired_total",
    "Legs whose reserved credit was released because their lease expired without a report",
)
unbooked = Gauge(
    "callcontrol_credit_unbooked",
    "Legs that have ended, and whose charge the ledger does not have after ten minutes",
    multiprocess_mode=MAX,
)
dropped_total = series.counter(
    "callcontrol_credit_dropped_total",
    "Legs of which no record came within a day: what they had cost counts no more",
)
legs_ended_total = series.counter(
    "callcontrol_credit_legs_ended_total",
    "Legs that ended for want of credit, by cause: CREDIT_USED_UP (in a talk), NO_CREDIT (they were not dialled)",
    tenant=series.tenants,
    cause=series.of((CREDIT_USED_UP, NO_CREDIT)),
)
compared_seconds = Gauge(
    "callcontrol_credit_compared_seconds",
    "Seconds since the balances in Redis were compared with the ledger, by the worker that does",
    multiprocess_mode=MAX,
)
faults = Gauge(
    "callcontrol_account_faults",
    "Entries of credit accounts, and counters of bundles, that did not add up when the media job redid them last",
    multiprocess_mode=MAX,
)
checked_timestamp = Gauge(
    "callcontrol_account_checked_timestamp_seconds",
    "When the media job has redone the books of credit accounts last, in seconds since the epoch",
    multiprocess_mode=MAX,
)
