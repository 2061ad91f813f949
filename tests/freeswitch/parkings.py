"""Parked callers on a real switch whose workers die, and on two switches: none is lost, one phone has the caller."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from typing import Final

from redis import Redis

from callcontrol.edges import clock
from callcontrol.edges.live_state import keys
from callcontrol.edges.live_state.parked import ParkedStore
from callcontrol.edges.live_state.pipeline import RedisPipeline, connect
from callcontrol.simulator.stories.player import TENANT
from callcontrol.simulator.stories.story import PlacedCall
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.parked import ParkedCaller
from tests.freeswitch.audio import Microphones
from tests.freeswitch.mishaps import OVER_S, RECORD_S, Mishap, arrange, records, wait
from tests.freeswitch.neighbour import NAME, neighbour
from tests.freeswitch.sounds import CALLER_HZ, PHONE_HZ
from tests.freeswitch.stage import RealStage
from tests.freeswitch.takeovers import two_workers
from tests.freeswitch.tones import PARKED_MUSIC_HZ, Hears, HearsInTurn, tone_differences

FROM_OUTSIDE: Final = PlacedCall("+48500100200", "+48221234583")
TAKES: Final = PlacedCall("", "701", extension="105@acme.example", hangup_after_s=4)
PARKS: Final = {"117": {"action": "answers", "after_s": 0.3, "refers": [1.0, "701"]}}
TALKED: Final = (HearsInTurn("caller", (PARKED_MUSIC_HZ, CALLER_HZ)), Hears("caller 2", CALLER_HZ))
# In seconds: a worker gets the call of a phone that dials sooner than this; the switch needs 20 ms for a command.
MOMENTS_S: Final = (0.0, 0.05, 0.2)
MUSIC_S: Final = 1.0
# By this time a called phone rings (seconds).
RINGS_S: Final = 1.5


def worker_dies_while_a_caller_is_parked(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """kill -9 of one of two workers: the parked caller keeps the place and its music, and a phone takes the caller"""
    with two_workers(stage, PARKS):
        began, placed = _parked(stage)
        before = _at_place(stage)
        os.kill(_process(before), signal.SIGKILL)
        wait(lambda: _is_anothers(stage, before), "another worker has the parked call")
        time.sleep(MUSIC_S)
        taker = stage.world.place(TAKES)
        stage.world.wait_until_over([placed, taker], OVER_S)
        yield from tone_differences(TALKED, stage.world.listening_ports(), microphones)
        yield from _both_recorded(stage, began)


def worker_dies_as_a_parked_caller_is_taken(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """kill -9 of the parked caller's worker just when a phone dials the place: they talk all the same"""
    for moment_s in MOMENTS_S:
        with two_workers(stage, PARKS):
            began, placed = _parked(stage)
            process = _process(_at_place(stage))
            taker = stage.world.place(PlacedCall("", "701", extension="105@acme.example", hangup_after_s=8))
            time.sleep(moment_s)
            os.kill(process, signal.SIGKILL)
            stage.world.wait_until_over([placed, taker], OVER_S)
            hears = (Hears("caller", CALLER_HZ), Hears("caller 2", CALLER_HZ))
            yield from tone_differences(hears, stage.world.listening_ports(), microphones)
            yield from _both_recorded(stage, began)
        microphones.clear()


