"""Real Redis and Postgres for every test that asks; one server each per run (and worker), empty per test.

- `redis_url`, `postgres_dsn`: the shared servers.
- `redis_client`: a client of the shared Redis, which is empty when the test begins.
- `empty_database`, and where nothing else is said `database`: the DSN of an empty Postgres database of the test's own.
- `ledger_database`: the DSN of one that has the ledger's tables already, with no rows: for tests that write and read
  records, and are not about how the tables come to be.
- `restartable_redis`, `restartable_postgres`: a server to stop(), kill() (as -9) and start() again at the
  same `address`; running and empty when the test begins.
"""

from tests import gevent_first  # isort: skip  (patches gevent: nothing may be imported before it)

import gc
import logging
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from psycopg import sql
from psycopg.conninfo import make_conninfo
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from callcontrol.edges.embedded import EmbeddedPostgres, EmbeddedRedis
from callcontrol.edges.embedded.postgres_server import DATABASE
from callcontrol.edges.ledger.writer import LedgerWriter
from tests.billing.trails import NOON

pytest_timeout_set_timer = gevent_first.pytest_timeout_set_timer
pytest_timeout_cancel_timer = gevent_first.pytest_timeout_cancel_timer

# A timing is never asserted: how long an example takes says nothing on a busy machine.
settings.register_profile("callcontrol", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("callcontrol")

# Collecting makes a million objects and no garbage: to look for it meanwhile takes a third of the time.
gc.disable()

STORE_TIMEOUT_S = 10.0
# What waits for real processes is spread among what computes, so that the machine is neither idle nor crowded; it has
# begun when AHEAD of the others has: of several workers none is then left alone with it in the end.
WAITING = (
    "tests/stories/",
    "tests/simulation/",
    "tests/daemon/",
    "tests/supervisor/",
    "tests/chaos/",
    "tests/upgrade/",
    "tests/jobs/",
)
AHEAD = 0.8
_database_numbers = count(1)
OTHERS_GO = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid != pg_backend_pid()
"""
# Not TRUNCATE, which makes files anew for every partition and index. What the migrations noted stays; no trigger keeps
# what is deleted. A table without a page never had a row: planning its DELETE would cost more than all else.
EMPTY_TABLES = """
    SET LOCAL session_replication_role = replica;
    DO $$
    DECLARE one record;
    BEGIN
        FOR one IN SELECT relname FROM pg_class
            WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
            AND relname NOT IN ('schema_version', 'ledger_clusters') AND pg_relation_size(oid) > 0
        LOOP
            EXECUTE format('DELETE FROM %I', one.relname);
        END LOOP;
        FOR one IN SELECT seqrelid, seqstart FROM pg_sequence
            WHERE seqrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)
        LOOP
            PERFORM setval(one.seqrelid, one.seqstart, false);
        END LOOP;
    END $$
"""


@pytest.fixture(autouse=True)
def log_handlers_as_before() -> Iterator[None]:
    """A command run within a test sets up the process's log; the next test must not write to its closed stream."""
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    files = list(dict.fromkeys(file_of(item) for item in items))
    waiting = sorted((file for file in files if file.startswith(WAITING)), key=rank)
    others = [file for file in files if not file.startswith(WAITING)]
    place = {file: at / len(others) for at, file in enumerate(others)}
    place |= {file: AHEAD * at / len(waiting) for at, file in enumerate(waiting)}
    items.sort(key=lambda item: place[file_of(item)])


def file_of(item: pytest.Item) -> str:
    return item.nodeid.partition("::")[0]


def rank(file: str) -> int:
    """Which of the waiting folders it is in."""
    return next(at for at, begins in enumerate(WAITING) if file.startswith(begins))


def pytest_collection_finish() -> None:
    """From here on garbage is looked for, but never among what all tests share."""
    gc.collect()
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session")
def stores_folder() -> Iterator[Path]:
    """A short path (sockets!), removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="callcontrol-test-") as folder:
        Path(folder).chmod(0o711)  # as root, Postgres runs under another account and needs access
        yield Path(folder)


@pytest.fixture(scope="session")
def redis_url(stores_folder: Path) -> Iterator[str]:
    """URL of the run's Redis."""
    with EmbeddedRedis(stores_folder / "redis") as url:
        yield url


@pytest.fixture(scope="session")
def postgres_dsn(stores_folder: Path) -> Iterator[str]:
    """DSN of the run's Postgres; for a database of your own ask for `database`."""
    with EmbeddedPostgres(stores_folder / "postgres", durable=False) as dsn:
        yield dsn


@pytest.fixture
def redis_client(redis_url: str) -> Iterator[Redis]:
    """A client (bytes in, bytes out; no retries) of an empty Redis."""
    with Redis.from_url(redis_url, socket_timeout=STORE_TIMEOUT_S, retry=Retry(NoBackoff(), 0)) as client:
        client.flushall()
        client.script_flush()
        yield client


@pytest.fixture
def empty_database(postgres_dsn: str) -> Iterator[str]:
    """DSN of a new empty database, dropped afterwards together with whatever is still connected to it."""
    name = f"test_{next(_database_numbers)}"
    with psycopg.connect(postgres_dsn, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    yield make_conninfo(postgres_dsn, dbname=name)
    with psycopg.connect(postgres_dsn, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def database(empty_database: str) -> str:
    """The database of the test; folders whose tests are not about the tables put `ledger_database` in its place."""
    return empty_database


@pytest.fixture(scope="session")
def ledger_tables(postgres_dsn: str) -> str:
    """DSN of a database with the ledger's tables, and their partitions around the noon of the sample calls."""
    with psycopg.connect(postgres_dsn, autocommit=True) as connection:
        connection.execute("CREATE DATABASE ledger")
    dsn = make_conninfo(postgres_dsn, dbname="ledger")
    writer = LedgerWriter(dsn, now=lambda: NOON)
    assert writer.write([]) == []
    writer.close()
    return dsn


@pytest.fixture
def ledger_database(ledger_tables: str) -> str:
    """DSN of a database with the ledger's tables, all of them empty, without connections.

    Making the tables takes longer than most tests of what is in them.
    """
    with psycopg.connect(ledger_tables) as connection:
        connection.execute(OTHERS_GO)
        connection.execute(EMPTY_TABLES)
    return ledger_tables


@pytest.fixture
def restartable_redis(stores_folder: Path) -> Iterator[EmbeddedRedis]:
    """A Redis of the test's own, running."""
    with tempfile.TemporaryDirectory(dir=stores_folder) as folder:
        server = EmbeddedRedis(Path(folder))
        with server:
            yield server


@pytest.fixture(scope="session")
def second_postgres(stores_folder: Path) -> Iterator[EmbeddedPostgres]:
    """The server behind restartable_postgres: making a cluster takes a second, so there is one."""
    server = EmbeddedPostgres(stores_folder / "second", durable=False)
    with server:
        yield server


@pytest.fixture
def restartable_postgres(second_postgres: EmbeddedPostgres) -> EmbeddedPostgres:
    """A Postgres to stop, kill and start, running; the database of its address is empty."""
    if not second_postgres.is_running:
        second_postgres.start()
    maintenance = make_conninfo(second_postgres.address, dbname="postgres")
    with psycopg.connect(maintenance, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {DATABASE}")
    return second_postgres
