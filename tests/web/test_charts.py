"""Pictures of reports: which cell is how dark, which bar how long."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from callcontrol.billing import reports
from callcontrol.billing.counts import CallHour, ResolutionCount
from callcontrol.web.pages.desk.charts import BAR_WIDTH, CELL, LEFT, TOP, bars_of, heat_of

WARSAW = ZoneInfo("Europe/Warsaw")


def hour(day: int, at: int, calls: int) -> CallHour:
    """Calls that came within an hour of November 2026, by UTC."""
    return CallHour(datetime(2026, 11, day, at, tzinfo=UTC), "in", "answered", calls, calls, 0, 0)


def test_a_cell_is_as_dark_as_its_share_of_the_most_calls() -> None:
    # A Monday and a Sunday; on the tenant's clocks an hour later.
    heat = heat_of(reports.peak_hours([hour(2, 8, 4), hour(9, 8, 4), hour(8, 23, 2)], WARSAW), "sales")
    monday, next_monday = heat.cells[9], heat.cells[0]
    assert (monday.weekday, monday.hour, monday.calls, monday.shade) == (0, 9, 8, 1.0)
    assert (monday.x, monday.y) == (LEFT + 9 * CELL[0], TOP)
    assert (next_monday.calls, next_monday.shade) == (2, 0.25)
    assert (heat.calls, heat.most, heat.calls_at(0, 9), heat.hours[9], heat.days[0]) == (10, 8, 8, 8, 10)


def test_without_calls_every_cell_is_empty() -> None:
    heat = heat_of(reports.peak_hours([], WARSAW), "")
    assert (len(heat.cells), heat.calls, {cell.shade for cell in heat.cells}) == (7 * 24, 0, {0.0})


def test_bars_are_shares_of_the_longest_and_shares_of_all() -> None:
    counts = [ResolutionCount("+48221234567", 4, 1), ResolutionCount("+48221234568", 2, 1)]
    drawn = bars_of(reports.resolution(counts))
    assert [(bar.name, bar.value, bar.length) for bar in drawn.bars] == [
        ("+48221234567", 0.75, 0.75 * BAR_WIDTH),
        ("+48221234568", 0.5, 0.5 * BAR_WIDTH),
    ]
    types = bars_of(reports.types([hour(2, 8, 4)]))
    assert [(bar.value, bar.length) for bar in types.bars] == [(4.0, BAR_WIDTH)]
