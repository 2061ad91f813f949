"""Price lists: both forms mean the same, and every mistake is told at once with its line."""

from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from callcontrol.billing.periods import Span, YearDay
from callcontrol.billing.tariff import Price, Rate, SecondsRounding, Tariff
from callcontrol.billing.tariffs import parse
from callcontrol.vocabulary.moment import instant_from
from callcontrol.vocabulary.money import Rounding

WARSAW = ZoneInfo("Europe/Warsaw")
EVERY_DAY = frozenset(range(7))

YAML = """\
tariff: standard
currency: PLN
vat_percent: 23
round_seconds: up
round_amount: half_even
decimals: 2
step: 60/1
periods:
  peak: {days: mon-fri, times: 08:00-20:00}
  night:
    - {times: [22:00-24:00, 00:00-06:00]}
  holiday: {dates: [01-01, 2026-04-06]}
default_period: offpeak
versions:
  - valid_from: 2026-01-01
    prefixes:
      - {prefix: 48, destination: Poland, price_per_minute: 0.10}
      - prefix: 4822
        destination: "Warsaw, city"
        step: 1/1
        price_per_minute: {peak: 0.09, night: 0.01, holiday: 0.02, offpeak: 0.05}
      - prefix: 4860
        destination: Poland mobile
        connection_fee: 0.05
        price_per_minute: 0.20
        first_block_s: 30
        step_s: 6
        minimum_s: 12
        minimum_amount: 0.15
        free_s: 3
      - {prefix: short:19, destination: Information, price_per_minute: 0.35}
  - valid_from: 2026-07-01T06:00
    periods: {weekend: {days: "sat, sun"}}
    default_period: week
    round_seconds: nearest
    vat_percent: 8
    prefixes:
      - prefix: 48
        destination: Poland
        price_per_minute: {weekend: 0.05, week: 0.10}
        connection_fee: {weekend: 0, week: 0.01}
"""

CSV = """\
tariff,standard,,,,,,,,,,
currency,PLN
vat_percent,23
round_seconds,up
round_amount,half_even
decimals,2
step,60/1
# opening hours
period,peak,mon-fri,08:00-20:00
period,night,,22:00-24:00 00:00-06:00
period,holiday,,,01-01 2026-04-06
default_period,offpeak

version,2026-01-01
prefix,destination,step,price_per_minute,price_per_minute:peak,price_per_minute:night,price_per_minute:holiday
48,Poland,,0.10,,,
4822,"Warsaw, city",1/1,0.05,0.09,0.01,0.02
prefix,destination,connection_fee,price_per_minute,first_block_s,step_s,minimum_s,minimum_amount,free_s
4860,Poland mobile,0.05,0.20,30,6,12,0.15,3
prefix,destination,price_per_minute
short:19,Information,0.35
version,2026-07-01T06:00
period,weekend,"sat, sun"
default_period,week
round_seconds,nearest
vat_percent,8
prefix,destination,price_per_minute:weekend,price_per_minute:week,connection_fee:weekend,connection_fee:week
48,Poland,0.05,0.10,0,0.01
"""


def read(text: str, file: str) -> Tariff:
    tariff = parse(text, file, WARSAW)
    assert isinstance(tariff, Tariff), "\n".join(map(str, tariff))
    return tariff


def problems(text: str, file: str) -> list[str]:
    found = parse(text, file, WARSAW)
    assert isinstance(found, list)
    assert found == sorted(found)
    return [str(problem).removeprefix(f"{file}:") for problem in found]


def whats(text: str, file: str) -> list[str]:
    """`line: what is wrong` of every Problem."""
    return [problem.partition("; ")[0] for problem in problems(text, file)]


def test_both_forms_give_the_same_tariff() -> None:
    assert read(YAML, "standard.yaml") == read(CSV, "standard.csv")


@pytest.mark.parametrize(
    "text",
    [
        CSV.replace("\n", "\r\n"),
        "\ufeff" + CSV,
        CSV.replace("\n", ",,,,,\n"),
        CSV.replace("48,Poland,,0.10", "48 , Poland, , 0.10 "),
        CSV.rstrip("\n"),
    ],
)
def test_what_spreadsheets_do_to_a_file_changes_nothing(text: str) -> None:
    assert read(text, "standard.csv") == read(CSV, "standard.csv")


