"""The manifest of a batch: what its file holds, and which manifest came before.

Each manifest names the SHA-256 of its file and that of the manifest before it. So a file that is missing, altered or
out of place is seen by anyone who has the files, with `sha256sum` and `jq` alone (README).
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final

import orjson

from callcontrol.billing.exports.exportable import UNIT
from callcontrol.billing.exports.form import number_text
from callcontrol.vocabulary.money import EXACT

MANIFEST: Final = ".manifest.json"
# So that names sort as numbers do; larger numbers have more digits.
_DIGITS: Final = 6


def stem_of(export: str, number: int) -> str:
    """What the names of a batch's files begin with."""
    return f"{export}-{number:0{_DIGITS}d}"


def sha256_of(content: bytes) -> str:
    """In hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


@dataclass(slots=True)
class Summary:
    """Counts rows and adds up what is added up of them, while they pass.

    Attributes:
        sums: by column and currency, or unit.
    """

    rows: int = 0
    first: date | None = None
    last: date | None = None
    sums: defaultdict[str, defaultdict[str, Decimal]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(Decimal))
    )

    def counted(
        self, rows: Iterable[Sequence[Any]], places: Mapping[str, int], sums: Sequence[tuple[str, str]]
    ) -> Iterator[Sequence[Any]]:
        """The same rows.

        Args:
            places: of each column that is needed in a row; `of_day` among them.
            sums: as Exportable.sums.
        """
        day_at = places["of_day"]
        summed = [(name, places[name], by, places.get(by)) for name, by in sums]
        for row in rows:
            self.rows += 1
            day = row[day_at]
            self.first = day if self.first is None or day < self.first else self.first
            self.last = day if self.last is None or day > self.last else self.last
            for name, at, by, by_at in summed:
                if (value := row[at]) is not None:
                    unit = by.removeprefix(UNIT) if by_at is None else row[by_at]
                    self.sums[name][unit] = EXACT.add(self.sums[name][unit], value)
            yield row

    def sums_text(self) -> dict[str, dict[str, str]]:
        """As a manifest has them."""
        return {
            name: {unit: number_text(amount) for unit, amount in sorted(by.items())}
            for name, by in sorted(self.sums.items())
        }


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is told of a batch; each field is a key.

    Attributes:
        previous: SHA-256 of the manifest before; "" for the first one.
        tenants: whose rows are in it; None: all tenants'.
        written_in, days: which rows they are (queries_exports.sql), from each first to, not including, each last.
    """

    export: str
    number: int
    previous: str
    what: str
    tenants: Sequence[str] | None
    file: str
    format: str
    bytes: int
    sha256: str
    rows: int
    sums: Mapping[str, Mapping[str, str]]
    first_day: str | None
    last_day: str | None
    columns: Sequence[str]
    written_in: tuple[int, int]
    days: tuple[str, str]
    closed_at: str
    made_by: str

    def text(self) -> str:
        """Its file: JSON, two blanks deep, so that people can read it too."""
        return orjson.dumps(self, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()
