"""Rating: each rule of a price list by table. Amounts can be redone with a pencil."""

from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from callcontrol.billing.charges import Charge, Unrated, UnratedReason
from callcontrol.billing.rating import MAX_TALK_US, rate
from callcontrol.billing.tariff import Tariff
from callcontrol.billing.tariffs import parse
from callcontrol.vocabulary.moment import SECOND_US, Instant, instant_from

WARSAW = ZoneInfo("Europe/Warsaw")
NOON = instant_from("2026-11-23T12:00:00+01:00")  # a Monday
NUMBER = "+48221234567"


def tariff_of(*lines: str) -> Tariff:
    parsed = parse("\n".join(["tariff,test", "currency,PLN", *lines]), "test.csv", WARSAW)
    assert isinstance(parsed, Tariff), parsed
    return parsed


def simple(step: str, price: str = "0.60", *settings: str, columns: str = "", cells: str = "") -> Tariff:
    header = f"prefix,destination,step,price_per_minute{columns}"
    return tariff_of(*settings, "version,2026-01-01", header, f"48,Poland,{step},{price}{cells}")


PEAK_HOURS = tariff_of(
    "period,peak,mon-fri,08:00-20:00",
    "period,night,,00:00-03:00",
    "default_period,offpeak",
    "version,2026-01-01",
    "prefix,destination,step,price_per_minute:peak,price_per_minute:night,price_per_minute:offpeak,"
    "connection_fee:peak,connection_fee:night,connection_fee:offpeak",
    "48,Poland,1/1,0.60,0.06,0.30,0.10,0.01,0.05",
    "49,Germany,60/60,0.60,0.06,0.30,0.10,0.01,0.05",
    "44,Great Britain,90/60,0.60,0.06,0.30,0.10,0.01,0.05",
)


def charged(tariff: Tariff, seconds: str, at: Instant | str = NOON, number: str = NUMBER) -> Charge:
    answered = instant_from(at) if isinstance(at, str) else at
    charge = rate(tariff, number, answered, int(Decimal(seconds) * SECOND_US))
    assert isinstance(charge, Charge), charge
    return charge


@pytest.mark.parametrize(
    ("step", "seconds", "billed_s", "amount"),
    [
        ("60/60", "0", 0, "0.0000"),
        ("60/60", "0.001", 60, "0.6000"),
        ("60/60", "1", 60, "0.6000"),
        ("60/60", "59.999", 60, "0.6000"),
        ("60/60", "60", 60, "0.6000"),
        ("60/60", "60.001", 120, "1.2000"),
        ("60/60", "120", 120, "1.2000"),
        ("60/60", "120.001", 180, "1.8000"),
        ("60/1", "0.001", 60, "0.6000"),
        ("60/1", "60", 60, "0.6000"),
        ("60/1", "60.001", 61, "0.6100"),
        ("60/1", "61", 61, "0.6100"),
        ("60/1", "61.5", 62, "0.6200"),
        ("30/6", "0.001", 30, "0.3000"),
        ("30/6", "30", 30, "0.3000"),
        ("30/6", "30.001", 36, "0.3600"),
        ("30/6", "36", 36, "0.3600"),
        ("30/6", "36.001", 42, "0.4200"),
        ("1/1", "0.001", 1, "0.0100"),
        ("1/1", "1", 1, "0.0100"),
        ("1/1", "1.001", 2, "0.0200"),
        ("1/1", "36000", 36_000, "360.0000"),
        ("90/60", "1", 90, "0.9000"),
        ("90/60", "90", 90, "0.9000"),
        ("90/60", "90.001", 150, "1.5000"),
        ("90/60", "150", 150, "1.5000"),
        ("90/60", "150.001", 210, "2.1000"),
        ("90/60", "210", 210, "2.1000"),
        ("1/60", "1", 1, "0.0100"),
        ("1/60", "1.001", 61, "0.6100"),
    ],
)
def test_first_block_and_steps(step: str, seconds: str, billed_s: int, amount: str) -> None:
    charge = charged(simple(step), seconds)
    assert (charge.billed_s, str(charge.amount)) == (billed_s, f"{amount} PLN")


