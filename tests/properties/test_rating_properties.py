"""Rating against an oracle that walks every step with fractions, and what holds for every price list and call."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from callcontrol.billing.charges import Charge
from callcontrol.billing.rating import rate
from callcontrol.billing.tariff import Tariff
from callcontrol.billing.tariffs import parse
from callcontrol.vocabulary.moment import SECOND_US, Instant, instant_from

WARSAW = ZoneInfo("Europe/Warsaw")
NUMBER = "+48221234567"
HEADER = (
    "prefix,destination,step,free_s,minimum_s,minimum_amount,"
    "connection_fee:peak,connection_fee:night,connection_fee:offpeak,"
    "price_per_minute:peak,price_per_minute:night,price_per_minute:offpeak,"
    "maximum_amount,grace_s,step:peak,step:night,step:offpeak,price_per_minute@120,step_s@120,price_per_minute@90:peak,"
    "price_per_minute@90:night,price_per_minute@90:offpeak"
)
ALL_OR_NONE = [column for column in HEADER.split(",") if column.startswith("price_per_minute@90")]

prices = st.decimals(0, 100, places=4).map(str)
steps = st.tuples(st.integers(1, 180), st.integers(1, 180))


shapes = st.fixed_dictionaries(
    {},
    optional={
        "maximum_amount": st.decimals(100, 400, places=4).map(str),
        "grace_s": st.integers(0, 30).map(str),
        "step:night": steps.map("{0[0]}/{0[1]}".format),
        "price_per_minute@120": prices,
        "step_s@120": st.integers(1, 180).map(str),
    },
).flatmap(
    lambda some: st.fixed_dictionaries({}, optional=dict.fromkeys(ALL_OR_NONE, prices)).map(
        lambda later: some | later if len(later) == len(ALL_OR_NONE) else some
    )
)


@st.composite
def written_rows(draw: st.DrawFn) -> dict[str, str]:
    """A row's cells by column."""
    first, step = draw(steps)
    cells = ["48", "Poland", f"{first}/{step}", str(draw(st.integers(0, 90))), str(draw(st.integers(0, 200)))]
    amounts = [draw(prices) for _ in range(7)]
    row = dict(zip(HEADER.split(","), [*cells, *amounts], strict=False))
    row = dict.fromkeys(HEADER.split(","), "") | row | draw(shapes)
    if row["step:night"]:
        row |= {"step:peak": row["step"], "step:offpeak": row["step"], "step": ""}
    return row


@st.composite
def settings_of_list(draw: st.DrawFn) -> dict[str, str]:
    """Rounding of a list."""
    return {
        "round_seconds": draw(st.sampled_from(["up", "nearest", "down"])),
        "round_amount": draw(st.sampled_from(["half_up", "half_even", "up", "down"])),
        "decimals": str(draw(st.integers(-3, 8))),
    }


def as_csv(settings: dict[str, str], rows: list[dict[str, str]]) -> str:
    lines = ["tariff,list", "currency,PLN", *(f"{name},{value}" for name, value in settings.items())]
    lines += ["period,peak,mon-fri,08:00-20:00", "period,night,,00:00-02:30 22:30-24:00", "default_period,offpeak"]
    lines += ["version,2020-01-01", HEADER, *(",".join(row[column] for column in HEADER.split(",")) for row in rows)]
    return "\n".join(lines)


def as_yaml(settings: dict[str, str], rows: list[dict[str, str]]) -> str:
    lines = ["tariff: list", "currency: PLN", *(f"{name}: {value}" for name, value in settings.items())]
    lines += ["periods:", "  peak: {days: mon-fri, times: 08:00-20:00}"]
    lines += ["  night: {times: [00:00-02:30, 22:30-24:00]}", "default_period: offpeak"]
    lines += ["versions:", "  - valid_from: 2020-01-01", "    prefixes:"]
    for row in rows:
        written = {column: text for column, text in row.items() if text}
        plain = [f"{column}: {text}" for column, text in written.items() if ":" not in column]
        names = dict.fromkeys(column.partition(":")[0] for column in written if ":" in column)
        nested = [f"{name}: {{{', '.join(f'{p}: {text}' for p, text in of_periods(name, row))}}}" for name in names]
        lines.append(f"      - {{{', '.join([*plain, *nested])}}}")
    return "\n".join(lines)


