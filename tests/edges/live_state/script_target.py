"""The scripts in a real Redis as a target of the state machine: the same operations as the model, the same snapshot."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from itertools import count
from typing import Any

import orjson
from redis import Redis

from callcontrol.edges.live_state import keys, queue_script
from callcontrol.edges.live_state.queue_replies import notice_from, offer_from
from callcontrol.routing.queue_layout import Layout, layout_dict
from callcontrol.vocabulary.agent import AgentAction, OfferEnd
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.queue import Engaged, Entered, Kept, Leaving, Occasion, Place, Refusal, TalkEnd, Ticket
from tests.oracle.answers import Acceptance, Objection, Result

TENANT = "machine"
Fields = dict[str, str]


# The name of each key of these queues, and its members, fields and values, or members and scores.
READ_EVERYTHING = """
local found = {}
for _, key in ipairs(redis.call('KEYS', ARGV[1] .. '*')) do
    local kind = redis.call('TYPE', key).ok
    local items
    if kind == 'hash' then items = redis.call('HGETALL', key)
    elseif kind == 'set' then items = redis.call('SMEMBERS', key)
    elseif kind == 'zset' then items = redis.call('ZRANGE', key, 0, -1, 'WITHSCORES')
    else items = {redis.call('GET', key)} end
    found[#found + 1] = {string.sub(key, #ARGV[1] + 1), items}
end
return found
"""


class ScriptTarget:
    """Operations by EVALSHA, one at a time; what is published to another worker counts as told too."""

    def __init__(self, client: Redis) -> None:
        self._redis: Any = client  # redis-py's types allow for answers that no call here has
        self._prefix = keys.queues(TENANT)
        self._ages = count(1)  # of layouts: each is newer than the one before
        for key in client.keys(f"{self._prefix}:*"):
            client.delete(key)
        client.script_load(queue_script.SOURCE)

    # --- operations

    def join(self, occasion: Occasion, ticket: Ticket) -> Result[Entered | Refusal]:
        given = {
            "id": ticket.id,
            "queue": ticket.queue,
            "number": ticket.number,
            "joined": ticket.joined,
            "priority": ticket.priority,
            "stages": [[stage.after_ms * 1000, stage.demand] for stage in ticket.stages],
            "again": ticket.again,
        }
        answer, told = self._do(occasion, "join", given)
        return Result(_entered(answer) or Refusal(answer[0].decode()), *told)

    def place(self, occasion: Occasion, ticket: str) -> Result[Entered | None]:
        answer, told = self._do(occasion, "place", {"id": ticket})
        return Result(_entered(answer), *told)

    def leave(self, occasion: Occasion, ticket: str, how: Leaving) -> Result[bool]:
        return self._yes(occasion, "leave", {"id": ticket, "how": how}, b"left")

    def ringing(self, occasion: Occasion, offer: str, for_us: int) -> Result[bool]:
        return self._yes(occasion, "ringing", {"offer": offer, "for_us": for_us}, b"ringing")

    def accept(self, occasion: Occasion, offer: str, agent: str, call: str) -> Result[Acceptance]:
        answer, told = self._do(occasion, "accept", {"offer": offer, "agent": agent, "call": call})
        losers = tuple(name.decode() for name in answer[1:])
        return Result(Acceptance(answer[0] == b"accepted", losers), *told)

    def pass_(self, occasion: Occasion, offer: str, agent: str, how: OfferEnd) -> Result[bool]:
        return self._yes(occasion, "pass", {"offer": offer, "agent": agent, "how": how}, b"passed")

    def over(self, occasion: Occasion, agent: str, ticket: str, talk_us: int, how: TalkEnd) -> Result[Instant | None]:
        given = {"agent": agent, "id": ticket, "talk_us": talk_us, "how": how}
        answer, told = self._do(occasion, "over", given)
        return Result(Instant(int(answer[1])) if answer[0] == b"over" else None, *told)

    def call_back(
        self,
        occasion: Occasion,
        ticket: str,
        number: str,
        not_before: Instant,
        expires: Instant,
        closed: tuple[tuple[Instant, Instant], ...] = (),
    ) -> Result[Kept]:
        shut = ",".join(f"{begin}:{end}" for begin, end in closed)
        given = {"id": ticket, "number": number, "not_before": not_before, "expires": expires, "closed": shut}
        answer, told = self._do(occasion, "call_back", given)
        return Result(Kept(answer[0].decode()), *told)

    def called(self, occasion: Occasion, ticket: str, reached: bool, not_before: Instant) -> Result[bool]:
        given = {"id": ticket, "reached": reached, "not_before": not_before}
        return self._yes(occasion, "called", given, b"reached", b"kept", b"given_up")

    def act(self, occasion: Occasion, agent: str, action: AgentAction, detail: str = "") -> Result[Objection | None]:
        answer, told = self._do(occasion, "act", {"agent": agent, "action": action, "detail": detail})
        return Result(None if answer[0] == b"done" else Objection(answer[0].decode()), *told)

    def reach(self, occasion: Occasion, agents: Mapping[str, bool]) -> Result[None]:
        return Result(None, *self._do(occasion, "reach", {"agents": agents})[1])

    def elsewhere(self, occasion: Occasion, agent: str, id_: str, on: bool, call: str) -> Result[None]:
        given = {"agent": agent, "id": id_, "on": on, "call": call}
        return Result(None, *self._do(occasion, "elsewhere", given)[1])

    def engaged(self, occasion: Occasion, those: Iterable[Engaged], calls: frozenset[str]) -> Result[int]:
        self._redis.delete(keys.calls(TENANT))
        for call in calls:
            self._redis.hset(keys.calls(TENANT), call, "saved")
        answer, told = self._do(occasion, "engaged", {"engaged": [[one.agent, one.id, one.call] for one in those]})
        return Result(int(answer[1]), *told)

    def due(self, occasion: Occasion) -> Result[int]:
        answer, told = self._do(occasion, "due", {})
        return Result(int(answer[1]), *told)

    def prioritise(self, occasion: Occasion, ticket: str, priority: int) -> Result[bool]:
        return self._yes(occasion, "prioritise", {"id": ticket, "priority": priority}, b"done")

    def notify(self, occasion: Occasion, ticket: str, what: str, detail: str = "") -> Result[bool]:
        return self._yes(occasion, "notify", {"id": ticket, "what": what, "detail": detail}, b"told", b"done")

    def configure(self, occasion: Occasion, layout: Layout) -> Result[bool]:
        plain = layout_dict(layout)
        digest = hashlib.sha256(orjson.dumps(plain, option=orjson.OPT_SORT_KEYS)).hexdigest()
        return self._yes(occasion, "configure", {**plain, "digest": digest, "at": next(self._ages)}, b"done")

    def _yes(self, occasion: Occasion, operation: str, given: Mapping[str, Any], *words: bytes) -> Result[bool]:
        answer, told = self._do(occasion, operation, given)
        return Result(answer[0] in words, *told)

    def _do(self, occasion: Occasion, operation: str, given: Mapping[str, Any]) -> tuple[Any, tuple[Any, Any]]:
        periods = occasion.periods
        when = (occasion.now, occasion.worker, occasion.seed, periods["day"], periods["week"], periods["month"])
        reply: Any = self._redis.evalsha(
            queue_script.SHA, 1, self._prefix, operation, *map(str, when), orjson.dumps(given)
        )
        answer, offers, notices, *_ = reply
        return answer, (tuple(map(offer_from, offers)), tuple(map(notice_from, notices)))

    # --- what stands in Redis, in the form of `distribution.snapshot`

    def snapshot(self) -> dict[str, Any]:
        self._keys = self._read()
        layout = self._hash("layout")
        agents = {name.removeprefix("agent:") for name in layout if name.startswith("agent:")}
        agents |= {name for name in self._members("agents") if self._is_busy(name)}
        tickets = {id_: self._hash(f"ticket:{id_}") for id_ in sorted(self._members("tickets"))}
        queues = {f"queue:{name}": self._hash(f"queue:{name}") for name in self._named("queue:")}
        return {
            "agents": {name: self._agent(name) for name in sorted(agents)},
            "tickets": {id_: _ticket(ticket) for id_, ticket in tickets.items()},
            "lines": self._lines(),
            "offers": {id_: self._offer(id_) for id_ in self._named("offer:")},
            "engaged": self._engaged(),
            "cursors": {
                name.removeprefix("queue:"): found
                for name, fields in queues.items()
                if (found := {f[7:]: int(v) for f, v in sorted(fields.items()) if f.startswith("cursor:")})
            },
            "levels": _counts(queues, "level"),
            "handling": _counts(queues, "handling"),
            "figures": self._nested("figures:"),
            "did": self._nested("did:"),
            "talked": self._nested("talked:"),
            "talks": self._nested("talks:"),
        }

    def _is_busy(self, name: str) -> bool:
        agent = self._hash(f"agent:{name}")
        return bool(agent.get("offer") or agent.get("talking"))

    def _agent(self, name: str) -> dict[str, Any]:
        agent = self._hash(f"agent:{name}")
        return {
            "logged_in": bool(agent.get("logged_in")),
            "paused": agent.get("paused", ""),
            "reachable": bool(agent.get("reachable")),
            "elsewhere": sorted(self._members(f"elsewhere:{name}")),
            "offer": agent.get("offer", ""),
            "talking": agent.get("talking", ""),
            **{f: int(agent.get(f, 0)) for f in ("wrap_until", "rest_until", "last_talk", "last_passed", "misses")},
            "state": agent.get("state", ""),
            "since": int(agent.get("since", 0)),
            "free": bool(agent.get("ready")),
        }

    def _offer(self, id_: str) -> dict[str, Any]:
        offer = self._hash(f"offer:{id_}")
        return {
            "ticket": offer["ticket"],
            "agents": offer["agents"].split(","),
            "expires": int(offer["expires"]),
            "ringing": offer["ringing"] == "1",
            "joining": [name for name in offer.get("joining", "").split(",") if name],
            "closed": offer.get("closed") == "1",
            "looks": self._scores("due").get(f"ring:{id_}", 0),
        }

    def _engaged(self) -> dict[str, list[Any]]:
        calls = self._hash("engaged_calls")
        until = self._scores("engaged")
        assert calls.keys() <= until.keys()
        return {member: [moment, calls.get(member, "")] for member, moment in until.items()}

    def _lines(self) -> dict[str, list[str]]:
        return {queue: list(self._scores(f"line:{queue}")) for queue in self._named("line:")}

    def _nested(self, kind: str) -> dict[str, dict[str, dict[str, int]]]:
        found: dict[str, dict[str, dict[str, int]]] = {}
        for name in self._named(kind):
            outer, _, inner = name.partition(":")
            counts = {field: int(value) for field, value in sorted(self._hash(f"{kind}{name}").items()) if int(value)}
            if counts:
                found.setdefault(outer, {})[inner] = counts
        return found

    def _named(self, kind: str) -> list[str]:
        return sorted(name.removeprefix(kind) for name in self._keys if name.startswith(kind))

    def _members(self, name: str) -> set[str]:
        return set(self._keys.get(name, ()))

    def _hash(self, name: str) -> Fields:
        return _paired(self._keys.get(name, ()))

    def _scores(self, name: str) -> dict[str, int]:
        """The members of a sorted set in its order, each with its score."""
        return {member: int(float(score)) for member, score in _paired(self._keys.get(name, ())).items()}

    def _read(self) -> dict[str, list[str]]:
        """Everything there is, in one round trip: a snapshot looks at forty keys."""
        found: Any = self._redis.eval(READ_EVERYTHING, 0, f"{self._prefix}:")
        return {name.decode(): [item.decode() for item in items] for name, items in found}


def _paired(items: Sequence[str]) -> Fields:
    return dict(zip(items[::2], items[1::2], strict=True))


def _entered(answer: Any) -> Entered | None:
    if answer[0] != b"entered":
        return None
    position, waiting, active, handling_us = (int(part) for part in answer[1:5])
    return Entered(Place(position, waiting, active, handling_us // 1000), Instant(int(answer[5])), answer[6].decode())


def _ticket(ticket: Fields) -> dict[str, Any]:
    has_stage = ticket["state"] in ("waiting", "offered")
    return {
        "queue": ticket["queue"],
        "number": ticket["number"],
        "state": ticket["state"],
        **{field: int(ticket.get(field, 0)) for field in ("order", "joined", "priority", "epoch")},
        "offer": ticket.get("offer", ""),
        "callback": ticket.get("callback") == "1",
        "attempt": int(ticket.get("attempt", 0)),
        "first_offered": int(ticket.get("first_offered", 0)),
        "worker": ticket["worker"],
        "lease": int(ticket.get("lease", 0)) if ticket.get("callback") != "1" else 0,
        "stage": int(ticket["stage"]) - 1 if has_stage else -1,
        "lane": ticket["lane"] if has_stage else "",
    }


def _counts(queues: Mapping[str, Fields], field: str) -> dict[str, int]:
    found = {name.removeprefix("queue:"): int(fields.get(field, 0)) for name, fields in queues.items()}
    return {name: count for name, count in sorted(found.items()) if count}