@pytest.mark.parametrize(
    ("rule", "seconds"),
    [
        ("up", {"0": 0, "0.000999": 0, "0.001": 1, "0.5": 1, "1": 1, "1.000999": 1, "1.001": 2, "59.9999": 60}),
        ("nearest", {"0": 0, "0.499": 0, "0.499999": 0, "0.5": 1, "1.499": 1, "1.5": 2}),
        ("down", {"0": 0, "0.999": 0, "0.999999": 0, "1": 1, "1.999": 1, "2": 2}),
    ],
)
def test_rounding_of_seconds_from_whole_milliseconds(rule: str, seconds: dict[str, int]) -> None:
    tariff = simple("1/1", "0.60", f"round_seconds,{rule}")
    assert {talk: charged(tariff, talk).counted_s for talk in seconds} == seconds


@pytest.mark.parametrize(
    ("rule", "decimals", "amount"),
    [
        ("half_up", 2, "0.13"),
        ("half_even", 2, "0.12"),
        ("up", 2, "0.13"),
        ("down", 2, "0.12"),
        ("half_up", 3, "0.125"),
        ("half_up", 0, "0"),
        ("up", 0, "1"),
        ("half_up", 8, "0.12500000"),
    ],
)
def test_rounding_of_amounts(rule: str, decimals: int, amount: str) -> None:
    tariff = simple("1/1", "0.50", f"round_amount,{rule}", f"decimals,{decimals}")
    assert str(charged(tariff, "15").amount) == f"{amount} PLN"


def test_the_sum_is_rounded_once_and_not_its_parts() -> None:
    tariff = tariff_of(
        "decimals,2",
        "period,peak,,08:00-20:00",
        "default_period,offpeak",
        "version,2026-01-01",
        "prefix,destination,step,connection_fee,price_per_minute:peak,price_per_minute:offpeak",
        "48,Poland,1/1,0.004,0.24,0.12",
    )
    # 0.004 + 1 * 0.24 / 60 + 2 * 0.12 / 60 = 0.012: parts rounded one by one would be 0.00 + 0.00 + 0.00
    charge = charged(tariff, "3", "2026-11-23T19:59:59+01:00")
    assert [part.seconds for part in charge.parts] == [1, 2]
    assert str(charge.amount) == "0.01 PLN"


@pytest.mark.parametrize(
    ("number", "at", "seconds", "parts", "amount"),
    [
        # by the second: the period changes exactly at 20:00
        ("+48221234567", "2026-11-23T19:59:30+01:00", "61", [("peak", 1 * 30), ("offpeak", 31)], "0.5550"),
        ("+48221234567", "2026-11-23T19:59:59+01:00", "1", [("peak", 1)], "0.1100"),
        ("+48221234567", "2026-11-23T20:00:00+01:00", "1", [("offpeak", 1)], "0.0550"),
        ("+48221234567", "2026-11-23T19:59:59.999999+01:00", "2", [("peak", 1), ("offpeak", 1)], "0.1150"),
        ("+48221234567", "2026-11-23T07:59:59+01:00", "3", [("offpeak", 1), ("peak", 2)], "0.0750"),
        # by the minute: a step costs what holds when it starts
        ("+493012345678", "2026-11-23T19:59:30+01:00", "60", [("peak", 60)], "0.7000"),
        ("+493012345678", "2026-11-23T19:59:30+01:00", "60.001", [("peak", 60), ("offpeak", 60)], "1.0000"),
        ("+493012345678", "2026-11-23T19:59:00+01:00", "61", [("peak", 60), ("offpeak", 60)], "1.0000"),
        ("+493012345678", "2026-11-23T19:58:59+01:00", "121", [("peak", 120), ("offpeak", 60)], "1.6000"),
        # the first block starts in the peak and ends behind it
        ("+442079460958", "2026-11-23T19:59:00+01:00", "91", [("peak", 90), ("offpeak", 60)], "1.3000"),
        ("+442079460958", "2026-11-23T19:58:30+01:00", "91", [("peak", 90), ("offpeak", 60)], "1.3000"),
        ("+442079460958", "2026-11-23T19:58:29+01:00", "91", [("peak", 150)], "1.6000"),
        # midnight, into Saturday's night
        ("+48221234567", "2026-11-27T23:59:30+01:00", "60", [("offpeak", 30), ("night", 30)], "0.2300"),
        # a Sunday has no peak
        ("+48221234567", "2026-11-22T19:59:30+01:00", "61", [("offpeak", 61)], "0.3550"),
    ],
)
def test_each_step_costs_what_the_period_at_its_start_says(
    number: str, at: str, seconds: str, parts: list[tuple[str, int]], amount: str
) -> None:
    charge = charged(PEAK_HOURS, seconds, at, number)
    assert [(part.period, part.seconds) for part in charge.parts] == parts
    assert str(charge.amount) == f"{amount} PLN"


