"""Makes the music that waiting callers hear where no other is named: a quiet piece that ends where it begins.

Written for a telephone: chords and a slow melody between 145 and 1050 Hz, with overtones up to 3400 Hz; no sudden
notes, 26 dB below full scale, softer than the prompts between. What still sounds at the end is added to the beginning,
so that the piece goes round without a gap. The same bytes each time: 8000 Hz, mono, G.711 mu-law.
Usage: python make_music.py FOLDER
"""

from __future__ import annotations

import math
import sys
from array import array
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from speak_prompts import RATE_HZ, mu_law, wav_of

FILE = "music/waiting.wav"
BAR_S = 3.0
LOUDNESS = 0.05  # root mean square, of full scale: -26 dB
LONGEST_S = 4.0  # a note is not heard any more by then
RISE_S = 0.012
A4_HZ, A4 = 440.0, 69

# Of a plucked string and of a soft pipe: how strong each overtone is, the first the note itself.
STRING, PIPE = (1.0, 0.45, 0.22, 0.12, 0.05), (1.0, 0.16, 0.10, 0.03)

# Each bar: the bass, then the chord from below (MIDI numbers: 60 is the middle C).
CHORDS = (
    (53, (60, 64, 69, 72)),  # F major seventh
    (52, (59, 64, 67, 71)),  # E minor seventh
    (50, (57, 62, 65, 72)),  # D minor seventh
    (55, (59, 62, 67, 69)),  # G with its ninth
    (57, (60, 64, 67, 72)),  # A minor seventh
    (53, (60, 65, 69, 76)),  # F major seventh
    (50, (57, 62, 65, 69)),  # D minor
    (55, (60, 62, 67, 71)),  # G, its third held back
    (53, (60, 64, 69, 76)),
    (55, (59, 62, 67, 74)),
    (52, (59, 64, 67, 71)),
    (57, (60, 64, 67, 72)),
    (50, (57, 62, 65, 69)),
    (53, (57, 60, 65, 69)),
    (55, (60, 62, 65, 69)),
    (55, (59, 62, 65, 67)),
)
# The order in which the notes of a chord are plucked, eight in a bar.
PATTERN = (0, 1, 2, 3, 2, 1, 3, 2)
# The melody: bar, eighth of the bar, note, eighths it is held.
MELODY = (
    *((0, 0, 76, 4), (0, 4, 79, 4), (1, 0, 74, 6), (1, 6, 71, 2), (2, 0, 72, 5), (2, 5, 74, 3), (3, 0, 71, 7)),
    *((4, 0, 72, 4), (4, 4, 76, 4), (5, 0, 81, 5), (5, 5, 79, 3), (6, 0, 77, 4), (6, 4, 74, 4), (7, 0, 74, 6)),
    *((8, 2, 84, 4), (8, 6, 81, 2), (9, 0, 79, 5), (9, 5, 74, 3), (10, 0, 76, 7), (11, 2, 72, 3), (11, 5, 76, 3)),
    *((12, 0, 77, 4), (12, 4, 81, 4), (13, 0, 79, 3), (13, 3, 77, 5), (14, 0, 74, 6), (15, 0, 71, 4), (15, 4, 74, 3)),
)

Note = tuple[float, int, float, float, tuple[float, ...]]  # begins (s), MIDI number, loudness, fades in (s), overtones


def notes() -> Iterator[Note]:
    """Every note of the piece."""
    eighth_s = BAR_S / 8
    for bar, (bass, chord) in enumerate(CHORDS):
        yield bar * BAR_S, bass, 0.9, 1.4, STRING
        yield (bar + 0.5) * BAR_S, bass + 7, 0.45, 1.0, STRING
        for place, which in enumerate(PATTERN):
            softer = 0.55 if place % 2 else 0.75
            yield bar * BAR_S + place * eighth_s, chord[which], softer, 0.8, STRING
    for bar, eighth, note, held in MELODY:
        yield bar * BAR_S + eighth * eighth_s, note, 0.8, 0.35 * held * eighth_s + 0.3, PIPE


def piece() -> list[float]:
    """The samples of the whole piece, at LOUDNESS."""
    mixed = [0.0] * round(len(CHORDS) * BAR_S * RATE_HZ)
    for begins_s, note, loudness, fade_s, overtones in notes():
        start = round(begins_s * RATE_HZ)
        for n, sample in enumerate(sounding(note, fade_s, overtones), start):
            mixed[n % len(mixed)] += loudness * sample
    mean = sum(mixed) / len(mixed)
    power = math.sqrt(sum((sample - mean) ** 2 for sample in mixed) / len(mixed))
    return [(sample - mean) * LOUDNESS / power for sample in mixed]


@cache
def sounding(note: int, fade_s: float, overtones: tuple[float, ...]) -> array[float]:
    """The samples of one note: it rises softly and dies away; its overtones die first."""
    hertz = A4_HZ * 2 ** ((note - A4) / 12)
    heard = [
        (strength, 1 + 0.5 * (k - 1), 2 * math.pi * hertz * k)
        for k, strength in enumerate(overtones, 1)
        if hertz * k < 3_400
    ]
    samples = array("d")
    for n in range(round(LONGEST_S * RATE_HZ)):
        at_s = n / RATE_HZ
        rise = min(1.0, at_s / RISE_S) * min(1.0, (LONGEST_S - at_s) / 0.5)
        tones = [strength * math.exp(-at_s * dies / fade_s) * math.sin(turns * at_s) for strength, dies, turns in heard]
        samples.append(rise * sum(tones))
    return samples


def make(folder: Path) -> None:
    """Write the piece below this folder."""
    path = folder / FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(wav_of(bytes(map(mu_law, piece()))))


if __name__ == "__main__":
    make(Path(sys.argv[1]))
