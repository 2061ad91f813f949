"""The history for machines: a JSON object or a CSV row a call, written as they are read, however many there are."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterable
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Final

import orjson

from callcontrol.edges.ledger.reader import PastCall
from callcontrol.vocabulary.money import plain

Pages = Iterable[list[PastCall]]

# A spreadsheet takes a text that begins so for a formula.
_FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r")


def write_json(pages: Pages) -> None:
    """A line each: everything that is known, times in UTC."""
    for page in pages:
        for call in page:
            sys.stdout.buffer.write(orjson.dumps(call.plain(), default=_exact, option=orjson.OPT_UTC_Z) + b"\n")
    sys.stdout.buffer.flush()


def write_csv(pages: Pages, zone: tzinfo) -> None:
    """The columns' names, then a row each (RFC 4180); times on the clocks of `zone`, with their offset."""
    writer = csv.writer(sys.stdout, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for page in pages:
        writer.writerows([cell(call, zone) for cell in COLUMNS.values()] for call in page)
    sys.stdout.flush()


def costs_of(call: PastCall) -> dict[str, Decimal]:
    """What the call costs, by currency."""
    sums: dict[str, Decimal] = {}
    for leg in call.legs:
        if leg.cost is not None and leg.cost.amount is not None:
            sums[leg.cost.currency] = sums.get(leg.cost.currency, Decimal(0)) + leg.cost.amount
    return dict(sorted(sums.items()))


def _exact(value: object) -> str:
    """Amounts and milliseconds as text, exactly as they are stored."""
    if isinstance(value, Decimal):
        return format(value, "f")
    raise TypeError(f"{type(value).__name__} has no JSON form here")


def _time(moment: datetime | None, zone: tzinfo) -> str:
    return "" if moment is None else moment.astimezone(zone).isoformat(timespec="milliseconds")


def _seconds(began: datetime | None, ended: datetime) -> str:
    return "" if began is None else f"{(ended - began).total_seconds():.3f}"


def _several(words: Iterable[str]) -> str:
    """Each once, in order."""
    return "; ".join(dict.fromkeys(word for word in words if word))


def _text(text: str) -> str:
    """What a caller can choose: no program takes it for a formula."""
    return f"'{text}" if text.startswith(_FORMULAS) else text


_Cell = Callable[[PastCall, tzinfo], str]
COLUMNS: Final[dict[str, _Cell]] = {
    "arrived": lambda call, zone: _time(call.started_at, zone),
    "type": lambda call, zone: call.type,
    "from": lambda call, zone: call.caller_number,
    "from_name": lambda call, zone: _text(call.caller_name),
    "from_extension": lambda call, zone: call.caller_extension,
    "to": lambda call, zone: call.dialled,
    "outcome": lambda call, zone: call.outcome,
    "refused": lambda call, zone: call.refusal,
    "answered_by": lambda call, zone: call.answered_by,
    "queues": lambda call, zone: _several(visit.queue for visit in call.visits),
    "agents": lambda call, zone: _several(visit.agent for visit in call.visits),
    "survey": lambda call, zone: "" if call.survey_score is None else str(call.survey_score),
    "directions": lambda call, zone: _several(leg.called_direction for leg in call.legs),
    "total_s": lambda call, zone: _seconds(call.started_at, call.ended_at),
    "talk_s": lambda call, zone: _seconds(call.bridged_at, call.ended_at),
    "cost": lambda call, zone: "; ".join(plain(amount) for amount in costs_of(call).values()),
    "currency": lambda call, zone: "; ".join(costs_of(call)),
    "tenant": lambda call, zone: call.tenant,
    "call_id": lambda call, zone: call.call_id,
}
