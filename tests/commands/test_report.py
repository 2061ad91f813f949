"""`callcontrol report` over generated calls: what a report says is what was drawn, counted while it was drawn."""

from __future__ import annotations

import csv
import io
import random
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import psycopg
import pytest

from callcontrol.__main__ import main
from callcontrol.billing.fold import fold
from callcontrol.billing.record import RatedRecord
from callcontrol.billing.record_json import to_json
from callcontrol.billing.surveys import SurveyRecord
from callcontrol.edges.ledger.hours import HourCounter
from callcontrol.edges.ledger.writer import LedgerWriter
from callcontrol.vocabulary.agent import OfferEnd
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.moment import SECOND_US, Instant, instant_of
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.queue import Leaving
from tests.billing.trails import NOON, Story, forwarded
from tests.commands.call_centre import configured
from tests.conftest import EMPTY_TABLES, OTHERS_GO
from tests.edges.ledger.samples import rated

WARSAW = ZoneInfo("Europe/Warsaw")
BEGAN = datetime(2026, 10, 19, tzinfo=WARSAW)  # a Monday; the clocks change in the night to the 25th
DAYS, CALLS = 14, 70
PERIOD = ("--from", "2026-10-19", "--to", "2026-11-01")
NUMBERS = ("+48221000001", "+48221000002", "+48221000003")
CALLERS = tuple(f"+4860070080{n}" for n in range(6))


@dataclass
class Truth:
    """What was drawn."""

    by_hour: Counter[tuple[str, str]] = field(default_factory=Counter)
    by_number: Counter[tuple[str, bool]] = field(default_factory=Counter)
    by_extension: Counter[tuple[str, bool]] = field(default_factory=Counter)
    waits: Counter[str] = field(default_factory=Counter)
    talks: Counter[str] = field(default_factory=Counter)
    spoke: list[tuple[datetime, str, str]] = field(default_factory=list)
    all_calls: list[tuple[datetime, str]] = field(default_factory=list)
    queued: Counter[str] = field(default_factory=Counter)


def drawn(truth: Truth) -> list[bytes]:
    """Calls to three numbers: rung at two extensions, some answered, some after a wait in a queue."""
    draw = random.Random(7)
    records = []
    for n in range(CALLS):
        at = (BEGAN.astimezone(UTC) + timedelta(seconds=draw.randrange(DAYS * 86_400))).astimezone(WARSAW)
        number, caller, extension = draw.choice(NUMBERS), draw.choice(CALLERS), draw.choice(("101", "102"))
        is_answered, is_queued = draw.random() < 0.6, draw.random() < 0.3
        wait_s, talk_s = draw.randrange(2, 40), draw.randrange(5, 300)
        story = Story(n, instant_of(at))
        if is_queued:
            _in_queue(story, is_answered, wait_s, talk_s, truth)
        else:
            truth.by_extension[extension, is_answered] += 1
            story.rings(0, 0, f"extension:{extension}")
            if is_answered:
                story.bridged(wait_s, 0)
                story.leg_ended(wait_s + talk_s, 0, "NORMAL_CLEARING", Outcome.ANSWERED, 0, 0, wait_s)
            else:
                story.leg_ended(wait_s, 0, "NO_ANSWER", Outcome.NO_ANSWER, 0, 0)
        end = wait_s + (talk_s if is_answered else 0)
        record = fold(story.ended(end, "caller", wait_s if is_answered else None))
        records.append(to_json(RatedRecord(replace(record, caller=Caller(caller), dialled=number))))
        _count(truth, at, number, caller, is_answered, wait_s, talk_s)
    return records


def _in_queue(story: Story, is_answered: bool, wait_s: int, talk_s: int, truth: Truth) -> None:
    truth.queued["entered"] += 1
    story.queued(0)
    if not is_answered:
        truth.queued["abandoned"] += 1
        story.left(wait_s, Leaving.ABANDONED, wait_s)
        return
    truth.queued["answered"] += 1
    truth.queued["in_time"] += wait_s <= 20
    truth.queued["wait_s"] += wait_s
    truth.queued["talk_s"] += talk_s
    story.offered(1, "o1", "wanda", 0).rings(1, 0, "extension:103").offer_ended(2, "o1", "wanda", OfferEnd.ACCEPTED)
    story.bridged(wait_s, 0).left(wait_s, Leaving.ANSWERED, wait_s, "wanda")
    story.leg_ended(wait_s + talk_s, 0, "NORMAL_CLEARING", Outcome.ANSWERED, 1, 1, 2)


