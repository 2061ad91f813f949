"""Makes the two prompts the defaults name, as plain tone patterns: always the same bytes.

They only say "now": replace them by spoken recordings of your own (8000 Hz, mono, 16 bit) under the same names.
Usage: python make_prompts.py FOLDER
"""

from __future__ import annotations

import math
import struct
import sys
import wave
from pathlib import Path

RATE_HZ = 8000
PEAK = 8000  # of 32767: well below what a phone line clips
RAMP_S = 0.01  # fade in and out, so that no tone begins with a click

Tone = tuple[float, float]  # Hz (0: silence), seconds

PROMPTS: dict[str, tuple[Tone, ...]] = {
    # two falling tones, then one long beep: speak now
    "voicemail/greeting.wav": ((659.26, 0.3), (523.25, 0.3), (0.0, 0.3), (1000.0, 0.5)),
    # three times a rising pair, which asks for a key
    "confirm/press-1.wav": ((523.25, 0.15), (783.99, 0.25), (0.0, 0.6)) * 3,
}


def samples(tones: tuple[Tone, ...]) -> list[int]:
    """The tones one after the other, as 16-bit samples."""
    return [_sample(hertz, seconds, n) for hertz, seconds in tones for n in range(round(seconds * RATE_HZ))]


def _sample(hertz: float, seconds: float, n: int) -> int:
    at = n / RATE_HZ
    loudness = min(1.0, at / RAMP_S, (seconds - at) / RAMP_S)
    return round(PEAK * loudness * math.sin(2 * math.pi * hertz * at))


def make(folder: Path) -> None:
    """Write every prompt below this folder."""
    for name, tones in PROMPTS.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        found = samples(tones)
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE_HZ)
            file.writeframes(struct.pack(f"<{len(found)}h", *found))


if __name__ == "__main__":
    make(Path(sys.argv[1]))