def parked_caller_hangs_up_while_no_worker_looks(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """the daemon is killed, the parked caller hangs up, and the next daemon frees the place"""
    arrange(stage, PARKS)
    began = clock.now()
    stage.world.place(PlacedCall("+48500100200", "+48221234583", hangup_after_s=5))
    wait(lambda: bool(_places(stage)), "the caller is parked")
    stage.daemon.kill()
    time.sleep(5)
    stage.daemon.start()
    due = time.monotonic() + 30
    while (left := _places(stage)) and time.monotonic() < due:
        time.sleep(0.5)
    if left:
        yield f"the place should be free: {left}, {[call.notes for call in records(stage, began)]}"


def parked_caller_is_taken_at_another_switch(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """two switches: a phone of the other one dials the place, is rung, and talks with the parked caller"""
    phones = {**PARKS, "113": {"action": "answers", "after_s": 0.3, "talk_s": 3}}
    with neighbour(stage) as port:
        arrange(stage, phones)
        stage.world.register("113", online=False)
        stage.world.register("113", online=True, port=port)
        wait(lambda: f'callcontrol_registrations{{switch="{NAME}"}} 1.0' in stage.daemon.metrics(), "known")
        began, placed = _parked(stage)
        taker = stage.world.place(PlacedCall("", "701", extension="113@acme.example"), port=port)
        stage.world.wait_until_over([placed, taker], OVER_S)
        hears = (Hears("caller", PHONE_HZ), Hears("113", CALLER_HZ))
        yield from tone_differences(hears, stage.world.listening_ports(), microphones)
        wait(lambda: len(records(stage, began)) >= 2, "both calls have a record", RECORD_S)
        calls = records(stage, began)
        found = sorted((call.switch, call.outcome, tuple(leg.target for leg in call.legs)) for call in calls)
        expected = [("fs1", "answered", ("", "extension:117", "extension:113")), (NAME, "changed", ("",))]
        if found != expected:
            yield f"{expected} expected, there are {found}: {[(call.path, call.notes) for call in calls]}"
        stage.world.register("113", online=False, port=port)


def phone_picks_up_at_another_switch(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """two switches: a phone of the other one picks a ringing call up, is rung, and talks with the caller"""
    phones = {"117": {"action": "never_answers"}, "105": {"action": "answers", "after_s": 0.3, "talk_s": 3}}
    with neighbour(stage) as port:
        arrange(stage, phones)
        stage.world.register("105", online=False)
        stage.world.register("105", online=True, port=port)
        wait(lambda: f'callcontrol_registrations{{switch="{NAME}"}} 1.0' in stage.daemon.metrics(), "known")
        began, placed = clock.now(), stage.world.place(FROM_OUTSIDE)
        time.sleep(RINGS_S)
        taker = stage.world.place(PlacedCall("", "*8#", extension="105@acme.example"), port=port)
        stage.world.wait_until_over([placed, taker], OVER_S)
        hears = (Hears("caller", PHONE_HZ), Hears("105", CALLER_HZ))
        yield from tone_differences(hears, stage.world.listening_ports(), microphones)
        wait(lambda: len(records(stage, began)) >= 2, "both calls have a record", RECORD_S)
        calls = records(stage, began)
        found = sorted((call.switch, call.outcome, tuple(leg.target for leg in call.legs)) for call in calls)
        expected = [("fs1", "answered", ("", "extension:117", "extension:105")), (NAME, "changed", ("",))]
        if found != expected:
            yield f"{expected} expected, there are {found}: {[(call.path, call.notes) for call in calls]}"
        stage.world.register("105", online=False, port=port)
        stage.world.register("105", online=True)


def worker_dies_as_a_call_is_picked_up(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """kill -9 of the ringing call's worker just as it is picked up: the caller talks, with one phone or the other"""
    ringing = {"117": {"action": "answers", "after_s": 9, "talk_s": 3}}
    for moment_s in MOMENTS_S:
        with two_workers(stage, ringing):
            began, placed = clock.now(), stage.world.place(FROM_OUTSIDE)
            time.sleep(RINGS_S)
            process = _process_of_the_call(stage)
            picks = PlacedCall("", "*8#", extension="105@acme.example", hangup_after_s=14)
            taker = stage.world.place(picks)
            time.sleep(moment_s)
            os.kill(process, signal.SIGKILL)
            stage.world.wait_until_over([placed, taker], OVER_S)
            yield from _answered_once(stage, began)
        microphones.clear()


def _answered_once(stage: RealStage, began: Instant) -> Iterator[str]:
    wait(lambda: len(records(stage, began)) >= 2, "both calls have a record", RECORD_S)
    outcomes = [call.outcome for call in records(stage, began) if not call.caller_extension]
    if outcomes != ["answered"]:
        yield f"the caller's call should be answered, once: {outcomes}"


def _process_of_the_call(stage: RealStage) -> int:
    """The process of the worker that has the only call."""
    with Redis.from_url(stage.redis_url) as redis:
        owners = {owner.decode() for owner in redis.hvals(keys.owners(TENANT)) if owner != b"-"}
    (worker,) = owners
    return int(worker.split("/")[1])


def _parked(stage: RealStage) -> tuple[Instant, str]:
    """The time and the channel of the parked caller, once the music plays."""
    began = clock.now()
    placed = stage.world.place(FROM_OUTSIDE)
    wait(lambda: bool(_places(stage)), "the caller is parked")
    time.sleep(MUSIC_S)
    return began, placed


def _at_place(stage: RealStage) -> ParkedCaller:
    (found,) = _places(stage)
    return found


def _is_anothers(stage: RealStage, before: ParkedCaller) -> bool:
    """Whether another worker owns the place by now."""
    return any(now.worker != before.worker for now in _places(stage))


def _process(caller: ParkedCaller) -> int:
    """The process of the parked caller's worker."""
    return int(caller.worker.split("/")[1])


def _places(stage: RealStage) -> list[ParkedCaller]:
    pipeline = RedisPipeline(connect(stage.redis_url, 2))
    try:
        return ParkedStore(pipeline).look(TENANT)
    finally:
        pipeline.stop(2)


def _both_recorded(stage: RealStage, began: Instant) -> Iterator[str]:
    wait(lambda: len(records(stage, began)) >= 2, "both calls have a record", RECORD_S)
    found = sorted(
        (call.caller_extension, call.outcome, call.estimated, tuple(leg.target for leg in call.legs))
        for call in records(stage, began)
    )
    expected = [("", "answered", False, ("", "extension:117")), ("105", "answered", False, ("",))]
    if found != expected:
        yield f"{expected} expected, there are {found}"
    with Redis.from_url(stage.redis_url) as redis:
        if places := redis.hlen(f"cc:{{{TENANT}}}:parked"):
            yield f"{places} places are still taken"


PARKINGS: Final[tuple[Mishap, ...]] = (
    worker_dies_while_a_caller_is_parked,
    worker_dies_as_a_parked_caller_is_taken,
    parked_caller_hangs_up_while_no_worker_looks,
    parked_caller_is_taken_at_another_switch,
    phone_picks_up_at_another_switch,
    worker_dies_as_a_call_is_picked_up,
)
