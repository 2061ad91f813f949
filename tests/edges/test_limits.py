"""What runs into a limit is counted, and gets the answer that is written down for it."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from prometheus_client import REGISTRY
from redis import Redis

from callcontrol.edges import journal
from callcontrol.edges.freeswitch.commands import Execute
from callcontrol.edges.freeswitch.dial_string import LEGS_LIMIT, DialLeg, Gateway, dial_string
from callcontrol.edges.freeswitch.failures import LimitReached
from callcontrol.edges.freeswitch.wire import WireLimits
from callcontrol.edges.live_state import pipeline
from callcontrol.edges.live_state.failures import StoreBusy
from callcontrol.edges.spool import EntryRefused, Spool, SpoolFull, SpoolLimits
from tests.edges.freeswitch.peer import Switchboard, limits

HANGUP = b"sendmsg\ncall-command: hangup\nhangup-cause: NORMAL_TEMPORARY_FAILURE"


def reached(limit: str) -> float:
    """How often something has run into it."""
    return REGISTRY.get_sample_value("callcontrol_limits_reached_total", {"limit": limit}) or 0.0


@contextmanager
def expect_counted(limit: str, times: int = 1) -> Iterator[None]:
    """Whatever happens inside is counted so often."""
    before = reached(limit)
    yield
    assert reached(limit) - before == times


@pytest.mark.parametrize(
    ("limit", "sent"),
    [
        ("frame_bytes", b"Content-Type: text/event-json\nContent-Length: 5000\n\n"),
        ("head_bytes", b"x" * 70_000),
        ("head_lines", b"a\n" * 4_097),
    ],
)
def test_a_frame_over_a_limit_hangs_its_call_up(limit: str, sent: bytes) -> None:
    wire = WireLimits(head_bytes=65_536, body_bytes=4_096)
    with expect_counted(limit), Switchboard(limits(wire=wire)) as board:  # type: ignore[arg-type]  # by name
        peer, line = board.dial("a")
        peer.say(sent)
        assert peer.command() == HANGUP
        peer.close()
        assert limit in str(line.end())


def test_the_limits_of_a_frame_hold_wherever_it_is_cut() -> None:
    """The empty line may come in two halves: its first one is no header line yet."""
    head = b"Content-Type: command/reply\n" + b"A: b\n" * 6
    assert head.count(b"\n") == 7
    wire = WireLimits(head_bytes=len(head) - 1, head_lines=7)
    with expect_counted("head_lines", 0), expect_counted("head_bytes", 0), Switchboard(limits(wire=wire)) as board:  # type: ignore[arg-type]  # by name
        peer = board.ring()
        peer.command()
        peer.say(head)
        peer.say(b"\n")
        assert peer.command() == HANGUP  # a reply to connect without the data of a call
        peer.close()


@pytest.mark.parametrize(("limit", "most"), [("pending_replies", 2), ("unsent_bytes", 40)])
def test_what_the_switch_does_not_take_is_refused_here(limit: str, most: int) -> None:
    with Switchboard(limits(**{limit: most})) as board:
        peer, line = board.dial("a")
        with expect_counted(limit), pytest.raises(LimitReached, match=limit):
            line.call.send(*[Execute("answer")] * 3)
        peer.close()


def test_a_dial_string_has_no_more_legs_than_the_switch_reads() -> None:
    with expect_counted("LEGS_LIMIT"), pytest.raises(LimitReached):
        dial_string([DialLeg(Gateway("trunk", "+48600700800"))] * (LEGS_LIMIT + 1), {})


def test_a_command_too_many_for_redis_fails_at_once(
    redis_client: Redis, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "MAX_WAITING", 1)
    live = pipeline.RedisPipeline(pipeline.connect(redis_url, 5))
    troubles: list[object] = []
    with expect_counted("MAX_WAITING", 2):
        for _ in range(3):
            live.submit("PING", on_reply=lambda _reply, trouble: troubles.append(trouble))
        assert [type(trouble) for trouble in troubles] == [StoreBusy, StoreBusy]
    live.stop(5)


def test_a_full_spool_and_an_entry_too_large(tmp_path: Path) -> None:
    spool = Spool(tmp_path, SpoolLimits(total_bytes=1_000, entry_bytes=400))
    with expect_counted("spool_entry"), pytest.raises(EntryRefused):
        spool.append([b"x" * 401])
    spool.append([b"x" * 400])
    spool.append([b"x" * 400])
    with expect_counted("spool_bytes"), pytest.raises(SpoolFull):
        spool.append([b"x" * 400])
    spool.close()


def told(message: str, *, failed: bool = False, **extra: object) -> tuple[str, dict[str, object]]:
    """A log line, and what it says."""
    record = logging.LogRecord("x", logging.INFO, "f", 1, "%s", (message,), None)
    if failed:
        try:
            raise ValueError("y" * 10_000 + "the end of it")
        except ValueError:
            record.exc_info = sys.exc_info()
    vars(record).update(extra)
    line = journal.JsonLines().format(record)
    return line, json.loads(line)


SAYS: list[Callable[[], tuple[str, dict[str, object]]]] = [
    lambda: told("\x01" * 100_000, call="call-1", who="\x02" * 50_000),
    lambda: told("x" * 100_000, call="call-1", failed=True),
    lambda: told("short", call="call-1", found=["z" * 100_000]),
    lambda: told("\ud800" * 100_000, call="call-1"),
]


@pytest.mark.parametrize("say", SAYS)
def test_a_log_line_is_bounded_and_still_names_its_call(say: Callable[[], tuple[str, dict[str, object]]]) -> None:
    line, fields = say()
    assert len(line) <= journal.MAX_LINE
    assert fields["call"] == "call-1"
    assert "\n" not in line


def test_what_is_cut_in_a_log_line_is_marked_and_counted() -> None:
    with expect_counted("log_line"):
        _, fields = told("x" * 5_000)
    assert fields["message"] == "x" * (journal.MAX_TEXT - len(journal.CUT)) + journal.CUT
    with expect_counted("log_line"):
        _, fields = told("short", failed=True)
    assert str(fields["exception"]).startswith(journal.CUT)
    assert str(fields["exception"]).endswith("the end of it")
    with expect_counted("log_line", 0):
        assert told("x" * journal.MAX_TEXT)[1]["message"] == "x" * journal.MAX_TEXT
