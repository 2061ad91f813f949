"""What this worker has seen of trunks: which of them rest, and which calls ring behind them now, or have just failed
there. Those that may be rounds of one loop are counted over all workers; while Redis is away each worker counts its
own.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

from callcontrol.config.settings import Settings
from callcontrol.control.call import Call
from callcontrol.edges import clock, meters
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.edges.live_state.rounds import FAILED_S, RoundStore
from callcontrol.routing.trunk_health import WELL, TrunkHealth, after_leg, news_of_trunks, resting
from callcontrol.vocabulary.leg import LegChange
from callcontrol.vocabulary.moment import SECOND_US, Instant

log = logging.getLogger(__name__)

Pair = tuple[str, str]  # who calls, and the number of ours

# A call outside that was over after so many seconds, unanswered, may be a round of a loop.
AT_ONCE_S: Final = 2
# Calls that have just failed; of more the oldest count no more.
MAX_FAILED_ROUNDS: Final = 1_000


class TrunkWatch:
    """Learns from the legs of all calls of a worker. As large as the trunks and the worker's calls.

    Args:
        rounds: where all workers count calls that ring outside; None: this one is alone.
    """

    def __init__(self, rounds: RoundStore | None = None) -> None:
        self._rounds = rounds
        self._health: dict[str, TrunkHealth] = {}
        self._ringing: dict[Pair, dict[str, Instant]] = {}  # since when each call does
        self._failed: deque[tuple[Instant, Pair]] = deque()  # until when each counts

    def learn(self, call: Call, news: Sequence[LegChange], settings: Settings) -> None:
        """Take up how a call's legs have changed."""
        if any(leg.bridged is not None and (was is None or was.bridged is None) for was, leg in news):
            self.over(call)
        elif any(was is None and leg.trunk for was, leg in news) and (pair := _pair(call)):
            self._rings(call, pair)
        for told in news_of_trunks(news):
            self._took(told.trunk, settings, failed=told.failed)

    def _rings(self, call: Call, pair: Pair) -> None:
        ringing = self._ringing.setdefault(pair, {})
        if call.id not in ringing:
            ringing[call.id] = _now()
            if self._rounds is not None:
                self._rounds.rings(call.tenant, *pair, call.id)

    def _took(self, name: str, settings: Settings, *, failed: bool) -> None:
        trunk = settings.trunks.get(name)
        if trunk is None:  # removed by a reload
            self._health.pop(name, None)
            return
        known = self._health.get(name, WELL)
        self._health[name] = now_known = after_leg(known, trunk, _now(), failed=failed)
        if now_known.rests_until > known.rests_until:
            meters.trunk_rests_total.labels(name).inc()
            log.warning("trunk %s failed %d times in a row", name, now_known.failures)

    def over(self, call: Call) -> None:
        """The call rings outside no more: it was answered, or it is over, or no longer ours."""
        pair = _pair(call)
        ringing = self._ringing.get(pair) if pair else None
        if pair and ringing is not None and call.id in ringing:
            failed = _has_failed(call, ringing.pop(call.id))
            if not ringing:
                del self._ringing[pair]
            if failed:
                self._count_failed(pair)
            if self._rounds is not None:
                self._rounds.over(call.tenant, *pair, call.id, failed=failed)

    def _count_failed(self, pair: Pair) -> None:
        """The rounds of a loop in which each fails at once never ring together: they count for a while."""
        self._failed.append((Instant(_now() + FAILED_S * SECOND_US), pair))
        if len(self._failed) > MAX_FAILED_ROUNDS:
            self._failed.popleft()
            meters.limits_reached_total.labels("MAX_FAILED_ROUNDS").inc()

    def _just_failed(self, pair: Pair) -> int:
        now = _now()
        while self._failed and self._failed[0][0] <= now:
            self._failed.popleft()
        return sum(one == pair for _, one in self._failed)

    def resting(self) -> frozenset[str]:
        """The trunks that rest now."""
        return resting(self._health, _now()) if self._health else frozenset()

    def rests(self) -> dict[str, float]:
        """For how many seconds more each of those rests."""
        now = _now()
        return {name: (self._health[name].rests_until - now) / SECOND_US for name in self.resting()}

    def alike(self, call: Call, then: Callable[[int], None]) -> None:
        """How many calls from the same number to the same one of ours ring outside now, or have just failed there. The
        others are asked once this worker has one itself: rounds of a loop come to every worker soon, and other calls
        wait for no answer.
        """
        pair = _pair(call)
        own = len(self._ringing.get(pair, ())) + self._just_failed(pair) if pair else 0

        def counted(count: int, _trouble: LiveStateError | None) -> None:
            then(max(own, count))

        if pair and own and self._rounds is not None:
            self._rounds.count(call.tenant, *pair, counted)
        else:
            then(own)


def _has_failed(call: Call, since: Instant) -> bool:
    """Whether the call is over, without an answer, and so soon that it may be a round of a loop."""
    is_answered = any(leg.bridged is not None for leg in call.legs)
    return not is_answered and not call.open_legs and _now() - since <= AT_ONCE_S * SECOND_US


def _now() -> Instant:
    """By a clock that does not step: a rest is a span, and known to this worker alone."""
    return Instant(int(clock.monotonic() * SECOND_US))


def _pair(call: Call) -> Pair | None:
    """Who calls whom; None for a phone of ours, and for a caller whose number is not known."""
    caller = call.caller
    return None if caller.extension or not caller.number.startswith("+") else (caller.number, call.dialled)
