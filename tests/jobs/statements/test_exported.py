"""Statements are delivered like all exports: each document once, to the byte as it was closed."""

from __future__ import annotations

import hashlib
from pathlib import Path

import orjson

from callcontrol.edges.deliveries import FolderDelivery
from callcontrol.jobs.exports.exporting import Exporter
from callcontrol.jobs.statements.closing import close, correct
from tests.jobs.exports.conftest import manifests, plan_of
from tests.jobs.statements.conftest import LATER, Ledger


def test_a_statement_and_its_note_are_in_one_batch_each(ledger: Ledger, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    plan = plan_of(out, "what: statements, format: jsonl")
    exporter = Exporter(ledger.connection, plan, FolderDelivery(str(out)), tmp_path / "temporary")
    (one,) = close(ledger.connection, ledger.book, "2026-10", LATER, "anna")
    assert exporter.run().rows == 1
    ledger.write("late", "2026-10-05T10:00Z", "1.00")
    (note,) = correct(ledger.connection, ledger.book, "2026-10", "anna")
    assert exporter.run().rows == 1
    assert exporter.run().rows == 0
    rows = [orjson.loads(path.read_text()) for path in sorted(out.glob("*.jsonl"))]
    assert [(row["number"], row["corrects"], row["document"]) for row in rows] == [
        (1, None, one.text),
        (2, 1, note.text),
    ]
    assert [hashlib.sha256(row["document"].encode()).hexdigest() for row in rows] == [row["sha256"] for row in rows]
    assert [told["sums"]["gross"] for told in manifests(out)] == [{"PLN": "19.04000000"}, {"PLN": "1.23000000"}]
