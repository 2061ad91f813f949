"""Statistics of queues, agents and menus from the records, for any period.

What counts when: a visit under the moment the caller entered the queue; an offer, with its conversation and wrap-up,
under the moment it was made, for its queue and its agent alike, so that both sums agree; a stay in a menu under the
moment the caller came to it. Calls that are not over yet
are not in the ledger. A callback's call is no caller who entered: it counts by its offers and as reached.

A visit is found if its call reached us at most a day before the period, which every call does that is not over a day
old when it enters a queue.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any

from callcontrol.edges.ledger.queries import query
from callcontrol.edges.ledger.reader import Access, asking, connect
from callcontrol.vocabulary.agent import MISSES, OfferEnd
from callcontrol.vocabulary.moment import Instant, datetime_of

_OLDEST_CALL = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class QueueStatistics:
    """What came of a queue's callers. Counts; times are sums in whole ms.

    Attributes:
        entered: = answered + abandoned + short_abandoned + overflowed + callbacks_asked + taken_out + failed.
        in_time: of those answered, who waited no longer than the seconds that were given.
        abandoned, short_abandoned: hung up while waiting; short: before the seconds that were given.
        overflowed: went elsewhere: waited as long as allowed, the last agent left, or pressed a key for it.
        callbacks_asked, callbacks_reached: asked to be called back; customers who were, and spoke with an agent.
        taken_out: removed or moved by a person.
        failed: no other outcome is known.
        offers, misses: one per agent offered; of these rejected or not answered.
        talks: conversations, those of callbacks too; `talk_ms` and `wrap_up_ms` (as planned) are theirs.
        answered_wait_ms: waiting time of those answered.
        longest_wait_ms: the longest wait of all who entered, whatever came of it.
    """

    queue: str
    entered: int
    answered: int
    in_time: int
    abandoned: int
    short_abandoned: int
    overflowed: int
    callbacks_asked: int
    callbacks_reached: int
    taken_out: int
    failed: int
    offers: int
    misses: int
    talks: int
    answered_wait_ms: int
    longest_wait_ms: int
    talk_ms: int
    wrap_up_ms: int

    @property
    def asa_ms(self) -> int | None:
        """Average speed of answer: how long those answered waited; None without any."""
        return self.answered_wait_ms // self.answered if self.answered else None

    @property
    def aht_ms(self) -> int | None:
        """Average handling time: conversation and wrap-up; None without any."""
        return (self.talk_ms + self.wrap_up_ms) // self.talks if self.talks else None

    @property
    def service_level(self) -> float | None:
        """Answered in time / (entered - short_abandoned - taken_out), 0 to 1; None if no caller counts.

        A caller who hung up at once gave the agents no chance, and one who was taken out by hand was not theirs to
        answer. All others who were not answered count against the queue: abandoned, overflowed, asked to be called
        back, failed.
        """
        counted = self.entered - self.short_abandoned - self.taken_out
        return self.in_time / counted if counted else None


@dataclass(frozen=True, slots=True)
class AgentStatistics:
    """What came of an agent's offers, over all queues. Times are sums in whole ms.

    Attributes:
        ends: how often which end; ends that did not occur are not in it.
        talks: conversations: fewer than were accepted if callers went before they were joined.
        wrap_up_ms: as planned.
    """

    agent: str
    ends: Mapping[OfferEnd, int]
    talks: int
    talk_ms: int
    wrap_up_ms: int

    @property
    def offered(self) -> int:
        """All offers."""
        return sum(self.ends.values())

    @property
    def answered(self) -> int:
        """The offers the agent accepted."""
        return self.ends.get(OfferEnd.ACCEPTED, 0)

    @property
    def missed(self) -> int:
        """The offers that count as the agent's misses: rejected, not answered."""
        return sum(self.ends.get(end, 0) for end in MISSES)


@dataclass(frozen=True, slots=True)
class WayOut:
    """A way by which callers left a menu: how, by which keys, and where to.

    Attributes:
        how, pressed, to: as of a call's stay in a menu (`billing.record.MenuVisit`).
        median_ms: half of them were in the menu no longer than this (ms).
    """

    how: str
    pressed: str
    to: str
    callers: int
    median_ms: int


