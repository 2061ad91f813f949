"""The history for machines: a JSON object or a CSV row a call, written as they are read, however many there are."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable
from datetime import tzinfo
from decimal import Decimal

import orjson

from callcontrol.edges.ledger.past_rows import PastCall
from callcontrol.usecases.call_rows import COLUMNS, cells, machine_row
from callcontrol.usecases.timeline import timeline

Pages = Iterable[list[PastCall]]


def write_json(pages: Pages) -> None:
    """A line each: everything that is known, times in UTC; of a call asked for by its id its time line, too."""
    for page in pages:
        for call in page:
            value = call.plain()
            if call.beside is not None:
                value["timeline"] = [row.plain() for row in timeline(call)]
            sys.stdout.buffer.write(orjson.dumps(value, default=_exact, option=orjson.OPT_UTC_Z) + b"\n")
    sys.stdout.buffer.flush()


def write_csv(pages: Pages, zone: tzinfo) -> None:
    """The columns' names, then a row each (RFC 4180); times on the clocks of `zone`, with their offset."""
    writer = csv.writer(sys.stdout, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for page in pages:
        writer.writerows(machine_row(cells(call, zone)) for call in page)
    sys.stdout.flush()


def _exact(value: object) -> str:
    """Amounts and milliseconds as text, exactly as they are stored."""
    if isinstance(value, Decimal):
        return format(value, "f")
    raise TypeError(f"{type(value).__name__} has no JSON form here")
