"""Voicemail boxes in a real Redis and in its twin: every change, in the order in which two may come."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from functools import partial
from types import SimpleNamespace
from typing import Any, cast

import pytest

from callcontrol.edges import clock
from callcontrol.edges.embedded import EmbeddedRedis
from callcontrol.edges.live_state import keys, mailboxes
from callcontrol.edges.live_state.mailbox_values import decode_counts, encode_message
from callcontrol.edges.live_state.mailboxes import BoxStore
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.mailbox import (
    AddMessage,
    Box,
    BoxChange,
    Changed,
    ChangeReply,
    Counts,
    Done,
    Greeting,
    GreetingKind,
    Message,
    MessageState,
    Move,
    Pin,
    PinTry,
    Release,
    Remove,
    SetState,
    Take,
)
from callcontrol.vocabulary.moment import DAY_S, SECOND_US, Instant
from tests.edges.test_limits import expect_counted
from tests.simulation.contracts.pipes import RealSide, Side, TwinSide

AT = Instant(1_795_310_000_000_001)
GREETING = Greeting("fs1", "/rec/g.wav", 4_200, AT, "extension:101", Instant(AT + DAY_S * SECOND_US))


@pytest.fixture(params=["real", "twin"])
def side(request: pytest.FixtureRequest) -> Iterator[Side]:
    if request.param == "twin":
        made: Side = TwinSide()
    elif "away" in request.node.name:
        made = RealSide(request.getfixturevalue("restartable_redis"))
    else:
        request.getfixturevalue("redis_client")  # emptied
        made = RealSide(cast(EmbeddedRedis, SimpleNamespace(address=request.getfixturevalue("redis_url"))))
    yield made
    made.close()


def message(name: str = "c-2", at: Instant = AT) -> Message:
    return Message(name, "+48600700800", "Ewa Ł", at, 5_040, "fs1", f"/rec/{name}.wav")


class Boxes:
    """A worker's store, and the clock."""

    def __init__(self, side: Side, monkeypatch: pytest.MonkeyPatch) -> None:
        self.side, self.now = side, AT
        # What is owed is offered again when the test says so.
        self.again: list[Any] = []
        self.store = BoxStore(side.pipeline, lambda seconds, then: self.again.append(then))
        monkeypatch.setattr(clock, "now", lambda: self.now)

    def send(self, change: BoxChange) -> None:
        self.store.change("acme", "anna", change, lambda changed, trouble: None)

    def do(self, change: BoxChange, box: str = "anna") -> tuple[Changed | None, bool]:
        found: list[tuple[Changed | None, bool]] = []
        self.store.change("acme", box, change, lambda changed, trouble: found.append((changed, trouble is not None)))
        self.side.settle()
        return found[0]

    def said(self, change: BoxChange, box: str = "anna") -> Changed:
        changed, _ = self.do(change, box)
        assert changed is not None
        return changed

    def look(self, box: str = "anna") -> Box:
        found: list[Box | None] = []
        self.store.look_up("acme", box, lambda one, trouble: found.append(one))
        self.side.settle()
        assert found[0] is not None
        return found[0]

    def try_pin(self) -> PinTry:
        found: list[PinTry | None] = []
        self.store.try_pin("acme", "anna", 3, 60 * SECOND_US, lambda tried, trouble: found.append(tried))
        self.side.settle()
        assert found[0] is not None
        return found[0]


@pytest.fixture
def boxes(side: Side, monkeypatch: pytest.MonkeyPatch) -> Boxes:
    return Boxes(side, monkeypatch)


