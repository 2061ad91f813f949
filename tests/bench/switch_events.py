"""What a FreeSWITCH's own events say of callers and agents, with its own times."""

from __future__ import annotations

import json
import re
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from tests.bench.call_centre import Seen
from tests.bench.figures import Moment
from tests.freeswitch.switch import EventSocket

MARK = "callcontrol::bench"
EVENTS = f"CHANNEL_CREATE CHANNEL_PROGRESS CHANNEL_ANSWER CHANNEL_HANGUP CUSTOM {MARK}"
CATCH_UP_S = 120.0
_AGENT = re.compile(r"sofia/internal/(\d+)")


class SwitchEvents:
    """Takes them while it listens; callers go by their numbers, agents by their accounts."""

    def __init__(self, port: int) -> None:
        self._socket = EventSocket(port)
        self._socket.send(f"event json {EVENTS}")
        self._seen = Seen()
        self._marked = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def take(self, switch: EventSocket) -> Seen:
        """What happened since this was asked last, however late this busy machine hears of it.

        Raises:
            TimeoutError: it is not all here after CATCH_UP_S.
        """
        self._marked.clear()
        switch.send(f"sendevent CUSTOM\nEvent-Subclass: {MARK}")
        if not self._marked.wait(CATCH_UP_S):
            raise TimeoutError(f"the switch's events are more than {CATCH_UP_S:g} s late")
        found, self._seen = self._seen, Seen()
        return found

    def close(self) -> None:
        """Listen no more."""
        self._socket.shut(socket.SHUT_RDWR)
        self._thread.join()
        self._socket.close()

    def _listen(self) -> None:
        while frame := self._next():
            if not frame.startswith("{"):
                continue
            event = json.loads(frame)
            if event["Event-Name"] == "CUSTOM":
                self._marked.set()
            else:
                note(self._seen, event)

    def _next(self) -> str:
        """The next frame; none when the switch has ended."""
        try:
            return self._socket.read(wait=True)
        except ConnectionError:
            return ""


def note(seen: Seen, event: Mapping[str, Any]) -> None:
    """Add what one event says."""
    at_us, number = int(event["Event-Date-Timestamp"]), str(event.get("Caller-Caller-ID-Number", ""))
    agent = _AGENT.search(str(event.get("Channel-Name", "")))
    account = agent[1] if agent else ""
    match event["Event-Name"], event.get("Call-Direction"):
        case "CHANNEL_CREATE", "inbound":
            seen.called.append(Moment(at_us, number))
        case "CHANNEL_ANSWER", "inbound":
            seen.entered.append(Moment(at_us, number))
        case "CHANNEL_CREATE", "outbound":
            seen.rang_for.append(Moment(at_us, number))
            seen.rang.append(Moment(at_us, account))
        case "CHANNEL_PROGRESS", "outbound":
            seen.progress.append(Moment(at_us, account))
        case "CHANNEL_HANGUP", "outbound":
            seen.hung_up.append(Moment(at_us, account))


@contextmanager
def listening(port: int) -> Iterator[SwitchEvents]:
    """Take a switch's events."""
    events = SwitchEvents(port)
    try:
        yield events
    finally:
        events.close()
