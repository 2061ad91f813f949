"""Conference rooms on a real switch whose workers die: all talk on, keys work again, each call has one exact record."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from typing import Final

from redis import Redis

from callcontrol.edges import clock
from callcontrol.edges.live_state import keys
from callcontrol.edges.live_state.pipeline import RedisPipeline, connect
from callcontrol.edges.live_state.rooms import RoomStore
from callcontrol.simulator.stories.player import TENANT
from callcontrol.simulator.stories.story import PlacedCall
from callcontrol.usecases.rooms import invite_number
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.room import Room, RoomMember
from tests.freeswitch.audio import Microphones
from tests.freeswitch.mishaps import OVER_S, RECORD_S, Mishap, arrange, records, wait
from tests.freeswitch.neighbour import NAME, neighbour
from tests.freeswitch.sounds import CALLER_HZ, VOICES
from tests.freeswitch.stage import RealStage
from tests.freeswitch.takeovers import two_workers
from tests.freeswitch.tones import Hears, tone_differences

OPEN, WITH_PIN = "+48221234551", "+48221234550"
GUEST = "48600700802"
FIRST, SECOND = "+48500100301", "+48500100302"
VOICE_OF: Final = {number: VOICES[number.removeprefix("+")] for number in (FIRST, SECOND)}
# Until a takeover no worker receives the keys (seconds).
TAKEN_OVER_S: Final = 6.0
TALK_S: Final = 2.0


def worker_dies_while_they_confer(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """kill -9 of one member's worker: all talk on, the moderator's key ends the conference, each is recorded once"""
    with two_workers(stage, {}):
        began = clock.now()
        first = stage.world.place(PlacedCall(FIRST, OPEN))
        head = stage.world.place(
            PlacedCall("", "602", extension="105@acme.example", presses=((TAKEN_OVER_S + 8, "*9"),))
        )
        wait(lambda: len(_members(stage)) == 2, "both are in the room")
        moderator = next(one for one in _members(stage) if one.moderator)
        os.kill(int(moderator.worker.split("/")[1]), signal.SIGKILL)
        microphones.clear()
        wait(lambda: _is_anothers(stage, moderator), "another worker has the moderator's call")
        time.sleep(TALK_S)
        hears = (Hears("caller", CALLER_HZ), Hears("caller 2", VOICE_OF[FIRST]))
        yield from tone_differences(hears, stage.world.listening_ports(), microphones)
        stage.world.wait_until_over([first, head], OVER_S)
        yield from _recorded(stage, began, ("", "105"))


def worker_dies_while_the_pin_is_asked(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """kill -9 while a caller is asked for the PIN: it is asked again, and the caller enters"""
    with two_workers(stage, {}):
        began = clock.now()
        placed = stage.world.place(PlacedCall(FIRST, WITH_PIN, presses=((TAKEN_OVER_S + 3, "4713#"),)))
        wait(lambda: bool(_owners(stage)), "a worker has the call")
        time.sleep(1.0)
        (owner,) = _owners(stage)
        os.kill(int(owner.split("/")[1]), signal.SIGKILL)
        head = stage.world.place(PlacedCall("", "601", extension="103@acme.example", after_s=0, hangup_after_s=20))
        wait(lambda: len(_members(stage)) == 2, "both are in the room", OVER_S)
        time.sleep(TALK_S)
        hears = (Hears("caller", CALLER_HZ), Hears("caller 2", VOICE_OF[FIRST]))
        yield from tone_differences(hears, stage.world.listening_ports(), microphones)
        stage.world.wait_until_over([placed, head], OVER_S)
        yield from _recorded(stage, began, ("", "103"))


def daemon_dies_while_they_confer(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """the whole daemon is killed: all talk on, one hangs up meanwhile, and the next daemon records both"""
    arrange(stage, {})
    began = clock.now()
    first = stage.world.place(PlacedCall(FIRST, OPEN, hangup_after_s=16))
    second = stage.world.place(PlacedCall(SECOND, OPEN, hangup_after_s=8))
    wait(lambda: len(_members(stage)) == 2, "both are in the room")
    stage.daemon.kill()
    microphones.clear()
    time.sleep(TALK_S)
    hears = (Hears("caller", VOICE_OF[SECOND]), Hears("caller 2", VOICE_OF[FIRST]))
    yield from tone_differences(hears, stage.world.listening_ports(), microphones)
    stage.world.wait_until_over([second], OVER_S)
    stage.daemon.start()
    stage.world.wait_until_over([first], OVER_S)
    wait(lambda: not _rooms(stage), "the room is empty", RECORD_S + 60)
    yield from _recorded(stage, began, ("", ""), exact=False)


def they_confer_at_two_switches(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """two switches: a phone of the other one enters the room, is muted by the moderator, and ends it for all"""
    with neighbour(stage) as port:
        arrange(stage, {})
        began = clock.now()
        head = stage.world.place(
            PlacedCall("", "602", extension="105@acme.example", presses=((9.0, "*4"), (14.0, "*9")))
        )
        wait(lambda: len(_members(stage)) == 1, "the room is open")
        phone = stage.world.place(PlacedCall("", "602", extension="113@acme.example"), port=port)
        wait(lambda: len(_members(stage)) == 2, "both are in the room")
        stage.world.wait_until_over([head, phone], OVER_S)
        hears = (Hears("caller", CALLER_HZ), Hears("caller 2", CALLER_HZ))
        yield from tone_differences(hears, stage.world.listening_ports(), microphones)
        wait(lambda: len(records(stage, began)) >= 2, "each has a record", RECORD_S)
        found = sorted(
            (call.caller_extension, call.switch, call.outcome, tuple(leg.target for leg in call.legs))
            for call in records(stage, began)
        )
        expected = [
            ("105", "fs1", "answered", ("",)),
            ("113", NAME, "answered", ("", "conference:standup")),
        ]
        if found != expected:
            yield f"{expected} expected, there are {found}: {[call.notes for call in records(stage, began)]}"
        if rooms := _rooms(stage):
            yield f"still in a room: {rooms}"


def guest_stays_when_a_worker_dies(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """a mobile is invited by command; kill -9 of the moderator's worker: both talk on, and the leg is paid exactly"""
    with two_workers(stage, {f"+{GUEST}": {"action": "answers", "after_s": 0.5}}):
        began = clock.now()
        head = stage.world.place(PlacedCall("", "602", extension="105@acme.example", hangup_after_s=22))
        wait(lambda: len(_members(stage)) == 1, "the room is open")
        pipeline = RedisPipeline(connect(stage.redis_url, 2))
        try:
            invite_number(pipeline, TENANT, "standup", "105", GUEST.removeprefix("48"))
        finally:
            pipeline.stop(2)
        wait(lambda: len(_members(stage)) == 2, "the guest is in the room")
        moderator = next(one for one in _members(stage) if one.moderator)
        os.kill(int(moderator.worker.split("/")[1]), signal.SIGKILL)
        time.sleep(0.5)
        microphones.clear()
        wait(lambda: _is_anothers(stage, moderator), "another worker has the moderator's call")
        time.sleep(TALK_S)
        hears = (Hears("caller", VOICES[GUEST]), Hears(GUEST, CALLER_HZ))
        yield from tone_differences(hears, stage.world.listening_ports(), microphones)
        stage.world.wait_until_over([head], OVER_S)
        yield from _recorded(stage, began, ("105",), legs=2)
        guests = [(leg.target, leg.payer, leg.outcome) for call in records(stage, began) for leg in call.legs[1:]]
        if guests != [(f"number:+{GUEST}", "extension:105", "answered")]:
            yield f"one leg at the cost of the moderator expected: {guests}"


