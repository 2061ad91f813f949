"""Missed callers as lines: whatever has become of a case is a line of its own, once, and never changes."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from callcontrol.edges.deliveries import FolderDelivery
from callcontrol.edges.ledger.missed_cases import do, forget_number
from callcontrol.edges.ledger.reader import connect
from callcontrol.edges.ledger.session import DictConnection, transaction
from callcontrol.jobs.exports.checking import checked
from callcontrol.jobs.exports.exporting import Exporter
from callcontrol.vocabulary.missed import CaseAct, CaseActKind, CaseKey
from callcontrol.vocabulary.moment import SECOND_US, Instant
from tests.billing.missed.test_contacts import JAN
from tests.config.example import example
from tests.jobs.exports.conftest import lines, manifests, plan_of
from tests.jobs.test_missed_callers import Books, gave_up, spoke

SAYS = "what: missed, columns: [number, target, revision, status, missed, how, by, claimed_by, replaces_batch]"


@pytest.fixture
def books(database: str) -> Iterator[Books]:
    made = Books(database, example())
    made.read()
    yield made
    made.close()


@pytest.fixture
def ledger(books: Books) -> Iterator[DictConnection]:
    with connect(books.dsn) as connection:
        yield connection


def told(folder: Path) -> list[tuple[str, ...]]:
    return [
        tuple(row[name] for name in ("revision", "status", "missed", "how", "replaces_batch")) for row in lines(folder)
    ]


def test_what_becomes_of_a_case_is_told_line_by_line(
    books: Books, ledger: DictConnection, exporter: Callable[[str], Exporter], tmp_path: Path
) -> None:
    folder, export = tmp_path / "out", exporter(SAYS)
    books.write(gave_up(1))
    books.read()
    assert export.run().rows == 1
    books.write(gave_up(2, 300))
    books.read()
    act = CaseAct(
        Instant(books.now + 600 * SECOND_US),
        CaseKey(JAN, "queue:support"),
        CaseActKind.CLAIM,
        "anna",
        "",
        Instant(books.now + 2400 * SECOND_US),
    )
    with transaction(ledger):
        do(ledger, "acme", act)
    assert export.run().rows == 2
    books.write(spoke(3, 900))
    books.read()
    books.read()
    assert export.run().rows == 1
    assert export.run().rows == 0
    assert told(folder) == [
        ("1", "open", "1", "", ""),
        ("2", "open", "2", "", "1"),
        ("3", "open", "2", "", "2"),
        ("4", "closed", "2", "came_back", "2"),
    ]
    assert manifests(folder)[1]["sums"] == {"missed": {"calls": "4"}, "tries": {"calls": "0"}}
    found = checked(ledger, plan_of(folder, SAYS).scope)
    assert (found.is_sound, found.rows, found.waiting) == (True, 4, 0)
    again = tmp_path / "again"
    again.mkdir()
    copies = Exporter(ledger, plan_of(folder, SAYS), FolderDelivery(str(again)), tmp_path / "temporary")
    for number in (1, 2, 3):
        copies.resend(number)
    assert {path.name: path.read_bytes() for path in again.iterdir()} == {
        path.name: path.read_bytes() for path in folder.iterdir()
    }


def test_a_case_that_was_none_is_void(books: Books, exporter: Callable[[str], Exporter], tmp_path: Path) -> None:
    books.write(gave_up(1, estimated=True))
    books.read()
    export = exporter(SAYS)
    export.run()
    books.write(replace(spoke(1, 0), estimated=False))
    books.read()
    export.run()
    assert told(tmp_path / "out") == [("1", "open", "1", "", ""), ("2", "void", "1", "", "1")]


def test_a_case_that_comes_and_goes_in_one_transaction_leaves_nothing(books: Books, ledger: DictConnection) -> None:
    books.write(gave_up(1))
    books.read()
    with transaction(ledger):
        ledger.execute("CREATE TEMP TABLE kept ON COMMIT DROP AS SELECT * FROM missed_cases")
        ledger.execute("DELETE FROM missed_cases")
        ledger.execute("INSERT INTO missed_cases SELECT * FROM kept")
    rows = ledger.execute("SELECT revision, is_void FROM missed_revisions").fetchall()
    assert rows == [{"revision": 1, "is_void": False}]


def test_what_is_erased_is_in_no_later_batch(
    books: Books, ledger: DictConnection, exporter: Callable[[str], Exporter]
) -> None:
    books.write(gave_up(1))
    books.read()
    with transaction(ledger):
        forget_number(ledger, "acme", JAN)
    assert ledger.execute("SELECT * FROM missed_revisions").fetchall() == []
    assert exporter(SAYS).run().rows == 0


def test_cases_of_before_are_lines_too(
    books: Books, ledger: DictConnection, exporter: Callable[[str], Exporter], tmp_path: Path
) -> None:
    """Each of their lines once, whichever day a batch is cut at."""
    books.write(gave_up(1), spoke(2, 600), gave_up(3, 86_400), spoke(4, 90_000))
    books.read()
    exporter(f"{SAYS}, most_rows: 1").run()
    assert [one["rows"] for one in manifests(tmp_path / "out")] == [1, 1]
    rows = [
        row
        for path in sorted((tmp_path / "out").glob("*.csv"))
        for row in csv.DictReader(io.StringIO(path.read_text(), newline=""))
    ]
    assert [row["status"] for row in rows] == ["closed", "closed"]
