"""What the switch says of its channels: what was played to whom, and who was joined with whom."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator, Mapping
from typing import Any

from callcontrol.simulator.ears import Heard
from tests.freeswitch.switch import EventSocket

EVENTS = "CHANNEL_CREATE CHANNEL_ANSWER CHANNEL_BRIDGE CHANNEL_UNBRIDGE DTMF PLAYBACK_START PLAYBACK_STOP"
PLAYBACK = {"PLAYBACK_START": "playback", "PLAYBACK_STOP": "playback_end"}


class Reports:
    """Keeps them; channels go by their SIP Call-ID, as phones and callers do.

    Args:
        sounds: the switch's folder of sounds: files below it are named as it was told to play them.
    """

    def __init__(self, sounds: str) -> None:
        self._sounds = sounds.rstrip("/") + "/"
        self._call_ids: dict[str, str] = {}
        self._told: list[Heard] = []
        self._joined: dict[str, str] = {}

    def take(self, event: Mapping[str, Any]) -> None:
        """One more event."""
        uuid, name, at_us = event["Unique-ID"], event["Event-Name"], int(event["Event-Date-Timestamp"])
        # the first one it has: a channel that goes on in another's dialplan gets all of that one's variables
        self._call_ids[uuid] = self._call_ids.get(uuid) or event.get("variable_sip_call_id", "")
        if name in PLAYBACK:
            file = event["Playback-File-Path"].removeprefix(self._sounds)
            self._told.append(Heard(at_us, uuid, PLAYBACK[name], {"file": file}))
        elif name == "DTMF" and uuid in self._joined:  # a bridge passes each key on that it takes
            self._told.append(Heard(at_us, self._joined[uuid], "digits", {"digit": event["DTMF-Digit"]}))
        elif name == "CHANNEL_UNBRIDGE":
            self._joined.pop(self._joined.pop(uuid, ""), None)
        elif name == "CHANNEL_BRIDGE":
            first, second = event["Bridge-A-Unique-ID"], event["Bridge-B-Unique-ID"]
            for one, other in ((first, second), (second, first)):
                self._joined[one] = other
                self._told.append(Heard(at_us, one, "bridged", {"with": other}))

    def heard(self, who: Mapping[str, str]) -> Iterator[Heard]:
        """What concerns those `who` names by Call-ID."""
        names = {uuid: who[call_id] for uuid, call_id in self._call_ids.items() if call_id in who}
        for told in list(self._told):
            if told.who in names:
                met = {"with": names.get(told.detail["with"], "?")} if "with" in told.detail else {}
                yield Heard(told.at_us, names[told.who], told.what, told.detail | met)


class Listener:
    """Takes the switch's reports while it runs."""

    def __init__(self, port: int) -> None:
        self._socket = EventSocket(port)
        self.reports = Reports(self._socket.api("global_getvar sound_prefix"))
        self._socket.send(f"event json {EVENTS}")
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Listen no more."""
        self._socket.shut(socket.SHUT_RDWR)
        self._thread.join()
        self._socket.close()

    def _listen(self) -> None:
        while frame := self._next():
            if frame.startswith("{"):
                self.reports.take(json.loads(frame))

    def _next(self) -> str:
        """The next frame; none when the switch has ended, which it does by a reset as often as not."""
        try:
            return self._socket.read(wait=True)
        except ConnectionError:
            return ""
