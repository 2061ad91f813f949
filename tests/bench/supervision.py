"""A worker of a benchmark's own in place of the daemon."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from callcontrol.edges.heartbeat_message import from_line
from callcontrol.simulator.stories.stage import READY_S, STOP_S


@contextmanager
def in_place_of_daemon(module: str, config: Path, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """A module that runs one worker, started as `module CONFIG *words FD`: this process is its supervisor, at the other
    end of the socket FD. What it prints is for the one who asks.
    """
    ours, theirs = socket.socketpair()
    with ours:
        with theirs, (config / "worker.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", module, str(config), *words, str(theirs.fileno())],
                stdout=subprocess.PIPE,
                stderr=log,
                pass_fds=(theirs.fileno(),),
            )
        try:
            _wait_until_ready(ours)
            yield process
        finally:
            process.terminate()  # nothing happens to one that has ended
            process.wait(STOP_S)


def _wait_until_ready(line: socket.socket) -> None:
    """Raises TimeoutError if it does not say within READY_S that it takes calls."""
    line.settimeout(READY_S)
    due = time.monotonic() + READY_S
    with line.makefile("rb") as said:
        while (heartbeat := from_line(said.readline().rstrip(b"\n"))).not_ready:
            if time.monotonic() > due:
                raise TimeoutError(f"the worker is not ready after {READY_S:g} s: {heartbeat.not_ready}")
