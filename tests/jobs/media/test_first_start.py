"""At a first start the job waits until a worker has made the ledger's tables: no loop complains of them."""

from __future__ import annotations

import logging

import gevent
import psycopg
import pytest

from callcontrol.edges.ledger.schema import apply_schema, has_tables
from callcontrol.jobs.media import job
from callcontrol.jobs.media.job import JobContext, MediaJob


class Loops:
    """Stands for the loops: whether they run."""

    loops: tuple[object, ...] = ()
    runs = False

    def start(self) -> None:
        self.runs = True

    def stop(self, deadline_s: float) -> None:
        self.runs = False


def test_loops_begin_with_the_tables(
    empty_database: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    runner = Loops()
    monkeypatch.setattr(job, "Runner", lambda _: runner)
    monkeypatch.setattr(job, "loops_of", lambda _: ())
    monkeypatch.setattr(job, "TABLES_LOOK_S", 0.01)
    made = MediaJob(JobContext("job", lambda: None, empty_database, ""))  # type: ignore[arg-type, return-value]
    running = gevent.spawn(made.run)
    gevent.sleep(0.1)
    began_before_tables = runner.runs
    with psycopg.connect(empty_database, autocommit=True) as connection:
        apply_schema(connection)
    with gevent.Timeout(10):
        while not runner.runs:
            gevent.sleep(0.01)
    made.stopped.set()
    assert running.get(timeout=10) == 0
    assert not began_before_tables
    assert [one.getMessage() for one in caplog.records].count(
        "the media job waits for a worker to make the ledger's tables"
    ) == 1


def test_where_postgres_is_away_there_is_nothing_to_wait_for(empty_database: str) -> None:
    assert has_tables("host=/nowhere dbname=none")
    assert not has_tables(empty_database)
