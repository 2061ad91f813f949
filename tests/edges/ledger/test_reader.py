"""The history read back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from callcontrol.billing.costs import rate_record
from callcontrol.billing.fold import fold
from callcontrol.billing.record import RatedRecord
from callcontrol.billing.record_json import to_json
from callcontrol.edges.ledger.reader import LedgerReader, NoLedger
from callcontrol.edges.ledger.writer import LedgerWriter
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.moment import instant_from
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.wanted import Wanted
from tests.billing.trails import Story, call_id, forwarded
from tests.edges.ledger.conftest import Rows
from tests.edges.ledger.samples import payload, rated


@pytest.fixture
def reader(database: str, writer: LedgerWriter) -> LedgerReader:
    """Four calls: 0 on the 16th, 1 and 2 on the 17th at noon, 3 (of another tenant, abandoned) on the 18th."""
    other = Story(3, instant_from("2026-11-18T08:00:00Z"), "globex").rings(0, 0).ended(4, by="caller")
    abandoned = replace(fold(other), caller=Caller("+4915112345", "", True), dialled="+4930555")
    records = [
        payload(0, instant_from("2026-11-16T10:00:00Z")),
        payload(1),
        payload(2, instant_from("2026-11-17T12:00:01Z"), talk_s=3),
        to_json(RatedRecord(abandoned)),
    ]
    assert writer.write(records) == []
    return LedgerReader(database)


def test_an_estimate_says_why_on_the_leg_and_on_its_charge(database: str, writer: LedgerWriter, rows: Rows) -> None:
    record = rate_record(fold(forwarded(estimated=True)), None)
    assert writer.write([to_json(record)]) == []
    why = "its end was not reported"
    assert rows("SELECT estimate FROM charges") == [(why,)]
    with LedgerReader(database) as reader:
        (call,) = reader.calls(Wanted())
    *_, rung, mobile = call.legs
    assert (rung.estimated, rung.estimate) == (False, "")
    assert (mobile.estimated, mobile.estimate) == (True, why)
    assert mobile.cost is not None
    assert mobile.cost.estimate == why


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(), [3, 2, 1, 0]),
        (Wanted(limit=2), [3, 2]),
        (Wanted(tenant="acme"), [2, 1, 0]),
        (Wanted(tenant="nobody"), []),
        (Wanted(outcome="abandoned"), [3]),
        (Wanted(refusal="blocked"), []),
        (Wanted(direction="mobile"), []),
        (Wanted(direction=""), [3, 2, 1, 0]),
        (Wanted(direction="", number="+4930555"), [3]),
        (Wanted(refusal="blocked", number="+4930555"), []),
        (Wanted(number="+48221234567"), [2, 1, 0]),  # the caller
        (Wanted(number="+4930555"), [3]),  # the number dialled
        (Wanted(number="+48600700800"), [2, 1, 0]),  # where it was forwarded to
        (Wanted(number="48600700800"), [2, 1, 0]),  # the same as the trunk writes it
        (Wanted(since=instant_from("2026-11-17T12:00:01Z")), [3, 2]),
        (Wanted(until=instant_from("2026-11-17T12:00:01Z")), [1, 0]),
        (Wanted(since=instant_from("2026-11-17T12:00:00Z"), until=instant_from("2026-11-17T12:00:01Z")), [1]),
        (Wanted(tenant="acme", number="+48221234567", since=instant_from("2026-11-17T12:00:01Z")), [2]),
    ],
)
def test_filters(reader: LedgerReader, wanted: Wanted, found: list[int]) -> None:
    with reader:
        assert [call.call_id for call in reader.calls(wanted)] == [call_id(n) for n in found]


def test_a_call_with_its_legs_and_what_they_cost(reader: LedgerReader) -> None:
    with reader:
        (call,) = reader.calls(Wanted(since=instant_from("2026-11-17T12:00:01Z"), tenant="acme"))
    assert (call.outcome, call.answered_by, call.total_ms) == ("answered", "number:+48600700800", Decimal("28010.000"))
    assert [entry["why"] for entry in call.path] == ["number +48225550000", "rule no_answer of extension:101"]
    assert [(leg.position, leg.direction, leg.outcome) for leg in call.legs] == [
        (0, "a", Outcome.ANSWERED),
        (1, "b", Outcome.NO_ANSWER),
        (2, "b", Outcome.ANSWERED),
    ]
    assert [leg.cost is None for leg in call.legs] == [True, True, False]
    cost = call.legs[2].cost
    assert cost is not None
    assert (cost.amount, cost.currency, cost.billed_s, cost.status) == (Decimal("0.63000000"), "PLN", 120, "rated")
    assert cost.tariff_version == datetime(2025, 12, 31, 23, tzinfo=UTC)
    assert cost.parts[0]["price_per_minute"] == "0.29"


def test_only_the_charge_that_holds_is_shown(database: str, writer: LedgerWriter) -> None:
    writer.write([payload(estimated=True, amount="9.99"), to_json(rated(forwarded(1)))])
    writer.write([payload(amount="0.63")])
    with LedgerReader(database) as reader:
        costs = [leg.cost for call in reader.calls(Wanted()) for leg in call.legs if leg.cost]
    assert sorted((cost.revision, cost.amount) for cost in costs) == [(1, Decimal("0.63")), (3, Decimal("0.63"))]


def test_what_cannot_be_read_says_what_to_do(empty_database: str) -> None:
    with pytest.raises(NoLedger, match="Postgres cannot be reached"):
        LedgerReader("host=/nonexistent dbname=none")
    with LedgerReader(empty_database) as reader, pytest.raises(NoLedger, match="`callcontrol serve` makes it"):
        reader.calls(Wanted())