def of_periods(name: str, row: dict[str, str]) -> list[tuple[str, str]]:
    """What a row says of each period."""
    return [(period, row[f"{name}:{period}"]) for period in ("peak", "night", "offpeak")]


def tariff_of(text: str, file: str = "list.csv") -> Tariff:
    parsed = parse(text, file, WARSAW)
    assert isinstance(parsed, Tariff), parsed
    return parsed


# A fortnight around each change of the clocks, and one without: boundaries of all kinds are met often.
starts = st.one_of(
    *(
        st.integers(instant_from(f"{first}T00:00Z"), instant_from(f"{first}T00:00Z") + 14 * 86_400 * SECOND_US)
        for first in ("2026-03-22", "2026-10-18", "2026-06-01")
    )
).map(Instant)
talks = st.one_of(st.integers(0, 600 * SECOND_US), st.integers(0, 6 * 3600 * SECOND_US))


def charge_of(tariff: Tariff, answered: Instant, talk_us: int) -> Charge:
    charge = rate(tariff, NUMBER, answered, talk_us)
    assert isinstance(charge, Charge)
    return charge


def _period_by_the_wall_clock(instant: int) -> str:
    wall = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=instant)).astimezone(WARSAW)
    minute = wall.hour * 60 + wall.minute
    if minute < 150 or minute >= 22 * 60 + 30:
        return "night"
    return "peak" if wall.weekday() < 5 and 480 <= minute < 1200 else "offpeak"


