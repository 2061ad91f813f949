"""What holds for every number and every text, however strange."""

from hypothesis import given
from hypothesis import strategies as st

from callcontrol.vocabulary import phone_number
from callcontrol.vocabulary.phone_number import REGIONS, NumberKind, is_anonymous, mask, normalise

regions = st.sampled_from(["PL", "DE", "GB", "US", "IT", "AR", "BR", "MX", "RU", "HU", "FR", "AU", "CI", "SM", "KZ"])
codes = st.sampled_from(
    ["1", "7", "20", "33", "36", "39", "44", "48", "49", "52", "54", "55", "61", "225", "378", "380", "882"]
)
digits = st.text("0123456789", min_size=1, max_size=18)
international = st.builds(lambda code, rest: "+" + code + rest, codes, st.text("0123456789", max_size=13))
separators = st.sampled_from(["", " ", "-", ".", "/", " (", ") ", "\u00a0"])
anything = st.one_of(digits, international, st.text(max_size=80), st.text("0123456789+()- *#,;:telTEL", max_size=40))


@given(anything, regions)
def test_normalising_twice_changes_nothing(text: str, region: str) -> None:
    number = normalise(text, region)
    if number is not None:
        assert normalise(number.text, region) == number


@given(international, regions, regions)
def test_an_international_number_means_the_same_everywhere(text: str, here: str, there: str) -> None:
    assert normalise(text, here) == normalise(text, there)


@given(anything, regions)
def test_what_comes_out_is_e164_or_a_short_number(text: str, region: str) -> None:
    number = normalise(text, region)
    if number is None:
        return
    if number.kind is NumberKind.INTERNATIONAL:
        assert number.text[0] == "+"
        assert number.text[1:].isascii()
        assert number.text[1:].isdigit()
        assert number.text[1] != "0"
        assert len(number.text) <= 16
    else:
        assert number.text.isdigit()
        assert len(number.text) <= 6


@given(international, regions)
def test_the_direct_path_agrees_with_the_full_parse(text: str, region: str) -> None:
    number = normalise(text, region)
    assert number == phone_number._read(text, region)


@given(st.one_of(digits, international.map(lambda n: n[1:]), international.map(lambda n: "00" + n[1:])), regions)
def test_the_glance_agrees_with_the_full_parse(text: str, region: str) -> None:
    glanced = phone_number._at_a_glance(text, region)
    if glanced is not None:
        assert glanced == phone_number._dialled(text, region)


@given(international, st.lists(separators, min_size=20, max_size=20), regions)
def test_separators_change_nothing(text: str, between: list[str], region: str) -> None:
    spread = "".join(digit + gap for digit, gap in zip(text, between, strict=False))
    assert normalise(spread, region) == normalise(text, region)


@given(anything, regions)
def test_a_mask_keeps_the_length_and_hides_the_middle(text: str, region: str) -> None:
    number = normalise(text, region)
    shown = mask(number.text if number else text)
    assert len(shown) == len(number.text if number else text)
    if number is not None and number.kind is NumberKind.INTERNATIONAL:
        assert "***" in shown or len(number.text) < 9
        assert shown.startswith("+" + phone_number.country_code(number.text))


@given(st.text(max_size=80))
def test_no_text_breaks_the_look_for_anonymity(text: str) -> None:
    assert isinstance(is_anonymous(text), bool)


def test_every_region_has_a_home() -> None:
    for region in REGIONS:
        code, _ = phone_number._home_of(region)
        assert code.isdigit()
        assert phone_number._plan_of(code) is not None
