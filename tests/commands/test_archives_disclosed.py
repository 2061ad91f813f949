"""`callcontrol disclose` and `erase` over months that were archived, in each format, as a person types them."""

from __future__ import annotations

import json
import zipfile
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest

from callcontrol.__main__ import main
from callcontrol.edges.ledger.session import DictConnection
from callcontrol.jobs.erasing.archives import archives_of, rows_of
from callcontrol.jobs.retention.archiving import MANIFEST
from tests.commands.test_media_care import config, ledger, settings_in
from tests.config import folder
from tests.jobs.retention.conftest import Keep, archive, keep
from tests.jobs.retention.years import AMOUNT, fill

__all__ = ["archive", "config", "keep", "ledger"]

NUMBER, TYPED, DIGITS = "+48600700800", "600 700 800", "600700800"
MONTHS = (date(2025, 1, 1), date(2025, 2, 1))
# Where the number is: of each month two calls that it answered, forwarded there and as an agent's phone.
TABLES = ("calls", "charges", "legs", "segments")


@pytest.fixture
def ledger_database(empty_database: str) -> str:
    """One of the test's own: partitions of it are dropped."""
    return empty_database


@pytest.fixture
def database(ledger_database: str) -> str:
    """The one that the job of retention works on."""
    return ledger_database


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    (tmp_path / "answers").mkdir()
    return tmp_path / "answers"


def archived(config: Path, database: str, keep: Keep, archive: Path, format_: str) -> None:
    """Two months of calls of acme and globex, all of them out of the ledger, in files of this format of both."""
    other = folder.TENANT.replace("acme.example", "globex.example").replace("+4822123", "+4822555")
    (config / "tenants" / "globex.yaml").write_text(folder.located(other))
    main_file = config / "callcontrol.yaml"
    kept = f"retention: {{archive: {{folder: {json.dumps(str(archive))}, format: {format_}}}}}\n"
    main_file.write_text(main_file.read_text() + kept)
    fill(database, ["acme", "globex"], MONTHS)
    keep(settings_in(config), date(2027, 1, 1))


def command(config: Path, *words: str) -> int:
    name, *rest = words
    return main([name, TYPED, "--config", str(config), *rest])


def disclosed(answers: Path, tenant: str = "acme") -> dict[str, Any]:
    """What the tenant's zip says."""
    with zipfile.ZipFile(answers / f"{tenant}.zip") as file:
        told = orjson.loads(file.read("manifest.json"))
    assert isinstance(told, dict)
    return told


def contents(ledger: DictConnection, archive: Path, tenant: str) -> str:
    """The tenant's rows in all files of the folder, as text."""
    archives = archives_of(ledger, tenant)
    assert {one.path for one in archives} == {path for path in archive.iterdir() if not path.name.endswith(MANIFEST)}
    return str([row for one in archives for row in rows_of(one) if row["tenant"] == tenant])


@pytest.mark.parametrize("format_", ["csv", "jsonl", "parquet"])
def test_rows_of_archives_are_disclosed_and_erased(
    database: str,
    ledger: DictConnection,
    config: Path,
    keep: Keep,
    archive: Path,
    answers: Path,
    capsys: pytest.CaptureFixture[str],
    format_: str,
) -> None:
    archived(config, database, keep, archive, format_)
    assert ledger.execute("SELECT count(*) AS n FROM calls").fetchall() == [{"n": 0}]
    assert command(config, "disclose", "--to", str(answers), "--tenant", "acme") == 0
    assert [path.name for path in answers.iterdir()] == ["acme.zip"]
    assert "acme: 0 rows, 16 of archives, 0 sound files" in capsys.readouterr().out
    told = disclosed(answers)
    assert told["rows"] == {}
    assert told["archives_not_read"] == []
    assert Counter((one["archive"], one["table"], len(one["rows"])) for one in told["archives"]) == Counter(
        (f"{what}-{month:%Y-%m}-1.{format_}", what, 2) for what in TABLES for month in MONTHS
    )
    assert all(DIGITS in str(row) and row["tenant"] == "acme" for one in told["archives"] for row in one["rows"])
    amounts = [row["amount"] for one in told["archives"] for row in one["rows"] if one["table"] == "charges"]
    assert [str(one).rstrip("0") for one in amounts] == [str(AMOUNT)] * 4

    before = contents(ledger, archive, "globex")
    assert DIGITS in contents(ledger, archive, "acme")
    assert command(config, "erase", "--why", "letter of 12 November", "--tenant", "acme") == 0
    assert DIGITS not in contents(ledger, archive, "acme")
    assert contents(ledger, archive, "globex") == before
    (erasure,) = ledger.execute("SELECT * FROM erasures").fetchall()
    assert erasure["ended_at"] is not None
    assert erasure["told"]["more"]["archives"] == len(TABLES) * len(MONTHS)
    assert contents(ledger, archive, "acme").count(erasure["pseudonym"]) >= 2 * len(TABLES) * len(MONTHS)
    (answers / "acme.zip").unlink()
    assert command(config, "disclose", "--to", str(answers)) == 0
    assert [path.name for path in answers.iterdir()] == ["globex.zip"]  # acme has nothing more to tell
    told = disclosed(answers, "globex")
    assert [row["tenant"] for one in told["archives"] for row in one["rows"]] == ["globex"] * 16


def test_an_archive_that_is_out_of_reach_is_named(
    database: str,
    config: Path,
    keep: Keep,
    archive: Path,
    answers: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    acme = ("--tenant", "acme")
    archived(config, database, keep, archive, "csv")
    (archive / "legs-2025-01-1.csv").rename(archive / "elsewhere")
    calls = archive / "calls-2025-02-1.csv"
    whole = calls.read_bytes()
    calls.write_bytes(whole + b"\r\n")
    unread = {
        "legs-2025-01-1.csv": "it is not seen from this host",
        "calls-2025-02-1.csv": "it is not what was archived: its SHA-256 is another one",
    }
    assert command(config, "disclose", "--to", str(answers), *acme) == 1
    said = capsys.readouterr().err
    assert all(f"{archive / name}: {why}" in said for name, why in unread.items())
    assert "with --without-archives they are left out" in said
    assert [*answers.iterdir()] == []
    assert command(config, "disclose", "--to", str(answers), *acme, "--dry-run") == 0
    assert "acme: 0 rows, 12 of archives" in capsys.readouterr().out
    assert command(config, "disclose", "--to", str(answers), *acme, "--without-archives") == 0
    said = capsys.readouterr().err
    assert all(f"{archive / name}: {why}" in said for name, why in unread.items())
    told = disclosed(answers)
    assert {one["archive"]: one["why"] for one in told["archives_not_read"]} == unread
    assert len(told["archives"]) == 6

    calls.write_bytes(whole)
    erasing = ("erase", "--why", "letter of 12 November", *acme)
    assert command(config, *erasing) == 1
    said = capsys.readouterr().err
    assert f"{archive / 'legs-2025-01-1.csv'}: it is not seen from this host" in said
    assert "with --without-archives it ends here" in said
    assert command(config, *erasing, "--without-archives") == 0
    (archive / "elsewhere").rename(archive / "legs-2025-01-1.csv")
    assert command(config, "disclose", "--to", str(answers), *acme, "--dry-run") == 0
    assert "acme: 0 rows, 2 of archives" in capsys.readouterr().out
