"""Documents as CSV and as pages."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest
from msgspec.structs import replace

from callcontrol.billing.statements.csv_form import COLUMNS, csv_of
from callcontrol.billing.statements.document import (
    AccountMoved,
    BundleUsed,
    Document,
    DocumentKind,
    Line,
    Section,
)
from callcontrol.billing.statements.drawing_up import drawn_up
from callcontrol.billing.statements.page import Page, time_text
from callcontrol.billing.statements.words import WORDS, number_in
from callcontrol.billing.tariff import PricesAre
from callcontrol.vocabulary.direction import Direction
from callcontrol.vocabulary.language import LANGUAGES
from tests.billing.statements.test_drawing_up import calls, form

FEE = Line(
    section=Section.FEES,
    name="queues",
    text="Usługa kolejek: żółć #[*$]",
    vat_percent=Decimal(23),
    prices=PricesAre.NET,
    quantity=2,
    unit=Decimal("24.50"),
    span="16-30",
    exact=Decimal("49.00"),
)


def statement(number: int = 12) -> Document:
    told = replace(
        form(number=number),
        closed_at="2026-12-03T00:00:12Z" if number else "",
        issuer=("Telefonia Łącza",),
        customer=("Zażółć Gęślą Jaźń S.A.", "Łódź"),
        unrated=2,
        bundles=(
            BundleUsed(name="n", holder="extension:101", measure="minutes", used=Decimal(3600), size=Decimal(6000)),
        ),
        accounts=(AccountMoved(account="tenant", before=Decimal(9), moved={"top_up": Decimal(5)}, after=Decimal(14)),),
    )
    return drawn_up(told, [FEE, calls("mobile", "1234.5678"), calls("", "1", (Decimal(8), PricesAre.GROSS))], [])


def test_csv_has_a_line_for_each_line_rate_and_total() -> None:
    rows = list(csv.DictReader(io.StringIO(csv_of([statement()]), newline="")))
    assert tuple(rows[0]) == COLUMNS
    assert [(row["section"], row["amount"], row["net"], row["vat"], row["gross"]) for row in rows] == [
        ("fees", "49.00", "", "", ""),
        ("calls", "1234.57", "", "", ""),
        ("calls", "1.00", "", "", ""),
        ("vat", "", "0.93", "0.07", "1.00"),
        ("vat", "", "1283.57", "295.22", "1578.79"),
        ("total", "", "1284.50", "295.29", "1579.79"),
    ]
    assert {row["number"] for row in rows} == {"12"}


def test_a_page_in_polish() -> None:
    page = Page(statement(), "5a").content()
    assert page["title"] == "Zestawienie acme/2026-11/12"
    fees, calls_, vat, bundles, accounts = page["tables"]
    assert fees["rows"] == [[FEE.text, "16-30", "2", "24,50", "23\u00a0%", "49,00"]]
    assert calls_["rows"][0] == ["Komórkowe", "1", "0:01:02", "0:02:00", "23\u00a0%", "1\u00a0234,57"]
    assert calls_["rows"][1][0::4] == ["Inne", "8\u00a0% w cenie"]
    assert vat["rows"][-1] == ["Razem (PLN)", "1\u00a0284,50", "295,29", "1\u00a0579,79"]
    assert bundles["rows"] == [["n", "numer wewnętrzny 101", "1:00:00", "1:40:00"]]
    assert [row[1:] for row in accounts["rows"]] == [["Przed", "9,00"], ["Doładowania", "5,00"], ["Po", "14,00"]]
    assert page["sha256"] == "5a"


def test_a_draft_says_so_and_has_no_number() -> None:
    page = Page(statement(0)).content()
    assert (page["title"], page["draft"], page["sha256"]) == (
        "Zestawienie",
        "Projekt: miesiąc nie jest zamknięty",
        "",
    )


def test_a_note_names_what_it_corrects() -> None:
    page = Page(replace(statement(13), kind=DocumentKind.NOTE, corrects=12)).content()
    assert ["Koryguje zestawienie", "acme/2026-11/12"] in page["facts"]
    assert page["remarks"][0].startswith("Wszystkie kwoty są różnicami")


def test_no_word_is_missing_in_any_language() -> None:
    assert set(WORDS) == set(LANGUAGES)
    assert {frozenset(words) for words in WORDS.values()} == {frozenset(WORDS["en"])}
    assert {direction.value for direction in Direction} < set(WORDS["en"])


@pytest.mark.parametrize(
    ("language", "text", "shown"),
    [
        ("pl", "1234567.50", "1\u00a0234\u00a0567,50"),
        ("pl", "-0.05", "\u22120,05"),
        ("en", "1234.50", "1,234.50"),
        ("ru", "12", "12"),
    ],
)
def test_numbers_as_people_write_them(language: str, text: str, shown: str) -> None:
    assert number_in(language, text) == shown


def test_times_in_hours() -> None:
    assert [time_text(seconds) for seconds in (0, 62, 360_000, -62)] == [
        "0:00:00",
        "0:01:02",
        "100:00:00",
        "\u22120:01:02",
    ]
