"""Changes of voicemail messages are noted for the ledger once Redis has them."""

from __future__ import annotations

import orjson

from callcontrol.control import box_commands as in_box
from callcontrol.control.box_events import BoxChanged
from callcontrol.daemon.box_line import BoxLine
from callcontrol.edges import pin_hash
from callcontrol.edges.live_state.brought_sounds import BroughtSounds
from callcontrol.edges.live_state.mailboxes import BoxStore
from callcontrol.edges.live_state.pipeline import RedisPipeline
from callcontrol.vocabulary.box_fact import BoxFact
from callcontrol.vocabulary.mailbox import (
    AddMessage,
    BoxChange,
    Done,
    Greeting,
    GreetingKind,
    Message,
    MessageState,
    SetState,
    Take,
)
from callcontrol.vocabulary.message_mark import MessageMark
from callcontrol.vocabulary.moment import Instant
from tests.daemon.test_adoption import pipeline
from tests.daemon.test_pin_line import Driver

__all__ = ["pipeline"]


def test_what_is_done_with_a_message_is_noted(pipeline: RedisPipeline) -> None:
    noted: list[MessageMark | BoxFact] = []
    line, driver = BoxLine(BoxStore(pipeline), BroughtSounds(pipeline), noted.append), Driver()
    message = Message("c-1", "", "", Instant(1), 1_000, "fs1", "/r/c-1.wav")
    changes: list[BoxChange] = [
        AddMessage(message),
        AddMessage(message),  # added already
        Take("c-1", "extension:101"),
        Done("c-1", "extension:102"),  # another extension has taken it
        Done("c-1", "extension:101"),
        SetState("c-1", MessageState.DELETED),
        SetState("c-9", MessageState.DELETED),  # no such message
    ]
    for change in changes:
        line.carry_out(in_box.ChangeBox("anna", change), driver)  # type: ignore[arg-type]  # as much of one as it needs
        assert isinstance(driver.answer(), BoxChanged)
    marks = [one for one in noted if isinstance(one, MessageMark)]
    assert [(one.tenant, one.media_id, one.box, one.state) for one in marks] == [
        ("acme", "c-1", "anna", state) for state in (MessageState.NEW, MessageState.KEPT, MessageState.DELETED)
    ]
    assert [(one.what, one.value) for one in noted if isinstance(one, BoxFact)] == [
        ("taken c-1", '["extension:101",""]'),
        ("taken c-1", '["extension:101","extension:101"]'),
    ]
    assert sorted(one.at for one in noted) == [one.at for one in noted]


def test_a_greeting_and_a_pin_that_are_set_are_noted(pipeline: RedisPipeline) -> None:
    noted: list[MessageMark | BoxFact] = []
    line, driver = BoxLine(BoxStore(pipeline), BroughtSounds(pipeline), noted.append), Driver()
    greeting = Greeting("fs1", "/r/g-1.wav", 4_000, Instant(1), "extension:101")
    line.carry_out(in_box.SetGreeting("anna", GreetingKind.AWAY, greeting), driver)  # type: ignore[arg-type]  # as above
    driver.answer()
    line.carry_out(in_box.SetPin("anna", "5927"), driver)  # type: ignore[arg-type]
    driver.answer()
    away, pin = (one for one in noted if isinstance(one, BoxFact))
    assert (away.what, orjson.loads(away.value)["path"]) == ("greeting away", "/r/g-1.wav")
    assert (pin.what, pin_hash.is_right("5927", pin.value)) == ("pin", True)
