"""Samples of sound: read from a WAV, brought to a telephone's rate, freed of silence, brought to one loudness, written.

The loudness is the root mean square of the parts with speech in them, 20 dB below full scale, as that of the
prompts that are delivered: EBU R 128 needs 400 ms at least, and a clip may be shorter.
"""

from __future__ import annotations

import io
import math
import struct
import wave
from collections.abc import Sequence
from operator import mul

LOUDNESS = 0.1  # root mean square of speech, of full scale: -20 dB, like recorded prompts
PEAK = 0.7  # never louder than this, of full scale
QUIET = 0.01  # of the peak: what is softer at either end is cut off
FADE_S = 0.005
FRAME_S = 0.02
PASSED = 0.45  # of a rate: frequencies up to this are kept, so that the filter can fall off below half the rate

Samples = Sequence[float]  # -1 ... 1

_WIDTHS = {1: (128, 128.0, "B"), 2: (0, 32_768.0, "h"), 4: (0, 2_147_483_648.0, "i")}
_COMMENT = b"ICMT"  # of a RIFF file's INFO list


class BadSound(ValueError):
    """This is no sound that can be used; the message says why."""


def read(wav: bytes) -> tuple[list[float], int]:
    """The samples of a WAV file, its channels mixed to one, and its rate in Hz.

    Raises:
        BadSound: it is no WAV file of linear samples (8, 16, 24 or 32 bits).
    """
    try:
        with wave.open(io.BytesIO(wav)) as file:
            channels, width, rate_hz, raw = (
                file.getnchannels(),
                file.getsampwidth(),
                file.getframerate(),
                file.readframes(file.getnframes()),
            )
    except (wave.Error, EOFError, struct.error) as error:
        raise BadSound(f"no WAV file of linear samples: {str(error) or 'it is cut off'}") from None
    if not rate_hz or not raw:
        raise BadSound("a WAV file without any sound")
    samples = _samples(raw[: len(raw) - len(raw) % (width * channels)], width)
    mixed = [sum(samples[n : n + channels]) / channels for n in range(0, len(samples), channels)]
    return (samples if channels == 1 else mixed), rate_hz


def _samples(raw: bytes, width: int) -> list[float]:
    if width == 3:  # struct has no such number: a byte below makes it one of four
        raw = b"".join(b"\0" + raw[n : n + 3] for n in range(0, len(raw), 3))
        width = 4
    if width not in _WIDTHS:
        raise BadSound(f"samples of {8 * width} bits")
    middle, full, letter = _WIDTHS[width]
    return [(n - middle) / full for n in struct.unpack(f"<{len(raw) // width}{letter}", raw)]


def at_rate(samples: Samples, rate_hz: int, wanted_hz: int, pass_hz: float = 0, taps: int = 16) -> list[float]:
    """The same sound at another rate, by a windowed sinc filter.

    Args:
        pass_hz: the highest frequency that is kept; 0: as high as both rates allow.
        taps: so many samples to each side count.
    """
    shared = math.gcd(wanted_hz, rate_hz)
    up, down = wanted_hz // shared, rate_hz // shared
    cutoff = (pass_hz or PASSED * min(rate_hz, wanted_hz)) / rate_hz
    filters = [_filter(phase / up, cutoff, taps) for phase in range(up)]
    padded = [0.0] * taps + list(samples) + [0.0] * taps
    places = (divmod(n * down, up) for n in range(len(samples) * up // down))
    return [sum(map(mul, filters[phase], padded[start : start + 2 * taps])) for start, phase in places]


def _filter(shift: float, cutoff: float, taps: int) -> list[float]:
    """Weights of the samples around a moment that lies `shift` of a sample after one of them."""
    weights = []
    for n in range(2 * taps):
        x = n - taps - shift
        window = 0.5 + 0.5 * math.cos(math.pi * x / (taps + 1))
        weights.append(window * _sinc(2 * cutoff * x))
    whole = sum(weights)
    return [weight / whole for weight in weights]


def _sinc(x: float) -> float:
    return math.sin(math.pi * x) / (math.pi * x) if x else 1.0


def trimmed(samples: Samples, rate_hz: int) -> list[float]:
    """Without the silence at both ends, faded in and out so that nothing clicks.

    Raises:
        BadSound: it is silence from end to end.
    """
    peak = max(map(abs, samples), default=0.0)
    if peak < 1e-4:
        raise BadSound("nothing but silence")
    loud = [n for n, sample in enumerate(samples) if abs(sample) > QUIET * peak]
    fade = round(FADE_S * rate_hz)
    kept = samples[max(0, loud[0] - fade) : loud[-1] + fade]
    return [sample * min(1.0, n / fade, (len(kept) - 1 - n) / fade) for n, sample in enumerate(kept)]


def levelled(samples: Samples, rate_hz: int) -> list[float]:
    """At LOUDNESS, measured where there is speech, but nowhere above PEAK."""
    size = round(FRAME_S * rate_hz)
    powers = [sum(s * s for s in samples[n : n + size]) / size for n in range(0, len(samples), size)]
    spoken = [power for power in powers if power > max(powers) / 100]
    gain = min(LOUDNESS / math.sqrt(sum(spoken) / len(spoken)), PEAK / max(map(abs, samples)))
    return [gain * sample for sample in samples]


def written(samples: Samples, rate_hz: int, comment: str) -> bytes:
    """A WAV file of 16-bit samples, with a comment (ASCII) that says what it was made from."""
    data = struct.pack(f"<{len(samples)}h", *(round(32_767 * sample) for sample in samples))
    form = struct.pack("<HHIIHH", 1, 1, rate_hz, 2 * rate_hz, 2, 16)
    told = b"INFO" + _chunk(_COMMENT, comment.encode("ascii") + b"\0")
    body = b"WAVE" + _chunk(b"fmt ", form) + _chunk(b"LIST", told) + _chunk(b"data", data)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _chunk(name: bytes, data: bytes) -> bytes:
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def comment_of(beginning: bytes) -> str:
    """The comment that `written` put into a file, from its first bytes; "" if there is none."""
    at = beginning.find(_COMMENT)
    if at < 0 or len(beginning) < at + 8:
        return ""
    (size,) = struct.unpack("<I", beginning[at + 4 : at + 8])
    return beginning[at + 8 : at + 8 + size].rstrip(b"\0").decode("ascii", errors="replace")
