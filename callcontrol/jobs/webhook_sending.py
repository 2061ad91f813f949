"""Sends what tenants' webhooks are to be told.

One process among all hosts does it (a lease). Each webhook has a line of its own, a greenlet, while anything is due for
it: a server that is slow holds up itself alone. A line has few deliveries under way at a time, each of another call.
Nothing is lost where the process dies: what it had claimed is sent again once the claim has run out, by the same id.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any, Final

import gevent
import orjson
from gevent.pool import Group

from callcontrol.config.settings import Settings
from callcontrol.edges import clock, meters, webhook_meters
from callcontrol.edges.containment import note_fault
from callcontrol.edges.ledger.reader import NoLedger
from callcontrol.edges.ledger.webhooks import Claimed, Outbox
from callcontrol.edges.second_factor import NotOpened, Sealer
from callcontrol.edges.webhook_post import Answered, post
from callcontrol.vocabulary.moment import DAY_S, SECOND_US, Instant, text_of
from callcontrol.vocabulary.webhook import again_after_s, is_given_up, signed_headers

EVERY_S: Final = 1.0
LEASE_S: Final = 30.0
# Deliveries to one webhook under way at once, and webhooks that are spoken to at once.
AT_ONCE: Final = 4
MOST_LINES: Final = 200
# A claim outlives the longest attempt by this.
CLAIM_BESIDE_S: Final = 30
UPKEEP_S: Final = 15.0

log = logging.getLogger("callcontrol.webhooks")

Post = Callable[..., Answered]


class WebhookSender:
    """Sends; `step` is done again and again.

    Args:
        by: this process, as leases know it.
        chance: from 0 to 1, for the pauses between attempts.
    """

    def __init__(
        self,
        dsn: str,
        by: str,
        settings: Callable[[], Settings],
        now: Callable[[], Instant],
        chance: Callable[[], float],
        post: Post = post,
    ) -> None:
        self._outbox, self._settings, self._now, self._chance = Outbox(dsn, by), settings, now, chance
        self._post = post
        self._lines: dict[str, gevent.Greenlet] = {}
        self._kept_s = float("-inf")

    def step(self) -> bool:
        """Begin a line for each webhook that something is due for and that has none; no more is to do at once.

        Raises:
            NoLedger: Postgres is away.
        """
        if not self._outbox.hold(LEASE_S):
            return False
        self._lines = {name: line for name, line in self._lines.items() if not line.dead}
        for webhook_id in self._outbox.due(self._now()):
            if webhook_id in self._lines:
                continue
            if len(self._lines) >= MOST_LINES:  # the others follow with a later step
                meters.limits_reached_total.labels("MOST_LINES").inc()
                break
            self._lines[webhook_id] = gevent.spawn(self._line, webhook_id)
        if clock.monotonic() - self._kept_s >= UPKEEP_S:
            self._upkeep()
        return False

    def finish(self, deadline_s: float) -> None:
        """Wait until all lines have ended."""
        gevent.joinall(list(self._lines.values()), timeout=deadline_s)

    def close(self) -> None:
        """Break off; what is under way is sent again."""
        gevent.killall(list(self._lines.values()))
        self._outbox.close()

    def _upkeep(self) -> None:
        self._kept_s, now = clock.monotonic(), self._now()
        self._outbox.forget(Instant(now - self._settings().webhooks.keep_days * DAY_S * SECOND_US))
        found = self._outbox.figures(now)
        webhook_meters.waiting.set(found["waiting"])
        webhook_meters.oldest_seconds.set(max(0.0, found["oldest_s"]))
        webhook_meters.dead.set(found["dead"])

    def _line(self, webhook_id: str) -> None:
        """All that is due for one webhook."""
        try:
            while self._send_some(webhook_id):
                pass
        except NoLedger as error:
            log.error("webhook %s has to wait: %s", webhook_id, error)
        except Exception as error:
            note_fault("job", "an event could not be delivered to a webhook", error)

    def _send_some(self, webhook_id: str) -> bool:
        now, longest_s = self._now(), self._settings().webhooks.answer_s + CLAIM_BESIDE_S
        claimed = self._outbox.claim(webhook_id, AT_ONCE, now, Instant(now + longest_s * SECOND_US))
        sending = Group()
        try:
            for one in claimed:
                sending.start(gevent.Greenlet(self._contained, one))
            sending.join()
        finally:
            sending.kill()
        return bool(claimed)

    def _contained(self, claimed: Claimed) -> None:
        try:
            self._send(claimed)
        except NoLedger as error:
            log.error("webhook %s: what came of a delivery is not noted: %s", claimed.webhook_id, error)
        except Exception as error:
            note_fault("job", "an event could not be delivered to a webhook", error)

    def _send(self, claimed: Claimed) -> None:
        content = self._outbox.content(claimed)
        if content is None:
            # Deleted or erased meanwhile: there is nothing to tell.
            self._settle(claimed, Answered(0, "", is_away=False), "gone")
            return
        began_s, answered = clock.monotonic(), self._delivered(claimed, content)
        webhook_meters.seconds.observe(clock.monotonic() - began_s)
        self._settle(claimed, answered, "delivered")

    def _delivered(self, claimed: Claimed, content: Mapping[str, Any]) -> Answered:
        settings, now = self._settings(), self._now()
        told = {"type": claimed.kind, "timestamp": text_of(claimed.at), "tenant": claimed.tenant, "data": content}
        body = orjson.dumps(told, default=str)
        try:
            sealer = Sealer(settings.web.keys)
            secrets = [sealer.open(claimed.secret)]
            if claimed.old_secret is not None and claimed.old_until > now:
                secrets.append(sealer.open(claimed.old_secret))
        except (NotOpened, ValueError):
            return Answered(0, "its secret is sealed by no key of web.keys: rotate it", is_away=True)
        headers = {
            **signed_headers(claimed.event_id, now, body, secrets),
            "Content-Type": "application/json",
            "User-Agent": "callcontrol-webhooks/1",
        }
        rules = settings.webhooks
        return self._post(
            claimed.url,
            body,
            headers,
            inner=rules.inner_networks,
            plain_http=rules.plain_http,
            answer_s=float(rules.answer_s),
        )

    def _settle(self, claimed: Claimed, answered: Answered, taken: str) -> None:
        now, due = self._now(), self._now()
        if answered.is_taken:
            state, result = "delivered", taken
        elif is_given_up(claimed.at, now):
            state, result = "dead", "dead"
        else:
            state, result = "waiting", "again"
            due = Instant(now + round(again_after_s(claimed.attempts, self._chance()) * SECOND_US))
        self._outbox.settle(claimed, state, answered.trouble, due=due, is_away=answered.is_away, now=now)
        webhook_meters.attempts_total.labels(result).inc()
        if state == "dead":
            log.warning(
                "webhook %s: %s of %s is given up: %s",
                claimed.webhook_id,
                claimed.kind,
                claimed.tenant,
                answered.trouble,
            )
