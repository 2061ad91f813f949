"""Months that were archived lose a number that is erased: other files, the same rows and sums, the old files gone."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import orjson
import pytest

from callcontrol.billing.exports.form import Form
from callcontrol.edges.ledger.ageing import HeldTime
from callcontrol.edges.ledger.session import DictConnection
from callcontrol.edges.whole_files import file_sha256
from callcontrol.jobs.erasing import archives
from callcontrol.jobs.erasing.archives import Archive, ArchiveStays, Number, archives_of, erase_in, stays_for
from callcontrol.jobs.retention.archiving import SUMS, _read_back, _rows_of
from callcontrol.vocabulary.written_forms import written_forms
from tests.jobs.retention.conftest import settings_with
from tests.jobs.retention.test_keeper import Keep
from tests.jobs.retention.years import fill, months

NUMBER, PSEUDONYM = "+48600700800", "erased-x"


def kept_months(database: str, keep: Keep, archive: Path, format_: str) -> None:
    fill(database, ["acme", "globex"], months(date(2025, 1, 1), date(2025, 2, 1)))
    keep(settings_with(f"retention: {{archive: {{folder: {archive}, format: {format_}}}}}\n"), date(2027, 1, 1))


def number(*held: str) -> Number:
    return Number("acme", written_forms(NUMBER), frozenset(held))


def erased(ledger: DictConnection, what: Number) -> int:
    return sum(erase_in(ledger, one, what, PSEUDONYM, 7) for one in archives_of(ledger, "acme"))


def rows_of(one: Archive) -> list[dict[str, object]]:
    return [dict(row) for row in _rows_of(one.path, Form(one.format, ()))]


@pytest.mark.parametrize("format_", ["csv", "jsonl", "parquet"])
def test_archives_are_written_anew(
    database: str, ledger: DictConnection, keep: Keep, archive: Path, format_: str
) -> None:
    kept_months(database, keep, archive, format_)
    before = {(one.what, one.month): (one, rows_of(one)) for one in archives_of(ledger, "acme")}
    changed = erased(ledger, number())
    assert changed == 8  # calls (who has answered), legs, charges, conversations of two months
    assert erased(ledger, number()) == 0
    now = {(one.what, one.month): one for one in archives_of(ledger, "acme")}
    for key, (was, rows) in before.items():
        one = now[key]
        read = rows_of(one)
        assert file_sha256(one.path) == one.sha256
        sums = SUMS.get(one.what, ())
        if one.path == was.path:
            assert read == rows
            continue
        assert not was.path.exists()
        told = orjson.loads(one.path.with_name(f"{one.path.stem}.manifest.json").read_bytes())
        assert told["replaces"] == [{"file": was.path.name, "sha256": was.sha256, "erasure": 7}]
        counted = _read_back(one.path, Form(one.format, ()), sums)
        assert (told["file"], told["sha256"], told["rows"], told["sums"]) == (
            one.path.name, one.sha256, counted.rows, counted.sums
        )  # fmt: skip
        for old, new in zip(rows, read, strict=True):
            assert old["tenant"] == new["tenant"] == "acme" or old == new
            assert [name for name in new if new[name] != old[name] and PSEUDONYM not in str(new[name])] == []
            assert old["tenant"] != "acme" or NUMBER[1:] not in str(new)
    assert sorted(path.suffix for path in archive.iterdir()).count(f".{format_}") == len(before)
    assert sum("globex" in str(row) and NUMBER in str(row) for row in rows_of(now["legs", date(2025, 1, 1)])) == 2


def test_what_was_cut_short_is_gone_on_with(
    database: str, ledger: DictConnection, keep: Keep, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def killed(*_: object) -> None:
        raise Killed

    kept_months(database, keep, archive, "jsonl")
    for where, name in ((archives, "_write_manifest"), (Path, "unlink")):
        with monkeypatch.context() as patched:
            patched.setattr(where, name, killed)
            with pytest.raises(Killed):
                erased(ledger, number())
    erased(ledger, number())
    assert not [path for path in archive.glob("*.jsonl") if any(number().is_in(row, "legs") for row in lines(path))]
    assert len([*archive.glob("*.jsonl")]) == len(archives_of(ledger, "acme"))
    assert {path.suffixes[0] for path in archive.iterdir()} <= {".jsonl", ".manifest"}


def lines(path: Path) -> list[dict[str, object]]:
    return [orjson.loads(line) for line in path.read_bytes().splitlines()] if path.name.startswith("legs") else []


def test_what_is_held_or_not_there_stays(database: str, ledger: DictConnection, keep: Keep, archive: Path) -> None:
    kept_months(database, keep, archive, "csv")
    legs = next(one for one in archives_of(ledger, "acme") if one.what == "legs")
    assert stays_for(legs, "acme", [HeldTime("globex", legs.month, legs.month)]) == ""
    assert "its time is held" in stays_for(legs, "acme", [HeldTime("acme", date(2025, 1, 30), date(2025, 1, 31))])
    calls = [str(row["call_id"]) for row in rows_of(legs)]
    assert not erase_in(ledger, legs, number(*calls), PSEUDONYM, 7)
    legs.path.write_bytes(legs.path.read_bytes() + b"\r\n")
    with pytest.raises(ArchiveStays, match="is not what was archived"):
        erase_in(ledger, legs, number(), PSEUDONYM, 7)
    legs.path.unlink()
    assert stays_for(legs, "acme", ()) == "it is not seen from this host"
