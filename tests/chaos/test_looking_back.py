"""The comparison of exports and the ledger: a row and its exported line have the same key."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from callcontrol.billing.exports.form import number_text
from tests.chaos.looking_back import key_text


def test_a_row_and_its_line_have_one_key_also_where_the_amount_is_zero() -> None:
    for amount in (Decimal("0E-8"), Decimal("0.06765000"), Decimal("-12.5"), Decimal(10_000)):
        line = key_text(["chaos", "2026-11-30", None, 1, number_text(amount)])
        assert key_text(["chaos", date(2026, 11, 30), None, 1, amount]) == line
