"""The mail queue in Postgres: mails are added, taken by one sender at a time, and settled by what the server answers.

A mail that is being sent is leased: when the lease ends its sender has died, and another one takes the mail and sends
it again with the same Message-ID. Statements are short; none is open while a server is spoken to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from typing import Any, Final

import msgspec
import orjson
from psycopg import Connection
from psycopg.rows import dict_row

from callcontrol.edges.ledger.queries import query
from callcontrol.edges.ledger.session import transaction
from callcontrol.vocabulary.mail import (
    Answer,
    AttemptOutcome,
    Mail,
    MailFacts,
    MailKind,
    MailState,
    back_off_s,
    mail_id_of,
)
from callcontrol.vocabulary.moment import SECOND_US, Instant, datetime_of, instant_of

AWAY_S: Final = 60  # the mail waits for the server, whose fault it is, so that its own pauses grow no longer
STATEMENT_TIMEOUT_MS: Final = 15_000

# Opens a connection, or uses one that is open; raises whatever its owner raises.
Ready = Callable[[], AbstractContextManager[Connection[Any]]]


@dataclass(frozen=True, slots=True)
class Claimed:
    """A mail that this sender has for a while.

    Attributes:
        attempt: 1 for the first.
        refusals: how often the server did not take it for the time being.
    """

    mail: Mail
    attempt: int
    refusals: int


def new_mail(
    tenant: str, kind: MailKind, about: str, address: str, *, source: str, language: Any, facts: MailFacts, domain: str
) -> Mail:
    """A mail that is not stored yet; `domain` is that of the sender's address."""
    mail_id = mail_id_of(tenant, kind, about, address)
    return Mail(
        mail_id=mail_id,
        tenant=tenant,
        kind=kind,
        about=about,
        address=address,
        source=source,
        language=language,
        facts=facts,
        message_id=f"<{mail_id}@{domain}>",
        created_at=Instant(0),
    )


