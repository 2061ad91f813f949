"""`callcontrol rerate`: charges are made anew as further revisions, and each difference is shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import orjson
import pytest

from callcontrol.billing.costs import rate_record
from callcontrol.billing.fold import fold
from callcontrol.billing.record_json import to_json
from callcontrol.commands import rerate
from callcontrol.daemon.configuration import read_configuration
from callcontrol.vocabulary.moment import Instant, datetime_of
from tests.billing.trails import call_id, forwarded
from tests.commands.command import run
from tests.commands.test_records import Host, host

__all__ = ["host"]

MOBILE = "prefix: 4860, destination: Poland mobile, price_per_minute: "


def write(host: Host, n: int, began: Instant, tenant: str = "acme") -> None:
    """The n-th sample call (62 s to a mobile), with its price."""
    call = replace(fold(forwarded(n, began)), tenant=tenant)
    rated = rate_record(call, read_configuration(host.config).price_books["acme"])
    charges = tuple(replace(charge, account="tenant") for charge in rated.charges)
    host.write(to_json(replace(rated, charges=charges)))


def make_dearer(host: Host) -> None:
    path = host.config / "tariffs" / "retail.yaml"
    text = path.read_text(encoding="utf-8")
    dearer = text.replace(f"{MOBILE}0.29", f"{MOBILE}0.60")
    assert dearer != text
    path.write_text(dearer, encoding="utf-8")


def said(host: Host, *arguments: str, status: int = 0) -> list[str]:
    assert run(rerate, *arguments, "--config", host.config) == status
    told = host.capsys.readouterr()
    return (told.err if status else told.out).splitlines()


def days(host: Host) -> tuple[str, str, str, str]:
    """The stretch of time in which the sample calls lie."""
    began = datetime_of(host.began)
    return ("--from", (began - timedelta(hours=1)).isoformat(), "--to", (began + timedelta(hours=1)).isoformat())


def test_charges_become_further_revisions_and_the_difference_is_shown(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("callcontrol.jobs.rerating.BATCH", 1)
    write(host, 0, host.began)
    write(host, 1, host.began, tenant="removed")
    assert said(host, *days(host)) == [
        f"{datetime_of(host.began).date()} removed {call_id(1)} +48600700800: 0.3 PLN left as it is: "
        "no_tariff: the tenant has no price list",
        "1 left as it is, 1 the same",
    ]
    make_dearer(host)
    dry = said(host, *days(host), "--tenant", "acme", "--tariff", "retail", "--dry-run")
    assert dry[0].startswith(
        f"{datetime_of(host.began).date()} acme {call_id(0)} +48600700800: 0.3 PLN -> 0.62 PLN (+0.32 PLN); "
    )
    assert dry[1] == "1 made anew; together +0.32 PLN (nothing was changed)"
    assert host.rows("SELECT count(*) FROM charges") == [(2,)]
    assert said(host, *days(host), "--tenant", "acme", "--tariff", "another") == ["No such charges."]
    (line,) = said(host, *days(host), "--tenant", "acme", "--json")
    told = orjson.loads(line)
    assert (told["amount"], told["new_amount"], told["difference"], told["revision"]) == (
        "0.30000000",
        "0.62",
        {"PLN": "0.32000000"},
        2,
    )
    charges = host.rows("SELECT revision, status, amount FROM charges WHERE tenant = 'acme' ORDER BY revision")
    assert charges == [(1, "rated", Decimal("0.30")), (2, "rated", Decimal("0.62"))]
    entries = host.rows("SELECT amount, balance FROM account_entries WHERE tenant = 'acme' ORDER BY number")
    assert entries == [(Decimal("-0.30"), Decimal("-0.30")), (Decimal("-0.32"), Decimal("-0.62"))]
    assert said(host, *days(host), "--tenant", "acme") == ["1 the same"]
    assert host.rows("SELECT count(*) FROM charges") == [(3,)]


def test_only_legs_answered_in_the_stretch_are_meant(host: Host) -> None:
    write(host, 0, host.began)
    make_dearer(host)
    began = datetime_of(host.began)
    before = ("--from", "2001-01-01T00:00Z", "--to", (began + timedelta(seconds=24)).isoformat())
    assert said(host, *before) == ["No such charges."]
    upto = ("--from", (began + timedelta(seconds=25)).isoformat(), "--to", (began + timedelta(seconds=26)).isoformat())
    assert said(host, *upto, "--dry-run")[-1] == "1 made anew; together +0.32 PLN (nothing was changed)"


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("--from", "2026-11-01", "--to", "2026-12-01"), "has no offset"),
        (("--from", "2026-12-01", "--to", "2026-11-01", "--tenant", "acme"), "is not before"),
        (("--from", "2026-11-01", "--to", "2026-12-01", "--tenant", "acmee"), "did you mean acme?"),
        (("--from", "soon", "--to", "2026-12-01", "--tenant", "acme"), "is no time"),
    ],
)
def test_what_makes_no_sense_is_told(arguments: tuple[str, ...], problem: str, host: Host) -> None:
    assert problem in said(host, *arguments, status=1)[0]
