"""Shapes of prices beyond steps and periods. Every amount here was worked out by hand."""

import json
from pathlib import Path

import pytest

from callcontrol.billing.charges import Charge
from callcontrol.billing.rating import rate
from callcontrol.billing.spans import affordable_s
from callcontrol.billing.tariff import Tariff
from callcontrol.billing.tariffs import parse
from callcontrol.commands.rate import Layout, _result
from callcontrol.vocabulary.money import money_from
from tests.billing.test_rating import NOON, NUMBER, WARSAW, charged, tariff_of

KEPT = Path(__file__).parent / "kept"


def listed(row: dict[str, str], *settings: str) -> Tariff:
    """A list with one row."""
    row = {"prefix": "48", "destination": "Poland", **row}
    cells = [f'"{text}"' for text in row.values()]
    return tariff_of(*settings, "version,2026-01-01", ",".join(row), ",".join(cells))


def told(row: dict[str, str], *seconds: str, at: str = "2026-11-23T12:00:00+01:00") -> dict[str, str]:
    """Amounts by talk time."""
    return {talk: f"{charged(listed(row), talk, at).amount.amount:f}" for talk in seconds}


CHANGING = {"step": "60/60", "connection_fee": "0.40", "price_per_minute": "0.20", "price_per_minute@60": "0.10"}


def test_a_price_that_changes_as_the_call_goes_on() -> None:
    row = CHANGING | {"step_s@60": "1"}
    assert told(row, "0", "1", "60", "60.001", "65", "3600") == {
        "0": "0.0000",
        "1": "0.6000",  # fee and the first minute
        "60": "0.6000",
        "60.001": "0.6017",  # 0.6 + 1 * 0.1 / 60
        "65": "0.6083",
        "3600": "6.5000",  # 0.6 + 59 * 0.1
    }


def test_a_step_costs_what_holds_when_it_starts() -> None:
    # from second 90 on: the step that starts at 60 is at the first price, the one that starts at 120 at the second
    row = {"step": "60/60", "price_per_minute": "0.30", "price_per_minute@90": "0.10"}
    assert told(row, "60", "61", "91", "121") == {"60": "0.3000", "61": "0.6000", "91": "0.6000", "121": "0.7000"}


def test_shorter_steps_later_and_two_changes() -> None:
    # 30 s steps at 0.40, from a minute on 10 s steps at 0.20, from five minutes on free of charge
    row = {"connection_fee": "0.80", "step": "30/30", "price_per_minute": "0.40", "price_per_minute@60": "0.20"}
    row |= {"step_s@60": "10", "price_per_minute@300": "0"}
    assert charged(listed(row), "301").billed_s == 310  # steps stay 10 s
    assert told(row, "30", "31", "61", "80.5", "300", "7200") == {
        "30": "1.0000",
        "31": "1.2000",
        "61": "1.2333",  # 0.8 + 0.4 + 10 * 0.2 / 60
        "80.5": "1.3000",  # 81 s: 0.8 + 0.4 + 30 * 0.2 / 60
        "300": "2.0000",  # 0.8 + 0.4 + 240 * 0.2 / 60
        "7200": "2.0000",
    }


def test_seconds_of_a_change_count_from_the_answer_free_ones_among_them() -> None:
    row = {"step": "60/60", "free_s": "30", "price_per_minute": "0.30", "price_per_minute@90": "0.10"}
    # steps start in seconds 30, 90 and 150
    assert told(row, "30", "31", "91", "151") == {"30": "0.0000", "31": "0.3000", "91": "0.4000", "151": "0.5000"}