@pytest.mark.parametrize(
    ("at", "hours", "parts"),
    [
        # 29 March 2026: 02:00 CET is 03:00 CEST, so the night (00:00-03:00) ends an hour earlier
        ("2026-03-29T01:30:00+01:00", 1, [("night", 1800), ("offpeak", 1800)]),
        # 25 October 2026: 03:00 CEST is 02:00 CET, so it lasts an hour longer
        ("2026-10-25T01:30:00+02:00", 3, [("night", 9000), ("offpeak", 1800)]),
    ],
)
def test_changes_of_the_clocks(at: str, hours: int, parts: list[tuple[str, int]]) -> None:
    charge = charged(PEAK_HOURS, str(hours * 3600), at)
    assert [(part.period, part.seconds) for part in charge.parts] == parts
    assert charge.billed_s == hours * 3600  # elapsed time, never a difference of wall clocks


def test_a_long_call_by_the_second_is_counted_in_runs() -> None:
    charge = charged(PEAK_HOURS, str(7 * 86_400), "2026-11-23T00:00:00+01:00")
    assert charge.billed_s == 604_800
    seconds = {"night": 0, "peak": 0, "offpeak": 0}
    for part in charge.parts:
        seconds[part.period] += part.seconds
    assert seconds == {"night": 7 * 3 * 3600, "peak": 5 * 12 * 3600, "offpeak": (5 * 9 + 2 * 21) * 3600}


@pytest.mark.parametrize(
    ("at", "fee"), [("19:59:59.999999", "0.10"), ("20:00:00", "0.05"), ("02:59:59", "0.01"), ("03:00:00", "0.05")]
)
def test_the_connection_fee_is_that_of_the_period_at_answer_and_paid_once(at: str, fee: str) -> None:
    charge = charged(PEAK_HOURS, "7200", f"2026-11-23T{at}+01:00")
    assert charge.fee == Decimal(fee)
    parts = sum((part.sixtieths for part in charge.parts), Decimal(0)) / 60
    assert charge.amount.amount == Decimal(fee) + parts


def test_a_call_of_no_time_costs_nothing_not_even_the_fee() -> None:
    charge = charged(simple("60/60", columns=",connection_fee,minimum_amount", cells=",0.50,2"), "0")
    assert (charge.fee, charge.parts, str(charge.amount)) == (Decimal(0), (), "0.0000 PLN")


