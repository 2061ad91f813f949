"""The clock is moved over years: rows go with their months, counts and sums stay, what is cut short is gone on with."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import psycopg
import pytest

from callcontrol.edges.deliveries.folder import FolderDelivery
from callcontrol.edges.ledger import months as ledger_months
from callcontrol.edges.ledger.export_books import ExportRefused, opened
from callcontrol.edges.ledger.holds import Held, hold, months_gone, release
from callcontrol.edges.ledger.hours import HourCounter
from callcontrol.edges.ledger.months import StillRead, attached
from callcontrol.edges.ledger.partitions import TABLES, later
from callcontrol.edges.ledger.session import DictConnection
from callcontrol.edges.ledger.writer import LedgerWriter
from callcontrol.jobs.exports.checking import checked
from callcontrol.jobs.exports.exporting import Exporter
from callcontrol.jobs.exports.plans import plans_of
from callcontrol.jobs.retention import archiving
from callcontrol.jobs.retention.archiving import NotArchived
from callcontrol.jobs.retention.cdrs import forget_done
from callcontrol.jobs.retention.keeper import Keeper
from tests.jobs.retention.conftest import settings_with
from tests.jobs.retention.years import AMOUNT, fill, months, noon, payload

FIRST, LAST = date(2025, 10, 1), date(2026, 3, 1)
Keep = Callable[..., int]


def count(ledger: DictConnection, what: str, *params: object) -> Any:
    return ledger.execute(f"SELECT count(*) AS n FROM {what}".encode(), params).fetchall()[0]["n"]


def days(ledger: DictConnection, tenant: str) -> list[str]:
    rows = ledger.execute(
        "SELECT DISTINCT to_char(started_day, 'YYYY-MM') AS month FROM calls WHERE tenant = %s ORDER BY 1", (tenant,)
    ).fetchall()
    return [row["month"] for row in rows]


def test_years_pass(database: str, ledger: DictConnection, keep: Keep) -> None:
    settings = settings_with(tenant="retention: {calls: 90}\n")
    calls = fill(database, ["acme", "globex"], months(FIRST, LAST))
    paid = calls * AMOUNT
    for day in (date(2026, 3, 20), date(2026, 5, 1), date(2026, 11, 5), date(2027, 4, 2)):
        keep(settings, day)
        for tenant, kept_days in (("acme", 365), ("globex", 90)):
            kept = [one for one in months(FIRST, LAST) if (day - later(one, 1)).days < kept_days]
            assert days(ledger, tenant) == [f"{one:%Y-%m}" for one in kept]
        assert all((day - later(one.month, 1)).days < 365 for one in attached(ledger))
        # Counts by hour stay; amounts of what is gone are in the proof.
        assert ledger.execute("SELECT sum(calls)::int AS n FROM call_hours").fetchall() == [{"n": calls}]
        assert ledger.execute("SELECT sum(visits)::int AS n FROM queue_hours").fetchall() == [{"n": calls // 2}]
        left = ledger.execute("SELECT coalesce(sum(amount), 0) AS n FROM charges").fetchall()[0]["n"]
        gone = ledger.execute(
            "SELECT coalesce(sum((sums #>> '{amount,PLN}')::numeric), 0) AS n"
            " FROM retired_months WHERE what = 'charges'"
        ).fetchall()[0]["n"]
        assert left + gone == paid
        for table in ("call_costs", "withdrawn_rows", "hours_to_count"):
            assert count(ledger, f"{table} t WHERE NOT EXISTS (SELECT FROM calls c WHERE c.tenant = t.tenant)") == 0
    assert [one for one in attached(ledger) if one.month <= LAST] == []
    assert count(ledger, "pg_class WHERE relname ~ '^leaving_'") == 0
    assert count(ledger, "retired_months WHERE gone_at IS NULL") == 0
    assert sum(count(ledger, table) for table in (*TABLES, "call_costs", "withdrawn_rows", "spending")) == 0


def test_a_detach_that_was_cut_short_is_finalised(
    database: str, ledger: DictConnection, keep: Keep, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(database, ["acme"], months(date(2025, 1, 1), date(2025, 2, 1)))
    settings = settings_with()
    monkeypatch.setattr(ledger_months, "DETACH_S", 0.3)
    with psycopg.connect(database) as reader:
        reader.execute("SELECT count(*) FROM calls")  # its snapshot is open until the end
        with pytest.raises(StillRead, match="calls_2025_01 is not detached: transactions that began before"):
            keep(settings, date(2027, 1, 1))
        assert [one.name for one in attached(ledger) if one.is_pending] == ["calls_2025_01"]
        with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState):  # Postgres lets no other one go
            ledger.execute("ALTER TABLE calls DETACH PARTITION calls_2025_02 CONCURRENTLY")
    keep(settings, date(2027, 1, 1))
    assert [one for one in attached(ledger) if one.month < date(2025, 3, 1)] == []
    assert count(ledger, "pg_class WHERE relname ~ '(2025_01|2025_02)' AND relkind = 'r'") == 0


@pytest.mark.parametrize("cut_after", ["detach", "set_aside", "archived"])
def test_a_process_that_was_killed_is_gone_on_with(
    database: str,
    ledger: DictConnection,
    keep: Keep,
    archive: Path,
    monkeypatch: pytest.MonkeyPatch,
    cut_after: str,
) -> None:
    class Killed(BaseException):
        pass

    fill(database, ["acme"], [date(2025, 1, 1)])
    settings = settings_with(f"retention: {{archive: {{folder: {archive}}}}}\n")
    module, name = (ledger_months, cut_after) if cut_after != "archived" else (ledger_months, "drop")
    real = getattr(module, name)

    def cut(*args: Any) -> None:
        if name != "drop":
            real(*args)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(module, name, cut)
        with pytest.raises(Killed):
            keep(settings, date(2027, 1, 1))
    keep(settings, date(2027, 1, 1))
    told = ledger.execute("SELECT what, rows, archive FROM retired_months WHERE month = '2025-01-01'").fetchall()
    rows = {"calls": 2, "legs": 6, "charges": 2, "queue_visits": 1, "offers": 2, "segments": 2}
    assert {row["what"]: row["rows"] for row in told} == rows
    assert [one for one in attached(ledger) if one.month < date(2025, 2, 1)] == []
    for row in told:
        assert Path(row["archive"]).name == f"{row['what']}-2025-01-1.csv"
    assert {path.name for path in archive.iterdir()} == {
        f"{what}-2025-01-1.{ending}" for what in rows for ending in ("csv", "manifest.json")
    }


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_what_is_archived_is_read_back(
    database: str, ledger: DictConnection, keep: Keep, archive: Path, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(database, ["acme", "globex"], [date(2025, 1, 1)])
    settings = settings_with(f"retention: {{archive: {{folder: {archive}, format: {form}}}}}\n")
    with monkeypatch.context() as patched:  # a disk that loses lines
        patched.setattr(archiving, "_rows_of", lambda *_: [])
        with pytest.raises(NotArchived, match="was read back"):
            keep(settings, date(2027, 1, 1))
        assert [path.name for path in archive.iterdir()] == []
        assert count(ledger, "pg_class WHERE relname = 'leaving_calls_2025_01_1'") == 1
    keep(settings, date(2027, 1, 1))
    manifest = orjson.loads((archive / "charges-2025-01-1.manifest.json").read_bytes())
    assert (manifest["rows"], manifest["sums"]["amount"]) == (4, {"PLN": "2.52"})
    assert manifest["tenant"] is None
    known = ledger.execute("SELECT sha256 FROM retired_months WHERE what = 'charges' AND rows > 0").fetchall()
    assert known == [{"sha256": manifest["sha256"]}]


def test_a_folder_that_is_not_there_keeps_the_month(database: str, ledger: DictConnection, keep: Keep) -> None:
    fill(database, ["acme"], [date(2025, 1, 1)])
    with pytest.raises(NotArchived, match="/nowhere"):
        keep(settings_with("retention: {archive: {folder: /nowhere}}\n"), date(2027, 1, 1))
    assert count(ledger, "leaving_calls_2025_01_1") == 2


def test_what_is_held_stays_until_it_is_released(
    database: str, ledger: DictConnection, keep: Keep, archive: Path
) -> None:
    fill(database, ["acme", "globex"], [date(2025, 1, 1)])
    (one, *_) = ledger.execute("SELECT call_id FROM calls WHERE tenant = 'acme' ORDER BY started_at").fetchall()
    number, _ = hold(ledger, "acme", Held(call_id=one["call_id"]), "olga", "court order 7")
    settings = settings_with(f"retention: {{archive: {{folder: {archive}}}}}\n")
    keep(settings, date(2027, 1, 1))
    assert ledger.execute("SELECT tenant, call_id FROM calls").fetchall() == [{"tenant": "acme", **one}]
    for table in ("legs", "charges", "call_costs"):
        assert ledger.execute(f"SELECT DISTINCT call_id FROM {table}".encode()).fetchall() == [one]
    assert ledger.execute("SELECT sum(calls)::int AS n FROM call_hours").fetchall() == [{"n": 4}]
    assert count(ledger, "withdrawn_rows") == 0
    assert keep(settings, date(2027, 1, 2)) == 1  # nothing more to be done
    release(ledger, "acme", number, "olga")
    keep(settings, date(2027, 1, 3))
    assert [part for part in attached(ledger) if part.month < date(2025, 2, 1)] == []
    assert sum(row["rows"] for row in ledger.execute("SELECT rows FROM retired_months WHERE what = 'calls'")) == 4


def test_a_hold_by_number_holds_its_calls(database: str, ledger: DictConnection, keep: Keep) -> None:
    fill(database, ["acme", "globex"], [date(2025, 1, 1)])
    hold(ledger, "acme", Held(number="+48600700800"), "olga", "inquiry")
    hold(ledger, "globex", Held(number="+48600700899"), "olga", "of no call")
    keep(settings_with(), date(2027, 1, 1))
    held = ledger.execute(
        "SELECT DISTINCT call_id FROM legs WHERE target = 'number:+48600700800' ORDER BY 1"
    ).fetchall()
    assert held
    assert ledger.execute("SELECT DISTINCT tenant FROM calls").fetchall() == [{"tenant": "acme"}]
    assert ledger.execute("SELECT DISTINCT call_id FROM calls ORDER BY 1").fetchall() == held


def test_all_of_a_tenants_time_is_held(database: str, ledger: DictConnection, keep: Keep, archive: Path) -> None:
    """Its months stay as they are, whatever is in them; those of others, and those before and after, go."""
    fill(database, ["acme", "globex"], months(date(2025, 1, 1), date(2025, 4, 1)))
    ledger.execute(
        "INSERT INTO spending SELECT 'acme', 'extension:9', at, '', 'PLN', 1 FROM (VALUES"
        " ('2025-01-31 23:45Z'::timestamptz), ('2025-02-01Z'), ('2025-03-31 23:45Z'), ('2025-04-01Z')) AS v (at)"
    )
    for month in ("2025-01", "2025-02", "2025-04"):
        ledger.execute("INSERT INTO allowance_counters VALUES ('acme', 'b', 'tenant', %s, 1, 1)", (month,))
    held = Held(arrived_from=noon(date(2025, 2, 20)), arrived_to=noon(date(2025, 3, 2)))
    number, _ = hold(ledger, "acme", held, "olga", "court order 7")
    settings = settings_with(f"retention: {{archive: {{folder: {archive}}}}}\n")
    keep(settings, date(2027, 1, 1))
    assert (days(ledger, "acme"), days(ledger, "globex")) == (["2025-02", "2025-03"], [])
    assert (
        count(ledger, "legs")
        == count(ledger, "legs WHERE tenant = 'acme' AND to_char(started_day, 'MM') IN ('02', '03')")
        > 0
    )
    assert count(ledger, "spending WHERE payer = 'extension:9'") == 2
    assert count(ledger, "allowance_counters WHERE name = 'b'") == 1
    assert months_gone(
        ledger, "acme", Held(arrived_from=noon(date(2025, 1, 1)), arrived_to=noon(date(2025, 2, 1)))
    ) == {"2025-01": ", ".join(sorted(str(path) for path in archive.glob("*-2025-01-1.csv")))}
    assert keep(settings, date(2027, 1, 2)) == 1  # nothing more to be done, and nothing is overdue
    release(ledger, "acme", number, "olga")
    keep(settings, date(2027, 1, 3))
    assert count(ledger, "calls") == count(ledger, "spending WHERE payer = 'extension:9'") == 0


def test_after_an_upgrade_nothing_is_deleted_for_some_days(
    database: str, ledger: DictConnection, caplog: pytest.LogCaptureFixture
) -> None:
    calls = fill(database, ["acme"], [date(2025, 1, 1)])
    ledger.execute("UPDATE schema_version SET applied_at = '2026-12-30 12:00Z' WHERE version >= 36")
    settings, today = settings_with("retention: {grace_days: 3}\n"), date(2027, 1, 1)
    keeper = Keeper(database, "keeper", lambda: settings, lambda: noon(today))
    while HourCounter(database).step():
        pass
    assert not keeper.step()
    assert not keeper.step()
    assert [record.getMessage() for record in caplog.records if "stays" in record.getMessage()] == [
        "what is kept no longer stays until 2027-01-02T12:00:00.000000Z, 3 days after the upgrade"
        " (`retention.grace_days`): `callcontrol retention` shows what will go then"
    ]
    assert count(ledger, "calls") == calls
    today = date(2027, 1, 2)
    while keeper.step():
        pass
    assert count(ledger, "calls") == 0


def test_a_record_that_comes_after_its_month_went_goes_too(database: str, ledger: DictConnection, keep: Keep) -> None:
    fill(database, ["acme"], [date(2025, 1, 1)])
    settings = settings_with()
    keep(settings, date(2026, 12, 1))
    writer = LedgerWriter(database, now=lambda: noon(date(2026, 12, 1)))
    assert writer.write([payload(99, "acme", noon(date(2025, 1, 9)))]) == []
    writer.close()
    assert count(ledger, "hours_to_count") == 0
    keep(settings, date(2026, 12, 2))
    told = ledger.execute(
        "SELECT part, rows FROM retired_months WHERE what = 'calls' AND rows > 0 ORDER BY part"
    ).fetchall()
    assert told == [{"part": 1, "rows": 2}, {"part": 2, "rows": 1}]
    assert days(ledger, "acme") == []
    assert ledger.execute("SELECT sum(calls)::int AS n FROM call_hours").fetchall() == [{"n": 2}]


def test_what_an_export_has_not_delivered_stays(
    database: str, ledger: DictConnection, keep: Keep, tmp_path: Path
) -> None:
    fill(database, ["acme"], [date(2025, 1, 1)])
    settings = settings_with(f"exports: {{books: {{what: calls, folder: {tmp_path}}}}}\n")
    plan = plans_of(settings)["books"]
    opened(ledger, plan.scope)  # it has run before, and is behind
    keep(settings, date(2027, 1, 1))
    assert count(ledger, "calls") == 2
    Exporter(ledger, plan, FolderDelivery(str(tmp_path)), tmp_path / "way").run()
    keep(settings, date(2027, 1, 2))
    assert [part for part in attached(ledger) if part.month < date(2025, 2, 1)] == []
    found = checked(ledger, plan.scope)
    assert (found.rows, found.gone, found.retired, found.is_sound) == (2, 0, 2, True)
    with pytest.raises(ExportRefused, match="rows of it are kept no longer"):
        Exporter(ledger, plan, FolderDelivery(str(tmp_path)), tmp_path / "way").resend(1)


def test_records_of_a_switch_that_the_ledger_has_go_too(tmp_path: Path) -> None:
    settings = settings_with()
    switch = settings.switches["fs1"].model_copy(update={"cdrs": str(tmp_path)})
    settings = settings.model_copy(update={"switches": {"fs1": switch}})
    now = noon(date(2027, 1, 1))
    forget_done(settings, now)  # there is no such folder yet
    (tmp_path / "done").mkdir()
    for name, days in (("old", 366), ("young", 364)):
        path = tmp_path / "done" / f"{name}.cdr.json"
        path.write_text("{}")
        os.utime(path, (now / 1_000_000 - days * 86_400,) * 2)
    forget_done(settings, now)
    assert [path.name for path in (tmp_path / "done").iterdir()] == ["young.cdr.json"]


def test_of_two_hosts_one_keeps(database: str, ledger: DictConnection) -> None:
    fill(database, ["acme"], [date(2025, 1, 1)])
    ledger.execute("UPDATE schema_version SET applied_at = '2020-01-01'")
    settings = settings_with()
    first, second = (Keeper(database, name, lambda: settings, lambda: noon(date(2024, 1, 1))) for name in "ab")
    assert first.step() is False
    other = Keeper(database, "b", lambda: settings, lambda: noon(date(2027, 1, 1)))
    assert [second.step(), other.step()] == [False, False]
    assert count(ledger, "calls") == 2


MAILED = """
    INSERT INTO mails (mail_id, tenant, kind, about, address, source, language, facts, message_id, created_at,
        expires_at, state, state_at, due_at, reason)
    SELECT tenant || at || state, tenant, 'voicemail', at || state, 'x@example.org', 'x', 'en', '{}', 'x',
        at::timestamptz, at::timestamptz, state, at::timestamptz, at::timestamptz, 'x'
    FROM unnest(ARRAY['acme', 'globex']) AS tenant, unnest(ARRAY['2025-03-02', '2025-08-02']) AS at,
        unnest(ARRAY['sent', 'dead', 'queued']) AS state
