"""Real Redis and Postgres for every test that asks; one server each per run (and worker), empty per test.

- `redis_url`, `postgres_dsn`: the shared servers.
- `redis_client`: a client of the shared Redis, which is empty when the test begins.
- `database`: the DSN of an empty Postgres database of the test's own.
- `restartable_redis`, `restartable_postgres`: a server to stop(), kill() (as -9) and start() again at the
  same `address`; running and empty when the test begins.
"""

from tests import gevent_first  # isort: skip  (patches gevent: nothing may be imported before it)

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

pytest_timeout_set_timer = gevent_first.pytest_timeout_set_timer
pytest_timeout_cancel_timer = gevent_first.pytest_timeout_cancel_timer

# A timing is never asserted: how long an example takes says nothing on a busy machine.
settings.register_profile("callcontrol", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("callcontrol")

STORE_TIMEOUT_S = 10.0
# What waits for real processes begins first: of several workers none is then left alone with it in the end.
WAITING = ("tests/stories/", "tests/daemon/", "tests/supervisor/", "tests/chaos/", "tests/jobs/")
_database_numbers = count(1)


@pytest.fixture(autouse=True)
def log_handlers_as_before() -> Iterator[None]:
    """A command run within a test sets up the process's log; the next test must not write to its closed stream."""
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def rank(item: pytest.Item) -> int:
        return next((at for at, begins in enumerate(WAITING) if item.nodeid.startswith(begins)), len(WAITING))

    items.sort(key=rank)


@pytest.fixture(scope="session")
def stores_folder() -> Iterator[Path]:
    """A short path (sockets!), removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="callcontrol-test-") as folder:
        Path(folder).chmod(0o711)  # as root, Postgres runs as somebody else and has to pass
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
def database(postgres_dsn: str) -> Iterator[str]:
    """DSN of a new empty database, dropped afterwards together with whatever is still connected to it."""
    name = f"test_{next(_database_numbers)}"
    with psycopg.connect(postgres_dsn, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    yield make_conninfo(postgres_dsn, dbname=name)
    with psycopg.connect(postgres_dsn, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


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
