"""Webhooks in Postgres: whom tenants tell, and the outbox of what is to be told.

Rows of the outbox are written by whatever writes what they tell of, in its transaction: records and sound files by
triggers (`schema_50.sql`), cases of missed callers by `tell_cases`. A sender claims rows for a while, of each call the
first alone, so that what is of one call arrives in its order; a claim that runs out is another sender's.

Import only after gevent has patched: psycopg decides on import whether its waits let others run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import orjson
from gevent.lock import RLock

from callcontrol.billing.missed.cases import Case
from callcontrol.edges.ledger.job_leases import JobLeases
from callcontrol.edges.ledger.queries import query
from callcontrol.edges.ledger.reader import connect, explained
from callcontrol.edges.ledger.session import DictConnection, transaction
from callcontrol.vocabulary.moment import Instant, datetime_of, instant_of
from callcontrol.vocabulary.webhook import EventKind

STATEMENT_MS: Final = 15_000
FORGOTTEN_AT_ONCE: Final = 2_000
LEASE: Final = "webhooks"
_READ: Final = {
    EventKind.CALL_ENDED: "webhook_call",
    EventKind.CALL_MISSED: "webhook_case",
    EventKind.CASE_CLOSED: "webhook_case",
    EventKind.RECORDING_READY: "webhook_media",
    EventKind.VOICEMAIL_LEFT: "webhook_media",
}


@dataclass(frozen=True, slots=True)
class Webhook:
    """Whom a tenant tells: the columns of `webhooks` but for the secrets, and how much waits and is dead."""

    webhook_id: str
    tenant: str
    url: str
    events: tuple[str, ...]
    made_by: str
    created_at: Instant
    paused_at: Instant | None
    delivered_at: Instant | None
    trouble: str
    waiting: int
    dead: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """A row of the outbox, as people look at it."""

    delivery_id: int
    event_id: str
    kind: str
    call_id: str
    at: Instant
    state: str
    attempts: int
    due_at: Instant
    trouble: str


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row of the outbox that a sender has for a while, and where it goes.

    Attributes:
        attempts: with this one.
        secret, old_secret: sealed; the latter is good until old_until.
    """

    delivery_id: int
    webhook_id: str
    tenant: str
    event_id: str
    kind: str
    call_id: str
    switch: str
    started_day: date | None
    about: str
    at: Instant
    attempts: int
    url: str
    secret: bytes
    old_secret: bytes | None
    old_until: Instant


def tell_cases(connection: DictConnection, changed: Iterable[tuple[str, Case, Case | None]]) -> None:
    """Write what has become of cases into the outbox, in the transaction under way.

    Args:
        changed: the tenant, the case, and what it was before; None: it is new.
    """
    told = [row for tenant, case, before in changed for row in _told(tenant, case, before)]
    if told:
        connection.execute(query("tell_cases"), {"cases": orjson.dumps(told).decode()})


def _told(tenant: str, case: Case, before: Case | None) -> Iterator[dict[str, object]]:
    row: dict[str, object] = {
        "tenant": tenant,
        "number": case.key.number,
        "target": case.key.target,
        "opened_by": case.opened_by,
        "opened_at": datetime_of(case.opened),
        "closed_at": None,
    }
    if before is None:
        yield row | {"kind": EventKind.CALL_MISSED}
    if case.closed is not None and (before is None or before.closed is None):
        yield row | {"kind": EventKind.CASE_CLOSED, "closed_at": datetime_of(case.closed)}


def webhooks_of(connection: DictConnection, tenant: str) -> list[Webhook]:
    """Those of a tenant, the first one first."""
    return [_webhook(row) for row in connection.execute(query("webhooks_of"), {"tenant": tenant})]


def add_webhook(connection: DictConnection, webhook: Webhook, secret: bytes) -> None:
    """A new one; its secret sealed."""
    given = {name: getattr(webhook, name) for name in ("webhook_id", "tenant", "url", "made_by")}
    more = {"events": list(webhook.events), "secret": secret, "now": datetime_of(webhook.created_at)}
    connection.execute(query("add_webhook"), given | more)


def change(connection: DictConnection, name: str, webhook: Webhook, **given: object) -> None:
    """Carry out `change_webhook`, `rotate_webhook`, `pause_webhook`, `remove_webhook` or `test_webhook`."""
    own = {"tenant": webhook.tenant, "webhook_id": webhook.webhook_id}
    connection.execute(query(name), own | given)


def replay(connection: DictConnection, webhook: Webhook, delivery_id: int | None, now: Instant) -> int:
    """Send what was given up again: one of them, or all; how many those are."""
    own = {"tenant": webhook.tenant, "webhook_id": webhook.webhook_id}
    given = own | {"delivery_id": delivery_id, "now": datetime_of(now)}
    return connection.execute(query("replay_webhook"), given).rowcount


