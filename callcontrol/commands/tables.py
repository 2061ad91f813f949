"""Tables for a person: columns that are left out where the terminal is narrow; how spans and shares are written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from rich.console import JustifyMethod
from rich.table import Table
from rich.text import Text

Row = TypeVar("Row")

# Widths of terminals, in characters: below the first only what matters most is shown; from ROOMY on columns stand two
# blanks apart instead of one.
ORDINARY, ROOMY, WIDE, WIDEST = 96, 120, 140, 160
# A column that gives way keeps so many characters.
SHORTEST = 8
NOTHING = "-"


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """A column.

    Attributes:
        title: may be of several lines.
        from_width: left out on terminals of fewer characters.
        gives_way: what does not fit is cut off here first.
        left: words, not figures.
    """

    title: str
    cell: Callable[[Row], str | int | Text]
    from_width: int = 0
    gives_way: bool = False
    left: bool = False


def table_of(title: str, columns: Sequence[Column[Row]], rows: Sequence[Row], width: int) -> Table:
    """The rows below their titles, for a terminal of so many characters."""
    shown = [column for column in columns if width >= column.from_width]
    gap = 2 if width >= ROOMY else 1
    table = Table(title=Text(title, "bold"), title_justify="left", header_style="dim", box=None, padding=(0, gap, 0, 0))
    table.pad_edge = False
    for column in shown:
        justify: JustifyMethod = "left" if column.left else "right"
        least = SHORTEST if column.gives_way else None
        table.add_column(
            column.title, justify=justify, vertical="bottom", no_wrap=not column.gives_way, min_width=least
        )
    for row in rows:
        table.add_row(*(_text(column.cell(row)) for column in shown))
    return table


def _text(cell: str | int | Text) -> Text:
    """One line that no character in it can break."""
    text = cell if isinstance(cell, Text) else Text("".join(c for c in str(cell) if c.isprintable()))
    text.no_wrap, text.overflow = True, "ellipsis"
    return text


def span(milliseconds: int | None) -> str:
    """`0:42`, `12:03`, `1:02:03`; whole seconds, rounded down."""
    if milliseconds is None:
        return NOTHING
    minutes, seconds = divmod(max(milliseconds, 0) // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def share(part: float | None) -> str:
    """`85%` of 0.853."""
    return NOTHING if part is None else f"{part:.0%}"


def besides(count: int, more: int) -> str:
    """`12 (3)`: twelve, and three of the other kind; `12` without any."""
    return f"{count} ({more})" if more else str(count)
