"""A program that speaks by tones, as an engine's command is called: fake_engine.py HOW VOICE [FILE] < text."""

from __future__ import annotations

import math
import struct
import sys
import time
import wave
from pathlib import Path

RATE_HZ = 22_050


def main(how: str, voice: str, file: str = "/dev/stdout") -> int:
    """One second for each word; `how` is what goes wrong, or `well`."""
    text = sys.stdin.read()
    if how == "fails":
        print("no such voice:", voice, file=sys.stderr)
        return 3
    if how == "sleeps":
        time.sleep(60)
    if how == "floods":
        with Path(file).open("wb") as out:
            out.truncate(1 << 40)
        time.sleep(60)
    if how == "nothing":
        return 0
    if how == "noise":
        Path(file).write_bytes(b"this is no sound")
        return 0
    level = 0.0 if how == "silent" else 0.3
    samples = [level * math.sin(n / 10) for n in range(RATE_HZ * len(text.split()))]
    with Path(file).open("wb") as out, wave.open(out) as wav:
        wav.setparams((1, 2, RATE_HZ, len(samples), "NONE", ""))
        wav.writeframesraw(struct.pack(f"<{len(samples)}h", *(round(32_000 * s) for s in samples)))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