def test_a_message_comes_in_once_and_is_kept_deleted_and_taken_back(boxes: Boxes) -> None:
    assert boxes.look() == Box()
    assert boxes.said(AddMessage(message())) == Changed(ChangeReply.DONE, Counts(1, 0))
    assert boxes.said(AddMessage(message("c-1", Instant(AT - 1)))).counts == Counts(2, 0)
    assert boxes.look().messages == (message("c-1", Instant(AT - 1)), message())
    boxes.now = Instant(AT + 7)
    assert boxes.said(SetState("c-2", MessageState.KEPT)) == Changed(ChangeReply.DONE, Counts(1, 1))
    assert boxes.said(SetState("c-2", MessageState.DELETED)).counts == Counts(1, 0)
    assert boxes.said(AddMessage(message())) == Changed(ChangeReply.THERE, Counts(1, 0))  # said again, late
    assert boxes.look().message("c-2") == replace(message(), state=MessageState.DELETED, changed=Instant(AT + 7))
    assert boxes.said(SetState("c-2", MessageState.NEW)).counts == boxes.look().counts == Counts(2, 0)
    assert boxes.said(SetState("c-9", MessageState.KEPT)).reply is ChangeReply.GONE
    assert boxes.said(Remove("c-2")) == Changed(ChangeReply.DONE, Counts(1, 0))
    assert boxes.said(Remove("c-2")).reply is ChangeReply.GONE
    assert boxes.store.counts("acme") == {"anna": Counts(1, 0)}
    assert boxes.store.counts("globex") == {}


def test_of_two_one_takes_a_message_and_only_that_one_is_done_with_it(boxes: Boxes) -> None:
    boxes.do(AddMessage(message()))
    assert boxes.said(Take("c-2", "extension:101")) == Changed(ChangeReply.DONE, Counts(0, 1))
    assert boxes.said(Take("c-2", "extension:102")) == Changed(ChangeReply.TAKEN, Counts(0, 1), "extension:101")
    assert boxes.said(Take("c-2", "extension:101")).reply is ChangeReply.DONE  # said again
    assert boxes.said(Done("c-2", "extension:102")).reply is ChangeReply.TAKEN
    assert boxes.said(Release("c-2")).counts == Counts(1, 0)
    assert boxes.store.put("acme", "anna", Done("c-2", "extension:102")).counts == Counts(0, 1)
    found = boxes.look().message("c-2")
    assert found is not None
    assert (found.state, found.taken_by, found.done_by) == (MessageState.KEPT, "extension:102", "extension:102")
    boxes.do(SetState("c-2", MessageState.DELETED))
    for change in (Take("c-2", "extension:101"), Done("c-2", "extension:101"), Release("c-2"), Move("c-2", "bert")):
        assert boxes.said(change).reply is ChangeReply.GONE


def test_a_message_moves_to_another_box_and_does_not_come_back(boxes: Boxes) -> None:
    boxes.do(AddMessage(message()))
    for change in (Take("c-2", "extension:101"), Done("c-2", "extension:101")):
        boxes.do(change)
    assert boxes.said(Move("c-2", "bert")) == Changed(ChangeReply.DONE, Counts(0, 0))
    assert boxes.look("bert").messages == (replace(message(), changed=boxes.now),)  # new, and taken by no one
    assert boxes.said(AddMessage(message())).reply is ChangeReply.THERE
    assert boxes.store.counts("acme") == {"anna": Counts(0, 0), "bert": Counts(1, 0)}


def test_deleted_messages_go_after_a_day_and_before_that_when_there_are_too_many(boxes: Boxes) -> None:
    for number in range(202):
        boxes.send(AddMessage(message(f"c-{number:03}")))
        boxes.now = Instant(boxes.now + 1)
        boxes.send(SetState(f"c-{number:03}", MessageState.DELETED))
    boxes.side.settle()
    assert [one.id for one in boxes.look().messages][:2] == ["c-002", "c-003"]
    assert len(boxes.look().messages) == 200
    boxes.now = Instant(boxes.now + DAY_S * SECOND_US)
    assert boxes.said(AddMessage(message("c-999"))).counts == Counts(1, 0)
    assert [one.id for one in boxes.look().messages] == ["c-201", "c-999"]  # the last one's day is not over


def test_greetings_are_set_and_removed(boxes: Boxes) -> None:
    greet = partial(boxes.store.greet, "acme", "anna")
    for kind in GreetingKind:
        assert boxes.side.waited(partial(greet, kind, GREETING)) is None
    assert boxes.look() == Box(greetings=dict.fromkeys(GreetingKind, GREETING))
    boxes.side.waited(partial(greet, GreetingKind.AWAY, None))
    assert set(boxes.store.read("acme", "anna").greetings) == {*GreetingKind} - {GreetingKind.AWAY}


