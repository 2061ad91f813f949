"""`callcontrol calls`: what a person sees of the history."""

from __future__ import annotations

import argparse
import csv
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC
from pathlib import Path

import orjson
import pytest
from rich.console import Console

from callcontrol.billing.record_json import to_json
from callcontrol.commands import calls
from callcontrol.edges.ledger.reader import LedgerReader
from callcontrol.edges.ledger.writer import LedgerWriter
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.queue import Leaving
from callcontrol.vocabulary.trail import Demanded, LanguageChosen
from callcontrol.vocabulary.wanted import Wanted
from tests.billing.trails import NOON, Story, answered_in_queue, call_id, called_back, forwarded
from tests.edges.ledger.samples import rated

Run = Callable[..., int]


@pytest.fixture
def run(database: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command on a ledger with a forwarded call and one whose message was taken, an hour later."""
    later = Story(1, start=type(NOON)(NOON + 3_600_000_000)).routed(0, "voicemail:101", "rule always of extension:101")
    message = later.recorded(5, "101", "/r/1.wav").step(5, "voicemail", Outcome.VOICEMAIL).ended(9, "caller", 1)
    writer = LedgerWriter(database, now=lambda: NOON)
    assert writer.write([to_json(rated(forwarded())), to_json(rated(message))]) == []
    writer.close()
    monkeypatch.setenv("COLUMNS", "200")
    parser = argparse.ArgumentParser()
    calls.add(parser.add_subparsers())
    return lambda *words: calls.run(parser.parse_args(["calls", "--dsn", database, *words]))


def test_a_table_with_the_way_the_legs_and_the_cost(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--zone", "Europe/Warsaw") == 0
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines() if line.strip()]
    assert lines[1] == "2026-11-17 14:00:00 +48221234567 Jan Kowalski +48225550000 voicemail 0:09"
    assert "● recorded 101: /r/1.wav" in lines
    assert (
        "2026-11-17 13:00:00 +48221234567 Jan Kowalski +48225550000 answered by number:+48600700800 1:26 0.63 PLN"
        in lines
    )
    assert "→ number:+48600700800 rule no_answer of extension:101 (tenants/acme.yaml:31)" in lines
    assert "☎ extension:101 shown +48221234567 no_answer (NO_ANSWER)" in lines
    assert (
        "☎ number:+48600700800 over carrier shown +48221234567, extension:101 pays"
        " answered (NORMAL_CLEARING) 1:01 0.63 PLN" in lines
    )


def test_what_a_caller_has_chosen_is_shown(run: Run, database: str, capsys: pytest.CaptureFixture[str]) -> None:
    at = type(NOON)(NOON + 7_200_000_000)
    asked = Demanded(at, {"german": 1}, 3, "billing", "key 1 of menu:main")
    story = (*Story(2, start=at).ended(9, "caller", 1), LanguageChosen(at, "pl", "language_for 1"), asked)
    writer = LedgerWriter(database, now=lambda: NOON)
    assert writer.write([to_json(rated(story))]) == []
    writer.close()
    assert run("--limit", "1") == 0
    assert "⌨ language pl, label billing, german>=1, priority 3" in capsys.readouterr().out
    assert run("--limit", "1", "--json") == 0
    (told,) = map(orjson.loads, capsys.readouterr().out.splitlines())
    assert [told[name] for name in ("language", "label", "demand", "priority")] == ["pl", "billing", "german>=1", 3]


def test_an_estimate_says_why_it_is_one(run: Run, database: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run() == 0
    assert "≈" not in capsys.readouterr().out
    writer = LedgerWriter(database, now=lambda: NOON)
    assert writer.write([to_json(rated(forwarded(7, estimated=True)))]) == []
    writer.close()
    assert run("--call", call_id(7)) == 0
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert "≈ number:+48600700800: estimated, its end was not reported" in lines
    assert "≈ the caller: estimated, its end was not reported" in lines
    assert run("--call", call_id(7), "--json") == 0
    legs = orjson.loads(capsys.readouterr().out)["legs"]
    assert [leg["estimate"] for leg in legs] == ["its end was not reported", "", "its end was not reported"]


@pytest.mark.parametrize("width", [60, 80, 120])
def test_a_terminal_shows_no_line_that_it_would_break(run: Run, database: str, width: int) -> None:
    with LedgerReader(database) as ledger:
        past = ledger.calls(Wanted())
    seen = io.StringIO()
    calls.show(past, UTC, Console(file=seen, force_terminal=True, width=width, highlight=False, color_system=None))
    lines = seen.getvalue().splitlines()
    assert max(map(len, lines)) <= width
    assert any("+48600700800" in line for line in lines)
    assert " ".join(seen.getvalue().split()).count("rule no_answer of extension:101 (tenants/acme.yaml:31)") == 1


def test_it_says_how_many_calls_are_not_shown(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--limit", "1") == 0
    assert capsys.readouterr().out.splitlines()[-1] == "the latest 1 of 2 calls; --limit 2 shows them"
    assert run("--limit", "1", "--outcome", "answered") == 0
    assert "the latest" not in capsys.readouterr().out
    assert run("--limit", "1", "--number", "+48221234567") == 0
    assert "the latest 1 of 2 calls" in capsys.readouterr().out


def test_json_lines_hold_everything_exactly(run: Run, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run("--json", "--outcome", "answered") == 0
    (call,) = map(orjson.loads, capfdbinary.readouterr().out.splitlines())
    assert (call["call_id"], call["started_at"], call["total_ms"]) == (
        Story().call,
        "2026-11-17T12:00:00Z",
        "86510.000",
    )
    cost = call["legs"][2]["cost"]
    assert (cost["amount"], cost["tariff_version"], cost["parts"][0]["seconds"]) == (
        "0.63000000",
        "2025-12-31T23:00:00Z",
        120,
    )


@pytest.fixture
def queues(database: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command on a ledger with a call answered in a queue, one that went through two, and a callback's."""
    two = Story(1).queued(0.5, "sales", since=30, took_up="came_back").pressed(3, "0")
    two.left(9, Leaving.WAITED_OUT, 38.5, "queue:support", queue="sales").queued(9, "support", 2)
    broken = two.ended(12, by="switch", answered=1)
    writer = LedgerWriter(database, now=lambda: NOON)
    assert writer.write([to_json(rated(trail)) for trail in (answered_in_queue(), broken, called_back(2))]) == []
    writer.close()
    monkeypatch.setenv("COLUMNS", "200")
    parser = argparse.ArgumentParser()
    calls.add(parser.add_subparsers())
    return lambda *words: calls.run(parser.parse_args(["calls", "--dsn", database, "--zone", "Europe/Warsaw", *words]))


def lines_of(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return [" ".join(line.split()) for line in capsys.readouterr().out.splitlines() if line.strip()]


def test_the_list_names_the_queues(queues: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert queues() == 0
    lines = lines_of(capsys)
    assert [line.partition("+48225550000 ")[2] for line in lines if "+48225550000 " in line and "→" not in line] == [
        "answered by number:+48600700800, queue support 1:38 0.63 PLN",
        "failed, queue sales, support (estimated) 0:12",
    ]
    assert [line for line in lines if "offered to" in line or "⧗" in line] == []


def test_one_call_with_what_happened_in_its_queue(queues: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert queues("--call", Story().call) == 0
    lines = lines_of(capsys)
    assert lines[-4:] == [
        "⧗ queue support from 13:00:00 position 3 answered by alice after 0:38 wrap-up until 13:02:08",
        "13:00:05 key 7",
        "13:00:10 offered to bob no_answer (NO_ANSWER) after 0:20",
        "13:00:30 offered to alice accepted after 0:04 talked 1:00 wrap-up 0:30",
    ]
    assert sum("Jan Kowalski" in line for line in lines) == 1


def test_one_call_that_went_through_two_queues(queues: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert queues("--call", call_id(1)) == 0
    assert lines_of(capsys)[-3:] == [
        "⧗ queue sales from 13:00:00 position 1 back at the earlier place overflow_wait (queue:support) after 0:38",
        "13:00:03 key 0",
        "⧗ queue support from 13:00:09 position 1 failed after 0:03 (estimated)",
    ]


def test_a_callback_names_the_place_it_is_for(queues: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert queues("--call", call_id(2)) == 0
    lines = lines_of(capsys)
    assert f"called back for place {call_id(99)}/1 answered by alice after 30:15" in lines[-2]
    assert [line.partition(" over ")[0] for line in lines if "☎" in line] == [
        "☎ number:+48600700801",
        "☎ number:+48221234567",
    ]


def test_a_call_that_is_not_there(queues: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert queues("--call", "nothing") == 0
    assert lines_of(capsys) == ["No calls match."]


def test_json_holds_the_visits(queues: Run, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert queues("--json", "--call", Story().call) == 0
    (call,) = map(orjson.loads, capfdbinary.readouterr().out.splitlines())
    (visit,) = call["visits"]
    assert (visit["queue"], visit["agent"], visit["entered_at"]) == ("support", "alice", "2026-11-17T12:00:00.100000Z")
    assert [offer["agent"] for offer in visit["offers"]] == ["bob", "alice"]
    assert [offer["talk_ms"] for offer in visit["offers"]] == ["0.000", "60000.000"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--number", "0048600700800"], "1:26"),
        (["--tenant", "acme", "--since", "2026-11-18"], "No calls match."),
        (["--since", "2026-11-18"], "No calls match."),
        (
            ["--from", "2026-11-17", "--to", "2026-11-17", "--type", "forwarded"],
            "1 in all, 1 with a conversation, 1:01 of talk, 0.63 PLN",
        ),
        (["--period", "2026-11", "--type", "missed"], "voicemail 0:09"),
        (["--caller", "+4822*", "--cost-from", "0.63", "--currency", "PLN"], "1:26"),
        (["--extension", "101", "--called", "+48600700800", "--direction", "mobile"], "No calls match."),
    ],
)
def test_filters(run: Run, capsys: pytest.CaptureFixture[str], words: list[str], said: str) -> None:
    assert run(*words) == 0
    assert said in " ".join(capsys.readouterr().out.split())


def test_the_list_goes_on_behind_a_place(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--limit", "1") == 0
    below = capsys.readouterr().out.splitlines()[-3:]
    assert below[0] == "2 in all, 1 with a conversation, 1:01 of talk, 0.63 PLN"
    assert below[1] == f"the next ones: --after 2026-11-17T13:00:00.000000Z/{call_id(1)}"
    assert run("--limit", "1", "--after", below[1].split()[-1]) == 0
    seen = capsys.readouterr().out
    assert "number:+48600700800" in seen
    assert "voicemail" not in seen
    assert run("--limit", "1", "--oldest-first") == 0
    assert capsys.readouterr().out.splitlines()[-1] == "the earliest 1 of 2 calls; --limit 2 shows them"


def test_csv_has_every_call_with_times_of_the_zone(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--csv", "--zone", "Europe/Warsaw", "--oldest-first") == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [(row["arrived"], row["type"], row["outcome"], row["cost"], row["currency"]) for row in rows] == [
        ("2026-11-17T13:00:00.000+01:00", "forwarded", "answered", "0.63", "PLN"),
        ("2026-11-17T14:00:00.000+01:00", "missed", "voicemail", "", ""),
    ]
    assert (rows[0]["to"], rows[0]["answered_by"], rows[0]["total_s"]) == (
        "+48225550000",
        "number:+48600700800",
        "86.510",
    )


def test_a_name_in_csv_is_no_formula(run: Run, database: str, capsys: pytest.CaptureFixture[str]) -> None:
    record = rated(forwarded(5))
    hostile = replace(record, call=replace(record.call, caller=Caller("+48221234567", "=cmd|' /C calc'!A0")))
    writer = LedgerWriter(database, now=lambda: NOON)
    assert writer.write([to_json(hostile)]) == []
    writer.close()
    assert run("--csv", "--call", call_id(5)) == 0
    (row,) = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert row["from_name"] == "'=cmd|' /C calc'!A0"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--period", "november"], "'november' is no period: write a day 2026-11-30, a week 2026-W48"),
        (["--period", "2026", "--to", "2026-11-30"], "--period says from when to when: leave --from"),
        (["--from", "2026-11-30", "--to", "2026-11-29"], "nothing lies between 2026-11-30 and 2026-11-29"),
        (["--after", "the last one"], "'the last one' is no place in a list of calls"),
        (["--cost-from", "much"], "--cost-from much: "),
        (["--since", "yesterday"], "'yesterday' is no time: write one such as"),
        (["--tenant", "acmee"], "there is no tenant acmee: did you mean acme?"),
        (["--tenant", "umbrella"], "there is no tenant umbrella; there are: acme"),
        (["--limit", "0"], "--limit 0: 1 to 10000 are possible; --csv and --json give all"),
        (["--zone", "Mars/Olympus"], "--zone Mars/Olympus: no such time zone"),
        (["--dsn", "host=/nonexistent dbname=none"], "Postgres cannot be reached"),
    ],
)
def test_what_makes_no_sense_is_told(run: Run, capsys: pytest.CaptureFixture[str], words: list[str], said: str) -> None:
    assert run(*words) == 1
    assert said in capsys.readouterr().err


def test_without_a_running_ledger_it_says_what_to_start(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parser = argparse.ArgumentParser()
    calls.add(parser.add_subparsers())
    example = Path(__file__).parents[2] / "deploy" / "example"
    for file in (path for path in example.rglob("*") if path.is_file()):
        copy = tmp_path / file.relative_to(example)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(file.read_bytes())
    main = tmp_path / "callcontrol.yaml"
    written = [line for line in main.read_text().splitlines() if not line.startswith("data:")]
    main.write_text("\n".join([f"data: {tmp_path}/none", *written]))
    assert calls.run(parser.parse_args(["calls", "--config", str(tmp_path)])) == 1
    assert "names no postgres.dsn and the embedded one does not run" in capsys.readouterr().err
