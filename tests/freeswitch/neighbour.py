"""A second FreeSWITCH beside the run's own, with the same daemon: callers at one reach phones at the other."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Final

import yaml

from callcontrol.edges import clock
from callcontrol.simulator.stories.story import PlacedCall
from tests.freeswitch.audio import Microphones
from tests.freeswitch.configuration import render
from tests.freeswitch.mishaps import OVER_S, arrange, records, wait
from tests.freeswitch.sounds import CALLER_HZ, PHONE_HZ, VOICES
from tests.freeswitch.stage import RealStage
from tests.freeswitch.switch import HOST, PASSWORD, RTP_PORTS, Ports, RealSwitch, running
from tests.freeswitch.tones import Hears, tone_differences

NAME: Final = "fs2"
THERE: Final = ("113", "121")  # the extensions registered at the neighbour
PHONES: Final = {
    "125": {"action": "busy"},
    "113": {"action": "answers", "after_s": 0.3, "talk_s": 2},
    "121": {"action": "answers", "after_s": 0.3, "talk_s": 7},
}
FORWARDED = PlacedCall("+48500100200", "+48221234578")  # always to 125, which is busy, then to 113
QUEUED = PlacedCall("+48500100201", "+48221234588")


def phones_at_another_switch(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """two switches: a call is forwarded to a phone, and a waiting caller given to an agent, of the other one"""
    with neighbour(stage) as port:
        arrange(stage, PHONES)
        for account in THERE:
            stage.world.register(account, online=False)
            stage.world.register(account, online=True, port=port)
        wait(lambda: f'callcontrol_registrations{{switch="{NAME}"}} {len(THERE)}.0' in stage.daemon.metrics(), "known")
        yield from _is_answered(stage, microphones, FORWARDED, Hears("113", CALLER_HZ), Hears("caller", PHONE_HZ))
        yield from _is_answered(stage, microphones, QUEUED, Hears("121", CALLER_HZ), Hears("caller 2", VOICES["121"]))
        for account in THERE:
            stage.world.register(account, online=False, port=port)


def _is_answered(stage: RealStage, microphones: Microphones, call: PlacedCall, *hears: Hears) -> Iterator[str]:
    """The call is answered by the first of `hears`; both hear each other, and there is one record."""
    microphones.clear()
    began = clock.now()
    placed = stage.world.place(call)
    stage.world.wait_until_over([placed], OVER_S)
    yield from tone_differences(hears, stage.world.listening_ports(), microphones)
    found, who = records(stage, began), hears[0].who
    if [(one.switch, one.outcome, one.answered_by) for one in found] != [("fs1", "answered", f"extension:{who}")]:
        yield f"one record of fs1 of a call that {who} answered expected, there are {found}"


@contextmanager
def neighbour(stage: RealStage) -> Iterator[int]:
    """Run the neighbour, known to the daemon; yields the port at which its phones register."""
    ports = Ports.free()
    ports = replace(ports, rtp=ports.rtp + RTP_PORTS)
    file = stage.config / "callcontrol.yaml"
    alone = file.read_text(encoding="utf-8")
    folder = stage.switch.folder.parent / NAME
    shutil.rmtree(folder, ignore_errors=True)  # of a neighbour there was before in this run
    switch = RealSwitch(stage.switch.binary, folder, ports)
    switch.lay_out()
    file.write_text(_with_neighbour(alone, stage.ports, ports), encoding="utf-8")
    render(stage.config, switch.conf, NAME)
    try:
        with running(switch):
            _take_over(stage)
            yield ports.internal
    finally:
        file.write_text(alone, encoding="utf-8")
        _take_over(stage)


def _with_neighbour(text: str, ours: Ports, theirs: Ports) -> str:
    settings = yaml.safe_load(text)
    settings["switches"]["fs1"]["sip"] = f"{HOST}:{ours.internal}"
    settings["switches"][NAME] = {
        "address": f"{HOST}:{theirs.event_socket}",
        "password": PASSWORD,
        "sip": f"{HOST}:{theirs.internal}",
    }
    return yaml.safe_dump(settings, sort_keys=False, allow_unicode=True)


def _take_over(stage: RealStage) -> None:
    """Apply the changed YAML to the run's own switch and to the daemon, as an admin does."""
    render(stage.config, stage.switch.conf)
    for command in ("reloadxml", "reloadacl"):
        stage.switch.events.api(command)
    stage.daemon.stop()
    stage.daemon.start()
