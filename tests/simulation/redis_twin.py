"""Redis in memory: the few commands and scripts this program uses, one at a time, all or nothing.

The queue scripts are carried out by the pure model (`queue_twin.py`), the scripts of calls are written out here; the
contract tests hold both to the real ones.
"""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable
from typing import Any

import orjson

from callcontrol.edges.live_state import credit, keys, mailboxes, on_calls, parked, queue_script, rooms, supervision
from callcontrol.edges.live_state.failures import ScriptUnknown, StoreRefused
from callcontrol.edges.live_state.script import script_of
from callcontrol.vocabulary.stored import TAG
from tests.simulation.credit_twin import CreditTwin, field_of
from tests.simulation.mailbox_twin import change_box
from tests.simulation.parked_twin import OnCallTwin, ParkedTwin
from tests.simulation.queue_twin import QueueTwin
from tests.simulation.room_twin import RoomTwin
from tests.simulation.trunk_twin import SCRIPTS, TrunkTwin

Told = Callable[[bytes], None]
_SINGLE = (queue_script.SCRIPT, mailboxes.SCRIPT, credit.SCRIPT, parked.SCRIPT, on_calls.SCRIPT, rooms.SCRIPT)
_SUPERVISION = (supervision.ORDERED, supervision.TOLD)