def test_everything_written_is_understood() -> None:
    tariff = read(YAML, "standard.yml")
    assert (tariff.name, tariff.currency, tariff.zone) == ("standard", "PLN", WARSAW)
    first, second = tariff.versions
    assert first.valid_from == instant_from("2025-12-31T23:00Z")
    assert second.valid_from == instant_from("2026-07-01T04:00Z")
    assert (first.terms.round_seconds, first.terms.round_amount) == (SecondsRounding.UP, Rounding.HALF_EVEN)
    assert (first.terms.decimals, first.terms.vat_percent) == (2, Decimal(23))
    assert first.terms.calendar.spans == (
        Span("peak", frozenset(range(5)), 480, 1200),
        Span("night", EVERY_DAY, 1320, 1440),
        Span("night", EVERY_DAY, 0, 360),
        Span("holiday", EVERY_DAY, dates=frozenset({YearDay(0, 1, 1), YearDay(2026, 4, 6)})),
    )
    flat = Rate(Decimal(0), Decimal("0.10"))
    periods = ("peak", "night", "holiday", "offpeak")
    assert first.rows["48"].price == Price(dict.fromkeys(periods, flat), 60, 1)
    assert first.rows["4822"].destination == "Warsaw, city"
    assert first.rows["4822"].price.rates["night"] == Rate(Decimal(0), Decimal("0.01"))
    assert first.rows["4860"].price == Price(
        dict.fromkeys(periods, Rate(Decimal("0.05"), Decimal("0.20"))), 30, 6, 12, Decimal("0.15"), 3
    )
    assert set(first.rows) == {"48", "4822", "4860", "short:19"}


def test_a_version_inherits_what_it_does_not_say() -> None:
    first, second = read(YAML, "standard.yaml").versions
    assert (second.terms.round_seconds, second.terms.vat_percent) == (SecondsRounding.NEAREST, Decimal(8))
    assert (second.terms.round_amount, second.terms.decimals) == (first.terms.round_amount, 2)
    assert second.terms.calendar.periods == ("weekend", "week")
    assert (second.rows["48"].price.first_block_s, second.rows["48"].price.step_s) == (60, 1)


def test_defaults_of_what_nobody_says() -> None:
    text = "tariff,x\ncurrency,PLN\nversion,2026-01-01\nprefix,destination,step,price_per_minute\n48,Poland,60/60,1\n"
    terms = read(text, "x.csv").versions[0].terms
    assert (terms.round_seconds, terms.round_amount, terms.decimals) == (SecondsRounding.UP, Rounding.HALF_UP, 4)
    assert (terms.vat_percent, terms.calendar.periods) == (None, ("any",))


def test_text_stays_text() -> None:
    yaml = YAML.replace("Information, price_per_minute: 0.35", "no, price_per_minute: 0.3500")
    row = read(yaml, "standard.yaml").versions[0].rows["short:19"]
    assert row.destination == "no"
    assert str(row.price.rates["peak"].price_per_minute) == "0.3500"


def test_every_mistake_of_a_yaml_file_is_told_at_once() -> None:
    text = """\
tariff: standard
curency: PLN
currency: pln
round_amount: nearest
decimals: 9
vat_percent: 101
default_period: offpeak
periods:
  peak: {days: mon-fry, times: 08:00-20:00}
  evening: {days: fri, times: 19:00-21:00, colour: red}
  night: {times: 22:00-06:00}
  party: {days: fri, times: 20:59-22:00}
  holiday: {dates: [02-30], days: mon}
  never: {}
versions:
  - valid_from: 2026-13-01
    prefixes:
      - {prefix: +48, destination: Poland, price_per_minute: -0.10, step: 60/0}
      - {prefix: 48, destination: Poland, price_per_minute: {peak: 0.10, ofpeak: 1}, step: 60/60}
      - prefix: 49
        destination: Germany
        price_per_minute: 1,5
        step: 60/60
        step_s: 6
        minimum_s: -1
        minimum_amount: free
        free_s: 1.5
        prefix: 50
      - {prefix: 33, destination: France, price_per_minute: 1, step: 60/60}
      - {prefix: 34, price_per_minute: 1}
      - {prefix: 33, destination: France, price_per_minute: 1, step: 60/60, zone: 4}
      - {prefix: 35, destination: Portugal, step: 60/60}
      - text
  - valid_from: 2026-01-01
  - prefixes: 48
  - valid_from: 2026-01-01
    prefixes: [{prefix: 33, destination: France, price_per_minute: 1, step: 60/60}]
"""
    assert whats(text, "t.yaml") == [
        "2: unknown key 'curency'",
        "3: currency 'pln'",
        "4: round_amount 'nearest'",
        "5: decimals '9'",
        "6: vat_percent '101'",
        "9: period peak: 'mon-fry' is no day",
        "10: unknown key 'colour'",
        "11: period night: 22:00-06:00 ends before it begins",
        "12: period party overlaps period evening of line 10",
        "13: period holiday has days and dates in one span",
        "13: period holiday: '02-30' is no date",
        "14: nothing where keys and values belong",
        "14: period never is never in force",
        "16: valid_from '2026-13-01'",
        "18: '+48' is no prefix",
        "18: price_per_minute: '-0.10' is negative",
        "18: step '60/0'",
        "19: no price_per_minute for period 'evening'",
        "19: no price_per_minute for period 'holiday'",
        "19: no price_per_minute for period 'never'",
        "19: no price_per_minute for period 'night'",
        "19: no price_per_minute for period 'offpeak'",
        "19: no price_per_minute for period 'party'",
        "19: price_per_minute: unknown period 'ofpeak'",
        "20: step stands beside step_s",
        "22: price_per_minute: '1,5' is no amount",
        "25: minimum_s: '-1'",
        "26: minimum_amount: 'free' is no amount",
        "27: free_s: '1.5'",
        "28: 'prefix' is written twice, first in line 20",
        "30: a row without a destination",
        "30: no step",
        "31: prefix 33 is written twice, first in line 29",
        "31: unknown key 'zone'",
        "32: no price_per_minute",
        "33: the text 'text' where keys and values belong",
        "34: a version without prefixes",
        "35: a version without prefixes",
        "35: no valid_from",
        "35: the text '48' where a list belongs",
        "36: valid_from 2026-01-01 is that of the version in line 34 too",
    ]


