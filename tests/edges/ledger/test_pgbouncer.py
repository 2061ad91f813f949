"""The ledger through PgBouncer in transaction mode: each transaction may meet another server connection.

Runs where pgbouncer is (conftest.py).
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from redis import Redis

from callcontrol.daemon.configuration import read_configuration
from callcontrol.edges.freeswitch.cdr_folder import CdrFolder
from callcontrol.edges.ledger.history import alone
from callcontrol.edges.ledger.reader import LedgerReader
from callcontrol.edges.ledger.session import open_session
from callcontrol.edges.ledger.statistics import agent_statistics, queue_statistics
from callcontrol.edges.ledger.writer import LedgerWriter
from callcontrol.jobs.reconcile import Reconciler
from callcontrol.simulator.stories.stage import free_ports
from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.vocabulary.wanted import Wanted
from tests.billing.trails import NOON
from tests.config.example import EXAMPLE
from tests.edges.ledger.conftest import PGBOUNCER
from tests.edges.ledger.samples import payload, queue_payload
from tests.jobs.cdr import CALLER, OUTSIDE, put, seen
from tests.jobs.test_reconcile_folder import SEEN_AT

WITHIN_S = 10
SERVER_CONNECTIONS = 4

INI = """[databases]
* = host={host} port={port} user={user} {password}
[pgbouncer]
pool_mode = transaction
listen_addr = 127.0.0.1
listen_port = {listen}
unix_socket_dir =
auth_type = any
default_pool_size = {size}
server_round_robin = 1
"""


@pytest.fixture
def database(empty_database: str) -> str:
    """These tests are about how the tables come to be."""
    return empty_database


@pytest.fixture
def bouncer(stores_folder: Path, database: str) -> Iterator[str]:
    """DSN of the test's database through a PgBouncer that gives every transaction the next server connection."""
    server, listen = conninfo_to_dict(database), free_ports(1)[0]
    password = f"password={server['password']}" if "password" in server else ""
    given = {"host": server["host"], "port": server.get("port", 5432), "user": server["user"], "password": password}
    ini = stores_folder / "pgbouncer.ini"
    ini.write_text(INI.format(**given, listen=listen, size=SERVER_CONNECTIONS))
    ini.chmod(0o644)
    as_whom = ["-u", "nobody"] if os.geteuid() == 0 else []  # as root it refuses to run
    assert PGBOUNCER is not None
    with subprocess.Popen([PGBOUNCER, "-q", *as_whom, str(ini)], stderr=subprocess.PIPE, text=True) as process:
        dsn = make_conninfo(database, host="127.0.0.1", port=str(listen), password=None)
        try:
            _answers(dsn, process)
            _open_all(dsn)
            yield dsn
        finally:
            process.send_signal(signal.SIGKILL)


def _answers(dsn: str, process: subprocess.Popen[str]) -> None:
    until = time.monotonic() + WITHIN_S
    while True:
        try:
            psycopg.connect(dsn).close()
            return
        except psycopg.OperationalError as error:
            if process.poll() is not None or time.monotonic() > until:
                said = process.stderr.read() if process.stderr and process.poll() is not None else ""
                raise AssertionError(f"pgbouncer does not serve: {error} {said}") from error
            time.sleep(0.05)


def _open_all(dsn: str) -> None:
    """As many transactions at once as there may be server connections: all of them are there from then on."""
    with ExitStack() as stack:
        for _ in range(SERVER_CONNECTIONS):
            stack.enter_context(psycopg.connect(dsn)).execute("SELECT 1")


def settings_of_others(dsn: str) -> set[tuple[str, ...]]:
    """What a program that shares the pool finds set on its server connections."""
    with psycopg.connect(dsn, autocommit=True, prepare_threshold=None) as other:
        shown = b"SELECT current_setting('statement_timeout'), current_setting('jit'), current_setting('IntervalStyle')"
        return {other.execute(shown).fetchall()[0] for _ in range(2 * SERVER_CONNECTIONS)}


