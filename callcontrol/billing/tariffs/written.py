"""A price list as it was written, in YAML or CSV: texts with their lines, not yet understood."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from callcontrol.config.problems import Problem

VERSION_SETTINGS = (
    "vat_percent",
    "prices",
    "round_seconds",
    "round_amount",
    "decimals",
    "price_decimals",
    "step",
    "default_period",
    "markup_on",
    "markup_percent",
)
TARIFF_SETTINGS = ("tariff", "currency", "zone", *VERSION_SETTINGS)
BY_PERIOD = ("price_per_minute", "connection_fee", "step")  # may be written for one period: `step:peak`
LATER = ("price_per_minute", "step_s")  # may be written for what begins later in the call: `price_per_minute@300:peak`
# What holds for a row whatever the period.
ROW_TERMS = (
    "step",
    "first_block_s",
    "step_s",
    "minimum_s",
    "minimum_amount",
    "maximum_amount",
    "free_s",
    "grace_s",
)
ROW_COLUMNS = ("prefix", "destination", "direction", "price_per_minute", "connection_fee", *ROW_TERMS)
_COLUMN = re.compile(r"([a-z_]+)(?:@([1-9][0-9]{0,4}))?(?::(.*))?")


class Column(NamedTuple):
    """What a column is about: `price_per_minute@300:peak` is the price from second 300 of the call on, in the peak."""

    base: str
    from_s: int = 0
    period: str = ""


@lru_cache(maxsize=1024)
def column_of(text: str) -> Column | None:
    """The column of this name, None if there is no such one. Periods are looked at elsewhere."""
    match = _COLUMN.fullmatch(text)
    if match is None or match[1] not in ROW_COLUMNS:
        return None
    column = Column(match[1], int(match[2] or 0), match[3] or "")
    by_period = match[3] is None or (match[1] in BY_PERIOD and bool(match[3]))
    return column if by_period and (match[2] is None or match[1] in LATER) else None


@dataclass(frozen=True, slots=True)
class Cell:
    """A text and the line it stands in."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class WrittenSpan:
    """One span of a period; "" is what was not written. Lists are parted by commas or blanks."""

    period: str
    days: str
    times: str
    dates: str
    line: int


@dataclass(slots=True)
class WrittenRow:
    """One prefix: the columns that were written (`price_per_minute:peak` for one period) and their texts, none empty.

    `lines` are the lines of cells that do not stand in the row's own.
    """

    line: int
    columns: tuple[str, ...]
    cells: Sequence[str]
    lines: Mapping[str, int] | None = None

    def line_of(self, column: str) -> int:
        """The line of a cell."""
        return self.lines.get(column, self.line) if self.lines else self.line


@dataclass(slots=True)
class WrittenVersion:
    """One version; `by_period` are the columns written for one period, with their lines."""

    valid_from: Cell
    settings: dict[str, Cell] = field(default_factory=dict)
    spans: list[WrittenSpan] = field(default_factory=list)
    by_period: list[Cell] = field(default_factory=list)
    rows: list[WrittenRow] = field(default_factory=list)


@dataclass(slots=True)
class WrittenTariff:
    """A whole file."""

    settings: dict[str, Cell] = field(default_factory=dict)
    spans: list[WrittenSpan] = field(default_factory=list)
    versions: list[WrittenVersion] = field(default_factory=list)


@dataclass(slots=True)
class Findings:
    """The Problems of one file, as they are found."""

    file: str
    problems: list[Problem] = field(default_factory=list)

    def add(self, line: int, what: str, right: str) -> None:
        """Note a mistake."""
        self.problems.append(Problem(self.file, line, what, right))


def listed(words: tuple[str, ...]) -> str:
    """Words for a message: `a, b or c`."""
    return " or ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)
