"""The script of voicemail boxes (`box_scripts/change.lua`), written out: the contract tests hold it to the real one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import orjson

from callcontrol.edges.live_state.mailbox_values import MARK, PIN
from callcontrol.vocabulary.moment import DAY_S, SECOND_US
from callcontrol.vocabulary.stored import TAG

DELETED_US: Final = DAY_S * SECOND_US
MAX_DELETED: Final = 200

Hash = dict[bytes, bytes]
Hashes = dict[str, Hash]
Mark = dict[str, str]


class _Change:
    """One operation."""

    def __init__(self, hashes: Hashes, names: tuple[str, ...], words: tuple[Any, ...]) -> None:
        self.hashes, self.names = hashes, names
        self.operation, self.now, self.name = words[0], int(words[1]), words[2]
        self.given: Mapping[str, Any] = orjson.loads(words[3])
        self.value: bytes = words[4] if len(words) > 4 else b""
        self.box = hashes.setdefault(names[0], {})

    @property
    def _id(self) -> str:
        return str(self.given["id"])

    def _field(self, prefix: str) -> bytes:
        return f"{prefix}:{self._id}".encode()

    def _read(self) -> Mark | None:
        text = self.box.get(self._field("s"))
        return None if text is None else orjson.loads(text)

    def _there(self) -> Mark | None:
        mark = self._read()
        return mark if mark is not None and mark["state"] != "deleted" else None

    def _write(self, box: Hash, mark: Mark) -> None:
        box[self._field("s")] = orjson.dumps(mark)

    def _change(self, mark: Mark, **changes: str) -> tuple[str, str]:
        self._write(self.box, {**mark, **changes, "changed": str(self.now)})
        return "done", ""

    def do_add(self) -> tuple[str, str]:
        if self._field("s") in self.box:
            return "there", ""
        self.box[self._field("m")] = self.value
        told = {word: str(self.given[word]) for word in ("state", "taken_by", "done_by")}
        self._write(self.box, {TAG: MARK.tag, **told, "changed": "0"})
        return "done", ""

    def do_state(self) -> tuple[str, str]:
        mark = self._read()
        return ("gone", "") if mark is None else self._change(mark, state=self.given["to"])

    def do_take(self) -> tuple[str, str]:
        return self._by_hand(lambda by: {"taken_by": by})

    def do_done(self) -> tuple[str, str]:
        return self._by_hand(lambda by: {"taken_by": by, "done_by": by, "state": "kept"})

    def _by_hand(self, changes: Callable[[str], Mark]) -> tuple[str, str]:
        mark, by = self._there(), str(self.given["by"])
        if mark is None:
            return "gone", ""
        if mark["taken_by"] not in ("", by):
            return "taken", mark["taken_by"]
        return self._change(mark, **changes(by))

    def do_release(self) -> tuple[str, str]:
        mark = self._there()
        return ("gone", "") if mark is None else self._change(mark, taken_by="", done_by="")

    def do_remove(self) -> tuple[str, str]:
        found = [self.box.pop(self._field(prefix), None) for prefix in "ms"]
        return ("done" if any(found) else "gone"), ""

    def do_move(self) -> tuple[str, str]:
        mark = self._there()
        if mark is None:
            return "gone", ""
        other = self.hashes.setdefault(self.names[2], {})
        other[self._field("m")] = self.box[self._field("m")]
        moved = {TAG: MARK.tag, "state": "new", "taken_by": "", "done_by": "", "changed": str(self.now)}
        self._write(other, moved)
        self.recount(other, self.given["to"])
        return self._change(mark, state="deleted")

    def _pin(self) -> Mark:
        text = self.box.get(b"pin")
        return orjson.loads(text) if text else {TAG: PIN.tag, "hash": "", "failures": "0", "locked_until": "0"}

    def _put_pin(self, pin: Mark) -> bytes:
        self.box[b"pin"] = text = orjson.dumps(pin)
        return text

    def do_pin_try(self) -> tuple[str, bytes]:
        pin, limit = self._pin(), int(self.given["failures"])
        if int(pin["locked_until"]) > self.now:
            return "locked", orjson.dumps(pin)
        failures = (0 if int(pin["failures"]) >= limit else int(pin["failures"])) + 1
        locked_until = self.now + int(self.given["lock_us"]) if failures >= limit else 0
        return "allowed", self._put_pin({**pin, "failures": str(failures), "locked_until": str(locked_until)})

    def do_pin_right(self) -> tuple[str, str]:
        self._put_pin({**self._pin(), "failures": "0", "locked_until": "0"})
        return "done", ""

    def do_pin_set(self) -> tuple[str, str]:
        self._put_pin({TAG: PIN.tag, "hash": self.given["hash"], "failures": "0", "locked_until": "0"})
        return "done", ""

    def recount(self, box: Hash, of: str) -> tuple[int, int]:
        """What the lamps of a box show; the deleted messages whose day is over go."""
        marks = {field[2:]: orjson.loads(text) for field, text in box.items() if field.startswith(b"s:")}
        deleted = [(int(mark["changed"]), key) for key, mark in marks.items() if mark["state"] == "deleted"]
        for place, (at, key) in enumerate(sorted(deleted, reverse=True)):
            if place >= MAX_DELETED or at + DELETED_US < self.now:
                del box[b"s:" + key]
                box.pop(b"m:" + key, None)
        there = [mark for mark in marks.values() if mark["state"] != "deleted"]
        new = sum(mark["state"] == "new" and not mark["taken_by"] for mark in there)
        shown = self.hashes.setdefault(self.names[1], {})
        shown[of.encode()] = f"{new} {len(there) - new}".encode()
        return new, len(there) - new


def change_box(hashes: Hashes, names: tuple[str, ...], words: tuple[Any, ...]) -> list[Any]:
    """One operation of the script on these hashes."""
    change = _Change(hashes, names, words)
    word, text = getattr(change, f"do_{change.operation}")()
    reply = [word.encode(), text if isinstance(text, bytes) else text.encode()]
    return reply if change.operation.startswith("pin_") else [*reply, *change.recount(change.box, change.name)]
