"""Calls: the history with filters, all of it for spreadsheets; each person sees it by the person's own reach."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any, Final
from urllib.parse import urlencode

from pydantic import Field

from callcontrol.edges.ledger.past_rows import PastCall
from callcontrol.usecases.call_rows import COLUMNS, costs_of, spreadsheet_row
from callcontrol.usecases.refusals import Refused
from callcontrol.usecases.seen_calls import page_found, seen, sees_all_costs, wanted_by
from callcontrol.vocabulary.rights import Kind, Scope, Verb, scope_of
from callcontrol.vocabulary.wanted import Wanted, place_from
from callcontrol.web.operations import Answer, Asked, Common
from callcontrol.web.pages.page import Page, Part, Shown
from callcontrol.web.pages.refused import NOT_REFUSED, RefusedForm, refused_form
from callcontrol.web.pages.subscriber.words import (
    LOOKS,
    OUTCOMES,
    PERIODS,
    TYPES,
    counted_words,
    target_parts,
)
from callcontrol.web.pages.texts import N_

PATH: Final = "/calls"
SUMS: Final = f"{PATH}/sums"
ON_A_PAGE: Final = 50
# A page is shown after so many seconds, also where it is not full.
WAITED_S: Final = 3.0
SHOWN: Final = ("period", "since", "to", "number", "extension", "queue", "agent", "called", "type", "outcome")
# Asked for by links of reports alone.
LINKED: Final = ("counted", "weekday", "hour")
FILTERED: Final = (*SHOWN, *LINKED)
# So that spreadsheets read it as UTF-8.
_BYTE_ORDER_MARK: Final = "\ufeff"


class CallsFilters(Common):
    """Which calls, and from where on."""

    period: str | None = Field(default=None, max_length=32)
    since: str | None = Field(default=None, max_length=32)
    to: str | None = Field(default=None, max_length=32)
    number: str | None = Field(default=None, max_length=64)
    extension: str | None = Field(default=None, max_length=64)
    queue: str | None = Field(default=None, max_length=64)
    agent: str | None = Field(default=None, max_length=64)
    called: str | None = Field(default=None, max_length=64)
    type: str | None = Field(default=None, max_length=16)
    outcome: str | None = Field(default=None, max_length=32)
    counted: str | None = Field(default=None, max_length=128)
    weekday: str | None = Field(default=None, max_length=3)
    hour: str | None = Field(default=None, max_length=2)
    cursor: str | None = Field(default=None, max_length=1_024)


@dataclass(frozen=True, slots=True)
class SeenRow:
    """A call as it is listed: the cells the person may see, and what is written by the person's language.

    Attributes:
        costs: amount and currency; none where they are not the person's to see.
        talk_s: None: no one talked.
    """

    cells: Mapping[str, str]
    started_at: datetime
    talk_s: float | None
    costs: tuple[tuple[str, Decimal], ...]


def row_of(asked: Asked, call: PastCall) -> SeenRow:
    """The call's row as the person may see it."""
    cells = seen(asked.person, call, asked.services.configuration.zone_of(asked.tenant))
    talk_s = None if call.bridged_at is None else (call.ended_at - call.bridged_at).total_seconds()
    costs = tuple(costs_of(call).items()) if cells["cost"] else ()
    return SeenRow(cells, call.started_at, talk_s, costs)


