"""Calls found by every filter, against the same filters in Python over what was written; pages join without a seam."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcontrol.billing.record import (
    CallRecord,
    ChargeRecord,
    LegRecord,
    PathEntry,
    QueueVisit,
    RatedRecord,
    Side,
)
from callcontrol.billing.record_json import to_json
from callcontrol.billing.surveys import SurveyRecord
from callcontrol.edges.ledger.reader import LedgerReader, place_of
from callcontrol.edges.ledger.search import paced
from callcontrol.edges.ledger.writer import LedgerWriter
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.queue import Leaving
from callcontrol.vocabulary.wanted import BadPlace, CallType, Place, Wanted, place_from
from tests.billing.trails import NOON, call_id

TENANT, OTHER = "search-a", "search-b"
HOUR_US = 3600 * SECOND_US
DAY_US = 24 * HOUR_US


def _call(
    n: int, hours: float, caller: str, dialled: str, outcome: Outcome, by: str = "", **more: object
) -> CallRecord:
    at = Instant(NOON - round(hours * HOUR_US))
    end = Instant(at + 60 * SECOND_US)
    extension = caller if len(caller) == 3 else ""
    return CallRecord(
        call_id=call_id(1000 + n),
        tenant=TENANT,
        switch="fs1",
        worker="worker-1",
        caller=Caller(caller, "Jan", extension=extension) if extension else Caller(caller, "Jan"),
        dialled=dialled,
        outcome=outcome,
        answered_leg="",
        answered_by=by,
        arrived=at,
        answered=None,
        bridged=Instant(at + 10 * SECOND_US) if by else None,
        ended=end,
        path=(),
        recordings=(),
        notes=(),
        legs=(),
    )


def _leg(call: CallRecord, n: int, target: str, direction: str = "") -> LegRecord:
    outside = target.startswith("number:")
    return LegRecord(
        leg_id=f"{call.call_id}-{n}",
        direction=Side.B,
        to=target,
        address=target.partition(":")[2].removeprefix("+"),
        trunk="carrier" if outside else "",
        shown="",
        payer="tenant" if outside else "",
        dialled=call.arrived,
        created=call.arrived,
        ringing=None,
        answered=None,
        bridged=None,
        ended=call.ended,
        cause="NORMAL_CLEARING",
        outcome=call.outcome,
        hung_up_by="caller",
        called_direction=direction,
    )


def _visit(call: CallRecord, queue: str, agent: str) -> QueueVisit:
    how = Leaving.ANSWERED if agent else Leaving.ABANDONED
    times = (call.arrived, call.arrived)
    return QueueVisit(queue, f"{call.call_id}/1", *times, "", 1, call.ended, how, 0, "", agent, None, (), None, ())


def _charge(leg: LegRecord, amount: str, currency: str = "PLN") -> ChargeRecord:
    return ChargeRecord(leg.leg_id, "tenant", "+48600700800", amount=Decimal(amount), currency=currency)


def _made() -> Iterator[tuple[CallType, RatedRecord]]:
    """Calls of each type, and what type each is."""
    numbers = count()
    for hours in (1, 2, 20, 100, 400, 2000):
        n = next(numbers)
        call = _call(n, hours, "+48221112233", "+4822900", Outcome.ANSWERED, "extension:101")
        call = replace(call, legs=(_leg(call, 1, "extension:101"),), visits=(_visit(call, "sales", "anna"),))
        score = 1 + n % 5 if hours < 100 else None
        survey = SurveyRecord("csat", call.ended, "answered" if score else "silence", score, "sales", "anna")
        call = replace(call, surveys=(survey,), survey_score=score)
        yield CallType.IN, RatedRecord(call)
        call = _call(next(numbers), hours + 0.25, "+48221119999", "+4822900", Outcome.ABANDONED)
        call = replace(call, legs=(_leg(call, 1, "extension:102"),), visits=(_visit(call, "support", ""),))
        yield CallType.MISSED, RatedRecord(call)
        call = _call(next(numbers), hours + 0.25, "+4930555", "+4822901", Outcome.ANSWERED, "number:+48600700800")
        leg = _leg(call, 1, "number:+48600700800", "mobile")
        yield CallType.FORWARDED, RatedRecord(replace(call, legs=(leg,)), (_charge(leg, f"{hours}.5"),))
        call = _call(next(numbers), hours + 0.5, "101", "00493012345", Outcome.ANSWERED, "number:+493012345")
        first, second = (
            _leg(call, 1, "number:+493012345", "international"),
            _leg(call, 2, "number:+48600700800", "mobile"),
        )
        call = replace(call, legs=(first, second), path=(PathEntry(call.arrived, "number:+493012345", ""),))
        yield CallType.OUT, RatedRecord(call, (_charge(first, "2", "EUR"), _charge(second, "0.25")))
        # of an earlier version, in which a number that a phone had dialled by itself was no part of the path
        call = _call(next(numbers), hours + 0.6, "101", "0600700801", Outcome.ANSWERED, "number:+48600700801")
        yield CallType.OUT, RatedRecord(replace(call, legs=(_leg(call, 1, "number:+48600700801", "mobile"),)))
        call = _call(next(numbers), hours + 0.75, "101", "900900", Outcome.REJECTED)
        path = (PathEntry(call.arrived, "number:+48900900", "", passed=True),)
        yield CallType.OUT, RatedRecord(replace(call, path=path, refusal="blocked"))
        call = _call(next(numbers), hours + 0.8, "102", "103", Outcome.BUSY)
        path = (PathEntry(call.arrived, "extension:103", ""),)
        yield CallType.INTERNAL, RatedRecord(replace(call, legs=(_leg(call, 1, "extension:103"),), path=path))
        call = _call(next(numbers), hours + 0.9, "+48221112233", "queue:sales", Outcome.ANSWERED, "number:+48221112233")
        yield CallType.OUT, RatedRecord(replace(call, visits=(_visit(call, "sales", "bob"),)))


MADE = tuple(_made())
ELSEWHERE = RatedRecord(replace(MADE[0][1].call, tenant=OTHER, call_id=call_id(2000)))
TYPES = {record.call.call_id: kind for kind, record in MADE}


@pytest.fixture(scope="module")
def reader(ledger_tables: str) -> Iterator[LedgerReader]:
    """Of a ledger with these calls: written once, read by all tests of this file."""
    writer = LedgerWriter(ledger_tables, now=lambda: NOON)
    assert writer.write([to_json(record) for _, record in (*MADE, (CallType.IN, ELSEWHERE))]) == []
    writer.close()
    with LedgerReader(ledger_tables) as opened:
        yield opened


def _is_number(number: str, wanted: str) -> bool:
    return number.startswith(wanted[:-1]) if wanted.endswith("*") else number == wanted


def _called(call: CallRecord, wanted: str) -> bool:
    outside = [leg.to.removeprefix("number:") for leg in call.legs if leg.to.startswith("number:")]
    return any(_is_number(n, wanted) for n in (call.dialled, *outside, *(leg.address for leg in call.legs)))


def _costs(record: RatedRecord, wanted: Wanted) -> bool:
    sums: dict[str, Decimal] = {}
    for charge in record.charges:
        sums[charge.currency] = sums.get(charge.currency, Decimal(0)) + (charge.amount or 0)
    low, high = wanted.cost_from or Decimal(0), wanted.cost_to or Decimal("Infinity")
    return any(low <= sums[c] <= high for c in sums if wanted.currency in (None, c))


def _matches(record: RatedRecord, wanted: Wanted) -> bool:
    call = record.call
    parties = {f"extension:{wanted.extension}"}
    checks: dict[str, Callable[[], bool]] = {
        "since": lambda: call.arrived >= (wanted.since or 0),
        "until": lambda: call.arrived < (wanted.until or 0),
        "outcome": lambda: call.outcome == wanted.outcome,
        "refusal": lambda: call.refusal == wanted.refusal,
        "type": lambda: TYPES[call.call_id] == wanted.type,
        "caller": lambda: _is_number(call.caller.number, wanted.caller or ""),
        "called": lambda: _called(call, wanted.called or ""),
        "number": lambda: _is_number(call.caller.number, wanted.number or "") or _called(call, wanted.number or ""),
        "extension": lambda: call.caller.extension == wanted.extension or any(leg.to in parties for leg in call.legs),
        "survey_from": lambda: (call.survey_score or 0) >= (wanted.survey_from or 0),
        "survey_to": lambda: 0 < (call.survey_score or 0) <= (wanted.survey_to or 0),
        "direction": lambda: any(leg.called_direction == wanted.direction for leg in call.legs),
        "queue": lambda: any(visit.queue == wanted.queue for visit in call.visits),
        "agent": lambda: any(visit.agent == wanted.agent for visit in call.visits),
        "cost_from": lambda: _costs(record, wanted),
        "cost_to": lambda: _costs(record, wanted),
        "currency": lambda: _costs(record, wanted),
    }
    return all(check() for name, check in checks.items() if getattr(wanted, name) is not None)


def _expected(wanted: Wanted) -> list[str]:
    found = [record.call for _, record in MADE if _matches(record, wanted)]
    sign = 1 if wanted.oldest_first else -1
    return [call.call_id for call in sorted(found, key=lambda call: (sign * call.arrived, call.call_id))]


def _maybe(*values: object) -> st.SearchStrategy[object]:
    return st.sampled_from((None, None, *values))


NUMBERS = ("+48221112233", "+4822*", "+4930555", "+48600700800", "+49*", "101", "+1*", "00493012345", "%", "_*")
WANTED = st.builds(
    Wanted,
    tenant=st.just(TENANT),
    number=_maybe(*NUMBERS),
    caller=_maybe(None, *NUMBERS),
    called=_maybe(None, *NUMBERS),
    extension=_maybe(None, "101", "103"),
    since=_maybe(Instant(NOON - DAY_US), Instant(NOON - 30 * DAY_US)),
    until=_maybe(None, Instant(NOON - 3 * HOUR_US)),
    outcome=_maybe(None, "answered", "abandoned"),
    refusal=_maybe(None, None, None, "blocked"),
    survey_from=_maybe(None, None, 1, 3),
    survey_to=_maybe(None, None, 4),
    direction=_maybe(None, "mobile", "international"),
    type=_maybe(None, *CallType),
    queue=_maybe(None, "sales", "support"),
    agent=_maybe(None, None, "anna"),
    cost_from=_maybe(None, Decimal(2), Decimal("2.01")),
    cost_to=_maybe(None, None, Decimal("2.5")),
    currency=_maybe(None, None, "EUR"),
    limit=st.none(),
    oldest_first=st.booleans(),
)


@settings(max_examples=15, deadline=None)
@given(WANTED, st.integers(4, 20))
def test_what_is_found_is_what_matches_page_by_page(reader: LedgerReader, wanted: Wanted, size: int) -> None:
    expected = _expected(wanted)
    assert [call.call_id for call in reader.calls(wanted)] == expected
    found: list[str] = []
    page = replace(wanted, limit=size)
    while calls := reader.calls(page):
        found += [call.call_id for call in calls]
        page = replace(page, after=place_from(str(place_of(calls[-1]))))
    assert found == expected


@settings(max_examples=15, deadline=None)
@given(WANTED, st.integers(1, 20), st.sampled_from([0.0, 0.002, 60.0]))
def test_a_page_that_takes_no_longer_says_where_it_goes_on(
    reader: LedgerReader, wanted: Wanted, size: int, within_s: float
) -> None:
    """However little time there is, each page comes further, and all of them together are what matches."""
    found: list[str] = []
    wanted, was = replace(wanted, limit=size), wanted
    for _ in range(500):
        page = reader.page(wanted, within_s)
        found += [call.call_id for call in page.calls]
        after = page.searched_to or (place_of(page.calls[-1]) if len(page.calls) == size else None)
        if after is None:
            break
        assert wanted.after != after
        wanted = replace(wanted, after=place_from(str(after)))
    assert found == _expected(was)


@pytest.mark.parametrize(
    ("days", "took_s", "after"),
    [(1, 0.001, 6), (6, 0.003, 18), (18, 0.006, 18), (18, 0.010, 9), (1, 1.0, 1)],
)
def test_a_stretch_is_longer_after_a_quick_one_and_shorter_after_a_slow_one(
    days: int, took_s: float, after: int
) -> None:
    assert paced(days, took_s, 0.032) == after


@pytest.mark.parametrize("kind", list(CallType))
def test_each_call_has_the_type_that_it_is(reader: LedgerReader, kind: CallType) -> None:
    found = reader.calls(Wanted(tenant=TENANT, type=kind, limit=None))
    assert {call.call_id for call in found} == {one for one, its in TYPES.items() if its is kind} != set()
    assert {call.type for call in found} == {kind.value}


def test_sums_are_those_of_all_that_match(reader: LedgerReader) -> None:
    sums = reader.totals(Wanted(tenant=TENANT, limit=1))
    assert sums is not None
    talks = sum(1 for _, record in MADE if record.call.bridged)
    costs = {"EUR": Decimal(12), "PLN": Decimal("2523") + 6 * Decimal("0.75")}
    assert (sums.calls, sums.talks, sums.talk_ms, sums.costs) == (len(MADE), talks, talks * 50_000, costs)
    of_one = reader.totals(Wanted(tenant=TENANT, direction="international", limit=1))
    assert of_one is not None
    assert (of_one.calls, of_one.costs) == (6, {"EUR": Decimal(12), "PLN": Decimal("1.50")})


def test_all_tenants_are_searched_where_none_is_named(reader: LedgerReader) -> None:
    found = reader.calls(Wanted(queue="sales", agent="anna", since=Instant(NOON - 2 * HOUR_US), limit=None))
    assert {call.tenant for call in found} >= {TENANT, OTHER}


@pytest.mark.parametrize("text", ["", "x", "2026-11-30", "2026-11-30T00:00:00Z", "soon/1"])
def test_what_is_no_place_is_refused(text: str) -> None:
    with pytest.raises(BadPlace, match="is no place in a list of calls"):
        place_from(text)


def test_a_place_is_read_as_it_was_written() -> None:
    for place in (Place(NOON, "a/b"), Place(NOON, "")):
        assert place_from(str(place)) == place
