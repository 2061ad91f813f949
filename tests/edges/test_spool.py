"""The spool: durable before it says so, in order, bounded, and forgiving about how the last process ended."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import gevent
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcontrol.edges import spool_files
from callcontrol.edges.spool import (
    EntryRefused,
    Position,
    Spool,
    SpoolClosed,
    SpoolFull,
    SpoolInUse,
    SpoolLimits,
    SpoolSlow,
)
from callcontrol.vocabulary.moment import Instant

FIRST = Position(1)


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    opened = Spool(tmp_path / "spool", now=lambda: Instant(1_000_000))
    yield opened
    opened.close()


def payloads(spool: Spool, start: Position = FIRST) -> list[bytes]:
    """Everything from `start` on, read in as many turns as it takes."""
    found: list[bytes] = []
    while stored := spool.read_from(start, 7):
        found += [s.payload for s in stored]
        start = Position(stored[-1].position + 1)
    return found


def reopened(spool: Spool, limits: SpoolLimits | None = None) -> Spool:
    spool.close()
    return Spool(spool.folder, limits)


def test_entries_are_numbered_and_read_back_in_order(spool: Spool) -> None:
    assert spool.append([b"one", b"two"]) == [1, 2]
    assert spool.append([b"three"]) == [3]
    assert [(s.position, s.at, s.payload) for s in spool.read_from(Position(2), 10)] == [
        (2, 1_000_000, b"two"),
        (3, 1_000_000, b"three"),
    ]
    assert spool.read_from(Position(4), 10) == []
    assert [s.payload for s in spool.read_from(FIRST, 2)] == [b"one", b"two"]


def test_depth_counts_what_is_not_forgotten(spool: Spool) -> None:
    spool.append([b"x"] * 5)
    spool.forget_upto(Position(2))
    assert spool.depth == 3
    spool.forget_upto(Position(1))  # an older mark changes nothing
    assert (spool.depth, spool.forgotten) == (3, 2)


def test_another_process_finds_everything_after_the_mark(spool: Spool) -> None:
    spool.append([b"a", b"b", b"c"])
    spool.forget_upto(Position(1))
    again = reopened(spool)
    assert (again.depth, again.forgotten, payloads(again, Position(2))) == (2, 1, [b"b", b"c"])
    assert again.append([b"d"]) == [4]
    again.close()


@pytest.mark.parametrize("mark", [b"", b"short", b"\xff" * 12])
def test_a_broken_mark_only_costs_repetition(spool: Spool, mark: bytes) -> None:
    spool.append([b"a", b"b"])
    spool.forget_upto(Position(1))
    spool.close()
    (spool.folder / "mark").write_bytes(mark)
    again = Spool(spool.folder)
    assert (again.depth, payloads(again)) == (2, [b"a", b"b"])
    again.close()


def test_many_callers_share_few_syncs(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[int] = []
    store = spool_files.write_synced

    def counted(segment: spool_files.Segment, data: bytes) -> None:
        written.append(len(data))
        store(segment, data)

    monkeypatch.setattr(spool_files, "write_synced", counted)
    callers = [gevent.spawn(spool.append, [b"%d" % n]) for n in range(200)]
    gevent.joinall(callers, timeout=20, raise_error=True)
    assert sorted(c.value[0] for c in callers) == list(range(1, 201))
    assert len(written) < 20
    assert [int(p) for p in payloads(spool)] == [n for n, _ in sorted(enumerate(callers), key=lambda c: c[1].value[0])]


def test_what_comes_right_after_a_write_is_written_together(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("callcontrol.edges.spool.PACE_S", 0.2)
    written: list[bytes] = []
    store = spool_files.write_synced

    def noted(segment: spool_files.Segment, data: bytes) -> None:
        written.append(data)
        store(segment, data)

    monkeypatch.setattr(spool_files, "write_synced", noted)
    spool.append([b"first"])
    spool.submit([b"second"], lambda: None)
    gevent.sleep(0.01)  # it would be written by now
    spool.append([b"third"])
    assert len(written) == 2
    assert payloads(spool) == [b"first", b"second", b"third"]


def test_then_is_called_after_the_disk_has_it_and_a_failing_one_hurts_nobody(spool: Spool) -> None:
    told: list[tuple[str, int]] = []

    def failing() -> None:
        raise RuntimeError("the caller's own fault")

    spool.submit([b"a"], failing)
    spool.submit([b"b"], lambda: told.append(("b", spool.depth)))
    assert told == []
    spool.append([b"c"])
    assert told == [("b", 3)]


def test_segments_are_bounded_and_dropped_when_forgotten(tmp_path: Path) -> None:
    limits = SpoolLimits(total_bytes=1 << 20, segment_bytes=1000)
    spool = Spool(tmp_path, limits)
    for n in range(50):
        spool.append([b"%03d" % n * 40])
    sizes = [f.stat().st_size for f in tmp_path.glob("*.spool")]
    assert len(sizes) > 5
    assert max(sizes) <= 1000
    assert len(payloads(spool)) == 50
    spool.forget_upto(Position(49))
    assert len(list(tmp_path.glob("*.spool"))) <= 2
    again = reopened(spool, limits)
    assert payloads(again, Position(50)) == [b"049" * 40]
    again.close()


def test_a_full_spool_says_what_to_do_and_takes_more_once_there_is_room(tmp_path: Path) -> None:
    spool = Spool(tmp_path, SpoolLimits(total_bytes=4000, segment_bytes=1000))
    for taken in range(1, 13):
        assert spool.append([b"x" * 300]) == [taken]
    with pytest.raises(SpoolFull, match="of at most 4000: bring the ledger back, or allow more"):
        spool.append([b"x" * 300])
    assert len(payloads(spool)) == taken
    spool.forget_upto(Position(taken))
    assert spool.append([b"x" * 300]) == [taken + 1]
    spool.close()


def test_waiting_entries_count_towards_the_limit(tmp_path: Path) -> None:
    spool = Spool(tmp_path, SpoolLimits(total_bytes=4000))
    told: list[int] = []
    for n in range(9):
        spool.submit([b"x" * 400], partial(told.append, n))
    with pytest.raises(SpoolFull, match="3816 waiting for the disk"):
        spool.submit([b"x" * 400], partial(told.append, 9))
    assert told == []  # nothing was flushed in between: only waiting bytes filled it
    spool.close()
    assert told == list(range(9))


@pytest.mark.parametrize("payload", [b"", b"x" * 101])
def test_impossible_entries_are_refused(tmp_path: Path, payload: bytes) -> None:
    spool = Spool(tmp_path, SpoolLimits(entry_bytes=100))
    with pytest.raises(EntryRefused, match="1 to 100 fit"):
        spool.append([b"fine", payload])
    assert spool.depth == 0
    spool.close()


def test_a_folder_belongs_to_one_process(spool: Spool) -> None:
    with pytest.raises(SpoolInUse, match=f"in use by process {os.getpid()}"):
        Spool(spool.folder)
    code = "import sys, pathlib; from callcontrol.edges.spool import Spool; Spool(pathlib.Path(sys.argv[1]))"
    other = subprocess.run([sys.executable, "-c", code, str(spool.folder)], capture_output=True, text=True, timeout=30)
    assert "SpoolInUse" in other.stderr


@pytest.mark.parametrize("kept", range(0, 60, 7))
def test_a_torn_tail_is_set_aside_and_everything_before_it_stays(tmp_path: Path, kept: int) -> None:
    spool = Spool(tmp_path)
    spool.append([b"whole", b"also whole"])
    spool.close()
    path = next(tmp_path.glob("*.spool"))
    tail = spool_files.frame(3, Instant(5), b"never confirmed to anybody, 60 bytes")[:kept]
    path.write_bytes(path.read_bytes() + tail)
    again = Spool(tmp_path)
    assert again.torn_bytes == kept
    assert (tmp_path / "torn").exists() == bool(kept)
    assert again.append([b"next"]) == [3]
    again = reopened(again)
    assert payloads(again) == [b"whole", b"also whole", b"next"]
    again.close()


def test_damage_in_an_older_file_costs_only_what_lies_behind_it(tmp_path: Path) -> None:
    limits = SpoolLimits(total_bytes=1 << 20, segment_bytes=200)
    spool = Spool(tmp_path, limits)
    for n in range(12):
        spool.append([b"%02d" % n * 20])
    spool.close()
    first = min(tmp_path.glob("*.spool"))
    data = bytearray(first.read_bytes())
    data[-1] ^= 1  # the last entry of the first file
    first.write_bytes(data)
    lost = len(list(spool_files.frames(first.read_bytes(), 1)))
    again = Spool(tmp_path, limits)
    assert [int(p[:2]) for p in payloads(again)] == [n for n in range(12) if n != lost]
    again.forget_upto(Position(12))
    assert [f.name for f in tmp_path.glob("*.damaged")] == [first.with_suffix(".damaged").name]
    again.close()


def test_damage_while_running_is_reported_and_new_entries_go_elsewhere(spool: Spool) -> None:
    spool.append([b"a", b"b", b"c"])
    path = next(spool.folder.glob("*.spool"))
    data = bytearray(path.read_bytes())
    data[2 * spool_files.HEAD_BYTES + 1] ^= 1  # the payload of b
    path.write_bytes(data)
    assert payloads(spool) == [b"a"]
    assert spool.append([b"d"]) == [4]
    assert payloads(spool, Position(2)) == [b"d"]
    assert len(list(spool.folder.glob("*.spool"))) == 2


def test_a_failing_disk_is_tried_again_and_nothing_is_called_durable_meanwhile(
    spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, failures = spool_files.write_synced, [0]

    def failing(segment: spool_files.Segment, data: bytes) -> None:
        if failures[0] < 2:
            failures[0] += 1
            segment.path.write_bytes(data[:10])  # half a write
            raise OSError(errno.ENOSPC, "No space left on device")
        store(segment, data)

    monkeypatch.setattr(spool_files, "write_synced", failing)
    told: list[str] = []
    spool.submit([b"a"], lambda: told.append("a"))
    with pytest.raises(SpoolSlow, match=r"not confirmed within 0\.05 s"):
        spool.append([b"b"], timeout_s=0.05)
    assert (told, spool.depth) == ([], 0)
    assert "No space left" in spool.last_error
    assert spool.append([b"c"]) == [3]
    assert (told, payloads(spool), spool.last_error) == (["a"], [b"a", b"b", b"c"], "")


def test_after_close_nothing_is_taken(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    waiting = gevent.spawn(spool.append, [b"x"])
    gevent.idle()
    spool.close()
    assert waiting.get(timeout=5) == [1]
    with pytest.raises(SpoolClosed):
        spool.append([b"y"])


def test_closing_does_not_wait_for_a_dead_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(segment: spool_files.Segment, data: bytes) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(spool_files, "write_synced", failing)
    spool = Spool(tmp_path)
    waiting = gevent.spawn(spool.append, [b"x"])
    gevent.idle()
    spool.close(timeout_s=0.05)
    with pytest.raises(SpoolClosed, match="closed before the disk had the entries"):
        waiting.get(timeout=5)


@given(st.lists(st.binary(min_size=1, max_size=50), max_size=20), st.data())
def test_whatever_is_cut_off_the_rest_reads_as_written(written: list[bytes], data: st.DataObject) -> None:
    whole = [spool_files.frame(n, Instant(n), payload) for n, payload in enumerate(written, 1)]
    stream = b"".join(whole)
    cut = data.draw(st.integers(0, len(stream)))
    found = [s.payload for _, s in spool_files.frames(stream[:cut], 1)]
    complete = next((n for n in range(len(whole), -1, -1) if len(b"".join(whole[:n])) <= cut), 0)
    assert found == written[:complete]


@given(st.binary(max_size=200))
def test_garbage_is_no_entry(garbage: bytes) -> None:
    assert list(spool_files.frames(garbage, 1)) == []


def test_a_record_of_a_call_of_very_many_legs_lands(tmp_path: Path) -> None:
    """Five megabytes, among small ones, larger than one read."""
    spool = Spool(tmp_path)
    payloads = [b"small", b"x" * (5 << 20), b"after"]
    positions = spool.append(payloads)
    found = [stored.payload for position in positions for stored in spool.read_from(position, 1)]
    assert found == payloads
    spool.close()


def test_others_run_while_a_spool_of_an_earlier_process_is_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = Spool(tmp_path)
    spool.append([b"x" * 1_000] * 100)
    spool.append([b"y" * 50_000])  # larger than a slice
    spool.close()
    monkeypatch.setattr(spool_files, "SLICE_BYTES", 10_000)
    checked: list[int] = []
    frames, turns = spool_files.frames, [0]

    def counted(data: bytes, number: int) -> Iterator[tuple[int, spool_files.Stored]]:
        checked.append(len(data))
        return frames(data, number)

    def other() -> None:
        while True:
            turns[0] += 1
            gevent.sleep(0)

    monkeypatch.setattr(spool_files, "frames", counted)
    running = gevent.spawn(other)
    again = Spool(tmp_path)
    running.kill()
    assert len([size for size in checked if size <= 10_000]) >= 10
    assert [size for size in checked if size > 10_000] == [50_000 + spool_files.HEAD_BYTES]
    assert turns[0] >= len(checked)
    assert again.depth == 101
    again.close()


def test_a_spool_that_cannot_be_read_now_can_be_opened_later(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.append([b"kept"])
    spool.close()
    file = next(tmp_path.glob("*.spool"))
    aside = file.rename(tmp_path / "aside")
    file.mkdir()
    with pytest.raises(IsADirectoryError):
        Spool(tmp_path)
    file.rmdir()
    aside.rename(file)
    again = Spool(tmp_path)
    assert again.depth == 1
    again.close()