"""
ATTEMPTED = (
    "INSERT INTO mail_attempts (mail_id, attempt, tenant, began_at) SELECT mail_id, 1, tenant, created_at FROM mails"
)
RECORDED = """
    INSERT INTO media (tenant, media_id, kind, state, cause, began_at, changed_at, on_switch, place, sha256, bytes)
    SELECT tenant, at || state, 'message', state, 'x', '2024-01-01Z', at::timestamptz, state = 'lost', 'x', 'x', 1
    FROM unnest(ARRAY['acme', 'globex']) AS tenant, unnest(ARRAY['2025-03-02', '2025-08-02']) AS at,
        unnest(ARRAY['deleted', 'stored', 'lost']) AS state
"""
ABOUT_MEDIA = (
    "INSERT INTO media_changes SELECT tenant, media_id, state, changed_at, '', changed_at FROM media",
    "INSERT INTO media_hearings (tenant, media_id, at, who, way)"
    " SELECT tenant, media_id, changed_at, 'extension:101', 'phone' FROM media",
    "INSERT INTO message_marks SELECT tenant, media_id, '101', 'deleted', changed_at FROM media",
)
USED = (
    "INSERT INTO allowance_uses SELECT tenant, 'b', 'tenant', month, 'fs1', tenant || month, (month || '-02')::date, 1"
    " FROM unnest(ARRAY['acme', 'globex']) AS tenant, unnest(ARRAY['2025-03', '2025-08']) AS month",
    "INSERT INTO allowance_counters (tenant, name, holder, month, used)"
    " SELECT tenant, name, holder, month, sum(used) FROM allowance_uses GROUP BY 1, 2, 3, 4",
)


def test_mails_media_and_uses_go_when_their_days_are_over(database: str, ledger: DictConnection, keep: Keep) -> None:
    """Each by its own days, 62 of globex; a mail under way, a stored file and one that lies on a switch stay."""
    fill(database, ["acme"], [date(2026, 11, 1)])
    for statement in (MAILED, ATTEMPTED, RECORDED, *ABOUT_MEDIA, *USED):
        ledger.execute(statement.encode())
    settings = settings_with(tenant="retention: {calls: 62, mails: 62, media: 62}\n")
    of_media = ("media", "media_changes", "media_hearings", "message_marks")
    tables = ("mails", "mail_attempts", *of_media, "allowance_uses", "allowance_counters")
    whole = (12, 12, 12, 12, 12, 12, 4, 4)
    left: list[tuple[int, ...]] = []
    for day in (date(2025, 4, 30), date(2025, 6, 30), date(2025, 11, 5), date(2026, 4, 5), date(2026, 9, 5)):
        keep(settings, day)
        left.append(tuple(count(ledger, table) for table in tables))
    assert left == [
        whole,
        (10, 9, 11, 11, 11, 11, 3, 3),  # globex, March; an attempt goes by its own time, whatever becomes of its mail
        (8, 6, 10, 10, 10, 10, 2, 2),  # globex, August
        (6, 3, 9, 9, 9, 9, 1, 1),  # acme, March
        (4, 0, 8, 8, 8, 8, 0, 0),  # acme, August
    ]
    assert {row["state"] for row in ledger.execute("SELECT state FROM mails")} == {"queued"}
    assert {row["state"] for row in ledger.execute("SELECT state FROM media")} == {"stored", "lost"}
