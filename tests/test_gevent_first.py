"""What every other test relies on: gevent is in before psycopg, and a test that hangs fails instead."""

from collections.abc import Callable
from types import SimpleNamespace

import gevent
import psycopg
import pytest
from gevent.event import Event

from tests import gevent_first


def wait_for_nobody() -> None:
    with_others = gevent.spawn(gevent.sleep, 3600)
    try:
        Event().wait()
    finally:
        with_others.kill()


def spin() -> None:
    while True:
        pass


def wait_for_one_who_goes_round_in_circles() -> None:
    def circle() -> None:
        while True:
            gevent.sleep(0)

    circling = gevent.spawn(circle)
    try:
        circling.join()
    finally:
        circling.kill()


@pytest.mark.parametrize("hang", [wait_for_nobody, spin, wait_for_one_who_goes_round_in_circles])
def test_a_test_that_hangs_fails(request: pytest.FixtureRequest, hang: Callable[[], None]) -> None:
    gevent_first.pytest_timeout_set_timer(request.node, SimpleNamespace(timeout=0.05))
    with pytest.raises(pytest.fail.Exception, match=r"took longer than 0\.05 s"):
        hang()


def test_a_wait_for_postgres_lets_others_run(database: str) -> None:
    ran = Event()
    with psycopg.connect(database) as connection:
        gevent.spawn(ran.set)
        assert not ran.is_set()
        connection.execute("SELECT pg_sleep(0.05)")
        assert ran.is_set()


def test_every_database_is_empty_and_its_own(database: str, postgres_dsn: str) -> None:
    with psycopg.connect(database) as connection:
        tables = connection.execute("SELECT FROM pg_tables WHERE schemaname = 'public'").fetchall()
        assert tables == []
        assert connection.info.dbname not in postgres_dsn
