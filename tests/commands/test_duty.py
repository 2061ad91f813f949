"""`callcontrol duty` against a real Redis, run as a person runs it; what it sets is in force for the next call."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from redis import Redis

from callcontrol.__main__ import main
from callcontrol.edges import clock
from callcontrol.edges.live_state import keys
from callcontrol.vocabulary.moment import Instant, instant_from
from tests.config import folder

EXAMPLE = Path(__file__).parents[2] / "deploy" / "example"
NOW = instant_from("2026-11-25T10:00+01:00")  # a Wednesday
NUMBER = "+48221234567"
DUTIES = """duties:
  help: {weeks: [extension:101, extension:102], first_week: 2026-11-23, at: "08:00", otherwise: voicemail:box}
  plain: {otherwise: voicemail:box}
"""


@pytest.fixture
def config(tmp_path: Path, redis_url: str, redis_client: Redis, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    tenant = folder.TENANT.replace(f'"{NUMBER}": extension:101', f'"{NUMBER}": duty:help') + DUTIES
    for name, text in folder.files(tenant, f"{folder.MAIN}redis: {{url: '{redis_url}'}}\n").items():
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    shutil.copy(EXAMPLE / "tariffs" / "retail.yaml", tmp_path / "tariffs")
    redis_client.ping()
    return str(tmp_path)


def duty(config: str, *words: str) -> int:
    verb, *rest = words
    return main(["duty", verb, "--config", config, *rest])


def test_who_has_it_by_the_plan(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["duty", "acme", "--config", config]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "duty:help: extension:101 until 2026-11-30T08:00 (week of 2026-11-23)",
        "duty:plain: no holder",
    ]


@pytest.mark.parametrize(
    ("until", "end"),
    [
        ([], "until 2026-11-30T08:00"),
        (["--until", "14:00"], "until 2026-11-25T14:00"),
        (["--until", "09:30"], "until 2026-11-26T09:30"),
        (["--until", "2026-12-24T12:00"], "until 2026-12-24T12:00"),
        (["--until", "taken-back"], "until taken back"),
    ],
)
def test_given_by_hand_with_its_end_and_taken_back(
    config: str, capsys: pytest.CaptureFixture[str], until: list[str], end: str
) -> None:
    assert duty(config, "give", "acme", "help", "extension:102", "--by", "jan", *until) == 0
    told = f"duty:help: extension:102 {end} (set by jan (command), 2026-11-25T10:00)\n"
    assert capsys.readouterr().out == told
    assert duty(config, "show", "acme", "help") == 0
    assert capsys.readouterr().out == told
    assert duty(config, "take-back", "acme", "help") == 0
    assert capsys.readouterr().out == "duty:help: extension:101 until 2026-11-30T08:00 (week of 2026-11-23)\n"


def test_without_a_plan_it_lasts_until_taken_back(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert duty(config, "give", "acme", "plain", "extension:102", "--by", "jan") == 0
    assert "duty:plain: extension:102 until taken back (set by jan" in capsys.readouterr().out


def test_the_next_call_goes_there_and_explain_says_why(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["explain", "--config", config, "--from", "+48500100200", "--to", NUMBER]
    duty(config, "give", "acme", "help", "extension:102", "--by", "jan", "--until", "14:00")
    main(asked)
    assert "-> extension:102 (duty:help: set by jan (command), 2026-11-25T10:00)" in capsys.readouterr().out
    main([*asked, "--at", "2026-11-25T14:00"])
    assert "-> extension:101 (duty:help: week of 2026-11-23) [tenants/acme.yaml:" in capsys.readouterr().out


def test_what_is_over_is_not_told(
    config: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    duty(config, "give", "acme", "help", "extension:102", "--by", "jan", "--until", "14:00")
    monkeypatch.setattr(clock, "now", lambda: Instant(NOW + 5 * 3_600_000_000))
    capsys.readouterr()
    duty(config, "show", "acme", "help")
    assert capsys.readouterr().out == "duty:help: extension:101 until 2026-11-30T08:00 (week of 2026-11-23)\n"


def test_what_the_files_have_no_more_is_told_and_can_be_taken_back(
    config: str, capsys: pytest.CaptureFixture[str], redis_client: Redis
) -> None:
    duty(config, "give", "acme", "help", "extension:102", "--by", "jan", "--until", "taken-back")
    redis_client.hset(keys.overrides("acme"), "duty:gone", redis_client.hget(keys.overrides("acme"), "duty:help"))
    capsys.readouterr()
    duty(config, "show", "acme")
    assert "duty:gone: set by hand, and not in the files any more" in capsys.readouterr().out
    assert duty(config, "take-back", "acme", "gone") == 0
    assert redis_client.hkeys(keys.overrides("acme")) == [b"duty:help"]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["give", "acme", "help", "extension:999"], "there is no extension:999"),
        (["give", "acme", "help", "duty:help"], "the duty would lead back to itself: duty:help"),
        (["give", "acme", "help", "spaceship:1"], "is no target"),
        (["give", "acme", "help", "extension:102", "--until", "tomorrow"], "is no time"),
        (["give", "acme", "help", "extension:102", "--until", "2026-11-25T09:00"], "that is over"),
        (["give", "acme", "help", "extension:102", "--by", "a\nb"], "write a name of at most 64 characters"),
        (["give", "acme", "hepl", "extension:102"], "there is no duty hepl: did you mean help?"),
        (["show", "acme", "gone"], "there is no duty gone"),
        (["take-back", "umbrella", "help"], "there is no tenant umbrella"),
    ],
)
def test_nonsense_is_refused_with_a_reason(
    config: str, capsys: pytest.CaptureFixture[str], words: list[str], why: str
) -> None:
    assert duty(config, *words) == 1
    assert why in capsys.readouterr().err
