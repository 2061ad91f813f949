"""Each row is in one batch, a batch is the same bytes whenever it is made, a correction is a row of a later one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from callcontrol.edges.deliveries import OtherFile
from callcontrol.edges.ledger.export_books import ExportBusy, ExportRefused, closing
from callcontrol.edges.ledger.session import DictConnection
from callcontrol.edges.ledger.writer import LedgerWriter
from callcontrol.jobs.exports.exporting import Delivered, Exporter
from tests.jobs.exports.conftest import lines, manifests, payload, plan_of

MakeExporter = Callable[[str], Exporter]


def test_what_was_written_since_the_last_run_is_in_the_next_batch(
    writer: LedgerWriter, exporter: MakeExporter, tmp_path: Path
) -> None:
    export = exporter("what: charges, columns: [leg_id, amount, currency, target, answered_at, revision]")
    assert export.run() == Delivered(0, 0)
    writer.write([payload(0), payload(1, "1.1000")])
    assert export.run() == Delivered(1, 2)
    assert export.run() == Delivered(0, 0)
    writer.write([payload(2)])
    assert export.run() == Delivered(1, 1)
    first, second = manifests(tmp_path / "out")
    assert (first["number"], first["rows"], first["sums"]["amount"], first["first_day"]) == (
        1,
        2,
        {"PLN": "1.73000000"},
        "2026-11-17",
    )
    assert (second["number"], second["rows"], second["sums"]["amount"]) == (2, 1, {"PLN": "0.63000000"})
    rows = lines(tmp_path / "out")
    assert sorted(row["amount"] for row in rows) == ["0.63000000", "0.63000000", "1.10000000"]
    assert {row["target"] for row in rows} == {"number:+48600700800"}
    assert len({row["leg_id"] for row in rows}) == 3
    assert list(rows[0]) == ["leg_id", "amount", "currency", "target", "answered_at", "revision"]
    assert rows[0]["answered_at"].endswith("Z")


@pytest.mark.parametrize("what", ["calls", "legs", "charges"])
def test_a_correction_is_a_row_of_a_later_batch_and_the_old_one_is_made_again_as_it_was(
    what: str, writer: LedgerWriter, exporter: MakeExporter, tmp_path: Path
) -> None:
    export = exporter(f"what: {what}")
    writer.write([payload(0, estimated=True), payload(1)])
    export.run()
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    writer.write([payload(0, "0.9000")])
    assert export.run().batches == 1
    corrected = [row for row in lines(tmp_path / "out") if row["revision"] != "1"]
    assert {(row["replaces_batch"], row["call_id"]) for row in corrected} <= {
        ("1", corrected[0]["call_id"]),
        ("2", corrected[0]["call_id"]),
    }
    told = {"calls": ["2"], "legs": ["2"], "charges": ["2", "3"]}
    assert [row["revision"] for row in corrected] == told[what] * (1 if what != "legs" else len(corrected))
    if what == "charges":
        assert [(row["status"], row["amount"], row["replaces_batch"]) for row in corrected] == [
            ("void", "", "1"),
            ("rated", "0.90000000", "2"),
        ]
    for path in (tmp_path / "out").iterdir():
        path.unlink()
    export.resend(1)
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before


def test_many_rows_make_several_batches(
    writer: LedgerWriter, ledger: DictConnection, exporter: MakeExporter, tmp_path: Path
) -> None:
    """Of one transaction, which is cut by days; and of several, each of which is whole."""
    writer.write([payload(n) for n in range(6)])
    ledger.execute("UPDATE legs SET started_day = started_day - position WHERE tenant = 'acme'")
    writer.write([payload(n) for n in range(6, 8)])
    writer.write([payload(n) for n in range(8, 10)])
    export = exporter("what: legs, columns: [leg_id, started_day], most_rows: 7")
    assert export.run() == Delivered(5, 30)
    told = [(one["rows"], one["days"]) for one in manifests(tmp_path / "out")]
    assert told == [
        (6, ["-infinity", "2026-11-16"]),
        (6, ["2026-11-16", "2026-11-17"]),
        (6, ["2026-11-17", "infinity"]),
        (6, ["-infinity", "infinity"]),
        (6, ["-infinity", "infinity"]),
    ]
    assert len({row["leg_id"] for row in lines(tmp_path / "out")}) == 30


def test_a_run_without_rows_makes_a_batch_where_that_is_wanted(exporter: MakeExporter, tmp_path: Path) -> None:
    export = exporter("what: calls, empty: yes, columns: [call_id]")
    assert [export.run(), export.run()] == [Delivered(1, 0)] * 2
    assert [one["rows"] for one in manifests(tmp_path / "out")] == [0, 0]
    assert [path.read_bytes() for path in sorted((tmp_path / "out").glob("*.csv"))] == [b"call_id\r\n"] * 2


def test_of_two_exporters_at_once_one_closes(
    database: str, ledger: DictConnection, exporter: MakeExporter, tmp_path: Path
) -> None:
    scope = plan_of(tmp_path, "what: calls").scope
    with (
        psycopg.connect(database, row_factory=psycopg.rows.dict_row) as other,
        closing(other, scope),
        pytest.raises(ExportBusy, match="another process"),
    ):
        exporter("what: calls").run()
    exporter("what: calls").run()


def test_what_is_in_an_export_never_changes(writer: LedgerWriter, exporter: MakeExporter) -> None:
    writer.write([payload()])
    exporter("what: calls").run()
    with pytest.raises(
        ExportRefused, match=r"are of calls of acme, the configuration says legs of acme: .* another name"
    ):
        exporter("what: legs").run()
    with pytest.raises(ExportRefused, match="calls of acme since 2026-11-01"):
        exporter("what: calls, since: 2026-11-01").run()


def test_a_batch_whose_rows_were_changed_is_not_made_again(
    writer: LedgerWriter, ledger: DictConnection, exporter: MakeExporter
) -> None:
    writer.write([payload()])
    export = exporter("what: charges")
    export.run()
    ledger.execute("UPDATE charges SET payer = 'tenant' WHERE tenant = 'acme'")
    with pytest.raises(ExportRefused, match=r"batch 1 of acme\.out cannot be made again: it had 1 rows"):
        export.resend(1)
    with pytest.raises(ExportRefused, match="has no batch 2"):
        export.resend(2)


def test_a_file_of_another_batch_is_not_overwritten(
    writer: LedgerWriter, exporter: MakeExporter, tmp_path: Path
) -> None:
    writer.write([payload()])
    stranger = tmp_path / "out" / "acme.out-000001.csv"
    stranger.write_text("mine")
    with pytest.raises(OtherFile, match="is there already"):
        exporter("what: calls").run()
    assert stranger.read_text() == "mine"
    stranger.unlink()
    assert exporter("what: calls").run() == Delivered(1, 1)


def test_a_database_that_was_put_back_is_not_exported_from(
    writer: LedgerWriter, ledger: DictConnection, exporter: MakeExporter
) -> None:
    writer.write([payload()])
    exporter("what: calls").run()
    ledger.execute("UPDATE export_batches SET to_in = to_in + 1000000")
    ledger.execute("UPDATE ledger_clusters SET system_identifier = 1 - origin")  # as in the cluster it came from
    with pytest.raises(ExportRefused, match="the database was put back"):
        exporter("what: calls").run()
    writer.close()
    writer.write([payload(2)])
    assert exporter("what: calls").run() == Delivered(1, 1)
    (row,) = ledger.execute("SELECT count(*) AS there FROM ledger_clusters WHERE origin > 1000000").fetchall()
    assert row["there"] == 1


def test_a_charge_says_who_called_whom_as_it_was_known_then(
    writer: LedgerWriter, exporter: MakeExporter, tmp_path: Path
) -> None:
    export = exporter("what: charges, columns: [caller_number, dialled, started_at, status, revision]")
    writer.write([payload(0, estimated=True)])
    export.run()
    writer.write([payload(0, "0.9000")])
    export.run()
    rows = lines(tmp_path / "out")
    assert [(row["revision"], row["status"]) for row in rows] == [("1", "rated"), ("2", "void"), ("3", "rated")]
    assert {(row["caller_number"], row["dialled"]) for row in rows} == {("+48221234567", "+48225550000")}
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    for path in (tmp_path / "out").iterdir():
        path.unlink()
    export.resend(1)
    export.resend(2)
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before
