"""`callcontrol boxes take|release|done|keep|delete|move` against a real Redis."""

from __future__ import annotations

import pytest
from redis import Redis

from callcontrol.__main__ import main
from callcontrol.edges.live_state.mailboxes import BoxStore
from callcontrol.edges.live_state.pipeline import RedisPipeline
from callcontrol.vocabulary.mailbox import AddMessage, Message, MessageState, Take
from callcontrol.vocabulary.moment import Instant
from tests.commands.test_duty import config
from tests.daemon.test_adoption import pipeline

__all__ = ["config", "pipeline"]


def run(config: str, verb: str, *rest: str) -> int:
    return main(["boxes", verb, "--config", config, "acme", "box", *rest])


def test_a_message_is_listed_taken_done_and_deleted(
    config: str, pipeline: RedisPipeline, redis_client: Redis, capsys: pytest.CaptureFixture[str]
) -> None:
    store = BoxStore(pipeline)
    store.put("acme", "box", AddMessage(Message("m1", "+48600100200", "Ewa", Instant(1), 2_000, "fs1", "/rec/m1.wav")))
    store.put("acme", "box", Take("m1", "extension:101"))
    assert run(config, "show") == 0
    listed = capsys.readouterr().out.splitlines()[1]
    assert listed.endswith("+48600100200 Ewa  2 s  new, taken by extension:101")
    assert run(config, "done", "m1") == 1
    assert "extension:101 has taken it" in capsys.readouterr().err
    assert [run(config, verb, "m1") for verb in ("release", "take", "done")] == [0, 0, 0]
    assert capsys.readouterr().out.splitlines()[-1] == "box: 0 new, 1 kept"
    assert [run(config, verb, "m1") for verb in ("delete", "keep", "delete")] == [0, 0, 0]
    (message,) = store.read("acme", "box").messages
    assert (message.state, message.done_by.endswith("(command)")) == (MessageState.DELETED, True)
    assert run(config, "take", "m1") == 1
    assert "has no message m1" in capsys.readouterr().err


def test_a_message_goes_to_a_box_that_there_is(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(config, "move", "m1", "nowhere") == 1
    assert "nowhere" in capsys.readouterr().err
