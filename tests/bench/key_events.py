"""When a FreeSWITCH takes keys, and when it begins to play, by its own events."""

from __future__ import annotations

import json
import socket
import threading
from types import TracebackType
from typing import Self

from tests.bench.figures import Moment
from tests.freeswitch.switch import EventSocket

EVENTS = "DTMF PLAYBACK_START"


class KeyEvents:
    """Takes them while it is open; callers go by their channels.

    Attributes:
        keys, prompts: what has happened so far.
    """

    def __init__(self, port: int) -> None:
        self.keys: list[Moment] = []
        self.prompts: list[Moment] = []
        self._socket = EventSocket(port)
        self._socket.send(f"event json {EVENTS}")
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.shut(socket.SHUT_RDWR)
        self._thread.join()
        self._socket.close()

    def _listen(self) -> None:
        while frame := self._next():
            if frame.startswith("{"):
                event = json.loads(frame)
                moment = Moment(int(event["Event-Date-Timestamp"]), event["Unique-ID"])
                (self.keys if event["Event-Name"] == "DTMF" else self.prompts).append(moment)

    def _next(self) -> str:
        """The next frame; none when the switch has ended."""
        try:
            return self._socket.read(wait=True)
        except ConnectionError:
            return ""
