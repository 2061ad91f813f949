"""Sounds as phones send them: RTP with tones (G.711 A-law) and keys (RFC 4733)."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterable, Mapping

KEYS = "0123456789*#ABCD"
EVENT_PAYLOAD = 101
ALAW_PAYLOAD = 8
RATE = 8000
FRAME = 160  # samples in 20 ms
KEY_FRAMES = 6
# Callers and phones send a tone while they are in a call.
CALLER_HZ = 400.0
PHONE_HZ = 700.0
# The example's agents and callers with these numbers each have their own tone, which shows who hears whom.
VOICES: Mapping[str, float] = {
    "121": 740.0,
    "122": 820.0,
    "123": 860.0,
    "124": 900.0,
    "48600700802": 940.0,
    "48500100301": 480.0,
    "48500100302": 520.0,
    "48500100303": 560.0,
}
# A caller who sends no RTP, as behind a firewall that blocks media.
SILENT = "+48500100422"
VOLUME = 10
SOURCE = 0x0C0FFEE0


def tone_frames(hz: float) -> list[bytes]:
    """One second of a tone at a quarter of full scale, in 20 ms frames; whole hertz, so that it can be repeated."""
    samples = [8_000 * math.sin(2 * math.pi * hz * n / RATE) for n in range(RATE)]
    coded = bytes(alaw(round(s)) for s in samples)
    return [coded[i : i + FRAME] for i in range(0, RATE, FRAME)]


def key_bodies(key: str) -> list[bytes]:
    """The payloads of one press of this key; the end packet is sent three times."""
    durations = [min(n + 1, KEY_FRAMES + 1) * FRAME for n in range(KEY_FRAMES + 3)]
    over = [0x80 if n >= KEY_FRAMES else 0 for n in range(KEY_FRAMES + 3)]
    event = KEYS.index(key)
    return [struct.pack("!BBH", event, end | VOLUME, frames) for end, frames in zip(over, durations, strict=True)]


def rtp(payload: int, sequence: int, stamp: int, body: bytes, *, first: bool = False) -> bytes:
    """An RTP packet (RFC 3550)."""
    head = struct.pack("!BBHII", 0x80, (0x80 if first else 0) | payload, sequence & 0xFFFF, stamp, SOURCE)
    return head + body


def voice_of(who: str, otherwise: float) -> float:
    """The frequency of an account or a number (with or without its +); 0: it sends no sound."""
    return 0.0 if who == SILENT else VOICES.get(who.removeprefix("+"), otherwise)


def alaw(sample: int) -> int:
    """G.711 A-law of a 16-bit sample."""
    sign = 0x80 if sample >= 0 else 0
    size = min(abs(sample), 32_767) >> 4
    exponent = max(size.bit_length() - 4, 0)
    mantissa = size >> max(exponent - 1, 0) & 0x0F
    return (sign | exponent << 4 | mantissa) ^ 0x55


def linear(code: int) -> int:
    """The 16-bit sample of an A-law byte."""
    code ^= 0x55
    exponent, mantissa = (code >> 4) & 7, code & 0x0F
    size = (mantissa << 4) + 8 if exponent == 0 else ((mantissa << 4) + 0x108) << (exponent - 1)
    return size if code & 0x80 else -size


def loudness(samples: Iterable[int], hz: float) -> float:
    """The share of this frequency in the energy of the samples (Goertzel), 0 to 1."""
    values = list(samples)
    coefficient = 2 * math.cos(2 * math.pi * hz / RATE)
    before, last = 0.0, 0.0
    for value in values:
        before, last = last, value + coefficient * last - before
    power = before**2 + last**2 - coefficient * before * last
    energy = sum(v * v for v in values) * len(values) / 2
    return power / energy if energy else 0.0
