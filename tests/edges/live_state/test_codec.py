"""Stored values come back as they were."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from callcontrol.control import commands as do
from callcontrol.control.call import Call, Deciding
from callcontrol.control.events import AppEnded, LegBridged, Stored
from callcontrol.edges.live_state import codec
from callcontrol.edges.live_state.codec import Codec, Newer, Unreadable, decode, encode
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.stored import TAG, Fields
from tests.control.story import Story
from tests.routing.world import DID, NOW, facts, rule

PHONE = Caller("101", "Zażółć \u2028 \n gęślą", extension="101")


def calls() -> list[Call]:
    """A call in every state, with every kind of trail entry."""
    chain = {"101": [rule("busy", "number:+48600100100", after_s=7)]}
    ringing = Story(facts(rules=chain)).begin()
    bridge = ringing.command(do.Bridge)
    leg = bridge.legs[0][0]
    forwarded = (
        Story(facts(rules=chain)).begin().gone(leg, "USER_BUSY").then(AppEnded(bridge.app_id, "USER_BUSY", {leg: ""}))
    )
    talking = Story(facts()).begin().then(LegBridged(leg, NOW))
    message = Story(facts(DID["voicemail"])).begin()
    recording = Story(facts(DID["voicemail"])).begin().then(AppEnded(message.command(do.Play).app_id))
    others = [Story(facts(did)).begin() for did in DID.values()]
    star = Story(facts("*21*102#", caller=PHONE)).begin()
    told = Story(facts("*21*102#", caller=PHONE)).begin().then(Stored())
    offline = Story(facts(offline=("101",))).begin().gone("caller-1")
    everything = [ringing, forwarded, talking, message, recording, star, told, offline, *others]
    return [story.call for story in everything]


@pytest.mark.parametrize("call", calls(), ids=lambda call: type(call.state).__name__)
def test_round_trip(call: Call) -> None:
    back = decode(encode(call))
    assert back == call
    assert isinstance(back, Call)
    assert type(back.state) is type(call.state)


def test_every_state_is_tried() -> None:
    assert len({type(call.state) for call in calls()} | {Deciding}) == 8


def test_enums_come_back_as_enums() -> None:
    (busy,) = [c for c in calls() if any(getattr(e, "outcome", None) is Outcome.BUSY for e in c.trail)][:1]
    back = decode(encode(busy))
    assert any(getattr(e, "outcome", None) is Outcome.BUSY for e in back.trail)


@pytest.mark.parametrize(
    "text", [b"", b"{", b'{"$":"Popen"}', b'{"$":"Caller"}', b'{"$":"Caller","number":"1","evil":2}', b'{"$":["a"]}']
)
def test_what_is_none_of_our_values_is_unreadable(text: bytes) -> None:
    with pytest.raises(Unreadable):
        decode(text)


def test_a_value_that_is_not_to_be_stored_is_refused() -> None:
    with pytest.raises(TypeError):
        encode(do.HangUp("USER_BUSY"))
    assert "HangUp" not in codec.CALLS.classes


@dataclass(frozen=True, slots=True)
class Lamp:
    watts: int


@dataclass(frozen=True, slots=True)
class Desk:
    number: int
    floor: int
    lamp: Lamp | None = None


def _with_floor(fields: Fields) -> Fields:
    return {"number": fields["number"] % 100, "floor": fields["number"] // 100, "lamp": fields.get("lamp")}


def _a_lamp(fields: Fields) -> Fields:
    return {TAG: "Light", **fields}


LATER = Codec({"Desk": Desk, "Light": Lamp}, {("Desk", 1): _with_floor, ("Lamp", 1): _a_lamp})


@pytest.mark.parametrize(
    "text",
    [
        b'{"$":"Desk","number":312}',
        b'{"$":"Desk/2","number":12,"floor":3}',
        b'{"number":12,"floor":3,"lamp":null,"$":"Desk/2"}',
    ],
)
def test_a_value_of_an_older_version_is_brought_on(text: bytes) -> None:
    assert LATER.decode(text) == Desk(12, 3)
    assert LATER.decode(LATER.encode(LATER.decode(text))) == Desk(12, 3)
    assert b'"$":"Desk/2"' in LATER.encode(LATER.decode(text))


def test_a_value_within_an_older_one_is_brought_on_though_its_class_has_another_name() -> None:
    assert LATER.decode(b'{"$":"Desk","number":312,"lamp":{"$":"Lamp","watts":40}}') == Desk(12, 3, Lamp(40))


@pytest.mark.parametrize(
    "text",
    [b'{"$":"Desk/3","number":12,"room":"B"}', b'{"$":"Desk/2","number":1,"floor":3,"lamp":{"$":"Light/2","lumen":9}}'],
)
def test_a_newer_value_is_told_from_an_unreadable_one(text: bytes) -> None:
    with pytest.raises(Newer):
        LATER.decode(text)
    with pytest.raises(Newer):
        LATER.decode(text)