def test_the_pool_gives_each_transaction_another_server(bouncer: str) -> None:
    """Otherwise the other tests here would show nothing."""
    with psycopg.connect(bouncer, autocommit=True, prepare_threshold=None) as one:
        pids = {one.execute("SELECT pg_backend_pid()").fetchall()[0] for _ in range(SERVER_CONNECTIONS)}
    assert len(pids) == SERVER_CONNECTIONS


def test_records_are_written_and_read_by_two_at_once(bouncer: str) -> None:
    before = settings_of_others(bouncer)
    writers = [LedgerWriter(bouncer, now=lambda: NOON) for _ in range(3)]
    for n in range(12):
        assert writers[n % 3].write([payload(n)]) == []
        assert writers[(n + 1) % 3].write([payload(n), queue_payload(100 + n)]) == []
    with LedgerReader(bouncer) as one, LedgerReader(bouncer) as other:
        for reader in (one, other, one):
            sums = reader.totals(Wanted(limit=1))
            assert sums is not None
            assert len(reader.calls(Wanted(limit=None))) == sums.calls == 24
    for writer in writers:
        writer.close()
    assert settings_of_others(bouncer) == before


def test_each_client_keeps_its_own_zone_and_style(bouncer: str) -> None:
    with psycopg.connect(bouncer, autocommit=True, prepare_threshold=None) as other, open_session(bouncer) as own:
        other.execute("SET TimeZone TO 'Asia/Kathmandu'; SET DateStyle TO 'German, DMY'")
        for _ in range(2 * SERVER_CONNECTIONS):
            other.execute("SELECT 1")
            shown = own.execute("SELECT timestamptz 'epoch'::text, current_setting('transaction_isolation')")
            assert shown.fetchall() == [("1970-01-01 00:00:00+00", "read committed")]


def test_statistics(bouncer: str) -> None:
    writer = LedgerWriter(bouncer, now=lambda: NOON)
    assert writer.write([queue_payload(n) for n in range(4)]) == []
    writer.close()
    period = (Instant(NOON - 3600 * SECOND_US), Instant(NOON + 3600 * SECOND_US))
    (queue,) = queue_statistics(bouncer, "acme", *period, in_time_s=20, short_s=5)
    assert queue.entered == queue.answered == 4
    assert sum(agent.talks for agent in agent_statistics(bouncer, "acme", *period)) == 4


def test_one_at_a_time_reconciles_a_switch_and_lets_go(bouncer: str) -> None:
    for _ in range(2 * SERVER_CONNECTIONS):
        with alone(bouncer, "fs1") as first, alone(bouncer, "fs1") as second, alone(bouncer, "fs2") as elsewhere:
            assert (first, second, elsewhere) == (True, False, True)
    with psycopg.connect(bouncer, autocommit=True, prepare_threshold=None) as other:
        assert other.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'").fetchall() == [(0,)]


def test_a_pass_over_a_switchs_own_records(bouncer: str, tmp_path: Path, redis_url: str, redis_client: Redis) -> None:
    folder = tmp_path / "json_cdr"
    folder.mkdir()
    for leg, prefix in ((OUTSIDE, ""), (CALLER, "a_")):
        put(folder, leg, seen(leg), Instant(SEEN_AT + 60 * SECOND_US), prefix)
    found = read_configuration(EXAMPLE)
    job = Reconciler(
        lambda: found.settings, found.tariffs.get, bouncer, redis_url, lambda: Instant(SEEN_AT + 3600 * SECOND_US)
    )
    assert job.reconcile("fs1", CdrFolder(folder)) == {"added": 2}
    assert job.reconcile("fs1", CdrFolder(folder)) == {}
    with LedgerReader(bouncer) as reader:
        (call,) = reader.calls(Wanted())
    assert {leg.leg_id for leg in call.legs} >= {OUTSIDE}
