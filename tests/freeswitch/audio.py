"""Audio that really arrives: every RTP packet on loopback, and the share of a tone in what arrives at a port."""

from __future__ import annotations

import ctypes
import socket
import struct
import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from tests.freeswitch.sounds import ALAW_PAYLOAD, FRAME, linear, loudness

Frame = tuple[float, bytes]  # time of arrival (monotonic seconds), G.711 A-law

_LINEAR = [linear(code) for code in range(256)]
WINDOW_FRAMES = 5  # 100 ms: enough to distinguish tones 10 Hz apart
CLEAR = 0.5  # share of all energy of a window
AUDIBLE = 500  # mean size of the samples below which a window is silence
FRAMES_KEPT = 6_000  # two minutes at each port

_SO_ATTACH_FILTER = 26
_ALL_PROTOCOLS = 0x0003
_OUTGOING = 4
_ETHERNET, _UDP_HEADER, _RTP_HEADER = 14, 8, 12
# classic BPF: take the packet if the protocol of its IPv4 header is UDP
_ONLY_UDP = ((0x30, 0, 0, _ETHERNET + 9), (0x15, 0, 1, socket.IPPROTO_UDP), (0x06, 0, 0, 0xFFFF), (0x06, 0, 0, 0))


def can_listen() -> bool:
    """Whether this process may see packets, which needs CAP_NET_RAW."""
    try:
        _packets().close()
    except PermissionError:
        return False
    return True


class Microphones:
    """Keeps what arrives at every UDP port as G.711 A-law, until it is cleared. A context manager."""

    def __init__(self) -> None:
        self._frames: dict[int, list[Frame]] = defaultdict(list)
        self._socket = _packets()
        self._closing = False
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> Microphones:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing = True
        self._thread.join()
        self._socket.close()

    def clear(self) -> None:
        """Drop all packets."""
        self._frames = defaultdict(list)

    def heard(self, ports: Iterable[int], hz: float) -> float:
        """Seconds for which a tone of this frequency was clearly heard at these ports."""
        return len(self.moments(ports, hz)) * WINDOW_FRAMES * FRAME / 8_000

    def moments(self, ports: Iterable[int], hz: float, share: float = CLEAR) -> list[float]:
        """The windows of 0.1 s (monotonic seconds) in which this frequency had at least `share` of the energy."""
        return sorted(at for port in ports for at, samples in self._audible(port) if loudness(samples, hz) >= share)

    def speech(self, ports: Iterable[int], tones: Sequence[float]) -> list[float]:
        """The windows (monotonic seconds) with sound that is none of these tones."""
        return sorted(
            at
            for port in ports
            for at, samples in self._audible(port)
            if not any(loudness(samples, hz) >= CLEAR for hz in tones)
        )

    def _audible(self, port: int) -> Iterator[tuple[float, list[int]]]:
        frames = self._frames.get(port, [])
        for start in range(0, len(frames) - WINDOW_FRAMES + 1, WINDOW_FRAMES):
            window = frames[start : start + WINDOW_FRAMES]
            samples = [_LINEAR[code] for _, frame in window for code in frame]
            if sum(map(abs, samples)) / len(samples) >= AUDIBLE:
                yield window[0][0], samples

    def _listen(self) -> None:
        self._socket.settimeout(0.5)  # the longest delay until `close` is noticed
        while not self._closing:
            try:
                packet, address = self._socket.recvfrom(2_048)
            except TimeoutError:
                continue
            if address[2] != _OUTGOING:
                self._take(packet)

    def _take(self, packet: bytes) -> None:
        udp = _ETHERNET + (packet[_ETHERNET] & 0x0F) * 4
        rtp = udp + _UDP_HEADER
        if len(packet) != rtp + _RTP_HEADER + FRAME or packet[rtp] >> 6 != 2 or packet[rtp + 1] & 0x7F != ALAW_PAYLOAD:
            return
        (port,) = struct.unpack_from("!H", packet, udp + 2)
        frames = self._frames[port]
        if len(frames) < FRAMES_KEPT:
            frames.append((time.monotonic(), packet[rtp + _RTP_HEADER :]))


def _packets() -> socket.socket:
    """A socket that gets every UDP packet of the loopback interface."""
    made = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    program = b"".join(struct.pack("HBBI", *step) for step in _ONLY_UDP)
    held = ctypes.create_string_buffer(program)
    made.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, struct.pack("HL", len(_ONLY_UDP), ctypes.addressof(held)))
    made.bind(("lo", _ALL_PROTOCOLS))
    return made
