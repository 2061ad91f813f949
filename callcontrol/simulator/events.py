"""Events: what the switch tells its listeners, and where in its source it says so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from callcontrol.simulator import encoding
from callcontrol.simulator.ids import Ids
from callcontrol.simulator.timeline import Timeline, gmt_stamp, local_stamp

VERSION = "1.11.3-dev+git~20260821T141014Z~cc93a683ca~64bit"

_CALLING: dict[str, tuple[str, str, str]] = {
    "BACKGROUND_JOB": ("mod_event_socket.c", "api_exec", "1580"),
    "CHANNEL_ANSWER": ("switch_channel.c", "switch_channel_perform_mark_answered", "3848"),
    "CHANNEL_BRIDGE": ("switch_ivr_bridge.c", "switch_ivr_multi_threaded_bridge", "1689"),
    "CHANNEL_CALLSTATE": ("switch_channel.c", "switch_channel_perform_set_callstate", "301"),
    "CHANNEL_CREATE": ("switch_core_state_machine.c", "switch_core_session_run", "626"),
    "CHANNEL_DATA": ("mod_event_socket.c", "parse_command", "2029"),
    "CHANNEL_DESTROY": ("switch_core_session.c", "switch_core_session_perform_destroy", "1537"),
    "CHANNEL_EXECUTE": ("switch_core_session.c", "switch_core_session_exec", "2949"),
    "CHANNEL_EXECUTE_COMPLETE": ("switch_core_session.c", "switch_core_session_exec", "2972"),
    "CHANNEL_HANGUP": ("switch_channel.c", "switch_channel_perform_hangup", "3447"),
    "CHANNEL_HANGUP_COMPLETE": ("switch_core_state_machine.c", "switch_core_session_reporting_state", "943"),
    "CHANNEL_HOLD": ("switch_channel.c", "switch_channel_mark_hold", "876"),
    "CHANNEL_ORIGINATE": ("switch_ivr_originate.c", "switch_ivr_originate", "3142"),
    "CHANNEL_OUTGOING": ("switch_ivr_originate.c", "switch_ivr_originate", "2989"),
    "CHANNEL_PARK": ("switch_ivr.c", "switch_ivr_park", "1002"),
    "CHANNEL_PROGRESS": ("switch_channel.c", "switch_channel_perform_mark_ring_ready_value", "3507"),
    "CHANNEL_PROGRESS_MEDIA": ("switch_channel.c", "switch_channel_perform_mark_pre_answered", "3562"),
    "CHANNEL_STATE": ("switch_channel.c", "switch_channel_perform_set_running_state", "2409"),
    "CHANNEL_UNBRIDGE": ("switch_ivr_bridge.c", "switch_ivr_multi_threaded_bridge", "1879"),
    "CHANNEL_UNHOLD": ("switch_channel.c", "switch_channel_mark_hold", "876"),
    "CHANNEL_UNPARK": ("switch_ivr.c", "switch_ivr_park", "1213"),
    "CUSTOM": ("sofia_reg.c", "sofia_reg_handle_register_token", "2059"),
    "DTMF": ("switch_channel.c", "switch_channel_dequeue_dtmf", "678"),
    "HEARTBEAT": ("switch_core.c", "send_heartbeat", "95"),
    "MESSAGE_QUERY": ("sofia_reg.c", "sofia_reg_handle_register_token", "2282"),
    "PLAYBACK_START": ("switch_ivr_play_say.c", "switch_ivr_play_file", "1649"),
    "PLAYBACK_STOP": ("switch_ivr_play_say.c", "switch_ivr_play_file", "2023"),
    "RECORD_START": ("switch_ivr_async.c", "record_callback", "1290"),
    "RECORD_STOP": ("switch_ivr_async.c", "record_callback", "1512"),
}
_ELSEWHERE = ("switch_event.c", "switch_event_fire_detailed", "1940")

# What a controller may name in `event` and `nixevent`; other words are passed over, as switch_name_event does.
KNOWN = frozenset(_CALLING) | {
    "ALL",
    "API",
    "CALL_UPDATE",
    "CHANNEL_APPLICATION",
    "CHANNEL_HOLD",
    "CHANNEL_UUID",
    "CLONE",
    "COMMAND",
    "DETECTED_SPEECH",
    "GENERAL",
    "HEARTBEAT",
    "LOG",
    "MEDIA_BUG_START",
    "MEDIA_BUG_STOP",
    "MESSAGE",
    "MODULE_LOAD",
    "NOTALK",
    "PRESENCE_IN",
    "PRIVATE_COMMAND",
    "RE_SCHEDULE",
    "RELOADXML",
    "SESSION_HEARTBEAT",
    "SHUTDOWN",
    "STARTUP",
    "TALK",
}

# The 23 of `myevents`.
MYEVENTS = frozenset(
    {
        "CHANNEL_ANSWER",
        "CHANNEL_APPLICATION",
        "CHANNEL_BRIDGE",
        "CHANNEL_CREATE",
        "CHANNEL_DATA",
        "CHANNEL_DESTROY",
        "CHANNEL_EXECUTE",
        "CHANNEL_EXECUTE_COMPLETE",
        "CHANNEL_HANGUP",
        "CHANNEL_HANGUP_COMPLETE",
        "CHANNEL_ORIGINATE",
        "CHANNEL_UUID",
        "CHANNEL_OUTGOING",
        "CHANNEL_PARK",
        "CHANNEL_PROGRESS",
        "CHANNEL_PROGRESS_MEDIA",
        "CHANNEL_STATE",
        "CHANNEL_UNBRIDGE",
        "CHANNEL_UNPARK",
        "DETECTED_SPEECH",
        "DTMF",
        "NOTALK",
        "TALK",
    }
)


class Event:
    """One event. It is rendered at most once in each format, however many listen."""

    __slots__ = ("_json", "_plain", "body", "headers", "name", "subclass")

    def __init__(self, name: str, headers: Mapping[str, str], body: str | None = None, subclass: str = "") -> None:
        self.name = name
        self.headers = headers
        self.body = body
        self.subclass = subclass
        self._plain: bytes | None = None
        self._json: bytes | None = None

    def frame(self, encoding_name: str) -> bytes:
        """The whole frame, `plain` or `json`."""
        if encoding_name == "json":
            if self._json is None:
                self._json = encoding.json_event(self.headers, self.body)
            return self._json
        if self._plain is None:
            self._plain = encoding.plain_event(self.headers, self.body)
        return self._plain


class Head:
    """Makes the first headers of every event: which switch, when, in which order."""

    def __init__(self, hostname: str, core_uuid: str, timeline: Timeline) -> None:
        self.hostname = hostname
        self.core_uuid = core_uuid
        self._timeline = timeline
        self._sequence = 0

    def headers(self, name: str, calling: tuple[str, str, str] | None = None) -> dict[str, str]:
        """Event-Name to Event-Sequence, in the switch's order."""
        at_us = self._timeline.now_us()
        source, function, line = calling or _CALLING.get(name, _ELSEWHERE)
        self._sequence += 1
        return {
            "Event-Name": name,
            "Core-UUID": self.core_uuid,
            "FreeSWITCH-Hostname": self.hostname,
            "FreeSWITCH-Switchname": self.hostname,
            "FreeSWITCH-IPv4": "192.0.2.2",
            "FreeSWITCH-IPv6": "fd00::2",
            "Event-Date-Local": local_stamp(at_us),
            "Event-Date-GMT": gmt_stamp(at_us),
            "Event-Date-Timestamp": str(at_us),
            "Event-Calling-File": source,
            "Event-Calling-Function": function,
            "Event-Calling-Line-Number": line,
            "Event-Sequence": str(self._sequence),
        }


