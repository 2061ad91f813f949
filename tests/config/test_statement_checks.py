"""Mistakes in statements and fees: each with its place, and what would be right."""

from __future__ import annotations

import pytest

from tests.config.folder import TENANT, loaded, problems, written

RIGHT = "since: 2026-11, currency: PLN"


@pytest.mark.parametrize(
    ("says", "told"),
    [
        (
            "currency: PLN",
            "statements: the first month that gets a statement is not written, so none does; write since",
        ),
        ("since: 2026-11", "statements: its currency is not written; write currency: PLN"),
        ("since: november, currency: PLN", "statements.since: 'november' is no month; write one such as 2026-11"),
        ("since: 2026-11, currency: zl", "statements.currency: 'zl' is no currency; write three capital letters"),
        (
            f"{RIGHT}, vat_percent: 101",
            "statements.vat_percent: '101' is out of range; write 0 to 100, with 3 decimals",
        ),
        (
            f"{RIGHT}, fees_from_account: yes",
            "statements.fees_from_account: the tenant has no account of its own that fees could be taken from; write"
            " credit: {kind: prepaid}",
        ),
        (f"{RIGHT}, close_on: 29", "statements.close_on: 29 is too large; write at most 28"),
        (
            f"{RIGHT}, fees: {{a: {{name: A, amount: much}}}}",
            "statements.fees.a.amount: 'much' is no number; write an amount such as 49.00",
        ),
        (
            f"{RIGHT}, fees: {{a: {{name: A, amount: 1, from: 2026-11-02, until: 2026-11-01}}}}",
            "statements.fees.a.until: it ends on 2026-11-01, before it begins on 2026-11-02; write a later day",
        ),
        (
            f"{RIGHT}, fees: {{a: {{name: A, amount: 1, once: 2026-11-02, per: extension}}}}",
            "statements.fees.a.per: it is paid once, on 2026-11-02, so nothing of this counts; leave it out",
        ),
        (
            f"{RIGHT}, fees: {{a: {{name: A, amount: 1, of: [101]}}}}",
            "statements.fees.a.of: it is paid once a month for the tenant, so nothing of this counts; write `per:`",
        ),
        (
            f"{RIGHT}, fees: {{a: {{name: A, amount: 1, per: queue, of: [101]}}}}",
            "statements.fees.a.of.0: there is no queue 101; name one that there is, or write `until:`, its last day",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place(says: str, told: str) -> None:
    (said,) = written(*problems(f"{TENANT}statements: {{{says}}}\n"))
    assert told in said


def test_what_is_gone_may_be_paid_for_until_it_went() -> None:
    fee = "{name: A, amount: -1.50, per: queue, of: [old], until: 2026-11-10}"
    (tenant,) = loaded(f"{TENANT}statements: {{{RIGHT}, fees: {{a: {fee}}}}}\n").tenants.values()
    assert tenant.statements.fees["a"].of == ("old",)
