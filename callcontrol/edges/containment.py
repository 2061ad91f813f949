"""Containment: an unexpected error in what a shared loop does for one call, tenant or message stays that one's trouble.

What is read or run for all (a switch's events, the replies of Redis, timers, published messages, adoption) must
go on whatever one of its parts trips over. The error is logged with its traceback and counted, never hidden.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from callcontrol.edges import meters

log = logging.getLogger(__name__)


def note_fault(where: str, what: str, error: Exception, **about: str) -> None:
    """Log an unexpected error with its traceback, and count it.

    Args:
        where: one of `series.FAULT_PLACES`.
        what: what could not be done.
        about: fields of the log line: `call`, `tenant`.
    """
    meters.faults_total.labels(where).inc()
    log.error("%s: %s: %s", what, type(error).__name__, error, exc_info=error, extra=about)


@contextmanager
def contained(where: str, what: str, **about: str) -> Iterator[None]:
    """What is done here may fail without harm to what comes after it; arguments as `note_fault`."""
    try:
        yield
    except Exception as error:
        note_fault(where, what, error, **about)
