"""The page of calls and its CSV, pages of the API, its CSV, the command's CSV and JSON are the same calls in the same
words, whatever the filters.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis import Redis

from callcontrol.billing.record_json import to_json
from callcontrol.commands import calls
from callcontrol.edges.ledger.writer import LedgerWriter
from callcontrol.usecases.call_rows import machine_row, spreadsheet_row
from callcontrol.vocabulary.agent import OfferEnd
from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.queue import Leaving
from callcontrol.web.pages.subscriber import calls as page_of_calls
from tests.billing.trails import NOON, Story, answered_in_queue, forwarded
from tests.commands.command import run
from tests.edges.ledger.samples import rated
from tests.web.conftest import Site, site_of
from tests.web.panel.server import session_of

HOUR = 3_600 * SECOND_US
CASES = 24
FILTERS = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["in", "missed", "forwarded", "out"]),
        "outcome": st.sampled_from(["answered", "no_answer", "voicemail", "busy"]),
        "number": st.sampled_from(["+48221234567", "22 123 45 67", "+4860*", "101"]),
        "caller": st.sampled_from(["+48221234567", "+4822*", "102"]),
        "called": st.sampled_from(["+48225550000", "+48600700800"]),
        "extension": st.sampled_from(["101", "102", "999"]),
        "queue": st.sampled_from(["support", "sales"]),
        "agent": st.sampled_from(["agent-1", "wanda"]),
        "since": st.sampled_from(["2026-11-16", "2026-11-17", "2026-11-17T15:00"]),
        "to": st.sampled_from(["2026-11-17", "2026-11-19"]),
        "cost_from": st.sampled_from(["0", "0.63", "1"]),
        "currency": st.sampled_from(["PLN", "EUR"]),
    },
)


def history() -> Iterator[bytes]:
    """Calls of three kinds, each an hour after the one before."""
    for number in range(CASES):
        start = Instant(NOON + number * HOUR)
        match number % 3:
            case 0:
                yield to_json(rated(forwarded(number, start=start)))
            case 1:
                yield to_json(rated(answered_in_queue(number, start=start)))
            case _:
                story = Story(number, start=start).routed(0, "voicemail:101", "rule always of extension:101")
                yield to_json(rated(story.step(5, "voicemail", Outcome.VOICEMAIL).ended(9, "caller", 1)))


@pytest.fixture
def site(tmp_path: Path, redis_url: str, redis_client: Redis, ledger_database: str) -> Iterator[Site]:
    redis_client.ping()
    writer = LedgerWriter(ledger_database, now=lambda: NOON)
    assert writer.write(list(history())) == []
    writer.close()
    opened = site_of(tmp_path, redis_url, ledger_database)
    yield opened
    opened.stop()


def by_pages(site: Site, filters: dict[str, str], limit: int) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    cursor: dict[str, str] = {}
    while True:
        page = site.get("admin", f"/calls?{urlencode({**filters, 'limit': str(limit), **cursor})}").json
        found += page["calls"]
        if page["next"] is None:
            return found
        cursor = {"cursor": page["next"]}


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(filters=FILTERS, limit=st.integers(1, 30))
def test_pages_csv_and_command_are_the_same(
    site: Site, tmp_path: Path, capfd: Any, filters: dict[str, str], limit: int
) -> None:
    rows = by_pages(site, filters, limit)
    as_csv = site.get("admin", f"/calls.csv?{urlencode(filters)}").text
    words = [word for name, text in filters.items() for word in (f"--{name.replace('_', '-')}", text)]
    whose = ("--config", tmp_path / "conf", "--tenant", "acme")
    capfd.readouterr()
    assert run(calls, *whose, *words, "--csv") == 0
    assert capfd.readouterr().out == as_csv
    assert [machine_row(row) for row in rows] == list(csv.reader(io.StringIO(as_csv)))[1:]
    assert run(calls, *whose, *words, "--json") == 0
    told = [orjson.loads(line)["call_id"] for line in capfd.readouterr().out.splitlines()]
    assert told == [row["call_id"] for row in rows]


@pytest.fixture
def cookies(site: Site) -> dict[str, str]:
    """Of an admin who is signed in."""
    return {site.guards.cookie: session_of(site, "admin")}


def on_page(site: Site, cookies: dict[str, str], path: str) -> list[str]:
    """The calls of the page, and of those that follow on it, in order."""
    found: list[str] = []
    more: str | None = path
    while more is not None:
        where, _, query = more.partition("?")
        told = site.client.simulate_get(where, query_string=query, cookies=cookies)
        assert told.status_code == 200, told.text
        found += dict.fromkeys(re.findall(r'href="/calls/([0-9a-f-]{36})"', told.text))
        behind = re.search(r'href="(/calls\?[^"]*cursor=[^"]*)"', told.text)
        more = None if behind is None else unescape(behind[1])
    return found


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(filters=FILTERS)
def test_the_page_and_its_csv_are_the_same_calls(
    site: Site,
    cookies: dict[str, str],
    tmp_path: Path,
    capfd: Any,
    monkeypatch: pytest.MonkeyPatch,
    filters: dict[str, str],
) -> None:
    # Several pages of what there is.
    monkeypatch.setattr(page_of_calls, "ON_A_PAGE", 7)
    filters = {name: text for name, text in filters.items() if name in page_of_calls.SHOWN}
    rows = by_pages(site, filters, 30)
    query = f"?{urlencode(filters)}" if filters else ""
    assert on_page(site, cookies, f"/calls{query}") == [row["call_id"] for row in rows]
    as_csv = site.client.simulate_get(
        "/calls.csv",
        query_string=query[1:],
        cookies=cookies,
        extras={"callcontrol.is_stream": lambda: None},
    ).text
    for_spreadsheets = list(csv.reader(io.StringIO(as_csv.removeprefix("\ufeff"))))
    assert for_spreadsheets[1:] == [spreadsheet_row(row) for row in rows]
    words = [word for name, text in filters.items() for word in (f"--{name.replace('_', '-')}", text)]
    capfd.readouterr()
    assert run(calls, "--config", tmp_path / "conf", "--tenant", "acme", *words, "--json") == 0
    told = [orjson.loads(line)["call_id"] for line in capfd.readouterr().out.splitlines()]
    assert told == [row["call_id"] for row in rows]


def test_without_filters_it_is_everything(site: Site) -> None:
    assert len(by_pages(site, {}, 7)) == CASES


def gave_up(number: int, start: Instant, wait_s: float) -> bytes:
    """A caller who hangs up in the queue after so many seconds; bob's phone rang meanwhile."""
    story = Story(number, start=start).routed(0.001, "queue:support", "number +48225550000").queued(0.1)
    story.offered(0.2, "o1", "bob", 0).rings(0.2, 0, "extension:102")
    story.leg_ended(wait_s, 0, "ORIGINATOR_CANCEL", Outcome.ABANDONED, created=0.21, ringing=0.3)
    story.offer_ended(wait_s, "o1", "bob", OfferEnd.CALLER_GONE).left(wait_s, Leaving.ABANDONED, wait_s)
    return to_json(rated(story.ended(wait_s + 0.01, "caller")))


