"""Mistakes in exports: each with its place, and what would be right."""

from __future__ import annotations

import pytest

from callcontrol.billing.exports.mistakes import mistakes_of_exports
from tests.config.folder import MAIN, TENANT, loaded, problems, written

OTHER = TENANT.replace("acme.example", "other.example").replace("48221234567", "48221234568")


@pytest.mark.parametrize(
    ("says", "told"),
    [
        ("what: calls", "exports.a: it is not said where it is delivered to; write one of folder, sftp, s3, http"),
        (
            "what: calls, folder: /f, http: {address: 'https://b.example'}",
            "exports.a.http: folder and http: an export has one receiver, whose batches are numbered; make an export of"
            " each",
        ),
        (
            "what: calls, folder: /f, every: 15m, daily: '02:00'",
            "exports.a.every: every and daily are both written; leave one of them out",
        ),
        (
            "what: calls, folder: /f, tenants: [acmee]",
            "exports.a.tenants.0: there is no tenant acmee; did you mean acme?",
        ),
        (
            "what: calls, folder: /f, format: jsonl, csv: {decimal: ','}",
            "exports.a.csv: its files are jsonl, so nothing of this counts; leave it out, or write `format: csv`",
        ),
        (
            "what: calls, sftp: {server: 'h:22', user: u, host_key: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKk4'}",
            "exports.a.sftp: there is neither a password nor a key; write `password:` or `key:`, as {file: …}",
        ),
        ("what: calls, folder: /f, since: soon", "exports.a.since: 'soon' is no day; write a day such as 2026-12-01"),
        (
            "what: calls, folder: /f, every: 90s",
            "exports.a.every: '90s' is no period; write minutes or hours, such as 15m or 6h",
        ),
        (
            "what: calls, folder: /f, receipts: soon",
            "exports.a.receipts: 'soon' is no period; write minutes, hours or days, such as 30m, 6h or 2d",
        ),
    ],
)
def test_a_mistake(says: str, told: str) -> None:
    (said,) = written(*problems(TENANT, f"{MAIN}exports:\n  a: {{{says}}}\n"))
    assert said == f"callcontrol.yaml:5: {told}"


def test_a_day_has_a_clock() -> None:
    says = f"{MAIN}exports:\n  a: {{what: calls, folder: /f, daily: '02:00'}}\n"
    abroad = f"{OTHER}zone: Europe/Kyiv\n"
    (said,) = written(*problems(TENANT, says, other=abroad))
    assert said.endswith(
        "exports.a.daily: its tenants live in different time zones, so it is not known which clock is meant;"
        " write `zone:` beside it"
    )
    loaded(TENANT, says.replace("daily", "zone: Europe/Kyiv, daily"), other=abroad)
    loaded(TENANT, says, other=OTHER)


def test_two_exports_of_one_whole_name() -> None:
    own = f"{TENANT}exports:\n  out: {{what: calls, folder: /f}}\n"
    (said,) = written(*problems(own, f"{MAIN}exports:\n  acme.out: {{what: calls, folder: /g}}\n"))
    assert "its whole name is acme.out, as that of the one at callcontrol.yaml:5; rename one" in said


def test_columns_are_those_of_the_table() -> None:
    own = f"{TENANT}exports:\n  out: {{what: legs, folder: /f, columns: [leg_id, amonut, leg_id, call_i]}}\n"
    told = written(*mistakes_of_exports(loaded(own)))
    assert told[0].startswith(
        "tenants/acme.yaml:12: exports.out.columns.1: legs have no column amonut; these are: tenant, switch"
    )
    assert [one.partition(": ")[2] for one in told[1:]] == [
        "exports.out.columns.2: column leg_id is written twice; leave it out here",
        "exports.out.columns.3: legs have no column call_i; did you mean call_id?",
    ]
