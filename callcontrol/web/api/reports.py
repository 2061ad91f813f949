"""`/reports/{name}`: what the calls of a period come to; and who asks, and what was done."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from pydantic import Field

from callcontrol.billing.reports import Report
from callcontrol.edges.ledger import people
from callcontrol.edges.ledger.people import WantedActs
from callcontrol.usecases.moments import moment_given
from callcontrol.usecases.refusals import NotThere
from callcontrol.usecases.reports import (
    DEFAULT_DAYS,
    DEFAULT_LIMIT,
    MOST_DAYS,
    MOST_LIMIT,
    REPORTS,
    ReportAsked,
    asked_of,
)
from callcontrol.usecases.seen_calls import masked
from callcontrol.vocabulary.reach import Reach
from callcontrol.vocabulary.rights import Kind, Thing, Verb, may, reach_of, scope_of
from callcontrol.web.operations import Answer, Asked, Common, Operation, Told

# Reports whose rows begin with what they are about: who looks after a group sees these, of the group.
OF_GROUPS: Final = {"queues": "queues", "extensions": "extensions"}
COST_REPORTS: Final = frozenset({"costs"})


class ReportGiven(Common):
    """Of which period, as the options of `callcontrol report`."""

    period: str = Field(default="", max_length=40)
    start: str = Field(default="", max_length=40, description="from this day or ISO time on")
    end: str = Field(default="", max_length=40, description="to the end of this day, or before this ISO time")
    queue: str = Field(default="", max_length=64)
    days: int = Field(default=DEFAULT_DAYS, ge=1, le=MOST_DAYS)
    limit: int = Field(default=DEFAULT_LIMIT, ge=1, le=MOST_LIMIT)


class ReportTold(Told):
    """A report: names of its figures, and rows; times in ms, amounts as text."""

    name: str
    period: str
    zone: str
    figures: list[str]
    rows: list[list[Any]]


class MeTold(Told):
    """Who asks, and what the person may do: rights as `see:calls`, with their scope."""

    login: str
    tenant: str
    roles: list[str]
    extension: str
    agent: str
    rights: dict[str, str]


class AuditGiven(Common):
    """Which part of the audit."""

    before: int | None = Field(default=None, ge=1, description="only what was done before this one")
    since: str = Field(default="", max_length=40, description="ISO day or time, on the tenant's clocks")
    until: str = Field(default="", max_length=40, description="before this ISO day or time")
    who: str = Field(default="", max_length=128, description="a login, with its tokens")
    what: str = Field(default="", max_length=128, description="what has this in it, as `password`")
    object: str = Field(default="", max_length=128, description="what has this in it, as `user ewa`")
    limit: int = Field(default=100, ge=1, le=1_000)


class ActTold(Told):
    """What was done."""

    audit_id: int
    at: str
    who: str
    through: str
    address: str
    what: str
    object: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class AuditTold(Told):
    """What was done, the latest first."""

    acts: list[ActTold]


def report_of(asked: Asked, name: str) -> tuple[Report, str, str]:
    """The report as the person may see it, its period and its zone."""
    reach = reach_of(asked.person, Verb.SEE, Kind.REPORTS, asked.tenant)
    if name not in REPORTS or (reach is not None and not _is_of_group(asked, name, reach)):
        raise NotThere(f"there is no report {name}", "name", f"write one of {', '.join(REPORTS)}")
    if name in COST_REPORTS and not may(asked.person, Verb.SEE, Kind.COSTS, Thing(asked.tenant)):
        raise NotThere(f"there is no report {name}", "name")
    given = asked.given
    wanted = ReportAsked(given.period, given.start, given.end, given.queue, given.days, given.limit)
    services = asked.services
    about = asked_of(services.ledger(asked.tenant), asked.tenant, wanted, services.configuration, services.now())
    report = REPORTS[name](about)
    rows = report.rows
    if reach is not None and name in OF_GROUPS:
        rows = tuple(row for row in rows if _is_in(row[0], name, reach))
    return Report(report.name, report.figures, rows, report.bar), about.period.name, about.zone.key


def _is_of_group(asked: Asked, name: str, reach: Reach) -> bool:
    """Whether who looks after a group may see it: the peak hours of one of its queues, too."""
    return name in OF_GROUPS or (name == "peak" and asked.given.queue in reach.queues)


def _is_in(first: object, name: str, reach: Reach) -> bool:
    return first in getattr(reach, OF_GROUPS[name])


def _report(asked: Asked) -> Answer:
    report, period, zone = report_of(asked, asked.path["name"])
    whole = may(asked.person, Verb.SEE, Kind.NUMBERS, Thing(asked.tenant))
    rows = [[_value(value, whole) for value in row] for row in report.rows]
    figures = [figure.key for figure in report.figures]
    return Answer(ReportTold(name=report.name, period=period, zone=zone, figures=figures, rows=rows))


def _value(value: object, whole: bool) -> object:
    match value:
        case Decimal():
            return format(value, "f")
        case str() if not whole:
            return masked(value)
    return value


def _me(asked: Asked) -> Answer:
    person = asked.person
    scopes = {f"{verb}:{kind}": scope_of(person, verb, kind).name.lower() for verb in Verb for kind in Kind}
    rights = {right: scope for right, scope in scopes.items() if scope != "none"}
    told = MeTold(
        login=person.login,
        tenant=person.tenant,
        roles=sorted(person.roles),
        extension=person.extension,
        agent=person.agent,
        rights=rights,
    )
    return Answer(told)


def _audit(asked: Asked) -> Answer:
    return Answer(AuditTold(acts=acts_told(asked)))


def acts_told(asked: Asked) -> list[ActTold]:
    """What was done, as it is asked for."""
    if not may(asked.person, Verb.SEE, Kind.AUDIT, Thing(asked.tenant)):
        raise PermissionError("audit")
    given, zone = asked.given, asked.services.configuration.zone_of(asked.tenant)
    since, until = moment_given("since", given.since, zone), moment_given("until", given.until, zone)
    wanted = WantedActs(given.before, since, until, given.who, given.what, given.object)
    with asked.services.people(asked.tenant) as connection:
        rows = people.acts_noted(connection, asked.tenant, given.limit, wanted)
    return [ActTold(**{**row, "at": row["at"].isoformat()}) for row in rows]


OPERATIONS: Final = (
    Operation("get_me", "GET", "/me", "Who asks, and what the person may do", None, _me, MeTold),
    Operation(
        "get_report",
        "GET",
        "/reports/{name}",
        "What the calls of a period come to",
        (Verb.SEE, Kind.REPORTS),
        _report,
        ReportTold,
        ReportGiven,
    ),
    Operation(
        "list_audit",
        "GET",
        "/audit",
        "What was done, by whom",
        (Verb.SEE, Kind.AUDIT),
        _audit,
        AuditTold,
        AuditGiven,
    ),
)