def _show(asked: Asked) -> Shown:
    given, tenant = filters_of(asked), asked.services.tenant(asked.tenant)
    refused, rows, more = NOT_REFUSED, list[SeenRow](), None
    try:
        rows, more = _found(asked, given)
    except Refused as error:
        refused = refused_form(error, "filters", given, frozenset(SHOWN)) or RefusedForm()
    filled = {name: text for name, text in given.items() if text}
    values = {
        "rows": rows,
        "sums": f"{SUMS}?{urlencode(filled)}" if _is_bounded(given) and asked.given.cursor is None else None,
        "filters": {name: given[name] or "" for name in FILTERED},
        "linked": None if refused is not NOT_REFUSED else counted_words(given, _queue_names(asked)),
        "is_filtered": any(given.values()),
        "is_first": asked.given.cursor is None,
        "csv": f"{PATH}.csv?{urlencode(filled)}",
        "next": None if more is None else f"{PATH}?{_query(given, more)}",
        "of_others": scope_of(asked.person, Verb.SEE, Kind.CALLS) > Scope.OWN,
        "queues": [(name, name) for name in sorted(tenant.queues)],
        "place": partial(target_parts, tenant=tenant),
        "words": {"outcomes": OUTCOMES, "looks": LOOKS, "types": TYPES, "periods": PERIODS},
    }
    return Shown("subscriber/calls.html", values if refused is NOT_REFUSED else values | {"refused": refused})


def _queue_names(asked: Asked) -> dict[str, str]:
    return {name: one.name or name for name, one in asked.services.tenant(asked.tenant).queues.items()}


def filters_of(asked: Asked) -> dict[str, str | None]:
    """The filters that are given; where nothing is, there are no bounds but the page's."""
    return {name: getattr(asked.given, name) for name in FILTERED}


def _is_bounded(given: Mapping[str, str | None]) -> bool:
    """The sums of all there is are a report; those of a period are read from its hours."""
    return bool(given["period"] or given["counted"])


def _sums(asked: Asked) -> Shown:
    """The sums of all that match, which take longer than the calls of a page; so they follow them."""
    wanted = _wanted(asked, filters_of(asked))
    with asked.services.history(asked.tenant) as history:
        totals = history.totals(wanted)
    return Shown("subscriber/calls_sums.html", {"totals": totals, "costs_too": sees_all_costs(asked.person)})


def _found(asked: Asked, given: Mapping[str, str | None]) -> tuple[list[SeenRow], str | None]:
    """Rows, and the cursor of those behind them."""
    wanted = replace(_wanted(asked, given), limit=ON_A_PAGE + 1)
    cursors, signed = asked.services.cursors, {"tenant": asked.tenant, "page": PATH, **given}
    if asked.given.cursor:
        wanted = replace(wanted, after=place_from(cursors.read(asked.given.cursor, signed, asked.person.user_id)))
    with asked.services.history(asked.tenant) as history:
        page, behind = page_found(history.page(wanted, WAITED_S), ON_A_PAGE)
    more = None if behind is None else cursors.made(str(behind), signed, asked.person.user_id)
    return [row_of(asked, call) for call in page], more


def _wanted(asked: Asked, given: Mapping[str, str | None]) -> Wanted:
    return wanted_by(asked.person, asked.services.configuration, asked.tenant, given, asked.services.now())


def _query(given: Mapping[str, str | None], cursor: str) -> str:
    return urlencode({name: text for name, text in {**given, "cursor": cursor}.items() if text})


def _csv(asked: Asked) -> Answer:
    """All calls that match, however many, in pieces."""
    wanted = _wanted(asked, filters_of(asked))
    headers = {"Content-Disposition": 'attachment; filename="calls.csv"'}
    return Answer(_lines(asked, wanted), headers=headers, content_type="text/csv; charset=utf-8")


def _lines(asked: Asked, wanted: Wanted) -> Iterator[bytes]:
    zone = asked.services.configuration.zone_of(asked.tenant)
    with asked.services.history(asked.tenant, is_long=True) as history:
        yield _BYTE_ORDER_MARK.encode() + _line(list(COLUMNS))
        for page in history.pages(wanted):
            yield b"".join(_line(spreadsheet_row(seen(asked.person, call, zone))) for call in page)


def _line(row: Any) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(row)
    return text.getvalue().encode()


CALLS: Final = Page(
    "calls",
    PATH,
    N_("Calls"),
    (Verb.SEE, Kind.CALLS),
    "subscriber",
    _show,
    parts=(Part(f"{PATH}.csv", _csv, CallsFilters), Part(SUMS, _sums, CallsFilters)),
    given=CallsFilters,
)
