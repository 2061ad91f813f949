"""The switch's events of its channels: playbacks, and which channels were bridged."""

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
    """Keeps the events by the SIP Call-ID of their channel, as phones and callers are named.

    Args:
        sounds: the switch's folder of sounds; files below it are named relative to it.
    """

    def __init__(self, sounds: str) -> None:
        self._sounds = sounds.rstrip("/") + "/"
        self._call_ids: dict[str, str] = {}
        self._told: list[Heard] = []
        self._joined: dict[str, str] = {}

    def take(self, event: Mapping[str, Any]) -> None:
        """One more event."""
        uuid, name, at_us = event["Unique-ID"], event["Event-Name"], int(event["Event-Date-Timestamp"])
        # the first Call-ID counts: a channel moved into another's dialplan gets all variables of the other
        self._call_ids[uuid] = self._call_ids.get(uuid) or event.get("variable_sip_call_id", "")
        if name in PLAYBACK:
            file = event["Playback-File-Path"].removeprefix(self._sounds)
            self._told.append(Heard(at_us, uuid, PLAYBACK[name], {"file": file}))
        elif name == "DTMF" and uuid in self._joined:  # a bridge passes each key on
            self._told.append(Heard(at_us, self._joined[uuid], "digits", {"digit": event["DTMF-Digit"]}))
        elif name == "CHANNEL_UNBRIDGE":
            self._joined.pop(self._joined.pop(uuid, ""), None)
        elif name == "CHANNEL_BRIDGE":
            first, second = event["Bridge-A-Unique-ID"], event["Bridge-B-Unique-ID"]
            for one, other in ((first, second), (second, first)):
                self._joined[one] = other
                self._told.append(Heard(at_us, one, "bridged", {"with": other}))

    def heard(self, who: Mapping[str, str]) -> Iterator[Heard]:
        """The events of the parties that `who` names by Call-ID."""
        names = {uuid: who[call_id] for uuid, call_id in self._call_ids.items() if call_id in who}
        for told in list(self._told):
            if told.who in names:
                met = {"with": names.get(told.detail["with"], "?")} if "with" in told.detail else {}
                yield Heard(told.at_us, names[told.who], told.what, told.detail | met)


class Listener:
    """Receives the switch's events while it runs."""

    def __init__(self, port: int) -> None:
        self._socket = EventSocket(port)
        self.reports = Reports(self._socket.api("global_getvar sound_prefix"))
        self._socket.send(f"event json {EVENTS}")
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening."""
        self._socket.shut(socket.SHUT_RDWR)
        self._thread.join()
        self._socket.close()

    def _listen(self) -> None:
        while frame := self._next():
            if frame.startswith("{"):
                self.reports.take(json.loads(frame))

    def _next(self) -> str:
        """The next frame; "" when the switch has ended, which often resets the connection."""
        try:
            return self._socket.read(wait=True)
        except ConnectionError:
            return ""
