"""Recorded conference rooms on a real switch: the contents of the files, also after the death of a worker."""

from __future__ import annotations

import os
import signal
import struct
import time
import wave
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from callcontrol.edges import clock
from callcontrol.edges.ledger.media_table import MediaTable, MediaWanted, PastMedia
from callcontrol.edges.ledger.past_rows import PastCall
from callcontrol.edges.live_state.pipeline import RedisPipeline, connect
from callcontrol.edges.live_state.rooms import RoomStore
from callcontrol.simulator.stories.player import TENANT
from callcontrol.simulator.stories.story import PlacedCall
from callcontrol.vocabulary.media import MediaState, call_of
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.room import Room
from tests.freeswitch.audio import Microphones
from tests.freeswitch.files import ANNOUNCEMENT_HZ
from tests.freeswitch.mishaps import OVER_S, RECORD_S, Mishap, arrange, records, wait
from tests.freeswitch.sounds import CALLER_HZ, RATE, VOICES, loudness
from tests.freeswitch.stage import RealStage
from tests.freeswitch.takeovers import two_workers
from tests.freeswitch.tones import ROOM_MUSIC_HZ

ROOM: Final = "+48221234549"  # conference:review
FIRST, SECOND = "+48500100301", "+48500100302"
WINDOW_S: Final = 0.05
# Share of all energy; while two talk, each has half.
THERE: Final = 0.2
# Tolerance of the length in seconds: a phone's sound begins a moment after it has entered the room.
EXACT_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class RoomSound:
    """A mono file of a room at twice the sample rate of a phone, of which every second sample is kept."""

    samples: Sequence[int]

    @property
    def seconds(self) -> float:
        """Its length."""
        return len(self.samples) / RATE

    def heard_s(self, hz: float) -> float:
        """Seconds for which this tone is heard."""
        size = round(WINDOW_S * RATE)
        windows = (self.samples[at : at + size] for at in range(0, len(self.samples) - size + 1, size))
        return sum(loudness(one, hz) >= THERE for one in windows) * WINDOW_S


def read_room(path: Path) -> RoomSound:
    """Read a room's file as the switch has written it."""
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getframerate(), file.getsampwidth()) == (1, 2 * RATE, 2), file.getparams()
        count = file.getnframes()
        return RoomSound(struct.unpack(f"<{count}h", file.readframes(count))[::2])


