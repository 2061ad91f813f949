"""Phone numbers: every usual writing, masks, anonymous callers."""

import pytest

from callcontrol.vocabulary.phone_number import NumberKind, country_code, is_anonymous, mask, normalise, user_part


@pytest.mark.parametrize(
    "written",
    [
        "+48221234567",
        "+48 22 123 45 67",
        "+48-22-123-45-67",
        "+48 (22) 123.45.67",
        "+48 (0) 22 123 45 67",
        "+48/22/1234567",
        "+48\u00a022\u00a0123\u00a045\u00a067",
        "0048221234567",
        "0048 22 123 45 67",
        "48221234567",
        "48 22 123 45 67",
        "221234567",
        "22 123-45-67",
        "(22) 123 45 67",
        "022 123 45 67",
        "(0-22) 123 45 67",
        "tel:+48221234567",
        "tel:+48-22-123-45-67;ext=5",
        "TEL:+48221234567",
        "tel:22-123-45-67;phone-context=+48",
        "  +48221234567 ",
    ],
)
def test_one_polish_number_in_every_usual_writing(written: str) -> None:
    number = normalise(written, "PL")
    assert number is not None
    assert (number.text, number.kind) == ("+48221234567", NumberKind.INTERNATIONAL)


@pytest.mark.parametrize(
    ("written", "region", "normal"),
    [
        ("600 700 800", "PL", "+48600700800"),
        ("800 123 123", "PL", "+48800123123"),
        ("701234567", "PL", "+48701234567"),
        ("+44 (0)20 7946 0958", "PL", "+442079460958"),
        ("020 7946 0958", "GB", "+442079460958"),
        ("00442079460958", "PL", "+442079460958"),
        ("442079460958", "PL", "+442079460958"),
        ("011 48 22 123 45 67", "US", "+48221234567"),
        ("0048221234567", "US", "+48221234567"),
        ("(212) 555-1234", "US", "+12125551234"),
        ("1-212-555-1234", "US", "+12125551234"),
        ("12125551234", "PL", "+12125551234"),
        ("+39 06 698 12345", "PL", "+390669812345"),  # the Italian 0 belongs to the number
        ("06 698 12345", "IT", "+390669812345"),
        ("030 123456", "DE", "+4930123456"),
        ("+882 13 123456", "PL", "+88213123456"),
    ],
)
def test_numbers_of_other_regions(written: str, region: str, normal: str) -> None:
    assert str(normalise(written, region)) == normal


@pytest.mark.parametrize(
    ("digits", "kind"),
    [
        ("112", NumberKind.EMERGENCY),
        ("997", NumberKind.EMERGENCY),
        ("999", NumberKind.EMERGENCY),
        ("19115", NumberKind.SHORT),
        ("116111", NumberKind.SHORT),
        ("118913", NumberKind.SHORT),
    ],
)
def test_short_numbers_stay_as_dialled(digits: str, kind: NumberKind) -> None:
    number = normalise(digits, "PL")
    assert number is not None
    assert (number.text, number.kind) == (digits, kind)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "+",
        "+0",
        "101",
        "*21*600700800#",
        "#21#",
        "abc",
        "1-800-FLOWERS",
        "+48 22 123",
        "+48221234567890123",
        "+99912345678",
        "+48221234567\n",
        "+48221234567\r\nX-Evil: 1",
        "+48221234567;rm",
        "+48 22 12345 ext. 7",
        "sip:+48221234567@example.com",
        "٠٤٨٢٢١٢٣٤٥٦٧",
        "${caller_id}",
        "9" * 10_000,
        "tel:" + "1" * 10_000,
        "++48221234567",
        "48+221234567",
    ],
)
def test_what_is_no_number_is_none(text: str) -> None:
    assert normalise(text, "PL") is None


def test_an_unknown_region_reads_no_national_number() -> None:
    assert normalise("221234567", "XX") is None
    assert str(normalise("+48221234567", "XX")) == "+48221234567"


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("+48221234567", "+48******567"),
        ("+12125551234", "+1*******234"),
        ("+442079460958", "+44*******958"),
        ("+2905123", "+290**23"),
        ("112", "112"),
        ("19115", "19115"),
        ("221234567", "*******67"),
        ("Jan Kowalski", "**********ki"),
        ("ab", "**"),
        ("", ""),
        ("+", "*"),
        ("+48", "***"),
    ],
)
def test_masks(number: str, masked: str) -> None:
    assert mask(number) == masked


@pytest.mark.parametrize(
    ("number", "code"),
    [("+48221234567", "48"), ("+12125551234", "1"), ("+3584512345", "358"), ("+999", ""), ("112", "")],
)
def test_country_codes(number: str, code: str) -> None:
    assert country_code(number) == code


@pytest.mark.parametrize(
    ("text", "anonymous"),
    [
        ("anonymous", True),
        ("Anonymous", True),
        ("anonymous@anonymous.invalid", True),
        ("sip:anonymous@anonymous.invalid", True),
        ('"Anonymous" <sip:anonymous@anonymous.invalid>', True),
        ('"Anonymous" <sip:+48221234567@example.com>', True),
        ("<sip:unavailable@unknown.invalid>", True),
        ("restricted", True),
        ("Private", True),
        ("unknown", True),
        ("", True),
        ("  ", True),
        ("0000000000", True),
        ("+48221234567", False),
        ("112", False),
        ("Jan Kowalski", False),
        ('"Jan" <sip:101@example.com>', False),
        ("sip:101@anonymous.example.com", False),
    ],
)
def test_anonymous_callers(text: str, anonymous: bool) -> None:
    assert is_anonymous(text) is anonymous


@pytest.mark.parametrize("text", ["266696687", "+266696687", "86282452253", "7378742833", "8656696"])
def test_nobody_written_on_a_keypad_is_nobody(text: str) -> None:
    assert is_anonymous(text)


@pytest.mark.parametrize("text", ["26669668", "2666966870", "+48266696687"])
def test_a_number_like_it_is_a_number(text: str) -> None:
    assert not is_anonymous(text)


@pytest.mark.parametrize(
    "written",
    [
        "+48600700800",
        "+48600700800;cpc=ordinary",
        "tel:+48600700800;phone-context=+48",
        "<sip:+48600700800@carrier.example;user=phone>",
        " SIP:+48600700800?x=y ",
        "+48600700800@carrier.example",
    ],
)
def test_what_stands_around_a_number_is_no_part_of_it(written: str) -> None:
    assert user_part(written) == "+48600700800"
