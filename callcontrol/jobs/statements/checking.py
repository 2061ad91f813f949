"""Redoes a tenant's documents: none altered or missing, and what they say of calls together is what the calls cost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from callcontrol.billing.statements.document import Line, Section, total_of
from callcontrol.edges.ledger.session import DictConnection
from callcontrol.edges.ledger.statements import Closed, altered, changed_calls, closed_of
from callcontrol.jobs.statements.closing import Book
from callcontrol.vocabulary.money import EXACT


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of it.

    Attributes:
        gone: calls that are stated and no longer in the ledger: their time there is over.
        stated: what documents say that calls cost, before it was rounded, by currency.
        faults: what does not add up, in words.
    """

    documents: int
    gone: int
    stated: Mapping[str, Decimal]
    faults: tuple[str, ...]


def checked(connection: DictConnection, book: Book) -> Checked:
    """Redo all documents of a tenant.

    Raises:
        psycopg.Error: Postgres did not answer.
    """
    closed = closed_of(connection, book.name)
    faults = [*altered(connection, book.name, closed)]
    by_month: defaultdict[tuple[str, str], list[Closed]] = defaultdict(list)
    for one in closed:
        by_month[one.document.month, one.document.currency].append(one)
    stated: defaultdict[str, Decimal] = defaultdict(Decimal)
    gone = 0
    for (month, currency), its in by_month.items():
        said, known = list(_lines(its)), _known(connection, book, month, its)
        stated[currency] = EXACT.add(stated[currency], _exact(said))
        less = _calls(said) - _calls(known)
        gone += max(less, 0)
        if less < 0 or (less == 0 and _exact(said) != _exact(known)):
            faults.append(
                f"documents of {month} state {_calls(said)} calls and {_exact(said):f} {currency}, the ledger has"
                f" {_calls(known)} and {_exact(known):f}: its charges were altered since"
            )
    return Checked(len(closed), gone, dict(stated), tuple(faults))


def _known(connection: DictConnection, book: Book, month: str, its: Sequence[Closed]) -> list[Line]:
    """What the ledger has of the month's calls, as of the last document."""
    to_in, rules = max(one.to_in for one in its), its[0].document.rules
    return changed_calls(connection, book.calls_of(connection, month), lambda _: rules, 0, to_in).get(
        its[0].document.currency, []
    )


def _calls(lines: Iterable[Line]) -> int:
    return sum(line.quantity for line in lines)


def _lines(closed: Iterable[Closed]) -> Iterator[Line]:
    return (line for one in closed for line in one.document.lines if line.section is Section.CALLS)


def _exact(lines: Iterable[Line]) -> Decimal:
    return total_of(line.exact for line in lines)
