"""Busy lamps in Redis: which extensions are on calls, over all workers, and which lamps phones watch at which switch.

Both are kept by leases: of a dead worker's legs, and of a phone that is gone, nothing is left shining for ever.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from callcontrol.edges.live_state import keys
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.edges.live_state.pipeline import RedisPipeline
from callcontrol.edges.live_state.script import Script
from callcontrol.vocabulary.busy_lamp import BusyLeg, LampWatch
from callcontrol.vocabulary.moment import Instant

log = logging.getLogger(__name__)

# A leg that no worker renews is forgotten after so long (seconds): longer than it takes until a dead worker's calls are
# taken over. Each worker renews its own several times in it.
LEASE_S: Final = 60
# Of one switch; more are not taken (bounded memory: any phone may subscribe, each time by another Call-ID).
MAX_WATCHES: Final = 20_000

# One script: of several, one that Redis does not know yet would come after those that were asked later.
LEGS: Final = Script("""
local t = redis.call('TIME')
local op, key, now = ARGV[1], KEYS[1], t[1] * 1000 + math.floor(t[2] / 1000)
if op == 'keep' then
    for i = 3, #ARGV, 2 do
        redis.call('HSET', key, ARGV[i], ARGV[i + 1] .. ' ' .. string.format('%.0f', now + ARGV[2]))
    end
    return redis.call('PEXPIRE', key, ARGV[2])
elseif op == 'forget' then
    return redis.call('HDEL', key, ARGV[2])
end
local answer, all = {}, redis.call('HGETALL', key)
for i = 1, #all, 2 do
    local state, till = string.match(all[i + 1], '^(%a) (%d+)$')
    if state and tonumber(till) > now then
        answer[#answer + 1] = all[i]
        answer[#answer + 1] = state
    else
        redis.call('HDEL', key, all[i])
    end
end
return answer""")

WATCHES: Final = Script("""
local op, key = ARGV[1], KEYS[1]
if op == 'keep' then
    if redis.call('HEXISTS', key, ARGV[2]) == 0 and redis.call('HLEN', key) >= tonumber(ARGV[4]) then
        return 0
    end
    redis.call('HSET', key, ARGV[2], ARGV[3])
    return 1
elseif op == 'forget' then
    return redis.call('HDEL', key, ARGV[2])
end
local all, answer = redis.call('HGETALL', key), {}
for i = 1, #all, 2 do
    local till = string.match(all[i + 1], '^(%d+) ')
    if till and tonumber(till) > tonumber(ARGV[2]) then
        answer[#answer + 1] = all[i]
        answer[#answer + 1] = all[i + 1]
    else
        redis.call('HDEL', key, all[i])
    end
end
return answer""")
_RINGS, _TALKS = "r", "t"


class BusyLegStore:
    """Which extensions are on calls. What Redis does not take now is set right by the next renewal, or runs out."""

    def __init__(self, pipeline: RedisPipeline) -> None:
        self._pipeline = pipeline

    def keep(self, tenant: str, those: Sequence[BusyLeg]) -> None:
        """These are on calls, for LEASE_S from now."""
        if those:
            words = [word for one in those for word in (_field(one), _RINGS if one.is_ringing else _TALKS)]
            LEGS.submit(self._pipeline, (keys.busy_legs(tenant),), ("keep", LEASE_S * 1000, *words), _untold)

    def forget(self, tenant: str, one: BusyLeg) -> None:
        """This one is not any more."""
        LEGS.submit(self._pipeline, (keys.busy_legs(tenant),), ("forget", _field(one)), _untold)

    def look(self, tenant: str) -> tuple[BusyLeg, ...]:
        """All of the tenant's. Waits for Redis.

        Raises:
            LiveStateError: Redis is away, busy or refused it.
        """
        found = [word.decode() for word in LEGS.ask(self._pipeline, (keys.busy_legs(tenant),), ("look",))]
        pairs = zip(found[::2], found[1::2], strict=True)
        return tuple(BusyLeg(*_parts(field), is_ringing=state == _RINGS) for field, state in pairs)


class LampWatchStore:
    """Which lamps phones watch, by Call-ID. Every worker that hears of a subscription notes it."""

    def __init__(self, pipeline: RedisPipeline) -> None:
        self._pipeline = pipeline

    def keep(self, switch: str, call_id: str, watch: LampWatch) -> None:
        """The phone has subscribed, or renewed that; one beyond MAX_WATCHES is left out."""
        value = f"{watch.until // 1000} {watch.tenant} {watch.number}"
        words = ("keep", call_id, value, MAX_WATCHES)
        WATCHES.submit(self._pipeline, (keys.lamp_watches(switch),), words, _untold)

    def forget(self, switch: str, call_id: str) -> None:
        """The phone has ended it."""
        WATCHES.submit(self._pipeline, (keys.lamp_watches(switch),), ("forget", call_id), _untold)

    def look(self, switch: str, now: Instant) -> Mapping[str, LampWatch]:
        """Those that last, by Call-ID. Waits and raises as above."""
        found = WATCHES.ask(self._pipeline, (keys.lamp_watches(switch),), ("look", now // 1000))
        texts = [word.decode() for word in found]
        return dict(_watches(zip(texts[::2], texts[1::2], strict=True)))


def _watches(stored: Iterable[tuple[str, str]]) -> Iterable[tuple[str, LampWatch]]:
    for call_id, value in stored:
        until, tenant, number = value.split(" ", 2)
        yield call_id, LampWatch(tenant, number, Instant(int(until) * 1000))


def _field(one: BusyLeg) -> str:
    return f"{one.extension} {one.leg}"


def _parts(field: str) -> tuple[str, str]:
    extension, _, leg = field.partition(" ")
    return extension, leg


def _untold(_reply: Any, trouble: LiveStateError | None) -> None:
    if trouble is not None:
        log.info("a change of busy lamps could not be written: %s", trouble)
