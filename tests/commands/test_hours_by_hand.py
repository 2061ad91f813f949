"""`callcontrol hours close|open|take-back` against a real Redis, run as a person runs them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from redis import Redis

from callcontrol.__main__ import main
from callcontrol.edges import clock
from callcontrol.edges.live_state import keys
from callcontrol.vocabulary.moment import instant_from
from tests.config import folder

EXAMPLE = Path(__file__).parents[2] / "deploy" / "example"
NOW = instant_from("2026-11-27T12:00+01:00")  # a Friday
NUMBER = "+48221234567"
HOURS = """hours:
  office: {week: {mon-fri: 08:00-18:00}, open: extension:101, closed: voicemail:box}
  always: {week: {mon-sun: 00:00-24:00}, open: extension:101}
"""


@pytest.fixture
def config(tmp_path: Path, redis_url: str, redis_client: Redis, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    tenant = folder.TENANT.replace(f'"{NUMBER}": extension:101', f'"{NUMBER}": hours:office') + HOURS
    for name, text in folder.files(tenant, f"{folder.MAIN}redis: {{url: '{redis_url}'}}\n").items():
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    shutil.copy(EXAMPLE / "tariffs" / "retail.yaml", tmp_path / "tariffs")
    redis_client.ping()
    return str(tmp_path)


def hours(config: str, *words: str) -> int:
    return main(["hours", *words, "--config", config])


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["close"], "office: closed (override: jan (command)) until 2026-11-30 08:00 ["),
        (["close", "--until", "14:00"], "office: closed (override: jan (command)) until 2026-11-27 14:00 ["),
        (["close", "--until", "2026-12-01T10:00"], "office: closed (override: jan (command)) until 2026-12-01 10:00 ["),
        (["close", "--until", "taken-back"], "office: closed (override: jan (command)) until taken back ["),
        (["open", "--until", "20:00"], "office: open (override: jan (command)) until 2026-11-27 20:00 ["),
    ],
)
def test_set_shown_and_taken_back(config: str, capsys: pytest.CaptureFixture[str], words: list[str], told: str) -> None:
    verb, *more = words
    assert hours(config, verb, "acme", "office", "--by", "jan", *more) == 0
    assert capsys.readouterr().out.startswith(told)
    assert hours(config, "acme", "office") == 0
    assert capsys.readouterr().out.startswith(told)
    assert hours(config, "take-back", "acme", "office") == 0
    assert capsys.readouterr().out.startswith("office: open (the week) until 2026-11-27 18:00 [")


def test_the_next_call_goes_by_it(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    hours(config, "close", "acme", "office", "--by", "jan", "--until", "14:00")
    capsys.readouterr()
    asked = ["explain", "--config", config, "--from", "+48500100200", "--to", NUMBER]
    main(asked)
    assert "-> voicemail:box (hours:office closed (override: jan (command)) until" in capsys.readouterr().out
    main([*asked, "--at", "2026-11-27T14:00"])
    assert "-> extension:101 (hours:office open (the week)" in capsys.readouterr().out


def test_the_same_for_programs_and_at_another_time(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    hours(config, "close", "acme", "office", "--by", "jan", "--until", "taken-back")
    capsys.readouterr()
    assert hours(config, "acme", "--json") == 0
    office, always = json.loads(capsys.readouterr().out)["hours"]
    assert (office["open"], office["until"]) == (False, "")
    assert office["by_hand"] == {"open": False, "until": None, "by": "jan (command)", "at": NOW}
    assert (always["open"], always["by_hand"]) == (True, None)
    hours(config, "acme", "office", "--at", "2026-11-27T11:00")
    assert capsys.readouterr().out.startswith("office: open (the week)")


def test_what_the_files_have_no_more_is_told_and_can_be_taken_back(
    config: str, capsys: pytest.CaptureFixture[str], redis_client: Redis
) -> None:
    hours(config, "close", "acme", "office", "--by", "jan", "--until", "taken-back")
    key = keys.overrides("acme")
    redis_client.rename(key, "moved")
    redis_client.hset(key, "hours:gone", redis_client.hget("moved", "hours:office"))
    assert hours(config, "acme") == 0
    assert "hours:gone: set by hand, and not in the files any more" in capsys.readouterr().err
    assert hours(config, "take-back", "acme", "gone") == 0
    assert redis_client.exists(key) == 0


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["open", "acme", "office"], "it is open already, until 2026-11-27T18:00: say until when"),
        (["close", "acme", "always"], "it is always open: say until when"),
        (["close", "acme", "office", "--until", "2026-11-27T11:00"], "that is over"),
        (["close", "acme", "office", "--until", "soon"], "is no time"),
        (["close", "acme", "offices"], "there is no schedule offices: did you mean office?"),
        (["take-back", "umbrella", "office"], "there is no tenant umbrella"),
    ],
)
def test_nonsense_is_refused_with_a_reason_and_sets_nothing(
    config: str, capsys: pytest.CaptureFixture[str], redis_client: Redis, words: list[str], why: str
) -> None:
    assert hours(config, *words) == 1
    assert why in capsys.readouterr().err
    assert redis_client.exists(keys.overrides("acme")) == 0