def test_each_period_may_change_in_its_own_way() -> None:
    tariff = tariff_of(
        "period,peak,,08:00-20:00",
        "default_period,offpeak",
        "version,2026-01-01",
        "prefix,destination,step,price_per_minute:peak,price_per_minute:offpeak,"
        "price_per_minute@60:peak,price_per_minute@60:offpeak",
        "48,Poland,30/30,0.60,0.30,0.20,0.10",
    )
    charge = charged(tariff, "120", "2026-11-23T19:59:00+01:00")
    assert [(part.period, part.from_s, part.seconds) for part in charge.parts] == [("peak", 0, 60), ("offpeak", 60, 60)]
    assert f"{charge.amount}" == "0.7000 PLN"
    assert "0 + 60 * 0.6 / 60 + 60 * 0.1 / 60 (from 60 s) = 0.7" in charge.formula


def test_steps_by_period() -> None:
    tariff = tariff_of(
        "period,peak,,08:00-20:00",
        "default_period,offpeak",
        "version,2026-01-01",
        "prefix,destination,step,step:peak,price_per_minute",
        "48,Poland,1/1,60/30,0.60",
    )
    charge = charged(tariff, "61.5", "2026-11-23T19:59:00+01:00")  # a minute in the peak, two seconds behind it
    assert (charge.step, charge.billed_s, str(charge.amount)) == ("60/30", 62, "0.6200 PLN")
    assert "; peak 60/30, offpeak 1/1: 62 s; " in charge.formula
    later = charged(tariff, "61.5", "2026-11-23T20:00:00+01:00")
    assert (later.step, later.billed_s) == ("1/1", 62)
    earlier = charged(tariff, "61.5", "2026-11-23T19:00:00+01:00")
    assert (earlier.step, earlier.billed_s, str(earlier.amount)) == ("60/30", 90, "0.9000 PLN")


def test_a_cap_on_the_amount() -> None:
    row = {"step": "60/60", "price_per_minute": "0.50", "connection_fee": "0.10", "maximum_amount": "2.00"}
    assert told(row, "0", "60", "180", "181", "36000") == {
        "0": "0.0000",
        "60": "0.6000",
        "180": "1.6000",
        "181": "2.0000",
        "36000": "2.0000",
    }
    assert "; 0.1 + 36000 * 0.5 / 60 = 300.1; at most 2; half_up" in charged(listed(row), "36000").formula
    assert affordable_s(listed(row), NUMBER, NOON, money_from("1.99", "PLN")) == 180
    assert affordable_s(listed(row), NUMBER, NOON, money_from("2", "PLN"), 36_000) == 36_000


def test_a_cap_of_nothing_is_free_of_charge() -> None:
    assert told({"step": "1/1", "price_per_minute": "1", "maximum_amount": "0"}, "600") == {"600": "0.0000"}


def test_grace() -> None:
    row = {"step": "60/60", "price_per_minute": "0.60", "connection_fee": "0.10", "grace_s": "5"}
    row |= {"minimum_amount": "0.20"}
    assert told(row, "0", "4", "4.001", "5", "6") == {
        "0": "0.0000",
        "4": "0.0000",
        "4.001": "0.7000",  # counts as 5 s
        "5": "0.7000",
        "6": "0.7000",
    }
    charge = charged(listed(row), "4")
    assert (charge.counted_s, charge.free_s, charge.billed_s, str(charge.fee)) == (4, 4, 0, "0")
    assert charge.formula == "4 s, up: 4 s; under 5 s nothing: 0.0000 PLN"
    assert charged(listed(row), "5").formula == (
        "5 s, up: 5 s; not under 5 s; 60/60: 60 s; 0.1 + 60 * 0.6 / 60 = 0.7; at least 0.2; "
        "half_up to 4 decimals: 0.7000 PLN"
    )


