"""The second wall: what the web process can read of the ledger, relation by relation."""

from __future__ import annotations

import re
from datetime import date

import psycopg
import pytest
from psycopg import Connection, sql

from callcontrol.billing.record_json import to_json
from callcontrol.edges.ledger.reader import LedgerReader, connect
from callcontrol.edges.ledger.search import Search
from callcontrol.edges.ledger.walls import ROLE, walled
from callcontrol.edges.ledger.writer import LedgerWriter
from callcontrol.vocabulary.rights import NO_TENANT
from callcontrol.vocabulary.wanted import Wanted
from tests.billing.trails import NOON, answered_in_queue, forwarded
from tests.edges.ledger.samples import rated

RELATIONS = """
    SELECT relname, relkind::text, relispartition FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm') ORDER BY 1
"""
# What the role reads, each with the tenants that have rows there once two tenants have the same calls.
READ = {
    *(
        "calls",
        "legs",
        "charges",
        "queue_visits",
        "offers",
        "segments",
        "call_costs",
        "call_hours",
        "queue_hours",
        "hours_to_count",
    ),
    *("missed_contacts", "missed_acts", "missed_cases", "web_sessions", "web_audit"),
    *("accounts", "account_entries", "statements", "allowance_counters", "spending", "webhook_outbox"),
}

# Of these it reads all columns but the secret ones.
BY_COLUMN = {"web_users", "web_tokens", "web_kiosks", "webhooks"}
NEW_WEBHOOK = """
    INSERT INTO webhooks (webhook_id, tenant, url, events, secret, made_by, created_at)
    VALUES (gen_random_uuid(), %s, 'https://crm.example.com/', '{call.ended}', 'sealed', 'ada', now())
"""


@pytest.fixture
def two_tenants(ledger_database: str) -> str:
    """acme has a forwarded call and one in a queue; then both are umbrella's as well. Each is told of its calls."""
    with psycopg.connect(ledger_database, autocommit=True) as owner:
        for tenant in ("acme", "umbrella"):
            owner.execute(NEW_WEBHOOK, (tenant,))
    writer = LedgerWriter(ledger_database, now=lambda: NOON)
    assert writer.write([to_json(rated(forwarded())), to_json(rated(answered_in_queue(3)))]) == []
    writer.close()
    with psycopg.connect(ledger_database, autocommit=True) as owner:
        for table in ("calls", "legs", "charges", "queue_visits", "offers", "segments"):
            columns = [
                row[0]
                for row in owner.execute(
                    "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
                    " AND NOT attisdropped AND attgenerated = '' AND attname <> 'tenant'",
                    (table,),
                )
            ]
            names = sql.SQL(", ").join(map(sql.Identifier, columns))
            owner.execute(
                sql.SQL("INSERT INTO {} (tenant, {}) SELECT 'umbrella', {} FROM {} WHERE tenant = 'acme'").format(
                    sql.Identifier(table), names, names, sql.Identifier(table)
                )
            )
    return ledger_database


def tenants_seen(connection: Connection[tuple[object, ...]], relation: str) -> set[object] | None:
    """Whose rows are seen; None: the relation is not the role's to read."""
    try:
        with connection.transaction():
            found = connection.execute(sql.SQL("SELECT DISTINCT tenant FROM {}").format(sql.Identifier(relation)))
            return {row[0] for row in found}
    except (psycopg.errors.InsufficientPrivilege, psycopg.errors.UndefinedColumn):
        return None


@pytest.mark.parametrize("tenant", ["acme", "umbrella", "elsewhere", NO_TENANT])
def test_each_relation_shows_one_tenant_or_nothing(two_tenants: str, tenant: str) -> None:
    with psycopg.connect(two_tenants) as owner:
        relations = {str(row[0]) for row in owner.execute(RELATIONS.encode())}
    with psycopg.connect(walled(two_tenants, tenant), autocommit=True) as connection:
        seen = {relation: tenants_seen(connection, relation) for relation in relations}
    assert {relation for relation, found in seen.items() if found is not None} - BY_COLUMN == READ
    assert set().union(*(found for found in seen.values() if found)) <= {tenant}
    if tenant in ("acme", "umbrella"):
        assert seen["calls"] == seen["charges"] == seen["queue_visits"] == {tenant}
        assert seen["webhooks"] == seen["webhook_outbox"] == {tenant}


def test_without_a_tenant_nothing_is_seen_and_views_are_closed(two_tenants: str) -> None:
    with psycopg.connect(two_tenants, autocommit=True, options=f"-c role={ROLE}") as connection:
        assert {relation: tenants_seen(connection, relation) for relation in READ} == {name: set() for name in READ}
        assert tenants_seen(connection, "current_charges") is None


