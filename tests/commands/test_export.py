"""`callcontrol export`: what a person sees, and what a stranger can check of the files."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import orjson
import psycopg
import pyarrow.parquet
import pytest

from callcontrol.commands import export
from callcontrol.edges.ledger.writer import LedgerWriter
from tests.billing.trails import NOON
from tests.commands.command import run
from tests.config.example import EXAMPLE, ROOT
from tests.config.folder import MAIN, files
from tests.jobs.exports.conftest import payload

SAYS = """\
exports:
  charges: {what: charges, folder: FOLDER, columns: [leg_id, amount]}
  columnar: {what: charges, folder: FOLDER, format: parquet}
"""


class Office:
    """A configuration with two exports to one folder, and its ledger."""

    def __init__(self, root: Path, dsn: str, capsys: pytest.CaptureFixture[str]) -> None:
        self.out, self.config, self._capsys, self._dsn = root / "out", root / "config", capsys, dsn
        self.out.mkdir()
        main = f"{MAIN}postgres: {{dsn: '{dsn}'}}\ndata: {root / 'data'}\n{SAYS.replace('FOLDER', str(self.out))}"
        for name, text in files(main=main).items():
            path = self.config / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text or (EXAMPLE / name).read_text())  # the price list

    def write(self, *payloads: bytes) -> None:
        writer = LedgerWriter(self._dsn, now=lambda: NOON)
        assert writer.write(payloads) == []
        writer.close()

    def said(self, *arguments: object, status: int = 0) -> list[str]:
        assert run(export, *arguments, "--config", self.config) == status
        told = self._capsys.readouterr()
        return [*told.out.splitlines(), *told.err.splitlines()]

    def chain(self) -> subprocess.CompletedProcess[str]:
        """What the shell says by the lines of the README."""
        readme = (ROOT / "README.md").read_text(encoding="utf-8")
        lines = re.search(r"<!-- the chain of manifests -->\n```sh\n(.*?)```", readme, re.DOTALL)
        assert lines is not None
        return subprocess.run(["sh", "-c", lines[1]], cwd=self.out, capture_output=True, text=True, check=False)


@pytest.fixture
def office(
    tmp_path: Path, database: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Office:
    monkeypatch.setenv("COLUMNS", "200")
    return Office(tmp_path, database, capsys)


def test_from_an_empty_ledger_to_files_that_a_stranger_can_check(office: Office, tmp_path: Path) -> None:
    assert office.said("list", "charges") == ["it has no batch yet: `callcontrol export run` makes one"]
    assert office.said("run", "charges") == ["nothing was written since the last batch"]
    for n in range(3):
        office.write(payload(n))
        assert office.said("run", "charges") == [f"batch {n + 1}: 1 rows, charges-00000{n + 1}.csv to {office.out}"]
    assert office.chain().stdout == "3 batches, nothing missing, nothing altered\n"
    assert office.said("verify", "charges") == ["3 batches, 3 rows, 0 faults"]
    assert office.said("check", "charges", "--bytes") == [
        "3 batches, 3 rows, 0 missing, 0 double; 0 rows wait for the next batch"
    ]
    (told,) = (orjson.loads(line) for line in office.said("list", "charges", "--limit", "1", "--json"))
    assert (told["number"], told["sums"], told["delivered_to"]) == (
        3,
        {"amount": {"PLN": "0.63000000"}},
        str(office.out),
    )
    assert any(line.startswith("charges ") for line in office.said("list"))
    second = office.out / "charges-000002.csv"
    whole = second.read_bytes()
    second.write_bytes(whole.replace(b"0.63", b"0.03"))
    assert "charges-000002.csv: FAILED" in office.chain().stdout
    assert office.said("verify", "charges", status=1)[1] == "charges-000002.csv is not the file that was delivered"
    assert "is there already, and is another file" in office.said("resend", "charges", 2, status=1)[0]
    second.unlink()
    assert office.said("resend", "charges", 2) == [f"batch 2: 1 rows, charges-000002.csv to {office.out}"]
    assert second.read_bytes() == whole
    (office.out / "charges-000002.manifest.json").unlink()
    assert office.chain().stdout == "batch 2 is missing\n"


def test_what_became_of_rows_since_is_told(office: Office, database: str) -> None:
    office.write(payload(0), payload(1))
    office.said("run", "charges")
    office.write(payload(2))
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("DELETE FROM charges WHERE leg_id = (SELECT min(leg_id) FROM charges WHERE tenant = 'acme')")
        connection.execute("UPDATE charges SET amount = amount + 1 WHERE tenant = 'acme'")
    said = office.said("check", "charges", "--bytes", status=1)
    assert said[0] == (
        "1 batches, 2 rows, 0 missing, 0 double, 1 no longer in the ledger; 1 rows wait for the next batch"
    )
    assert "batch 1 of charges cannot be made again" in said[1]
    assert office.said("run", "nothing", status=1) == ["there is no export nothing; there are: charges, columnar"]


def test_parquet_has_the_types_of_the_columns_and_the_same_bytes(office: Office, tmp_path: Path) -> None:
    office.write(payload(0), payload(1))
    office.said("run", "columnar")
    table = pyarrow.parquet.read_table(office.out / "columnar-000001.parquet")
    types = {field.name: str(field.type) for field in table.schema}
    assert (types["amount"], types["answered_at"], types["started_day"], types["number"]) == (
        "decimal128(38, 8)",
        "timestamp[us, tz=UTC]",
        "date32[day]",
        "string",
    )
    assert table.num_rows == 2
    again = tmp_path / "again"
    again.mkdir()
    office.said("resend", "columnar", 1, "--to", again)
    name = "columnar-000001.parquet"
    assert (again / name).read_bytes() == (office.out / name).read_bytes()
