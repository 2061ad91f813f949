"""The statements that find calls in the history, put together of what is wanted.

Calls are looked for in stretches of days, a short one first, then longer ones: what is frequent is found in the first,
so that no statement sorts a year for a page of twenty; what is rare is found by its index, however long the stretch.
Months that a stretch does not touch are not looked at.

Where several filters are given it is asked first whether one of them is rare, at all or in a stretch: then its calls
are named, and each of them is looked at for the others. So the time does not grow with how many calls those have.
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
# So many calls are few: each is looked at by itself. Behind the first stretch, which had too few, that pays for more.
FEW: Final = 300
FEW_LATER: Final = 2_000
_CONDITIONS, _CALLS = b"CONDITIONS", b"CALLS"
_WILD: Final = "*"
_ESCAPED: Final = str.maketrans({"\\": r"\\", "%": r"\%", "_": r"\_"})
# Each condition by the fields of `Wanted` it is about: it stands where one of them is given. Those of own columns
# begin with `where_`, others are `named_…` and `has_…`. In this order they are looked at for being rare.
_WHERE: Final = {
    "where_since": ("since",),
    "where_until": ("until",),
    "where_caller": ("caller",),
    "number": ("number",),
    "called": ("called",),
    "where_refusal": ("refusal",),
    "where_survey": ("survey_from", "survey_to"),
    "agent": ("agent",),
    "extension": ("extension",),
    "cost": ("cost_from", "cost_to", "currency"),
    "direction": ("direction",),
    "queue": ("queue",),
    "where_outcome": ("outcome",),
    "where_type": ("type",),
}
_WHEN: Final = {"where_since", "where_until"}
_NUMBERS: Final = ("number", "caller", "called")


@dataclass(frozen=True, slots=True)
class Days:
    """A stretch of days (UTC), both included."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class KnownCall:
    """A call by its name."""

    tenant: str
    switch: str
    call_id: str
    started_day: date


@dataclass(frozen=True, slots=True)
class Search:
    """What is wanted, with what the ledger had to be asked for it.

    Attributes:
        tenants: whose calls they can be, by name.
        call_ids: the calls meant by `wanted.call_id`; None: it is not given.
        edge: the first day that has calls, in the order that is wanted (UTC): there the search begins.
        known: all calls by one of the filters, which are few; None: none of them has few.
    """

    wanted: Wanted
    tenants: Collection[str]
    call_ids: Sequence[str] | None
    edge: date
    known: Collection[KnownCall] | None = None

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
        if self.call_ids is not None or self.known is not None:
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

    def few(self, days: Days | None, most: int) -> Iterator[tuple[bytes, dict[str, object]]]:
        """Where several filters are given, for each the statement that names its calls, up to so many and one.

        Args:
            days: in these; None: in all.
        """
        filters = [where for where in self._given() if where not in _WHEN]
        if self.call_ids is not None or len(filters) < 2:
            return
        params = self._params(days or self._whole()) | {"limit": most + 1}
        whose = "where_tenants" if self.wanted.tenant is None else "where_tenant"
        for where in filters:
            if where.startswith("where_"):
                text = query("named_few").replace(_CONDITIONS, query(whose) + b"\n  AND " + query(where))
            else:
                text = query(f"named_{where}")
            yield text + b"\nLIMIT %(limit)s", params

    def _whole(self) -> Days:
        wanted = self.wanted
        first = [_day(wanted.since)] if wanted.since is not None else []
        last = [_day(wanted.until)] if wanted.until is not None else []
        if wanted.after is not None:
            (first if wanted.oldest_first else last).append(_day(wanted.after.at))
        return Days(max(first, default=date.min), min(last, default=date.max))

    def _statement(self, name: str) -> bytes:
        calls = b"calls c" if self.known is None else query("known_calls")
        conditions = b"\n  AND ".join(map(self._condition, self._conditions())) or b"true"
        return query(name).replace(_CALLS, calls).replace(_CONDITIONS, conditions)

    def _condition(self, where: str) -> bytes:
        if where.startswith("where_"):
            return query(where)
        if self.known is not None:
            return query(f"has_{where}")
        return b"(c.tenant, c.switch, c.call_id, c.started_day) IN (" + query(f"named_{where}") + b")"

    def _given(self) -> list[str]:
        wanted = self.wanted
        return [where for where, names in _WHERE.items() if any(getattr(wanted, name) is not None for name in names)]

    def _conditions(self) -> Iterator[str]:
        wanted, given = self.wanted, self._given()
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
        after, known = wanted.after, self.known or ()
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
            "known_tenants": [call.tenant for call in known],
            "known_switches": [call.switch for call in known],
            "known_calls": [call.call_id for call in known],
            "known_days": [call.started_day for call in known],
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
