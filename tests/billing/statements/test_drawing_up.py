"""Documents of a month add up: each in itself, and all of them to what one over everything would say."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from callcontrol.billing.statements.document import (
    Document,
    DocumentKind,
    Line,
    NewerDocument,
    Rules,
    Section,
    document_from,
    faults_of,
    text_of,
    total_of,
)
from callcontrol.billing.statements.drawing_up import (
    decimals_of,
    drawn_up,
    stated,
    vat_of,
    whole_calls,
    whole_fees,
)
from callcontrol.billing.tariff import PricesAre
from callcontrol.config.statement_settings import VatRounding

RATES = st.sampled_from([(Decimal(23), PricesAre.NET), (Decimal(8), PricesAre.GROSS), (None, PricesAre.NET)])
AMOUNTS = st.decimals(min_value=-50, max_value=200, places=4)


def form(rounding: VatRounding = VatRounding.TOTAL, number: int = 1) -> Document:
    """A document without lines."""
    return Document(
        tenant="acme",
        number=number,
        kind=DocumentKind.STATEMENT,
        month="2026-11",
        currency="PLN",
        zone="Europe/Warsaw",
        language="pl",
        rules=Rules(decimals=2, vat_rounding=rounding, prices=PricesAre.NET, vat_percent=Decimal(23)),
        lines=(),
        sums=(),
        net=Decimal(0),
        vat=Decimal(0),
        gross=Decimal(0),
    )


def calls(name: str, exact: str, rate: tuple[Decimal | None, PricesAre] = (Decimal(23), PricesAre.NET)) -> Line:
    """A call to a class of numbers."""
    return Line(
        section=Section.CALLS,
        name=name,
        vat_percent=rate[0],
        prices=rate[1],
        quantity=1,
        talk_s=62,
        billed_s=120,
        exact=Decimal(exact),
    )


CHANGES = st.lists(
    st.builds(
        lambda name, exact, rate: calls(name, str(exact), rate), st.sampled_from(["national", "mobile"]), AMOUNTS, RATES
    ),
    max_size=6,
)


@settings(max_examples=200)
@given(st.lists(CHANGES, min_size=1, max_size=5), st.sampled_from(VatRounding))
def test_documents_together_say_what_one_over_everything_says(pieces: list[list[Line]], rounding: VatRounding) -> None:
    """Whatever comes late, and in however many pieces: no grosz is lost or told twice."""
    issued: list[Document] = []
    for number, piece in enumerate(pieces, 1):
        issued.append(drawn_up(form(rounding, number), whole_calls(issued, piece), issued))
    at_once = drawn_up(form(rounding), whole_calls([], [line for piece in pieces for line in piece]), [])
    for one in (*issued, at_once):
        assert list(faults_of(one)) == []
        assert document_from(text_of(one)) == one
    for name in ("net", "vat", "gross"):
        assert total_of(getattr(one, name) for one in issued) == getattr(at_once, name)
    together = {key: line for key, line in stated(issued).items() if not line.is_nothing}
    assert together == {line.key: line for line in at_once.lines}
    exact = total_of(line.exact for one in issued for line in one.lines)
    assert exact == total_of(line.exact for piece in pieces for line in piece)


@given(CHANGES)
def test_what_has_not_changed_is_not_told_again(piece: list[Line]) -> None:
    statement = drawn_up(form(), whole_calls([], piece), [])
    again = drawn_up(form(number=2), [*whole_fees([statement]), *whole_calls([statement], [])], [statement])
    assert (again.lines, again.sums, again.gross) == ((), (), Decimal(0))


def test_vat_is_rounded_once_for_each_rate_or_for_each_line() -> None:
    lines = [calls("national", "0.10"), calls("mobile", "0.10"), calls("premium", "0.10")]
    (total,) = drawn_up(form(), lines, []).sums
    assert (total.net, total.vat, total.gross) == (Decimal("0.30"), Decimal("0.07"), Decimal("0.37"))
    by_line = drawn_up(form(VatRounding.LINE), lines, [])
    assert [line.vat for line in by_line.lines] == [Decimal("0.02")] * 3
    assert (by_line.net, by_line.vat, by_line.gross) == (Decimal("0.30"), Decimal("0.06"), Decimal("0.36"))


@pytest.mark.parametrize(
    ("amount", "rate", "vat"),
    [
        ("100.00", (Decimal(23), PricesAre.NET), "23.00"),
        ("123.00", (Decimal(23), PricesAre.GROSS), "23.00"),
        ("0.02", (Decimal(23), PricesAre.NET), "0.00"),
        ("0.50", (Decimal("5"), PricesAre.NET), "0.03"),  # 0.025: half up
        ("-0.50", (Decimal("5"), PricesAre.NET), "-0.03"),
        ("100.00", (Decimal("8.125"), PricesAre.NET), "8.13"),
        ("100.00", (None, PricesAre.NET), "0"),
    ],
)
def test_vat_of_an_amount(amount: str, rate: tuple[Decimal | None, PricesAre], vat: str) -> None:
    assert vat_of(Decimal(amount), rate, 2) == Decimal(vat)


def test_a_call_whose_price_was_withdrawn_is_taken_back_by_a_note() -> None:
    statement = drawn_up(form(), whole_calls([], [calls("mobile", "1.005")]), [])
    assert [(line.amount, line.exact) for line in statement.lines] == [(Decimal("1.01"), Decimal("1.005"))]
    back = replace(calls("mobile", "-1.005"), quantity=-1, talk_s=-62, billed_s=-120)
    note = drawn_up(form(number=2), whole_calls([statement], [back]), [statement])
    assert [(line.quantity, line.amount) for line in note.lines] == [(-1, Decimal("-1.01"))]
    assert note.gross == -statement.gross


def test_the_smallest_unit_is_that_of_the_currency() -> None:
    assert [decimals_of(currency) for currency in ("PLN", "JPY", "KWD")] == [2, 0, 3]


def test_a_document_of_a_later_form_is_not_misread() -> None:
    with pytest.raises(NewerDocument, match="this statement has the form 2, this program knows 1"):
        document_from(text_of(replace(form(), shape=2)))


def test_a_document_of_the_first_form_reads_as_it_always_did() -> None:
    """What stands in ledgers: this text is never changed, whatever is added to the form."""
    text = (
        '{"shape":1,"tenant":"acme","number":2,"kind":"note","month":"2026-11","currency":"PLN","corrects":1,'
        '"closed_at":"2026-12-05T10:00:00Z","zone":"Europe/Warsaw","language":"pl","issuer":["Telefonia"],'
        '"customer":["Acme"],"rules":{"decimals":2,"vat_rounding":"total","prices":"net","vat_percent":"23"},'
        '"lines":[{"section":"calls","name":"mobile","text":"","vat_percent":"23","prices":"net","quantity":-1,'
        '"talk_s":-62,"billed_s":-120,"unit":null,"span":"","exact":"-0.63","amount":"-0.63","vat":null}],'
        '"sums":[{"vat_percent":"23","prices":"net","net":"-0.63","vat":"-0.14","gross":"-0.77"}],"net":"-0.63",'
        '"vat":"-0.14","gross":"-0.77","unrated":0,"bundles":[{"name":"n","holder":"tenant","measure":"minutes",'
        '"used":"60","size":null}],"accounts":[{"account":"tenant","before":"0","moved":{"top_up":"5"},"after":"5"}]}'
    )
    assert text_of(document_from(text)) == text
    assert list(faults_of(document_from(text))) == []
