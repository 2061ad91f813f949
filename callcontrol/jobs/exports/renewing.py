"""Keeps the lease of a piece of work that takes longer than the lease."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import gevent
import psycopg

from callcontrol.edges.ledger.job_leases import JobLeases
from callcontrol.edges.ledger.reader import NoLedger, connect

log = logging.getLogger("callcontrol.exports")


@contextmanager
def renewed(dsn: str, leases: JobLeases, name: str, for_s: float) -> Iterator[None]:
    """While this runs the lease is taken anew three times within its length, on a connection of its own each time.

    Where Postgres does not answer it is tried again; a lease that is lost all the same is told in the log. The work
    goes on: no lease, but a lock of the transaction keeps two from closing the same batch.
    """
    renewing = gevent.spawn(_renew, dsn, leases, name, for_s)
    try:
        yield
    finally:
        renewing.kill()


def _renew(dsn: str, leases: JobLeases, name: str, for_s: float) -> None:
    while True:
        gevent.sleep(for_s / 3)
        try:
            with connect(dsn) as connection:
                if not leases.hold(connection, name, for_s):
                    log.warning("another process has the lease of %s, which goes on here", name)
        except (NoLedger, psycopg.Error) as error:
            log.warning("the lease of %s is not renewed: %s", name, error)