@dataclass(frozen=True, slots=True)
class MenuStatistics:
    """What came of the callers who came into a menu, each time they did.

    Attributes:
        ways: how they left it, the most frequent first.
        silences, wrongs: how often nothing was pressed, and something that leads nowhere.
        stay_ms: time in the menu, the sum (ms).
    """

    menu: str
    ways: tuple[WayOut, ...]
    silences: int
    wrongs: int
    stay_ms: int

    @property
    def entered(self) -> int:
        """How often callers came to it."""
        return sum(way.callers for way in self.ways)

    @property
    def gave_up(self) -> int:
        """How often they hung up in it."""
        return sum(way.callers for way in self.ways if way.how == "hung_up")

    @property
    def mean_ms(self) -> int:
        """How long they were in it, on average (ms)."""
        return self.stay_ms // self.entered if self.entered else 0


def menu_statistics(
    access: Access, tenant: str, start: Instant, end: Instant, menu: str | None = None
) -> list[MenuStatistics]:
    """The tenant's menus that callers came into in [start, end), by name.

    Args:
        menu: only this one; None: all.

    Raises:
        NoLedger: Postgres cannot be reached, or has no tables of this version.
    """
    rows = _rows(access, "menu_statistics", _period(tenant, start, end) | {"menu": menu})
    return [_menu(name, list(ways)) for name, ways in groupby(rows, key=lambda row: str(row["menu"]))]


def queue_statistics(
    access: Access, tenant: str, start: Instant, end: Instant, in_time_s: int, short_s: int
) -> list[QueueStatistics]:
    """The tenant's queues that had callers or offers in [start, end), by name.

    Args:
        in_time_s: answered within so many seconds is in time.
        short_s: who hangs up before so many seconds is no abandoned caller.

    Raises:
        NoLedger: Postgres cannot be reached, or has no tables of this version.
    """
    given = {"in_time_s": in_time_s, "short_s": short_s, "misses": [end.value for end in MISSES]}
    rows = _rows(access, "queue_statistics", _period(tenant, start, end) | given)
    return [QueueStatistics(**row) for row in rows]


def agent_statistics(access: Access, tenant: str, start: Instant, end: Instant) -> list[AgentStatistics]:
    """The tenant's agents who had offers in [start, end), by name.

    Raises:
        NoLedger: Postgres cannot be reached, or has no tables of this version.
    """
    rows = _rows(access, "agent_statistics", _period(tenant, start, end))
    return [_agent(name, list(ends)) for name, ends in groupby(rows, key=lambda row: str(row["agent"]))]


def _rows(access: Access, name: str, params: dict[str, object]) -> list[dict[str, Any]]:
    with connect(access) as connection, asking(connection):
        return connection.execute(query(name), params).fetchall()


def _period(tenant: str, start: Instant, end: Instant) -> dict[str, object]:
    first, last = datetime_of(start), datetime_of(end)
    days = {"first_day": (first - _OLDEST_CALL).date(), "last_day": last.date()}
    return {"tenant": tenant, "start": first, "end": last, **days}


def _agent(name: str, rows: list[dict[str, Any]]) -> AgentStatistics:
    def total(column: str) -> int:
        return int(sum((row[column] for row in rows), Decimal(0)))

    ends = {OfferEnd(row["how"]): int(row["offers"]) for row in rows}
    return AgentStatistics(name, ends, total("talks"), total("talk_ms"), total("wrap_up_ms"))


def _menu(name: str, rows: list[dict[str, Any]]) -> MenuStatistics:
    ways = tuple(WayOut(row["how"], row["pressed"], row["to"], row["callers"], row["median_ms"]) for row in rows)
    silences, wrongs, stay_ms = (int(sum(row[name] for row in rows)) for name in ("silences", "wrongs", "stay_ms"))
    return MenuStatistics(name, ways, silences, wrongs, stay_ms)