class RedisTwin:
    """The server.

    Args:
        now_s: its clock, for what expires (seconds).

    Attributes:
        time_us: the clock of its host, microseconds since the epoch.
        listeners: the subscribers of each channel.
        before, after: called around each operation on a tenant's queues.
    """

    def __init__(self, now_s: Callable[[], float], time_us: Callable[[], int]) -> None:
        self._now_s = now_s
        self._time_us = time_us
        self.hashes: dict[str, dict[bytes, bytes]] = {}
        self.sets: dict[str, set[bytes]] = {}
        self._texts: dict[str, tuple[bytes, float]] = {}
        self.queues: dict[str, QueueTwin] = {}
        self.credits: dict[str, CreditTwin] = {}
        self.parked: dict[str, ParkedTwin] = {}
        self.rooms: dict[str, RoomTwin] = {}
        self.on_calls = OnCallTwin(lambda: self._now_ms())
        self.listeners: dict[str, Told] = {}
        self.before: Callable[[str], None] = lambda tenant: None
        self.after: Callable[[str, tuple[Any, ...]], None] = lambda tenant, words: None
        self._known: set[str] = set()
        self._scripts: dict[str, Callable[[tuple[str, ...], tuple[Any, ...]], Any]] = {
            queue_script.SHA: lambda names, words: self.queue_operation(names, words),
            script_of("call_scripts", "save").sha: self._save,
            script_of("call_scripts", "forget").sha: self._forget,
            script_of("call_scripts", "take").sha: self._take,
            script_of("call_scripts", "drop").sha: self._drop,
            mailboxes.SCRIPT.sha: lambda names, words: change_box(self.hashes, names, words),
            parked.SCRIPT.sha: self._of_places,
            rooms.SCRIPT.sha: self._of_rooms,
            supervision.ORDERED.sha: self._listening_ordered,
            supervision.TOLD.sha: self._listening_told,
            on_calls.SCRIPT.sha: lambda names, words: self.on_calls.carry_out(names, words),
            credit.SCRIPT.sha: lambda names, words: self.credit_of(keys.tenant_of(names[0])).carry_out(words),
        }
        self.trunks = TrunkTwin(lambda: self._time_us() // 1000)
        self._scripts |= {script.sha: self._of_trunks(name) for name, script in SCRIPTS.items()}
        self._sha_of = (
            {script.source: script.sha for script in SCRIPTS.values()}
            | {one.source: one.sha for one in (*_SINGLE, *_SUPERVISION)}
            | {
                script.source: script.sha
                for script in (script_of("call_scripts", n) for n in ("save", "forget", "take", "drop"))
            }
        )

    def execute(self, command: tuple[Any, ...]) -> Any:
        """One command.

        Raises:
            ScriptUnknown, StoreRefused: as the pipe tells of them.
        """
        name, *words = command
        carry_out = getattr(self, f"do_{name.lower()}", None)
        if carry_out is None:
            raise StoreRefused(f"ERR unknown command '{name}'")
        return carry_out(*words)

    def restart(self) -> None:
        """Everything is kept but scripts and connections."""
        self._known.clear()
        self.listeners.clear()

    def remember(self) -> Any:
        """A copy of the present data, for `go_back`."""
        return copy.deepcopy(self._data())

    def go_back(self, remembered: Any) -> None:
        """What was written since then is lost."""
        self.hashes, self.sets, self._texts, self.queues, self.credits, self.trunks.trunks, *places = remembered
        self.parked, self.on_calls, self.rooms = places

    def _data(self) -> tuple[Any, ...]:
        kept = self.hashes, self.sets, self._texts, self.queues, self.credits, self.trunks.trunks
        return *kept, self.parked, self.on_calls, self.rooms

    # --- commands, by their names

    def do_ping(self) -> bytes:
        return b"PONG"

    def do_publish(self, channel: str, text: bytes) -> int:
        whom = list(self.listeners) if channel == keys.everyone() else [channel]
        told = [self.listeners[one] for one in whom if one in self.listeners]
        for tell in told:
            tell(text)
        return len(told)

    def do_hset(self, key: str, *pairs: Any) -> int:
        table = self.hashes.setdefault(key, {})
        before = len(table)
        table.update(zip(map(_bytes, pairs[::2]), map(_bytes, pairs[1::2]), strict=True))
        return len(table) - before

    def do_hget(self, key: str, field: Any) -> bytes | None:
        if field == "digest" and key.endswith(":layout"):
            return self._queues_at(key.removesuffix(":layout")).digest or None
        return self.hashes.get(key, {}).get(_bytes(field))

    def do_hmget(self, key: str, *fields: Any) -> list[bytes | None]:
        if (account := field_of(key)) is not None:
            stands = self.credit_of(account[0]).standing(account[1])
            return [_bytes(stands[field]) if field in stands else None for field in fields]
        table = self.hashes.get(key, {})
        return [table.get(_bytes(field)) for field in fields]

    def do_hgetall(self, key: str) -> dict[bytes, bytes]:
        return dict(self.hashes.get(key, {}))

    def do_hkeys(self, key: str) -> list[bytes]:
        return list(self.hashes.get(key, {}))

    def do_hexists(self, key: str, field: Any) -> int:
        return int(_bytes(field) in self.hashes.get(key, {}))

    def do_hdel(self, key: str, *fields: Any) -> int:
        table = self.hashes.get(key, {})
        return sum(table.pop(_bytes(field), None) is not None for field in fields)

    def do_sadd(self, key: str, *members: Any) -> int:
        known = self.sets.setdefault(key, set())
        before = len(known)
        known.update(_bytes(member) for member in members)
        return len(known) - before

    def do_srem(self, key: str, member: Any) -> int:
        members = self.sets.get(key, set())
        is_there = _bytes(member) in members
        members.discard(_bytes(member))
        return int(is_there)

    def do_smembers(self, key: str) -> set[bytes]:
        return set(self.sets.get(key, ()))

    def do_set(self, key: str, value: Any, *options: Any) -> bytes | None:
        if ("XX" in options and self.do_get(key) is None) or ("NX" in options and self.do_get(key) is not None):
            return None
        lasts_s = float("inf")
        for unit, seconds in (("PX", 0.001), ("EX", 1.0)):
            if unit in options:
                lasts_s = options[options.index(unit) + 1] * seconds
        self._texts[key] = (_bytes(value), self._now_s() + lasts_s)
        return b"OK"

    def do_get(self, key: str) -> bytes | None:
        value, until_s = self._texts.get(key, (b"", 0.0))
        return value if self._now_s() < until_s else None

    def do_del(self, key: str) -> int:
        return 0 if self._texts.pop(key, None) is None else 1

    def do_exists(self, key: str) -> int:
        return int(self.do_get(key) is not None)

    def do_evalsha(self, sha: str, count: int, *words: Any) -> Any:
        if sha not in self._known:
            raise ScriptUnknown("NOSCRIPT No matching script")
        return self._scripts[sha](tuple(words[:count]), tuple(words[count:]))

    def do_eval(self, source: str, count: int, *words: Any) -> Any:
        self._known.add(self._sha_of[source])
        return self.do_evalsha(self._sha_of[source], count, *words)

    # --- scripts

    def _of_trunks(self, name: str) -> Callable[[tuple[str, ...], tuple[Any, ...]], Any]:
        return lambda names, words: self.trunks.carry_out(name, names, words)

    def _listening_ordered(self, names: tuple[str, ...], words: tuple[Any, ...]) -> int:
        (key,), (lasts_s,) = names, words
        self.do_set(key, int(self.do_get(key) or 0) + 1, "EX", lasts_s)
        return 1

    def _listening_told(self, names: tuple[str, ...], _words: tuple[Any, ...]) -> int:
        (key,) = names
        left = int(self.do_get(key) or 0)
        if left > 1:
            self._texts[key] = _bytes(left - 1), self._texts[key][1]
        else:
            self.do_del(key)
        return int(left > 0)

    def _now_ms(self) -> int:
        return self._time_us() // 1000

    def _of_places(self, names: tuple[str, ...], words: tuple[Any, ...]) -> Any:
        (key,) = names
        return self.parked_at(key).carry_out(words, key, self.publish)

    def parked_at(self, key: str) -> ParkedTwin:
        """The parking places of a tenant."""
        return self.parked.setdefault(key, ParkedTwin(lambda: self._now_ms()))

    def _of_rooms(self, names: tuple[str, ...], words: tuple[Any, ...]) -> Any:
        (key,) = names
        return self.rooms_at(key).carry_out(words, key, self.publish)

    def rooms_at(self, key: str) -> RoomTwin:
        """The conference rooms of a tenant."""
        return self.rooms.setdefault(key, RoomTwin(lambda: self._now_ms()))

    def credit_of(self, tenant: str) -> CreditTwin:
        """The credit accounts of a tenant."""
        return self.credits.setdefault(tenant, CreditTwin(tenant))

    def owner_of(self, tenant: str, call: str) -> str:
        """The worker that has this call, "" if none is stored."""
        return self.hashes.get(keys.owners(tenant), {}).get(call.encode(), b"").decode()

    def queues_of(self, tenant: str) -> QueueTwin:
        """The queues of a tenant."""
        return self._queues_at(keys.queues(tenant))

    def _queues_at(self, key: str) -> QueueTwin:
        # Separate functions, so that copies made by `remember` still use this server's clock and calls.
        saved = keys.calls(keys.tenant_of(key))
        twin = QueueTwin(lambda: self._time_us(), lambda: frozenset(map(bytes.decode, self.hashes.get(saved, ()))))
        return self.queues.setdefault(key, twin)

    def queue_operation(self, names: tuple[str, ...], words: tuple[Any, ...]) -> Any:
        """One operation on a tenant's queues."""
        (key,) = names
        tenant = keys.tenant_of(key)
        self.before(tenant)
        reply = self._queues_at(key).carry_out(
            words, lambda whom, kind, fields: self.publish(whom, {"from": key, "kind": kind, "fields": fields})
        )
        self.after(tenant, words)
        return reply

    def publish(self, worker: str, message: dict[str, Any]) -> None:
        """Publish to a worker, if it has subscribed."""
        told = self.listeners.get(keys.inbox(worker))
        if told is not None:
            told(orjson.dumps({TAG: "Message", **message}))

    def _save(self, names: tuple[str, ...], words: tuple[Any, ...]) -> int:
        call, worker, channel, see_id, no_call, value = words
        owner = self.do_hget(names[1], call)
        if owner is not None and owner != worker.encode():
            return 0
        if owner is None and self.do_exists(names[2]):
            return 0
        if owner is None:
            self.do_hset(names[1], call, worker)
            if channel and self.do_hget(names[1], channel) is None:
                self.do_hset(names[1], channel, no_call)
                self.do_hset(names[0], channel, see_id)
        self.do_hset(names[0], call, value)
        return 1

    def _forget(self, names: tuple[str, ...], words: tuple[Any, ...]) -> int:
        call, worker, channel, over_s, see_id = words
        owner = self.do_hget(names[1], call)
        if owner is not None and owner != worker.encode():
            return 0
        self.do_hdel(names[0], call)
        self.do_hdel(names[1], call)
        if self.do_hget(names[0], channel) == see_id:
            self.do_hdel(names[0], channel)
            self.do_hdel(names[1], channel)
        self.do_set(names[2], 1, "EX", over_s)
        return 1

    def _take(self, names: tuple[str, ...], words: tuple[Any, ...]) -> list[bytes]:
        taker, whom, _channels, *pairs = words
        answer = []
        for call, digest in zip(pairs[::2], pairs[1::2], strict=True):
            value = self.do_hget(names[0], call)
            owner = (self.do_hget(names[1], call) or b"").decode()
            if value is None or whom not in ("*", owner):
                continue
            if hashlib.sha1(value, usedforsecurity=False).hexdigest() != digest:
                answer += [call.encode(), value]
                continue
            answer += [call.encode(), b""]
            self.do_hset(names[1], call, taker)
            if owner not in ("", taker):
                how = "arrived" if whom == "*" else "adopted"
                self.publish(owner, {"kind": "taken", "from": names[0], "fields": [call, how]})
        return answer

    def _drop(self, names: tuple[str, ...], words: tuple[Any, ...]) -> int:
        owner, value, *channels = words
        found = [one for one in channels if self.do_hget(names[1], one) == owner.encode()]
        gone = [one for one in found if self.do_hget(names[0], one) == value]
        self.do_hdel(names[1], *gone)
        return self.do_hdel(names[0], *gone)


def _bytes(value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()