class Listens(Protocol):
    """A possible subscriber of events: one event socket connection."""

    def scope(self) -> str | None:
        """The only channel this listener hears of, None when it hears of all."""

    def names(self) -> set[str]:
        """The names of events it subscribed to."""
        ...

    def wants(self, name: str, subclass: str) -> bool:
        """Whether an event of this name could be for it."""

    def offer(self, event: Event) -> None:
        """Take the event, if the filters let it pass."""


class Bus:
    """Brings events to listeners. Listeners of one channel cost the others nothing."""

    def __init__(self) -> None:
        self._everywhere: list[Listens] = []
        self._of_channel: dict[str, list[Listens]] = {}
        self._places: dict[Listens, str | None] = {}
        self.asked_for: set[str] = set()

    def place(self, listener: Listens) -> None:
        """Take a listener in, or anew after its subscriptions changed."""
        self.remove(listener)
        scope = listener.scope()
        self._places[listener] = scope
        self.asked_for |= listener.names()
        if scope is None:
            self._everywhere.append(listener)
        else:
            self._of_channel.setdefault(scope, []).append(listener)

    def remove(self, listener: Listens) -> None:
        """Forget a listener; unknown ones are passed over."""
        if listener not in self._places:
            return
        scope = self._places.pop(listener)
        if scope is None:
            self._everywhere.remove(listener)
            return
        others = self._of_channel[scope]
        others.remove(listener)
        if not others:
            del self._of_channel[scope]

    def is_asked_for(self, name: str) -> bool:
        """Whether this name was ever subscribed to; most events of a call are not."""
        return name in self.asked_for or "ALL" in self.asked_for

    def takers(self, name: str, uuid: str, subclass: str = "") -> list[Listens]:
        """Who could want an event of this name about channel `uuid` ("" for none)."""
        found = [one for one in self._everywhere if one.wants(name, subclass)] if self._everywhere else []
        own = self._of_channel.get(uuid)
        if own is not None:
            found += [one for one in own if one.wants(name, subclass)]
        return found


def new_head(hostname: str, ids: Ids, timeline: Timeline) -> Head:
    """The head of a switch that has just started: a new Core-UUID."""
    return Head(hostname, ids.uuid(), timeline)
