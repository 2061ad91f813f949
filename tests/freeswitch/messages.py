"""A voicemail message on a real switch: from the caller's audio into storage, also if the switch dies meanwhile."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Final

import psycopg
from redis import Redis

from callcontrol.edges import clock
from callcontrol.edges.ledger.media_table import MediaTable, MediaWanted, PastMedia
from callcontrol.edges.live_state import keys
from callcontrol.edges.wav import read_wav
from callcontrol.simulator.stories.story import PlacedCall
from callcontrol.vocabulary.media import MediaState
from callcontrol.vocabulary.moment import SECOND_US, Instant, instant_of
from tests.freeswitch.audio import Microphones
from tests.freeswitch.mishaps import OVER_S, Mishap, arrange, records, wait
from tests.freeswitch.sounds import CALLER_HZ
from tests.freeswitch.stage import RealStage
from tests.freeswitch.takeovers import owner, two_workers
from tests.freeswitch.tones import Hears, tone_differences
from tests.tidy.tree import ROOT

BUSY: Final = {"107": {"action": "busy"}}
TO_VOICEMAIL: Final = PlacedCall("+48500100200", "+48221234571", hangup_after_s=9.0)
SAME_MS: Final = 50
HZ_OFF: Final = 10.0
# Audio that the switch may lose when it dies, in ms: a buffer of 65,536 bytes of 8 kHz linear PCM.
UNWRITTEN_MS: Final = 4_096
SPEAKS_S: Final = 7.0


def a_message_is_moved_and_fetched(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """a message is left: it is in storage within seconds, with its full length and the caller's voice"""
    arrange(stage, BUSY)
    began = clock.now()
    placed = stage.world.place(TO_VOICEMAIL)
    stage.world.wait_until_over([placed], OVER_S)
    wait(lambda: message_row(stage, began, MediaState.STORED) is not None, "the message is in storage")
    row = message_row(stage, began, MediaState.STORED)
    assert row is not None
    into = stage.switch.folder / "fetched.wav"
    command = [sys.executable, "-m", "callcontrol", "media", "fetch", row.media.media_id, "--to", str(into)]
    subprocess.run([*command, "--config", str(stage.config)], check=True, cwd=ROOT, stderr=subprocess.DEVNULL)
    yield from sound_differs(into, spoken_ms(stage, began, row), row)


