"""Records as JSON, and what a call's legs cost."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from zoneinfo import ZoneInfo

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcontrol.billing.costs import rate_record, unrated_record
from callcontrol.billing.fold import fold
from callcontrol.billing.record import ChargeRecord, RatedRecord
from callcontrol.billing.record_json import BadRecord, from_json, to_json
from callcontrol.billing.tariff import Tariff
from callcontrol.billing.tariffs import parse
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.outcome import Outcome
from tests.billing.trails import Story, answered_in_queue, called_back, forwarded

PRICES = """
tariff,standard
currency,PLN
vat_percent,23
decimals,4
default_period,always
version,2026-01-01
prefix,destination,connection_fee,price_per_minute,step
486,Poland mobile,0.05,0.29,60/60
""".lstrip()


@pytest.fixture(scope="module")
def tariff() -> Tariff:
    found = parse(PRICES, "tariffs/standard.csv", ZoneInfo("Europe/Warsaw"))
    assert isinstance(found, Tariff), found
    return found


def test_the_external_leg_is_charged_to_whoever_set_the_rule(tariff: Tariff) -> None:
    rated = rate_record(fold(forwarded(talk_s=61.5)), tariff)
    (charge,) = rated.charges
    assert (charge.leg_id, charge.payer, charge.number) == (Story().leg(1), "extension:101", "+48600700800")
    assert (charge.amount, charge.currency, charge.reason) == (Decimal("0.6300"), "PLN", "")
    assert (charge.tariff, charge.prefix, charge.destination) == ("standard", "486", "Poland mobile")
    assert (charge.counted_s, charge.free_s, charge.billed_s, charge.step) == (62, 0, 120, "60/60")
    assert (charge.fee, charge.vat_percent) == (Decimal("0.05"), Decimal("23"))
    assert [(part["seconds"], part["price_per_minute"]) for part in charge.parts] == [(120, "0.29")]
    assert "0.6300 PLN" in charge.formula


def test_a_leg_is_billed_by_its_own_talk_not_the_callers(tariff: Tariff) -> None:
    trail = Story().rings_outside(0, 0).leg_ended(70, 0, "X", Outcome.ANSWERED, 1, 2, 65).ended(400, answered=1)
    (charge,) = rate_record(fold(trail), tariff).charges
    assert charge.counted_s == 5


@pytest.mark.parametrize(
    "story",
    [
        Story().rings_outside(0, 0).leg_ended(20, 0, "NO_ANSWER", Outcome.NO_ANSWER, 0.1, 1),
        Story().rings_outside(0, 0).leg_ended(0, 0, "INVALID_GATEWAY", Outcome.UNAVAILABLE),
        Story().rings_outside(0, 0, payer="").bridged(1, 0).leg_ended(20, 0, "X", Outcome.ANSWERED, 0, None, 1),
        Story().rings(0, 0).bridged(1, 0).leg_ended(20, 0, "X", Outcome.ANSWERED, 0, None, 1),
    ],
    ids=["not answered", "never a channel", "no payer", "internal"],
)
def test_legs_that_cost_nothing_have_no_charge(story: Story, tariff: Tariff) -> None:
    assert rate_record(fold(story.ended(21, answered=1)), tariff).charges == ()


def test_an_external_agents_leg_is_charged_to_the_tenant_once(tariff: Tariff) -> None:
    rated = rate_record(fold(answered_in_queue(talk_s=60)), tariff)
    (charge,) = rated.charges
    assert (charge.leg_id, charge.payer, charge.number) == (Story().leg(1), "tenant", "+48600700800")
    assert (charge.counted_s, charge.amount) == (65, Decimal("0.6300"))  # from the answer on, whisper and all
    trail = answered_in_queue(talk_s=60)
    assert rate_record(fold((*trail, *trail)), tariff).charges == rated.charges


def test_a_callback_costs_the_tenant_the_agents_leg_and_the_customers(tariff: Tariff) -> None:
    charges = rate_record(fold(called_back()), tariff).charges
    assert [(charge.leg_id, charge.payer, charge.number) for charge in charges] == [
        (Story().leg(0), "tenant", "+48600700801"),
        (Story().leg(1), "tenant", "+48221234567"),
    ]
    assert [(charge.counted_s, charge.reason.partition(":")[0]) for charge in charges] == [(71, ""), (0, "no_price")]


def test_no_price_is_unrated_with_a_reason_never_0(tariff: Tariff) -> None:
    trail = (
        Story().rings_outside(0, 0, "+4922155").leg_ended(9, 0, "X", Outcome.ANSWERED, 0, None, 1).ended(9, answered=1)
    )
    (charge,) = rate_record(fold(trail), tariff).charges
    assert (charge.amount, charge.reason) == (None, "no_price: list standard has no prefix of +4922155")
    (charge,) = rate_record(fold(trail), None).charges
    assert (charge.amount, charge.reason) == (None, "no_tariff: the tenant has no price list")
    (charge,) = unrated_record(fold(trail), "rating failed: KeyError").charges
    assert (charge.amount, charge.reason) == (None, "rating failed: KeyError")


def test_json_gives_the_same_record_back(tariff: Tariff) -> None:
    rated = rate_record(fold(forwarded()), tariff)
    assert from_json(to_json(rated)) == rated
    for trail in (answered_in_queue(), called_back()):
        assert from_json(to_json(rate_record(fold(trail), tariff))) == rate_record(fold(trail), tariff)
    trail = Story().routed(0, "voicemail:1", "w").recorded(1, "1", "/r.wav").ended(2)
    assert from_json(to_json(RatedRecord(fold(trail)))) == RatedRecord(fold(trail))


def test_a_record_of_before_there_were_queues_is_read() -> None:
    value = orjson.loads(to_json(RatedRecord(fold(forwarded()))))
    del value["visits"]
    assert from_json(orjson.dumps(value)) == RatedRecord(fold(forwarded()))


@pytest.mark.parametrize(
    ("written", "instead"),
    [(b'"how":"answered"', b'"how":"eaten"'), (b'"how":"no_answer"', b'"how":"x"'), (b'"ticket":', b'"token":')],
)
def test_a_visit_that_is_none_says_so(written: bytes, instead: bytes) -> None:
    data = to_json(RatedRecord(fold(answered_in_queue())))
    assert written in data
    with pytest.raises(BadRecord, match="no record"):
        from_json(data.replace(written, instead))


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_any_text_survives(text: str) -> None:
    record = RatedRecord(replace(fold(forwarded()), caller=Caller(text, text), dialled=text))
    assert from_json(to_json(record)) == record


@pytest.mark.parametrize(
    ("text", "stored"),
    [("a\0b", "a\ufffdb"), ("a\ud800b", "a\ufffd\ufffd\ufffdb"), ("\0\udfff", "\ufffd\ufffd\ufffd\ufffd")],
)
def test_text_that_cannot_be_stored_costs_no_record(text: str, stored: str) -> None:
    data = to_json(RatedRecord(replace(fold(forwarded()), dialled=text)))
    assert from_json(data).call.dialled == stored
    assert b"\\u0000" not in data


@pytest.mark.parametrize("amount", ["0", "0.6300", "12345678.12345678", "0.0000"])
def test_money_is_text_to_the_last_digit(amount: str) -> None:
    charge = ChargeRecord("leg", "tenant", "+48600700800", amount=Decimal(amount), tariff_version=Instant(5))
    data = to_json(RatedRecord(fold(forwarded()), (charge,)))
    assert orjson.loads(data)["charges"][0]["amount"] == amount
    assert from_json(data).charges == (charge,)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "no record: JSONDecodeError"),
        (b"[]", "no record: TypeError"),
        (b'{"v":3}', "Record has version 3, this program reads up to 2"),
        (b'{"v":1,"call":{}}', "no record: KeyError"),
        (to_json(RatedRecord(fold(forwarded()))).replace(b'"outcome":"answered"', b'"outcome":"eaten"'), "'eaten'"),
    ],
)
def test_what_is_no_record_says_so(data: bytes, why: str) -> None:
    with pytest.raises(BadRecord, match=why):
        from_json(data)


def test_an_emergency_call_costs_nothing_where_its_number_has_no_price(tariff: Tariff) -> None:
    record = fold(forwarded(talk_s=61.5))
    legs = tuple(replace(leg, to="emergency:112") if leg.is_external else leg for leg in record.legs)
    (charge,) = rate_record(replace(record, legs=legs), tariff).charges
    assert (charge.number, charge.amount, charge.currency, charge.reason) == ("112", Decimal(0), "PLN", "")
    assert charge.formula == "emergency call without a price in list standard: free of charge"
