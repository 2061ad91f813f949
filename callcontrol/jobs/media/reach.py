"""Stores that are away while a step of a loop needs them: nothing is wrong with the step, and it is tried again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from callcontrol.config.credentials import said_by
from callcontrol.edges.ledger.reader import NoLedger
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.jobs.media.loops import OutOfReach


@contextmanager
def within_reach(*others: type[Exception]) -> Iterator[None]:
    """What is done within needs Postgres or Redis.

    Args:
        others: further failures that are told as they are.

    Raises:
        OutOfReach: one of them is away; says which, and why.
    """
    told: tuple[type[Exception], ...] = (NoLedger, LiveStateError, *others)
    try:
        yield
    except psycopg.Error as error:
        raise OutOfReach(f"Postgres: {said_by(error)}") from error
    except told as error:
        raise OutOfReach(str(error)) from error