@pytest.mark.parametrize(
    ("columns", "cells", "seconds", "expected"),
    [
        # free seconds come off before steps are counted
        (",free_s", ",10", "10", (10, 0, "0.0000")),
        (",free_s", ",10", "10.001", (10, 30, "0.3000")),
        (",free_s", ",10", "40", (10, 30, "0.3000")),
        (",free_s", ",10", "40.001", (10, 36, "0.3600")),
        # the fee is due although the seconds were free
        (",free_s,connection_fee", ",10,0.05", "5", (5, 0, "0.0500")),
        # a minimum of seconds is eaten in steps as well
        (",minimum_s", ",45", "1", (0, 48, "0.4800")),
        (",minimum_s", ",45", "48.001", (0, 54, "0.5400")),
        (",minimum_s,free_s", ",45,10", "10", (10, 0, "0.0000")),
        (",minimum_s,free_s", ",45,10", "11", (10, 48, "0.4800")),
        # a minimum of money counts the fee in
        (",minimum_amount", ",1.00", "1", (0, 30, "1.0000")),
        (",minimum_amount", ",1.00", "100", (0, 102, "1.0200")),
        (",minimum_amount,connection_fee", ",1.00,0.50", "50", (0, 54, "1.0400")),
        (",minimum_amount,free_s", ",1.00,10", "10", (10, 0, "0.0000")),
    ],
)
def test_free_seconds_and_minimums(columns: str, cells: str, seconds: str, expected: tuple[int, int, str]) -> None:
    charge = charged(simple("30/6", columns=columns, cells=cells), seconds)
    assert (charge.free_s, charge.billed_s, str(charge.amount)) == (*expected[:2], f"{expected[2]} PLN")


def test_free_seconds_shift_the_steps_into_the_next_period() -> None:
    tariff = tariff_of(
        "period,peak,,08:00-20:00",
        "default_period,offpeak",
        "version,2026-01-01",
        "prefix,destination,step,free_s,connection_fee:peak,connection_fee:offpeak,price_per_minute:peak,price_per_minute:offpeak",
        "48,Poland,60/60,30,0.10,0.05,0.60,0.30",
    )
    charge = charged(tariff, "60", "2026-11-23T19:59:30+01:00")
    assert [(part.period, part.seconds) for part in charge.parts] == [("offpeak", 60)]
    assert charge.fee == Decimal("0.10")  # it was answered in the peak


VERSIONS = tariff_of(
    "version,2026-07-01",
    "prefix,destination,step,price_per_minute",
    "48,Poland,60/60,2",
    "version,2026-01-01",
    "48,Poland,60/60,1",
    "4822,Warsaw,60/60,0.5",
)


@pytest.mark.parametrize(
    ("number", "at", "prefix", "amount"),
    [
        ("+48221234567", "2026-01-01T00:00:00+01:00", "4822", "0.5000"),
        ("+48601234567", "2026-06-30T23:59:59.999999+02:00", "48", "1.0000"),
        ("+48601234567", "2026-07-01T00:00:00+02:00", "48", "2.0000"),
        ("+48601234567", "2026-06-30T22:00:00Z", "48", "2.0000"),
        ("+48221234567", "2026-07-01T00:00:00+02:00", "48", "2.0000"),
    ],
)
def test_the_version_in_force_and_its_longest_prefix(number: str, at: str, prefix: str, amount: str) -> None:
    charge = charged(VERSIONS, "60", at, number)
    assert (charge.prefix, str(charge.amount)) == (prefix, f"{amount} PLN")


def test_the_version_in_force_at_answer_holds_for_the_whole_call() -> None:
    charge = charged(VERSIONS, "7200", "2026-06-30T23:00:00+02:00", "+48601234567")
    assert str(charge.amount) == "120.0000 PLN"
    assert charge.version == instant_from("2026-01-01T00:00:00+01:00")


SHORT_NUMBERS = tariff_of(
    "version,2026-01-01",
    "prefix,destination,step,price_per_minute",
    "1,North America,60/60,5",
    "short:19,Town information,60/60,0.35",
    "short:112,Emergency,60/60,0",
)


@pytest.mark.parametrize(
    ("number", "destination"),
    [
        ("+12125551234", "North America"),
        ("+1911555123", "North America"),
        ("19115", "Town information"),
        ("112", "Emergency"),
    ],
)
def test_short_numbers_have_prefixes_of_their_own(number: str, destination: str) -> None:
    assert charged(SHORT_NUMBERS, "1", number=number).destination == destination


