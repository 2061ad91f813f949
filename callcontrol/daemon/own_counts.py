"""Counters as one worker keeps them in its memory: by these it counts alone while Redis is away. No clock of its own.

As large as the caps allow: what is refused is not kept. `edges/live_state/limit_scripts` do the same for all workers.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from callcontrol.vocabulary.counters import HOUR_MS, MINUTE_MS, Claim, Counted, Counter, Reached


@dataclass(slots=True)
class _Kept:
    """One counter: legs that have a place, when calls began, and when each number was called last (ms)."""

    legs: set[str] = field(default_factory=set)
    starts: deque[int] = field(default_factory=deque)
    numbers: dict[str, int] = field(default_factory=dict)

    def forget(self, now_ms: int) -> None:
        """What is older than an hour counts no more."""
        while self.starts and self.starts[0] <= now_ms - HOUR_MS:
            self.starts.popleft()
        while self.numbers and (oldest := next(iter(self.numbers.items())))[1] <= now_ms - HOUR_MS:
            del self.numbers[oldest[0]]

    @property
    def is_empty(self) -> bool:
        return not (self.legs or self.starts or self.numbers)


class OwnCounts:
    """The counters of one tenant."""

    def __init__(self) -> None:
        self._kept: dict[str, _Kept] = {}
        self._claimed: dict[str, Claim] = {}  # by leg

    def claim(self, claim: Claim, now_ms: int) -> Reached | None:
        """Count the leg in all its counters, or, where one has no room, in none. A leg that is counted stays so."""
        if claim.leg in self._claimed:
            return None
        if not claim.again:
            for counter in claim.counters:
                full = self.counted(counter, claim.number, now_ms).full(counter)
                if full is not None:
                    return Reached(counter, full, claim.number)
        self.add(claim, now_ms)
        return None

    def add(self, claim: Claim, now_ms: int) -> None:
        """Count the leg, which has its place already."""
        if claim.leg in self._claimed:
            return
        self._claimed[claim.leg] = claim
        for counter in claim.counters:
            kept = self._kept.setdefault(counter.name, _Kept())
            if counter.calls_at_once:
                kept.legs.add(claim.leg)
            if not claim.again:
                _began(kept, counter, claim.number, now_ms)

    def hold(self, claim: Claim) -> None:
        """The leg has its place, and began earlier, perhaps at another worker."""
        if claim.leg not in self._claimed:
            self._claimed[claim.leg] = claim
            for counter in claim.counters:
                if counter.calls_at_once:
                    self._kept.setdefault(counter.name, _Kept()).legs.add(claim.leg)

    def release(self, leg: str) -> bool:
        """The leg's places are free; whether it had any."""
        claim = self._claimed.pop(leg, None)
        for counter in claim.counters if claim is not None else ():
            kept = self._kept.get(counter.name)
            if kept is not None:
                kept.legs.discard(leg)
        return claim is not None

    def counted(self, counter: Counter, number: str, now_ms: int) -> Counted:
        """How the counter stands."""
        kept = self._kept.get(counter.name)
        if kept is None:
            return Counted()
        kept.forget(now_ms)
        minute = sum(at > now_ms - MINUTE_MS for at in kept.starts) if counter.calls_per_minute else 0
        return Counted(len(kept.legs), minute, len(kept.starts), len(kept.numbers), number in kept.numbers)

    def held(self) -> Iterable[Claim]:
        """The legs that have places now."""
        return self._claimed.values()

    def tidy(self, now_ms: int) -> None:
        """Let go of counters that count nothing any more."""
        for name, kept in list(self._kept.items()):
            kept.forget(now_ms)
            if kept.is_empty:
                del self._kept[name]


def _began(kept: _Kept, counter: Counter, number: str, now_ms: int) -> None:
    if counter.calls_per_minute or counter.calls_per_hour:
        kept.starts.append(now_ms)
    if counter.numbers_per_hour:
        kept.numbers.pop(number, None)
        kept.numbers[number] = now_ms
