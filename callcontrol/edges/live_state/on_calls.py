"""Which calls an extension is on, for a second call to find it busy: over all workers and switches.

Each leg is kept by a lease that its worker renews, so that nothing stays busy by something dead.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, NamedTuple

from callcontrol.edges.live_state import keys
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.edges.live_state.pipeline import RedisPipeline
from callcontrol.edges.live_state.script import Script

log = logging.getLogger(__name__)

# A leg that no worker renews is forgotten after so long (seconds): longer than it takes until a dead worker's calls are
# taken over. Each worker renews its own several times in it.
LEASE_S: Final = 60

# One script: of several, one that Redis does not know yet would come after those that were asked later.
SCRIPT: Final = Script("""
local t = redis.call('TIME')
local op, now, answer = ARGV[1], t[1] * 1000 + math.floor(t[2] / 1000), {}
for i, key in ipairs(KEYS) do
    if op == 'keep' then
        redis.call('ZADD', key, now + ARGV[2], ARGV[i + 2])
        redis.call('PEXPIRE', key, ARGV[2])
    elseif op == 'forget' then
        redis.call('ZREM', key, ARGV[2])
    else
        redis.call('ZREMRANGEBYSCORE', key, '-inf', now)
        answer[i] = redis.call('ZRANGE', key, 0, -1)
    end
end
return answer""")


class OnCall(NamedTuple):
    """An extension is on this call, by this leg."""

    extension: str
    call: str
    leg: str

    @property
    def member(self) -> str:
        """As it is kept."""
        return f"{self.call} {self.leg}"


OnFound = Callable[[dict[str, tuple[str, ...]], LiveStateError | None], object]


class OnCallStore:
    """Keeps, forgets and looks up. What Redis does not take now is set right by the next renewal, or runs out."""

    def __init__(self, pipeline: RedisPipeline) -> None:
        self._pipeline = pipeline

    def keep(self, tenant: str, those: Sequence[OnCall]) -> None:
        """These extensions are on these calls, for LEASE_S from now."""
        if those:
            names = [keys.on_call(tenant, one.extension) for one in those]
            SCRIPT.submit(self._pipeline, names, ("keep", LEASE_S * 1000, *(one.member for one in those)), _untold)

    def forget(self, tenant: str, one: OnCall) -> None:
        """The extension is not on that call any more."""
        SCRIPT.submit(self._pipeline, self._keys(tenant, (one.extension,)), ("forget", one.member), _untold)

    def look_up(self, tenant: str, extensions: Iterable[str], on_found: OnFound) -> None:
        """The calls of each extension, by id. With trouble none is known to be on any."""
        wanted = tuple(extensions)

        def answered(reply: Any, trouble: LiveStateError | None) -> None:
            found = [()] * len(wanted) if trouble is not None else map(_calls, reply)
            on_found(dict(zip(wanted, found, strict=True)), trouble)

        SCRIPT.submit(self._pipeline, self._keys(tenant, wanted), ("look",), answered)

    def look(self, tenant: str, extensions: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """The same, for greenlets that can wait.

        Raises:
            LiveStateError: Redis is away, busy or refused it.
        """
        wanted = tuple(extensions)
        found = SCRIPT.ask(self._pipeline, self._keys(tenant, wanted), ("look",)) if wanted else ()
        return dict(zip(wanted, map(_calls, found), strict=True))

    def _keys(self, tenant: str, extensions: Sequence[str]) -> list[str]:
        return [keys.on_call(tenant, one) for one in extensions]


def _calls(members: Sequence[bytes]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(member.decode().partition(" ")[0] for member in members))


def _untold(_reply: Any, trouble: LiveStateError | None) -> None:
    if trouble is not None:
        log.info("a change of the extensions on calls could not be published: %s", trouble)
