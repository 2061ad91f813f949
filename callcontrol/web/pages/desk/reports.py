"""Reports: peak hours, service level, handling time, abandonment, first-call resolution, each with its table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Final, Literal
from urllib.parse import urlencode

from pydantic import Field

from callcontrol.billing.reports import WEEKDAYS, Report
from callcontrol.usecases.queue_rows import service_level_of
from callcontrol.usecases.refusals import NotThere, Refused
from callcontrol.usecases.reports import DEFAULT_DAYS
from callcontrol.vocabulary.counted import Counted, CountedFigure
from callcontrol.vocabulary.rights import Kind, Verb, reach_of
from callcontrol.vocabulary.sentence import says
from callcontrol.web.api.reports import OF_GROUPS, ReportGiven, report_of
from callcontrol.web.operations import Asked, Common
from callcontrol.web.pages.desk.charts import ALL, Heat, bars_of, heat_of
from callcontrol.web.pages.page import Page, Part, Shown
from callcontrol.web.pages.texts import N_

PERIODS: Final = {
    "today": N_("today"),
    "yesterday": N_("yesterday"),
    "this-week": N_("this week"),
    "last-week": N_("last week"),
    "this-month": N_("this month"),
    "last-month": N_("last month"),
}
# In their order on the page; peak has a picture of its own.
SHOWN: Final = ("queues", "agents", "extensions", "resolution")
TITLES: Final = {
    "queues": N_("Queues"),
    "agents": N_("Agents"),
    "extensions": N_("Extensions"),
    "resolution": N_("First-call resolution"),
}
FIGURES: Final = {
    "queue": N_("Queue"),
    "agent": N_("Agent"),
    "extension": N_("Extension"),
    "number": N_("Number"),
    "entered": N_("Entered"),
    "answered": N_("Answered"),
    "abandoned": N_("Abandoned"),
    "abandonment": N_("Abandonment"),
    "service_level": N_("Service level"),
    "time_to_answer": N_("Time to answer"),
    "handling_time": N_("Handling time"),
    "offers": N_("Offers"),
    "missed": N_("Missed"),
    "talks": N_("Conversations"),
    "rung": N_("Rung"),
    "share": N_("Answered, share"),
    "average_talk": N_("Talk, on average"),
    "called": N_("Called out"),
    "again": N_("Called again"),
    "resolved": N_("Resolved"),
}
# By which filter of the calls a row is looked into, and each of its figures.
FILTERS: Final = {"queue": "queue", "agent": "agent", "extension": "extension", "number": "called"}
COUNTED: Final[Mapping[tuple[str, str], CountedFigure]] = {
    ("queues", "entered"): CountedFigure.QUEUE_ENTERED,
    ("queues", "answered"): CountedFigure.QUEUE_ANSWERED,
    ("queues", "abandoned"): CountedFigure.QUEUE_ABANDONED,
    ("agents", "offers"): CountedFigure.AGENT_OFFERS,
    ("agents", "answered"): CountedFigure.AGENT_ANSWERED,
    ("agents", "missed"): CountedFigure.AGENT_MISSED,
    ("agents", "talks"): CountedFigure.AGENT_TALKS,
    ("extensions", "rung"): CountedFigure.EXTENSION_RUNG,
    ("extensions", "answered"): CountedFigure.EXTENSION_ANSWERED,
    ("extensions", "missed"): CountedFigure.EXTENSION_MISSED,
    ("extensions", "called"): CountedFigure.EXTENSION_CALLED,
    ("resolution", "talks"): CountedFigure.NUMBER_TALKS,
    ("resolution", "again"): CountedFigure.NUMBER_AGAIN,
}


class ReportsGiven(Common):
    """Of which period, of which queue."""

    period: str = Field(default="this-week", max_length=40)
    start: str = Field(default="", max_length=40)
    end: str = Field(default="", max_length=40)
    queue: str = Field(default="", max_length=64)


class TableGiven(ReportsGiven):
    """Which report of them."""

    name: Literal["queues", "agents", "extensions", "resolution"]


def _show(asked: Asked) -> Shown:
    between = _between(asked.given)
    peak, period = _peak(asked, between)
    values = {
        **_told(asked, between),
        "periods": PERIODS,
        "weekdays": WEEKDAYS,
        "queues": _queues(asked),
        "heat": peak,
        "reports": [name for name in SHOWN if _sees_all(asked) or name in OF_GROUPS],
        "asked": urlencode(between),
        "period_name": period,
    }
    return Shown("desk/reports.html", values)


def _table(asked: Asked) -> Shown:
    """One report. Those of a month take seconds: each follows the page by itself."""
    given = asked.given
    between = _between(given)
    report = _report(asked, given.name, between)
    bars = None if report is None else bars_of(report)
    return Shown("desk/report.html", {**_told(asked, between), "name": given.name, "report": report, "bars": bars})


def _between(given: ReportsGiven) -> dict[str, str]:
    if not given.start and given.end:
        raise Refused(says("a period has a beginning"), "start", says("write from when on"))
    return {"start": given.start, "end": given.end} if given.start else {"period": given.period}


def _told(asked: Asked, between: Mapping[str, str]) -> Mapping[str, Any]:
    """What the page and each of its tables are told alike."""
    return {
        "between": {"period": "", "start": "", "end": "", **between},
        "figures": FIGURES,
        "titles": TITLES,
        "filters": FILTERS,
        "counted": partial(_counted, asked),
        "names": {name: one.name or name for name, one in asked.services.tenant(asked.tenant).queues.items()},
    }


def _counted(asked: Asked, report: str, figure: str, row: object) -> str:
    """The filter that finds the calls of a figure of a row; "": there is none, as of times and shares."""
    found = COUNTED.get((report, figure))
    if found is None or not isinstance(row, str) or row == ALL:
        return ""
    number = 0
    if found is CountedFigure.QUEUE_ABANDONED:
        number = service_level_of(asked.services.tenant(asked.tenant), row).short
    elif found is CountedFigure.NUMBER_AGAIN:
        number = DEFAULT_DAYS
    return str(Counted(found, row, number))


def _report(asked: Asked, name: str, between: dict[str, str]) -> Report | None:
    """None: it is not for this person."""
    try:
        return report_of(replace(asked, given=ReportGiven.model_validate(between)), name)[0]
    except NotThere:
        return None


def _peak(asked: Asked, between: dict[str, str]) -> tuple[Heat | None, str]:
    """Of the queue that is chosen; of all calls, or the first queue where the person looks after some alone."""
    queue = asked.given.queue or ("" if _sees_all(asked) else next(iter(_queues(asked)), ""))
    try:
        report, period, _ = report_of(
            replace(asked, given=ReportGiven.model_validate({**between, "queue": queue})), "peak"
        )
    except NotThere:
        return None, ""
    return heat_of(report, queue), period


def _queues(asked: Asked) -> dict[str, str]:
    """Those whose peak hours the person may see."""
    reach = reach_of(asked.person, Verb.SEE, Kind.REPORTS, asked.tenant)
    queues: dict[str, Any] = dict(asked.services.tenant(asked.tenant).queues)
    return {name: one.name or name for name, one in queues.items() if reach is None or name in reach.queues}


def _sees_all(asked: Asked) -> bool:
    return reach_of(asked.person, Verb.SEE, Kind.REPORTS, asked.tenant) is None


REPORTS: Final = Page(
    "reports",
    "/reports",
    N_("Reports"),
    (Verb.SEE, Kind.REPORTS),
    "desk",
    _show,
    parts=(Part("/reports/table", _table, TableGiven),),
    given=ReportsGiven,
)
