"""A call drawn as a time line: a row for each leg, a bar for what it did, the conversations numbered; in plain text.

                    0:00      0:15      0:30      0:45
caller +48500100200 ..qqqqqqq1=====PPPPPP2============
extension:117             ...1=====
extension:105 *                          2============
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, tzinfo
from itertools import chain
from typing import Final

from callcontrol.commands.tables import span as clock_span
from callcontrol.edges.ledger.past_rows import PastCall
from callcontrol.usecases.timeline import Doing, LegRow, Span, timeline
from callcontrol.vocabulary.leg import Role

MARKS: Final = {
    Doing.TALKS: ("=", "talks"),
    Doing.PARKED: ("P", "parked"),
    Doing.HELD: ("H", "held"),
    Doing.QUEUES: ("q", "in a queue"),
    Doing.RINGS: (".", "rings"),
    Doing.CONNECTED: ("-", "connected"),
}
_RANK: Final = {doing: place for place, doing in enumerate(MARKS)}
_NUMBERS: Final = "123456789abcdefghijklmnopqrstuvwxyz"
# The names take this part of the width at most; a tick of the scale stands at each so many columns at least.
NAMES_SHARE, TICK_COLUMNS = 0.34, 10
SHORTEST_BAR, WIDEST_BAR = 20, 120
_STEPS_S: Final = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800)


def timeline_lines(call: PastCall, zone: tzinfo, width: int) -> Iterator[tuple[str, str]]:
    """Text and style of each line; none where no leg ever was a channel.

    Args:
        width: of the terminal, without what the lines are indented by (characters).
    """
    rows = [row for row in timeline(call) if row.spans]
    spans = [span for row in rows for span in row.spans]
    if not spans:
        return
    began, ended = min(span.began for span in spans), max(span.ended for span in spans)
    label = max(min(max(len(_name(row, call)) for row in rows), int(width * NAMES_SHARE)), 8)
    bar = min(max(width - label - 1, SHORTEST_BAR), WIDEST_BAR)
    scale = _Scale(began, max(ended - began, timedelta(seconds=1)), bar)
    yield " " * (label + 1) + scale.ticks(), "dim"
    for row in rows:
        yield f"{_fitted(_name(row, call), label)} {scale.bar(row.spans)}".rstrip(), ""
    used = {span.doing for span in spans}
    legend = [f"{mark} {word}" for doing, (mark, word) in MARKS.items() if doing in used]
    legend += ["* another call's leg"] if any(row.call_id != call.call_id for row in rows) else []
    yield "  ".join(legend), "dim"
    yield from ((line, "green") for line in _talks(rows, zone))
    yield from ((line, "cyan") for line in _moves(rows))


class _Scale:
    """Moments as columns."""

    def __init__(self, began: datetime, length: timedelta, columns: int) -> None:
        self._began, self._length, self._columns = began, length, columns

    def column(self, moment: datetime) -> int:
        return min(int((moment - self._began) / self._length * self._columns), self._columns - 1)

    def ticks(self) -> str:
        """`0:00      0:05      0:10`: as many round numbers as fit."""
        length_s = self._length.total_seconds()
        fits = max(self._columns // TICK_COLUMNS, 1)
        step = next((step for step in _STEPS_S if length_s / step <= fits), _STEPS_S[-1])
        line = [" "] * self._columns
        for second in range(0, int(length_s) + 1, step):
            text, at = clock_span(second * 1000), self.column(self._began + timedelta(seconds=second))
            if at + len(text) <= self._columns:
                line[at : at + len(text)] = text
        return "".join(line).rstrip()

    def bar(self, spans: Sequence[Span]) -> str:
        """Each span's mark; what is more telling is drawn over what is less, a conversation begins with its number."""
        line = [" "] * self._columns
        for span in sorted(spans, key=lambda span: -_RANK[span.doing]):
            first, last = self.column(span.began), self.column(span.ended)
            line[first : last + 1] = MARKS[span.doing][0] * max(last + 1 - first, 1)
        for span in spans:
            if span.segment:
                line[self.column(span.began)] = number_of(span.segment)
        return "".join(line).rstrip()


def number_of(segment: int) -> str:
    """One character for the n-th conversation."""
    return _NUMBERS[segment - 1] if segment <= len(_NUMBERS) else "+"


def _name(row: LegRow, call: PastCall) -> str:
    name = f"{row.role} {row.name}" if row.role == Role.SUPERVISOR else row.name
    return name if row.call_id == call.call_id else f"{name} *"


def _fitted(name: str, width: int) -> str:
    return name.ljust(width) if len(name) <= width else f"{name[: width - 1]}~"


def _talks(rows: Sequence[LegRow], zone: tzinfo) -> Iterator[str]:
    """`1  caller +48500100200 with extension:117, 12:00:03 to 12:00:22, 0:19`."""
    told = set()
    for row, span in sorted(chain.from_iterable(((row, one) for one in row.spans) for row in rows), key=_by_segment):
        if span.segment and span.segment not in told:
            told.add(span.segment)
            began, ended = (moment.astimezone(zone).strftime("%H:%M:%S") for moment in (span.began, span.ended))
            length = clock_span(round((span.ended - span.began).total_seconds() * 1000))
            yield f"{number_of(span.segment)}  {row.name} with {span.detail or 'unknown'}, {began} to {ended}, {length}"


def _by_segment(found: tuple[LegRow, Span]) -> int:
    return found[1].segment


def _moves(rows: Sequence[LegRow]) -> Iterator[str]:
    """`extension:105 took the place of extension:117`."""
    names = {row.leg_id: row.name for row in rows}
    for row in rows:
        if row.moved_from and row.moved_from in names:
            yield f"{row.name} took the place of {names[row.moved_from]}"
