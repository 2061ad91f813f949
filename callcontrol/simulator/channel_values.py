"""What is known of a channel: its profile, its variables, its states, and the events that say so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from callcontrol.simulator.core import Core
from callcontrol.simulator.events import Event
from callcontrol.simulator.profile import TIME_HEADERS, CallerProfile

STATE_NUMBERS = {
    "CS_NEW": 0,
    "CS_INIT": 1,
    "CS_ROUTING": 2,
    "CS_SOFT_EXECUTE": 3,
    "CS_EXECUTE": 4,
    "CS_EXCHANGE_MEDIA": 5,
    "CS_PARK": 6,
    "CS_CONSUME_MEDIA": 7,
    "CS_HIBERNATE": 8,
    "CS_RESET": 9,
    "CS_HANGUP": 10,
    "CS_REPORTING": 11,
    "CS_DESTROY": 12,
}
_PREFIX = "variable_"
_ARRAY = "ARRAY::"
_CODEC = {
    "Channel-Read-Codec-Name": "PCMU",
    "Channel-Read-Codec-Rate": "8000",
    "Channel-Read-Codec-Bit-Rate": "64000",
    "Channel-Write-Codec-Name": "PCMU",
    "Channel-Write-Codec-Rate": "8000",
    "Channel-Write-Codec-Bit-Rate": "64000",
}


class ChannelValues:
    """One leg as events and records show it. `state` is what it is to be, `running` what its thread is doing, as in the
    real core.
    """

    def __init__(self, core: Core[Any], profile: CallerProfile, variables: dict[str, str]) -> None:
        self.core = core
        self.profile = profile
        self.variables = variables
        self.uuid = profile.uuid
        self.name = profile.channel_name
        self.outbound = profile.direction == "outbound"
        self.running = "CS_INIT"
        self.state = "CS_ROUTING"
        self.callstate = "DOWN"
        self.shown_state = "CS_INIT"  # `show channels` never gets to hear of a hang-up while the session lingers
        self.shown_callstate = "DOWN"
        self.answer_state = "ringing"
        self.cause = ""
        self.has_codec = not self.outbound
        self.hit_dialplan = not self.outbound
        self.call_uuid = self.uuid
        self.other_headers: dict[str, str] = {}
        self.respond_code = 0  # what `respond` asked for
        self._caller_headers: dict[str, str] | None = None

    @property
    def down(self) -> bool:
        """Whether it has been hung up."""
        return bool(self.cause)

    # --- variables ---------------------------------------------------------------------------------------------

    def get(self, name: str) -> str | None:
        """A variable's value, None when it is not set."""
        return self.variables.get(_PREFIX + name)

    def set(self, name: str, value: str | None) -> None:
        """Set a variable; it moves to the end, as in the real core. None or "" unsets it."""
        key = _PREFIX + name
        self.variables.pop(key, None)
        if value:
            self.variables[key] = value

    def update(self, values: Mapping[str, str]) -> None:
        """Set several variables; they move to the end."""
        self.put({_PREFIX + name: value for name, value in values.items()})

    def put(self, values: Mapping[str, str]) -> None:
        """Set several variables that carry their `variable_` prefix already; they move to the end."""
        for key in values.keys() & self.variables.keys():
            del self.variables[key]
        self.variables.update(values)

    def push(self, name: str, value: str) -> None:
        """Add a value to a variable that may hold several (`ARRAY::a|:b`)."""
        before = self.variables.get(_PREFIX + name)
        if before is None:
            self.set(name, value)
        else:
            joined = before if before.startswith(_ARRAY) else _ARRAY + before
            self.variables[_PREFIX + name] = f"{joined}|:{value}"

    def is_true(self, name: str) -> bool:
        """Whether a variable says yes in one of the switch's ways."""
        return truth(self.get(name))

    # --- events ------------------------------------------------------------------------------------------------

    def touch(self) -> None:
        """The profile changed: its headers are made anew."""
        self._caller_headers = None

    def show_callee(self, other: CallerProfile) -> None:
        """Whom this channel is connected to, as its own far end is told."""
        mine = self.profile
        if (mine.callee_name, mine.callee_number) != (other.callee_name, other.callee_number):
            mine.callee_name, mine.callee_number = other.callee_name, other.callee_number
            self.touch()

    def stamp(self, what: str, at_us: int) -> None:
        """Note when something happened: one of the fields of Times."""
        setattr(self.profile.times, what, at_us)
        if self._caller_headers is not None:
            self._caller_headers[TIME_HEADERS[what]] = str(at_us)
        if what in ("progress", "progress_media") and self.other_headers.get("Other-Type") == "originator":
            self.other_headers[TIME_HEADERS[what].replace("Caller", "Other-Leg", 1)] = str(at_us)

    def basic_headers(self) -> dict[str, str]:
        """The headers without variables (switch_channel_event_set_basic_data)."""
        found = {
            "Channel-State": self.running,
            "Channel-Call-State": self.callstate,
            "Channel-State-Number": str(STATE_NUMBERS[self.state]),
            "Channel-Name": self.name,
            "Unique-ID": self.uuid,
            "Call-Direction": self.profile.direction,
            "Presence-Call-Direction": self.profile.direction,
            "Channel-HIT-Dialplan": "true" if self.hit_dialplan else "false",
            "Channel-Call-UUID": self.call_uuid,
            "Answer-State": self.answer_state,
        }
        if mark := self.get("presence_data"):
            found["Channel-Presence-Data"] = mark
        if self.cause:
            found["Hangup-Cause"] = self.cause
        if self.has_codec:
            found.update(_CODEC)
        if self._caller_headers is None:
            self._caller_headers = self.profile.headers("Caller")
        return {**found, **self._caller_headers, **self.other_headers}

    def fire(
        self,
        name: str,
        before: dict[str, str] | None = None,
        after: dict[str, str] | None = None,
        *,
        basic: bool = False,
        calling: tuple[str, str, str] | None = None,
    ) -> None:
        """Fire an event of this channel; `before` stands ahead of the channel's headers, `after` behind them."""
        bus = self.core.bus
        takers = bus.takers(name, self.uuid) if bus.is_asked_for(name) else ()
        if not takers:
            return
        headers = self.core.head.headers(name, calling)
        headers.update(before or {})
        headers.update(self.basic_headers())
        if not basic:
            headers.update(self.variables)
        headers.update(after or {})
        event = Event(name, headers)
        for taker in takers:
            taker.offer(event)


def truth(value: str | None) -> bool:
    """switch_true: yes, on, true, t, enabled, active, allow or a number that is not 0."""
    if value is None:
        return False
    word = value.strip().lower()
    return word in ("yes", "on", "true", "t", "enabled", "active", "allow") or (word.isdigit() and int(word) != 0)
