"""The statements that find calls in the history, put together of what is wanted.

Calls are looked for in stretches of days, a short one first, then longer ones: what is frequent is found in the first,
so that no statement sorts a year for a page of twenty; what is rare is found by its index, however long the stretch.
Months that a stretch does not touch are not looked at.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from callcontrol.edges.ledger.queries import query
from callcontrol.vocabulary.moment import Instant, datetime_of
from callcontrol.vocabulary.wanted import Wanted

# Days of the stretches, one after the other; what is left is the last one.
STRETCHES: Final = (1, 7, 30, 120)
_CONDITIONS: Final = b"CONDITIONS"
_WILD: Final = "*"
_ESCAPED: Final = str.maketrans({"\\": r"\\", "%": r"\%", "_": r"\_"})
# Each condition by the fields of `Wanted` it is about: it stands where one of them is given.
_WHERE: Final = {
    "where_since": ("since",),
    "where_until": ("until",),
    "where_outcome": ("outcome",),
    "where_refusal": ("refusal",),
    "where_type": ("type",),
    "where_caller": ("caller",),
    "where_called": ("called",),
    "where_number": ("number",),
    "where_extension": ("extension",),
    "where_direction": ("direction",),
    "where_queue": ("queue",),
    "where_agent": ("agent",),
    "where_survey": ("survey_from", "survey_to"),
    "where_cost": ("cost_from", "cost_to", "currency"),
}
_WHEN: Final = {"where_since", "where_until"}
_NUMBERS: Final = ("number", "caller", "called")


@dataclass(frozen=True, slots=True)
class Days:
    """A stretch of days (UTC), both included."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Search:
    """What is wanted, with what the ledger had to be asked for it.

    Attributes:
        tenants: whose calls they can be, by name.
        call_ids: the calls meant by `wanted.call_id`; None: it is not given.
        edge: the first day that has calls, in the order that is wanted (UTC): there the search begins.
    """

    wanted: Wanted
    tenants: Collection[str]
    call_ids: Sequence[str] | None
    edge: date

    def page(self, days: Days, limit: int | None) -> tuple[bytes, dict[str, object]]:
        """The statement that finds calls in these days, in order, and its parameters."""
        name = "search_oldest" if self.wanted.oldest_first else "search"
        return self._statement(name), self._params(days) | {"limit": limit}

    def sums(self, name: str) -> tuple[bytes, dict[str, object]]:
        """`search_totals` or `search_costs` of all calls that match, and its parameters."""
        return self._statement(name), self._params(self._whole())

    def stretches(self) -> Iterator[Days]:
        """The days to look in, one stretch after the other."""
        whole, oldest_first = self._whole(), self.wanted.oldest_first
        if self.call_ids is not None:
            yield whole
            return
        edge = min(max(self.edge, whole.first), whole.last)
        for days in STRETCHES:
            behind = edge + timedelta(days=days - 1) if oldest_first else edge - timedelta(days=days - 1)
            if not whole.first < behind < whole.last:
                break
            yield Days(whole.first, behind) if oldest_first else Days(behind, whole.last)
            edge = behind + timedelta(days=1 if oldest_first else -1)
            whole = Days(edge, whole.last) if oldest_first else Days(whole.first, edge)
        yield whole

    def begin(self) -> tuple[bytes, dict[str, object]]:
        """The statement that finds the first day that has calls, in the order that is wanted, and its parameters."""
        name = "first_day" if self.wanted.oldest_first else "last_day"
        wanted = Wanted(tenant=self.wanted.tenant)
        return replace(self, wanted=wanted)._statement(name), self._params(self._whole())

    def _whole(self) -> Days:
        wanted = self.wanted
        first = [_day(wanted.since)] if wanted.since is not None else []
        last = [_day(wanted.until)] if wanted.until is not None else []
        if wanted.after is not None:
            (first if wanted.oldest_first else last).append(_day(wanted.after.at))
        return Days(max(first, default=date.min), min(last, default=date.max))

    def _statement(self, name: str) -> bytes:
        return query(name).replace(_CONDITIONS, b"\n  AND ".join(map(query, self._conditions())) or b"true")

    def _conditions(self) -> Iterator[str]:
        wanted = self.wanted
        given = [where for where, names in _WHERE.items() if any(getattr(wanted, name) is not None for name in names)]
        if wanted.tenant is not None:
            yield "where_tenant"
        elif self.call_ids is None and set(given) - _WHEN:
            yield "where_tenants"  # indexes begin with the tenant, all but the one by day
        if self.call_ids is not None:
            yield "where_call_ids"
        if wanted.after is not None:
            yield "where_after_oldest" if wanted.oldest_first else "where_after"
        yield from given

    def _params(self, days: Days) -> dict[str, object]:
        wanted = self.wanted
        numbers = {name: _pattern(getattr(wanted, name)) for name in _NUMBERS}
        given = {name: getattr(wanted, name) for names in _WHERE.values() for name in names}
        after = wanted.after
        return {
            **given,
            **numbers,
            "tenant": wanted.tenant,
            "tenants": list(self.tenants),
            "call_ids": self.call_ids,
            "since": _time(wanted.since),
            "until": _time(wanted.until),
            "after_at": after and _time(after.at),
            "after_id": after and after.call_id,
            "first_day": days.first,
            "last_day": days.last,
        }


def _pattern(number: str | None) -> str | None:
    """As LIKE reads it: the number itself, or all that begin so where it ends in `*`."""
    if number is None:
        return None
    begins = number.removesuffix(_WILD)
    return begins.translate(_ESCAPED) + ("%" if begins != number else "")


def _time(moment: Instant | None) -> datetime | None:
    return None if moment is None else datetime_of(moment)


def _day(moment: Instant) -> date:
    return datetime_of(moment).date()
