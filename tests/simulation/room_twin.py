"""The scripts of conference rooms, as the server of a simulated run carries them out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson

# As `rooms.lua` has it.
FORGOTTEN_MS = 600_000
Publish = Callable[[str, dict[str, Any]], None]


@dataclass
class RoomTwin:
    """The rooms of one tenant (`room_scripts/`).

    Attributes:
        rooms: by name, as the scripts keep them; a member's JSON is kept as a mapping.
        kept_until: when all is forgotten, unless something is written before (ms).
    """

    now_ms: Callable[[], int]
    rooms: dict[str, dict[str, Any]] = field(default_factory=dict)
    kept_until: int = 0

    def carry_out(self, words: tuple[Any, ...], key: str, publish: Publish) -> Any:
        """One operation."""
        op, _inboxes, name, *rest = words
        if self.kept_until <= self.now_ms():
            self.rooms.clear()
        return getattr(self, f"_{op}")(name, key, publish, *rest)

    def there(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """The rooms that have members, by name."""
        for name, known in self.rooms.items():
            there = {call: one for call, one in known["members"].items() if one[1] > self.now_ms()}
            if there:
                yield name, {**known, "members": there}

    def left(self) -> list[str]:
        """What is kept of rooms, whether or not any member's lease lasts."""
        kept = self.rooms if self.kept_until > self.now_ms() else {}
        return [f"{name} with {', '.join(room['members'])}" for name, room in kept.items()]

    def _at(self, name: str) -> dict[str, Any] | None:
        known = self.rooms.get(name)
        if known is None:
            return None
        for call in [call for call, (_, until) in known["members"].items() if until <= self.now_ms()]:
            del known["members"][call]
        if not known["members"]:
            del self.rooms[name]
            return None
        return known

    def _enter(
        self, name: str, key: str, publish: Publish, text: bytes, lease_ms: int, most: int, switch: str
    ) -> list[bytes]:
        member = orjson.loads(text)
        known = self._at(name) or _new(switch, member)
        before = known["members"].get(member["call"])
        if before is None and not member["moderator"]:
            if known["locked"]:
                return [b"locked", _told(name, known)]
            if len(known["members"]) >= most:
                return [b"full", _told(name, known)]
        if before is not None:
            member |= {field: before[0][field] for field in ("since", "muted", "kicked")}
        else:
            member["muted"] = known["muted"] and not member["moderator"]
        self._let_in(known, member, lease_ms)
        return [b"in", self._kept_and_told(name, known, key, publish)]

    def _keep(self, name: str, key: str, publish: Publish, text: bytes, lease_ms: int, switch: str) -> bytes:
        member = orjson.loads(text)
        known = self._at(name) or _new(switch, member)
        before = known["members"].get(member["call"])
        if before is not None:
            member |= {field: before[0][field] for field in ("muted", "kicked")}
        self._let_in(known, member, lease_ms)
        if before is not None:
            return self._kept(name, known)
        return self._kept_and_told(name, known, key, publish)

    def _let_in(self, known: dict[str, Any], member: dict[str, Any], lease_ms: int) -> None:
        known["opened"] = known["opened"] or member["moderator"]
        known["members"][member["call"]] = member, self.now_ms() + lease_ms

    def _leave(self, name: str, key: str, publish: Publish, call: str) -> int:
        known = self._at(name)
        if known is not None and known["members"].pop(call, None) is not None:
            self._kept_and_told(name, known, key, publish)
        return 1

    def _order(self, name: str, key: str, publish: Publish, what: str, call: str) -> bytes:
        known = self._at(name)
        if known is None or (call and call not in known["members"]):
            return b""
        members = {id_: member for id_, (member, _) in known["members"].items()}
        if what in ("lock", "unlock"):
            known["locked"] = what == "lock"
        elif what in ("mute", "unmute"):
            known["muted"] = known["muted"] if call else what == "mute"
            muted = [members[call]] if call else [one for one in members.values() if not one["moderator"]]
            for one in muted:
                one["muted"] = what == "mute"
        else:
            for id_ in members if what == "end" else (call,):
                if id_ in members:
                    members[id_]["kicked"] = what
        return self._kept_and_told(name, known, key, publish)

    def _look(self, _name: str, _key: str, _publish: Publish) -> list[bytes]:
        return [_told(name, known) for name in list(self.rooms) if (known := self._at(name)) is not None]

    def _record(self, name: str, key: str, publish: Publish, media_id: str, told: bytes) -> bytes:
        known = self._at(name)
        if known is None:
            return b""
        known["recording"] = known.get("recording") or {"media_id": media_id, "told": told.decode()}
        return self._kept_and_told(name, known, key, publish)

    def _unrecord(self, name: str, key: str, publish: Publish, media_id: str) -> int:
        known = self._at(name)
        recording = known.get("recording") if known is not None else None
        if known is not None and recording is not None and recording["media_id"] == media_id:
            del known["recording"]
            self._kept_and_told(name, known, key, publish)
        return 1

    def _kept(self, name: str, known: dict[str, Any]) -> bytes:
        if not known["members"]:
            self.rooms.pop(name, None)
            return b""
        self.rooms[name] = known
        self.kept_until = self.now_ms() + FORGOTTEN_MS
        return _told(name, known)

    def _kept_and_told(self, name: str, known: dict[str, Any], key: str, publish: Publish) -> bytes:
        text = self._kept(name, known)
        for worker in dict.fromkeys(member["worker"] for member, _ in known["members"].values()):
            publish(worker, {"kind": "room", "from": key, "fields": [text.decode()]})
        return text


def _new(switch: str, member: dict[str, Any]) -> dict[str, Any]:
    off = dict.fromkeys(("opened", "locked", "muted"), False)
    return {"switch": switch, "since": member["since"], **off, "members": {}}


def _told(name: str, known: dict[str, Any]) -> bytes:
    room = {"name": name} | {field: known[field] for field in ("switch", "since", "opened", "locked", "muted")}
    members = [orjson.dumps(member).decode() for member, _ in known["members"].values()] or [""]
    recording = known.get("recording")
    return orjson.dumps({"room": room, "members": members} | ({"recording": recording["told"]} if recording else {}))
