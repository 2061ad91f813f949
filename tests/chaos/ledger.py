"""What Postgres says in the end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import psycopg

from tests.chaos.truth import CallRow, LegRow

_CALLS = "SELECT call_id, outcome, estimated FROM calls"
_LEGS = """
    SELECT leg_id, call_id, (extract(epoch FROM answered_at) * 1000000)::bigint,
           (extract(epoch FROM ended_at) * 1000000)::bigint, estimated
    FROM legs
"""
_VISITS = "SELECT call_id, how FROM queue_visits ORDER BY call_id, visit"


def rows(dsn: str) -> tuple[tuple[CallRow, ...], tuple[LegRow, ...], Mapping[str, tuple[str, ...]]]:
    """Calls, legs, and how each call left its queues."""
    visits: defaultdict[str, tuple[str, ...]] = defaultdict(tuple)
    with psycopg.connect(dsn) as connection:
        calls = tuple(CallRow(*row) for row in connection.execute(_CALLS))
        legs = tuple(LegRow(*row) for row in connection.execute(_LEGS))
        for call_id, how in connection.execute(_VISITS):
            visits[call_id] += (how,)
    return calls, legs, dict(visits)