def answered(number: int, start: Instant) -> bytes:
    """101 answers."""
    story = Story(number, start=start).routed(0.001, "extension:101", "number +48225550000").rings(0.002, 0)
    story.bridged(5, 0).leg_ended(30, 0, "NORMAL_CLEARING", Outcome.ANSWERED, 0.01, 0.1, 5)
    return to_json(rated(story.ended(30.01, "switch", answered=5)))


def links_of(text: str) -> dict[str, int]:
    """The links of figures of a page of reports to the calls they count, with the figure."""
    cells = re.findall(r'href="(/calls\?counted=[^"]*)">(\d+)</a>', text)
    drawn = re.findall(r'href="(/calls\?counted=[^"]*)"><rect[^>]*><title>[^<]*: (\d+)</title>', text)
    found = {unescape(link): int(figure) for link, figure in cells}
    assert {unescape(link): int(figure) for link, figure in drawn}.items() <= found.items()
    return found


@pytest.mark.parametrize("query", ["period=2026-11", "period=2026-11&queue=support", "start=2026-11-17&end=2026-11-18"])
def test_each_figure_of_reports_leads_to_exactly_the_calls_it_counts(
    site: Site, cookies: dict[str, str], query: str
) -> None:
    writer = LedgerWriter(site.dsn, now=lambda: NOON)
    # Around midnight of the tenant, before a short hang-up and after, and on a day of its own.
    starts = (NOON + 10 * HOUR + 1_799 * SECOND_US, NOON + 11 * HOUR - 5 * SECOND_US, NOON + 70 * HOUR)
    late = [gave_up(CASES + n, Instant(start), 3 + 30 * n) for n, start in enumerate(starts)]
    assert writer.write([*late, answered(2 * CASES, Instant(NOON + 13 * HOUR))]) == []
    writer.close()
    page = site.client.simulate_get("/reports", query_string=query, cookies=cookies)
    assert page.status_code == 200, page.text
    parts = [unescape(part) for part in re.findall(r'hx-get="(/reports/table[^"]*)"', page.text)]
    tables = [site.client.simulate_get(part, cookies=cookies).text for part in parts]
    links = links_of("".join([page.text, *tables]))
    words = {link.partition("counted=")[2].partition("%3A")[0].partition("&")[0] for link in links}
    assert words >= {
        *("queue-entered", "queue-answered", "queue-abandoned", "extension-rung", "extension-answered"),
        *("agent-offers", "agent-missed", "agent-talks", "number-talks", "number-again"),
    }
    assert {link: len(on_page(site, cookies, link)) for link in links} == links