class MailQueue:
    """The queue, for one process; several processes share the table.

    Args:
        ready: connects. Whatever it raises comes out of every method.
    """

    def __init__(self, ready: Ready) -> None:
        self._ready = ready

    def add(self, mails: Sequence[Mail], now: Instant, expires_at: Instant) -> int:
        """Queue mails, each once for ever; returns how many were new. `created_at` becomes `now`."""
        params = {"mails": _json(mails), "now": datetime_of(now), "expires_at": datetime_of(expires_at)}
        return len(self._run("add_mails", params)) if mails else 0

    def claim(self, rates: Mapping[str, int], by: str, now: Instant, lease_until: Instant) -> Claimed | None:
        """Take the mail that is due longest, of a tenant whose rate allows one; None: there is none.

        Args:
            rates: mails a minute, by tenant; those of other tenants stay.
            by: this sender.
        """
        allowed = [{"tenant": tenant, "per_minute": rate} for tenant, rate in rates.items()]
        until = {"lease_until": datetime_of(lease_until), "by": by}
        params = {"rates": orjson.dumps(allowed).decode(), "now": datetime_of(now), **until}
        with self._ready() as connection, transaction(connection, statement_timeout=STATEMENT_TIMEOUT_MS):
            connection.execute(query("lock_mails"))
            row = _rows(connection, "claim_mail", params)
        return Claimed(_mail(row[0]), row[0]["attempts"], row[0]["refusals"]) if row else None

    def settle(self, claimed: Claimed, answer: Answer, now: Instant) -> None:
        """Note what came of an attempt, and what follows from it."""
        mail_id = claimed.mail.mail_id
        state, due_at = _following(claimed, answer, now)
        which = {"mail_id": mail_id, "attempt": claimed.attempt, "now": datetime_of(now)}
        noted = {"outcome": answer.outcome, "code": answer.code, "answer": answer.text}
        following = {
            "state": state,
            "due_at": datetime_of(due_at),
            "refused": int(answer.outcome in (AttemptOutcome.DEFERRED, AttemptOutcome.UNSURE)),
            "reason": f"{answer.code} {answer.text}" if answer.code else answer.text,
        }
        with self._ready() as connection, transaction(connection, statement_timeout=STATEMENT_TIMEOUT_MS):
            connection.execute(query("end_attempt"), {**which, **noted})
            connection.execute(query("settle_mail"), {**which, **following})
            if answer.is_address_dead:
                dead = {"mail_id": mail_id, "now": datetime_of(now), "reason": following["reason"]}
                connection.execute(query("address_dies"), dead)

    def come_back(self, mail_id: str, reason: str, *, is_dead: bool, now: Instant) -> bool:
        """A report says that the mail was not delivered; False: there is no such mail, or it has failed already."""
        params = {"mail_id": mail_id, "reason": reason, "now": datetime_of(now)}
        with self._ready() as connection, transaction(connection, statement_timeout=STATEMENT_TIMEOUT_MS):
            found = _rows(connection, "mail_comes_back", {**params, "reason": f"it came back: {reason}"})
            if found and is_dead:
                connection.execute(query("address_dies"), params)
        return bool(found)

    def expire(self, now: Instant) -> int:
        """Give up what the server has not taken in its time; returns how many mails that were."""
        return len(self._run("expire_mails", {"now": datetime_of(now)}))

    def forget(self, before: Instant) -> int:
        """Delete mails that ended before that, and what was told of files that are deleted; returns how many mails."""
        with self._ready() as connection, transaction(connection, statement_timeout=STATEMENT_TIMEOUT_MS):
            connection.execute(query("forget_transcripts"))
            connection.execute(query("forget_erased"))
            return connection.execute(query("forget_mails"), {"before": datetime_of(before)}).rowcount

    def figures(self) -> tuple[dict[MailState, int], Instant | None, int]:
        """How many mails there are in each state; when the oldest was queued that is to be sent; dead addresses."""
        with self._ready() as connection, transaction(connection, statement_timeout=STATEMENT_TIMEOUT_MS):
            rows = _rows(connection, "mail_figures", {})
            (dead,) = _rows(connection, "dead_addresses_count", {})
        oldest = min((row["oldest"] for row in rows if row["oldest"] is not None), default=None)
        counts = dict.fromkeys(MailState, 0) | {MailState(row["state"]): row["mails"] for row in rows}
        return counts, instant_of(oldest) if oldest else None, dead["count"]

    def _run(self, name: str, params: Mapping[str, Any]) -> list[dict[str, Any]]:
        with self._ready() as connection, transaction(connection, statement_timeout=STATEMENT_TIMEOUT_MS):
            return _rows(connection, name, params)


def _following(claimed: Claimed, answer: Answer, now: Instant) -> tuple[MailState, Instant]:
    """The mail's next state, and when it is due if it is queued again."""
    match answer.outcome:
        case AttemptOutcome.SENT:
            return MailState.SENT, now
        case AttemptOutcome.REFUSED:
            return MailState.FAILED, now
        case AttemptOutcome.AWAY:
            return MailState.QUEUED, Instant(now + AWAY_S * SECOND_US)
        case AttemptOutcome.DEFERRED | AttemptOutcome.UNSURE:
            return MailState.QUEUED, Instant(now + back_off_s(claimed.refusals + 1) * SECOND_US)


def _rows(connection: Connection[Any], name: str, params: Mapping[str, Any]) -> list[dict[str, Any]]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query(name), params).fetchall()


def _json(mails: Iterable[Mail]) -> str:
    named = ("mail_id", "tenant", "kind", "about", "address", "source", "language", "message_id")
    rows = [{name: getattr(mail, name) for name in named} | {"facts": asdict(mail.facts)} for mail in mails]
    return orjson.dumps(storable(rows)).decode()


def storable(value: Any) -> Any:
    """The value without what neither JSON nor Postgres takes: NUL and lone surrogates."""
    match value:
        case str():
            return value.encode("utf-8", "surrogatepass").decode("utf-8", "replace").replace("\0", "\ufffd")
        case dict():
            return {key: storable(one) for key, one in value.items()}
        case list() | tuple():
            return [storable(one) for one in value]
    return value


def _mail(row: Mapping[str, Any]) -> Mail:
    named = ("mail_id", "tenant", "about", "address", "source", "language", "message_id")
    return Mail(
        **{name: row[name] for name in named},
        kind=MailKind(row["kind"]),
        facts=msgspec.convert(row["facts"], MailFacts),
        created_at=instant_of(row["created_at"]),
    )