@pytest.mark.parametrize(
    ("number", "at", "talk_us", "reason"),
    [
        ("+49301234567", NOON, SECOND_US, UnratedReason.NO_PRICE),
        ("12125551234", NOON, SECOND_US, UnratedReason.NO_PRICE),  # digits without +: the country is not known
        ("118913", NOON, SECOND_US, UnratedReason.NO_PRICE),
        ("", NOON, SECOND_US, UnratedReason.NO_PRICE),
        ("+", NOON, SECOND_US, UnratedReason.NO_PRICE),
        ("+12125551234", instant_from("2025-12-31T23:59:59.999999+01:00"), SECOND_US, UnratedReason.NO_VERSION),
        ("+12125551234", NOON, -1, UnratedReason.IMPLAUSIBLE),
        ("+12125551234", NOON, MAX_TALK_US + 1, UnratedReason.IMPLAUSIBLE),
        ("+12125551234", Instant(10**18), SECOND_US, UnratedReason.IMPLAUSIBLE),
        ("+12125551234", Instant(-(10**18)), SECOND_US, UnratedReason.IMPLAUSIBLE),
    ],
)
def test_no_price_is_a_reason_and_never_nothing(number: str, at: Instant, talk_us: int, reason: UnratedReason) -> None:
    unrated = rate(SHORT_NUMBERS, number, at, talk_us)
    assert isinstance(unrated, Unrated)
    assert unrated.reason is reason
    assert unrated.detail
    assert unrated.as_json() == {"unrated": str(reason), "detail": unrated.detail}


def test_a_price_of_nought_is_a_price() -> None:
    assert str(charged(SHORT_NUMBERS, "100", number="112").amount) == "0.0000 PLN"
    assert SHORT_NUMBERS.is_priced("112", NOON)


@pytest.mark.parametrize(
    ("number", "at", "priced"),
    [
        ("+12125551234", NOON, True),
        ("+48221234567", NOON, False),
        ("+12125551234", instant_from("2025-12-31T00:00:00Z"), False),
        ("1", NOON, False),
        ("19", NOON, True),
    ],
)
def test_what_has_no_price_is_known_before_dialling(number: str, at: Instant, priced: bool) -> None:
    assert SHORT_NUMBERS.is_priced(number, at) is priced
    assert (SHORT_NUMBERS.covers(number, at) is not None) is priced


def test_the_charge_tells_how_it_came_about() -> None:
    tariff = simple("60/1", "0.29", "vat_percent,23", columns=",connection_fee", cells=",0.05")
    assert charged(tariff, "61.5").as_json() == {
        "amount": "0.3497",
        "currency": "PLN",
        "billed_s": 62,
        "counted_s": 62,
        "free_s": 0,
        "tariff": "test",
        "version": "2026-01-01T00:00:00.000000+01:00",
        "prefix": "48",
        "destination": "Poland",
        "step": "60/1",
        "connection_fee": "0.05",
        "vat_percent": "23",
        "parts": [
            {
                "period": "any",
                "start": "2026-11-23T12:00:00.000000+01:00",
                "steps": 3,
                "seconds": 62,
                "price_per_minute": "0.29",
                "amount_unrounded": "0.29966666…",
            }
        ],
        "formula": "61.5 s, up: 62 s; 60/1: 62 s; 0.05 + 62 * 0.29 / 60 = 0.34966666…; "
        "half_up to 4 decimals: 0.3497 PLN",
    }


def test_the_formula_names_free_seconds_and_minimums() -> None:
    tariff = simple("30/6", columns=",free_s,minimum_s,minimum_amount", cells=",10,45,1")
    assert charged(tariff, "11").formula == (
        "11 s, up: 11 s; first 10 s free; at least 45 s; 30/6: 48 s; 0 + 48 * 0.6 / 60 = 0.48; at least 1; "
        "half_up to 4 decimals: 1.0000 PLN"
    )
