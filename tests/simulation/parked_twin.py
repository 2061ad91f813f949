"""The scripts of parking places and of extensions on calls, as the server of a simulated run carries them out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson

Publish = Callable[[str, dict[str, Any]], None]


@dataclass
class Place:
    """The caller at a place with the end of the lease, and the call that takes the caller with its deadline (ms)."""

    caller: dict[str, Any]
    until: int
    taker: bytes = b""
    taking: int = 0

    @property
    def taker_call(self) -> str:
        """The call that takes the caller, "" if none does."""
        return str(orjson.loads(self.taker)["call"]) if self.taker else ""

    def is_free_for(self, call: str) -> bool:
        """Whether the place is empty or has this call's caller."""
        return bool(self.caller["channel"]) and self.taker_call in ("", call)


@dataclass
class ParkedTwin:
    """The places of one tenant (`parked_scripts/`).

    Attributes:
        found: how often a caller was given a place, and was taken from one.
    """

    now_ms: Callable[[], int]
    places: dict[str, Place] = field(default_factory=dict)
    found: Counter[str] = field(default_factory=Counter)

    def carry_out(self, words: tuple[Any, ...], key: str, publish: Publish) -> Any:
        """One operation."""
        op, *rest = words
        if op != "take":
            return getattr(self, f"_{op}")(*rest)
        number, taker, taking_ms, *_ = rest
        return self._take(number, taker, taking_ms, key, publish)

    def taken(self) -> Iterator[Place]:
        """The places at which callers are."""
        for number in list(self.places):
            if (known := self._at(number)) is not None:
                yield known

    def _at(self, number: str) -> Place | None:
        known = self.places.get(number)
        if known is not None and known.until <= self.now_ms():
            del self.places[number]
            return None
        if known is not None and known.taker and known.taking <= self.now_ms():
            known.taker = b""
        return known

    def _claim(self, caller: bytes, lease_ms: int, *places: str) -> list[Any]:
        wanted, found, was_held = orjson.loads(caller), "", 0
        for number in places:
            known = self._at(number)
            if known is not None and known.caller["call"] == wanted["call"]:
                return [number.encode(), 0]
            if known is not None and wanted["by"] and known.caller["held_for"] == wanted["by"] and not was_held:
                found, was_held = number, 1
            elif known is None and not found:
                found = number
        if found:
            self.found["parked"] += 1
            self.places[found] = Place({**wanted, "place": found}, self.now_ms() + lease_ms)
        return [found.encode(), was_held]

    def _keep(self, caller: bytes, lease_ms: int) -> list[Any]:
        wanted = orjson.loads(caller)
        known = self._at(wanted["place"])
        if known is not None and known.caller["call"] != wanted["call"]:
            return [0, b""]
        known = known or Place(wanted, 0)
        known.caller, known.until = wanted, self.now_ms() + lease_ms
        self.places[wanted["place"]] = known
        return [1, known.taker]

    def _leave(self, number: str, call: str, forced: int) -> int:
        known = self._at(number)
        if known is None or known.caller["call"] != call:
            return 1
        if known.taker and not forced:
            return 0
        del self.places[number]
        return 1

    def _let_be(self, number: str, call: str) -> int:
        known = self._at(number)
        if known is not None and known.taker_call == call:
            known.taker = b""
        return 1

    def _look(self) -> list[bytes]:
        return [orjson.dumps(known.caller) for known in self.taken()]

    def _take(self, number: str, taker: bytes, taking_ms: int, key: str, publish: Publish) -> list[bytes]:
        who = orjson.loads(taker)
        known = self._at(number) if number else self._own_or_longest(who)
        if known is None or not known.is_free_for(who["call"]):
            return []
        self.found["taken"] += 1
        known.taker, known.taking = taker, self.now_ms() + taking_ms
        fields = [known.caller["call"], taker.decode()]
        publish(known.caller["worker"], {"kind": "parked", "from": key, "fields": fields})
        return [orjson.dumps(known.caller)]

    def _own_or_longest(self, who: dict[str, Any]) -> Place | None:
        there = list(self.taken())
        own = next((known for known in there if known.taker_call == who["call"]), None)
        free = [known for known in there if known.is_free_for(who["call"])]
        key = lambda known: (known.caller["by"] != who["extension"], int(known.caller["since"]))  # noqa: E731
        return own or min(free, key=key, default=None)


@dataclass
class OnCallTwin:
    """Extensions on calls (`live_state/on_calls.py`), by key: until when each leg counts (ms)."""

    now_ms: Callable[[], int]
    legs: dict[str, dict[str, int]] = field(default_factory=dict)

    def carry_out(self, names: tuple[str, ...], words: tuple[Any, ...]) -> Any:
        """One operation."""
        op, *rest = words
        if op == "keep":
            for name, member in zip(names, rest[1:], strict=True):
                self.legs.setdefault(name, {})[member] = self.now_ms() + rest[0]
            return []
        if op == "forget":
            self.legs.get(names[0], {}).pop(rest[0], None)
            return []
        return [[member.encode() for member in self._there(name)] for name in names]

    def left(self) -> list[str]:
        """The legs that count still."""
        return [f"{name}: {member}" for name in self.legs for member in self._there(name)]

    def _there(self, name: str) -> list[str]:
        return [member for member, until in self.legs.get(name, {}).items() if until > self.now_ms()]
