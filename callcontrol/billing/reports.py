"""Reports: tables made of counts, the same for a terminal, CSV, JSON and the panel. README.md defines each figure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from decimal import Decimal
from enum import StrEnum
from typing import Final

from callcontrol.billing.counts import (
    CallHour,
    CaseCount,
    ClassCost,
    ExtensionCount,
    NumberCount,
    QueueHour,
    ResolutionCount,
    SurveyCount,
)
from callcontrol.vocabulary.survey import SCORES

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FROM_OUTSIDE: Final = ("in", "forwarded", "missed")

Value = str | int | float | Decimal | None


class Kind(StrEnum):
    """How a figure is written."""

    TEXT = "text"
    COUNT = "count"
    SHARE = "share"  # 0 to 1
    MS = "ms"
    MEAN = "mean"
    MONEY = "money"


@dataclass(frozen=True, slots=True)
class Figure:
    """A column of a report."""

    name: str
    kind: Kind

    @property
    def key(self) -> str:
        """Its name for machines, with the unit."""
        return f"{self.name}_ms" if self.kind is Kind.MS else self.name


@dataclass(frozen=True, slots=True)
class Report:
    """A table.

    Attributes:
        rows: a value for each figure; None: there is nothing to divide by.
        bar: the figure that is drawn as a bar.
    """

    name: str
    figures: tuple[Figure, ...]
    rows: tuple[tuple[Value, ...], ...]
    bar: str

    def column(self, name: str) -> list[Value]:
        """The values of a figure, row by row."""
        at = [figure.name for figure in self.figures].index(name)
        return [row[at] for row in self.rows]


def average(total: int, of: int) -> int | None:
    """Rounded down; None without any."""
    return total // of if of else None


def ratio(part: int, of: int) -> float | None:
    """0 to 1; None without any."""
    return part / of if of else None


def figures(**kinds: Kind) -> tuple[Figure, ...]:
    """Columns by their names."""
    return tuple(Figure(name, kind) for name, kind in kinds.items())


def peak_hours(calls: Iterable[CallHour], zone: tzinfo) -> Report:
    """Calls from outside by hour of the day and day of the week, on the clocks of `zone`: 24 rows."""
    grid: Counter[tuple[int, int]] = Counter()
    answered, waited, talks = Counter[int](), Counter[int](), Counter[int]()
    for one in (one for one in calls if one.type in FROM_OUTSIDE):
        at = one.hour.astimezone(zone)
        grid[at.hour, at.weekday()] += one.calls
        answered[at.hour] += one.calls if one.type != "missed" else 0
        waited[at.hour] += one.wait_ms
        talks[at.hour] += one.talks
    rows = []
    for hour in range(24):
        days = [grid[hour, day] for day in range(7)]
        all_ = sum(days)
        rows.append((f"{hour:02}:00", *days, all_, ratio(answered[hour], all_), average(waited[hour], talks[hour])))
    days_of = dict.fromkeys(WEEKDAYS, Kind.COUNT)
    kinds = {"hour": Kind.TEXT, **days_of, "calls": Kind.COUNT, "answered": Kind.SHARE, "time_to_answer": Kind.MS}
    return Report("peak", figures(**kinds), tuple(rows), "calls")


def queue_peak_hours(visits: Iterable[QueueHour], zone: tzinfo, queue: str) -> Report:
    """Callers of a queue by hour of the day and day of the week, likewise; answered: by an agent."""
    return peak_hours((_as_calls(one) for one in visits if one.queue == queue), zone)


def _as_calls(one: QueueHour) -> CallHour:
    answered = one.how == "answered"
    talks, wait_ms = (one.visits, one.wait_ms) if answered else (0, 0)
    return CallHour(one.hour, "in" if answered else "missed", one.how, one.visits, talks, wait_ms, 0)


def types(calls: Iterable[CallHour]) -> Report:
    """How many calls of each type had which outcome."""
    sums: dict[tuple[str, str], list[int]] = {}
    for one in calls:
        found = sums.setdefault((one.type, one.outcome), [0, 0, 0])
        for at, more in enumerate((one.calls, one.talks, one.talk_ms)):
            found[at] += more
    ordered = sorted(sums.items(), key=lambda item: (item[0][0], -item[1][0], item[0][1]))
    rows = tuple((*key, calls, talks, average(talk_ms, talks)) for key, (calls, talks, talk_ms) in ordered)
    kinds = {"type": Kind.TEXT, "outcome": Kind.TEXT, "calls": Kind.COUNT, "talks": Kind.COUNT, "average_talk": Kind.MS}
    return Report("types", figures(**kinds), rows, "calls")


def numbers(name: str, counts: Iterable[NumberCount]) -> Report:
    """Calls from outside by number: how many were answered, and after how long."""
    rows = tuple(
        (
            one.number,
            one.calls,
            one.answered,
            one.calls - one.answered,
            ratio(one.answered, one.calls),
            average(one.wait_ms, one.talks),
            average(one.talk_ms, one.talks),
        )
        for one in counts
    )
    counted = {"calls": Kind.COUNT, "answered": Kind.COUNT, "missed": Kind.COUNT, "share": Kind.SHARE}
    times = {"time_to_answer": Kind.MS, "average_talk": Kind.MS}
    return Report(name, figures(number=Kind.TEXT, **counted, **times), rows, "calls")


def extensions(counts: Iterable[ExtensionCount]) -> Report:
    """What extensions were rung for and made of it."""
    rows = tuple(
        (
            one.extension,
            one.rung,
            one.answered,
            one.missed,
            ratio(one.answered, one.rung),
            average(one.wait_ms, one.answered),
            average(one.talk_ms, one.answered),
            one.out,
        )
        for one in counts
    )
    counted = {"rung": Kind.COUNT, "answered": Kind.COUNT, "missed": Kind.COUNT, "share": Kind.SHARE}
    times = {"time_to_answer": Kind.MS, "average_talk": Kind.MS}
    return Report("extensions", figures(extension=Kind.TEXT, **counted, **times, called=Kind.COUNT), rows, "rung")


def resolution(counts: Sequence[ResolutionCount]) -> Report:
    """First-call resolution, by number and of all: who did not call again."""
    total = ResolutionCount("all", sum(one.talks for one in counts), sum(one.again for one in counts))
    rows = tuple(
        (one.number, one.talks, one.again, ratio(one.talks - one.again, one.talks)) for one in (*counts, total)
    )
    kinds = {"number": Kind.TEXT, "talks": Kind.COUNT, "again": Kind.COUNT, "resolved": Kind.SHARE}
    return Report("resolution", figures(**kinds), rows, "resolved")


def surveys(counts: Sequence[SurveyCount]) -> Report:
    """What callers answered, by queue, of all its agents first, and agent."""
    rows = []
    for queue in sorted({one.queue for one in counts}):
        own = [one for one in counts if one.queue == queue]
        agents = sorted({one.agent for one in own})
        if len(agents) > 1:
            rows.append((queue or "-", "all", *_answers(own)))
        rows += [(queue or "-", agent or "-", *_answers([o for o in own if o.agent == agent])) for agent in agents]
    scores = {str(score): Kind.COUNT for score in SCORES.values()}
    kinds = {"asked": Kind.COUNT, "answered": Kind.SHARE, "mean": Kind.MEAN, **scores}
    return Report("surveys", figures(queue=Kind.TEXT, agent=Kind.TEXT, **kinds), tuple(rows), "mean")


def _answers(counts: Sequence[SurveyCount]) -> tuple[Value, ...]:
    """How often it was asked, the share of answers, their mean, and how many there were of each."""
    by_score, asked = Counter[int](), sum(one.asked for one in counts)
    for one in counts:
        if one.score is not None:
            by_score[one.score] += one.asked
    answers = by_score.total()
    total = sum(score * count for score, count in by_score.items())
    return asked, ratio(answers, asked), ratio(total, answers), *(by_score[score] for score in SCORES.values())


def missed(counts: Iterable[CaseCount]) -> Report:
    """How soon missed callers were called back, by whom they wanted."""
    rows = tuple(
        (
            one.target or "all",
            one.cases,
            one.open,
            one.tried,
            one.reached,
            one.came_back,
            ratio(one.in_time, one.owed),
            one.first_try_ms,
            one.first_try_90_ms,
            one.reached_ms,
            one.reached_90_ms,
        )
        for one in counts
    )
    counted = dict.fromkeys(("cases", "open", "tried", "reached", "came_back"), Kind.COUNT)
    times = dict.fromkeys(("first_try", "first_try_p90", "time_to_reach", "time_to_reach_p90"), Kind.MS)
    return Report("missed", figures(target=Kind.TEXT, **counted, in_time=Kind.SHARE, **times), rows, "in_time")


def costs(sums: Iterable[ClassCost]) -> Report:
    """What calls cost, by class of the number."""
    rows = tuple((one.direction or "-", one.currency, one.legs, one.seconds * 1000, one.amount) for one in sums)
    kinds = {
        "direction": Kind.TEXT,
        "currency": Kind.TEXT,
        "legs": Kind.COUNT,
        "talk": Kind.MS,
        "amount": Kind.MONEY,
    }
    return Report("costs", figures(**kinds), rows, "amount")
