"""Programs that speak: a text in, a WAV out, within a time and a size. No shell is between."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from callcontrol.config.speech_settings import BUILT_IN, ESPEAK_NG, Engine
from callcontrol.edges import clock
from callcontrol.edges.speech import espeak_wheel

MAX_WAV_BYTES = 64 * 1024 * 1024
MAX_TOLD_CHARACTERS = 200
VERSION_S = 20
_LOOK_S = 0.02


class CannotSpeak(Exception):
    """The engine gave no sound; the message says why."""


def at_hand(engine: Engine) -> Engine:
    """The engine as it can be run here: the built-in one is what the wheel brings, where no espeak-ng is installed."""
    if engine != ESPEAK_NG or shutil.which(BUILT_IN) is not None or not espeak_wheel.is_there():
        return engine
    return Engine(command=espeak_wheel.arguments("{voice}", "{file}"), version=espeak_wheel.arguments("--version"))


def version_of(engine: Engine, voice: str) -> str:
    """What the engine says of its version; "" if it is not to be asked.

    Raises:
        CannotSpeak: it cannot be run, or fails.
    """
    if not engine.version:
        return ""
    with tempfile.TemporaryDirectory(prefix="callcontrol-speech-") as folder:
        return _run(_filled(at_hand(engine).version, voice, ""), "", Path(folder), VERSION_S).decode(
            "utf-8", errors="replace"
        )


def spoken(engine: Engine, voice: str, text: str, seconds: float) -> bytes:
    """The WAV in which the engine says this text.

    Raises:
        CannotSpeak: it cannot be run, fails, takes longer than so many seconds, or writes too much or nothing.
    """
    with tempfile.TemporaryDirectory(prefix="callcontrol-speech-") as folder:
        file, engine = Path(folder) / "spoken.wav", at_hand(engine)
        printed = _run(_filled(engine.command, voice, str(file)), text, Path(folder), seconds)
        if not any("{file}" in argument for argument in engine.command):
            return _not_empty(printed)
        return _not_empty(file.read_bytes() if file.is_file() else b"")


def _not_empty(wav: bytes) -> bytes:
    if not wav:
        raise CannotSpeak("it wrote nothing")
    return wav


def _filled(arguments: Sequence[str], voice: str, file: str) -> list[str]:
    return [argument.replace("{voice}", voice).replace("{file}", file) for argument in arguments]


def _run(arguments: Sequence[str], text: str, folder: Path, seconds: float) -> bytes:
    """What the command prints; it works in a group of its own, which is ended with it."""
    said, complaints = folder / "stdout", folder / "stderr"
    (folder / "stdin").write_text(f"{text}\n", encoding="utf-8")
    with (folder / "stdin").open("rb") as given, said.open("wb") as out, complaints.open("wb") as errors:
        code = _ended(_started(arguments, given, out, errors), folder, seconds)
    if code != 0:
        told = complaints.read_bytes()[:4096].decode("utf-8", errors="replace").split("\n")[0]
        how = f"exit status {code}" if code > 0 else f"signal {-code}"
        raise CannotSpeak(f"{arguments[0]} failed ({how}): {told[:MAX_TOLD_CHARACTERS] or 'it gave no reason'}")
    return said.read_bytes()


def _started(arguments: Sequence[str], given: IO[bytes], out: IO[bytes], errors: IO[bytes]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(arguments, stdin=given, stdout=out, stderr=errors, start_new_session=True, cwd="/")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise CannotSpeak(f"{arguments[0]} cannot be run: {reason}") from None


def _ended(process: subprocess.Popen[bytes], folder: Path, seconds: float) -> int:
    """The exit status, once it has ended by itself."""
    deadline = clock.monotonic() + seconds
    try:
        while process.poll() is None:
            if clock.monotonic() > deadline:
                raise CannotSpeak(f"it took longer than {seconds:g} s")
            if sum(path.stat().st_size for path in folder.iterdir() if path.is_file()) > MAX_WAV_BYTES:
                raise CannotSpeak(f"it wrote more than {MAX_WAV_BYTES} bytes")
            time.sleep(_LOOK_S)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    return process.returncode
