"""The CSV form of a price list, as a spreadsheet writes it.

    tariff,standard                                    settings: a name and a value
    currency,PLN
    period,peak,mon-fri,08:00-20:00                    a span: period, days, times, dates; several lines add up
    period,holiday,,,01-01 12-25
    default_period,offpeak
    version,2026-01-01                                 settings and periods below this line are this version's own
    prefix,destination,step,price_per_minute:peak,price_per_minute:offpeak,price_per_minute:holiday
    48,Poland,60/1,0.10,0.05,0.05

`price_per_minute@300` (`@300:peak`) is the price of steps that begin in second 300 of a call or later, `step_s@300` is
how long they are.
Empty lines and lines that begin with # mean nothing. A header stands until the next one; an empty cell is not written.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field

from callcontrol.billing.tariffs.written import (
    ROW_COLUMNS,
    TARIFF_SETTINGS,
    VERSION_SETTINGS,
    Cell,
    Findings,
    WrittenRow,
    WrittenSpan,
    WrittenTariff,
    WrittenVersion,
    column_of,
    listed,
)

# What a column that is missing altogether is taken for: one mistake is told once, and the other cells are checked too.
_FILLERS = {"destination": "(missing)", "price_per_minute": "0", "step": "60/60"}


def read_csv(text: str, findings: Findings) -> WrittenTariff:
    """Read the file's text; what cannot be placed is among the findings, the rest is returned all the same."""
    reading = _Reading(findings)
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    line = 1
    try:
        for cells in reader:
            reading.take(cells, line)
            line = reader.line_num + 1
    except csv.Error as error:
        findings.add(line, f"this is no CSV: {error}", "close quotation marks, and write one inside a text twice")
    return reading.tariff


@dataclass(slots=True)
class _Reading:
    findings: Findings
    tariff: WrittenTariff = field(default_factory=WrittenTariff)
    header: list[str] = field(default_factory=list)
    columns: tuple[str, ...] = ()
    by_period: list[Cell] = field(default_factory=list)
    fillers: dict[str, str] = field(default_factory=dict)
    checked: WrittenVersion | None = None  # the version that has been told the header's columns by period

    def take(self, cells: list[str], line: int) -> None:
        """Place one line of the file."""
        if self.header and cells and cells[0][:1].isdigit():
            self._take_row(cells, line)
            return
        cells = [cell.strip() for cell in cells]
        first = cells[0] if cells else ""
        match first:
            case "" if not any(cells):
                pass
            case _ if first.startswith("#"):
                pass
            case "version":
                valid_from = self._values(cells, 1, line)[0]
                self.tariff.versions.append(WrittenVersion(Cell(valid_from, line)))
            case "period":
                name, days, times, dates = self._values(cells, 4, line)
                self._section.spans.append(WrittenSpan(name, days, times, dates, line))
            case "prefix":
                self._take_header(cells, line)
            case _ if first in TARIFF_SETTINGS:
                self._take_setting(first, self._values(cells, 1, line)[0], line)
            case _ if self.header:
                self._take_row(cells, line)
            case _:
                self._refuse(first, line)

    @property
    def _section(self) -> WrittenTariff | WrittenVersion:
        return self.tariff.versions[-1] if self.tariff.versions else self.tariff

    def _refuse(self, first: str, line: int) -> None:
        if first[:1].isdigit():
            self.findings.add(
                line, f"prefix {first} stands above the header", "write a line `prefix,destination,…` first"
            )
            return
        words = listed((*TARIFF_SETTINGS, "period", "version", "prefix"))
        self.findings.add(line, f"unknown word {first!r}", f"a line begins with {words}")

    def _values(self, cells: list[str], count: int, line: int) -> list[str]:
        """The cells behind the first, filled up to the count."""
        values = cells[1:]
        if any(values[count:]):
            self.findings.add(
                line, f"{cells[0]!r} has more than {count} cells behind it", "quote texts that hold a comma"
            )
        return [*values, *[""] * count][:count]

    def _take_setting(self, name: str, text: str, line: int) -> None:
        if name not in VERSION_SETTINGS and self.tariff.versions:
            self.findings.add(line, f"{name!r} stands in a version", f"write {name} above the first version line")
            return
        known = self._section.settings
        if name in known:
            what = f"{name!r} is written twice, first in line {known[name].line}"
            self.findings.add(line, what, "keep one of them")
        known.setdefault(name, Cell(text, line))

    def _take_header(self, cells: list[str], line: int) -> None:
        self.header = cells
        while not self.header[-1]:
            self.header.pop()
        self.columns = tuple(self.header)
        for index, column in enumerate(self.header):
            if column_of(column) is None:
                self.findings.add(line, f"unknown column {column!r}", f"columns are {listed(ROW_COLUMNS)}")
            if column in self.header[:index]:
                self.findings.add(line, f"column {column!r} is written twice", "keep one of them")
        self.by_period = [Cell(column, line) for column in self.header if ":" in column]
        self.checked = None
        self.fillers = {column: _FILLERS[column] for column in self._missing()}
        for column in self.fillers:
            self.findings.add(line, f"column {column!r} is missing", f"add it to the header: prefix,{column},…")

    def _missing(self) -> list[str]:
        found = [column_of(text) for text in self.header]
        bases = {column.base for column in found if column and not column.from_s}
        has_step = "step" in self._section.settings or "step" in self.tariff.settings
        if has_step or bases & {"first_block_s", "step_s"}:
            bases.add("step")
        return [column for column in _FILLERS if column not in bases]

    def _take_row(self, cells: list[str], line: int) -> None:
        width = len(self.header)
        if len(cells) != width and (len(cells) < width or any(cells[width:])):
            self.findings.add(
                line, f"{len(cells)} cells under {width} columns", "write one cell for each column of the header"
            )
            return
        if not self.tariff.versions:
            self.findings.add(
                line, f"prefix {cells[0]} stands above any version", "write a line such as version,2026-01-01 first"
            )
            return
        version = self.tariff.versions[-1]
        if self.checked is not version:
            version.by_period += self.by_period
            self.checked = version
        columns, texts = self.columns, [cell.strip() for cell in cells[:width]]
        if self.fillers or "" in texts:
            row = self.fillers | {c: text for c, text in zip(columns, texts, strict=True) if text}
            columns, texts = tuple(row), list(row.values())
        version.rows.append(WrittenRow(line, columns, texts))
