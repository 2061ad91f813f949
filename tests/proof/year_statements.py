"""Statements of the year: months are closed while their calls are being written, and corrected again and again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, Protocol

from callcontrol.billing.statements.document import total_of
from callcontrol.config.settings import Settings
from callcontrol.config.statement_settings import Statements
from callcontrol.edges.ledger.reader import connect
from callcontrol.edges.ledger.statements import closed_of
from callcontrol.jobs.statements.checking import checked
from callcontrol.jobs.statements.closing import Book, close, correct
from callcontrol.vocabulary.moment import Instant

MONTHS: Final = [f"2026-{month:02}" for month in range(1, 13)]
AT_ONCE: Final = 5  # months that are closed at a time, of each tenant
VAT: Final = Decimal("0.23")


class Sums(Protocol):
    """What the facts of a month come to."""

    cost: Decimal


class YearStatements:
    """The books of these tenants, on the clocks of UTC."""

    def __init__(self, dsn: str, settings: Settings, tenants: Iterable[str], now: Instant) -> None:
        self._dsn, self._now = dsn, now
        says = Statements.model_validate({"since": MONTHS[0], "currency": "PLN", "vat_percent": "23"})
        tenant = settings.tenants["acme"].model_copy(update={"zone": "UTC", "statements": says})
        self._books = [Book(name, tenant, ()) for name in tenants]
        self._open = {name: list(MONTHS) for name in tenants}

    def look_back(self) -> None:
        """Close the next months, and correct all that are closed."""
        with connect(self._dsn) as connection:
            for book in self._books:
                left = self._open[book.name]
                for month in left[:AT_ONCE]:
                    close(connection, book, month, self._now, "proof")
                self._open[book.name] = left[AT_ONCE:]
                for month in set(MONTHS) - {*left[AT_ONCE:]}:
                    correct(connection, book, month, "proof")

    def compare(self, truth: Mapping[tuple[str, int], Sums]) -> Iterator[str]:
        """What statements and notes say otherwise than the facts."""
        while any(self._open.values()):
            self.look_back()
        with connect(self._dsn) as connection:
            for book in self._books:
                documents = [one.document for one in closed_of(connection, book.name)]
                yield from (f"statements of {fault}" for fault in checked(connection, book).faults)
                for number, month in enumerate(MONTHS, 1):
                    own = [one for one in documents if one.month == month]
                    net = truth[book.name, number].cost if (book.name, number) in truth else Decimal(0)
                    vat = (net * VAT).quantize(Decimal("0.01"), ROUND_HALF_UP)
                    told = [total_of(getattr(one, name) for one in own) for name in ("net", "vat", "gross")]
                    if told != [net, vat, net + vat]:
                        yield f"statements of {book.name} in {month}: {told}, the facts are {net} and VAT {vat}"
