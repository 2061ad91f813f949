"""A price list as it was written, in YAML or CSV: texts with their lines, not yet understood."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from callcontrol.config.problems import Problem

VERSION_SETTINGS = ("vat_percent", "round_seconds", "round_amount", "decimals", "step", "default_period")
TARIFF_SETTINGS = ("tariff", "currency", *VERSION_SETTINGS)
BY_PERIOD = ("price_per_minute", "connection_fee")
ROW_COLUMNS = (
    "prefix",
    "destination",
    *BY_PERIOD,
    "step",
    "first_block_s",
    "step_s",
    "minimum_s",
    "minimum_amount",
    "free_s",
)


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
