"""Forwarding rules set at run time: in force for the very next call, kept over restarts and reloads."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

import orjson

from callcontrol.edges.live_state import keys
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.edges.live_state.pipeline import RedisPipeline
from callcontrol.edges.live_state.script import Script
from callcontrol.kinds import KINDS
from callcontrol.routing.effective import RunTimeRules
from callcontrol.vocabulary.rule import Rule, RuleKind
from callcontrol.vocabulary.stored import Kind
from callcontrol.vocabulary.target import text_of

log = logging.getLogger(__name__)

OnRules = Callable[[Mapping[str, RunTimeRules], LiveStateError | None], None]
RULE: Final = Kind("Rule")
_KINDS: Final = tuple(RuleKind)
_REMOVED = orjson.dumps(RULE.tagged({"removed": True}))
# What is not there has no value, and an empty one is nothing that is ever stored.
_PUT_IF: Final = Script("""
    for i = 1, tonumber(ARGV[1]) do
        if (redis.call('HGET', KEYS[1], ARGV[2 * i]) or '') ~= ARGV[2 * i + 1] then return 0 end
    end
    redis.call('HSET', KEYS[1], ARGV[#ARGV - 1], ARGV[#ARGV])
    return 1
""")


class RuleStore:
    """Reads and writes run-time rules; remembers the last known ones for when Redis is away."""

    def __init__(self, pipeline: RedisPipeline) -> None:
        self._pipeline = pipeline
        self._last_known: dict[tuple[str, str], RunTimeRules] = {}

    def look_up(self, tenant: str, extensions: Iterable[str], on_rules: OnRules) -> None:
        """The run-time rules of these extensions, in one round trip.

        `on_rules(rules, trouble)`: with trouble, the rules are the last this worker saw (none if it saw none).
        """
        names = tuple(extensions)
        fields = [_field(name, kind) for name in names for kind in _KINDS]

        def answered(reply: Any, trouble: LiveStateError | None) -> None:
            if trouble is None:
                self._remember(tenant, names, reply)
            known = {name: self._last_known.get((tenant, name), {}) for name in names}
            on_rules(known, trouble)

        self._pipeline.submit("HMGET", keys.rules(tenant), *fields, on_reply=answered)

    def store(
        self,
        tenant: str,
        extension: str,
        rules: RunTimeRules,
        on_stored: Callable[[LiveStateError | None], None],
    ) -> None:
        """Set rules, or (None) remove them, whatever the baseline says; all or none."""
        pairs = ((_field(extension, kind), encode_rule(rule) if rule else _REMOVED) for kind, rule in rules.items())
        written = [part for pair in pairs for part in pair]
        self._pipeline.submit("HSET", keys.rules(tenant), *written, on_reply=lambda _, trouble: on_stored(trouble))

    def put(self, tenant: str, extension: str, kind: RuleKind, rule: Rule | None) -> None:
        """As `store` for one rule, and waits for Redis.

        Raises:
            LiveStateError: Redis is away or refused it.
        """
        self._pipeline.ask("HSET", keys.rules(tenant), _field(extension, kind), encode_rule(rule) if rule else _REMOVED)

    def stored(self, tenant: str, extension: str) -> tuple[bytes, ...]:
        """What is stored of an extension's rules, kind by kind, for `put_if`; waits and raises as `put`."""
        found = self._pipeline.ask("HMGET", keys.rules(tenant), *(_field(extension, kind) for kind in _KINDS))
        return tuple(value or b"" for value in found)

    def put_if(self, tenant: str, extension: str, kind: RuleKind, rule: Rule | None, seen: tuple[bytes, ...]) -> bool:
        """As `put`, if this is still what is stored; False: it is not, and nothing is changed."""
        pairs = zip((_field(extension, one) for one in _KINDS), seen, strict=True)
        given = [len(_KINDS), *(part for pair in pairs for part in pair), _field(extension, kind)]
        value = encode_rule(rule) if rule else _REMOVED
        return bool(_PUT_IF.ask(self._pipeline, [keys.rules(tenant)], [*given, value]))

    def forget(self, tenant: str, extension: str, kind: RuleKind) -> None:
        """Drop what was set at run time: the baseline applies again. Waits for Redis.

        Raises:
            LiveStateError: Redis is away or refused it.
        """
        self._pipeline.ask("HDEL", keys.rules(tenant), _field(extension, kind))

    def _remember(self, tenant: str, names: tuple[str, ...], values: list[bytes | None]) -> None:
        for i, name in enumerate(names):
            mine = values[i * len(_KINDS) : (i + 1) * len(_KINDS)]
            stored = [(kind, value) for kind, value in zip(_KINDS, mine, strict=True) if value is not None]
            self._last_known[tenant, name] = dict(_readable(tenant, name, stored)) if stored else {}


def _readable(
    tenant: str, name: str, stored: Iterable[tuple[RuleKind, bytes]]
) -> Iterator[tuple[RuleKind, Rule | None]]:
    """What cannot be read is told and left out, so that the baseline applies: a call is never lost over it."""
    for kind, value in stored:
        try:
            yield kind, decode_rule(kind, value)
        except (ValueError, TypeError, KeyError) as error:
            log.error("stored rule %s of extension %s, tenant %s, is unreadable: %s", kind.value, name, tenant, error)


def encode_rule(rule: Rule) -> bytes:
    """A rule as stored."""
    fields = {
        "target": text_of(rule.target),
        "on": rule.on,
        "after_s": rule.after_s,
        "start": rule.start,
        "until": rule.until,
        "show": rule.show,
        "source": rule.source,
        # Of a rule without opening hours nothing is written that an older worker does not know.
        **{name: hours for name, hours in (("during", rule.during), ("outside", rule.outside)) if hours},
    }
    return orjson.dumps(RULE.tagged(fields))


def decode_rule(kind: RuleKind, value: bytes) -> Rule | None:
    """A stored rule, None for the mark that it was removed.

    Raises:
        Newer: a later version of this program stored it.
        ValueError, TypeError, KeyError: it cannot be read.
    """
    stored = RULE.read(orjson.loads(value))
    if stored.get("removed"):
        return None
    return Rule(kind=kind, target=KINDS.read(stored.pop("target")), **stored)


def _field(extension: str, kind: RuleKind) -> str:
    return f"{extension}/{kind}"
