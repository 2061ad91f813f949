"""Money: exact, in one currency, rounded by name."""

from decimal import ROUND_HALF_UP, Decimal, Inexact, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcontrol.vocabulary.money import BadMoney, Money, Rounding, decimal_from, money_from, plain, rounded_quotient

amounts = st.decimals(Decimal(-(10**9)), Decimal(10**9), places=8)


def zloty(text: str) -> Money:
    return money_from(text, "PLN")


def test_sums_and_products_are_exact() -> None:
    assert zloty("0.1") + zloty("0.2") == zloty("0.3")
    assert zloty("1.00") - zloty("0.9999") == zloty("0.0001")
    assert zloty("0.00012345") * 7 == zloty("0.00086415")
    assert zloty("2.50") * Decimal("0.23") == zloty("0.575")
    assert -zloty("2.50") == zloty("-2.50")


def test_amounts_are_ordered() -> None:
    assert zloty("1.1") < zloty("1.10001") <= zloty("2")
    assert zloty("2") > zloty("1.9") >= zloty("1.90")


def test_two_currencies_are_never_mixed() -> None:
    for mixed in (Money.__add__, Money.__sub__, Money.__lt__, Money.__ge__):
        with pytest.raises(BadMoney, match="two currencies"):
            mixed(zloty("1"), money_from("1", "EUR"))
    assert zloty("1") != money_from("1", "EUR")


@pytest.mark.parametrize("amount", [1.5, 1, "1", None, Decimal("NaN"), Decimal("Infinity")])
def test_money_is_made_of_a_finite_decimal(amount: object) -> None:
    with pytest.raises(BadMoney, match="build it from text"):
        Money(amount, "PLN")  # type: ignore[arg-type]  # that is the mistake under test


@pytest.mark.parametrize("currency", ["pln", "PL", "zł", "PLN ", ""])
def test_a_currency_is_three_capital_letters(currency: str) -> None:
    with pytest.raises(BadMoney, match="such as PLN"):
        Money(Decimal(1), currency)


def test_money_is_not_multiplied_by_a_float() -> None:
    with pytest.raises(BadMoney, match="Decimal"):
        zloty("1") * 0.23  # type: ignore[operator]  # that is the mistake under test


@pytest.mark.parametrize("text", ["", "1,50", "1 000", "1.", ".5", "1e3", "NaN", "+1", "٣", "1.5 PLN"])
def test_amounts_are_plain_decimal_numbers(text: str) -> None:
    with pytest.raises(BadMoney, match="digits with a dot"):
        decimal_from(text)


def test_what_does_not_fit_is_refused_rather_than_rounded() -> None:
    with pytest.raises(Inexact):
        Money(Decimal(10) ** 50, "PLN") + Money(Decimal("1e-20"), "PLN")


@pytest.mark.parametrize(
    ("rule", "results"),
    [
        #                    0.125   0.135   0.1251  -0.125   0.120
        (Rounding.HALF_UP, ["0.13", "0.14", "0.13", "-0.13", "0.12"]),
        (Rounding.HALF_EVEN, ["0.12", "0.14", "0.13", "-0.12", "0.12"]),
        (Rounding.UP, ["0.13", "0.14", "0.13", "-0.13", "0.12"]),
        (Rounding.DOWN, ["0.12", "0.13", "0.12", "-0.12", "0.12"]),
    ],
)
def test_named_rules_of_rounding(rule: Rounding, results: list[str]) -> None:
    texts = ["0.125", "0.135", "0.1251", "-0.125", "0.120"]
    assert [str(zloty(text).rounded(rule, 2)) for text in texts] == [f"{result} PLN" for result in results]


def test_decimals_are_filled_up() -> None:
    assert str(zloty("2").rounded(Rounding.HALF_UP, 4)) == "2.0000 PLN"
    assert str(zloty("2.5").rounded(Rounding.HALF_EVEN, 0)) == "2 PLN"


def _exactly(value: Fraction, rule: Rounding, decimals: int) -> Fraction:
    """The textbook: rounding of a fraction, with whole numbers only."""
    scaled = abs(value) * 10**decimals
    floor = scaled.numerator // scaled.denominator
    rest = scaled - floor
    match rule:
        case Rounding.UP:
            up = rest > 0
        case Rounding.DOWN:
            up = False
        case Rounding.HALF_UP:
            up = rest >= Fraction(1, 2)
        case Rounding.HALF_EVEN:
            up = rest > Fraction(1, 2) or (rest == Fraction(1, 2) and floor % 2 == 1)
    size = Fraction(floor + up, 10**decimals)
    return size if value >= 0 else -size


@given(amounts, st.sampled_from([1, 3, 7, 60]), st.sampled_from(list(Rounding)), st.integers(0, 8))
def test_a_quotient_is_rounded_as_if_written_out_without_end(
    numerator: Decimal, denominator: int, rule: Rounding, decimals: int
) -> None:
    rounded = rounded_quotient(numerator, denominator, rule, decimals)
    assert Fraction(rounded) == _exactly(Fraction(numerator) / denominator, rule, decimals)


def test_the_surroundings_decimal_context_changes_nothing() -> None:
    with localcontext() as context:
        context.prec, context.rounding = 3, ROUND_HALF_UP
        assert zloty("123456.7891") + zloty("0.0001") == zloty("123456.7892")
        assert rounded_quotient(Decimal("123456.789"), 60, Rounding.DOWN, 4) == Decimal("2057.6131")


@pytest.mark.parametrize(
    ("number", "text"), [("0.2900", "0.29"), ("120", "120"), ("100", "100"), ("0.000", "0"), ("1E+2", "100")]
)
def test_plain_text_for_formulas(number: str, text: str) -> None:
    assert plain(Decimal(number)) == text
