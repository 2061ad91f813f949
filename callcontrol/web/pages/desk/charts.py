"""Pictures of reports as numbers: where each cell and bar of an SVG stands. The template draws them; each has a table
beside it, so that nothing is told by a colour alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from callcontrol.billing.reports import WEEKDAYS, Kind, Report

# Of a cell (pixels of the picture's own measure), and what stands left of and above the cells.
CELL: Final = (26, 24)
LEFT: Final = 44
TOP: Final = 20
BAR_HEIGHT: Final = 22
BAR_WIDTH: Final = 300
MOST_BARS: Final = 12
# What a row of all is called.
ALL: Final = "all"


@dataclass(frozen=True, slots=True)
class HeatCell:
    """Calls of an hour of a weekday; `shade`: 0 to 1 of the most there are."""

    hour: int
    weekday: int
    calls: int
    shade: float
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Heat:
    """A heat map: weekdays down, hours across.

    Attributes:
        queue: of which queue; "": all calls from outside.
        days: sums by weekday; hours: by hour.
    """

    queue: str
    cells: tuple[HeatCell, ...]
    days: tuple[int, ...]
    hours: tuple[int, ...]
    most: int
    width: int
    height: int

    @property
    def calls(self) -> int:
        """All of them."""
        return sum(self.days)

    def calls_at(self, weekday: int, hour: int) -> int:
        """Of one cell."""
        return self.cells[weekday * 24 + hour].calls


@dataclass(frozen=True, slots=True)
class Bar:
    """A row's bar; `length` in pixels."""

    name: str
    value: float
    length: float
    y: int


@dataclass(frozen=True, slots=True)
class Bars:
    """A report's bars, the longest first; `figure`: what they show."""

    figure: str
    kind: Kind
    bars: tuple[Bar, ...]
    height: int


def heat_of(report: Report, queue: str) -> Heat:
    """The heat map of the report `peak`."""
    days = [[int(value or 0) for value in report.column(day)] for day in WEEKDAYS]
    most = max((calls for day in days for calls in day), default=0)
    cells = tuple(
        HeatCell(hour, weekday, calls, calls / most if most else 0.0, LEFT + hour * CELL[0], TOP + weekday * CELL[1])
        for weekday, day in enumerate(days)
        for hour, calls in enumerate(day)
    )
    hours = tuple(sum(day[hour] for day in days) for hour in range(24))
    return Heat(
        queue, cells, tuple(map(sum, days)), hours, most, LEFT + 24 * CELL[0] + 4, TOP + len(WEEKDAYS) * CELL[1] + 4
    )


def bars_of(report: Report) -> Bars:
    """The figure that the report draws as bars; rows without one are left out."""
    figure = next(one for one in report.figures if one.name == report.bar)
    names = [str(row[0]) for row in report.rows]
    rows = zip(names, report.column(report.bar), strict=True)
    found = [(name, float(value)) for name, value in rows if value and name != ALL]
    found = sorted(found, key=lambda one: -one[1])[:MOST_BARS]
    most = 1.0 if figure.kind is Kind.SHARE else max((value for _, value in found), default=0.0)
    bars = tuple(
        Bar(name, value, max(BAR_WIDTH * value / most, 1.0), place * BAR_HEIGHT)
        for place, (name, value) in enumerate(found)
    )
    return Bars(figure.name, figure.kind, bars, len(bars) * BAR_HEIGHT)
