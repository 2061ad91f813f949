"""Programs of others, run within a time and a size. No shell is between, and nothing of one is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from callcontrol.edges import clock

MAX_TOLD_CHARACTERS = 200
_LOOK_S = 0.02


class ProgramFailed(Exception):
    """It cannot be run, failed, took too long or wrote too much; the message says which."""


def run(arguments: Sequence[str], text: str, folder: Path, seconds: float, max_bytes: int) -> bytes:
    """What the program prints; it works in a group of its own, which is ended with it.

    Args:
        text: its standard input, one line.
        folder: its own: what lies there counts towards max_bytes.

    Raises:
        ProgramFailed: see there.
    """
    said, complaints = folder / "stdout", folder / "stderr"
    (folder / "stdin").write_text(f"{text}\n", encoding="utf-8")
    with (folder / "stdin").open("rb") as given, said.open("wb") as out, complaints.open("wb") as errors:
        code = _ended(_started(arguments, given, out, errors), folder, seconds, max_bytes)
    if code != 0:
        told = complaints.read_bytes()[:4096].decode("utf-8", errors="replace").split("\n")[0]
        how = f"exit status {code}" if code > 0 else f"signal {-code}"
        raise ProgramFailed(f"{arguments[0]} failed ({how}): {told[:MAX_TOLD_CHARACTERS] or 'it gave no reason'}")
    return said.read_bytes()


def _started(arguments: Sequence[str], given: IO[bytes], out: IO[bytes], errors: IO[bytes]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(arguments, stdin=given, stdout=out, stderr=errors, start_new_session=True, cwd="/")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ProgramFailed(f"{arguments[0]} cannot be run: {reason}") from None


def _ended(process: subprocess.Popen[bytes], folder: Path, seconds: float, max_bytes: int) -> int:
    """The exit status, once it has ended by itself."""
    deadline = clock.monotonic() + seconds
    try:
        while process.poll() is None:
            if clock.monotonic() > deadline:
                raise ProgramFailed(f"it took longer than {seconds:g} s")
            if sum(path.stat().st_size for path in folder.iterdir() if path.is_file()) > max_bytes:
                raise ProgramFailed(f"it wrote more than {max_bytes} bytes")
            time.sleep(_LOOK_S)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    return process.returncode
