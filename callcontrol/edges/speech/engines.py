"""Programs that speak: a text in, a WAV out, within a time and a size. No shell is between."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from callcontrol.config.speech_settings import BUILT_IN, ESPEAK_NG, Engine
from callcontrol.edges import programs
from callcontrol.edges.speech import espeak_wheel

MAX_WAV_BYTES = 64 * 1024 * 1024
VERSION_S = 20


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
    """What the command prints."""
    try:
        return programs.run(arguments, text, folder, seconds, MAX_WAV_BYTES)
    except programs.ProgramFailed as error:
        raise CannotSpeak(str(error)) from None
