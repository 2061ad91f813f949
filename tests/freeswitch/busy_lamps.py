"""Busy lamps on a real switch: what a phone that subscribes is told of extensions and parking places, and how soon."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from typing import Final

from callcontrol.simulator.stories.story import PlacedCall
from tests.freeswitch.audio import Microphones
from tests.freeswitch.mishaps import OVER_S, Mishap, arrange, wait
from tests.freeswitch.sip.message import Login
from tests.freeswitch.stage import RealStage
from tests.freeswitch.takeovers import two_workers
from tests.freeswitch.watching import WatchingPhone

FROM_OUTSIDE: Final = PlacedCall("+48500100200", "+48221234583", hangup_after_s=9)  # extension 117
PLACE: Final = "701"
# From what happens to the NOTIFY; after the end of the worker that kept the lamps; after a start (seconds).
SOON_S, TAKEN_S, START_S = 2.0, 12.0, 30.0
DARK, RINGS, BUSY = "terminated", "early", "confirmed"


def lamps_show_extensions_and_places(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """an extension rings, talks and is free; a caller is parked and taken; each lamp is lit and goes out in 2 s"""
    arrange(stage, {"117": {"action": "answers", "after_s": 3, "refers": [3.0, PLACE]}})
    with _watching(stage) as phone:
        extension, place, presence = phone.subscribe("117"), phone.subscribe(PLACE), phone.subscribe("117", "presence")
        yield from _shows(phone, extension, DARK, SOON_S, "it was subscribed to")
        yield from _shows(phone, place, DARK, SOON_S, "it was subscribed to")
        placed = stage.world.place(FROM_OUTSIDE)
        yield from _shows(phone, extension, RINGS, SOON_S + 1, "117 rings")
        yield from _shows(phone, extension, BUSY, 3 + SOON_S, "117 talks")
        yield from _shows(phone, place, BUSY, 3 + SOON_S, "a caller is parked there")
        taker = stage.world.place(PlacedCall("", PLACE, extension="105@acme.example", hangup_after_s=2))
        yield from _shows(phone, place, DARK, 2 * SOON_S, "the caller was taken")
        stage.world.wait_until_over([placed, taker], OVER_S)
        yield from _shows(phone, extension, DARK, SOON_S, "all have hung up")
        if phone.states(extension) != [DARK, RINGS, BUSY, DARK] or phone.states(place) != [DARK, BUSY, DARK]:
            yield f"no other states expected: {phone.states(extension)}, {phone.states(place)}"
        if phone.states(presence) != ["Available", "Ringing", "On the phone", "Available"]:
            yield f"presence in words expected: {phone.states(presence)}"
        if {one.entity for one in phone.told if one.call_id == place} != {f"{PLACE}@acme.example"}:
            yield f"the entity should be what was subscribed to: {phone.told}"


def do_not_disturb_lights_the_lamp(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """*78# lights the extension's lamp, #78# puts it out; a phone of another tenant is told nothing"""
    arrange(stage, {})
    with _watching(stage) as phone, _watching(stage, "101@globex.example") as stranger:
        own, foreign = phone.subscribe("102"), stranger.subscribe("102", domain="acme.example")
        yield from _shows(phone, own, DARK, SOON_S, "it was subscribed to")
        for code, state in (("*78#", BUSY), ("#78#", DARK)):
            placed = stage.world.place(PlacedCall("", code, extension="102@acme.example", hangup_after_s=6))
            stage.world.wait_until_over([placed], OVER_S)
            yield from _shows(phone, own, state, SOON_S, f"102 has dialled {code}")
        if stranger.states(foreign):
            yield f"another tenant's phone should be told nothing: {stranger.told}"
        phone.end(own, "102")
        time.sleep(SOON_S)
        count = len(phone.told)
        placed = stage.world.place(PlacedCall("", "117", extension="102@acme.example", hangup_after_s=2))
        stage.world.wait_until_over([placed], OVER_S)
        time.sleep(SOON_S)
        if len(phone.told) != count:
            yield f"nothing more expected after the end of the subscription: {phone.told[count:]}"


