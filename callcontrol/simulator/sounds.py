"""How long sounds last: tones, silence, streams, files (RIFF WAVE), several of them in one."""

from __future__ import annotations

import re
import struct
import wave
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

FOREVER = -1.0

# file_string begins with so much silence when the first of its files is there (mod_dptools.c, next_file).
_LEAD_S = 0.25
_TONE = re.compile(r"%\((\d+),(\d+),")
_LOOPS = re.compile(r"loops=(-?\d+)")
_DEFAULT_SUFFIX = ".wav"
# Files of a rate lie in a folder of its name, which the switch looks into first (mod_sndfile.c, sndfile_file_open).
_RATE_FOLDER = "8000"


def stream_s(path: str, otherwise_s: float) -> float:
    """Seconds of a `scheme://…`, FOREVER for what never ends; `otherwise_s` for schemes that are not known here."""
    scheme, _, rest = path.partition("://")
    match scheme:
        case "tone_stream":
            return _tone_s(rest)
        case "silence_stream":
            milliseconds = int(rest.partition(",")[0])
            return FOREVER if milliseconds < 0 else milliseconds / 1000
        case "local_stream":
            return FOREVER
        case _:
            return otherwise_s


def _tone_s(text: str) -> float:
    one_s = sum(int(on_ms) + int(off_ms) for on_ms, off_ms in _TONE.findall(text)) / 1000
    found = _LOOPS.search(text)
    loops = int(found[1]) if found else 1
    return FOREVER if loops < 0 else one_s * loops


def joined_s(lengths_s: Sequence[float | None]) -> float | None:
    """Seconds of a `file_string://a!b`: files that are missing are passed over; None when there is none."""
    there = [one for one in lengths_s if one is not None]
    if not there:
        return None
    if FOREVER in there:
        return FOREVER
    return sum(there) + (_LEAD_S if lengths_s[0] is not None else 0.0)


def with_ending(path: Path) -> Path:
    """A name without an ending is one of `.wav`."""
    return path if path.suffix else path.with_suffix(_DEFAULT_SUFFIX)


def file_s(path: Path) -> float | None:
    """Seconds of a WAVE file, None when there is no such file."""
    file = with_ending(path)
    there = next((one for one in (file.parent / _RATE_FOLDER / file.name, file) if one.is_file()), None)
    return _wave_s(there.read_bytes()) if there is not None else None


def _wave_s(data: bytes) -> float:
    """The length of the `data` chunk over the bytes per second of the `fmt ` chunk; 0 for what is no WAVE file."""
    bytes_per_s, at = 0, 12
    while data[:4] == b"RIFF" and at + 8 <= len(data):
        name, size = struct.unpack_from("<4sI", data, at)
        if name == b"fmt ":
            (bytes_per_s,) = struct.unpack_from("<I", data, at + 16)
        if name == b"data" and bytes_per_s:
            return float(size / bytes_per_s)
        at += 8 + size + size % 2
    return 0.0


def silent_file() -> bytes:
    """A WAV of a tenth of a second: 8 kHz, one side, 16 bits."""
    with BytesIO() as made:
        with wave.open(made, "wb") as sound:
            sound.setparams((1, 2, 8_000, 0, "NONE", ""))
            sound.writeframes(bytes(1_600))
        return made.getvalue()