@pytest.mark.parametrize(
    ("decimals", "seconds", "amount", "said"),
    [
        ("-1", "90", "150", "half_up to tens: 150 JPY"),
        ("-1", "87", "150", "half_up to tens: 150 JPY"),  # 145
        ("-1", "86", "140", "half_up to tens: 140 JPY"),  # 143.33…
        ("-2", "90", "200", "half_up to hundreds: 200 JPY"),
        ("-3", "90", "0", "half_up to thousands: 0 JPY"),
        ("0", "86", "143", "half_up to 0 decimals: 143 JPY"),
        ("", "86", "143", "half_up to 0 decimals: 143 JPY"),
    ],
)
def test_whole_units_and_tens(decimals: str, seconds: str, amount: str, said: str) -> None:
    setting = f"decimals,{decimals}\n" if decimals else ""
    text = (
        f"tariff,y\ncurrency,JPY\n{setting}version,2026-01-01\nprefix,destination,step,price_per_minute\n48,P,1/1,100"
    )
    tariff = parse(text, "y.csv", WARSAW)
    assert isinstance(tariff, Tariff), tariff
    charge = rate(tariff, NUMBER, NOON, int(seconds) * 1_000_000)
    assert isinstance(charge, Charge)
    assert (charge.as_json()["amount"], charge.formula.rpartition("; ")[2]) == (amount, said)


def test_prices_with_more_decimals_where_the_list_asks_for_them() -> None:
    row = {"step": "1/1", "price_per_minute": "0.000000001234"}
    tariff = listed(row, "decimals,8", "price_decimals,12")
    # a day is 86400 * 0.000000001234 / 60 = 0.00000177696
    assert str(charged(tariff, "86400").amount) == "0.00000178 PLN"


@pytest.mark.parametrize(
    ("prices", "amount", "net", "gross", "said"),
    [
        # 61.5 s by the minute at 0.29 and 0.05: 0.63
        ("net", "0.63", "0.63", "0.77", "net; 0.63 * 1.23 = 0.77 PLN gross"),  # 0.7749
        ("gross", "0.63", "0.51", "0.63", "gross; 0.63 / 1.23 = 0.51 PLN net"),  # 0.5121…
    ],
)
def test_net_and_gross(prices: str, amount: str, net: str, gross: str, said: str) -> None:
    row = {"step": "60/60", "connection_fee": "0.05", "price_per_minute": "0.29"}
    charge = charged(listed(row, "decimals,2", "vat_percent,23", f"prices,{prices}"), "61.5")
    shown = charge.as_json()
    assert [shown[name] for name in ("amount", "net", "gross")] == [amount, net, gross]
    assert charge.formula.endswith(f"half_up to 2 decimals: {amount} PLN; {said}")


@pytest.mark.parametrize(
    ("percent", "decimals", "prices", "amount", "net", "gross"),
    [
        ("5.5", "4", "net", "1.0000", "1.0000", "1.0550"),
        ("5.5", "4", "gross", "1.0000", "0.9479", "1.0000"),  # 0.94786…
        ("0", "4", "gross", "1.0000", "1.0000", "1.0000"),
        ("8", "-1", "net", "10", "10", "11"),  # VAT is never rounded to tens: 10.8
        ("100", "2", "gross", "1.00", "0.50", "1.00"),
    ],
)
def test_vat_is_rounded_by_the_rule_of_the_list(
    percent: str, decimals: str, prices: str, amount: str, net: str, gross: str
) -> None:
    price = "10" if decimals == "-1" else "1"
    row = {"step": "60/60", "price_per_minute": price}
    settings = (f"decimals,{decimals}", f"vat_percent,{percent}", f"prices,{prices}")
    shown = charged(listed(row, *settings), "60").as_json()
    assert [shown[name] for name in ("amount", "net", "gross")] == [amount, net, gross]


