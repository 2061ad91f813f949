"""`callcontrol statement`: from calls in the ledger to a closed statement as JSON, CSV and PDF."""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path

import orjson
import pytest

from callcontrol.commands import statement
from callcontrol.edges import clock
from callcontrol.edges.ledger.writer import LedgerWriter
from callcontrol.vocabulary.moment import instant_from
from tests.billing.trails import NOON
from tests.commands.command import run
from tests.config.example import EXAMPLE
from tests.config.folder import MAIN, TENANT, files
from tests.edges.ledger.samples import payload

SAYS = """\
language: pl
statements:
  since: 2026-11
  currency: PLN
  vat_percent: 23
  customer: [Zażółć Gęślą Jaźń S.A., Łódź]
  fees:
    pbx: {name: Centrala, amount: 30.00, from: 2026-11-21}
"""


class Office:
    """A configuration with statements, and its ledger."""

    def __init__(self, root: Path, dsn: str, capsys: pytest.CaptureFixture[str]) -> None:
        self.out, self.config, self._capsys, self._dsn = root / "out", root / "config", capsys, dsn
        self.out.mkdir()
        main = f"{MAIN}postgres: {{dsn: '{dsn}'}}\ndata: {root / 'data'}\nstatements: {{issuer: [Telefonia]}}\n"
        for name, text in files(TENANT + SAYS, main=main).items():
            path = self.config / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text or (EXAMPLE / name).read_text())  # the price list

    def write(self, *payloads: bytes) -> None:
        writer = LedgerWriter(self._dsn, now=lambda: NOON)
        assert writer.write(payloads) == []
        writer.close()

    def said(self, *arguments: object, status: int = 0) -> str:
        assert run(statement, *arguments, "--config", self.config) == status
        told = self._capsys.readouterr()
        return told.out + told.err


@pytest.fixture
def office(
    tmp_path: Path, database: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Office:
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.setattr(clock, "now", lambda: instant_from("2026-12-02T12:00Z"))
    return Office(tmp_path, database, capsys)


def test_a_month_from_its_draft_to_its_correction(office: Office) -> None:
    office.write(payload(0), payload(1, estimated=True))
    draft = office.said("show", "acme", "2026-11")
    assert "2026-11 of acme is not closed: this is how it is now" in draft
    assert "Projekt: miesiąc nie jest zamknięty" in draft
    assert office.said("list", "acme").splitlines() == [
        "acme has no statement yet",
        "2026-11 is over and not closed",
    ]
    # 0.63 twice, and a third of 30.00
    assert office.said("close", "acme", "last-month", "--by", "anna").splitlines() == [
        "acme/2026-11/1: statement, 13.85 PLN with VAT 2.59, 2 lines"
    ]
    shown = office.said("show", "acme", "2026-11")
    for text in ("Zestawienie acme/2026-11/1", "Zażółć", "Centrala", "21-30", "10,00", "Razem (PLN): 13,85"):
        assert text in shown
    assert office.said("correct", "acme", "2026-11") == "nothing of 2026-11 has changed since\n"
    office.write(payload(1, amount="1.0000"))  # the truth of what was an estimate
    assert office.said("correct", "acme", "2026-11", "--by", "anna").splitlines() == [
        "acme/2026-11/2: note, corrects 1, 0.45 PLN with VAT 0.08, 1 lines"
    ]
    assert office.said("check") == "acme: 2 documents, calls stated: 1.63 PLN; 0 faults\n"
    rows = [orjson.loads(line) for line in office.said("list", "acme", "--json").splitlines()]
    assert [(row["number"], row["kind"], row["gross"], row["closed_by"]) for row in rows] == [
        (1, "statement", "13.85", "anna"),
        (2, "note", "0.45", "anna"),
    ]
    listed = office.said("list", "acme")
    assert "statement" in listed
    assert "13.85" in listed


def test_the_same_document_as_json_csv_and_pdf(office: Office) -> None:
    office.write(payload(0))
    office.said("close", "acme", "2026-11")
    (document,) = (orjson.loads(line) for line in office.said("show", "acme", "2026-11", "--json").splitlines())
    assert (document["number"], document["gross"], document["customer"][1]) == (1, "13.07", "Łódź")
    rows = list(csv.DictReader(io.StringIO(office.said("show", "acme", "2026-11", "--csv"), newline="")))
    assert [row["section"] for row in rows] == ["fees", "calls", "vat", "total"]
    path = Path(office.said("show", "acme", "2026-11", "--number", 1, "--pdf", office.out).strip())
    first = path.read_bytes()
    assert path.name == "acme-2026-11-000001.pdf"
    assert first.startswith(b"%PDF-1.7")
    assert b"/MarkInfo" in first
    assert b"/Lang(pl)" in first
    assert list(path.parent.iterdir()) == [path]
    path.unlink()
    office.said("show", "acme", "2026-11", "--pdf", office.out)
    assert path.read_bytes() == first


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("close", "acme", "2026-12"), "2026-12 is not over on the clocks of Europe/Warsaw"),
        (("close", "acmee", "2026-11"), "there is no tenant acmee: did you mean acme?"),
        (("show", "acme", "november"), "'november' is no month: write one such as 2026-11"),
        (("show", "acme", "2026-11", "--number", "7"), "2026-11 of acme has no document 7"),
        (("show", "acme", "2026-11", "--pdf", "/nowhere/at/all"), "there is no folder /nowhere/at/all"),
        (("correct", "acme", "2026-11"), "2026-11 of acme is not closed, so there is nothing to correct"),
    ],
)
def test_what_makes_no_sense_is_refused(office: Office, arguments: tuple[str, ...], told: str) -> None:
    assert told in office.said(*arguments, status=1)


def test_without_typst_it_is_said_how_to_get_it(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    told = office.said("show", "acme", "2026-11", "--pdf", office.out, status=1)
    assert "PDF is written by Typst: pip install 'callcontrol[statements]'" in told
