"""`callcontrol boxes` against a real Redis, run as a person runs it."""

from __future__ import annotations

import io
import re

import pytest
from gevent.event import AsyncResult
from redis import Redis

from callcontrol.__main__ import main
from callcontrol.edges import pin_hash
from callcontrol.edges.live_state.mailboxes import BoxStore
from callcontrol.edges.live_state.pipeline import RedisPipeline
from callcontrol.edges.pin_hash import Cost
from callcontrol.vocabulary.mailbox import AddMessage, Greeting, GreetingKind, Message
from callcontrol.vocabulary.moment import Instant
from tests.commands.test_duty import config
from tests.daemon.test_adoption import pipeline

__all__ = ["config", "pipeline"]


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pin_hash.hashed, "__defaults__", (Cost(4, 8, 1),))


def pin(config: str, monkeypatch: pytest.MonkeyPatch, typed: str = "", *how: str) -> int:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{typed}\n"))
    return main(["boxes", "pin", "--config", config, "acme", "box", *how])


def test_what_is_in_the_boxes(
    config: str, pipeline: RedisPipeline, redis_client: Redis, capsys: pytest.CaptureFixture[str]
) -> None:
    store = BoxStore(pipeline)
    store.put("acme", "box", AddMessage(Message("m1", "+48600100200", "", Instant(1), 2_000, "fs1", "/rec/m1.wav")))
    greeting = Greeting("fs1", "/rec/g.wav", 2_000, Instant(1), "extension:101")
    store.greet("acme", "box", GreetingKind.NORMAL, greeting, lambda trouble: None)
    assert main(["boxes", "acme", "--config", config]) == 0
    assert capsys.readouterr().out == "voicemail:box: 1 new, 0 kept; greetings normal; no PIN\n"


def test_a_pin_is_read_and_kept_as_a_hash(
    config: str, pipeline: RedisPipeline, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert pin(config, monkeypatch, "5927") == 0
    assert capsys.readouterr().out == "voicemail:box: 0 new, 0 kept; default greeting; PIN set\n"
    kept = BoxStore(pipeline).read("acme", "box").pin.hash
    assert pin_hash.is_right("5927", kept)
    assert pin(config, monkeypatch, "", "--remove") == 0
    assert BoxStore(pipeline).read("acme", "box").pin.hash == ""


def test_one_that_is_easy_to_guess_is_refused(
    config: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert pin(config, monkeypatch, "1234") == 1
    assert capsys.readouterr().err == "this PIN is refused: its digits follow each other\n"


def test_a_random_one_is_printed(
    config: str, pipeline: RedisPipeline, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert pin(config, monkeypatch, "", "--make") == 0
    made = capsys.readouterr().out.splitlines()[0]
    assert re.fullmatch("[0-9]{6}", made)
    assert pin_hash.is_right(made, BoxStore(pipeline).read("acme", "box").pin.hash)


def test_a_locked_box_is_opened(
    config: str, pipeline: RedisPipeline, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pin(config, monkeypatch, "5927")
    tried: AsyncResult = AsyncResult()
    BoxStore(pipeline).try_pin("acme", "box", 1, 60_000_000, lambda found, trouble: tried.set(found))
    assert tried.get(timeout=10).allowed
    main(["boxes", "acme", "box", "--config", config])
    assert "PIN set, locked until 2026-11-25T09:01:00" in capsys.readouterr().out
    assert pin(config, monkeypatch, "", "--unlock") == 0
    assert capsys.readouterr().out.endswith("PIN set\n")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["acmee"], "there is no tenant acmee: did you mean acme?"),
        (["acme", "bx"], "there is no voicemail box bx: did you mean box?"),
    ],
)
def test_names_that_there_are_not(config: str, words: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["boxes", *words, "--config", config]) == 1
    assert capsys.readouterr().err == f"{told}\n"
