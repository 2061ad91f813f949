"""Reports: what the calls of a period of a tenant come to; what each figure means is said in README.md, "Reports"."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from callcontrol.billing import reports
from callcontrol.billing.reports import Kind, Report, average, ratio
from callcontrol.config.settings import Tenant
from callcontrol.daemon.configuration import Configuration
from callcontrol.edges.ledger.hours import call_hours, queue_hours
from callcontrol.edges.ledger.reader import Access
from callcontrol.edges.ledger.report_counts import ReportCounts
from callcontrol.edges.ledger.statistics import agent_statistics
from callcontrol.usecases.names import unknown
from callcontrol.usecases.queue_rows import past_rows
from callcontrol.usecases.refusals import NotThere, Refused
from callcontrol.vocabulary.moment import Instant, instant_from
from callcontrol.vocabulary.period import Period, end_of, period_from

DEFAULT_DAYS: Final = 7
MOST_DAYS: Final = 90
DEFAULT_LIMIT: Final = 20
MOST_LIMIT: Final = 10_000
DEFAULT_PERIOD: Final = "this-month"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a report is about."""

    access: Access
    tenant: str
    settings: Tenant
    zone: ZoneInfo
    period: Period
    now: Instant
    queue: str
    days: int
    limit: int

    @property
    def counts(self) -> ReportCounts:
        """Counts of the rows."""
        return ReportCounts(self.access, self.tenant, self.period.start, self.period.end)


@dataclass(frozen=True, slots=True)
class ReportAsked:
    """A report as a person asks for it; `period`, or `start` and `end`, as the filters of calls are written."""

    period: str = ""
    start: str = ""
    end: str = ""
    queue: str = ""
    days: int = DEFAULT_DAYS
    limit: int = DEFAULT_LIMIT


def asked_of(access: Access, tenant: str, given: ReportAsked, configuration: Configuration, now: Instant) -> Asked:
    """What the report is about.

    Raises:
        Refused: it makes no sense.
    """
    tenants = configuration.settings.tenants
    if tenant not in tenants:
        raise NotThere(unknown("tenant", tenant, tenants), "tenant")
    settings = tenants[tenant]
    if given.queue and given.queue not in settings.queues:
        raise NotThere(unknown("queue", given.queue, settings.queues), "queue")
    for name, number, most in (("days", given.days, MOST_DAYS), ("limit", given.limit, MOST_LIMIT)):
        if not 1 <= number <= most:
            raise Refused(f"--{name} {number}: 1 to {most} are possible", name, f"1 to {most} are possible")
    zone = configuration.zone_of(tenant)
    return Asked(access, tenant, settings, zone, _period(given, zone, now), now, given.queue, given.days, given.limit)


def _period(given: ReportAsked, zone: ZoneInfo, now: Instant) -> Period:
    if given.period and (given.start or given.end):
        raise Refused("--period says from when to when: leave --from and --to out", "period")
    if given.end and not given.start:
        raise Refused("--to needs --from", "from")
    try:
        if not given.start:
            return period_from(given.period or DEFAULT_PERIOD, zone, now)
        start, end = instant_from(given.start, zone), end_of(given.end, zone) if given.end else now
    except ValueError as error:
        raise Refused(str(error), "from" if given.start else "period") from error
    if start >= end:
        raise Refused(f"nothing lies between {given.start} and {given.end or 'now'}", "from")
    return Period(start, end, f"{given.start} to {given.end or 'now'}")


def _peak(asked: Asked) -> Report:
    start, end = asked.period.start, asked.period.end
    if asked.queue:
        return reports.queue_peak_hours(queue_hours(asked.access, asked.tenant, start, end), asked.zone, asked.queue)
    return reports.peak_hours(call_hours(asked.access, asked.tenant, start, end), asked.zone)


def _types(asked: Asked) -> Report:
    return reports.types(call_hours(asked.access, asked.tenant, asked.period.start, asked.period.end))


def _queues(asked: Asked) -> Report:
    found = past_rows(asked.access, asked.tenant, asked.settings, asked.period.start, asked.period.end)
    rows = tuple(
        (
            one.queue,
            one.entered,
            one.answered,
            one.abandoned,
            ratio(one.abandoned, one.entered - one.short_abandoned),
            one.service_level,
            one.asa_ms,
            one.aht_ms,
        )
        for one in found
    )
    counts = {"entered": Kind.COUNT, "answered": Kind.COUNT, "abandoned": Kind.COUNT}
    shares = {"abandonment": Kind.SHARE, "service_level": Kind.SHARE}
    times = {"time_to_answer": Kind.MS, "handling_time": Kind.MS}
    return Report("queues", reports.figures(queue=Kind.TEXT, **counts, **shares, **times), rows, "entered")


def _agents(asked: Asked) -> Report:
    found = agent_statistics(asked.access, asked.tenant, asked.period.start, asked.period.end)
    rows = tuple(
        (one.agent, one.offered, one.answered, one.missed, one.talks, average(one.talk_ms + one.wrap_up_ms, one.talks))
        for one in found
    )
    counts = {"offers": Kind.COUNT, "answered": Kind.COUNT, "missed": Kind.COUNT, "talks": Kind.COUNT}
    return Report("agents", reports.figures(agent=Kind.TEXT, **counts, handling_time=Kind.MS), rows, "answered")


REPORTS: Final[Mapping[str, Callable[[Asked], Report]]] = MappingProxyType(
    {
        "peak": _peak,
        "types": _types,
        "numbers": lambda asked: reports.numbers("numbers", asked.counts.numbers()),
        "callers": lambda asked: reports.numbers("callers", asked.counts.callers(asked.limit)),
        "extensions": lambda asked: reports.extensions(asked.counts.extensions()),
        "queues": _queues,
        "agents": _agents,
        "resolution": lambda asked: reports.resolution(asked.counts.resolution(asked.days)),
        "missed": lambda asked: reports.missed(asked.counts.cases(asked.now)),
        "surveys": lambda asked: reports.surveys(asked.counts.surveys()),
        "costs": lambda asked: reports.costs(asked.counts.costs()),
    }
)
