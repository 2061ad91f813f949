"""What can be exported, and its columns by name: those that `record.py` declares, and what the ledger adds to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from callcontrol.billing.columns import Kind, Table
from callcontrol.billing.record import CALLS, CHARGES, LEGS
from callcontrol.vocabulary.export import What


@dataclass(frozen=True, slots=True)
class Exportable:
    """A table as exports have it.

    Attributes:
        columns: all there are, in order, with their kinds.
        key: no two rows have the same values in these; rows are delivered in their order.
        sums: columns that are added up, each by the column that names its currency, or in a unit (`=ms`).
    """

    columns: Mapping[str, Kind]
    key: tuple[str, ...]
    sums: tuple[tuple[str, str], ...]


# As a unit in `sums`.
UNIT: Final = "="

_PLACE: Final = {"started_day": Kind.DAY}
_OF_CALL: Final = {"tenant": Kind.TEXT, "switch": Kind.TEXT, "call_id": Kind.TEXT, **_PLACE}
_WRITTEN: Final = {"written_at": Kind.TIME}
_REVISION: Final = {"revision": Kind.INTEGER, "replaces_batch": Kind.INTEGER}


def _declared(table: Table[Any]) -> dict[str, Kind]:
    return {column.name: column.kind for column in table.columns}


def _of(key: str, sums: tuple[tuple[str, str], ...], *columns: Mapping[str, Kind]) -> Exportable:
    together = {name: kind for some in columns for name, kind in some.items()}
    return Exportable(MappingProxyType(together), tuple(key.split()), sums)


EXPORTABLE: Final[Mapping[What, Exportable]] = MappingProxyType(
    {
        What.CALLS: _of(
            "started_day tenant switch call_id revision",
            (("total_ms", "=ms"),),
            *(_declared(CALLS), _PLACE, {"total_ms": Kind.NUMBER}, _WRITTEN, _REVISION),
        ),
        What.LEGS: _of(
            "started_day tenant switch leg_id revision",
            (("talk_ms", "=ms"),),
            *(_OF_CALL, {"position": Kind.INTEGER}, _declared(LEGS)),
            *({"ring_ms": Kind.NUMBER, "talk_ms": Kind.NUMBER, "total_ms": Kind.NUMBER}, _WRITTEN, _REVISION),
        ),
        What.CHARGES: _of(
            "started_day tenant switch leg_id revision",
            (("amount", "currency"), ("cost", "cost_currency")),
            *(_OF_CALL, {"status": Kind.TEXT}, _declared(CHARGES)),
            {"started_at": Kind.TIME, "caller_number": Kind.TEXT, "caller_extension": Kind.TEXT, "dialled": Kind.TEXT},
            {"target": Kind.TEXT, "trunk": Kind.TEXT},
            {"dialled_at": Kind.TIME, "answered_at": Kind.TIME, "ended_at": Kind.TIME},
            *(_WRITTEN, _REVISION),
        ),
        What.ACCOUNT_ENTRIES: _of(
            "tenant account currency number",
            (("amount", "currency"),),
            {"tenant": Kind.TEXT, "account": Kind.TEXT, "currency": Kind.TEXT, "number": Kind.INTEGER},
            {"kind": Kind.TEXT, "amount": Kind.NUMBER, "balance": Kind.NUMBER, "on_hold": Kind.BOOLEAN},
            {"reason": Kind.TEXT, "entered_by": Kind.TEXT, "key": Kind.TEXT, "entered_at": Kind.TIME},
            {"call_id": Kind.TEXT, "switch": Kind.TEXT, "leg_id": Kind.TEXT, **_PLACE, "revision": Kind.INTEGER},
        ),
        What.MISSED: _of(
            "tenant number target opened_at revision",
            (("missed", "=calls"), ("tries", "=calls")),
            {"tenant": Kind.TEXT, "number": Kind.TEXT, "target": Kind.TEXT, "opened_at": Kind.TIME},
            {"status": Kind.TEXT, "opened_by": Kind.TEXT, "reason": Kind.TEXT, "due_at": Kind.TIME},
            {"expires_at": Kind.TIME, "last_missed_at": Kind.TIME, "missed": Kind.INTEGER, "tries": Kind.INTEGER},
            {"first_try_at": Kind.TIME, "claimed_by": Kind.TEXT, "claimed_until": Kind.TIME},
            {"closed_at": Kind.TIME, "how": Kind.TEXT, "by": Kind.TEXT, "why": Kind.TEXT},
            *(_WRITTEN, _REVISION),
        ),
        What.STATEMENTS: _of(
            "tenant number",
            (("net", "currency"), ("vat", "currency"), ("gross", "currency")),
            {"tenant": Kind.TEXT, "number": Kind.INTEGER, "kind": Kind.TEXT, "month": Kind.TEXT, "currency": Kind.TEXT},
            {"corrects": Kind.INTEGER, "net": Kind.NUMBER, "vat": Kind.NUMBER, "gross": Kind.NUMBER},
            {"shape": Kind.INTEGER, "document": Kind.TEXT, "sha256": Kind.TEXT, "closed_by": Kind.TEXT},
            {"closed_at": Kind.TIME},
        ),
    }
)