def room_is_recorded_while_two_talk(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """the file has both voices, but neither the music of a lone member nor the prompts before entering"""
    arrange(stage, {})
    began = clock.now()
    first = stage.world.place(PlacedCall(FIRST, ROOM, hangup_after_s=16))
    second = stage.world.place(PlacedCall(SECOND, ROOM, after_s=4, hangup_after_s=8))
    stage.world.wait_until_over([first, second], OVER_S)
    wait(lambda: len(records(stage, began)) >= 2, "each has a record", RECORD_S)
    calls = records(stage, began)
    yield from _all_name_it(calls)
    row = _closed(stage, began)
    sound = read_room(stage.recordings / f"{row.media.media_id}.wav")
    yield from _holds(sound, {FIRST: (4.0, 8.5), SECOND: (4.0, 8.5)})
    for hz in (ROOM_MUSIC_HZ, ANNOUNCEMENT_HZ):
        if there := sound.heard_s(hz):
            yield f"{hz:g} Hz is on the file for {there:.2f} s"
    if row.media.length_ms is None or abs(row.media.length_ms / 1000 - sound.seconds) > EXACT_S:
        yield f"the row should tell {sound.seconds:.2f} s: {row.media}"
    if (row.media.owner, row.media.called) != ("conference:review", "603"):
        yield f"it should be the room's: {row.media}"


def worker_dies_while_a_room_is_recorded(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """kill -9 of the worker that started the file: it goes on, is closed when one member is left, and so is its row"""
    with two_workers(stage, {}):
        began = clock.now()
        first = stage.world.place(PlacedCall(FIRST, ROOM, hangup_after_s=24))
        second = stage.world.place(PlacedCall(SECOND, ROOM, after_s=1, hangup_after_s=18))
        wait(lambda: _recorded(stage) is not None, "the room is recorded")
        time.sleep(1.0)
        room = _recorded(stage)
        assert room is not None
        assert room.recording is not None
        owner = room.member(call_of(room.recording.media_id))
        assert owner is not None
        os.kill(int(owner.worker.split("/")[1]), signal.SIGKILL)
        stage.world.wait_until_over([first, second], OVER_S)
        wait(lambda: len(records(stage, began)) >= 2, "each has a record", RECORD_S)
        yield from _all_name_it(records(stage, began))
        row = _closed(stage, began)
        yield from _holds(
            read_room(stage.recordings / f"{row.media.media_id}.wav"), {FIRST: (12.0, 18.5), SECOND: (12.0, 18.5)}
        )


def last_two_hang_up_at_once_in_a_recorded_room(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """the daemon dies and both hang up: no call is there to learn of the file's end, and its row waits for the file"""
    arrange(stage, {})
    began = clock.now()
    first = stage.world.place(PlacedCall(FIRST, ROOM, hangup_after_s=10))
    second = stage.world.place(PlacedCall(SECOND, ROOM, hangup_after_s=10))
    wait(lambda: _recorded(stage) is not None, "the room is recorded")
    time.sleep(1.0)
    stage.daemon.kill()
    stage.world.wait_until_over([first, second], OVER_S)
    stage.daemon.start()
    wait(lambda: len(records(stage, began)) >= 2, "each has a record", RECORD_S + 60)
    rows = _rows(stage, began)
    if len(rows) != 1 or rows[0].media.state not in (MediaState.RUNNING, MediaState.CLOSED):
        yield f"one row that is closed by its file expected: {rows}"
    elif not (stage.recordings / f"{rows[0].media.media_id}.wav").exists():
        yield f"there is no file of {rows[0]}"


def _recorded(stage: RealStage) -> Room | None:
    """The room, once it is being recorded."""
    pipeline = RedisPipeline(connect(stage.redis_url, 2))
    try:
        return next((room for room in RoomStore(pipeline).look(TENANT) if room.recording is not None), None)
    finally:
        pipeline.stop(2)


def _rows(stage: RealStage, began: Instant) -> list[PastMedia]:
    table = MediaTable(stage.dsn, "test")
    try:
        return table.find(MediaWanted(since=began, owner="conference:review"))
    finally:
        table.close()


def _closed(stage: RealStage, began: Instant) -> PastMedia:
    def are_closed() -> bool:
        rows = _rows(stage, began)
        return bool(rows) and all(row.media.state in (MediaState.CLOSED, MediaState.STORED) for row in rows)

    wait(are_closed, "the row of the file is closed", RECORD_S)
    (row,) = _rows(stage, began)
    return row


def _all_name_it(calls: Sequence[PastCall]) -> Iterator[str]:
    """Each call's record has the times between which it was recorded."""
    told = [[(fact["what"], fact["media_id"]) for fact in call.talks] for call in calls]
    files = {media_id for facts in told for _, media_id in facts if media_id}
    if len(files) != 1 or any([what for what, _ in facts] != ["announce", "started", "ended"] for facts in told):
        yield f"each call should tell of the same file, once: {told}"


def _holds(sound: RoomSound, wanted: dict[str, tuple[float, float]]) -> Iterator[str]:
    for number, (least_s, most_s) in wanted.items():
        found = sound.heard_s(VOICES.get(number.removeprefix("+"), CALLER_HZ))
        if not least_s <= found <= most_s:
            yield f"{number} should be there for {least_s} to {most_s} s, is for {found:.2f} of {sound.seconds:.2f}"


RECORDED_ROOMS: Final[tuple[Mishap, ...]] = (
    room_is_recorded_while_two_talk,
    worker_dies_while_a_room_is_recorded,
    last_two_hang_up_at_once_in_a_recorded_room,
)