def test_attempts_at_the_pin_are_counted_over_all_calls_and_lock_the_box(boxes: Boxes) -> None:
    boxes.side.waited(lambda done: boxes.store.set_pin("acme", "anna", "hash", done))
    assert [boxes.try_pin() for _ in range(2)] == [PinTry(True, Pin("hash", 1)), PinTry(True, Pin("hash", 2))]
    boxes.side.waited(lambda done: boxes.store.pin_was_right("acme", "anna", done))
    assert boxes.look().pin == Pin("hash")
    locked = Pin("hash", 3, Instant(AT + 60 * SECOND_US))
    assert [boxes.try_pin() for _ in range(4)][2:] == [PinTry(True, locked), PinTry(False, locked)]
    boxes.now = locked.locked_until
    assert boxes.try_pin() == PinTry(True, Pin("hash", 1))  # counted anew
    assert [boxes.try_pin().allowed for _ in range(3)] == [True, True, False]
    boxes.side.waited(lambda done: boxes.store.set_pin("acme", "anna", "other", done))
    assert boxes.look() == Box(pin=Pin("other"))


def test_with_redis_away_a_message_is_owed_and_comes_in_later(
    boxes: Boxes, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(mailboxes, "MAX_MESSAGES_OWED", 2)
    boxes.side.go_away()
    with expect_counted("MAX_MESSAGES_OWED"):
        for name in ("c-1", "c-2", "c-3"):
            boxes.send(AddMessage(message(name)))
        boxes.side.wait(0.8)
    found: list[bool] = []
    boxes.store.look_up("acme", "anna", lambda box, trouble: found.append(box is None and trouble is not None))
    boxes.side.wait(0.8)
    assert (found, boxes.store.owed, len(boxes.again)) == ([True], 2, 1)
    boxes.side.come_back()
    boxes.side.wait(1.0)
    boxes.again.pop()()
    boxes.side.settle()
    boxes.side.settle()
    assert ([one.id for one in boxes.look().messages], boxes.store.owed) == (["c-2", "c-3"], 0)


def test_what_a_later_version_wrote_is_left_to_it(boxes: Boxes, caplog: pytest.LogCaptureFixture) -> None:
    boxes.do(AddMessage(message()))
    key = keys.box("acme", "anna")
    boxes.side.pipeline.ask("HSET", key, "m:c-3", b'{"$":"BoxMessage/9"}', "s:c-3", b'{"$":"BoxMark/9"}', "pin", b"{")
    with caplog.at_level(logging.ERROR):
        assert boxes.look() == Box((message(),))
    assert caplog.text.count("is unreadable") == 2


def test_what_is_stored_stays_readable(boxes: Boxes) -> None:
    """The bytes as they are stored now: a later version must read them."""
    left = (
        b'{"$":"BoxMessage","caller":"+48600700800","name":"Ewa \xc5\x81","at":1795310000000001,"length_ms":5040,'
        b'"switch":"fs1","path":"/rec/c-2.wav"}'
    )
    assert encode_message(message()) == left
    mark = b'{"$":"BoxMark","state":"kept","taken_by":"extension:101","done_by":"","changed":"1795310000000002"}'
    greeting = (
        b'{"$":"BoxGreeting","switch":"fs1","path":"/rec/g.wav","length_ms":4200,"at":1795310000000001,'
        b'"by":"extension:101","until":1795396400000001}'
    )
    pin = b'{"$":"BoxPin","hash":"scrypt:x","failures":"2","locked_until":"0"}'
    key = keys.box("acme", "anna")
    boxes.side.pipeline.ask("HSET", key, "m:c-2", left, "s:c-2", mark, "g:busy", greeting, "pin", pin)
    kept = replace(message(), state=MessageState.KEPT, taken_by="extension:101", changed=Instant(AT + 1))
    assert boxes.look() == Box((kept,), {GreetingKind.BUSY: GREETING}, Pin("scrypt:x", 2))
    assert decode_counts(b"12 3") == Counts(12, 3)
