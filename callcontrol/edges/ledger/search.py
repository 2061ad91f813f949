"""The statements that find calls in the history, put together of what is wanted.

It is asked first whether one of the filters is rare: then its calls are named, and each of them is looked at for the
others. So the time does not grow with how many calls those have.

Else calls are looked for in stretches of days, a short one first: what is frequent is found in the first, so that no
statement sorts a year for a page of twenty. The next one is longer where the last one was quick, and shorter where it
was slow. So what a page costs is bounded, whatever is asked for: filters that are frequent each and never together are
looked for until the time is over, and the page says how far that was.

Numbers are compared by operators that are leakproof, which LIKE is not: behind row-level security (`walls.py`) no other
reaches an index, and each look would read a year.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from callcontrol.edges.ledger.queries import query
from callcontrol.vocabulary.agent import MISSES, OfferEnd
from callcontrol.vocabulary.counted import CountedFigure
from callcontrol.vocabulary.moment import Instant, datetime_of, instant_of
from callcontrol.vocabulary.reach import Reach
from callcontrol.vocabulary.wanted import Place, Wanted

# Days of the stretches, one after the other, where time does not matter; what is left is the last one.
STRETCHES: Final = (1, 7, 30, 120)
# So many calls are few: each is looked at by itself. In a stretch of days that pays for more.
FEW: Final = 100
FEW_LATER: Final = 500
# A stretch that took less than this share of the time there is makes the next one so many times longer.
_LONGER: Final = ((1 / 16, 6), (1 / 8, 3), (1 / 4, 1))
_LONGEST: Final = 732  # days
# Stands for the first day that has calls where there are none.
NO_CALLS: Final = date.min
_CONDITIONS, _CALLS = b"CONDITIONS", b"CALLS"
_IN: Final = b"(c.tenant, c.switch, c.call_id, c.started_day) IN ("
_WILD: Final = "*"
# As the statements are written, and as they are asked: a number itself, or all that begin so, up to the last of these.
_LIKE: Final = re.compile(rb"([\w.]+) LIKE ((?:'number:' \|\| )?)%\((\w+)\)s")
_IS: Final = rb"\1 = \2%(\3)s"
_BEGINS: Final = rb"(\1 ~>=~ (\2%(\3)s) AND \1 ~<=~ (\2%(\3_last)s))"
_LAST: Final = "\U0010ffff"
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
    "counted": ("counted",),
    "agent": ("agent",),
    "extension": ("extension",),
    "cost": ("cost_from", "cost_to", "currency"),
    "direction": ("direction",),
    "reach": ("reach",),
    "queue": ("queue",),
    "where_outcome": ("outcome",),
    "where_type": ("type",),
    "where_hour": ("weekday", "hour"),
}
_WHEN: Final = {"where_since", "where_until"}
_OF_TIME: Final = frozenset({*_WHEN, "where_hour"})
_NUMBERS: Final = ("number", "caller", "called")
# How stays in queues, offers and rung phones ended that are counted; None: in any way.
_HOWS: Final[Mapping[CountedFigure, Sequence[str]]] = {
    CountedFigure.QUEUE_ANSWERED: ("answered",),
    CountedFigure.QUEUE_ABANDONED: ("abandoned",),
    CountedFigure.AGENT_ANSWERED: (OfferEnd.ACCEPTED,),
    CountedFigure.AGENT_MISSED: tuple(sorted(MISSES)),
    CountedFigure.EXTENSION_ANSWERED: ("answered",),
    CountedFigure.EXTENSION_MISSED: ("missed",),
}


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
        edge: the first day that has calls, in the order that is wanted (UTC): there the search begins; or NO_CALLS.
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
        return self._statement(name, one_by_one=self.is_broad), self._params(days) | {"limit": limit}

    def sums(self, name: str) -> tuple[bytes, dict[str, object]]:
        """`search_totals` or `search_costs` of all calls that match, and its parameters."""
        return self._statement(name), self._params(self.whole())

    def stretches(self) -> Iterator[Days]:
        """The days to look in, one stretch after the other, where time does not matter."""
        left: Days | None = self.whole()
        for days in STRETCHES if self.is_paced else ():
            assert left is not None
            stretch, left = self.cut(left, days)
            yield stretch
            if left is None:
                return
        assert left is not None
        yield left

    @property
    def is_paced(self) -> bool:
        """Whether it goes by stretches of days: calls that are known are looked at all together."""
        return self.call_ids is None and self.known is None

    def cut(self, left: Days, days: int) -> tuple[Days, Days | None]:
        """The next stretch of so many days with calls, and what is left behind it; None: nothing."""
        if self.edge == NO_CALLS:
            return left, None
        edge = min(max(self.edge, left.first), left.last)
        if self.wanted.oldest_first:
            behind = min(edge, date.max - timedelta(days=days)) + timedelta(days=days - 1)
            if behind >= left.last:
                return left, None
            return Days(left.first, behind), Days(behind + timedelta(days=1), left.last)
        behind = max(edge, date.min + timedelta(days=days)) - timedelta(days=days - 1)
        if behind <= left.first:
            return left, None
        return Days(behind, left.last), Days(left.first, behind - timedelta(days=1))

    def ended(self, left: Days, day: date) -> Days:
        """What is left, up to the last day that has calls, in the order that is wanted."""
        day = min(max(day, left.first), left.last)
        return Days(left.first, day) if self.wanted.oldest_first else Days(day, left.last)

    def place_behind(self, days: Days) -> Place:
        """Where a search goes on that has looked through these days."""
        if self.wanted.oldest_first:
            return Place(_midnight(days.last + timedelta(days=1)), "")
        return Place(Instant(_midnight(days.first) - 1), "")

    def begin(self, *, end: bool = False) -> tuple[bytes, dict[str, object]]:
        """The statement that finds the first day that has calls, in the order that is wanted, and its parameters.

        Args:
            end: the last one instead.
        """
        name = "first_day" if self.wanted.oldest_first is not end else "last_day"
        wanted = Wanted(tenant=self.wanted.tenant)
        return replace(self, wanted=wanted)._statement(name), self._params(self.whole())

    def few(self, days: Days | None, most: int) -> Iterator[tuple[bytes, dict[str, object]]]:
        """For each filter the statement that names its calls, up to so many and one.

        Args:
            days: in these, where several are given; None: in all.
        """
        filters = [where for where in self._given() if where not in _WHEN]
        if self.call_ids is not None or (days is not None and len(filters) < 2 and not self.is_broad):
            return
        params = self._params(days or self.whole()) | {"limit": most + 1}
        whose = "where_tenants" if self.wanted.tenant is None else "where_tenant"
        for where in filters:
            if where.startswith("where_"):
                text = query("named_few").replace(_CONDITIONS, query(whose) + b"\n  AND " + query(where))
            else:
                text = query(f"named_{where}")
            yield self._leakproof(text) + b"\nLIMIT %(limit)s", params

    def whole(self) -> Days:
        """All days that can have such calls."""
        wanted = self.wanted
        # A call that came into a queue, or was offered, in the period may have arrived the day before.
        before = timedelta(days=1 if self._has_own_time else 0)
        first = [_day(wanted.since) - before] if wanted.since is not None else []
        last = [_day(wanted.until)] if wanted.until is not None else []
        if wanted.after is not None:
            (first if wanted.oldest_first else last).append(_day(wanted.after.at))
        return Days(max(first, default=date.min), min(last, default=date.max))

    @property
    def is_broad(self) -> bool:
        """Whether a number is wanted by its beginning: many may have it, to name them all costs more than to look."""
        return any((getattr(self.wanted, name) or "").endswith(_WILD) for name in ("number", "called"))

    def _statement(self, name: str, *, one_by_one: bool = False) -> bytes:
        calls = b"calls c" if self.known is None else query("known_calls")
        each = (self._condition(where, one_by_one=one_by_one) for where in self._conditions())
        conditions = b"\n  AND ".join(each) or b"true"
        return self._leakproof(query(name).replace(_CALLS, calls).replace(_CONDITIONS, conditions))

    def _leakproof(self, statement: bytes) -> bytes:
        """The statement as it is asked: it compares numbers so that an index is of use behind a wall, too."""

        def compared(found: re.Match[bytes]) -> bytes:
            is_broad = (getattr(self.wanted, found[3].decode()) or "").endswith(_WILD)
            return found.expand(_BEGINS if is_broad else _IS)

        return _LIKE.sub(compared, statement)

    @property
    def _has_own_time(self) -> bool:
        return self.wanted.counted is not None and self.wanted.counted.has_own_time

    def _condition(self, where: str, *, one_by_one: bool) -> bytes:
        if where.startswith("where_"):
            return query(where)
        if where.startswith("counted_"):
            return _IN + query(f"named_{where}") + b")"
        if self.known is not None or (one_by_one and where in _NUMBERS):
            return query(f"has_{where}")
        return _IN + query(f"named_{where}") + b")"

    def _given(self) -> list[str]:
        wanted, counted = self.wanted, self.wanted.counted
        found = [where for where, names in _WHERE.items() if any(getattr(wanted, name) is not None for name in names)]
        if counted is None:
            return found
        own = "where_from_outside" if counted.kind == "from_outside" else f"counted_{counted.kind}"
        # The time is the stay's or the offer's: the statement that names them looks at it.
        left_out = _OF_TIME if self._has_own_time else frozenset()
        return [own if where == "counted" else where for where in found if where not in left_out]

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

    def _numbers(self) -> list[tuple[str, str | None]]:
        return [(name, getattr(self.wanted, name)) for name in _NUMBERS]

    def _params(self, days: Days) -> dict[str, object]:
        wanted = self.wanted
        numbers = {name: number and number.removesuffix(_WILD) for name, number in self._numbers()}
        last = {f"{name}_last": number and number.removesuffix(_WILD) + _LAST for name, number in self._numbers()}
        plain = [name for names in _WHERE.values() for name in names if name not in ("reach", "counted")]
        given = {name: getattr(wanted, name) for name in plain} | _counted(wanted)
        after, known = wanted.after, self.known or ()
        return {
            **given,
            **_reach(wanted.reach),
            **numbers,
            **last,
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


def paced(days: int, took_s: float, within_s: float) -> int:
    """Of how many days the next stretch is, where one of so many took so long, and so long is left for all of them."""
    for share, times in _LONGER:
        if took_s < share * within_s:
            return min(days * times, _LONGEST)
    return max(1, days // 2)


def _midnight(day: date) -> Instant:
    return instant_of(datetime.combine(day, time(), UTC))


def _counted(wanted: Wanted) -> dict[str, object]:
    counted, zone = wanted.counted, dict[str, object](zone=wanted.zone)
    if counted is None:
        return zone
    hows = _HOWS.get(counted.figure)
    figure = counted.figure
    return zone | {
        "counted_name": counted.name,
        "counted_number": counted.number,
        "counted_hows": None if hows is None else [str(how) for how in hows],
        "counted_talks": figure is CountedFigure.AGENT_TALKS,
        "counted_again": figure is CountedFigure.NUMBER_AGAIN,
    }


def _reach(reach: Reach | None) -> dict[str, list[str]]:
    extensions = [] if reach is None else list(reach.extensions)
    return {
        "reach_extensions": extensions,
        "reach_targets": [f"extension:{name}" for name in extensions],
        "reach_queues": [] if reach is None else list(reach.queues),
        "reach_agents": [] if reach is None else list(reach.agents),
    }


def _time(moment: Instant | None) -> datetime | None:
    return None if moment is None else datetime_of(moment)


def _day(moment: Instant) -> date:
    return datetime_of(moment).date()
