"""Restrictions of payers that are in force, of all tenants: one hash, a field for each payer and limit.

There are hardly ever any, so each worker keeps them all in its memory, hears of a change by a published message and
reads them again every few seconds: no call waits for it, and what was read counts on while Redis is away.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from callcontrol.edges import clock
from callcontrol.edges.live_state import keys
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.edges.live_state.pipeline import RedisPipeline
from callcontrol.edges.live_state.script import Script, script_of
from callcontrol.vocabulary.restriction import Restriction, from_json, to_json
from callcontrol.vocabulary.stored import Unreadable

log = logging.getLogger(__name__)

_RESTRICT: Final = script_of("restriction_scripts", "restrict")
# Meanwhile something else may have been said: only what was seen is removed.
_REMOVE: Final = Script(
    "if redis.call('HGET', KEYS[1], ARGV[1]) == ARGV[2] then return redis.call('HDEL', KEYS[1], ARGV[1]) end return 0"
)
# The field that says: Redis has them all. It goes with them.
_WHOLE: Final = b"whole"

# Whether it counts now; trouble: Redis did not take it.
OnRestricted = Callable[[bool, LiveStateError | None], None]


class RestrictionStore:
    """Reads and writes them."""

    def __init__(self, pipeline: RedisPipeline) -> None:
        self._pipeline = pipeline
        self._unreadable: set[bytes] = set()

    def restrict(self, restriction: Restriction, on_restricted: OnRestricted, *, by_hand: bool = False) -> None:
        """Let all workers know, where it is stricter than what is in force; by a person, in any case."""

        def answered(reply: Any, trouble: LiveStateError | None) -> None:
            on_restricted(trouble is None and reply == 1, trouble)

        words = (_field(restriction), to_json(restriction), restriction.level.rank, clock.now(), int(by_hand))
        _RESTRICT.submit(self._pipeline, [keys.restrictions()], (*words, keys.everyone()), answered)

    def read(self) -> tuple[bool, tuple[Restriction, ...]]:
        """Whether Redis has them all, and those it has, in force or not. Waits for Redis.

        Raises:
            LiveStateError: Redis is away, busy or refused it.
        """
        found = _pairs(self._pipeline.ask("HGETALL", keys.restrictions()))
        return _WHOLE in found, tuple(self._readable(found))

    def restore(self, restrictions: Iterable[Restriction]) -> None:
        """Make them again after Redis has lost them; what was said since stays. Waits for Redis.

        Raises:
            LiveStateError: Redis is away, busy or refused it.
        """
        for one in restrictions:
            self._pipeline.ask("HSETNX", keys.restrictions(), _field(one), to_json(one))
        self._pipeline.ask("HSET", keys.restrictions(), _WHOLE, clock.now())

    def remove(self, restriction: Restriction) -> None:
        """It is over. Waits for Redis.

        Raises:
            LiveStateError: Redis is away, busy or refused it.
        """
        _REMOVE.ask(self._pipeline, [keys.restrictions()], [_field(restriction), to_json(restriction)])

    def _readable(self, found: Mapping[bytes, bytes]) -> Iterator[Restriction]:
        """What cannot be read, of a later version, is told once and left to that."""
        for field, value in found.items():
            if field == _WHOLE:
                continue
            try:
                yield from_json(value)
            except Unreadable as error:
                if value not in self._unreadable:
                    self._unreadable.add(value)
                    log.error("the restriction %r is unreadable: %s", field, error)


def _field(restriction: Restriction) -> str:
    return " ".join(restriction.key)


def _pairs(reply: Any) -> Mapping[bytes, bytes]:
    return reply if isinstance(reply, dict) else dict(zip(reply[::2], reply[1::2], strict=True))
