"""Exports of calls: batches are planned as the job plans them, while transactions end late and the exporter dies
between any two steps. In the end each revision of each call was delivered once.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from callcontrol.billing.record import RatedRecord
from callcontrol.edges.ledger.export_books import Extent, extent_after
from callcontrol.vocabulary.moment import datetime_of
from tests.simulation.agenda import Agenda
from tests.simulation.broken import Broken

EVERY_S = 60.0
MOST_ROWS = 7  # some transactions have more
# A transaction is open for so long at most; of so many one is.
OPEN_S, OPEN_SHARE = 90.0, 0.2
DIES = 0.1  # between two steps
LAST_STEPS = 10_000

Line = tuple[str, int]  # a call, and the revision of its row


@dataclass(frozen=True, slots=True)
class _Row:
    """A revision of a call's row; it can be seen once its transaction has ended."""

    line: Line
    written_in: int
    of_day: str


class _Dies(Exception):
    """The exporter's process ends between two steps."""


@dataclass(slots=True)
class Exports:
    """Ledger, books and receiver of one export.

    Attributes:
        is_up: whether the ledger answers.
        deaths: how often the exporter died.
    """

    agenda: Agenda
    chance: random.Random
    is_up: Callable[[], bool]
    deaths: int = 0
    _rows: list[_Row] = field(default_factory=list)
    _ends_s: dict[int, float] = field(default_factory=dict)
    _closed: list[tuple[Extent, tuple[Line, ...]]] = field(default_factory=list)
    _receiver: dict[int, tuple[Line, ...]] = field(default_factory=dict)
    _delivered: set[int] = field(default_factory=set)
    _revisions: Counter[str] = field(default_factory=Counter)

    def take(self, record: RatedRecord) -> None:
        """A row is written: by a transaction of its own, or by one that others are written by as well."""
        number = max(self._ends_s, default=0)
        if not number or self.chance.random() < 0.5 or self._ends_s[number] <= self.agenda.now_s:
            number += 1
            is_open = self.chance.random() < OPEN_SHARE
            self._ends_s[number] = self.agenda.now_s + (self.chance.uniform(0, OPEN_S) if is_open else 0)
        call = record.call.call_id
        self._revisions[call] += 1
        day = datetime_of(record.call.arrived).date().isoformat()
        self._rows.append(_Row((call, self._revisions[call]), number, day))

    def watermark(self) -> int:
        """Every transaction with a lower number has ended."""
        under_way = (number for number, ends_s in self._ends_s.items() if ends_s > self.agenda.now_s)
        return min(under_way, default=max(self._ends_s, default=0) + 1)

    def begin(self) -> None:
        """The job's timer."""
        self.step(DIES)
        self.agenda.after(EVERY_S, self.begin)

    def step(self, dies: float) -> bool:
        """Deliver what was closed and did not arrive, then close and deliver the next batches; False: it has died."""
        if not self.is_up():
            return True
        try:
            for number in range(1, len(self._closed) + 1):
                if number not in self._delivered:
                    self._deliver(number, dies)
            while self._close(dies):
                self._deliver(len(self._closed), dies)
        except _Dies:
            self.deaths += 1
            return False
        return True

    def balance(self) -> int:
        """Deliver the rest, and compare; how many lines there are.

        Raises:
            Broken: a line is missing or double, or a batch differed when it was made again.
        """
        self._ends_s = dict.fromkeys(self._ends_s, 0.0)
        for _ in range(LAST_STEPS):
            if self.step(DIES):
                break
        lines = Counter(line for batch in self._receiver.values() for line in batch)
        wanted = {row.line for row in self._rows}
        missing, double = wanted - lines.keys(), [line for line, times in lines.items() if times > 1]
        if missing or double or lines.keys() - wanted or sorted(self._receiver) != [*range(1, len(self._closed) + 1)]:
            call = (*missing, *double, ("", 0))[0][0]
            raise Broken(f"exports: missing {sorted(missing)[:3]}, double {double[:3]}", call)
        return len(wanted)

    def _close(self, dies: float) -> bool:
        """Close the next batch; False: there are no rows for one."""
        last = self._closed[-1][0] if self._closed else None
        extent = extent_after(last, self.watermark(), MOST_ROWS, self._reach, "calls")
        lines = self._lines(extent)
        self._may_die(dies)
        if lines:
            self._closed.append((extent, lines))
        return bool(lines)

    def _deliver(self, number: int, dies: float) -> None:
        extent, closed = self._closed[number - 1]
        lines = self._lines(extent)
        if lines != closed:
            raise Broken(f"exports: batch {number} had {closed}, made again it has {lines}")
        self._may_die(dies)
        self._receiver[number] = lines
        self._may_die(dies)
        self._delivered.add(number)

    def _may_die(self, dies: float) -> None:
        if self.chance.random() < dies:
            raise _Dies

    def _visible(self, extent: Extent) -> list[_Row]:
        return [row for row in self._rows if self._ends_s[row.written_in] <= self.agenda.now_s and _has(extent, row)]

    def _lines(self, extent: Extent) -> tuple[Line, ...]:
        return tuple(sorted(row.line for row in self._visible(extent)))

    def _reach(self, extent: Extent, by: str, most: int) -> tuple[Any, Any]:
        counts = sorted(Counter(getattr(row, by) for row in self._visible(extent)).items())
        total, over = 0, None
        for nth, (place, rows) in enumerate(counts, 1):
            total += rows
            if over is None and (total > most if most else nth == 2):
                over = place
        return (counts[0][0] if counts else None), over


def _has(extent: Extent, row: _Row) -> bool:
    if not extent.from_in <= row.written_in < extent.to_in:
        return False
    return (extent.from_day.startswith("-") or row.of_day >= extent.from_day) and (
        extent.to_day == "infinity" or row.of_day < extent.to_day
    )
