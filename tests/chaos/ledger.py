"""What Postgres says in the end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

import gevent
import psycopg

from callcontrol.edges import clock
from callcontrol.edges.ledger.accounts import EntryKind, NewEntry, balance_of, enter, faults_of
from callcontrol.vocabulary.call import call_id_of
from callcontrol.vocabulary.credit import amount_of
from tests.chaos.centre import ACCOUNT, PAID_IN, TENANT
from tests.chaos.truth import CallRow, LegRow, MediaRow

TABLES_S = 60  # on a busy machine

_CALLS = "SELECT call_id, outcome, estimated FROM calls"
_LEGS = """
    SELECT leg_id, call_id, (extract(epoch FROM answered_at) * 1000000)::bigint,
           (extract(epoch FROM ended_at) * 1000000)::bigint, estimated
    FROM legs
"""
_MEDIA = """
    SELECT media_id, call_id, coalesce(kind, ''), state, cause, regexp_replace(path, '.*/', '') FROM media
    WHERE path <> '' OR state <> 'lost'
"""
# Of each leg the revision that holds.
_CHARGED = """
    SELECT sum(amount) FROM (
        SELECT DISTINCT ON (switch, leg_id) amount, status FROM charges WHERE payer = %(payer)s
        ORDER BY switch, leg_id, revision DESC
    ) AS held WHERE status = 'rated'
"""
_VISITS = "SELECT call_id, how FROM queue_visits ORDER BY call_id, visit"


def rows(
    dsn: str, channels: Iterable[str]
) -> tuple[tuple[CallRow, ...], tuple[LegRow, ...], Mapping[str, tuple[str, ...]]]:
    """Calls, legs, and how each call left its queues.

    Args:
        channels: those of the callers. A call goes by its caller's, whatever id the version that had it gave it.
    """
    channel_of = {call_id_of(channel): channel for channel in channels}
    visits: defaultdict[str, tuple[str, ...]] = defaultdict(tuple)
    with psycopg.connect(dsn) as connection:
        calls = [CallRow(*row) for row in connection.execute(_CALLS)]
        legs = [LegRow(*row) for row in connection.execute(_LEGS)]
        for call_id, how in connection.execute(_VISITS):
            visits[channel_of.get(str(call_id), str(call_id))] += (str(how),)
    return (
        tuple(replace(row, call_id=channel_of.get(row.call_id, row.call_id)) for row in calls),
        tuple(replace(row, call_id=channel_of.get(row.call_id, row.call_id)) for row in legs),
        dict(visits),
    )


def media(dsn: str) -> tuple[MediaRow, ...]:
    """Messages and recorded conversations; one that never had a file, for its announcement was not heard, is none."""
    with psycopg.connect(dsn) as connection:
        return tuple(MediaRow(*row) for row in connection.execute(_MEDIA))


def pay_in(dsn: str) -> None:
    """The prepaid extension's account has money, as soon as the daemon has made the tables."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        due_s = clock.monotonic() + TABLES_S
        while connection.execute("SELECT to_regclass('accounts')").fetchone() == (None,):
            if clock.monotonic() > due_s:
                raise RuntimeError(f"the daemon has not made the ledger's tables within {TABLES_S} s")
            gevent.sleep(0.1)
        enter(connection, NewEntry(ACCOUNT, EntryKind.TOP_UP, PAID_IN, "chaos begins", "chaos", "chaos"))


def books(dsn: str) -> Iterator[str]:
    """What does not add up in the books: an entry, or a balance that is not what was paid in less the charges."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        for fault in faults_of(connection, TENANT):
            yield str(fault)
        balance = amount_of(balance_of(connection, ACCOUNT).units)
        row = connection.execute(_CHARGED, {"payer": ACCOUNT.name}).fetchone()
    charged = row[0] if row is not None and row[0] is not None else Decimal(0)
    if balance != PAID_IN - charged:
        yield f"{PAID_IN} was paid in and {charged} charged; {balance} is on {ACCOUNT}"
