"""From what phones and callers saw to how long they waited. Pure: moments in, spans out, all in microseconds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

MS = 1000


@dataclass(frozen=True, slots=True)
class Spread:
    """How spans are spread (ms); nearest rank, so each of these was really measured."""

    count: int
    p50: float
    p95: float
    p99: float
    largest: float

    def __str__(self) -> str:
        return f"p50 {self.p50:.1f}, p99 {self.p99:.1f}, largest {self.largest:.1f} ms" if self.count else "none"


def spread(spans_us: Iterable[int]) -> Spread:
    """The spread of these spans; all 0 when there are none."""
    ordered = sorted(spans_us)
    if not ordered:
        return Spread(0, 0.0, 0.0, 0.0, 0.0)
    last = len(ordered) - 1
    p50, p95, p99 = (ordered[round(last * share / 100)] / MS for share in (50, 95, 99))
    return Spread(len(ordered), p50, p95, p99, ordered[-1] / MS)


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened to a caller or an agent: who called, whose phone rang, who hung up."""

    at_us: int
    who: str


def until_first(begins: Iterable[Moment], follows: Iterable[Moment]) -> list[int]:
    """From each begin to the first that follows for the same one; who has none is left out."""
    first: dict[str, int] = {}
    for moment in sorted(follows, key=_at):
        first.setdefault(moment.who, moment.at_us)
    return [first[begin.who] - begin.at_us for begin in begins if begin.who in first]


def until_next(ends: Iterable[Moment], follows: Iterable[Moment], since_us: int = 0) -> list[int]:
    """From each end (since a moment) to what follows it next for the same one; who has nothing after is left out."""
    kept = [(end, True) for end in ends if end.at_us >= since_us]
    found: list[int] = []
    for moments in _by_who([*kept, *((follow, False) for follow in follows)]).values():
        for (one, is_end), (other, is_end_too) in pairwise(moments):
            if is_end and not is_end_too:
                found.append(other.at_us - one.at_us)
    return found


def lateness(came_us: Iterable[int], freed_us: Iterable[int], offered_us: Iterable[int]) -> list[int]:
    """How late each offer was: the nth is possible once n callers have come and agents were free n times.

    Whichever caller is given to which agent, this holds, and an agent who is forgotten makes all later offers late.
    None may leave without an agent, and every offer has to be taken.
    """
    pairs = zip(sorted(came_us), sorted(freed_us), sorted(offered_us), strict=False)
    return [max(offered - max(came, freed), 0) for came, freed, offered in pairs]


def per_second(moments_us: Sequence[int], since_us: int = 0) -> float:
    """How many a second, from the first (since a moment) to the last; 0 for fewer than two."""
    kept = sorted(at_us for at_us in moments_us if at_us >= since_us)
    return (len(kept) - 1) / (kept[-1] - kept[0]) * 1_000_000 if len(kept) > 1 and kept[-1] > kept[0] else 0.0


def growth_kib(before: tuple[int, int], after: tuple[int, int]) -> float:
    """Memory (KiB) one more takes, of how many there were and the memory of all, before and after."""
    (few, less), (many, more) = before, after
    return (more - less) / (many - few)


def _by_who(moments: Iterable[tuple[Moment, bool]]) -> Mapping[str, list[tuple[Moment, bool]]]:
    found: dict[str, list[tuple[Moment, bool]]] = {}
    for one in sorted(moments, key=lambda pair: pair[0].at_us):
        found.setdefault(one[0].who, []).append(one)
    return found


def _at(moment: Moment) -> int:
    return moment.at_us
