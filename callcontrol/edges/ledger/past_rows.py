"""Rows of the ledger as the history shows them: a call, and all that belongs to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

# What belongs to calls, by their ids.
RowsByCall = dict[str, list[dict[str, Any]]]
_COST = "cost "  # before the names of the columns of a leg's charge, in legs_of


class PastRow:
    """A row of the ledger. Its columns are its attributes: `billing/record.py` declares them, the schema explains them.

    Lists are tuples here.
    """

    def __init__(self, columns: Mapping[str, Any]) -> None:
        self._columns = {name: tuple(v) if isinstance(v, list) else v for name, v in columns.items()}

    def __getattr__(self, column: str) -> Any:
        """Raises: AttributeError: there is no such column."""
        try:
            return self.__dict__["_columns"][column]
        except KeyError:
            raise AttributeError(f"{type(self).__name__} has no column {column}", name=column, obj=self) from None

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.plain()})"

    def plain(self) -> dict[str, Any]:
        """The columns by their names, then the rows that belong to it, likewise."""
        return dict(self._columns)


class Cost(PastRow):
    """The charge that holds for a leg: the columns of `charges`; `amount` is None unless `status` is `rated`."""


class PastLeg(PastRow):
    """A leg's row, and its cost if it has one; `estimate` says why its times are the best known, "": they are exact."""

    def __init__(self, columns: Mapping[str, Any], cost: Cost | None = None) -> None:
        super().__init__(columns)
        self.cost = cost

    def plain(self) -> dict[str, Any]:
        """The columns, and `cost`, None without one."""
        return {**self._columns, "cost": None if self.cost is None else self.cost.plain()}


class PastOffer(PastRow):
    """An offer's row: a waiting caller offered to one agent."""


class PastVisit(PastRow):
    """A stay in a queue: its row, and its offers in order."""

    def __init__(self, columns: Mapping[str, Any], offers: Iterable[PastOffer] = ()) -> None:
        super().__init__(columns)
        self.offers = tuple(offers)

    def plain(self) -> dict[str, Any]:
        """The columns, and `offers`."""
        return {**self._columns, "offers": [offer.plain() for offer in self.offers]}


class PastSegment(PastRow):
    """A conversation's row."""


class PastCall(PastRow):
    """A call's row, its legs in order, its stays in queues and its conversations.

    Attributes:
        beside: legs of other calls with which its parties talked, or whose place they took; None: not looked for.
    """

    def __init__(
        self,
        columns: Mapping[str, Any],
        legs: Iterable[PastLeg] = (),
        visits: Iterable[PastVisit] = (),
        segments: Iterable[PastSegment] = (),
    ) -> None:
        super().__init__(columns)
        self.beside: tuple[PastLeg, ...] | None = None
        self.legs, self.visits, self.segments = tuple(legs), tuple(visits), tuple(segments)

    def plain(self) -> dict[str, Any]:
        """The columns, `legs`, `visits` and `segments`."""
        parts = {"legs": self.legs, "visits": self.visits, "segments": self.segments}
        return {**self._columns, **{name: [row.plain() for row in rows] for name, rows in parts.items()}}


def call_of(
    row: dict[str, Any], legs: RowsByCall, visits: RowsByCall, offers: RowsByCall, segments: RowsByCall
) -> PastCall:
    """A call of its row, with all that belongs to it."""
    call = row["call_id"]
    return PastCall(
        row,
        (_leg(leg) for leg in legs.get(call, [])),
        (_visit(visit, offers.get(call, [])) for visit in visits.get(call, [])),
        map(PastSegment, segments.get(call, [])),
    )


def _visit(row: dict[str, Any], offers: list[dict[str, Any]]) -> PastVisit:
    return PastVisit(row, (_offer(offer) for offer in offers if offer["visit"] == row["visit"]))


def _offer(row: dict[str, Any]) -> PastOffer:
    return PastOffer({name: value for name, value in row.items() if name != "visit"})


def _leg(row: dict[str, Any]) -> PastLeg:
    cost = {name.removeprefix(_COST): row.pop(name) for name in list(row) if name.startswith(_COST)}
    return PastLeg(row, Cost(cost) if cost["status"] is not None else None)
