"""Sounds as SIPp plays them: pcap files with RTP in them, keys (RFC 4733) and tones (G.711 A-law)."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

KEYS = "0123456789*#"
EVENT_PAYLOAD = 101
ALAW_PAYLOAD = 8
RATE = 8000
FRAME = 160  # samples in 20 ms
KEY_FRAMES = 6
# What callers and phones say, once they are answered or have answered: a tone.
CALLER_HZ = 400.0
PHONE_HZ = 700.0
# A tone of their own have the agents of the example, and callers with these numbers: who hears whom tells.
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
VOICE_S = 60.0
VOLUME = 10


class Sounds:
    """Files with voices and with keys pressed. Each press has a time of its own: one with the same stamp is taken for
    the same press.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._presses = 0

    def voice(self, hz: float) -> Path:
        """The voice of whoever speaks at this frequency."""
        path = self._folder / f"voice-{hz:g}.pcap"
        if not path.exists():
            write_tone(path, hz, VOICE_S)
        return path

    def key(self, key: str) -> Path:
        """The sound of one press of this key."""
        self._presses += 1
        path = self._folder / f"press-{self._presses}.pcap"
        path.write_bytes(_pcap(_key_packets(KEYS.index(key), self._presses)))
        return path


def write_tone(path: Path, hz: float, seconds: float) -> None:
    """A tone at a quarter of full loudness; of whole hertz, for each second is like the first."""
    samples = [8_000 * math.sin(2 * math.pi * hz * n / RATE) for n in range(RATE)]
    coded = bytes(alaw(round(s)) for s in samples)
    frames = [coded[i : i + FRAME] for i in range(0, RATE, FRAME)]
    played = (frames[n % len(frames)] for n in range(int(seconds * RATE) // FRAME))
    packets = [_rtp(ALAW_PAYLOAD, n, n * FRAME, 0x0C0FFEE0, frame, n == 0) for n, frame in enumerate(played)]
    path.write_bytes(_pcap(packets))


def voice_of(who: str, otherwise: float) -> float:
    """The frequency of an account or a number (with or without its +)."""
    return VOICES.get(who.removeprefix("+"), otherwise)


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
    """How much of this frequency is in the samples (Goertzel), 0 to 1 of all their energy."""
    values = list(samples)
    coefficient = 2 * math.cos(2 * math.pi * hz / RATE)
    before, last = 0.0, 0.0
    for value in values:
        before, last = last, value + coefficient * last - before
    power = before**2 + last**2 - coefficient * before * last
    energy = sum(v * v for v in values) * len(values) / 2
    return power / energy if energy else 0.0


def _key_packets(event: int, press: int) -> Iterator[bytes]:
    for n in range(KEY_FRAMES + 3):
        ends = n >= KEY_FRAMES
        duration = min(n + 1, KEY_FRAMES + 1) * FRAME
        body = struct.pack("!BBH", event, (0x80 if ends else 0) | VOLUME, duration)
        yield _rtp(EVENT_PAYLOAD, press * 100 + n, press * RATE, 0x0C0FFEE1, body, n == 0)


def _rtp(payload: int, sequence: int, stamp: int, source: int, body: bytes, first: bool) -> bytes:
    return struct.pack("!BBHII", 0x80, (0x80 if first else 0) | payload, sequence, stamp, source) + body


def _pcap(packets: Iterable[bytes]) -> bytes:
    """A capture of UDP on Ethernet, one packet each 20 ms; SIPp fills in the addresses itself."""
    parts = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65_535, 1)]
    for n, rtp in enumerate(packets):
        udp = struct.pack("!HHHH", 6_000, 6_000, 8 + len(rtp), 0) + rtp
        ip = struct.pack("!BBHHHBBHII", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, 0x7F000001, 0x7F000001) + udp
        frame = bytes(12) + b"\x08\x00" + ip
        seconds, micros = divmod(n * 20_000, 1_000_000)
        parts.append(struct.pack("<IIII", 1 + seconds, micros, len(frame), len(frame)) + frame)
    return b"".join(parts)