def test_the_role_changes_nothing_owns_nothing_and_cannot_leave_its_tenant_by_taking_settings_back(
    two_tenants: str,
) -> None:
    with psycopg.connect(walled(two_tenants, "acme"), autocommit=True) as connection:
        owned = connection.execute("SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole").fetchone()
        assert owned == (0,)
        for statement in (
            "UPDATE calls SET outcome = 'busy'",
            "DELETE FROM charges",
            "UPDATE web_audit SET what = ''",
            "DELETE FROM web_audit",
            "INSERT INTO web_audit (tenant, who, through, address, what, object) VALUES ('acme', '', '', '', '', '')",
            "SELECT password_hash FROM web_users",
            "SELECT token_hash FROM web_tokens",
            "SELECT link_hash FROM web_kiosks",
            "SELECT secret FROM webhooks",
            "SELECT old_secret FROM webhooks",
            "UPDATE webhooks SET url = ''",
            "DELETE FROM webhook_outbox",
            "UPDATE web_kiosks SET queues = '{sales}'",
            "DELETE FROM web_kiosks",
            "UPDATE web_users SET roles = '{operator}'",
            "CREATE TABLE mine (a int)",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement.encode())
        connection.execute("RESET ALL")
        assert connection.execute("SELECT DISTINCT tenant FROM calls").fetchall() == [("acme",)]


def test_a_partition_is_not_read_by_its_name(two_tenants: str) -> None:
    with psycopg.connect(two_tenants) as owner:
        partitions = [str(row[0]) for row in owner.execute(RELATIONS.encode()) if row[2]]
    with psycopg.connect(walled(two_tenants, "acme"), autocommit=True) as connection:
        assert partitions
        assert {tenants_seen(connection, partition) is None for partition in partitions} == {True}


def test_the_history_is_the_same_behind_the_wall(two_tenants: str) -> None:
    with LedgerReader(walled(two_tenants, "acme")) as behind, LedgerReader(two_tenants) as owner:
        wanted = Wanted(tenant="acme", limit=None)
        assert [call.plain() for call in behind.calls(wanted)] == [call.plain() for call in owner.calls(wanted)]
        assert behind.totals(wanted) == owner.totals(wanted)
        assert behind.calls(Wanted(tenant="umbrella")) == []
        assert {call.tenant for call in behind.calls(Wanted())} == {"acme"}


@pytest.mark.parametrize("number", ["+48221234567", "+4822*"])
@pytest.mark.parametrize("name", ["caller", "called", "number"])
def test_numbers_are_compared_so_that_an_index_serves_behind_the_wall(two_tenants: str, name: str, number: str) -> None:
    wanted = Wanted(tenant="acme", **{name: number})  # type: ignore[arg-type]  # names of texts alone
    search = Search(wanted, ["acme"], None, date(2026, 11, 1))
    (statement, _), *_ = search.few(None, 10)
    compared = {operator.decode() for operator in re.findall(rb" (LIKE|=|~>=~|~<=~) \(?(?:'number:' .. )?%", statement)}
    assert compared >= ({"~>=~", "~<=~"} if search.is_broad or number.endswith("*") else {"="})
    with psycopg.connect(two_tenants) as owner:
        found = owner.execute(
            "SELECT o.oprname, p.proleakproof FROM pg_operator o JOIN pg_proc p ON p.oid = o.oprcode"
            " WHERE o.oprname = ANY (%s) AND (o.oprleft, o.oprright) = ('text'::regtype, 'text'::regtype)",
            ([{"LIKE": "~~"}.get(one, one) for one in compared],),
        ).fetchall()
    assert {name for name, is_leakproof in found if is_leakproof} == compared


@pytest.mark.parametrize("tenant", ["", "a b", "acme -c role=postgres", "-x"])
def test_what_is_no_name_of_a_tenant_opens_nothing(tenant: str) -> None:
    with pytest.raises(ValueError, match="is no name of a tenant"):
        walled("host=nowhere", tenant)


def test_who_reads_the_documented_tables_by_a_role_of_its_own_does_so_as_before(two_tenants: str) -> None:
    with psycopg.connect(two_tenants, autocommit=True) as owner:
        owner.execute("CREATE ROLE some_billing_job; GRANT SELECT ON calls TO some_billing_job")
        try:
            owner.execute("SET ROLE some_billing_job")
            assert owner.execute("SELECT count(DISTINCT tenant) FROM calls").fetchone() == (2,)
        finally:
            owner.execute("RESET ROLE")
            owner.execute("DROP OWNED BY some_billing_job; DROP ROLE some_billing_job")


def test_the_settings_of_a_connection_string_are_kept(ledger_database: str) -> None:
    with connect(walled(f"{ledger_database} options='-c jit=off'", "acme")) as connection:
        row = connection.execute("SELECT current_setting('jit') AS jit, current_user AS who").fetchone()
        assert row == {"jit": "off", "who": ROLE}
