"""Channels of trunks that legs have now, counted over all workers, and what has come of the legs of the last hour.

Each leg holds its channel by a lease that its worker renews: nothing stays counted by something dead. A trunk's keys
have a slot of their own, for tenants share trunks; with one Redis it all rides in the round trip of the calls' saves.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from typing import Any, Final

import gevent
import orjson
from gevent.event import AsyncResult

from callcontrol.edges import clock
from callcontrol.edges.live_state import keys
from callcontrol.edges.live_state.failures import LiveStateError, StoreAway
from callcontrol.edges.live_state.pipeline import RedisPipeline
from callcontrol.edges.live_state.script import script_of
from callcontrol.routing.trunk_quality import BUCKET_S, BUCKETS, Quality
from callcontrol.vocabulary.moment import SECOND_US

log = logging.getLogger(__name__)

# A channel that no worker renews is free after so long; each worker renews its own several times in it (seconds).
LEASE_S: Final = 30
# Redis answers within so long (seconds), or is away.
ANSWER_S: Final = 5.0

_CLAIM: Final = script_of("trunk_scripts", "pairs", "give_way", "claim")
_MAKE_ROOM: Final = script_of("trunk_scripts", "pairs", "give_way", "make_room")
_RENEW: Final = script_of("trunk_scripts", "renew")
_RELEASE: Final = script_of("trunk_scripts", "release")


class Full(StrEnum):
    """What a trunk has no more of."""

    CHANNELS = "channels"
    RATE = "rate"


@dataclass(frozen=True, slots=True)
class Holder:
    """A leg that has a channel of a trunk, or is to have one.

    Attributes:
        emergency: it takes one whatever is full, and never gives way.
    """

    leg: str
    call: str
    tenant: str
    worker: str
    emergency: bool = False

    @property
    def kept(self) -> bytes:
        """What the live state keeps of it."""
        return orjson.dumps(
            {"worker": self.worker, "tenant": self.tenant, "call": self.call, "emergency": self.emergency}
        )


@dataclass(frozen=True, slots=True)
class Limits:
    """How many channels a trunk has, and how many calls may begin in any second; 0: no limit."""

    channels: int = 0
    per_second: int = 0


# None: it has a channel. Trouble: Redis does not answer.
OnClaimed = Callable[[Full | None, LiveStateError | None], None]


class TrunkStore:
    """Claims, renews and releases channels; reads how trunks stand."""

    def __init__(self, pipeline: RedisPipeline) -> None:
        self._pipeline = pipeline

    def claim(self, trunk: str, holder: Holder, limits: Limits, on_claimed: OnClaimed) -> None:
        """Take a channel for a leg; with the next round trip."""

        def answered(reply: Any, trouble: LiveStateError | None) -> None:
            if trouble is not None:
                return on_claimed(None, trouble)
            word, *victim = (part.decode() for part in reply)
            if victim and victim[1]:
                log.warning("trunk %s is full: leg %s gives way to an emergency call", trunk, victim[1])
            on_claimed(None if word == "ok" else Full(word), None)

        arguments = (holder.leg, holder.kept, LEASE_S * 1000, limits.channels, limits.per_second)
        rest = (int(holder.emergency), keys.INBOXES)
        _CLAIM.submit(self._pipeline, _three(trunk), (*arguments, *rest), answered)

    def make_room(self, trunk: str, on_made: Callable[[bool, LiveStateError | None], None]) -> None:
        """Have an ordinary leg give its channel to an emergency call; whether there was one."""

        def answered(reply: Any, trouble: LiveStateError | None) -> None:
            on_made(trouble is None and bool(reply[1]), trouble)

        _MAKE_ROOM.submit(self._pipeline, _three(trunk)[:2], (keys.INBOXES,), answered)

    def renew(self, trunk: str, holders: Iterable[Holder]) -> None:
        """The legs keep their channels."""
        pairs = chain.from_iterable((one.leg, one.kept) for one in holders)
        _RENEW.submit(self._pipeline, _three(trunk)[:2], (LEASE_S * 1000, *pairs), _untold)

    def release(self, trunk: str, leg: str, talk_us: int | None = None, *, counts: bool = False) -> None:
        """A leg has ended.

        Args:
            talk_us: how long it talked, None if it was not answered.
            counts: the carrier had it in hand, so that it says something of the trunk.
        """
        bucket = clock.now() // (BUCKET_S * SECOND_US)
        talk_ms = 0 if talk_us is None else talk_us // 1000
        told = (leg, int(talk_us is not None), talk_ms, bucket, BUCKET_S * (BUCKETS + 1), int(counts))
        _RELEASE.submit(self._pipeline, (*_three(trunk)[:2], keys.trunk_ends(trunk)), told, _untold)

    def channels(self, trunk: str) -> dict[str, bool]:
        """The legs that have a channel now, and whether each is an emergency call's. Waits for Redis.

        Raises:
            LiveStateError: Redis is away.
        """
        legs, of, _ = _three(trunk)
        now_ms = clock.now() // 1000
        alive = {leg.decode() for leg in self._pipeline.ask("ZRANGEBYSCORE", legs, now_ms, "+inf")}
        held = _pairs(self._pipeline.ask("HGETALL", of))
        return {leg: bool(orjson.loads(text).get("emergency")) for leg, text in held.items() if leg in alive}

    def qualities(self, trunks: Iterable[str]) -> dict[str, Quality]:
        """What has come of the legs of each in the last hour. Waits for Redis: once, however many they are.

        Raises:
            LiveStateError: Redis is away.
        """
        asked = {trunk: self._asked("HGETALL", keys.trunk_ends(trunk)) for trunk in trunks}
        try:
            with gevent.Timeout(ANSWER_S):
                return {trunk: self._quality(trunk, _pairs(answer.get())) for trunk, answer in asked.items()}
        except gevent.Timeout as late:
            raise StoreAway(f"no answer within {ANSWER_S:g} s") from late

    def quality(self, trunk: str) -> Quality:
        """Of one trunk, as `qualities`."""
        return self.qualities((trunk,))[trunk]

    def _asked(self, *command: str) -> AsyncResult[Any]:
        """The answer to a command that goes with the next round trip."""
        answer: AsyncResult[Any] = AsyncResult()

        def done(reply: Any, trouble: LiveStateError | None) -> None:
            answer.set(reply) if trouble is None else answer.set_exception(trouble)

        self._pipeline.submit(*command, on_reply=done)
        return answer

    def _quality(self, trunk: str, told: Mapping[str, bytes]) -> Quality:
        oldest = clock.now() // (BUCKET_S * SECOND_US) - BUCKETS
        sums = {"tried": 0, "answered": 0, "talk_ms": 0}
        over = []
        for field, count in told.items():
            bucket, _, what = field.partition(":")
            if int(bucket) <= oldest:
                over.append(field)
            elif what in sums:
                sums[what] += int(count)
        if over:
            self._pipeline.submit("HDEL", keys.trunk_ends(trunk), *over, on_reply=_untold)
        return Quality(sums["tried"], sums["answered"], sums["talk_ms"])

    def rests(self, trunk: str, worker: str, for_s: float) -> None:
        """The trunk rests at this worker for so long (seconds); 0: it does not any more."""
        key = keys.trunk_rests(trunk)
        if for_s <= 0:
            self._pipeline.submit("ZREM", key, worker, on_reply=_untold)
            return
        for_ms = int(for_s * 1000)
        self._pipeline.submit("ZADD", key, clock.now() // 1000 + for_ms, worker, on_reply=_untold)
        self._pipeline.submit("PEXPIRE", key, for_ms, on_reply=_untold)  # a worker whose rest is longer tells it again

    def resting_at(self, trunk: str) -> int:
        """At how many workers it rests now. Waits for Redis.

        Raises:
            LiveStateError: Redis is away.
        """
        return int(self._pipeline.ask("ZCOUNT", keys.trunk_rests(trunk), clock.now() // 1000, "+inf"))

    def starting(self, trunk: str) -> int:
        """How many calls have begun in the last second. Waits for Redis.

        Raises:
            LiveStateError: Redis is away.
        """
        now_ms = clock.now() // 1000
        starts = self._pipeline.ask("LRANGE", _three(trunk)[2], 0, -1)
        return sum(int(at) > now_ms - 1000 for at in starts)


def _three(trunk: str) -> tuple[str, str, str]:
    return keys.trunk_legs(trunk), keys.trunk_of(trunk), keys.trunk_starts(trunk)


def _pairs(reply: Any) -> Mapping[str, bytes]:
    pairs = reply.items() if isinstance(reply, Mapping) else zip(reply[::2], reply[1::2], strict=True)
    return {name.decode(): value for name, value in pairs}


def _untold(_reply: Any, trouble: LiveStateError | None) -> None:
    """What Redis did not take is set right by the next renewal, or by the end of the lease."""
    if trouble is not None:
        log.info("channels of a trunk could not be counted: %s", trouble)
