"""The file of rejected records, when several workers append to it."""

from __future__ import annotations

import fcntl
import os
import threading
from pathlib import Path

import gevent
import orjson
import pytest

from callcontrol.edges.ledger import rejected
from callcontrol.edges.ledger.rejected import RejectedRecords
from callcontrol.edges.ledger.writer import Rejection
from callcontrol.vocabulary.moment import Instant

NOON = Instant(1_764_072_000_000_000)


def lines(path: Path) -> list[str]:
    return [orjson.loads(line)["reason"] for line in path.read_bytes().splitlines()]


def test_a_second_writer_waits_for_the_first(tmp_path: Path) -> None:
    path = tmp_path / "rejected.jsonl"
    other = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    fcntl.flock(other, fcntl.LOCK_EX)
    waiting = gevent.spawn(RejectedRecords(path).add, [Rejection(b"{}", "ours")], NOON)
    gevent.sleep(0.1)
    os.write(other, b'{"reason":"the other\'s"}\n')
    os.close(other)
    waiting.get(timeout=5)
    assert lines(path) == ["the other's", "ours"]


def test_a_stopped_worker_that_holds_it_stops_nobody_else_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rejected, "LOCK_TRIES", 3)
    path = tmp_path / "rejected.jsonl"
    other = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    fcntl.flock(other, fcntl.LOCK_EX)
    with pytest.raises(OSError, match="another worker holds it"):
        RejectedRecords(path).add([Rejection(b"{}", "ours")], NOON)
    os.close(other)
    RejectedRecords(path).add([Rejection(b"{}", "later")], NOON)
    assert lines(path) == ["later"]


def test_what_lies_there_is_counted_until_it_is_settled(tmp_path: Path) -> None:
    worker, command = (RejectedRecords(tmp_path / "rejected.jsonl") for _ in range(2))
    assert worker.count() == 0
    for n in range(3):
        worker.add([Rejection(b"%d" % n, "no")], NOON)
        assert worker.count() == n + 1
    command.settle({command.read()[0].line: b""})
    assert (worker.count(), command.count()) == (2, 2)
    command.settle({one.line: b"" for one in command.read()})
    assert worker.count() == 0


def test_half_a_line_does_not_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "rejected.jsonl"
    RejectedRecords(path).add([Rejection(b"{}", "whole")], NOON)
    write = os.write
    monkeypatch.setattr("callcontrol.edges.ledger.rejected.os.write", lambda file, data: write(file, data[:5]))
    with pytest.raises(OSError, match="bytes fit"):
        RejectedRecords(path).add([Rejection(b"{}", "cut")], NOON)
    monkeypatch.undo()
    RejectedRecords(path).add([Rejection(b"{}", "after")], NOON)
    assert lines(path) == ["whole", "after"]


def test_many_at_once_leave_whole_lines(tmp_path: Path) -> None:
    path = tmp_path / "rejected.jsonl"
    records = [RejectedRecords(path) for _ in range(8)]
    writers = [
        threading.Thread(target=one.add, args=([Rejection(b"{}", f"r{n}")] * 20, NOON)) for n, one in enumerate(records)
    ]
    for one in writers:
        one.start()
    for one in writers:
        one.join()
    assert sorted(lines(path)) == sorted(f"r{n}" for n in range(8) for _ in range(20))


def test_a_writer_that_waited_for_a_replaced_file_writes_into_the_new_one(tmp_path: Path) -> None:
    path = tmp_path / "rejected.jsonl"
    RejectedRecords(path).add([Rejection(b"{}", "first")], NOON)
    old = os.open(path, os.O_RDWR)
    fcntl.flock(old, fcntl.LOCK_EX)
    waiting = gevent.spawn(RejectedRecords(path).add, [Rejection(b"{}", "late")], NOON)
    gevent.sleep(0.1)
    (tmp_path / "other").write_bytes(b"")
    (tmp_path / "other").replace(path)
    os.close(old)
    waiting.get(timeout=5)
    assert lines(path) == ["late"]


def test_lines_that_are_settled_leave_the_file_and_what_came_meanwhile_stays(tmp_path: Path) -> None:
    path = tmp_path / "rejected.jsonl"
    records = RejectedRecords(path)
    assert records.read() == []
    records.add([Rejection(b"{}", "first"), Rejection(b"\xff", "second")], NOON)
    first, second = records.read()
    records.add([Rejection(b"{}", "third")], NOON)
    records.settle({first.line: b"", second.line: second.refused("again")})
    assert lines(path) == ["again", "third"]
    assert records.read()[0].payload == b"\xff"
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_disk_that_is_full_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    records = RejectedRecords(tmp_path / "rejected.jsonl")
    records.add([Rejection(b"{}", "first")], NOON)

    def full(file: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("callcontrol.edges.ledger.rejected.os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        records.settle({records.read()[0].line: b""})
    assert [path.name for path in tmp_path.iterdir()] == ["rejected.jsonl"]
    assert lines(records.path) == ["first"]
