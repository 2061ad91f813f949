"""What one event socket connection wants to hear: `event`, `nixevent`, `noevents`, `myevents`, `filter`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from callcontrol.simulator.events import KNOWN, MYEVENTS, Event

ENCODINGS = ("plain", "json")


@dataclass(slots=True)
class Subscription:
    """The subscriptions of one connection. `own_uuid` is the channel it controls, "" for an inbound one."""

    own_uuid: str = ""
    encoding: str = "plain"
    on: bool = False
    mine_only: bool = False
    names: set[str] = field(default_factory=set)
    custom: set[str] = field(default_factory=set)
    filters: list[tuple[str, str]] = field(default_factory=list)

    # --- commands; each returns the Reply-Text -------------------------------------------------------------------

    def subscribe(self, words: list[str]) -> str:
        """`event plain|json NAME… CUSTOM subclass…`"""
        if words and words[0].lower() in (*ENCODINGS, "xml"):
            self.encoding = words.pop(0).lower()
            if self.encoding == "xml":
                self.encoding = "plain"
                return "-ERR the simulated switch speaks plain and json only"
        if not self._take(words):
            return "-ERR no keywords supplied"
        self.on = True
        return f"+OK event listener enabled {self.encoding}"

    def _take(self, words: list[str]) -> int:
        taken, in_custom = 0, False
        for word in words:
            if in_custom:
                self.custom.add(word)
            elif word.upper() in KNOWN:
                taken += 1
                self.names.add(word.upper())
                in_custom = word.upper() == "CUSTOM"
        return taken

    def unsubscribe(self, words: list[str]) -> str:
        """`nixevent NAME…`"""
        taken, in_custom = 0, False
        for word in words:
            name = word.upper()
            if in_custom:
                self.custom.discard(word)
            elif name in KNOWN:
                taken += 1
                in_custom = name == "CUSTOM"
                self._drop(name)
        return "+OK events nixed" if taken else "-ERR no keywords supplied"

    def _drop(self, name: str) -> None:
        if name == "ALL":
            self.names.clear()
        elif "ALL" in self.names:
            self.names = set(KNOWN) - {"ALL", name}
        elif name != "CUSTOM":
            self.names.discard(name)

    def silence(self) -> str:
        """`noevents`"""
        if not self.on:
            return "-ERR not listening for events"
        self.on = False
        self.names.clear()
        self.custom.clear()
        return "+OK no longer listening for events"

    def mine(self, words: list[str]) -> str:
        """`myevents [plain|json]` on an outbound connection."""
        if self.mine_only:
            return "-ERR aready enabled."  # spelt so by the switch
        if "json" in (word.lower() for word in words):
            self.encoding = "json"
        self.names |= MYEVENTS
        self.mine_only = self.on = True
        return "+OK Events Enabled"

    def filter(self, text: str) -> str:
        """`filter Header value`, `filter delete Header [value]`, `filter delete all`"""
        header, _, value = text.strip().partition(" ")
        if header.lower() == "delete" and value:
            return self._delete_filter(value)
        if header.lower() == "add" and value:
            header, _, value = value.partition(" ")
        if not value:
            return "-ERR invalid syntax"
        self.filters.append((header, value))
        return f"+OK filter added. [{header}]=[{value}]"

    def _delete_filter(self, text: str) -> str:
        header, _, value = text.partition(" ")
        if header.lower() == "all":
            self.filters.clear()
        else:
            self.filters = [
                (name, one) for name, one in self.filters if name.lower() != header.lower() or (value and one != value)
            ]
        return f"+OK filter deleted. [{header}][{value}]"

    # --- questions -----------------------------------------------------------------------------------------------

    def scope(self) -> str | None:
        """The one channel this connection can hear of, None when it may be any."""
        if self.mine_only and self.own_uuid:
            return self.own_uuid
        wanted = {value for name, value in self.filters if not value.startswith(("-", "/"))}
        headers = {name.lower() for name, value in self.filters if not value.startswith("-")}
        if headers == {"unique-id"} and len(wanted) == 1:
            return wanted.pop().lstrip("+ ")
        return None

    def wants(self, name: str, subclass: str) -> bool:
        """Whether an event of this name is subscribed to."""
        if not self.on:
            return False
        if name == "CUSTOM" and "ALL" not in self.names:
            return "CUSTOM" in self.names and (not subclass or subclass in self.custom)
        return name in self.names or "ALL" in self.names

    def passes(self, event: Event) -> bool:
        """Whether the filters and `myevents` let the event through (event_handler in mod_event_socket.c)."""
        send = not self.filters or self._filtered(event)
        if self.mine_only:
            if event.headers.get("Unique-ID") != self.own_uuid:
                send = False
            if event.headers.get("Job-Owner-UUID") == self.own_uuid:
                send = True
        return send

    def _filtered(self, event: Event) -> bool:
        send = False
        for header, wanted in self.filters:
            value = event.headers.get(header)
            if value is None:
                value = _any_case(event, header)
            if value is None:
                continue
            negative, compared = _sign(wanted)
            if send and not negative:
                continue
            if _matches(value, compared):
                if negative:
                    return False
                send = True
        return send


def _any_case(event: Event, header: str) -> str | None:
    low = header.lower()
    return next((value for name, value in event.headers.items() if name.lower() == low), None)


def _sign(wanted: str) -> tuple[bool, str]:
    negative = False
    while wanted and wanted[0] in "+- ":
        if wanted[0] != " ":
            negative = wanted[0] == "-"
        wanted = wanted[1:]
    return negative, wanted


def _matches(value: str, compared: str) -> bool:
    if compared.startswith("/"):
        return re.search(compared.strip("/"), value) is not None
    return value.lower() == compared.lower()
