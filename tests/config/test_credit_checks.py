"""Mistakes in the credit of a tenant and its extensions: each with its line and what would be right."""

from __future__ import annotations

from decimal import Decimal

import pytest

from callcontrol.config.checks.credit import bundles_beside_accounts
from callcontrol.config.credit_accounts import account_of
from callcontrol.config.credit_settings import WithoutRedis
from callcontrol.vocabulary.moment import Instant
from tests.config.folder import TENANT, loaded
from tests.config.test_queue_checks import told

# from line 11 of the file
MISTAKES = [
    ("credit:\n  kind: postpaid\n", [
        "12: credit.kind: a postpaid account without a limit is none; write `limit:`, or `kind: none`"
    ]),
    ("credit:\n  kind: prepaid\n  limit: 5.00\n", [
        "13: credit.limit: the balance of `kind: prepaid` has no limit below 0; leave it out,"
            " or write `kind: postpaid`"
    ]),
    ("credit:\n  span: 60\n", [
        "12: credit.span: neither the tenant nor an extension of it has an account; write `kind: prepaid`"
            " or `kind: postpaid`"
    ]),
    ("credit:\n  kind: prepaid\n  warn: [10, 60]\n", [
        "13: credit.warn: 10, 60: the warnings are out of order; write the earliest first, each once, such as [60, 10]"
    ]),
    ("credit:\n  kind: prepaid\n  short: 20\n", [
        "13: credit.short: `without_redis: refuse` gives a call no such time; leave it out,"
            " or write `without_redis: short`"
    ]),
    ("credit:\n  kind: postpaid\n  limit: 5.123456789\n", [
        "13: credit.limit: '5.123456789' is out of range; write 0 to 90000000, with 8 decimals at most"
    ]),
    ("credit:\n  kind: postpaid\n  limit: 90000001\n", [
        "13: credit.limit: '90000001' is out of range; write 0 to 90000000, with 8 decimals at most"
    ]),
    ("credit:\n  kind: postpaid\n  limit: much\n", [
        "13: credit.limit: 'much' is no amount; write an amount in the currency of the price list, such as 50.00"
    ]),
]  # fmt: skip

WITH_ACCOUNTS = TENANT.replace("101: {}", "101: {credit: {kind: prepaid}}", 1) + (
    "credit:\n  kind: postpaid\n  limit: 50.00\n  without_redis: short\n"
)


@pytest.mark.parametrize(("written", "problems"), MISTAKES)
def test_each_mistake_is_told(written: str, problems: list[str]) -> None:
    assert told(written) == problems


BUNDLE = "bundles:\n  talk: {minutes: 100, shared: yes}\n  mine: {minutes: 50, extensions: ['102']}\n"


@pytest.mark.parametrize(
    ("written", "warned"),
    [
        (TENANT + BUNDLE, []),
        (TENANT + "credit: {kind: prepaid}\n" + BUNDLE, []),
        (TENANT + "credit: {kind: postpaid, limit: 50.00}\n" + BUNDLE, []),
        (WITH_ACCOUNTS + BUNDLE, []),
        (WITH_ACCOUNTS.partition("credit:\n")[0] + BUNDLE, ["talk"]),
    ],
)
def test_a_bundle_that_is_shared_with_those_without_an_account_is_warned_of(written: str, warned: list[str]) -> None:
    found = [problem.what for problem in bundles_beside_accounts(loaded(written), Instant(0))]
    assert [what.partition(":")[0] for what in found] == [f"bundles.{name}" for name in warned]


def test_without_a_word_there_is_no_account() -> None:
    tenant = loaded(TENANT).tenants["acme"]
    assert [account_of(payer, tenant) for payer in ("extension:101", "tenant", "")] == [None, None, None]


def test_an_extension_s_own_account_goes_before_the_tenant_s() -> None:
    tenant = loaded(WITH_ACCOUNTS).tenants["acme"]
    payers = ("extension:101", "extension:102", "tenant")
    accounts = {payer: account_of(payer, tenant) for payer in payers}
    assert {payer: found and (found[0], found[1].overdraft) for payer, found in accounts.items()} == {
        "extension:101": ("extension:101", Decimal(0)),
        "extension:102": ("tenant", Decimal("50.00")),
        "tenant": ("tenant", Decimal("50.00")),
    }
    assert account_of("", tenant) is None
    assert tenant.credit.without_redis is WithoutRedis.SHORT
