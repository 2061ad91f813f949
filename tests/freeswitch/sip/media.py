"""Sound of one call: a voice that is a tone, keys pressed (RFC 4733), silence while the other side is held."""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from itertools import cycle
from typing import Final

from tests.freeswitch.sounds import ALAW_PAYLOAD, EVENT_PAYLOAD, FRAME, key_bodies, rtp, tone_frames

FRAME_S: Final = 0.02


class Media:
    """The media port of one call. Arriving packets are not read here: `audio.py` captures them on the wire."""

    def __init__(self, host: str) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.bind((host, 0))
        self.port: int = self._socket.getsockname()[1]
        self.muted = False
        self._to: tuple[str, int] | None = None
        self._keys: deque[deque[bytes]] = deque()
        self._packets = 0
        self._pressed_at = 0
        self._speaking: asyncio.Task[None] | None = None

    def send_to(self, host: str, port: int) -> None:
        """Send to the other side's media address."""
        self._to = (host, port)

    def speak(self, hz: float) -> None:
        """Send this tone from now on; 0: send nothing."""
        if self._speaking is None and hz:
            self._speaking = asyncio.ensure_future(self._speak(hz))

    def press(self, key: str) -> None:
        """Press a key; the voice is silent meanwhile."""
        self._keys.append(deque(key_bodies(key)))

    async def _speak(self, hz: float) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        for frame in cycle(tone_frames(hz)):
            self._send(frame)
            due += FRAME_S
            await asyncio.sleep(max(due - loop.time(), 0))

    def _send(self, frame: bytes) -> None:
        """Send the next 20 ms: a part of a key, or of the voice."""
        self._packets += 1
        if self._keys:
            key = self._keys[0]
            begins = len(key) == len(key_bodies("0"))
            if begins:
                self._pressed_at = self._packets
            packet = rtp(EVENT_PAYLOAD, self._packets, self._pressed_at * FRAME, key.popleft(), first=begins)
            if not key:
                self._keys.popleft()
        elif self.muted:
            return
        else:
            packet = rtp(ALAW_PAYLOAD, self._packets, self._packets * FRAME, frame, first=self._packets == 1)
        self._put(packet)

    def _put(self, packet: bytes) -> None:
        if self._to is None:
            return
        try:
            self._socket.sendto(packet, self._to)
        except OSError:  # the other side's port is closed: the packet is lost, as in any network
            self._keys.clear()

    def close(self) -> None:
        """Hang up: no sound any more."""
        if self._speaking is not None:
            self._speaking.cancel()
        self._socket.close()
