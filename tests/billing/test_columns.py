"""What a declaration makes of a table and of JSON."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

import pytest

from callcontrol.billing.columns import LATER, ROWS, Kind, Named, Table
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Whose:
    name: str
    hidden: bool


@dataclass(frozen=True, slots=True)
class Station:
    at: Instant
    what: str
    passed: Annotated[bool, LATER] = False


@dataclass(frozen=True, slots=True)
class Row:
    id: str
    outcome: Outcome
    count: int
    began: Annotated[Instant, Named("began_at")]
    ended: Annotated[Instant | None, Named("ended_at")]
    cost: Decimal | None
    whose: Whose
    words: tuple[str, ...]
    way: tuple[Station, ...]
    parts: Annotated[tuple[Whose, ...], ROWS] = ()
    why: Annotated[str, LATER] = ""


ROW = Row(
    "x", Outcome.BUSY, 3, Instant(5), None, Decimal("0.10"), Whose("Jan", True), ("a",), (Station(Instant(7), "w"),)
)
WRITTEN = {
    "id": "x",
    "outcome": "busy",
    "count": 3,
    "began_at": 5,
    "ended_at": None,
    "cost": "0.10",
    "whose_name": "Jan",
    "whose_hidden": True,
    "words": ["a"],
    "way": [{"at": "1970-01-01T00:00:00.000007Z", "what": "w"}],
}


def test_a_field_is_a_column_of_its_kind() -> None:
    assert [(column.name, column.kind) for column in Table(Row).columns] == [
        ("id", Kind.TEXT),
        ("outcome", Kind.TEXT),
        ("count", Kind.INTEGER),
        ("began_at", Kind.TIME),
        ("ended_at", Kind.TIME),
        ("cost", Kind.NUMBER),
        ("whose_name", Kind.TEXT),
        ("whose_hidden", Kind.BOOLEAN),
        ("words", Kind.TEXTS),
        ("way", Kind.DOCUMENT),
        ("why", Kind.TEXT),
    ]


def test_a_row_is_written_and_read() -> None:
    assert Table(Row).to_json(ROW) == WRITTEN
    assert Table(Row).from_json(WRITTEN) == ROW
    assert Table(Row).from_json(WRITTEN, parts=(Whose("Ola", False),)).parts == (Whose("Ola", False),)


def test_what_came_later_is_written_where_it_is_not_the_default() -> None:
    late = Row("x", Outcome.BUSY, 3, Instant(5), None, None, ROW.whose, (), (Station(Instant(7), "w", True),), why="so")
    written = Table(Row).to_json(late)
    assert (written["why"], written["way"][0]["passed"]) == ("so", True)
    assert Table(Row).from_json(written) == late


@pytest.mark.parametrize("name", sorted(WRITTEN))
def test_what_did_not_come_later_must_be_there(name: str) -> None:
    with pytest.raises(KeyError, match=name):
        Table(Row).from_json({key: value for key, value in WRITTEN.items() if key != name})


def test_a_type_that_is_no_column_is_refused() -> None:
    @dataclass(frozen=True)
    class Odd:
        what: float

    with pytest.raises(TypeError, match="what: <class 'float'> is no type of a column"):
        Table(Odd)


def test_what_came_later_says_what_older_records_mean() -> None:
    @dataclass(frozen=True)
    class Late:
        why: Annotated[str, LATER]

    with pytest.raises(TypeError, match="why came later: what is meant by records that do not have it"):
        Table(Late)