def _counted(talk_us: int, rule: str) -> int:
    milliseconds = Fraction(talk_us // 1000, 1000)
    whole = milliseconds.numerator // milliseconds.denominator
    rest = milliseconds - whole
    return whole + {"up": rest > 0, "nearest": rest >= Fraction(1, 2), "down": False}[rule]


def _rounded(value: Fraction, rule: str, decimals: int) -> Fraction:
    scaled = value * Fraction(10) ** decimals
    whole = scaled.numerator // scaled.denominator
    rest, half = scaled - whole, Fraction(1, 2)
    up = {"half_up": rest >= half, "half_even": rest > half or (rest == half and whole % 2 == 1)}
    return (whole + ({"up": rest > 0, "down": False} | up)[rule]) / Fraction(10) ** decimals


def step_by_step(settings: dict[str, str], row: dict[str, str], answered: int, talk_us: int) -> tuple[int, Fraction]:
    """(billed seconds, amount) by walking through the call as a person would."""
    counted = _counted(talk_us, settings["round_seconds"])
    if counted == 0 or counted < int(row["grace_s"] or 0):
        return 0, Fraction(0)
    total = Fraction(row[f"connection_fee:{_period_by_the_wall_clock(answered)}"])
    free = min(int(row["free_s"]), counted)
    to_pay = counted - free
    billed = 0
    if to_pay:
        to_pay = max(to_pay, int(row["minimum_s"]))
        while billed < to_pay:
            size, price = _step(row, free + billed, answered, is_first=not billed)
            total += price * size / 60
            billed += size
        total = max(total, Fraction(row["minimum_amount"]))
    if row["maximum_amount"]:
        total = min(total, Fraction(row["maximum_amount"]))
    return billed, _rounded(total, settings["round_amount"], int(settings["decimals"]))


def _step(row: dict[str, str], second: int, answered: int, *, is_first: bool) -> tuple[int, Fraction]:
    """(seconds, price per minute) of the step that starts in this second of the call."""
    period = _period_by_the_wall_clock(answered + second * SECOND_US)
    first_block, step = map(int, (row.get(f"step:{period}") or row["step"]).split("/"))
    price = row[f"price_per_minute:{period}"]
    if second >= 90:
        price = row[f"price_per_minute@90:{period}"] or price
    if second >= 120:
        price = row["price_per_minute@120"] or price
        step = int(row["step_s@120"] or step)
    return first_block if is_first else step, Fraction(price)


@given(settings_of_list(), written_rows(), starts, talks)
def test_the_amount_is_that_of_walking_step_by_step(
    settings: dict[str, str], row: dict[str, str], answered: Instant, talk_us: int
) -> None:
    charge = charge_of(tariff_of(as_csv(settings, [row])), answered, talk_us)
    assert (charge.billed_s, Fraction(charge.amount.amount)) == step_by_step(settings, row, answered, talk_us)


@given(settings_of_list(), written_rows(), starts, talks)
def test_parts_make_up_the_whole(
    settings: dict[str, str], row: dict[str, str], answered: Instant, talk_us: int
) -> None:
    charge = charge_of(tariff_of(as_csv(settings, [row])), answered, talk_us)
    assert sum(part.seconds for part in charge.parts) == charge.billed_s
    assert charge.billed_s >= charge.counted_s - charge.free_s
    at = answered + charge.free_s * SECOND_US
    for part in charge.parts:
        assert part.start == at
        assert part.period == _period_by_the_wall_clock(at)
        at += part.seconds * SECOND_US
    neighbours = zip(charge.parts, charge.parts[1:], strict=False)
    assert all((part.period, part.from_s) != (then.period, then.from_s) for part, then in neighbours)


@given(settings_of_list(), written_rows(), starts, talks, talks)
def test_a_longer_call_never_costs_less_and_none_less_than_nothing(
    settings: dict[str, str], row: dict[str, str], answered: Instant, talk_us: int, further_us: int
) -> None:
    tariff = tariff_of(as_csv(settings, [row]))
    shorter = charge_of(tariff, answered, talk_us)
    longer = charge_of(tariff, answered, talk_us + further_us)
    assert Decimal(0) <= shorter.amount.amount <= longer.amount.amount
    assert shorter.billed_s <= longer.billed_s


@given(settings_of_list(), st.lists(written_rows(), min_size=1, max_size=5))
def test_yaml_and_csv_give_the_same_tariff_and_reading_again_the_same(
    settings: dict[str, str], rows: list[dict[str, str]]
) -> None:
    for index, row in enumerate(rows):
        row["prefix"] = f"48{index}"
    tariff = tariff_of(as_csv(settings, rows))
    assert tariff == tariff_of(as_yaml(settings, rows), "list.yaml")
    assert tariff == tariff_of(as_csv(settings, rows))


@given(st.sets(st.from_regex("[1-9][0-9]{0,5}", fullmatch=True), min_size=1, max_size=30), st.integers(10**9, 10**10))
def test_the_longest_prefix_wins(prefixes: set[str], digits: int) -> None:
    rows = [f"{prefix},D{prefix},1/1,1" for prefix in prefixes]
    text = ["tariff,x", "currency,PLN", "version,2020-01-01", "prefix,destination,step,price_per_minute", *rows]
    row = tariff_of("\n".join(text)).covers(f"+{digits}", instant_from("2026-01-01T00:00Z"))
    matching = [prefix for prefix in prefixes if str(digits).startswith(prefix)]
    assert (row.prefix if row else "") == max(matching, key=len, default="")


@given(st.text(max_size=300), st.sampled_from(["x.csv", "x.yaml"]))
def test_no_text_breaks_the_reading(text: str, file: str) -> None:
    parsed = parse(text, file, WARSAW)
    assert isinstance(parsed, list)
    assert all(problem.line >= 1 and problem.what and problem.right for problem in parsed)


CELLS = ["48", "P", "60/1", "0", "0", "0", "1", "1", "1", "1", "1", "1", "9", "2", "", "", "", "1", "9", "1", "1", "1"]
ROW = dict(zip(HEADER.split(","), CELLS, strict=True))
LISTS = [as_csv({}, [ROW]), as_yaml({}, [ROW])]
typing = st.text(" \n,:-{}[]\"'0123456789abcx#&*|", max_size=6)


@given(st.sampled_from([0, 1]), st.integers(0, 700), typing, st.integers(0, 8))
def test_no_slip_of_the_hand_breaks_the_reading(form: int, at: int, typed: str, erased: int) -> None:
    text = LISTS[form][:at] + typed + LISTS[form][at + erased :]
    parsed = parse(text, ["x.csv", "x.yaml"][form], WARSAW)
    if isinstance(parsed, list):
        assert parsed
        end = text.count("\n") + 2  # what is open at the end is found behind the last line
        assert all(1 <= problem.line <= end for problem in parsed)
