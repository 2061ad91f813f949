"""Rows as written -> prices by prefix. Made for tens of thousands: equal prices are understood once and shared."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from callcontrol.billing.tariff import LaterRate, Price, PriceRow, Rate
from callcontrol.billing.tariffs.written import ROW_TERMS, Cell, Findings, WrittenRow, WrittenVersion, column_of, listed
from callcontrol.vocabulary.direction import Direction

MAX_SECONDS = 86_400  # of a block, a step, a minimum, free time
MAX_DESTINATION_LENGTH = 100
MAX_DECIMALS = 8  # of amounts: as many as ledger and credit accounts keep

_PREFIX = re.compile(r"(inbound:)?[1-9][0-9]{0,14}|short:[0-9]{1,6}")
_PRICE = re.compile(r"[0-9]{1,9}(\.[0-9]{1,8})?")
_NEGATIVE = re.compile(r"-[0-9]+([.,][0-9]+)?")
_SECONDS = re.compile(r"[0-9]{1,5}")
_STEP = re.compile(r"([0-9]{1,5})/([0-9]{1,5})")
_DIRECTIONS = tuple(map(str, Direction))
_ZERO = Decimal(0)
_IDENTITY = ("prefix", "destination")


_Source = int | None
"""The index of a cell, None if there is none."""


class _RateSources(NamedTuple):
    """Where the cells of one period stand; `later`: second, price and step of what begins later in a call."""

    period: str
    fee: _Source
    price: _Source
    step: _Source
    later: tuple[tuple[int, _Source, _Source], ...]


@dataclass(frozen=True, slots=True)
class _Shape:
    """What rows with the same columns have in common: where each thing stands.

    Attributes:
        rates: for each period.
        terms: the indexes of those ROW_TERMS that are there.
        missing: what such a row lacks, and what would be right.
    """

    prefix: _Source
    destination: _Source
    direction: _Source
    rates: tuple[_RateSources, ...]
    terms: tuple[int, ...]
    missing: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Terms:
    first_block_s: int
    step_s: int
    minimum_s: int
    minimum_amount: Decimal
    free_s: int
    maximum_amount: Decimal | None
    grace_s: int


@dataclass(slots=True)
class RowReader:
    """Reads the rows of one version.

    Attributes:
        price_decimals: prices per minute have at most so many.
    """

    periods: tuple[str, ...]
    default_step: tuple[int, int] | None
    findings: Findings
    price_decimals: int = MAX_DECIMALS
    _shapes: dict[tuple[str, ...], _Shape] = field(default_factory=dict)
    _terms: dict[tuple[object, ...], _Terms] = field(default_factory=dict)
    _amounts: dict[str, Decimal] = field(default_factory=dict)

    def read(self, version: WrittenVersion) -> dict[str, PriceRow]:
        """The rows by prefix; those with mistakes are left out."""
        self._check_periods(version.by_period)
        rows: dict[str, PriceRow] = {}
        firsts: dict[str, WrittenRow] = {}
        for written in version.rows:
            row = self._row(written)
            if row is None:
                continue
            if row.prefix in rows:
                what = f"prefix {row.prefix} is written twice, first in line {firsts[row.prefix].line_of('prefix')}"
                self.findings.add(
                    written.line_of("prefix"), what, "keep one of them, or put the other into a later version"
                )
                continue
            rows[row.prefix] = row
            firsts[row.prefix] = written
        return rows

    def _check_periods(self, columns: Iterable[Cell]) -> None:
        for column in columns:
            name, _, period = column.text.partition(":")
            if column_of(column.text) and period not in self.periods:
                right = f"periods of this version are {', '.join(self.periods)}"
                self.findings.add(column.line, f"{name}: unknown period {period!r}", right)

    def _row(self, written: WrittenRow) -> PriceRow | None:
        """The row, None if anything in it is wrong; all its mistakes are found, not only the first."""
        found = len(self.findings.problems)
        shape = self._shapes.get(written.columns)
        if shape is None:
            shape = self._shapes[written.columns] = self._shape(written.columns)
        for what, right in shape.missing:
            self.findings.add(written.line, what, right)
        cells = written.cells
        prefix = "" if shape.prefix is None else cells[shape.prefix]
        destination = "" if shape.destination is None else cells[shape.destination]
        if not _PREFIX.fullmatch(prefix) or not destination.isprintable() or len(destination) > MAX_DESTINATION_LENGTH:
            self._tell_identity(prefix, destination, written)
        price = self._price(shape, written)
        direction = self._direction(shape.direction, written)
        return PriceRow(prefix, destination, price, direction) if len(self.findings.problems) == found else None

    def _shape(self, columns: tuple[str, ...]) -> _Shape:
        missing: list[tuple[str, str]] = []
        rates = self._rate_sources(columns, missing)
        missing += [(f"a row without a {name}", f"write its {name}") for name in _IDENTITY if name not in columns]
        if not any(column.partition(":")[0] == "price_per_minute" for column in columns):
            missing.append(("no price_per_minute", "write it, 0 if calls are free of charge"))
        missing += self._missing_steps(columns)
        return _Shape(
            _index("prefix", columns),
            _index("destination", columns),
            _index("direction", columns),
            rates,
            tuple(columns.index(name) for name in ROW_TERMS if name in columns),
            tuple(missing),
        )

    def _rate_sources(self, columns: tuple[str, ...], missing: list[tuple[str, str]]) -> tuple[_RateSources, ...]:
        fees = self._sources("connection_fee", columns, missing)
        prices = self._sources("price_per_minute", columns, missing)
        known = [column for text in columns if (column := column_of(text))]
        seconds = sorted({column.from_s for column in known} - {0})
        later = {from_s: self._sources(f"price_per_minute@{from_s}", columns, missing) for from_s in seconds}
        return tuple(
            _RateSources(
                period,
                fees[period],
                prices[period],
                _index(f"step:{period}", columns),
                tuple((at, later[at][period], _index(f"step_s@{at}", columns)) for at in seconds),
            )
            for period in self.periods
        )

    def _missing_steps(self, columns: tuple[str, ...]) -> list[tuple[str, str]]:
        pair = [name for name in ("first_block_s", "step_s") if name in columns]
        own = [period for period in self.periods if f"step:{period}" in columns]
        if pair and ("step" in columns or own):
            return [(f"step stands beside {' and '.join(pair)}", "write step alone, or first_block_s and step_s")]
        if len(pair) == 1:
            return [(f"{pair[0]} stands alone", "write first_block_s and step_s, or step alone, such as 60/1")]
        if pair or "step" in columns or self.default_step is not None or len(own) == len(self.periods):
            return []
        if own:
            lacking = [period for period in self.periods if period not in own]
            return [
                (f"no step for period {period!r}", "write one for every period, or one for all") for period in lacking
            ]
        return [("no step", "write first block and step in seconds, such as step 60/1")]

    def _sources(self, name: str, columns: tuple[str, ...], missing: list[tuple[str, str]]) -> dict[str, _Source]:
        """By period the source of its amount: the cell of its own, else the one for all periods."""
        own = {period: _index(f"{name}:{period}", columns) for period in self.periods}
        common = _index(name, columns)
        sources = {period: common if source is None else source for period, source in own.items()}
        lacking = [period for period, source in sources.items() if source is None]
        if len(lacking) < len(sources):
            right = "write one for every period, or one for all"
            missing += [(f"no {name} for period {period!r}", right) for period in lacking]
        return sources

    def _tell_identity(self, prefix: str, destination: str, written: WrittenRow) -> None:
        """What is wrong with prefix and destination; that one is missing is told with the shape."""
        if prefix and not _PREFIX.fullmatch(prefix):
            right = "write digits as in E.164 without + or 00, such as 4822, or short:112 for a short number"
            self.findings.add(written.line_of("prefix"), f"{prefix!r} is no prefix", right)
        if not destination.isprintable() or len(destination) > MAX_DESTINATION_LENGTH:
            right = f"name it in 1 to {MAX_DESTINATION_LENGTH} printable characters, such as Poland mobile"
            self.findings.add(written.line_of("destination"), f"destination {destination[:40]!r}", right)

    def _direction(self, source: _Source, written: WrittenRow) -> str:
        text = "" if source is None else written.cells[source]
        if text and text not in _DIRECTIONS:
            self.findings.add(written.line_of("direction"), f"direction {text!r}", f"write {listed(_DIRECTIONS)}")
        return text

    def _price(self, shape: _Shape, written: WrittenRow) -> Price:
        rates = {sources.period: self._rate(sources, written) for sources in shape.rates}
        terms = self._terms_of(shape, written)
        return Price(
            rates,
            terms.first_block_s,
            terms.step_s,
            terms.minimum_s,
            terms.minimum_amount,
            terms.free_s,
            terms.maximum_amount,
            terms.grace_s,
        )

    def _rate(self, sources: _RateSources, written: WrittenRow) -> Rate:
        fee, price = self._amount(sources.fee, written), self._amount(sources.price, written)
        if sources.step is None and not sources.later:
            return Rate(fee, price)
        step = None
        if sources.step is not None:
            column = written.columns[sources.step]
            step = step_of(Cell(written.cells[sources.step], written.line_of(column)), self.findings)
        return Rate(fee, price, step, tuple(self._later(sources, price, written)))

    def _later(self, sources: _RateSources, price: Decimal, written: WrittenRow) -> Iterator[LaterRate]:
        """What begins later in a call; what is not written stays as it was before."""
        step_s: int | None = None
        for from_s, price_source, step_source in sources.later:
            price = price if price_source is None else self._amount(price_source, written)
            step_s = step_s if step_source is None else self._whole(step_source, written, 1)
            yield LaterRate(from_s, price, step_s)

    def _terms_of(self, shape: _Shape, written: WrittenRow) -> _Terms:
        """Times and minimum: the same few in all rows of a list, so they are understood once."""
        key = (shape.terms, *[written.cells[index] for index in shape.terms])
        terms = self._terms.get(key)
        if terms is not None:
            return terms
        found = len(self.findings.problems)
        cells = dict(zip(written.columns, written.cells, strict=True))
        terms = _Terms(
            *self._step(cells, written),
            self._seconds("minimum_s", cells, written, 0),
            self._amount(_index("minimum_amount", written.columns), written),
            self._seconds("free_s", cells, written, 0),
            self._maximum(written),
            self._seconds("grace_s", cells, written, 0),
        )
        if terms.maximum_amount is not None and terms.maximum_amount < terms.minimum_amount:
            right = "write a maximum_amount that is not below minimum_amount"
            self.findings.add(written.line_of("maximum_amount"), "maximum_amount is below minimum_amount", right)
        if len(self.findings.problems) == found:
            self._terms[key] = terms
        return terms

    def _amount(self, source: _Source, written: WrittenRow) -> Decimal:
        """The amount in a cell, 0 if there is no such cell."""
        if source is None:
            return _ZERO
        text = written.cells[source]
        amount = self._amounts.get(text)
        if amount is not None:
            return amount
        if _PRICE.fullmatch(text):
            amount = self._amounts[text] = Decimal(text)
            return amount
        return self._long_amount(text, written.columns[source], written)

    def _long_amount(self, text: str, column: str, written: WrittenRow) -> Decimal:
        """A price per minute with the decimals that the list asks for; whatever else is no amount."""
        decimals = self.price_decimals if column.startswith("price_per_minute") else MAX_DECIMALS
        if re.fullmatch(rf"[0-9]{{1,9}}\.[0-9]{{1,{decimals}}}", text):
            return Decimal(text)
        what = f"{column}: {text!r} is negative" if _NEGATIVE.fullmatch(text) else f"{column}: {text!r} is no amount"
        right = f"write digits with a dot and at most {decimals} decimals, such as 0.29"
        self.findings.add(written.line_of(column), what, right)
        return _ZERO

    def _maximum(self, written: WrittenRow) -> Decimal | None:
        source = _index("maximum_amount", written.columns)
        return None if source is None else self._amount(source, written)

    def _seconds(self, column: str, cells: Mapping[str, str], written: WrittenRow, least: int) -> int:
        return self._whole(written.columns.index(column), written, least) if column in cells else least

    def _whole(self, source: int, written: WrittenRow, least: int) -> int:
        column, text = written.columns[source], written.cells[source]
        if _SECONDS.fullmatch(text) and least <= int(text) <= MAX_SECONDS:
            return int(text)
        right = f"write whole seconds from {least} to {MAX_SECONDS}"
        self.findings.add(written.line_of(column), f"{column}: {text!r}", right)
        return least

    def _step(self, cells: Mapping[str, str], written: WrittenRow) -> tuple[int, int]:
        """First block and step; what is missing or written twice is told with the shape."""
        if "first_block_s" in cells or "step_s" in cells:
            first_block_s = self._seconds("first_block_s", cells, written, 1)
            return first_block_s, self._seconds("step_s", cells, written, 1)
        if "step" in cells:
            return step_of(Cell(cells["step"], written.line_of("step")), self.findings)
        return self.default_step or (1, 1)


def _index(name: str, columns: tuple[str, ...]) -> int | None:
    return columns.index(name) if name in columns else None


def step_of(cell: Cell, findings: Findings) -> tuple[int, int]:
    """First block and step in seconds of a text such as `60/1`."""
    match = _STEP.fullmatch(cell.text)
    if match:
        first, step = int(match[1]), int(match[2])
        if 1 <= first <= MAX_SECONDS and 1 <= step <= MAX_SECONDS:
            return first, step
    right = f"write first block / step, whole seconds from 1 to {MAX_SECONDS}, such as 60/1"
    findings.add(cell.line, f"step {cell.text!r}", right)
    return 1, 1