def test_every_mistake_of_a_csv_file_is_told_at_once() -> None:
    text = """\
tarif,x
currency,PLN,EUR
48,Poland,1
period,peak,mon-fri,8:00-20:00
decimals,2
decimals,3
version,2026-01-01
currency,PLN
prefix,destination,price_per_minute,price_per_minute:pek,colour,colour
48,Poland,1.0,,red,
48,Poland,,2
49,Germany,1e3,,,
abc,Nowhere,1,,,
4.8E+10,Poland,1,,,
33,"France
, the whole of it",1,,,
version,2026-01-01
"""
    assert whats(text, "t.csv") == [
        "1: 'tariff' is missing",
        "1: unknown word 'tarif'",
        "2: 'currency' has more than 1 cells behind it",
        "3: prefix 48 stands above the header",
        "4: no default_period",
        "4: period peak: '8:00-20:00' is no stretch of time",
        "6: 'decimals' is written twice, first in line 5",
        "8: 'currency' stands in a version",
        "9: column 'colour' is written twice",
        "9: column 'step' is missing",
        "9: price_per_minute: unknown period 'pek'",
        "9: unknown column 'colour'",
        "11: 4 cells under 6 columns",
        "12: price_per_minute: '1e3' is no amount",
        "13: 'abc' is no prefix",
        "14: '4.8E+10' is no prefix",
        "15: destination 'France\\n, the whole of it'",
        "17: a version without prefixes",
        "17: valid_from 2026-01-01 is that of the version in line 7 too",
    ]


def test_a_problem_says_where_what_and_what_would_be_right() -> None:
    text = "tariff,x\ncurrency,zł\nversion,2026-01-01\nprefix,destination,price_per_minute,step\n48,Poland,-1,1/1\n"
    assert problems(text, "x.csv") == [
        "2: currency 'zł'; write three capital letters, such as PLN",
        "5: price_per_minute: '-1' is negative; write digits with a dot and at most 8 decimals, such as 0.29",
    ]


