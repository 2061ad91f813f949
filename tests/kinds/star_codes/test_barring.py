"""Calls that an extension blocks for itself by star code, with its PIN."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcontrol.control import box_commands as in_box
from callcontrol.control import commands as do
from callcontrol.control.box_events import PinChecked
from callcontrol.control.events import KeyPressed, Stored
from callcontrol.edges.live_state.codec import decode, encode
from callcontrol.edges.live_state.overrides import decode_override, encode_override
from callcontrol.kinds.star_codes.storing import CONFIRM, OFF, REFUSE
from callcontrol.routing.outgoing.checks import refusal
from callcontrol.routing.outgoing.dialling import Dialling
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.override import CallBlocks
from callcontrol.vocabulary.pin import PinVerdict
from callcontrol.vocabulary.trail import Noted
from tests.control.story import Story
from tests.routing.world import NOW, TENANT, facts

PHONE = Caller("101", "Jan", extension="101")
BARRING = TENANT + "outgoing: {barring: yes}\n"


def dial(code: str, *blocked: str, caller: Caller = PHONE, tenant: str = BARRING) -> Story:
    overrides = {"blocks:101": CallBlocks(blocked, None, "extension:101", NOW)} if blocked else {}
    return Story(replace(facts(code, tenant=tenant, caller=caller), overrides=overrides)).begin()


def with_pin(story: Story) -> Story:
    for key in "4711#":
        story.then(KeyPressed(key))
    assert story.command(in_box.CheckPin).pin == "4711"
    story.call = decode(encode(story.call))
    return story.then(PinChecked("101", PinVerdict.RIGHT))


@pytest.mark.parametrize(
    ("code", "before", "after", "tone"),
    [
        ("*331#", (), ("international", "satellite"), CONFIRM),
        ("*333#", ("satellite",), ("premium", "satellite", "shared", "special"), CONFIRM),
        ("#331#", ("international", "premium", "satellite"), ("premium",), OFF),
        ("#33#", ("international", "premium"), (), OFF),
    ],
)
def test_classes_are_blocked_and_allowed(code: str, before: tuple[str, ...], after: tuple[str, ...], tone: str) -> None:
    story = with_pin(dial(code, *before))
    stored = story.command(do.StoreOverride)
    assert stored.of == "blocks:101"
    assert (stored.override.classes if isinstance(stored.override, CallBlocks) else ()) == after
    assert story.then(Stored("")).command(do.Play).file == tone


def test_without_the_right_pin_nothing_is_stored() -> None:
    story = dial("*33#")
    for key in "1#":
        story.then(KeyPressed(key))
    assert not story.then(PinChecked("101", PinVerdict.WRONG)).has(do.StoreOverride)
    assert "wrong-pin" in story.command(do.Play).file


def test_anyone_at_the_phone_may_ask() -> None:
    assert dial("*#33#", "mobile").command(do.Play).file == CONFIRM
    asked = dial("*#331#", "mobile")
    assert asked.command(do.Play).file == OFF
    assert asked.entries(Noted)[-1].what.endswith("no numbers are blocked")


def test_it_is_refused_where_it_is_not_wanted_or_there_is_no_pin() -> None:
    assert dial("*33#", tenant=TENANT).command(do.Play).file == REFUSE
    assert dial("*33#", caller=Caller("102", extension="102")).command(do.Play).file == "outgoing/en/pin-needed.wav"


def test_what_is_blocked_is_refused_to_this_extension_alone() -> None:
    known = dial("*#33#", "mobile").facts
    refused = refusal(Dialling("+48600700800", "extension:101"), known)
    assert refused is not None
    assert refused.why == "mobile numbers are blocked by extension:101 itself"
    assert refusal(Dialling("+48600700800", "extension:102"), known) is None
    assert refusal(Dialling("+48221111111", "extension:101"), known) is None


def test_blocks_are_stored_and_read_back() -> None:
    blocks = CallBlocks(("international", "premium"), None, "extension:101", NOW)
    assert decode_override(encode_override(blocks)) == blocks
