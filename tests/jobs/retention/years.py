"""Years of calls whose totals are known before they are written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from callcontrol.billing.record_json import to_json
from callcontrol.edges.ledger.partitions import later
from callcontrol.edges.ledger.writer import LedgerWriter
from callcontrol.vocabulary.moment import Instant, instant_of
from tests.billing.trails import answered_in_queue, forwarded
from tests.edges.ledger.samples import rated

AMOUNT = Decimal("0.63")


def noon(day: date) -> Instant:
    return instant_of(datetime.combine(day, datetime.min.time(), UTC).replace(hour=12))


def months(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first = later(first, 1)


def payload(n: int, tenant: str, at: Instant, *, in_queue: bool = False) -> bytes:
    """The n-th call, which costs AMOUNT."""
    record = rated(answered_in_queue(n, at) if in_queue else forwarded(n, at), str(AMOUNT))
    return to_json(replace(record, call=replace(record.call, tenant=tenant)))


def fill(dsn: str, tenants: Iterable[str], spans: Iterable[date]) -> int:
    """Two calls of each tenant in each month, one of them in a queue; how many calls that are."""
    n = 0
    names = list(tenants)
    for month in spans:
        writer = LedgerWriter(dsn, now=lambda month=month: noon(month.replace(day=28)))  # type: ignore[misc]
        calls = []
        for tenant in names:
            calls += [payload(n, tenant, noon(month.replace(day=3)))]
            calls += [payload(n + 1, tenant, noon(month.replace(day=28)), in_queue=True)]
            n += 2
        assert writer.write(calls) == []
        writer.close()
    return n
