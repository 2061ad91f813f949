"""`callcontrol menus`: what came of callers in menus, from a real Postgres."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from callcontrol.__main__ import main
from callcontrol.billing.record_json import to_json
from callcontrol.edges.ledger.statistics import menu_statistics
from callcontrol.edges.ledger.writer import LedgerWriter
from callcontrol.vocabulary.menu_visit import MenuEntered, MenuLeft
from callcontrol.vocabulary.moment import Instant
from tests.billing.trails import NOON, Story
from tests.commands.call_centre import configured
from tests.edges.ledger.samples import rated

SECOND = 1_000_000


def call(n: int, *stays: tuple[str, float, str, str, str]) -> bytes:
    """The n-th call: menu, seconds in it, how it was left, by which keys, where to; it arrives n minutes after noon."""
    start = Instant(NOON + n * 60 * SECOND)
    at, entries = start, []
    for menu, seconds, how, pressed, to in stays:
        entries.append(MenuEntered(at, menu))
        at = Instant(at + int(seconds * SECOND))
        entries.append(MenuLeft(at, menu, how, pressed, to, 1, 2))  # type: ignore[arg-type]  # one of the words
    return to_json(rated((*Story(n, start=start).ended(120, "caller", 1), *entries)))


@pytest.fixture
def ledger(database: str) -> str:
    """Three callers: two choose sales, one of them gives up there; the third presses nothing."""
    writer = LedgerWriter(database, now=lambda: NOON)
    sales, queue = ("main", 4.0, "key", "2", "menu:sales"), ("sales", 3.5, "key", "1", "queue:sales")
    nothing = ("main", 15.0, "silence", "", "extension:117")
    records = [call(1, sales, queue), call(2, sales, ("sales", 20.25, "hung_up", "", "")), call(3, nothing)]
    assert writer.write(records) == []
    writer.close()
    return database


def test_each_menu_and_each_way_out_of_it(ledger: str) -> None:
    day = Instant(NOON - 3_600 * SECOND), Instant(NOON + 3_600 * SECOND)
    main_menu, sales = menu_statistics(ledger, "acme", *day)
    assert (main_menu.menu, main_menu.entered, main_menu.gave_up, main_menu.mean_ms) == ("main", 3, 0, 7_666)
    assert [(way.how, way.pressed, way.to, way.callers, way.median_ms) for way in main_menu.ways] == [
        ("key", "2", "menu:sales", 2, 4_000),
        ("silence", "", "extension:117", 1, 15_000),
    ]
    assert (main_menu.silences, main_menu.wrongs) == (3, 6)
    assert (sales.entered, sales.gave_up) == (2, 1)
    assert [one.menu for one in menu_statistics(ledger, "acme", *day, "sales")] == ["sales"]
    assert menu_statistics(ledger, "acme", day[1], Instant(day[1] + SECOND)) == []
    assert menu_statistics(ledger, "globex", *day) == []


def test_as_a_person_sees_it(ledger: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = configured(tmp_path, "redis://127.0.0.1:1", ledger)
    assert main(["menus", "acme", "--from", "2026-11-17", "--to", "2026-11-17", "--config", config]) == 0
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines() if line.strip()]
    title = "acme: menu main, 2026-11-17: 3 came, 0 hung up in it, 0:07 on average; times nothing was pressed: 3"
    assert " ".join(lines).startswith(title)
    assert "pressed 2 menu:sales 2 67% 0:04" in lines
    assert "pressed nothing extension:117 1 33% 0:15" in lines
    assert "hung up 1 50% 0:20" in lines
    assert main(["menus", "acme", "sales", "--from", "2026-11-17", "--json", "--config", config]) == 0
    (told,) = map(orjson.loads, capsys.readouterr().out.splitlines())
    assert (told["menu"], told["entered"], told["gave_up"], len(told["ways"])) == ("sales", 2, 1, 2)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["acmee"], "there is no tenant acmee: did you mean acme?"),
        (["acme", "mian"], "there is no menu mian: did you mean main?"),
        (["acme", "--to", "2026-11-17"], "--to needs --from"),
    ],
)
def test_what_makes_no_sense(
    ledger: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert main(["menus", *words, "--config", configured(tmp_path, "redis://127.0.0.1:1", ledger)]) == 1
    assert capsys.readouterr().err.strip() == said


def test_a_menu_without_callers(ledger: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["menus", "acme", "language", "--from", "2026-11-17", "--to", "2026-11-17"]
    assert main([*words, "--config", configured(tmp_path, "redis://127.0.0.1:1", ledger)]) == 0
    assert "no caller came to a menu" in capsys.readouterr().out
