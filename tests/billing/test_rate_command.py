"""`callcontrol rate`: a line of JSON for each call, whatever the others look like."""

import argparse
import gc
import json
import shutil
from pathlib import Path

import pytest

from callcontrol.commands import rate

TARIFF = """\
tariff,test
currency,PLN
period,peak,mon-fri,08:00-20:00
default_period,offpeak
version,2026-01-01
prefix,destination,step,connection_fee,price_per_minute:peak,price_per_minute:offpeak
48,Poland,60/60,0.05,0.60,0.30
"""


@pytest.fixture
def tariff(tmp_path: Path) -> Path:
    """A sound price list."""
    path = tmp_path / "test.csv"
    path.write_text(TARIFF)
    return path


def arguments(*words: object) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    rate.add(parser.add_subparsers())
    return parser.parse_args(["rate", *map(str, words)])


def run(*words: object) -> int:
    args = arguments(*words)
    status: int = args.run(args)
    return status


def lines(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_call_over_the_boundary(tariff: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    calls = tmp_path / "calls.csv"
    calls.write_text("+48221234567,2026-11-23T19:59:30+01:00,60.001\n")
    assert run("--tariff", tariff, calls) == 0
    (line,) = lines(capsys.readouterr().out)
    assert line == {
        "line": 1,
        "number": "+48221234567",
        "start": "2026-11-23T19:59:30+01:00",
        "seconds": "60.001",
        "amount": "0.9500",
        "currency": "PLN",
        "billed_s": 120,
        "counted_s": 61,
        "free_s": 0,
        "tariff": "test",
        "version": "2026-01-01T00:00:00.000000+01:00",
        "prefix": "48",
        "destination": "Poland",
        "step": "60/60",
        "connection_fee": "0.05",
        "vat_percent": None,
        "parts": [
            {
                "period": "peak",
                "start": "2026-11-23T19:59:30.000000+01:00",
                "steps": 1,
                "seconds": 60,
                "price_per_minute": "0.60",
                "amount_unrounded": "0.6",
            },
            {
                "period": "offpeak",
                "start": "2026-11-23T20:00:30.000000+01:00",
                "steps": 1,
                "seconds": 60,
                "price_per_minute": "0.30",
                "amount_unrounded": "0.3",
            },
        ],
        "formula": "60.001 s, up: 61 s; 60/60: 120 s; 0.05 + 60 * 0.6 / 60 + 60 * 0.3 / 60 = 0.95; "
        "half_up to 4 decimals: 0.9500 PLN",
    }


def test_bad_rows_are_told_with_their_lines_and_stop_nothing(
    tariff: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    calls = tmp_path / "calls.csv"
    calls.write_bytes(
        b"\xef\xbb\xbfseconds,number,start\r\n"
        b"1,22 123 45 67,2026-11-23T12:00:00+01:00\r\n"
        b"\r\n"
        b"1,nobody,2026-11-23T12:00:00+01:00\r\n"
        b"1,+48221234567,2026-11-23T12:00:00\r\n"
        b"1,+48221234567,23.11.2026\r\n"
        b"-1,+48221234567,2026-11-23T12:00:00+01:00\r\n"
        b'"1,5",+48221234567,2026-11-23T12:00:00+01:00\r\n'
        b"1.0000001,+48221234567,2026-11-23T12:00:00+01:00\r\n"
        b'"1,+48221234567,2026-11-23T12:00:00+01:00\r\n'
        b"1,+48221234567\r\n"
        b"1,\xff\xfe,2026-11-23T12:00:00+01:00\r\n"
        b"99999999,+48221234567,2026-11-23T12:00:00+01:00\r\n"
        b"1,+4930123456,2026-11-23T12:00:00+01:00\r\n"
        b"1,+48221234567,2025-11-23T12:00:00+01:00\r\n"
        b"1,0048 22 123-45-67,2026-11-23T12:00:00+01:00"
    )
    with calls.open() as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        assert run("--tariff", tariff) == 1
    captured = capsys.readouterr()
    told = {line["line"]: line.get("error") or line.get("unrated") or line["amount"] for line in lines(captured.out)}
    assert told == {
        2: "0.6500",
        4: "'nobody' is no number: write one such as +48221234567",
        5: "start '2026-11-23T12:00:00' has no offset: write 2026-11-23T12:00:00+01:00 or 2026-11-23T12:00:00Z",
        6: "start '23.11.2026' is no time: write one such as 2026-11-22T08:00:00+01:00",
        7: "seconds '-1': write them with a dot and at most 6 decimals, such as 61.5",
        8: "seconds '1,5': write them with a dot and at most 6 decimals, such as 61.5",
        9: "seconds '1.0000001': write them with a dot and at most 6 decimals, such as 61.5",
        10: "this is no CSV (unexpected end of data): write number,start,seconds",
        11: "2 cells: write number,start,seconds",
        12: "'\\\\xff\\\\xfe' is no number: write one such as +48221234567",
        13: "implausible",
        14: "no_price",
        15: "no_version",
        16: "0.6500",
    }
    assert captured.err == '9 rows could not be read; see the lines with "error"\n'


def test_a_call_without_a_price_is_an_answer_and_no_failure(
    tariff: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    calls = tmp_path / "calls.csv"
    calls.write_text("+4930123456,2026-11-23T12:00:00+01:00,1\n")
    assert run("--tariff", tariff, calls) == 0
    (line,) = lines(capsys.readouterr().out)
    assert (line["unrated"], line["detail"]) == ("no_price", "list test has no prefix of +4930123456")
    assert "amount" not in line


def test_a_price_list_with_mistakes_shows_them_all_and_rates_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bad.yaml"
    path.write_bytes(b"tariff: x\ncurrency: zl\nversions: \xff\n")
    assert run("--tariff", path, path) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert f"{path}:3: the byte 0xff" in captured.err
    path.write_text("tariff: x\ncurrency: zl\nversions: 5\n")
    assert run("--tariff", path, path) == 2
    told = capsys.readouterr().err.splitlines()
    assert [line.partition("; ")[0] for line in told] == [
        f"{path}:1: no version",
        f"{path}:2: currency 'zl'",
        f"{path}:3: the text '5' where a list belongs",
    ]


@pytest.mark.parametrize("missing", ["tariff", "calls"])
def test_a_file_that_is_not_there(
    missing: str, tariff: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere = tmp_path / "nowhere.csv"
    words = (nowhere, tariff) if missing == "tariff" else (tariff, nowhere)
    assert run("--tariff", *words) == 2
    assert capsys.readouterr().err == f"{nowhere}: No such file or directory; name a file that can be read\n"


def test_zone_and_region_of_the_tenant(tariff: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tariff.write_text(TARIFF.replace("48,Poland", "44,Great Britain"))
    calls = tmp_path / "calls.csv"
    calls.write_text("020 7946 0958,2026-11-23T20:30:00+01:00,1\n")
    assert run("--tariff", tariff, "--zone", "Europe/London", "--region", "GB", calls) == 0
    (line,) = lines(capsys.readouterr().out)
    assert (line["number"], line["amount"]) == ("+442079460958", "0.6500")  # 19:30 in London: peak


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [
        ("--zone", "Mars/Olympus", "is no time zone"),
        ("--zone", "../etc/passwd", "is no time zone"),
        ("--zone", "", "is no time zone"),
        ("--region", "pl", "is no region"),
    ],
)
def test_a_zone_or_region_that_does_not_exist(
    option: str, value: str, told: str, tariff: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        run("--tariff", tariff, option, value)
    assert stopped.value.code == 2
    assert told in capsys.readouterr().err


def test_the_collector_runs_again_afterwards(tariff: Path, tmp_path: Path) -> None:
    calls = tmp_path / "calls.csv"
    calls.write_text("")
    assert run("--tariff", tariff, calls) == 0
    assert gc.isenabled()


def rated(
    text: str | bytes, tariff: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> list[dict[str, object]]:
    """What is written for these calls."""
    calls = tmp_path / "calls.csv"
    calls.write_bytes(text if isinstance(text, bytes) else text.encode())
    run("--tariff", tariff, calls)
    return lines(capsys.readouterr().out)


CALL = "+48221234567{0}2026-11-22T10:00:00+01:00{0}60"


@pytest.mark.parametrize("row", [f"{CALL.format(',')},5", f"{CALL.format(',')},x,y", f'"{CALL.format(",")}"'])
def test_a_row_with_other_cells_than_its_file_has_columns_is_never_billed(
    row: str, tariff: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (found,) = rated(row, tariff, tmp_path, capsys)
    assert "cells" in str(found["error"])
    assert "amount" not in found


@pytest.mark.parametrize(
    "text",
    [
        CALL.format(";"),
        CALL.format("\t"),
        f"{CALL.format(',')},,",
        '"number","start","seconds"\n' + CALL.format(","),
        '"Number";"Name";"Start";"Seconds"\n+48221234567;"a;b";2026-11-22T10:00:00+01:00;60',
        ("number,start,seconds\n" + CALL.format(",")).encode("utf-16"),
        ("number,name,start,seconds\n" + "+48221234567,Müller,2026-11-22T10:00:00+01:00,60").encode("latin-1"),
    ],
)
def test_calls_as_spreadsheets_write_them_are_read_rightly(
    text: str | bytes, tariff: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (expected,) = rated(CALL.format(","), tariff, tmp_path, capsys)
    (found,) = rated(text, tariff, tmp_path, capsys)
    assert {**found, "line": 1} == {**expected, "line": 1}
    assert found["amount"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("tariff,x\ncurrency,PLN\n".encode("utf-16"), "x.csv:1: the file is UTF-16; save it as `CSV UTF-8"),
        ("tariff,x\ncurrency,PLN\n# Müller\n".encode("latin-1"), "x.csv:3: the byte 0xfc, which is not UTF-8"),
        (b"tariff;x\ncurrency;PLN\n", "x.csv:1: cells are parted by semicolons"),
        (b"tariff\tx\ncurrency\tPLN\n", "x.csv:1: cells are parted by tabs"),
    ],
)
def test_a_price_list_of_another_writing_is_refused_with_what_would_be_right(
    data: bytes, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x.csv").write_bytes(data)
    (tmp_path / "calls.csv").write_text("", encoding="utf-8")
    assert run("--tariff", tmp_path / "x.csv", tmp_path / "calls.csv") == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line


def test_a_currency_without_minor_units_has_no_decimals_and_vat_only_those_the_ledger_keeps(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    yen = TARIFF.replace("currency,PLN", "currency,JPY")
    assert yen != TARIFF
    path = tmp_path / "yen.csv"
    path.write_text(yen)
    (found,) = rated(CALL.format(","), path, tmp_path, capsys)
    assert "." not in str(found["amount"])
    path.write_text(yen.replace("currency,JPY", "currency,JPY\nvat_percent,7.1234"))
    assert run("--tariff", path, tmp_path / "calls.csv") == 2
    assert "at most 3 decimals" in capsys.readouterr().err


def test_bundles_of_a_tenant_over_calls_one_after_the_other(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = shutil.copytree(Path("deploy/example"), tmp_path / "config")
    with (config / "tenants" / "acme.yaml").open("a", encoding="utf-8") as file:
        file.write("bundles: {hundred: {minutes: 2, directions: [mobile]}}\n")
    calls = tmp_path / "calls.csv"
    calls.write_text("\n".join(f"{number},2026-11-22T10:00:00+01:00,90" for number in (MOBILE, MOBILE, LANDLINE)))
    assert run("--config", config, "--tenant", "acme", "--payer", "extension:101", calls) == 0
    found = lines(capsys.readouterr().out)
    # 90 s of 120, then 30 s; the other 60 s cost 0.29. A landline is no mobile.
    assert [(line["amount"], line["uses"]) for line in found] == [
        ("0", [{"name": "hundred", "month": "2026-11", "used": "90"}]),
        ("0.29", [{"name": "hundred", "month": "2026-11", "used": "30"}]),
        ("0.08", []),
    ]
    assert str(found[1]["formula"]).endswith("hundred: 30 s covered (30 of 2026-11): 0.29 PLN")
    assert run("--config", config, "--tenant", "acmee", calls) == 2
    assert "did you mean acme?" in capsys.readouterr().err
    assert run("--config", config, calls) == 2
    assert "name both" in capsys.readouterr().err


MOBILE, LANDLINE = "+48601234567", "+48221234567"
