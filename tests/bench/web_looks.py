"""Where people look in the panel and the API, over a year of calls: addresses with other values every time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from callcontrol.usecases.call_filters import FILTERS
from callcontrol.vocabulary.moment import instant_of
from callcontrol.vocabulary.wanted import Place
from callcontrol.web.operations import PREFIX
from callcontrol.web.pages.subscriber import calls
from tests.bench.made_history import Sample
from tests.bench.web_site import EXTENSIONS, QUEUES, TENANT, user_id
from tests.web.conftest import Site

API: Final = PREFIX
REPORTS: Final = (
    "peak", "types", "numbers", "callers", "extensions", "queues", "agents", "resolution", "missed", "surveys", "costs",
)  # fmt: skip

PERIODS = ("today", "this-week", "this-month", "last-month")


@dataclass(frozen=True, slots=True)
class Look:
    """Somewhere a person looks; `paths` are asked in turn."""

    name: str
    login: str
    paths: tuple[str, ...]


def looks(site: Site, found: Sequence[Sample]) -> Iterator[Look]:
    """All of them."""
    yield from (_filtered(name, values) for name, values in _filters(found).items())
    for name, values in _filters(found).items():
        if name in ("period", "day", "number", "queue", "type missed", "all"):
            yield from (replace(_filtered(name, values, "/calls"), login=login) for login in ("admin", "boss", "sub"))
    for login in ("admin", "boss", "sub"):
        yield _look("part sums of calls", *(f"/calls/sums?period={word}" for word in PERIODS), login=login)
    yield from _of_others(found)
    yield from _deep(site, found)
    yield _look("one call", *(f"{API}/calls/{one.call_id}" for one in found))
    yield _look("page one call", *(f"/calls/{one.call_id}" for one in found))
    yield from _missed()
    yield from _reports()
    yield from _money()
    yield from _others()


def _look(name: str, *paths: str, login: str = "admin") -> Look:
    return Look(name, login, paths)


def _filtered(name: str, values: Sequence[str], path: str = f"{API}/calls") -> Look:
    api = path.startswith(API)
    words = (value if api else value.removeprefix("limit=50").removeprefix("&") for value in values)
    title = f"calls, {name}" if api else f"page calls, {name}"
    return _look(title, *(f"{path}?{word}".removesuffix("?") for word in words))


def _filters(found: Sequence[Sample]) -> Mapping[str, Sequence[str]]:
    """By name: queries, each with a page of fifty."""
    days = [one.started_day for one in found]
    given: dict[str, Sequence[str]] = {
        "all": [""],
        "period": [f"period={word}" for word in PERIODS],
        "day": [f"since={day}&to={day}" for day in days],
        "number": [f"number={one.caller_number.replace('+', '%2B')}" for one in found],
        "number begins": ["number=600*", "number=601*", "number=%2B4861*"],
        "caller": [f"caller={one.caller_number.replace('+', '%2B')}" for one in found],
        "called": [f"called={one.dialled.replace('+', '%2B')}" for one in found if one.dialled.startswith("+")],
        "extension": [f"extension={one}" for one in EXTENSIONS],
        "queue": [f"queue={one}" for one in QUEUES],
        "agent": [f"agent=agent{one}" for one in EXTENSIONS],
        **{f"type {word}": [f"type={word}"] for word in ("in", "out", "missed", "internal", "forwarded")},
        "outcome": [f"outcome={word}" for word in ("answered", "busy", "abandoned", "rejected")],
        "direction": [f"direction={word}" for word in ("mobile", "premium", "satellite")],
        "cost": [f"cost_from={cost}" for cost in ("0.50", "15", "1000")],
        "queue and missed": [f"queue={one}&type=missed" for one in QUEUES],
        "extension, out, month": [f"extension={one}&type=out&period=last-month" for one in EXTENSIONS],
        "never together": ["type=internal&direction=premium", "type=out&queue=queue1"],
        "sums of a day": [f"sums=true&since={day}&to={day}" for day in days],
    }
    return {name: [f"limit=50&{word}".removesuffix("&") for word in words] for name, words in given.items()}


def _of_others(found: Sequence[Sample]) -> Iterator[Look]:
    """What people see who do not see all."""
    filters = _filters(found)
    for login in ("boss", "sub", "agent", "bills"):
        yield from (replace(_filtered(name, filters[name]), login=login) for name in ("all", "period", "number"))


def _deep(site: Site, found: Sequence[Sample]) -> Iterator[Look]:
    """Pages far behind the first one, and the last one."""
    admin = user_id(site, "admin")
    oldest = min(one.started_at for one in found) - timedelta(days=1)
    places = [str(Place(instant_of(one.started_at), one.call_id)) for one in found]
    last = str(Place(instant_of(oldest), ""))
    filters = {"tenant": TENANT, **dict.fromkeys(FILTERS)}
    shown = {"tenant": TENANT, "page": calls.PATH, **dict.fromkeys(calls.SHOWN)}
    cursors = site.services.cursors
    yield _look("calls, deep", *(f"{API}/calls?limit=50&cursor={cursors.made(p, filters, admin)}" for p in places))
    yield _look("calls, last page", f"{API}/calls?limit=50&cursor={cursors.made(last, filters, admin)}")
    yield _look("page calls, deep", *(f"/calls?cursor={cursors.made(place, shown, admin)}" for place in places))


def _missed() -> Iterator[Look]:
    for login in ("admin", "boss", "sub"):
        yield _look("missed", f"{API}/missed", login=login)
        yield _look("page missed", "/missed", login=login)
    yield _look("missed, closed too", f"{API}/missed?closed=true")
    yield _look("page missed, closed too", "/missed?closed=true")
    yield _look("page missed, overdue", "/missed?overdue=true")


def _reports() -> Iterator[Look]:
    for name in REPORTS:
        yield from (
            _look(f"report {name}, {period}", f"{API}/reports/{name}?period={period}")
            for period in ("yesterday", "last-month")
        )
    for login in ("admin", "boss"):
        yield from (
            _look(f"page reports, {period}", f"/reports?period={period}", login=login)
            for period in ("today", "this-week", "last-month")
        )
        yield from (
            _look(f"part report {name}, {period}", f"/reports/table?name={name}&period={period}", login=login)
            for name in ("queues", "extensions")
            for period in ("today", "last-month")
        )


def _money() -> Iterator[Look]:
    yield _look("accounts", f"{API}/accounts", login="bills")
    yield _look(
        "account", f"{API}/accounts/tenant/entries", f"{API}/accounts/tenant/entries?before=50000", login="bills"
    )
    yield _look("page accounts", "/accounts", login="bills")
    yield _look("page account", "/accounts/tenant", "/accounts/tenant?before=50000", login="bills")
    yield _look("page spending", "/spending", login="sub")
    yield _look("part a month's spending", "/spending/month?period=last-month", login="sub")
    yield _look("page statements", "/statements", login="bills")


def _others() -> Iterator[Look]:
    yield _look(
        "audit", f"{API}/audit", f"{API}/audit?before=100000", f"{API}/audit?who=person7", f"{API}/audit?what=heard"
    )
    yield _look("audit, nothing", f"{API}/audit?object=nobody", f"{API}/audit?who=nobody")
    yield _look("page audit", "/audit", "/audit?before=100000")
    yield _look("me", f"{API}/me", login="sub")
    yield from (
        _look(f"page {name}", f"/{name}") for name in ("floor", "users", "tokens", "settings", "exports", "hours")
    )
    yield _look("page phone", "/phone", login="sub")
    yield _look("page messages", "/messages", login="sub")
