"""INVITE with Replaces (RFC 3891): a phone that would take over a conversation that it knows of is refused."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from callcontrol.edges import clock
from callcontrol.simulator.stories.story import PlacedCall
from tests.freeswitch.audio import Microphones
from tests.freeswitch.ears import Message, read_messages
from tests.freeswitch.mishaps import OVER_S, Mishap, arrange, records, wait
from tests.freeswitch.sounds import CALLER_HZ, PHONE_HZ
from tests.freeswitch.stage import RealStage
from tests.freeswitch.tones import Hears, tone_differences

TALKS: Final = PlacedCall("", "103", extension="102@acme.example", hangup_after_s=14)
TAKES: Final = PlacedCall("", "103", extension="105@acme.example", hangup_after_s=4)


def a_conversation_is_not_replaced(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """a phone sends INVITE with Replaces for each side of two who talk: it is refused, both talk on, one record"""
    arrange(stage, {"103": {"action": "answers", "after_s": 0.3}})
    began = clock.now()
    placed = stage.world.place(TALKS)
    wait(lambda: bool(_answers(stage, placed)), "they talk", poll_s=0.1)
    time.sleep(1.0)
    for answer in (_answers(stage, placed)[0], *_phones_answers(stage)[:1]):
        taker = stage.world.place(replace(TAKES, headers=(("Replaces", _replaces(answer)),)))
        stage.world.wait_until_over([taker], OVER_S)
        microphones.clear()
    time.sleep(1.0)
    hears = (Hears("103", CALLER_HZ), Hears("caller", PHONE_HZ))
    yield from tone_differences(hears, stage.world.listening_ports(), microphones)
    stage.world.wait_until_over([placed], OVER_S)
    wait(lambda: len(records(stage, began)) >= 3, "each call has a record")
    found = sorted((call.caller_extension, call.outcome, len(call.legs)) for call in records(stage, began))
    if found != [("102", "answered", 2), ("105", "rejected", 1), ("105", "rejected", 1)]:
        yield f"a record of both, and two refused ones, expected, there are {found}"


REPLACING: Final[tuple[Mishap, ...]] = (a_conversation_is_not_replaced,)


def _answers(stage: RealStage, placed: str) -> list[Message]:
    """The switch's answers to the caller's INVITE."""
    log = stage.world.messages(placed)
    return [one for one in read_messages(log) if one.received and (one.method, one.code) == ("INVITE", 200)]


def _phones_answers(stage: RealStage) -> list[Message]:
    """The answers of phones that were called."""
    log = stage.world.messages("phones")
    return [one for one in read_messages(log) if not one.received and (one.method, one.code) == ("INVITE", 200)]


def _replaces(answer: Message) -> str:
    """The dialogue as the switch knows it, whose tag is the local one: of the caller's call that of To."""
    to, from_ = (answer.headers[name].rpartition("tag=")[2] for name in ("To", "From"))
    here, there = (to, from_) if answer.received else (from_, to)
    return f"{answer.call_id};to-tag={here};from-tag={there}"