@pytest.mark.parametrize(
    ("text", "file", "problem"),
    [
        ("", "x.csv", "1: no version"),
        ("", "x.yaml", "1: nothing where keys and values belong"),
        ("- a\n- b\n", "x.yaml", "1: a list where keys and values belong"),
        ("a: [\n", "x.yaml", "a bracket that is not closed"),
        (
            "tariff: x\n",
            "x.txt",
            "1: a price list that is neither YAML nor CSV; name it so that it ends in .csv, .yaml, .yml",
        ),
        ('tariff,"x\n', "x.csv", "this is no CSV"),
        ("tariff: &a x\n", "x.yaml", "anchor"),
        ("versions:\n  - {valid_from: {a: b}}\n", "x.yaml", "2: a mapping where a text belongs"),
        ("periods: [a]\n", "x.yaml", "1: a list where keys and values belong"),
        ("48,Poland,1\n", "x.csv", "1: prefix 48 stands above the header"),
        (
            "prefix,destination,price_per_minute,step\n48,Poland,1,1/1\n",
            "x.csv",
            "2: prefix 48 stands above any version",
        ),
        ("prefix,price_per_minute,step\n", "x.csv", "1: column 'destination' is missing"),
        ("prefix,destination,step\n", "x.csv", "1: column 'price_per_minute' is missing"),
        ("prefix,destination,price_per_minute\n", "x.csv", "1: column 'step' is missing"),
        ("default_period,off peak\n", "x.csv", "1: default_period 'off peak'"),
        ("period,peak hours,mon\n", "x.csv", "1: period name 'peak hours'"),
        ("period,peak,,24:00-25:00\n", "x.csv", "1: period peak: 24:00-25:00 leaves the day"),
        ("period,peak,,20:00-00:00\n", "x.csv", "ends before it begins; write 20:00-24:00"),
        ("period,peak,,08:00-08:00\n", "x.csv", "1: period peak: 08:00-08:00 ends before it begins"),
        ("period,peak,mon\n", "x.csv", "1: no default_period"),
        ("round_seconds,ceil\n", "x.csv", "1: round_seconds 'ceil'; write up, nearest or down"),
    ],
)
def test_each_mistake_has_its_line_and_what_would_be_right(text: str, file: str, problem: str) -> None:
    assert any(problem in found for found in problems(text, file)), problems(text, file)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("048,Poland,1,1/1", "'048' is no prefix"),
        ("1234567890123456,Poland,1,1/1", "is no prefix"),
        ("short:,Poland,1,1/1", "'short:' is no prefix"),
        ("short:1234567,Poland,1,1/1", "is no prefix"),
        ("٤٨,Poland,1,1/1", "is no prefix"),
        (",Poland,1,1/1", "a row without a prefix"),
        ("48,,1,1/1", "a row without a destination"),
        ("48,Pol\x00and,1,1/1", "destination 'Pol\\x00and'"),
        ("48," + "x" * 101 + ",1,1/1", "name it in 1 to 100 printable characters"),
        ("48,Poland,,1/1", "no price_per_minute"),
        ("48,Poland,NaN,1/1", "'NaN' is no amount"),
        ("48,Poland,1 000,1/1", "'1 000' is no amount"),
        ("48,Poland,0.123456789,1/1", "at most 8 decimals"),
        ("48,Poland,1234567890,1/1", "is no amount"),
        ('48,Poland,"0,29",1/1', "'0,29' is no amount; write digits with a dot"),
        ("48,Poland,1,60", "step '60'"),
        ("48,Poland,1,0/1", "step '0/1'"),
        ("48,Poland,1,1/86401", "step '1/86401'"),
        ("48,Poland,1,", "no step"),
        ("48,Poland,1", "3 cells under 4 columns"),
        ("48,Poland,1,1/1,x", "5 cells under 4 columns"),
    ],
)
def test_mistakes_in_a_row(row: str, problem: str) -> None:
    head = "tariff,x\ncurrency,PLN\nversion,2026-01-01\nprefix,destination,price_per_minute,step\n33,France,1,1/1\n"
    found = problems(f"{head}{row}\n", "x.csv")
    assert any(one.startswith("6: ") and problem in one for one in found), found


def test_a_price_that_is_wrong_is_told_for_every_row() -> None:
    rows = "".join(f"{prefix},Poland,x,1/1\n" for prefix in range(48, 58))
    text = f"tariff,x\ncurrency,PLN\nversion,2026-01-01\nprefix,destination,price_per_minute,step\n{rows}"
    assert [one.split(":")[0] for one in problems(text, "x.csv")] == [str(line) for line in range(5, 15)]


@pytest.mark.parametrize(
    ("days", "weekdays"),
    [
        ("mon", {0}),
        ("mon-fri", {0, 1, 2, 3, 4}),
        ("Sat Sun", {5, 6}),
        ("sat,sun", {5, 6}),
        ("fri-mon", {4, 5, 6, 0}),
        ("tue-tue", {1}),
        ("mon-sun", {0, 1, 2, 3, 4, 5, 6}),
        ("mon-wed wed-fri", {0, 1, 2, 3, 4}),
    ],
)
def test_days_of_a_period(days: str, weekdays: set[int]) -> None:
    text = CSV.replace("period,peak,mon-fri", f'period,peak,"{days}"')
    (span,) = [s for s in read(text, "x.csv").versions[0].terms.calendar.spans if s.period == "peak"]
    assert span.weekdays == weekdays