def a_message_in_storage_is_heard(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """the copy on the switch has gone when the owner listens: it is brought back from storage, and heard"""
    arrange(stage, BUSY)
    began = clock.now()
    stage.world.wait_until_over([stage.world.place(TO_VOICEMAIL)], OVER_S)
    wait(lambda: message_row(stage, began, MediaState.STORED) is not None, "the message is in storage")
    recordings = stage.config.parent / "recordings"
    for file in recordings.rglob("*.wav"):
        file.unlink()
    microphones.clear()
    listening = PlacedCall("", "*97", extension="107@acme.example", presses=((0.5, "1"),), hangup_after_s=14)
    stage.world.wait_until_over([stage.world.place(listening)], OVER_S)
    yield from tone_differences((Hears("caller 2", CALLER_HZ),), stage.world.listening_ports(), microphones)
    said = [heard.detail["file"] for heard in stage.world.heard() if heard.what == "playback"]
    if not any(file.endswith("mailbox/en/one-moment.wav") for file in said):
        yield f"the owner is not asked to wait: {said}"
    if len(found := [*(recordings / "brought").glob("*.wav")]) != 1:
        yield f"one file should have been brought: {found}"


def the_switch_dies_in_a_message(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """kill -9 of the switch while a caller speaks: the written part is kept, and its header repaired from its size"""
    arrange(stage, BUSY)
    began = clock.now()
    stage.world.place(TO_VOICEMAIL)
    wait(lambda: message_row(stage, began, MediaState.RUNNING) is not None, "the message is being recorded")
    time.sleep(SPEAKS_S)
    stage.switch.kill()
    stage.switch.start()
    wait(lambda: message_row(stage, began, MediaState.STORED) is not None, "the message is in storage")
    row = message_row(stage, began, MediaState.STORED)
    assert row is not None
    if not SPEAKS_S * 1000 - UNWRITTEN_MS < (row.media.length_ms or 0) < SPEAKS_S * 1000 + 1000:
        yield f"about {SPEAKS_S} s less what was not written expected, there are {row.media.length_ms} ms"
    with psycopg.connect(stage.dsn) as connection:
        which = "SELECT cause FROM media_changes WHERE media_id = %s"
        causes = [str(cause) for (cause,) in connection.execute(which, (row.media.media_id,))]
    if not any("mended by its size" in cause for cause in causes):
        yield f"the header should have been mended: {causes}"


def worker_dies_in_a_message(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """kill -9 of one of two workers while a caller speaks: what was spoken until then, at least, is one message"""
    with two_workers(stage, BUSY):
        began = clock.now()
        placed = stage.world.place(TO_VOICEMAIL)
        wait(lambda: message_row(stage, began, MediaState.RUNNING) is not None, "the message is being recorded")
        time.sleep(SPEAKS_S / 2)
        worker = owner(stage)
        os.kill(worker, signal.SIGKILL)
        stage.world.wait_until_over([placed], OVER_S)
        wait(lambda: message_row(stage, began, MediaState.STORED) is not None, "the message is in storage")
        row = message_row(stage, began, MediaState.STORED)
        assert row is not None
        if (row.media.length_ms or 0) < SPEAKS_S / 2 * 1000:
            yield f"{SPEAKS_S / 2} s were spoken before the worker died, the message has {row.media.length_ms} ms"
        found = [(call.outcome, call.estimated) for call in records(stage, began)]
        if found != [("voicemail", False)]:
            yield f"one exact record of a message expected: there are {found}"
        with Redis.from_url(stage.redis_url) as redis:
            _, _, box = row.media.owner.partition(":")
            marks = redis.hkeys(keys.box(row.media.tenant, box))
        if f"s:{row.media.media_id}".encode() not in marks:
            yield f"the message is not in its box: {marks}"


def message_row(stage: RealStage, began: Instant, state: MediaState) -> PastMedia | None:
    """The row of the message left since `began`, once it is in this state."""
    table = MediaTable(stage.dsn, "test")
    try:
        found = table.find(MediaWanted(since=began, state=state.value))
    finally:
        table.close()
    return found[0] if found else None


def spoken_ms(stage: RealStage, began: Instant, row: PastMedia) -> float:
    """From the end of the greeting, by the daemon's trail, to the end of the caller's channel, in ms."""
    with psycopg.connect(stage.dsn) as connection:
        (running,) = connection.execute(
            "SELECT at FROM media_changes WHERE media_id = %s AND state = 'running'", (row.media.media_id,)
        ).fetchone() or (None,)
    assert running is not None
    (call,) = records(stage, began)
    return (instant_of(call.legs[0].ended_at) - instant_of(running)) / (SECOND_US / 1000)


def sound_differs(file: Path, told_ms: float, row: PastMedia) -> Iterator[str]:
    found = read_wav(file)
    if abs(found.length_ms - told_ms) > SAME_MS or found.length_ms != row.media.length_ms:
        yield f"{told_ms:.0f} ms were spoken, the file has {found.length_ms}, its row says {row.media.length_ms}"
    hz = pitch(file.read_bytes()[len(found.head) :], found.length_ms)
    if abs(hz - CALLER_HZ) > HZ_OFF:
        yield f"the caller's tone of {CALLER_HZ} Hz expected on the file, there are {hz:.0f} Hz"


def pitch(sound: bytes, length_ms: int) -> float:
    """The frequency of a single tone, by its zero crossings."""
    samples = memoryview(sound[: len(sound) // 2 * 2]).cast("h")
    crossings = sum((a < 0) is not (b < 0) for a, b in pairwise(samples))
    return crossings / 2 / (length_ms / 1000)


MESSAGES: Final[tuple[Mishap, ...]] = (
    a_message_is_moved_and_fetched,
    a_message_in_storage_is_heard,
    the_switch_dies_in_a_message,
    worker_dies_in_a_message,
)
