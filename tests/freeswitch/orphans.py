"""Callers that no worker knows any more come back through the dialplan; callers that never were ours are left alone."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from redis import Redis

from callcontrol.edges.live_state import keys
from callcontrol.simulator.stories.player import TENANT
from callcontrol.simulator.stories.story import PlacedCall
from tests.freeswitch.audio import Microphones
from tests.freeswitch.mishaps import Mishap, arrange, wait
from tests.freeswitch.stage import RealStage
from tests.freeswitch.takeovers import CALLER, QUEUE, RINGS_S, owner

ADMINS_OWN: Final = "+48221239999"
APPLICATION: Final = f"""
    <extension name="an admin's own">
      <condition field="destination_number" expression="^\\{ADMINS_OWN}$">
        <action application="answer"/>
        <action application="endless_playback" data="tone_stream://%(200,200,440)"/>
      </condition>
    </extension>
    <extension name="callcontrol">"""
# Two looks, and the time until a daemon serves (daemon/orphan_channels.py).
BACK_S: Final = 120.0
STAYS_S: Final = 150.0


def orphans_come_back_and_others_are_left_alone(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """a waiting caller unknown to all workers and stores comes back; one in an admin's own application stays there"""
    with _application(stage):
        arrange(stage, {"121": {"action": "answers", "after_s": 3, "talk_s": 2}})
        stage.world.place(PlacedCall(CALLER, ADMINS_OWN, hangup_after_s=STAYS_S))
        wait(lambda: len(_in_application(stage)) == 1, "a caller is in the admin's application")
        (others,) = _in_application(stage)
        stage.world.place(PlacedCall(CALLER, QUEUE, hangup_after_s=STAYS_S))
        wait(lambda: owner(stage) != 0, "a worker has the call")
        (ours,) = _known(stage)
        time.sleep(RINGS_S)
        stage.daemon.kill()
        with Redis.from_url(stage.redis_url) as redis:
            redis.flushall()
        stage.daemon.start()
        wait(lambda: owner(stage) != 0, "a caller is known again", BACK_S)
        time.sleep(RINGS_S)  # time for the same look to reach the others
        if _known(stage) != [ours]:
            yield f"{ours} should be back, known are {_known(stage)}"
        if others not in _in_application(stage):
            yield "the caller in the admin's own application was sent away"


def _known(stage: RealStage) -> list[str]:
    """The callers' channels of the calls in progress."""
    with Redis.from_url(stage.redis_url) as redis:
        return [channel.decode() for channel, worker in redis.hgetall(keys.owners(TENANT)).items() if worker == b"-"]


def _in_application(stage: RealStage) -> list[str]:
    rows = stage.switch.events.api("show channels").splitlines()
    return [row.split(",")[0] for row in rows if ",endless_playback," in row and ADMINS_OWN in row]


@contextmanager
def _application(stage: RealStage) -> Iterator[None]:
    """Add an admin's own application to the switch's dialplan, before our extension."""
    file = stage.switch.conf / "dialplan" / "public.xml"
    ours = file.read_text("utf-8")
    try:
        _put(stage, ours.replace('\n    <extension name="callcontrol">', APPLICATION, 1))
        yield
    finally:
        stage.switch.events.api("hupall")
        _put(stage, ours)


def _put(stage: RealStage, dialplan: str) -> None:
    file = stage.switch.conf / "dialplan" / "public.xml"
    new = file.with_suffix(".new")
    new.write_text(dialplan, "utf-8")
    os.replace(new, file)
    stage.switch.events.api("reloadxml")


STRAYS: Final[tuple[Mishap, ...]] = (orphans_come_back_and_others_are_left_alone,)
