"""`/calls`: the history, in pages or all of it as CSV; one call; `/clicks`: calling a number from one's own phone."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from pydantic import Field, create_model

from callcontrol.edges import clock
from callcontrol.edges.ledger.past_rows import PastCall
from callcontrol.edges.ledger.reader import PERSON_S, Totals
from callcontrol.usecases import click_to_call
from callcontrol.usecases.call_filters import FILTERS, WORDS
from callcontrol.usecases.call_rows import COLUMNS, machine_row
from callcontrol.usecases.click_to_call import RING_S
from callcontrol.usecases.refusals import NotThere, Refused
from callcontrol.usecases.seen_calls import (
    is_seen_whole,
    masked,
    one_wanted,
    page_found,
    seen,
    sees_all_costs,
    wanted_by,
)
from callcontrol.vocabulary.click_to_call import ClickToCall
from callcontrol.vocabulary.money import plain
from callcontrol.vocabulary.phone_number import normalise, what_is_wrong_with
from callcontrol.vocabulary.rights import Kind, Thing, Verb, may
from callcontrol.vocabulary.sentence import says
from callcontrol.vocabulary.wanted import Wanted, place_from
from callcontrol.web.operations import Answer, Asked, Common, Given, Operation, Told

PAGE: Final = 50
# A page is told after so many seconds, also where it is not full.
WAITED_S: Final = 5.0
MOST: Final = 1_000


def _about(name: str) -> str:
    words = f": one of {', '.join(WORDS[name])}" if name in WORDS else ""
    return f"as `--{name.replace('_', '-')}` of `callcontrol calls`{words}"


_FILTERS: Final[dict[str, Any]] = {
    name: (str | None, Field(default=None, max_length=128, description=_about(name))) for name in FILTERS
}
CallFilters = create_model("CallFilters", __base__=Common, **_FILTERS)


class CallsGiven(CallFilters):  # type: ignore[valid-type,misc]  # made above of the filters
    """Which calls, and which page of them."""

    limit: int = Field(default=PAGE, ge=1, le=MOST)
    cursor: str | None = Field(default=None, max_length=1_024, description="`next` of the page before")
    sums: bool = Field(default=False, description="whether to tell the sums of all that match")


_CELLS: Final[dict[str, Any]] = dict.fromkeys(COLUMNS, (str, ...))
CallRow = create_model("CallRow", __base__=Told, **_CELLS)


class Sums(Told):
    """Of all calls that match; null: it would take too long."""

    calls: int
    talks: int
    talk_ms: int
    costs: dict[str, str] | None


class CallPage(Told):
    """A page of calls, the latest first; times on the tenant's clocks."""

    zone: str
    calls: list[CallRow]  # type: ignore[valid-type]  # made above of the columns
    next: str | None
    sums: Sums | None = None


class Station(Told):
    """Where the call went, and why."""

    target: str
    why: str
    source: str
    passed: bool


class Leg(Told):
    """A phone that was called."""

    target: str
    address: str
    trunk: str
    shown: str
    outcome: str
    cause: str
    talk_s: str
    cost: str


class CallDetail(Told):
    """One call: its row, its way and its legs."""

    call: CallRow  # type: ignore[valid-type]  # made above of the columns
    path: list[Station]
    legs: list[Leg]


class ClickGiven(Given):
    """Whom to call, from which phone."""

    number: str = Field(max_length=64)
    phone: str | None = Field(default=None, max_length=64, description="an extension; default: one's own")
    ring_s: int = Field(default=RING_S, ge=1, le=click_to_call.MOST_RING_S)


class Click(Told):
    """What has become of it: ringing, picked_up, not_picked_up, offline, failed."""

    id: str
    phone: str
    stage: str
    detail: str


def wanted_of(asked: Asked) -> Wanted:
    """Which calls, as far as the person may see any."""
    given = {name: getattr(asked.given, name) for name in FILTERS}
    return wanted_by(asked.person, asked.services.configuration, asked.tenant, given, asked.services.now())


def _list(asked: Asked) -> Answer:
    given, zone = asked.given, asked.services.configuration.zone_of(asked.tenant)
    filters = {"tenant": asked.tenant, **{name: getattr(given, name) for name in FILTERS}}
    cursors, user = asked.services.cursors, asked.person.user_id
    wanted = replace(wanted_of(asked), limit=given.limit + 1)
    if given.cursor:
        wanted = replace(wanted, after=place_from(cursors.read(given.cursor, filters, user)))
    with asked.services.history(asked.tenant) as history:
        found = history.page(wanted, WAITED_S)
        totals = history.totals(wanted) if given.sums else None
    page, behind = page_found(found, given.limit)
    more = None if behind is None else cursors.made(str(behind), filters, user)
    rows = [CallRow(**seen(asked.person, call, zone)) for call in page]
    return Answer(CallPage(zone=zone.key, calls=rows, next=more, sums=_sums(asked, totals)))


