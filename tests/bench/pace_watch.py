"""What our daemon says of a switch's pace while a load lasts, and how its offers ended."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg

EVERY_S = 2.0  # each look has the supervisor gather the metrics of all workers: 12 ms that are counted as ours
_SERIES = re.compile(
    r"^callcontrol_(switch_answer_seconds|originates_allowed|originates_held_total)\{[^}]*\} ([0-9.e+-]+)$",
    re.MULTILINE,
)


@dataclass(slots=True)
class Pace:
    """How it went.

    Attributes:
        slowest_s: how long the switch took to answer at worst.
        narrowest: the smallest number of originates it was given at once.
        held: originates that waited for their turn.
        ends: how the offers of the load ended.
    """

    slowest_s: float = 0.0
    narrowest: float = float("inf")
    held: float = 0.0
    ends: Counter[str] = field(default_factory=Counter)

    def note(self, metrics: str) -> None:
        """One look at the daemon's metrics."""
        found = {name: float(value) for name, value in _SERIES.findall(metrics)}
        self.slowest_s = max(self.slowest_s, found.get("switch_answer_seconds", 0.0))
        self.narrowest = min(self.narrowest, found.get("originates_allowed", self.narrowest))
        self.held = max(self.held, found.get("originates_held_total", 0.0))

    def __str__(self) -> str:
        ends = ", ".join(f"{how} {count}" for how, count in self.ends.most_common())
        window = f"window at least {self.narrowest:.0f}, {self.held:.0f} originates held back"
        return f"the switch answered within {self.slowest_s:.2f} s, {window}; offers: {ends or 'none'}"


@contextmanager
def watched(metrics: Callable[[], str]) -> Iterator[Pace]:
    """Look all the while."""
    pace, over = Pace(), threading.Event()

    def look() -> None:
        while not over.wait(EVERY_S):
            try:
                pace.note(metrics())
            except OSError:
                continue  # a machine without a free core answers the next time

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield pace
    finally:
        over.set()
        thread.join()


def offer_ends(dsn: str) -> Counter[str]:
    """How many offers ended how, with what else there is to say, of the calls that are over."""
    with psycopg.connect(dsn) as connection:
        rows = connection.execute("SELECT how, detail, count(*) FROM offers GROUP BY how, detail").fetchall()
    return Counter({f"{how} ({detail})" if detail else how: count for how, detail, count in rows})
