"""The columns of a call in lists for programs and spreadsheets: CSV, the API, the page of calls."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Final

from callcontrol.edges.ledger.past_rows import PastCall
from callcontrol.vocabulary.money import plain

# A spreadsheet takes a text that begins so for a formula.
_FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r")
# What callers and people can choose, beside the numbers: these begin with a plus, and programs compare them.
CHOSEN: Final = frozenset({"from_name"})
# Where a number may stand, alone or in a target.
NUMBERS: Final = frozenset({"from", "to", "answered_by"})


def costs_of(call: PastCall) -> dict[str, Decimal]:
    """What the call costs, by currency."""
    sums: dict[str, Decimal] = {}
    for leg in call.legs:
        if leg.cost is not None and leg.cost.amount is not None:
            sums[leg.cost.currency] = sums.get(leg.cost.currency, Decimal(0)) + leg.cost.amount
    return dict(sorted(sums.items()))


def unarmed(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULAS) else text


def cells(call: PastCall, zone: tzinfo) -> dict[str, str]:
    """The call's row, exactly; times on the clocks of `zone`, with their offset."""
    return {name: cell(call, zone) for name, cell in COLUMNS.items()}


def machine_row(row: Mapping[str, str]) -> list[str]:
    """For programs: as it is, but for what a caller has chosen."""
    return [unarmed(text) if name in CHOSEN else text for name, text in row.items()]


def spreadsheet_row(row: Mapping[str, str]) -> list[str]:
    """For spreadsheets: none of it is a formula, numbers begin with an apostrophe."""
    return [unarmed(text) for text in row.values()]


def _time(moment: datetime | None, zone: tzinfo) -> str:
    return "" if moment is None else moment.astimezone(zone).isoformat(timespec="milliseconds")


def _seconds(began: datetime | None, ended: datetime) -> str:
    return "" if began is None else f"{(ended - began).total_seconds():.3f}"


def _several(words: Iterable[str]) -> str:
    """Each once, in order."""
    return "; ".join(dict.fromkeys(word for word in words if word))


_Cell = Callable[[PastCall, tzinfo], str]
COLUMNS: Final[Mapping[str, _Cell]] = {
    "arrived": lambda call, zone: _time(call.started_at, zone),
    "type": lambda call, zone: call.type,
    "from": lambda call, zone: call.caller_number,
    "from_name": lambda call, zone: call.caller_name,
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