def _rooms(stage: RealStage) -> list[Room]:
    pipeline = RedisPipeline(connect(stage.redis_url, 2))
    try:
        return RoomStore(pipeline).look(TENANT)
    finally:
        pipeline.stop(2)


def _members(stage: RealStage) -> tuple[RoomMember, ...]:
    return tuple(member for room in _rooms(stage) for member in room.members)


def _is_anothers(stage: RealStage, before: RoomMember) -> bool:
    return any(one.call == before.call and one.worker != before.worker for one in _members(stage))


def _owners(stage: RealStage) -> list[str]:
    """The workers that have calls; `-` stands in the fields of callers' channels."""
    with Redis.from_url(stage.redis_url) as redis:
        found = (name.decode() for name in redis.hvals(keys.owners(TENANT)))
        return [name for name in found if name != "-"]


def _recorded(
    stage: RealStage, began: Instant, extensions: tuple[str, ...], *, exact: bool = True, legs: int = 1
) -> Iterator[str]:
    wait(lambda: len(records(stage, began)) >= len(extensions), "each has a record", RECORD_S)
    calls = records(stage, began)
    found = sorted((call.caller_extension, call.outcome, exact and call.estimated, len(call.legs)) for call in calls)
    expected = sorted((extension, "answered", False, legs) for extension in extensions)
    if found != expected:
        yield f"{expected} expected, there are {found}: {[call.notes for call in calls]}"
    if rooms := _rooms(stage):
        yield f"still in a room: {rooms}"


ROOMS: Final[tuple[Mishap, ...]] = (
    worker_dies_while_they_confer,
    worker_dies_while_the_pin_is_asked,
    daemon_dies_while_they_confer,
    they_confer_at_two_switches,
    guest_stays_when_a_worker_dies,
)
