"""A reader that does not read our log holds no process up: lines are dropped, counted, and told of when it reads
again.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from callcontrol.edges.log_stream import MAX_LINES

# Logs, prints, raises in a greenlet, and writes down how many lines were dropped when it has been through.
PROCESS = """
from gevent import monkey
monkey.patch_all()
import logging, sys
import gevent
from pathlib import Path
from callcontrol.edges import journal
dropped = journal.start_unhindered()
log = logging.getLogger("a")
for number in range({lines}):
    log.info("line %d %s", number, "x" * 200)
print("printed")
gevent.spawn(lambda: 1 / 0).join()
gevent.sleep({pause})
Path(sys.argv[1]).write_text(str(dropped.total))
sys.stdin.readline()
log.info("and on it goes")
"""


def started(tmp_path: Path, lines: int, stderr: int, pause: float = 0.0) -> subprocess.Popen[bytes]:
    code = PROCESS.format(lines=lines, pause=pause)
    words = [sys.executable, "-c", code, str(tmp_path / "dropped")]
    return subprocess.Popen(words, stdin=subprocess.PIPE, stdout=stderr, stderr=stderr)


def count_of(tmp_path: Path, process: subprocess.Popen[bytes]) -> int:
    """How many lines it dropped; it is through by then."""
    for _ in range(300):
        if (tmp_path / "dropped").exists() and (text := (tmp_path / "dropped").read_text()):
            return int(text)
        assert process.poll() is None
        subprocess.run(["sleep", "0.1"], check=True)
    pytest.fail("it waits for its reader")


def read_to_end(file: int) -> list[dict[str, Any]]:
    with os.fdopen(file, encoding="utf-8") as text:
        return [json.loads(line) for line in text.read().splitlines() if line.startswith("{")]


def test_a_reader_that_stops_reading_is_not_waited_for_and_told_what_it_missed(tmp_path: Path) -> None:
    read, write = os.pipe()
    process = started(tmp_path, 3 * MAX_LINES, write)
    os.close(write)
    dropped = count_of(tmp_path, process)
    assert MAX_LINES < dropped < 3 * MAX_LINES + 100
    assert process.stdin is not None
    process.stdin.write(b"\n")
    process.stdin.close()
    told = read_to_end(read)
    assert process.wait(10) == 0
    missed = [int(line["message"].split()[0]) for line in told if "log lines were dropped" in line["message"]]
    assert sum(missed) in (dropped, dropped + 1)  # its last line may find the buffer still full
    assert len([line for line in told if line["message"].startswith("line ")]) >= MAX_LINES


def test_a_reader_that_died_is_not_waited_for(tmp_path: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    process = started(tmp_path, 100, write, pause=0.5)
    os.close(write)
    assert count_of(tmp_path, process) >= 100
    process.communicate(b"\n", timeout=10)
    assert process.returncode == 0


def test_a_reader_gets_every_line_and_printed_text(tmp_path: Path) -> None:
    with (tmp_path / "log").open("wb") as log:
        process = started(tmp_path, 500, log.fileno())
        process.communicate(b"\n", timeout=30)
    lines = (tmp_path / "log").read_text().splitlines()
    messages = [json.loads(line)["message"] for line in lines if line.startswith("{")]
    assert messages == [f"line {number} {'x' * 200}" for number in range(500)] + ["and on it goes"]
    assert "printed" in lines
    assert any("ZeroDivisionError" in line for line in lines)
    assert (tmp_path / "dropped").read_text() == "0"