def test_what_a_list_of_before_says_is_what_it_said() -> None:
    """Charges and formulas to the letter, as the version of before there were these shapes wrote them."""
    tariff = parse((KEPT / "list.csv").read_text(encoding="utf-8"), "list.csv", WARSAW)
    assert isinstance(tariff, Tariff), tariff
    calls = (KEPT / "calls.csv").read_text(encoding="utf-8").splitlines()
    charges = (KEPT / "charges.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(calls) == len(charges) == 80
    for call, charge in zip(calls, charges, strict=True):
        kept = json.loads(charge)
        del kept["line"]
        assert _result(tariff, "PL", call, Layout()) == kept


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        (["prefix,destination,step,price_per_minute@60", "48,P,1/1,1"], "column 'price_per_minute' is missing"),
        (["prefix,destination,step,price_per_minute,free_s@60", "48,P,1/1,1,1"], "unknown column 'free_s@60'"),
        (["prefix,destination,step,price_per_minute,step@60", "48,P,1/1,1,1"], "unknown column 'step@60'"),
        (["prefix,destination,step,price_per_minute,price_per_minute@0", "48,P,1/1,1,1"], "unknown column"),
        (["prefix,destination,step,price_per_minute,free_s:any", "48,P,1/1,1,1"], "unknown column 'free_s:any'"),
        (["prefix,destination,step,price_per_minute,step_s@60", "48,P,1/1,1,0"], "step_s@60: '0'; write whole seconds"),
        (["prefix,destination,step,price_per_minute,step_s@60", "48,P,1/1,1,x"], "step_s@60: 'x'"),
        (
            ["prefix,destination,step,price_per_minute,price_per_minute@60:pek", "48,P,1/1,1,1"],
            "price_per_minute@60: unknown period 'pek'",
        ),
        (
            ["prefix,destination,step,price_per_minute,minimum_amount,maximum_amount", "48,P,1/1,1,2,1"],
            "maximum_amount is below minimum_amount",
        ),
        (["prefix,destination,step,price_per_minute,grace_s", "48,P,1/1,1,-1"], "grace_s: '-1'"),
        (["prefix,destination,price_per_minute,step:any,step_s", "48,P,1,1/1,1"], "step stands beside step_s"),
        (["decimals,-4"], "decimals '-4'; write a whole number from -3 to 8"),
        (["price_decimals,17"], "price_decimals '17'; write a whole number from 8 to 16"),
        (["prices,net"], "prices are net, but there is no vat_percent"),
        (["vat_percent,23", "prices,brutto"], "prices 'brutto'; write net or gross"),
    ],
)
def test_mistakes_in_what_is_written(lines: list[str], problem: str) -> None:
    text = "\n".join(["tariff,x", "currency,PLN", "version,2026-01-01", *lines])
    found = parse(text, "x.csv", WARSAW)
    assert isinstance(found, list)
    assert any(problem in str(one) for one in found), found


def test_yaml_writes_the_same_by_mappings() -> None:
    yaml = """\
tariff: test
currency: PLN
periods: {peak: {times: 08:00-20:00}}
default_period: offpeak
versions:
  - valid_from: 2026-01-01
    prefixes:
      - prefix: 48
        destination: Poland
        step: {peak: 60/30, offpeak: 1/1}
        price_per_minute: {peak: 0.60, offpeak: 0.30}
        price_per_minute@300: {peak: 0.20, offpeak: 0.10}
        step_s@300: 10
        maximum_amount: 5
        grace_s: 3
"""
    csv = tariff_of(
        "period,peak,,08:00-20:00",
        "default_period,offpeak",
        "version,2026-01-01",
        "prefix,destination,step:peak,step:offpeak,price_per_minute:peak,price_per_minute:offpeak,"
        "price_per_minute@300:peak,price_per_minute@300:offpeak,step_s@300,maximum_amount,grace_s",
        "48,Poland,60/30,1/1,0.60,0.30,0.20,0.10,10,5,3",
    )
    assert parse(yaml, "x.yaml", WARSAW) == csv


def test_the_examples_of_the_page_mean_the_same() -> None:
    page = (Path(__file__).parents[2] / "deploy" / "TARIFFS.md").read_text(encoding="utf-8")
    _, yaml, _, csv, *_ = page.split("```")
    found = parse(yaml.removeprefix("yaml\n"), "x.yaml", WARSAW)
    assert isinstance(found, Tariff), found
    assert found == parse(csv.removeprefix("\n"), "x.csv", WARSAW)
