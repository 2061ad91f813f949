"""A call's time line as SVG: a row for each leg, a bar for what it did; the same is told in a table beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from callcontrol.usecases.timeline import Doing, LegRow, Span

# Widths are percent of the drawing, which is as wide as there is room; heights are pixels.
WIDTH: Final = 100
ROW: Final = 30
HEAD: Final = 24
_BAR: Final = 16
_MOST_TICKS: Final = 5
_STEPS_S: Final = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800)
# What is more telling is drawn over what is less.
_ORDER: Final = {doing: rank for rank, doing in enumerate(reversed(Doing))}


@dataclass(frozen=True, slots=True)
class Bar:
    """What a leg did, where it stands in the drawing."""

    doing: Doing
    x: float
    y: float
    width: float
    height: float
    span: Span


@dataclass(frozen=True, slots=True)
class Drawn:
    """The drawing.

    Attributes:
        ticks: position and seconds since the beginning.
        rows: each leg, and its bars.
    """

    height: int
    ticks: tuple[tuple[float, int], ...]
    rows: tuple[tuple[LegRow, tuple[Bar, ...]], ...]
    doings: tuple[Doing, ...]


def drawn(rows: Sequence[LegRow]) -> Drawn | None:
    """The time line of these legs; None: none of them ever was a channel."""
    shown = [row for row in rows if row.spans]
    spans = [span for row in shown for span in row.spans]
    if not spans:
        return None
    began = min(span.began for span in spans)
    length = max(max(span.ended for span in spans) - began, timedelta(seconds=1))

    def place(moment: datetime) -> float:
        return round((moment - began) / length * WIDTH, 2)

    bars = tuple((row, tuple(_bars(row.spans, HEAD + at * ROW, place))) for at, row in enumerate(shown))
    used = {span.doing for span in spans}
    height = HEAD + len(shown) * ROW
    return Drawn(height, _ticks(length), bars, tuple(doing for doing in Doing if doing in used))


def _bars(spans: Sequence[Span], top: float, place: object) -> list[Bar]:
    assert callable(place)
    made = []
    for span in sorted(spans, key=lambda span: _ORDER[span.doing]):
        x = place(span.began)
        width = max(round(place(span.ended) - x, 2), 0.4)
        made.append(Bar(span.doing, x, top + (ROW - _BAR) / 2, width, _BAR, span))
    return made


def _ticks(length: timedelta) -> tuple[tuple[float, int], ...]:
    length_s = length.total_seconds()
    step = next((step for step in _STEPS_S if length_s / step <= _MOST_TICKS), _STEPS_S[-1])
    return tuple((round(at / length_s * WIDTH, 2), at) for at in range(0, int(length_s) + 1, step))
