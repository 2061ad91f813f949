"""Recorded conversations on a real switch with faults: a worker dies, the switch's disk is full."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import psycopg

from callcontrol.edges import clock
from callcontrol.edges.freeswitch.recording_commands import KEYS_HIDDEN, KEYS_MARK_HEADER
from callcontrol.edges.ledger.media_table import MediaTable, MediaWanted, PastMedia
from callcontrol.simulator.stories.story import PlacedCall
from callcontrol.vocabulary.media import MediaState
from callcontrol.vocabulary.moment import Instant
from tests.daemon.kept_bytes import TYPED, files, rows, typed_in
from tests.freeswitch.audio import Microphones
from tests.freeswitch.files import Sides, file_differences
from tests.freeswitch.mishaps import OVER_S, Mishap, arrange, records, wait
from tests.freeswitch.stage import RealStage
from tests.freeswitch.switch import EventSocket
from tests.freeswitch.takeovers import owner, two_workers

RECORDED, CALLER = "+48221234562", "+48500100200"
# When the phone pauses the recording, and when the digits are typed: within the pause of 3 s (in the example).
PAUSE: Final = "*4"
PAUSES_S, TYPES_S, TALK_S = 4.0, 4.6, 14.0
TOLD: Final = ["announce", "started", "paused", "resumed", "ended"]
# A stereo file takes 32,000 bytes a second; the switch notices a full disk at its next write.
SMALL_DISK: Final = "128k"


def worker_dies_in_the_pause_of_a_recorded_talk(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """kill -9 of one of two workers while a card number is typed: the file goes on, and no digit is stored anywhere"""
    stage.switch.events.api("fsctl loglevel notice")  # the switch's default level; the run itself uses debug
    written, keys = files(stage.switch.folder / "log"), EventSocket(stage.ports.event_socket)
    keys.send("event plain DTMF")
    paused = {"action": "answers", "after_s": 0.3, "digits": [[PAUSES_S, PAUSE], [TYPES_S, TYPED]], "talk_s": TALK_S}
    try:
        with two_workers(stage, {"140": paused}):
            began = clock.now()
            placed = stage.world.place(PlacedCall(CALLER, RECORDED, presses=((TYPES_S, TYPED),)))
            wait(lambda: _talk(stage, began) is not None, "it is recorded")
            time.sleep(TYPES_S)
            worker = owner(stage)
            os.kill(worker, signal.SIGKILL)
            stage.world.wait_until_over([placed], OVER_S)
            calls = records(stage, began)
            yield from file_differences((Sides(),), calls, stage.recordings)
            yield from _is_closed_truthfully(stage, began, MediaState.STORED)
            told = [fact["what"] for call in calls for fact in call.talks]
            if told != TOLD:
                yield f"{TOLD} expected, there was told {told}"
        yield from _kept_anywhere(stage, written)
        yield from _told_as_hidden([keys.read() for _ in (*PAUSE, *TYPED, *TYPED)][len(PAUSE) :])
    finally:
        keys.close()
        stage.switch.events.api("fsctl loglevel debug")


def _told_as_hidden(typed: list[str]) -> Iterator[str]:
    """Every key event of the switch is marked as not to be stored."""
    if unmarked := [one for one in typed if f"{KEYS_MARK_HEADER}: {KEYS_HIDDEN}" not in one]:
        yield f"{len(unmarked)} of {len(typed)} keys were told without the mark: {unmarked[:1]}"


def _kept_anywhere(stage: RealStage, before: dict[str, bytes]) -> Iterator[str]:
    folder = stage.config.parent
    places = {f"{name}/{path}": text for name in ("redis", "data") for path, text in files(folder / name).items()}
    places |= {path.name: path.read_bytes() for path in folder.glob("*.log")}
    switch = files(stage.switch.folder / "log")
    places |= {f"switch/{path}": text[len(before.get(path, b"")) :] for path, text in switch.items()}
    for part in (places, rows(stage.dsn)):
        if not any(CALLER.encode() in text for text in part.values()):
            yield f"nothing at all is kept in {[*part]}"
        yield from typed_in(part)


def disk_full_in_a_recorded_talk(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """the switch's disk is full after four seconds: the conversation goes on, only the written part is recorded"""
    arrange(stage, {"140": {"action": "answers", "after_s": 0.3, "talk_s": TALK_S}})
    with _small_disk(stage.recordings):
        began = clock.now()
        placed = stage.world.place(PlacedCall(CALLER, RECORDED))
        stage.world.wait_until_over([placed], OVER_S)
        (call,) = records(stage, began)
        if call.outcome != "answered" or call.talks[-1]["what"] != "lost":
            yield f"an answered call whose recording is lost expected, there is {call}"
        wait(lambda: _talk(stage, began, MediaState.STORED) is not None, "what was written is in storage")
        yield from _is_closed_truthfully(stage, began, MediaState.STORED, "uri-failure")


@contextmanager
def _small_disk(folder: Path) -> Iterator[None]:
    before = folder.stat()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK}", "tmpfs", folder], check=True)
    try:
        os.chown(folder, before.st_uid, before.st_gid)
        folder.chmod(before.st_mode & 0o7777)
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def _talk(stage: RealStage, began: Instant, state: MediaState | None = None) -> PastMedia | None:
    """The only recording since `began`, once it is in this state (None: any state)."""
    table = MediaTable(stage.dsn, "test")
    try:
        found = table.find(MediaWanted(since=began, state=state.value if state else None))
    finally:
        table.close()
    return found[0] if len(found) == 1 else None


def _is_closed_truthfully(stage: RealStage, began: Instant, state: MediaState, cause: str = "") -> Iterator[str]:
    wait(lambda: _talk(stage, began, state) is not None, f"the recording is {state}")
    row = _talk(stage, began, state)
    assert row is not None
    with psycopg.connect(stage.dsn) as connection:
        which = "SELECT state, cause FROM media_changes WHERE media_id = %s"
        changes = [*connection.execute(which, (row.media.media_id,))]
    if cause and not any(cause in str(why) for _, why in changes):
        yield f"{cause} should stand among {changes}"
    if not row.media.length_ms:
        yield f"its length should be known: {row.media}"


TALKS: Final[tuple[Mishap, ...]] = (
    worker_dies_in_the_pause_of_a_recorded_talk,
    disk_full_in_a_recorded_talk,
)
