"""How rows are written: exact, the same on every host, and as the receiver's program reads them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from callcontrol.billing.columns import Kind
from callcontrol.billing.exports.exportable import EXPORTABLE
from callcontrol.billing.exports.form import Form, form_from, lines_of
from callcontrol.billing.exports.manifest import Summary, stem_of
from callcontrol.vocabulary.export import FileFormat

KINDS = {
    "name": Kind.TEXT,
    "at": Kind.TIME,
    "amount": Kind.NUMBER,
    "count": Kind.INTEGER,
    "ok": Kind.BOOLEAN,
    "day": Kind.DAY,
    "path": Kind.DOCUMENT,
}
AT = datetime(2026, 10, 25, 0, 30, 0, 7, UTC)
ROW = ('Jan "K", ;\n=1', AT, Decimal("0.63000000"), 0, True, date(2026, 10, 25), [{"why": "ż", "at": 1}])
FORM = Form(FileFormat.CSV, tuple(KINDS))


def written(form: Form, *rows: tuple[Any, ...]) -> str:
    return b"".join(lines_of(form, KINDS, rows)).decode()


@pytest.mark.parametrize(
    ("form", "text"),
    [
        (
            FORM,
            "name,at,amount,count,ok,day,path\r\n"
            '"Jan ""K"", ;\n=1",2026-10-25T00:30:00.000007Z,0.63000000,0,true,2026-10-25,'
            '"[{""at"":1,""why"":""ż""}]"\r\n'
            ",,,,,,\r\n",
        ),
        (
            replace(
                FORM, columns=("count", "amount", "at"), separator=";", decimal=",", line_end="\n", zone="Europe/Warsaw"
            ),
            "count;amount;at\n0;0,63000000;2026-10-25T02:30:00.000007+02:00\n;;\n",
        ),
        (replace(FORM, columns=("count", "name"), header=False, quote_all=True), '"0","Jan ""K"", ;\n=1"\r\n"",""\r\n'),
        (
            Form(FileFormat.JSONL, ("amount", "ok", "path", "at")),
            '{"amount":"0.63000000","ok":true,"path":[{"why":"ż","at":1}],"at":"2026-10-25T00:30:00.000007Z"}\n'
            '{"amount":null,"ok":null,"path":null,"at":null}\n',
        ),
    ],
    ids=["csv", "dialect", "quoted", "jsonl"],
)
def test_a_row_and_one_of_which_nothing_is_known(form: Form, text: str) -> None:
    places = [list(KINDS).index(name) for name in form.columns]
    rows = [tuple(row[place] for place in places) for row in (ROW, (None,) * len(ROW))]
    assert written(form, *rows) == text
    assert form_from(form.as_json()) == form


def test_a_form_of_a_later_version_is_refused() -> None:
    with pytest.raises(TypeError):
        form_from({**FORM.as_json(), "of_a_later_version": 1})
    with pytest.raises(ValueError, match="pigeon"):
        form_from({**FORM.as_json(), "format": "pigeon"})


def test_what_is_summed_is_a_column_that_is_a_number() -> None:
    for what, one in EXPORTABLE.items():
        assert {one.columns[name] for name, _ in one.sums} <= {Kind.NUMBER, Kind.INTEGER}, what
        assert one.sums, what
        assert {*one.key} <= {*one.columns}, what


def test_rows_are_counted_and_added_up_while_they_pass() -> None:
    summary = Summary()
    rows = [
        (Decimal("0.1"), "PLN", date(2026, 3, 2)),
        (Decimal("0.2"), "EUR", date(2026, 3, 1)),
        (None, "", date(2026, 3, 2)),
    ]
    rows = [*rows, (Decimal("0.2"), "PLN", date(2026, 3, 9))]
    counted = summary.counted(rows, {"amount": 0, "currency": 1, "of_day": 2}, [("amount", "currency")])
    assert list(counted) == rows
    assert (summary.rows, summary.first, summary.last) == (4, date(2026, 3, 1), date(2026, 3, 9))
    assert summary.sums_text() == {"amount": {"EUR": "0.2", "PLN": "0.3"}}


def test_names_sort_as_numbers_do() -> None:
    assert [stem_of("a", 9), stem_of("a", 10), stem_of("a", 1_000_000)] == ["a-000009", "a-000010", "a-1000000"]
