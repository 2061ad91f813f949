"""`callcontrol records`: what was put aside comes into the ledger after all, what has no price is rated."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import psycopg
import pytest
import yaml

from callcontrol.billing.costs import unrated_record
from callcontrol.billing.fold import fold
from callcontrol.billing.record_json import to_json
from callcontrol.commands import records
from callcontrol.control.call import Call, Closed
from callcontrol.edges import clock
from callcontrol.edges.ledger.rejected import RejectedRecords
from callcontrol.edges.ledger.writer import LedgerWriter, Rejection
from callcontrol.edges.live_state import codec
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.moment import SECOND_US, Instant, datetime_of
from callcontrol.vocabulary.trail import Trail
from tests.billing.trails import call_id, forwarded
from tests.commands.command import run
from tests.commands.test_reconcile import configured

LONG_AGO = Instant(10**15)  # 2001: no month is kept for it


@dataclass
class Host:
    """A host with its data folder, the ledger, and what lies in the file of rejected records."""

    config: Path
    data: Path
    dsn: str
    capsys: pytest.CaptureFixture[str]
    began: Instant

    @property
    def file(self) -> RejectedRecords:
        return RejectedRecords(self.data / "rejected.jsonl")

    def put_aside(self, *payloads: bytes) -> None:
        self.file.add([Rejection(payload, "CheckViolation: of yesterday") for payload in payloads], self.began)

    def write(self, *payloads: bytes) -> None:
        writer = LedgerWriter(self.dsn)
        assert writer.write(payloads) == []
        writer.close()

    def said(self, *arguments: object, status: int = 0) -> list[str]:
        """What `callcontrol records` says; of a failure what stands on standard error."""
        assert run(records, *arguments, "--config", self.config) == status
        told = self.capsys.readouterr()
        return (told.err if status else told.out).splitlines()

    def told(self, *arguments: object) -> list[dict[str, Any]]:
        return [orjson.loads(line) for line in self.said(*arguments, "--json")]

    def left(self) -> list[str]:
        """The reasons in the file."""
        return [entry.reason for entry in self.file.read()]

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.dsn) as connection:
            return connection.execute(statement.encode()).fetchall()


@pytest.fixture
def host(tmp_path: Path, database: str, redis_url: str, capsys: pytest.CaptureFixture[str]) -> Host:
    config = configured(tmp_path, database, redis_url, fs1="")
    main = yaml.safe_load((config / "callcontrol.yaml").read_text(encoding="utf-8"))
    data = tmp_path / "data"
    data.mkdir()
    (config / "callcontrol.yaml").write_text(yaml.safe_dump(main | {"data": str(data)}), encoding="utf-8")
    return Host(config, data, database, capsys, Instant(clock.now() - 3600 * SECOND_US))


def record(host: Host, n: int = 0, start: Instant | None = None, tenant: str = "acme") -> bytes:
    """The n-th sample call, which has a payer, without a price."""
    call = fold(forwarded(n, host.began if start is None else start))
    return to_json(unrated_record(replace(call, tenant=tenant), "no_price: no prefix of +48600700800"))


def a_call(host: Host, n: int) -> bytes:
    """The same, as the live state keeps a call of which no record could be made."""
    trail = forwarded(n, host.began)
    caller = Caller("+48500100200")
    call = Call(call_id(n), "fs1", "worker-1", "acme", caller, "+48225550000", host.began, Closed(), Trail(trail), ())
    return codec.encode(call)


def test_what_was_put_aside_is_listed_with_its_reason(host: Host) -> None:
    assert host.said("show") == ["Nothing was put aside."]
    host.put_aside(record(host), b"\xff no JSON")
    host.file.add_call(a_call(host, 2), "no record: ValueError: of ours", host.began)
    shown = host.said("show")
    assert [line.split("  ", 1)[1] for line in shown] == [
        f"record acme {call_id(0)}  CheckViolation: of yesterday",
        "bytes of an unknown tenant  CheckViolation: of yesterday",
        f"call acme {call_id(2)}  no record: ValueError: of ours",
    ]
    assert [(line["kind"], line["tenant"]) for line in host.told("show", "--tenant", "acme")] == [
        ("record", "acme"),
        ("call", "acme"),
    ]
    assert "there is no tenant acmee: did you mean acme?" in host.said("show", "--tenant", "acmee", status=1)[0]


def test_what_the_ledger_takes_leaves_the_file_and_what_it_refuses_stays_with_the_new_reason(host: Host) -> None:
    host.put_aside(record(host, 0), record(host, 1, LONG_AGO), b"\xff no JSON")
    with host.file.path.open("ab") as file:
        file.write(b"half a li\n")
    host.put_aside(record(host, 2))
    said = host.said("offer")
    assert said[0] == f"record acme {call_id(0)}: taken"
    assert said[-1] == "3 stays, 2 taken"
    assert sorted(host.rows("SELECT call_id FROM calls")) == sorted([(call_id(0),), (call_id(2),)])
    old, no_json, half = host.left()
    assert old == "the day of arrival is implausible: no month is kept for it"
    assert no_json.startswith("no record: ")
    assert half.startswith("the line cannot be read: ")
    assert host.file.read()[0].at == host.file.read()[1].at  # since when it lies there
    before = host.file.path.read_bytes()
    assert host.said("offer")[-1] == "3 stays"
    assert host.file.path.read_bytes() == before
    assert host.rows("SELECT count(*) FROM calls") == [(2,)]


def test_a_call_that_was_put_aside_whole_is_recorded_and_rated(host: Host) -> None:
    host.file.add_call(a_call(host, 5), "no record: ValueError: of ours", host.began)
    host.file.add_call(b'{"$": "Call", "of_before": 1}', "no record: ValueError: of ours", host.began)
    (taken, stays) = host.told("offer")
    assert (taken["result"], taken["call_id"], stays["result"]) == ("taken", call_id(5), "stays")
    assert host.rows("SELECT call_id, outcome FROM calls") == [(call_id(5), "answered")]
    assert host.rows("SELECT status, currency, counted_s FROM current_charges") == [("rated", "PLN", 62)]
    assert host.left()[0].startswith("no record: Unreadable: ")


def test_a_dry_run_offers_nothing_and_needs_no_postgres(host: Host) -> None:
    host.put_aside(record(host), b"{}")
    host.file.add_call(b"{}", "no record", host.began)
    before = host.file.path.read_bytes()
    assert host.said("offer", "--dry-run")[-1] == "1 stays, 2 would be offered (nothing was changed)"
    assert host.file.path.read_bytes() == before


def test_only_the_tenants_own_records_are_offered(host: Host) -> None:
    host.put_aside(record(host, 0), record(host, 1, tenant="removed"))
    assert host.said("offer", "--tenant", "removed")[-1] == "1 taken"
    assert host.rows("SELECT tenant FROM calls") == [("removed",)]
    assert [entry.tenant for entry in host.file.read()] == ["acme"]


def test_while_postgres_is_away_everything_stays(host: Host) -> None:
    host.put_aside(record(host))
    before = host.file.path.read_bytes()
    main = host.config / "callcontrol.yaml"
    away = yaml.safe_load(main.read_text(encoding="utf-8")) | {"postgres": {"dsn": f"host={host.data} dbname=gone"}}
    main.write_text(yaml.safe_dump(away), encoding="utf-8")
    assert "connection" in host.said("offer", status=1)[0]
    assert host.file.path.read_bytes() == before


def test_what_was_added_meanwhile_stays(host: Host) -> None:
    host.put_aside(record(host, 0))
    entries = host.file.read()
    host.file.add([Rejection(record(host, 1), "meanwhile")], host.began)
    host.file.settle({entry.line: b"" for entry in entries})
    assert host.left() == ["meanwhile"]


def test_charges_without_a_price_are_rated_by_a_further_revision(host: Host) -> None:
    host.write(record(host, 0), record(host, 1, tenant="removed"))
    assert host.said("rate", "--dry-run")[-1] == "1 without a price, 1 would be rated (nothing was changed)"
    assert host.rows("SELECT count(*) FROM charges") == [(2,)]
    rated, not_rated = host.told("rate")
    day = datetime_of(host.began).date().isoformat()
    assert (rated["result"], rated["day"], rated["number"], rated["currency"]) == ("rated", day, "+48600700800", "PLN")
    assert (not_rated["result"], not_rated["tenant"]) == ("without a price", "removed")
    assert not_rated["reason"].startswith("no_tariff: ")
    columns = "revision, status, amount, payer, counted_s"
    charges = host.rows(f"SELECT {columns} FROM charges WHERE tenant = 'acme' ORDER BY revision")
    assert charges[0][:3] == (1, "unrated", None)
    assert charges[1] == (2, "rated", Decimal(rated["amount"]), "extension:101", 62)
    assert host.rows("SELECT status FROM current_charges WHERE tenant = 'acme'") == [("rated",)]
    assert host.said("rate", "--tenant", "acme") == ["Every charge has its price."]
    assert host.rows("SELECT count(*) FROM charges") == [(3,)]


def test_many_charges_are_rated_page_by_page_and_each_once(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("callcontrol.jobs.late_rating.BATCH", 3)
    host.write(*(record(host, n, tenant="acme" if n % 2 else "removed") for n in range(10)))
    assert host.said("rate")[-1] == "5 rated, 5 without a price"
    assert host.said("rate")[-1] == "5 without a price"
    assert host.rows("SELECT count(*) FROM charges WHERE status = 'rated'") == [(5,)]


def test_a_charge_that_got_its_price_meanwhile_is_not_rated_again(host: Host) -> None:
    host.write(record(host, 0))
    with psycopg.connect(host.dsn, autocommit=True) as other:
        other.execute(
            "INSERT INTO charges SELECT tenant, switch, leg_id, started_day, 2, call_id, 'void', payer, number,"
            " 'by hand', NULL, '', tariff, tariff_version, prefix, destination,"
            " 0, 0, 0, step, fee, vat_percent, parts, formula FROM charges"
        )
    assert host.said("rate") == ["Every charge has its price."]
