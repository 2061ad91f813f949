"""What has become of mails, for a person: mails with their attempts, dead addresses; and what is to be done again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from callcontrol.edges.ledger.queries import query
from callcontrol.edges.ledger.reader import asking, connect
from callcontrol.vocabulary.moment import Instant, datetime_of

MAX_MAILS = 1000

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class WantedMails:
    """Which mails: all that match everything given, the latest `limit` of them."""

    tenant: str | None = None
    state: str | None = None
    address: str | None = None
    source: str | None = None
    limit: int = 20


class MailHistory:
    """A connection to the ledger; a context manager.

    Raises (every method): NoLedger: Postgres cannot be reached, or its tables do not fit.
    """

    def __init__(self, dsn: str) -> None:
        self._connection = connect(dsn)

    def __enter__(self) -> MailHistory:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def mails(self, wanted: WantedMails) -> list[Row]:
        """The rows of `mails`, the latest first."""
        which = {"tenant": wanted.tenant, "state": wanted.state, "address": wanted.address, "source": wanted.source}
        return self._rows("find_mails", {**which, "limit": min(wanted.limit, MAX_MAILS)})

    def beginning_with(self, mail_id: str) -> list[Row]:
        """The mails whose id begins so, two at most."""
        return self._rows("one_mail", {"mail_id": mail_id})

    def attempts(self, mail_id: str) -> list[Row]:
        """What was tried with a mail, in order."""
        return self._rows("attempts_of_mail", {"mail_id": mail_id})

    def retry(self, mail_ids: Iterable[str], now: Instant, expires_at: Instant) -> list[str]:
        """Have mails sent now that failed, were not sent, or wait; those to dead addresses stay. Returns which."""
        moments = {"now": datetime_of(now), "expires_at": datetime_of(expires_at)}
        return [row["mail_id"] for row in self._rows("retry_mails", {"mail_ids": list(mail_ids), **moments})]

    def dead_addresses(self, tenant: str | None) -> list[Row]:
        """The rows of `mail_addresses`, the latest first."""
        return self._rows("find_dead_addresses", {"tenant": tenant})

    def revive(self, tenant: str, address: str) -> bool:
        """Have mails sent to this address again; False: it was not dead."""
        return bool(self._rows("revive_address", {"tenant": tenant, "address": address}))

    def _rows(self, name: str, params: Row) -> list[Row]:
        with asking(self._connection):
            return self._connection.execute(query(name), params).fetchall()
