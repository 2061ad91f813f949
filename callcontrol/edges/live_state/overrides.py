"""What was set by hand over schedules and duties: in force for the very next call, kept over restarts and reloads.

One hash for each tenant, with a field for each schedule or duty (`hours:office`). What is over stays unread and is
removed by the first who comes upon it; what stands there for a schedule that the files have no more is no mistake.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import orjson

from callcontrol.edges import clock
from callcontrol.edges.live_state import keys
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.edges.live_state.pipeline import RedisPipeline
from callcontrol.edges.live_state.script import Script
from callcontrol.kinds import KINDS
from callcontrol.vocabulary.barring import Barring
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.override import CallBlocks, CallWaiting, DoNotDisturb, DutyOverride, Overrides, SetByHand
from callcontrol.vocabulary.schedule import Override
from callcontrol.vocabulary.stored import Kind
from callcontrol.vocabulary.target import text_of

log = logging.getLogger(__name__)

OnOverrides = Callable[[Overrides, LiveStateError | None], None]
HOURS: Final = Kind("Override")
DUTY: Final = Kind("DutyOverride")
BLOCKS: Final = Kind("CallBlocks")
BARRING: Final = Kind("Barring")
UNDISTURBED: Final = Kind("DoNotDisturb")
WAITING: Final = Kind("CallWaiting")
# Meanwhile something else may have been set: only what was seen is removed.
_REMOVE: Final = Script(
    "if redis.call('HGET', KEYS[1], ARGV[1]) == ARGV[2] then return redis.call('HDEL', KEYS[1], ARGV[1]) end return 0"
)

# ARGV: the field, what was seen and what is to be, "" for nothing.
_STORE_IF: Final = Script(
    """
    local stored = redis.call('HGET', KEYS[1], ARGV[1]) or ''
    if stored ~= ARGV[2] then return 0 end
    if ARGV[3] == '' then redis.call('HDEL', KEYS[1], ARGV[1]) else redis.call('HSET', KEYS[1], ARGV[1], ARGV[3]) end
    return 1
    """
)


class OverrideStore:
    """Reads and writes what is set by hand; remembers what it knew last for when Redis is away."""

    def __init__(self, pipeline: RedisPipeline) -> None:
        self._pipeline = pipeline
        self._last_known: dict[str, Overrides] = {}
        self._unreadable: set[tuple[str, bytes]] = set()

    def look_up(self, tenant: str, on_overrides: OnOverrides) -> None:
        """All of the tenant's that are in force, in one round trip.

        `on_overrides(overrides, trouble)`: with trouble, they are the last this worker saw (none if it saw none).
        """

        def answered(reply: Any, trouble: LiveStateError | None) -> None:
            if trouble is None:
                self._last_known[tenant] = self._in_force(tenant, reply)
            on_overrides(self.last_known(tenant), trouble)

        self._pipeline.submit("HGETALL", keys.overrides(tenant), on_reply=answered)

    def last_known(self, tenant: str) -> Overrides:
        """What this worker saw last."""
        return self._last_known.get(tenant, {})

    def read(self, tenant: str) -> Overrides:
        """The same, for greenlets that can wait.

        Raises:
            LiveStateError: Redis is away, busy or refused it.
        """
        return self._in_force(tenant, self._pipeline.ask("HGETALL", keys.overrides(tenant)))

    def store(
        self, tenant: str, of: str, override: SetByHand | None, on_stored: Callable[[LiveStateError | None], None]
    ) -> None:
        """Set what this schedule or duty says, or (None) take back what was set."""
        key = keys.overrides(tenant)
        command = ("HDEL", key, of) if override is None else ("HSET", key, of, encode_override(override))
        self._pipeline.submit(*command, on_reply=lambda _, trouble: on_stored(trouble))

    def store_if(self, tenant: str, of: str, override: SetByHand | None, seen: SetByHand | None) -> bool:
        """As `store`, if this is still what is set; False: it is not, and nothing is changed. Waits for Redis.

        Raises:
            LiveStateError: Redis is away, busy or refused it.
        """
        given = [b"" if one is None else encode_override(one) for one in (seen, override)]
        return bool(_STORE_IF.ask(self._pipeline, [keys.overrides(tenant)], [of, *given]))

    def _in_force(self, tenant: str, reply: Any) -> Overrides:
        now = clock.now()
        found: dict[str, SetByHand] = {}
        for of, value, override in self._readable(tenant, _pairs(reply)):
            if override.until is not None and override.until <= now:
                self._remove(tenant, of, value)
            else:
                # It is in force as soon as it stands here, also where the clock of the host that set it is ahead.
                found[of] = replace(override, at=min(override.at, now))
        return found

    def _readable(self, tenant: str, stored: Mapping[bytes, bytes]) -> Iterator[tuple[str, bytes, SetByHand]]:
        """What cannot be read is told once and left out: the schedule itself counts, and no call is lost over it."""
        for of, value in stored.items():
            try:
                yield of.decode(), value, decode_override(value)
            except (ValueError, TypeError, KeyError) as error:
                if (tenant, of) not in self._unreadable:
                    self._unreadable.add((tenant, of))
                    log.error("what was set by hand over %r, tenant %s, is unreadable: %s", of, tenant, error)

    def _remove(self, tenant: str, of: str, value: bytes) -> None:
        def removed(_: Any, trouble: LiveStateError | None) -> None:
            if trouble is not None:
                log.info("what is over stays for now, %s of tenant %s: %s", of, tenant, trouble)

        _REMOVE.submit(self._pipeline, [keys.overrides(tenant)], [of, value], removed)


def _pairs(reply: Any) -> Mapping[bytes, bytes]:
    """What HGETALL answers: names and values in turn, or already put together."""
    return reply if isinstance(reply, dict) else dict(zip(reply[::2], reply[1::2], strict=True))


def encode_override(override: SetByHand) -> bytes:
    """An override as stored."""
    ends = {"until": override.until, "by": override.by, "at": override.at}
    if isinstance(override, Barring):
        what = {"classes": override.classes, "numbers": override.numbers, "prefixes": override.prefixes}
        return orjson.dumps(BARRING.tagged({**what, "reason": override.reason, **ends}))
    if isinstance(override, DutyOverride):
        return orjson.dumps(DUTY.tagged({"target": text_of(override.target), **ends}))
    if isinstance(override, DoNotDisturb):
        return orjson.dumps(UNDISTURBED.tagged({"undisturbed": True, **ends}))
    if isinstance(override, CallWaiting):
        return orjson.dumps(WAITING.tagged({"call_waiting": override.on, **ends}))
    if isinstance(override, CallBlocks):
        return orjson.dumps(BLOCKS.tagged({"classes": override.classes, **ends}))
    return orjson.dumps(HOURS.tagged({"open": override.open, **ends}))


def decode_override(value: bytes) -> SetByHand:
    """A stored override.

    Raises:
        Newer: a later version of this program stored it.
        ValueError, TypeError, KeyError: it cannot be read.
    """
    stored = orjson.loads(value)
    if isinstance(stored, dict) and "target" in stored:
        fields = DUTY.read(stored)
        return DutyOverride(target=KINDS.read(fields.pop("target")), **_checked(fields))
    if isinstance(stored, dict) and "numbers" in stored:
        fields = BARRING.read(stored)
        classes, numbers, prefixes = (tuple(map(str, fields.pop(name))) for name in ("classes", "numbers", "prefixes"))
        return Barring(classes, numbers, prefixes, str(fields.pop("reason")), **_checked(fields))
    if isinstance(stored, dict) and "classes" in stored:
        fields = BLOCKS.read(stored)
        return CallBlocks(classes=tuple(map(str, fields.pop("classes"))), **_checked(fields))
    if isinstance(stored, dict) and "undisturbed" in stored:
        fields = UNDISTURBED.read(stored)
        fields.pop("undisturbed")
        return DoNotDisturb(**_checked(fields))
    if isinstance(stored, dict) and "call_waiting" in stored:
        fields = WAITING.read(stored)
        return CallWaiting(on=bool(fields.pop("call_waiting")), **_checked(fields))
    return Override(**_checked(HOURS.read(stored)))


def _checked(fields: dict[str, Any]) -> dict[str, Any]:
    until = fields["until"]
    return {**fields, "until": None if until is None else Instant(int(until)), "at": Instant(int(fields["at"]))}
