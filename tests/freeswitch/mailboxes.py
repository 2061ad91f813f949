"""A mailbox by phone on a real switch; its worker dies: the message is played again, and keys work."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from callcontrol.edges import clock
from callcontrol.simulator.stories.story import PlacedCall
from tests.freeswitch.audio import Microphones
from tests.freeswitch.mishaps import OVER_S, Mishap, arrange, records, wait
from tests.freeswitch.sounds import CALLER_HZ
from tests.freeswitch.stage import RealStage
from tests.freeswitch.takeovers import owner, two_workers
from tests.freeswitch.tones import Hears, tone_differences

BOX, OWNER = "+48221234575", "102@acme.example"
MESSAGE = PlacedCall("+48500100200", BOX, hangup_after_s=7)
# Times of the keys in seconds: the message is requested at once; at the second key the other worker plays it again.
PRESSES: Final = ((0.5, "1"), (14.0, "3"))
HEARS_S = 3.0


def worker_dies_while_a_message_is_heard(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """kill -9 of one of two workers while a message is heard: it is heard again, and then deleted by key"""
    with two_workers(stage, {}):
        placed = [stage.world.place(MESSAGE)]
        stage.world.wait_until_over(placed, OVER_S)
        began = clock.now()
        placed.append(stage.world.place(PlacedCall("", "*97", extension=OWNER, presses=PRESSES, hangup_after_s=18)))
        wait(lambda: owner(stage) != 0, "a worker has the call")
        time.sleep(HEARS_S)
        worker = owner(stage)
        os.kill(worker, signal.SIGKILL)
        microphones.clear()
        wait(lambda: owner(stage) not in (worker, 0), "another worker has the call")
        stage.world.wait_until_over(placed, OVER_S)
        yield from tone_differences((Hears("caller 2", CALLER_HZ),), stage.world.listening_ports(), microphones)
        found = [(call.outcome, call.estimated, len(call.legs)) for call in records(stage, began)]
        if found != [("changed", False, 1)]:
            yield f"one exact record of a changed box expected: there are {found}"
        notes = [note["what"] for call in records(stage, began) for note in call.notes]
        if not any(re.search("voicemail:office: message .* deleted by extension:102", note) for note in notes):
            yield f"the message is not deleted: {notes}"


def a_message_whose_file_is_gone(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """the file of a message is neither on the switch nor in storage: an announcement says so, and it is noted"""
    arrange(stage, {})
    placed = [stage.world.place(MESSAGE)]
    stage.world.wait_until_over(placed, OVER_S)
    began = clock.now()
    for file in (*(stage.config.parent / "recordings").rglob("*.wav"), *_stored(stage)):
        file.unlink()
    placed.append(stage.world.place(PlacedCall("", "*97", extension=OWNER, presses=PRESSES[:1], hangup_after_s=14)))
    stage.world.wait_until_over(placed, OVER_S)
    said = [heard.detail["file"] for heard in stage.world.heard() if heard.what == "playback"]
    if not any(file.endswith("mailbox/en/not-here.wav") for file in said):
        yield f"it is not said that the message cannot be played: {said}"
    notes = [note["what"] for call in records(stage, began) for note in call.notes]
    if not any("the switch does not have" in note for note in notes):
        yield f"it is not noted: {notes}"


def _stored(stage: RealStage) -> Iterator[Path]:
    """Every file in storage."""
    return (path for path in (stage.config.parent / "data" / "media").rglob("*") if path.is_file())


MAILBOXES: Final[tuple[Mishap, ...]] = (worker_dies_while_a_message_is_heard, a_message_whose_file_is_gone)