def _count(truth: Truth, at: datetime, number: str, caller: str, is_answered: bool, wait_s: int, talk_s: int) -> None:
    truth.by_hour[f"{at:%H}:00", f"{at:%a}".lower()] += 1
    truth.by_number[number, is_answered] += 1
    truth.all_calls.append((at, caller))
    if is_answered:
        truth.waits[number] += wait_s
        truth.talks[number] += talk_s
        truth.spoke.append((at, caller, number))


@dataclass
class Told:
    """Runs the command and reads what it says."""

    config: str
    capsys: pytest.CaptureFixture[str]
    truth: Truth

    def __call__(self, *words: str) -> list[dict[str, Any]]:
        assert main(["report", *words, "--json", "--config", self.config]) == 0
        return [orjson.loads(line) for line in self.capsys.readouterr().out.splitlines()]

    def shown(self, *words: str) -> list[str]:
        assert main(["report", *words, "--config", self.config]) == 0
        return [" ".join(line.split()) for line in self.capsys.readouterr().out.splitlines() if line.strip()]


@pytest.fixture(scope="module")
def ledger(ledger_tables: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str, Truth]:
    """DSN, configuration and what was drawn; half of the calls are counted by hour already."""
    with psycopg.connect(ledger_tables) as connection:
        connection.execute(OTHERS_GO)
        connection.execute(EMPTY_TABLES)
    truth = Truth()
    records = drawn(truth)
    writer = LedgerWriter(ledger_tables, now=lambda: NOON)
    assert writer.write(records[: CALLS // 2]) == []
    while HourCounter(ledger_tables).step():
        pass
    assert writer.write(records[CALLS // 2 :]) == []
    writer.close()
    config = configured(tmp_path_factory.mktemp("report"), "redis://127.0.0.1:1", ledger_tables)
    return ledger_tables, config, truth


@pytest.fixture
def told(ledger: tuple[str, str, Truth], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Told:
    """Runs the command on these calls."""
    monkeypatch.setenv("COLUMNS", "160")
    _, config, truth = ledger
    return Told(config, capsys, truth)


def test_peak_hours_are_those_of_the_tenants_clocks(told: Told) -> None:
    rows = told("peak", "acme", *PERIOD)
    found = {(row["hour"], day): row[day] for row in rows for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
    assert {key: n for key, n in found.items() if n} == dict(told.truth.by_hour)
    assert sum(row["calls"] for row in rows) == CALLS


def test_answered_and_missed_by_number(told: Told) -> None:
    truth, rows = told.truth, {row["number"]: row for row in told("numbers", "acme", *PERIOD)}
    assert set(rows) == set(NUMBERS)
    for number, row in rows.items():
        answered, missed = truth.by_number[number, True], truth.by_number[number, False]
        assert (row["answered"], row["missed"], row["calls"]) == (answered, missed, answered + missed)
        assert row["share"] == pytest.approx(answered / (answered + missed))
        assert row["time_to_answer_ms"] == truth.waits[number] * 1000 // answered
        assert row["average_talk_ms"] == pytest.approx(truth.talks[number] * 1000 // answered, abs=1)


def test_extensions_callers_and_types(told: Told) -> None:
    truth = told.truth
    for row in told("extensions", "acme", *PERIOD)[:2]:
        answered, missed = (truth.by_extension[row["extension"], one] for one in (True, False))
        assert (row["rung"], row["answered"], row["missed"]) == (answered + missed, answered, missed)
    callers = Counter(caller for _, caller in truth.all_calls)
    rows = told("callers", "acme", *PERIOD, "--limit", "3")
    assert [row["calls"] for row in rows] == [n for _, n in callers.most_common(3)]
    assert all(callers[row["number"]] == row["calls"] for row in rows)
    kinds = Counter[str]()
    for row in told("types", "acme", *PERIOD):
        kinds[row["type"]] += row["calls"]
    answered = sum(n for (_, one), n in truth.by_number.items() if one)
    assert kinds == {"in": answered, "missed": CALLS - answered}


def test_queues_and_agents(told: Told) -> None:
    truth = told.truth.queued
    (row,) = told("queues", "acme", *PERIOD)
    assert (row["entered"], row["answered"]) == (truth["entered"], truth["answered"])
    assert row["time_to_answer_ms"] == truth["wait_s"] * 1000 // truth["answered"]
    assert row["handling_time_ms"] == truth["talk_s"] * 1000 // truth["answered"]
    (agent,) = told("agents", "acme", *PERIOD)
    assert (agent["agent"], agent["answered"], agent["missed"]) == ("wanda", truth["answered"], 0)
    peak = told("peak", "acme", *PERIOD, "--queue", "support")
    assert sum(row["calls"] for row in peak) == truth["entered"]


def test_a_caller_who_did_not_call_again_was_helped_at_once(told: Told) -> None:
    truth = told.truth
    span = timedelta(days=3)
    calls = [(at.astimezone(UTC), caller) for at, caller in truth.all_calls]
    again = Counter(
        number
        for at, caller, number in truth.spoke
        if any(by == caller and timedelta(0) < other - at.astimezone(UTC) <= span for other, by in calls)
    )
    rows = {row["number"]: row for row in told("resolution", "acme", *PERIOD, "--days", "3")}
    talks = Counter(number for _, _, number in truth.spoke)
    assert {number: row["again"] for number, row in rows.items()} == {
        **{number: again[number] for number in talks},
        "all": again.total(),
    }
    assert rows["all"]["resolved"] == pytest.approx(1 - again.total() / talks.total())


def test_costs_by_class(told: Told, ledger: tuple[str, str, Truth]) -> None:
    writer = LedgerWriter(ledger[0], now=lambda: NOON)
    assert writer.write([to_json(rated(forwarded(900 + n), "0.6300")) for n in range(3)]) == []
    writer.close()
    (row,) = told("costs", "acme", "--from", "2026-11-17", "--to", "2026-11-17")
    assert (row["legs"], row["amount"], row["currency"], row["talk_ms"]) == (3, "1.89000000", "PLN", 186_000)


SURVEYS = (("advice", "nadia", (5, 4, 4, None)), ("advice", "jan", (1, None)), ("", "", (3,)))


def test_surveys_by_queue_and_agent(told: Told, ledger: tuple[str, str, Truth]) -> None:
    ended, records = Instant(NOON + 90 * SECOND_US), list[bytes]()
    for queue, agent, scores in SURVEYS:
        for score in scores:
            survey = SurveyRecord("csat", ended, "answered" if score else "hung_up", score, queue, agent)
            record = fold(Story(950 + len(records), Instant(NOON + 86_400 * SECOND_US)).ended(5, "caller"))
            records.append(to_json(RatedRecord(replace(record, surveys=(survey,), survey_score=score))))
    writer = LedgerWriter(ledger[0], now=lambda: NOON)
    assert writer.write(records) == []
    writer.close()
    rows = told("surveys", "acme", "--from", "2026-11-18", "--to", "2026-11-18")
    shown = [(row["queue"], row["agent"], row["asked"], [row[str(score)] for score in range(1, 6)]) for row in rows]
    assert shown == [
        ("-", "-", 1, [0, 0, 1, 0, 0]),
        ("advice", "all", 6, [1, 0, 0, 2, 1]),
        ("advice", "jan", 2, [1, 0, 0, 0, 0]),
        ("advice", "nadia", 4, [0, 0, 0, 2, 1]),
    ]
    assert [row["answered"] for row in rows] == pytest.approx([1, 4 / 6, 0.5, 0.75])
    assert [row["mean"] for row in rows] == pytest.approx([3, 14 / 4, 1, 13 / 3])
    assert "4.33" in told.shown("surveys", "acme", "--from", "2026-11-18", "--to", "2026-11-18")[-1]
    assert told("surveys", "acme", *PERIOD) == []


# When it was tried first and closed (seconds after it opened), how; each is due after an hour.
CASES = (
    ("queue:support", 600, 600, "reached"),
    ("queue:support", 1200, 7200, "reached"),
    ("queue:support", 5400, None, ""),
    ("queue:support", None, 300, "came_back"),
    ("extension:101", None, None, ""),
    ("extension:101", None, 300, "dismissed"),
)


def test_how_soon_missed_callers_are_called_back(told: Told, ledger: tuple[str, str, Truth]) -> None:
    opened = datetime(2026, 9, 1, 12, tzinfo=UTC)
    with psycopg.connect(ledger[0]) as connection:
        for n, (target, tried_s, closed_s, how) in enumerate(CASES):
            tried, closed = (None if s is None else opened + timedelta(seconds=s) for s in (tried_s, closed_s))
            connection.execute(
                "INSERT INTO missed_cases VALUES ('acme', %s, %s, %s, 'c', 'no_answer', %s, %s, %s, 1, 0, %s, '', NULL,"
                " %s, %s, '', %s)",
                (f"+4822000{n}", target, opened, opened + timedelta(hours=1), opened + timedelta(days=14), opened,
                 tried, closed, how, "x" if how == "dismissed" else ""),
            )  # fmt: skip
    rows = {row["target"]: row for row in told("missed", "acme", "--from", "2026-09-01", "--to", "2026-09-01")}
    assert list(rows) == ["extension:101", "queue:support", "all"]
    support, one, every = rows["queue:support"], rows["extension:101"], rows["all"]
    assert [support[name] for name in ("cases", "open", "tried", "reached", "came_back")] == [4, 0, 3, 2, 1]
    assert support["in_time"] == pytest.approx(2 / 3)
    assert (support["first_try_ms"], support["first_try_p90_ms"]) == (1_200_000, 5_400_000)
    assert (support["time_to_reach_ms"], support["time_to_reach_p90_ms"]) == (600_000, 7_200_000)
    assert (one["tried"], one["in_time"], one["first_try_ms"], one["time_to_reach_ms"]) == (0, 0, None, None)
    assert (every["cases"], every["in_time"]) == (6, 0.5)
    assert told("missed", "acme", "--from", "2026-08-01", "--to", "2026-08-01") == []


def test_as_a_person_sees_it_and_as_csv(told: Told) -> None:
    lines = told.shown("numbers", "acme", *PERIOD)
    assert lines[0] == "acme: numbers, 2026-10-19 to 2026-11-01 (Europe/Warsaw)"
    assert lines[-3].endswith("█" * 20)
    assert told.shown("numbers", "acme", "--from", "2026-09-01", "--to", "2026-09-02")[0].endswith(": no calls")
    assert main(["report", "numbers", "acme", *PERIOD, "--csv", "--config", told.config]) == 0
    rows = list(csv.DictReader(io.StringIO(told.capsys.readouterr().out)))
    assert [row["number"] for row in rows] == [row["number"] for row in told("numbers", "acme", *PERIOD)]
    assert set(rows[0]) >= {"time_to_answer_ms", "share"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["peak", "acmee"], "there is no tenant acmee: did you mean acme?"),
        (["peak", "acme", "--queue", "suport"], "there is no queue suport: did you mean support?"),
        (["peak", "acme", "--to", "2026-11-17"], "--to needs --from"),
        (["peak", "acme", "--period", "2026", "--from", "2026-11-17"], "--period says from when to when"),
        (["peak", "acme", "--from", "2026-11-17", "--to", "2026-11-16"], "nothing lies between"),
        (["resolution", "acme", "--days", "0"], "--days 0: 1 to 90 are possible"),
    ],
)
def test_what_makes_no_sense(tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str) -> None:
    assert main(["report", *words, "--config", configured(tmp_path, "redis://127.0.0.1:1", "dbname=none")]) == 1
    assert said in capsys.readouterr().err


def test_a_period_may_begin_within_an_hour(told: Told) -> None:
    at = sorted(told.truth.all_calls)[CALLS // 2][0]
    start = Instant(instant_of(at) - SECOND_US)
    rows = told("types", "acme", "--from", f"{at - timedelta(seconds=1):%Y-%m-%dT%H:%M:%S%z}", "--to", "2026-11-01")
    later = [one for one, _ in told.truth.all_calls if instant_of(one) >= start]
    assert sum(row["calls"] for row in rows) == len(later)
