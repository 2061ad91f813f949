"""`callcontrol forward` and `explain` against a real Redis, run as a person runs them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from redis import Redis

from callcontrol.__main__ import main

EXAMPLE = Path(__file__).parents[2] / "deploy" / "example"


@pytest.fixture
def config(tmp_path: Path, redis_url: str, redis_client: Redis) -> str:
    shutil.copytree(EXAMPLE, tmp_path / "conf")
    file = tmp_path / "conf" / "callcontrol.yaml"
    file.write_text(file.read_text() + f'\nredis: {{url: "{redis_url}"}}\n')
    return str(tmp_path / "conf")


def test_set_show_clear_and_back_to_the_baseline(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["forward", "set", "--config", config, "acme", "117", "busy", "number:600700800"]) == 0
    assert "busy of acme/117: number:+48600700800 (in force; command, " in capsys.readouterr().out
    assert main(["forward", "show", "--config", config, "acme", "101"]) == 0
    shown = capsys.readouterr().out
    assert "no_answer    voicemail:101 after 15 s (in force; tenants/acme.yaml:" in shown
    assert "always       number:+48600700800 (off; tenants/acme.yaml:" in shown
    assert main(["forward", "clear", "--config", config, "acme", "101", "no_answer"]) == 0
    assert "no_answer of acme/101: not set" in capsys.readouterr().out
    assert main(["forward", "clear", "--config", config, "acme", "101", "no_answer", "--baseline"]) == 0
    assert "no_answer of acme/101: voicemail:101 after 15 s" in capsys.readouterr().out


def test_explain_shows_what_was_set_at_run_time(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    main(["forward", "set", "--config", config, "acme", "117", "always", "extension:105", "--show", "company"])
    capsys.readouterr()
    assert main(["explain", "--config", config, "--from", "+48500100200", "--to", "+48221234583"]) == 0
    told = capsys.readouterr().out
    assert "-> extension:117 (number +48221234583) [tenants/acme.yaml:" in told
    assert "-> extension:105 (rule always of extension:117) [command, " in told
    assert "ring 105@acme.example for 10 s" in told


def test_explain_at_another_time_and_for_a_phone(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["explain", "--config", config, "--from", "+48500100200", "--to", "+48221234581"]
    main([*asked, "--at", "2026-12-25T12:00"])
    assert "play tone_stream://%(400,200,440,480);loops=2 before answering" in capsys.readouterr().out
    main([*asked, "--at", "2026-11-25T12:00"])
    assert "ring 110@acme.example" in capsys.readouterr().out
    main(["explain", "--config", config, "--from", "acme/102", "--to", "600700800"])
    assert "through carrier-a, billed to extension:102" in capsys.readouterr().out
    main(["explain", "--config", config, "--from", "acme/102", "--to", "*21*105#"])
    assert "star code: sets always to extension:105, on" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["set", "acme", "117", "always", "extension:117"], "an extension cannot forward to itself"),
        (["set", "acme", "117", "always", "number:+48701234567"], "blocked by prefix 4870"),
        (["set", "acme", "117", "always", "group:nobody"], "there is no group:nobody"),
        (["set", "acme", "117", "always", "spaceship:1"], "is no target"),
        (["set", "acme", "117", "always", "extension:105", "--until", "tomorrow"], "is no time"),
        (["set", "acme", "117", "no_answer", "extension:105", "--after", "0"], "write 1 to 300 seconds"),
        (["show", "acme", "999"], "has no extension 999"),
        (["show", "umbrella", "101"], "there is no tenant umbrella"),
    ],
)
def test_nonsense_is_refused_with_a_reason(
    config: str, capsys: pytest.CaptureFixture[str], words: list[str], why: str
) -> None:
    verb, *rest = words
    assert main(["forward", verb, "--config", config, *rest]) == 1
    assert why in capsys.readouterr().err


def test_explain_of_nonsense(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "--config", config, "--from", "x", "--to", "+48999"]) == 1
    assert "no tenant has this number" in capsys.readouterr().err
    assert main(["explain", "--config", config, "--from", "acme/999", "--to", "101"]) == 1
    assert "there is no extension 999; there are: 101, " in capsys.readouterr().err
