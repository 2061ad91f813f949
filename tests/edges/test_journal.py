"""Log lines: whose they are, and how often the same is said."""

from __future__ import annotations

import json
import logging
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import REGISTRY

from callcontrol.daemon.configuration import Current
from callcontrol.edges import journal
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.edges.live_state.pipeline import RedisPipeline, connect
from callcontrol.edges.repeated_lines import MAX_REPEATED, MAX_TEXTS, SPAN_S, RepeatedLines
from tests.config.example import EXAMPLE
from tests.redis_servers.server import free_port

log = logging.getLogger("callcontrol.tests")


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Lines(logging.Handler):
    """What passes a filter."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.addFilter(RepeatedLines(clock))
        self.lines: list[dict[str, Any]] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep it."""
        self.lines.append(json.loads(journal.JsonLines().format(record)))

    @property
    def messages(self) -> list[str]:
        """Texts only."""
        return [line["message"] for line in self.lines]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def lines(clock: Clock) -> Iterator[Lines]:
    handler = Lines(clock)
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    yield handler
    log.removeHandler(handler)


def test_a_line_says_which_worker_of_which_host(capsys: pytest.CaptureFixture[str]) -> None:
    journal.start(worker=3)
    log.warning("hello", extra={"call": "a"})
    line = json.loads(capsys.readouterr().err)
    assert (line["host"], line["worker"], line["call"]) == (socket.gethostname(), 3, "a")
    journal.start()
    log.warning("hello")
    assert "worker" not in json.loads(capsys.readouterr().err)


def left_out() -> float:
    return REGISTRY.get_sample_value("callcontrol_limits_reached_total", {"limit": "MAX_REPEATED"}) or 0.0


def test_the_same_line_is_told_a_few_times_a_minute_and_then_counted(lines: Lines, clock: Clock) -> None:
    before = left_out()
    for second in range(int(SPAN_S)):
        clock.now = float(second)
        for _ in range(10):
            log.error("Redis is away")
    assert lines.messages == ["Redis is away"] * MAX_REPEATED
    assert left_out() - before == 10 * SPAN_S - MAX_REPEATED
    clock.now = SPAN_S
    log.error("Redis is away")
    assert lines.lines[-1]["repeated"] == 10 * SPAN_S - MAX_REPEATED
    assert "repeated" not in lines.lines[0]


def test_what_differs_is_told(lines: Lines) -> None:
    for number in range(20):
        log.error("mistake %d", number)
        log.info("call ended", extra={"call": str(number)})
    assert len(lines.messages) == 40


def test_texts_that_are_repeated_are_remembered_within_a_limit(lines: Lines) -> None:
    for number in range(3 * MAX_TEXTS):
        log.info("call ended", extra={"call": str(number)})
        log.error("Redis is away")
    assert lines.messages.count("Redis is away") == MAX_REPEATED
    (kept,) = lines.filters
    assert isinstance(kept, RepeatedLines)
    assert len(kept._said) == MAX_TEXTS


def test_a_redis_that_is_away_is_named_without_its_password(caplog: pytest.LogCaptureFixture) -> None:
    port = free_port()
    pipeline = RedisPipeline(connect(f"redis://us:secret@127.0.0.1:{port}/2?health_check_interval=5", 0.2))
    with pytest.raises(LiveStateError):
        pipeline.ask("PING")
    pipeline.stop(0.1)
    assert f"Redis 127.0.0.1:{port}/2 is away" in caplog.text
    assert "secret" not in caplog.text


def test_a_refused_reload_prints_no_traceback(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "conf"
    for file in EXAMPLE.rglob("*.*"):
        there = folder / file.relative_to(EXAMPLE)
        there.parent.mkdir(parents=True, exist_ok=True)
        there.write_bytes(file.read_bytes())
    current = Current(folder)
    (folder / "callcontrol.yaml").write_text("limitz: {}\n")
    assert not current.reload()
    assert "Traceback" not in capfd.readouterr().err