def deliveries_of(
    connection: DictConnection, webhook: Webhook, state: str | None, limit: int, before: int | None
) -> list[Delivery]:
    """What was to be told, the latest first."""
    given = {"tenant": webhook.tenant, "webhook_id": webhook.webhook_id, "state": state}
    rows = connection.execute(query("webhook_deliveries"), given | {"limit": limit, "before": before})
    return [_delivery(row) for row in rows]


class Outbox:
    """The outbox, for one sender; a connection of its own, made when it is needed and again after it broke.

    Args:
        by: the process, as leases know it.

    Every method raises NoLedger: Postgres cannot be asked.
    """

    def __init__(self, dsn: str, by: str) -> None:
        self._dsn, self._leases = dsn, JobLeases(by)
        self._connection: DictConnection | None = None
        self._lock = RLock()

    def close(self) -> None:
        """Drop the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def hold(self, for_s: float) -> bool:
        """Be the one sender for so long; False: another process is."""
        with self._ready() as connection:
            return self._leases.hold(connection, LEASE, for_s)

    def due(self, now: Instant) -> list[str]:
        """The webhooks that something is due for."""
        with self._ready() as connection:
            rows = connection.execute(query("webhooks_due"), {"now": datetime_of(now)}).fetchall()
        return [str(row["webhook_id"]) for row in rows]

    def claim(self, webhook_id: str, limit: int, now: Instant, until: Instant) -> list[Claimed]:
        """Take the next ones of a webhook, each of another call, until then."""
        given = {"webhook_id": webhook_id, "limit": limit, "now": datetime_of(now), "until": datetime_of(until)}
        with self._ready() as connection:
            return [_claimed(row) for row in connection.execute(query("claim_deliveries"), given).fetchall()]

    def content(self, claimed: Claimed) -> Mapping[str, Any] | None:
        """What is told, as it stands in the ledger now; None: it is there no more."""
        if claimed.kind not in _READ:
            return {}
        names = ("tenant", "call_id", "switch", "started_day", "about")
        given = {name: getattr(claimed, name) for name in names}
        with self._ready() as connection:
            return connection.execute(query(_READ[EventKind(claimed.kind)]), given).fetchone()

    def settle(self, claimed: Claimed, state: str, trouble: str, *, due: Instant, is_away: bool, now: Instant) -> None:
        """What came of an attempt: `delivered`, `dead`, or `waiting` to be sent again when it is due."""
        row = {"delivery_id": claimed.delivery_id, "attempts": claimed.attempts, "state": state, "trouble": trouble}
        server = {"webhook_id": claimed.webhook_id, "is_taken": not trouble, "is_away": is_away, "trouble": trouble}
        times = {"now": datetime_of(now), "due_at": datetime_of(due)}
        with self._ready() as connection:
            connection.execute(query("settle_delivery"), row | times)
            connection.execute(query("webhook_answered"), server | times)

    def forget(self, before: Instant) -> int:
        """Drop some of what was written before that; how many rows."""
        with self._ready() as connection:
            given = {"before": datetime_of(before), "limit": FORGOTTEN_AT_ONCE}
            return connection.execute(query("forget_deliveries"), given).rowcount

    def figures(self, now: Instant) -> Mapping[str, Any]:
        """How many wait and are dead, and for how long the oldest waits (`oldest_s`)."""
        with self._ready() as connection:
            (row,) = connection.execute(query("webhook_figures"), {"now": datetime_of(now)}).fetchall()
        return row

    @contextmanager
    def _ready(self) -> Iterator[DictConnection]:
        with self._lock:
            try:
                if self._connection is None:
                    self._connection = connect(self._dsn)
                with explained(), transaction(self._connection, statement_timeout=STATEMENT_MS):
                    yield self._connection
            except BaseException:
                self.close()
                raise


def _webhook(row: Mapping[str, Any]) -> Webhook:
    return Webhook(
        str(row["webhook_id"]),
        row["tenant"],
        row["url"],
        tuple(row["events"]),
        row["made_by"],
        instant_of(row["created_at"]),
        _instant(row["paused_at"]),
        _instant(row["delivered_at"]),
        row["trouble"],
        row["waiting"],
        row["dead"],
    )


def _delivery(row: Mapping[str, Any]) -> Delivery:
    plain = {name: row[name] for name in ("delivery_id", "kind", "call_id", "state", "attempts", "trouble")}
    at, due_at = instant_of(row["at"]), instant_of(row["due_at"])
    return Delivery(event_id=str(row["event_id"]), at=at, due_at=due_at, **plain)


def _claimed(row: Mapping[str, Any]) -> Claimed:
    names = ("delivery_id", "tenant", "kind", "call_id", "switch", "started_day", "about", "attempts", "url")
    plain = {name: row[name] for name in (*names, "secret", "old_secret")}
    return Claimed(
        webhook_id=str(row["webhook_id"]),
        event_id=str(row["event_id"]),
        at=instant_of(row["at"]),
        old_until=instant_of(row["old_until"]),
        **plain,
    )


def _instant(at: datetime | None) -> Instant | None:
    return None if at is None else instant_of(at)
