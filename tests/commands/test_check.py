"""`callcontrol check`: every mistake, or what there is."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from callcontrol.commands import check
from callcontrol.edges import clock
from callcontrol.vocabulary.moment import instant_from
from tests.commands.command import run
from tests.config.example import EXAMPLE

TODAY = instant_from("2026-11-29T12:00+01:00")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the example, to spoil."""
    return shutil.copytree(EXAMPLE, tmp_path / "example")


def spoil(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    """While the example's holiday rule lies in the future."""
    monkeypatch.setattr(clock, "now", lambda: TODAY)


def test_a_sound_folder_is_summed_up(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(check, EXAMPLE) == 0
    *warnings, said = capsys.readouterr().out.splitlines()
    assert [line.partition(": warning: ")[2].partition(",")[0] for line in warnings] == [
        "switches.fs1: no `cdrs:`",
        "menus.main.keys.1: 1 waits 2 s because extensions 101",
        "menus.sales.keys.1: 1 waits 2 s because extensions 101",
    ]
    assert said == (
        f"{EXAMPLE}: no mistakes, 3 warnings: 2 tenants, 46 numbers, 33 extensions, 21 rules, 5 queues, 7 agents,"
        " 2 trunks, 2 price lists"
    )


def test_mistakes_of_all_files_price_lists_included(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spoil(folder / "callcontrol.yaml", "shows: any", "shows: all")
    spoil(folder / "tenants" / "acme.yaml", "zone: Europe/Warsaw", "zone: Europe/Krakow")
    spoil(folder / "tariffs" / "retail.yaml", "price_per_minute: 0.29", "price_per_minute: -0.29")
    spoil(folder / "tariffs" / "business.csv", "49,Germany,0,0.0150,1/1", "49,Germany,0,0.0150,1/0")
    assert run(check, folder) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines[:-1]] == [
        "callcontrol.yaml",
        "tariffs/business.csv",
        "tariffs/retail.yaml",
        "tenants/acme.yaml",
    ]
    assert lines[0] == "callcontrol.yaml:17: trunks.carrier-a.shows: 'all' is not known here; write 'any' or 'own'"
    assert lines[-1] == f"{folder}: 4 mistakes; the folder would be refused as a whole"


def test_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(check, folder, "--json") == 0
    sound = json.loads(capsys.readouterr().out)
    assert (sound["problems"], sound["counts"]["tenants"], sound["counts"]["numbers"]) == ([], 2, 46)
    spoil(folder / "tenants" / "globex.yaml", "tariff: business", "tariff: busines")
    assert run(check, folder, "--json") == 1
    assert json.loads(capsys.readouterr().out) == {
        "problems": [
            {
                "file": "tenants/globex.yaml",
                "line": 6,
                "what": "tariff: there is no price list busines",
                "right": "did you mean business?",
            }
        ],
        "warnings": [],
        "counts": {},
    }


def test_warnings_are_told_and_refuse_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(clock, "now", lambda: instant_from("2027-02-01T12:00+01:00"))
    spoil(folder / "tenants" / "acme.yaml", "password: example-only-102", "password: 102")
    assert run(check, folder) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(": warning: ")[2].partition(";")[0] for line in lines[1:-1] if "menus." not in line] == [
        "extensions.102.endpoints.102: the password is its own name: anyone who guesses it calls on the tenant's bill",
        "extensions.110.forward.always.until: the rule is over and applies no more",
    ]
    assert lines[-1].startswith(f"{folder}: no mistakes, 5 warnings: 2 tenants, ")
    assert run(check, folder, "--json") == 0
    files = [one["file"] for one in json.loads(capsys.readouterr().out)["warnings"]]
    assert files == ["callcontrol.yaml", *["tenants/acme.yaml"] * 4]


def test_no_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(check, tmp_path / "none") == 2
    assert "is no folder" in capsys.readouterr().err


def test_it_says_which_limits_hold_for_each_payer(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written = "    limits: {caps: {dear: {calls_at_once: 3, numbers_per_hour: unlimited}}}\n"
    spoil(folder / "tenants" / "acme.yaml", "    name: Bartek\n", "    name: Bartek\n" + written)
    assert run(check, str(folder), "--limits") == 0
    told = capsys.readouterr().out
    assert "acme: tenant: all: calls_at_once 200, calls_per_minute 600, calls_per_hour 10000, money" in told
    own = "calls_at_once 3, calls_per_minute 10, calls_per_hour 90, numbers_per_hour unlimited, money_per_hour about 30"
    assert f"acme: extension:102: dear: {own} euros" in told
    assert run(check, str(folder), "--limits", "--json") == 0
    limits = json.loads(capsys.readouterr().out)["limits"]["acme"]
    assert limits["extension:102"]["dear"]["numbers_per_hour"] == "unlimited"
    assert limits["tenant"]["premium"]["calls_per_hour"] == 60
