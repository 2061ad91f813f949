"""Connections that are kept: whatever went wrong with one, it never shows one tenant's rows to another."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import gevent
import psycopg
import pytest
from psycopg.rows import tuple_row

from callcontrol.edges import web_meters
from callcontrol.edges.ledger import kept_connections
from callcontrol.edges.ledger.kept_connections import AllBusy, KeptConnections, TenantConnection
from callcontrol.edges.ledger.reader import LedgerReader, NoLedger, connect
from callcontrol.edges.ledger.session import DictConnection, transaction
from callcontrol.edges.ledger.walls import ROLE
from callcontrol.vocabulary.rights import NO_TENANT
from callcontrol.vocabulary.wanted import Wanted

WHOSE = b"SELECT DISTINCT tenant FROM web_audit"
BACKEND = b"SELECT pg_backend_pid() AS pid"


@pytest.fixture
def keeper(ledger_database: str) -> Iterator[KeptConnections]:
    """Keeps two; acme and umbrella have a row each."""
    with psycopg.connect(ledger_database, autocommit=True) as owner:
        for tenant in ("acme", "umbrella"):
            owner.execute(
                "INSERT INTO web_audit (tenant, at, who, through, address, what, object)"
                " VALUES (%s, now(), '', 'api', '', '', '')",
                (tenant,),
            )
    kept = KeptConnections(ledger_database, 2)
    yield kept
    kept.stop()


def whose(keeper: KeptConnections, tenant: str) -> set[str]:
    with connect(keeper.of(tenant)) as connection:
        return {row["tenant"] for row in connection.execute(WHOSE)}


def backend(keeper: KeptConnections, tenant: str = "acme") -> int:
    with connect(keeper.of(tenant)) as connection:
        (row,) = connection.execute(BACKEND)
        return int(row["pid"])


def test_one_connection_serves_one_tenant_after_the_other_and_none_in_between(keeper: KeptConnections) -> None:
    first = backend(keeper)
    assert [whose(keeper, tenant) for tenant in ("acme", "umbrella", "elsewhere", NO_TENANT, "acme")] == [
        {"acme"},
        {"umbrella"},
        set(),
        set(),
        {"acme"},
    ]
    assert backend(keeper, "umbrella") == first
    with connect(keeper.of("acme")) as connection:
        assert connection.execute("SELECT current_user AS who").fetchone() == {"who": ROLE}
    # Who still holds it sees nothing.
    assert isinstance(connection, TenantConnection)
    assert connection.execute(WHOSE).fetchall() == []


def test_a_cursor_of_its_own_kind_sees_the_tenant_too(keeper: KeptConnections) -> None:
    with connect(keeper.of("acme")) as connection, connection.cursor(row_factory=tuple_row) as cursor:
        assert cursor.execute(WHOSE).fetchall() == [("acme",)]


def fails(connection: DictConnection) -> None:
    connection.execute("SELECT no_such_column FROM calls")


def fails_in_a_transaction(connection: DictConnection) -> None:
    with connection.transaction():
        connection.execute(WHOSE)
        connection.execute("UPDATE calls SET outcome = 'busy'")


def is_cancelled(connection: DictConnection) -> None:
    with transaction(connection, statement_timeout=1):
        connection.execute("SELECT pg_sleep(5)")


def leaves_a_transaction_open(connection: DictConnection) -> None:
    connection.execute("BEGIN")
    connection.execute(WHOSE)
    raise psycopg.OperationalError("the request went wrong")


def sets_another_tenant(connection: DictConnection) -> None:
    connection.execute("SET cc.tenant = 'acme'")
    connection.execute("RESET role")
    raise psycopg.OperationalError("the request went wrong")


def dies(connection: DictConnection) -> None:
    connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")


def is_given_up(connection: DictConnection) -> None:
    with gevent.Timeout(0.05):
        connection.execute("SELECT pg_sleep(5)")


@pytest.mark.parametrize(
    "mishap",
    [
        fails,
        fails_in_a_transaction,
        is_cancelled,
        leaves_a_transaction_open,
        sets_another_tenant,
        dies,
        is_given_up,
    ],
)
def test_whatever_goes_wrong_the_next_tenant_sees_its_own_rows(
    keeper: KeptConnections, mishap: Callable[[DictConnection], None]
) -> None:
    assert whose(keeper, "acme") == {"acme"}
    with pytest.raises((psycopg.Error, gevent.Timeout)), connect(keeper.of("acme")) as connection:
        mishap(connection)
    for tenant in ("umbrella", "elsewhere", "acme"):
        assert whose(keeper, tenant) == ({tenant} if tenant != "elsewhere" else set())
    with connect(keeper.of("umbrella")) as connection:
        assert connection.execute("SELECT current_user AS who").fetchone() == {"who": ROLE}


def test_after_postgres_was_restarted_the_next_request_has_a_new_connection(
    keeper: KeptConnections, ledger_database: str
) -> None:
    gone = backend(keeper)
    with psycopg.connect(ledger_database, autocommit=True) as owner:
        owner.execute("SELECT pg_terminate_backend(%s, 5000)", (gone,))
    assert whose(keeper, "umbrella") == {"umbrella"}
    assert backend(keeper) != gone


def test_one_too_many_waits_its_deadline_and_is_told_why(
    keeper: KeptConnections, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_connections, "WAIT_S", 0.05)
    with connect(keeper.of("acme")), connect(keeper.of("umbrella")):
        with pytest.raises(AllBusy, match=r"web\.connections"):
            connect(keeper.of("acme"))
        waiting = gevent.spawn(whose, keeper, "acme")
        monkeypatch.setattr(kept_connections, "WAIT_S", 5.0)
        gevent.sleep(0)
        lent = web_meters.ledger_connections.labels("lent")
        assert lent._value.get() == 2
    assert waiting.get(timeout=5) == {"acme"}
    assert lent._value.get() == 0


def test_long_answers_leave_half_of_them_to_the_others(
    keeper: KeptConnections, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_connections, "WAIT_S", 0.05)
    with connect(keeper.of("acme", is_long=True)):
        with pytest.raises(AllBusy):
            connect(keeper.of("acme", is_long=True))
        assert whose(keeper, "umbrella") == {"umbrella"}
    with connect(keeper.of("acme", is_long=True)) as again:
        assert len(again.execute(WHOSE).fetchall()) == 1


def test_old_and_idle_ones_are_closed(keeper: KeptConnections, monkeypatch: pytest.MonkeyPatch) -> None:
    first = backend(keeper)
    monkeypatch.setattr(kept_connections, "LIFE_S", -1.0)
    second = backend(keeper)
    assert second != first
    monkeypatch.undo()
    monkeypatch.setattr(kept_connections, "IDLE_S", -1.0)
    backend(keeper)
    monkeypatch.undo()
    assert backend(keeper) != second


def test_while_postgres_is_away_it_is_said_at_once_and_takes_no_place() -> None:
    away = KeptConnections("host=/nowhere dbname=none", 2)
    for _ in range(5):
        with pytest.raises(NoLedger, match="cannot be reached"):
            connect(away.of("acme"))
    with pytest.raises(ValueError, match="is no name of a tenant"):
        away.of("acme -c role=postgres")


def test_the_history_is_read_at_one_moment_and_by_pages(keeper: KeptConnections) -> None:
    with LedgerReader(keeper.of("acme")) as reader:
        assert reader.calls(Wanted(tenant="acme")) == []
        assert [*reader.pages(Wanted(tenant="acme"))] == []
        totals = reader.totals(Wanted(tenant="acme"))
    assert totals is not None
    assert totals.calls == 0
