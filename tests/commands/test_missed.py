"""`callcontrol missed`: what a person sees of missed callers, and does with them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from pathlib import Path

import orjson
import pytest

from callcontrol.commands import missed as command
from callcontrol.edges import clock
from callcontrol.edges.ledger.reader import connect
from callcontrol.jobs.media.erasing import erase, erasure_of
from callcontrol.vocabulary.moment import SECOND_US, Instant
from tests.billing.missed.test_contacts import JAN
from tests.commands.command import run
from tests.commands.test_reconcile import configured
from tests.config.example import example
from tests.jobs.test_missed_callers import Books, gave_up

Command = Callable[..., tuple[int, str]]


@pytest.fixture
def told(
    tmp_path: Path,
    ledger_database: str,
    redis_url: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Command:
    """Jan was missed at noon; it is one o'clock. And the command."""
    books = Books(ledger_database, example())
    books.read()
    books.write(gave_up(1))
    books.read()
    books.close()
    config = configured(tmp_path, ledger_database, redis_url, fs1="")
    ticks = count(books.now + 3600 * SECOND_US)
    monkeypatch.setenv("COLUMNS", "140")
    monkeypatch.setattr(clock, "now", lambda: Instant(next(ticks)))

    def carry_out(*arguments: str) -> tuple[int, str]:
        status = run(command, *arguments, "--config", config)
        said = capsys.readouterr()
        return status, said.out + said.err

    return carry_out


def test_who_was_missed_and_by_when_calling_back_is_due(told: Command) -> None:
    status, said = told("list", "acme")
    assert status == 0
    assert "acme: 1 missed callers" in said
    assert JAN in said
    assert "queue:support" in said
    assert "abandoned in queue" in said


def test_for_programs_times_are_utc(told: Command) -> None:
    status, said = told("list", "acme", "--json")
    case = orjson.loads(said)
    assert status == 0
    assert (case["number"], case["missed"], case["state"]) == (JAN, 1, "open")
    assert (case["opened_at"], case["due_at"]) == ("2026-11-17T12:00:30.000000Z", "2026-11-17T13:00:30.000000Z")


def test_a_case_is_claimed_by_one(told: Command) -> None:
    assert told("claim", "acme", JAN, "--by", "anna") == (0, f"{JAN} for queue:support is yours\n")
    status, said = told("claim", "acme", "22 123 45 67", "--by", "piotr")
    assert status == 1
    assert said.startswith("anna has claimed it until 2026-11-17T13:30:00")
    assert told("release", "acme", JAN, "--by", "piotr") == (1, "piotr has not claimed it: anna has\n")
    assert told("release", "acme", JAN, "--by", "anna")[0] == 0
    assert told("claim", "acme", JAN, "--by", "piotr")[0] == 0
    assert "claimed by piotr" in told("list", "acme")[1]


def test_a_dismissed_case_is_closed_and_says_why(told: Command) -> None:
    assert told("dismiss", "acme", JAN, "--why", "sells insurance", "--by", "anna")[0] == 0
    assert told("list", "acme") == (0, "No case is open.\n")
    case = orjson.loads(told("list", "acme", "--all", "--json")[1])
    assert (case["state"], case["by"], case["why"]) == ("dismissed", "anna", "sells insurance")
    status, said = told("claim", "acme", JAN, "queue:support")
    assert (status, said) == (1, f"no case of {JAN} for queue:support is open: the last one is dismissed\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("list", "acmee"), "there is no tenant acmee: did you mean acme?"),
        (("claim", "acme", "+48221234568"), "no case of +48221234568 is open"),
        (("claim", "acme", "12"), "12: "),
    ],
)
def test_what_makes_no_sense_is_said(told: Command, arguments: tuple[str, ...], said: str) -> None:
    status, line = told(*arguments)
    assert status == 1
    assert line.startswith(said)


def test_erasing_the_number_erases_its_cases(told: Command, ledger_database: str) -> None:
    assert told("claim", "acme", JAN, "--by", "anna")[0] == 0
    with connect(ledger_database) as connection:
        found = erasure_of(connection, "acme", JAN)
        assert found.missed == 1
        erase(connection, found, "anna", "letter of 12 November")
        for table in ("missed_cases", "missed_contacts", "missed_acts", "missed_revisions"):
            assert connection.execute(f"SELECT * FROM {table}".encode()).fetchall() == []
    assert told("list", "acme", "--all") == (0, "No caller was missed.\n")


def test_a_check_redoes_all_cases(told: Command) -> None:
    assert told("check") == (0, "1 numbers, 0 with other cases than their calls say\n")
    status, said = told("redo", "acme", "--from", "2026-11-17", "--to", "2026-11-17")
    assert (status, said) == (0, "the calls of 1 days with calls are read again by the media job\n")