def _sums(asked: Asked, totals: Totals | None) -> Sums | None:
    if totals is None:
        return None
    costs_too = sees_all_costs(asked.person)
    costs = {currency: plain(amount) for currency, amount in totals.costs.items()} if costs_too else None
    return Sums(calls=totals.calls, talks=totals.talks, talk_ms=totals.talk_ms, costs=costs)


def _csv(asked: Asked) -> Answer:
    wanted = wanted_of(asked)
    return Answer(csv_of(asked, wanted), content_type="text/csv; charset=utf-8")


def csv_of(asked: Asked, wanted: Wanted, row_of: Any = machine_row) -> Iterator[bytes]:
    """The rows as CSV, however many there are."""
    zone = asked.services.configuration.zone_of(asked.tenant)
    with asked.services.history(asked.tenant, is_long=True) as history:
        yield _line(list(COLUMNS))
        for page in history.pages(wanted):
            yield b"".join(_line(row_of(seen(asked.person, call, zone))) for call in page)


def _line(row: list[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(row)
    return text.getvalue().encode()


def _one(asked: Asked) -> Answer:
    wanted = one_wanted(asked.person, asked.tenant, asked.path["call"])
    with asked.services.history(asked.tenant) as history:
        found = history.calls(wanted, PERSON_S)
    if not found:
        raise NotThere(says("there is no call %(name)s", name=asked.path["call"]), "call")
    return Answer(detail_of(asked, found[0]))


def detail_of(asked: Asked, call: PastCall) -> CallDetail:
    """The call as the person may see it."""
    row = seen(asked.person, call, asked.services.configuration.zone_of(asked.tenant))
    hidden = (lambda text: text) if is_seen_whole(asked.person, call) else masked
    path = [
        Station(
            target=hidden(str(station["target"])),
            why=hidden(str(station["why"])),
            source=str(station.get("source") or ""),
            passed=bool(station.get("passed")),
        )
        for station in call.path
    ]
    legs = [_leg(leg, hidden, bool(row["cost"])) for leg in call.legs if leg.direction == "b"]
    return CallDetail(call=CallRow(**row), path=path, legs=legs)


def _leg(leg: Any, hidden: Any, with_cost: bool) -> Leg:
    cost = leg.cost if with_cost else None
    told = f"{plain(cost.amount)} {cost.currency}" if cost is not None and cost.amount is not None else ""
    return Leg(
        target=hidden(leg.target),
        address=hidden(leg.address),
        trunk=leg.trunk,
        shown=hidden(leg.shown),
        outcome=leg.outcome,
        cause=leg.cause,
        talk_s=f"{leg.talk_ms / 1000:.3f}" if leg.answered_at else "",
        cost=told,
    )


def _call(asked: Asked) -> Answer:
    phone = asked.body.phone or asked.person.extension
    if not phone:
        raise Refused(says("you have no phone of your own here"), "phone")
    if not may(asked.person, Verb.CHANGE, Kind.CALLS, Thing(asked.tenant, extension=phone)):
        raise NotThere(says("there is no phone %(phone)s of yours", phone=phone), "phone")
    tenant = asked.services.tenant(asked.tenant)
    click_to_call.check(asked.tenant, tenant, phone, asked.body.ring_s)
    number = normalise(asked.body.number, tenant.region)
    if number is None:
        raise Refused(f"{asked.body.number}: {what_is_wrong_with(asked.body.number, tenant.region)}", "number")
    request = ClickToCall(clock.new_id(), asked.tenant, phone, number.text, asked.body.ring_s)
    click_to_call.ask_worker(request, asked.services.clicks)
    told = Click(id=request.id, phone=phone, stage="ringing", detail="")
    audit = ("click to call", f"extension:{phone}", None, {"number": number.text})
    return Answer(told, 202, audit=audit)


def _clicked(asked: Asked) -> Answer:
    request = ClickToCall(asked.path["id"], asked.tenant, asked.person.extension, "", 1)
    state = asked.services.clicks.state_of(request)
    if state is None:
        raise NotThere(says("there is no such call, or it is long over"), "id")
    return Answer(Click(id=request.id, phone=request.extension, stage=state.stage.value, detail=state.detail))


_SEE: Final = (Verb.SEE, Kind.CALLS)
OPERATIONS: Final = (
    Operation("list_calls", "GET", "/calls", "Calls, the latest first", _SEE, _list, CallPage, CallsGiven),
    Operation(
        "calls_as_csv",
        "GET",
        "/calls.csv",
        "All calls that match, as CSV",
        _SEE,
        _csv,
        None,
        CallFilters,
        content_type="text/csv",
    ),
    Operation("get_call", "GET", "/calls/{call}", "One call, with its way and its legs", _SEE, _one, CallDetail),
    Operation(
        "click_to_call",
        "POST",
        "/clicks",
        "My phone rings, then calls a number as if it had been dialled there",
        (Verb.CHANGE, Kind.CALLS),
        _call,
        Click,
        body=ClickGiven,
        status=202,
    ),
    Operation("get_click", "GET", "/clicks/{id}", "What has become of it", (Verb.CHANGE, Kind.CALLS), _clicked, Click),
)
