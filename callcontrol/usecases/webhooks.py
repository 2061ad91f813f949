"""A tenant's webhooks: web servers that are told what happens."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID

from callcontrol.config.settings import Settings
from callcontrol.edges.ledger import webhooks
from callcontrol.edges.ledger.queries import query
from callcontrol.edges.ledger.session import DictConnection, transaction
from callcontrol.edges.ledger.webhooks import Delivery, Webhook
from callcontrol.edges.second_factor import Sealer
from callcontrol.edges.webhook_post import NotAllowed, checked_url
from callcontrol.usecases.refusals import NotThere, Refused
from callcontrol.vocabulary.moment import SECOND_US, Instant, datetime_of
from callcontrol.vocabulary.webhook import SECRET_BYTES, EventKind, written_secret

# The secret before signs as well for so long, so that a receiver can take the new one in.
BOTH_S: Final = 24 * 3600
MOST_SHOWN: Final = 500
STATES: Final = ("waiting", "delivered", "dead")
KINDS: Final = tuple(kind.value for kind in EventKind)


class Webhooks:
    """Those of one tenant.

    Args:
        connection: of the ledger's own user: the web process's role knows no webhooks.
        who: makes them, for the table.
        random: so many bytes by chance.

    Every method raises Refused where what is asked for makes no sense, and lets errors of Postgres pass.
    """

    def __init__(
        self,
        settings: Settings,
        tenant: str,
        connection: DictConnection,
        who: str,
        now: Callable[[], Instant],
        random: Callable[[int], bytes],
        new_id: Callable[[], str],
    ) -> None:
        if tenant not in settings.tenants:
            raise NotThere(f"there is no tenant {tenant}", "tenant")
        self._settings, self._tenant, self._connection, self._who = settings, tenant, connection, who
        self._now, self._random, self._new_id = now, random, new_id

    def all(self) -> list[Webhook]:
        """The first one first."""
        return webhooks.webhooks_of(self._connection, self._tenant)

    def one(self, webhook_id: str) -> Webhook:
        """By its id."""
        for found in self.all():
            if found.webhook_id == _plain_id(webhook_id):
                return found
        raise NotThere(f"there is no webhook {webhook_id}", "webhook")

    def add(self, url: str, events: Sequence[str]) -> tuple[Webhook, str]:
        """A new one, and its secret, which is told once."""
        self._check(url, events)
        secret, most = self._new_secret(), self._settings.webhooks.per_tenant
        named = tuple(dict.fromkeys(events))
        new = Webhook(self._new_id(), self._tenant, url, named, self._who, self._now(), None, None, "", 0, 0)
        with transaction(self._connection):
            self._connection.execute(query("lock_webhooks"), {"tenant": self._tenant})
            if len(self.all()) >= most:
                raise Refused(f"there are {most} webhooks, and no more are possible", cure="remove one")
            webhooks.add_webhook(self._connection, new, self._sealer().seal(secret))
        return new, secret

    def change(self, webhook_id: str, url: str | None = None, events: Sequence[str] | None = None) -> Webhook:
        """Another address, other events; what waits goes to the new address."""
        found = self.one(webhook_id)
        changed = replace(found, url=url or found.url, events=tuple(dict.fromkeys(events or found.events)))
        self._check(changed.url, changed.events)
        webhooks.change(self._connection, "change_webhook", found, url=changed.url, events=list(changed.events))
        return changed

    def rotate(self, webhook_id: str) -> tuple[Webhook, str]:
        """Another secret, told once; the one before signs as well for a day."""
        found, secret = self.one(webhook_id), self._new_secret()
        until = datetime_of(Instant(self._now() + BOTH_S * SECOND_US))
        sealed = self._sealer().seal(secret)
        webhooks.change(self._connection, "rotate_webhook", found, secret=sealed, old_until=until)
        return found, secret

    def pause(self, webhook_id: str, *, is_paused: bool) -> Webhook:
        """Send nothing to it for now, or go on; meanwhile events wait."""
        found, now = self.one(webhook_id), self._now() if is_paused else None
        at = None if now is None else datetime_of(now)
        webhooks.change(self._connection, "pause_webhook", found, paused_at=at)
        return replace(found, paused_at=now)

    def remove(self, webhook_id: str) -> Webhook:
        """It is gone, with what waits for it."""
        found = self.one(webhook_id)
        webhooks.change(self._connection, "remove_webhook", found)
        return found

    def test(self, webhook_id: str) -> str:
        """Send an event that says nothing; its id."""
        found, event_id = self.one(webhook_id), self._new_id()
        if found.paused_at is not None:
            raise Refused("it is paused: nothing is sent", "webhook", "resume it first")
        webhooks.change(self._connection, "test_webhook", found, event_id=event_id)
        return event_id

    def deliveries(
        self, webhook_id: str, state: str | None = None, limit: int = 50, before: int | None = None
    ) -> list[Delivery]:
        """What was to be told, the latest first."""
        if state is not None and state not in STATES:
            raise Refused(f"{state} is no state: write one of {', '.join(STATES)}", "state")
        if not 1 <= limit <= MOST_SHOWN:
            raise Refused(f"1 to {MOST_SHOWN} are possible", "limit")
        return webhooks.deliveries_of(self._connection, self.one(webhook_id), state, limit, before)

    def replay(self, webhook_id: str, delivery_id: int | None = None) -> int:
        """Send what was given up again: one of them, or all; how many those are."""
        found = self.one(webhook_id)
        count = webhooks.replay(self._connection, found, delivery_id, self._now())
        if delivery_id is not None and not count:
            raise NotThere(f"no delivery {delivery_id} was given up", "delivery")
        return count

    def _check(self, url: str, events: Sequence[str]) -> None:
        try:
            checked_url(url, plain_http=self._settings.webhooks.plain_http)
        except NotAllowed as error:
            raise Refused(str(error), "url") from error
        unknown = sorted(set(events) - set(KINDS))
        if unknown or not events:
            what = f"{unknown[0]} is no event" if unknown else "it needs events"
            raise Refused(what, "events", f"write some of {', '.join(KINDS)}")

    def _new_secret(self) -> str:
        return written_secret(self._random(SECRET_BYTES))

    def _sealer(self) -> Sealer:
        if not self._settings.web.keys:
            raise Refused("web.keys has no key, by which secrets are sealed", cure="write one of 32 characters")
        return Sealer(self._settings.web.keys)


def _plain_id(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        return ""
