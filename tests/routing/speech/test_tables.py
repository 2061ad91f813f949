"""Days, times, lengths of time and sums in every language, as they are heard.

`tables/LANGUAGE.txt` is written out for people who know the language: what is asked for, and the sentence that is made
of what the files say. All of it is asked on a Monday, 2027-03-01 at 7:00.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from callcontrol.routing.speech import (
    CURRENCIES,
    Files,
    Holder,
    MenuPhrase,
    Standing,
    amount,
    duration,
    left_at,
    left_by,
    menu_phrase,
    message_counts,
    message_number,
    on_duty,
    override_end,
    override_set,
    override_taken_back,
    reopening,
    until,
)
from callcontrol.vocabulary.language import LANGUAGES, Language
from callcontrol.vocabulary.money import Money
from tests.routing.speech.spoken import said

NOW = datetime(2027, 3, 1, 7)
TABLES = Path(__file__).with_name("tables")


def rows(language: Language) -> Iterator[tuple[list[str], str]]:
    for line in (TABLES / f"{language}.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            asked, _, sentence = line.partition(" = ")
            yield asked.split(), sentence


def spoken(language: Language, asked: list[str]) -> Files:
    match asked:
        case ["again", moment]:
            return reopening(language, at(moment), NOW)
        case ["open" | "closed" as standing, "until", moment]:
            return until(language, Standing(standing), at(moment), NOW)
        case ["set", standing, moment]:
            return override_set(language, Standing(standing), at(moment), NOW)
        case ["duty", holder, digits, moment]:
            return on_duty(language, Holder[holder.upper()], digits, override_end(language, at(moment), NOW))
        case ["length", seconds]:
            return duration(language, int(seconds))
        case ["sum", number, currency]:
            return amount(language, Money(Decimal(number), currency))
        case ["messages", new, kept]:
            return message_counts(language, int(new), int(kept))
        case ["message", n, "from", digits]:
            return (*message_number(language, int(n)), *left_by(language, digits))
        case ["left", moment]:
            return left_at(language, datetime.fromisoformat(moment), NOW)
    raise AssertionError(asked)


def at(moment: str) -> datetime | None:
    return None if moment == "unknown" else datetime.fromisoformat(moment)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_row_is_heard_as_it_is_written(language: Language) -> None:
    table = [*rows(language)]
    assert [said(language, spoken(language, asked)) for asked, _ in table] == [sentence for _, sentence in table]


def test_the_tables_ask_for_the_same_and_for_everything() -> None:
    asked = [[row for row, _ in rows(language)] for language in LANGUAGES]
    assert asked[0] == asked[1] == asked[2]
    moments = [datetime.fromisoformat(row[-1]) for row in asked[0] if row[0] == "again" and row[-1] != "unknown"]
    assert {moment.hour for moment in moments} == set(range(24))
    assert {moment.isoweekday() for moment in moments if (moment.date() - NOW.date()).days < 7} == set(range(1, 8))
    assert {moment.day for moment in moments} == set(range(1, 32))
    assert {moment.month for moment in moments} >= set(range(3, 13))
    assert {row[-1] for row in asked[0] if row[0] == "sum"} == set(CURRENCIES)


def test_sentences_that_are_always_the_same() -> None:
    assert [said("pl", menu_phrase("pl", name)) for name in MenuPhrase] == [
        "Nie ma takiej możliwości",
        "Proszę dokonać wyboru",
        "Dziękujemy za telefon. Do widzenia",
    ]
    assert said("en", override_taken_back("en")) == "This is taken back. The usual hours are in force"


def test_the_day_is_that_of_the_clock_on_the_wall() -> None:
    late = datetime(2027, 3, 1, 23, 59)
    assert said("en", reopening("en", datetime(2027, 3, 2, 0, 1), late)) == (
        "We are open again tomorrow at twelve oh one a.m"
    )
    assert said("en", until("en", Standing.CLOSED, datetime(2027, 3, 1, 23, 59, 59), late)) == (
        "We are closed until eleven fifty nine p.m"
    )
    assert said("en", reopening("en", datetime(2028, 1, 3, 8), datetime(2027, 12, 31, 18))) == (
        "We are open again on Monday at eight a.m"
    )


@pytest.mark.parametrize(
    ("number", "currency", "sentence"),
    [("0.005", "EUR", "one cent"), ("1.994", "EUR", "one euro ninety nine cents"), ("1.995", "EUR", "two euros")],
)
def test_a_sum_is_rounded_to_hundredths(number: str, currency: str, sentence: str) -> None:
    assert said("en", amount("en", Money(Decimal(number), currency))) == sentence


@pytest.mark.parametrize(("number", "currency"), [("1", "GBP"), ("-0.01", "EUR"), ("1000000", "PLN")])
def test_a_sum_that_cannot_be_said(number: str, currency: str) -> None:
    with pytest.raises(ValueError, match=r"can be said|is no currency"):
        amount("en", Money(Decimal(number), currency))


@pytest.mark.parametrize("seconds", [-1, 86_400_000_000])
def test_a_length_that_cannot_be_said(seconds: int) -> None:
    with pytest.raises(ValueError, match="is no length of time"):
        duration("en", seconds)