def lamps_are_right_after_deaths(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """kill -9 of each of two workers in turn while 117 talks: its lamp stays lit, and goes out after it"""
    with two_workers(stage, {"117": {"action": "answers", "after_s": 0.3}}), _watching(stage) as phone:
        extension = phone.subscribe("117")
        placed = stage.world.place(PlacedCall("+48500100200", "+48221234583", hangup_after_s=30))
        yield from _shows(phone, extension, BUSY, 2 * SOON_S, "117 talks")
        for process in stage.daemon.worker_pids():
            os.kill(process, signal.SIGKILL)
            time.sleep(TAKEN_S / 2)
        late = phone.subscribe("117")
        yield from _shows(phone, late, BUSY, TAKEN_S, "it was subscribed to after both deaths")
        stage.world.wait_until_over([placed], OVER_S)
        yield from _shows(phone, extension, DARK, TAKEN_S, "117 is free")
        yield from _shows(phone, late, DARK, TAKEN_S, "117 is free")


def lamps_are_right_after_a_restart(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """the daemon is killed while 117 talks, and starts after that has ended: the lamp goes out"""
    arrange(stage, {"117": {"action": "answers", "after_s": 0.3}})
    with _watching(stage) as phone:
        extension = phone.subscribe("117")
        placed = stage.world.place(PlacedCall("+48500100200", "+48221234583", hangup_after_s=5))
        yield from _shows(phone, extension, BUSY, 2 * SOON_S, "117 talks")
        stage.daemon.kill()
        stage.world.wait_until_over([placed], OVER_S)
        stage.daemon.start()
        yield from _shows(phone, extension, DARK, START_S, "the daemon is back")


def lamps_are_right_after_a_restart_of_the_switch(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """the switch is killed while 117 talks, and starts again: the lamp goes out, and shows the next call"""
    arrange(stage, {"117": {"action": "answers", "after_s": 0.3}})
    with _watching(stage) as phone:
        extension = phone.subscribe("117")
        stage.world.place(PlacedCall("+48500100200", "+48221234583", hangup_after_s=40))
        yield from _shows(phone, extension, BUSY, 2 * SOON_S, "117 talks")
        stage.switch.kill()
        stage.switch.start()
        yield from _shows(phone, extension, DARK, START_S, "the switch is back")
        arrange(stage, {"117": {"action": "answers", "after_s": 0.3}})
        placed = stage.world.place(PlacedCall("+48500100200", "+48221234583", hangup_after_s=4))
        yield from _shows(phone, extension, BUSY, 2 * SOON_S, "117 talks again")
        stage.world.wait_until_over([placed], OVER_S)
        yield from _shows(phone, extension, DARK, SOON_S, "117 is free")


BUSY_LAMPS: Final[tuple[Mishap, ...]] = (
    lamps_show_extensions_and_places,
    do_not_disturb_lights_the_lamp,
    lamps_are_right_after_deaths,
    lamps_are_right_after_a_restart,
    lamps_are_right_after_a_restart_of_the_switch,
)


def _watching(stage: RealStage, account: str = "105") -> WatchingPhone:
    login = stage.world.login(account)
    return WatchingPhone(Login(login.user, login.domain, login.password), stage.ports.internal)


def _shows(phone: WatchingPhone, call_id: str, state: str, within_s: float, when: str) -> Iterator[str]:
    began = time.monotonic()
    try:
        wait(lambda: phone.states(call_id)[-1:] == [state], f"the lamp is {state}", within_s)
    except TimeoutError:
        yield f"{when}: {state} expected within {within_s:.0f} s, told {phone.states(call_id)}"
    else:
        print(f"    {when}: {state} after {time.monotonic() - began:.2f} s")
