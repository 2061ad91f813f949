"""`/webhooks`: web servers that are told what happens, what was told, and what could not be."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, Literal

from pydantic import Field

from callcontrol.edges import clock
from callcontrol.edges.ledger.webhooks import Delivery, Webhook
from callcontrol.edges.webhook_post import LONGEST_URL
from callcontrol.usecases.refusals import Refused
from callcontrol.usecases.webhooks import KINDS, MOST_SHOWN, Webhooks
from callcontrol.vocabulary.moment import Instant, text_of
from callcontrol.vocabulary.rights import Kind, Verb
from callcontrol.web.operations import Answer, Asked, Audit, Common, Given, Operation, Told


class WebhookGiven(Given):
    """A webhook."""

    url: str = Field(min_length=1, max_length=LONGEST_URL, description="https://…, where events are sent by POST")
    events: list[str] = Field(min_length=1, max_length=len(KINDS), description=", ".join(KINDS))


class WebhookTold(Told):
    """A webhook; `secret`: told once, when it is made or rotated."""

    id: str
    url: str
    events: list[str]
    made_by: str
    created_at: str
    paused_at: str | None
    delivered_at: str | None
    trouble: str
    waiting: int
    dead: int
    secret: str | None = None


class WebhooksTold(Told):
    """The tenant's webhooks."""

    webhooks: list[WebhookTold]


class WebhookAct(Given):
    """What is done with a webhook."""

    act: Literal["rotate", "pause", "resume", "test", "replay"]
    delivery: int | None = Field(default=None, ge=1, lt=2**63, description="replay: this one alone")


class DeliveriesGiven(Common):
    """Which deliveries."""

    state: Literal["waiting", "delivered", "dead"] | None = None
    limit: int = Field(default=50, ge=1, le=MOST_SHOWN)
    before: int | None = Field(default=None, ge=1, lt=2**63, description="`next` of the page before")


class DeliveryTold(Told):
    """Something that was to be told."""

    id: int
    event: str
    kind: str
    call: str
    at: str
    state: str
    attempts: int
    due_at: str
    trouble: str


class DeliveriesTold(Told):
    """Deliveries, the latest first; `next` goes on."""

    deliveries: list[DeliveryTold]
    next: int | None


class ActTold(Told):
    """What was done: a new secret, the id of a test event, how many are sent again."""

    done: str
    secret: str | None = None
    event: str | None = None
    deliveries: int | None = None


@contextmanager
def webhooks_of(asked: Asked, *, to_change: bool = False) -> Iterator[Webhooks]:
    """The tenant's webhooks; read behind the wall, where secrets are not seen."""
    services = asked.services
    with services.own_ledger() if to_change else services.people(asked.tenant) as connection:
        login = asked.person.login
        yield Webhooks(services.settings, asked.tenant, connection, login, services.now, os.urandom, clock.new_id)


def told(webhook: Webhook, secret: str | None = None) -> WebhookTold:
    """A webhook for programs."""
    return WebhookTold(
        id=webhook.webhook_id,
        url=webhook.url,
        events=list(webhook.events),
        made_by=webhook.made_by,
        created_at=text_of(webhook.created_at),
        paused_at=_time(webhook.paused_at),
        delivered_at=_time(webhook.delivered_at),
        trouble=webhook.trouble,
        waiting=webhook.waiting,
        dead=webhook.dead,
        secret=secret,
    )


def webhooks_told(asked: Asked) -> list[WebhookTold]:
    """The first one first."""
    with webhooks_of(asked) as found:
        return [told(one) for one in found.all()]


def webhook_told(asked: Asked) -> WebhookTold:
    """The one of the address."""
    with webhooks_of(asked) as found:
        return told(found.one(asked.path["webhook"]))


def added(asked: Asked, url: str, events: Sequence[str]) -> tuple[WebhookTold, Audit]:
    """A new one, with its secret."""
    with webhooks_of(asked, to_change=True) as found:
        made, secret = found.add(url, events)
    return told(made, secret), ("webhook added", _name(made), None, _plain(made))


def changed(asked: Asked, url: str, events: Sequence[str]) -> tuple[WebhookTold, Audit]:
    """The one of the address, with another address of its own and other events."""
    with webhooks_of(asked, to_change=True) as found:
        before = found.one(asked.path["webhook"])
        after = found.change(before.webhook_id, url, events)
    return told(after), ("webhook changed", _name(after), _plain(before), _plain(after))


def removed(asked: Asked) -> tuple[WebhookTold, Audit]:
    """The one of the address is gone."""
    with webhooks_of(asked, to_change=True) as found:
        gone = found.remove(asked.path["webhook"])
    return told(gone), ("webhook removed", _name(gone), _plain(gone), None)


def acted(asked: Asked, act: str, delivery: int | None = None) -> tuple[ActTold, Audit]:
    """Carry out an act of WebhookAct on the one of the address."""
    name = asked.path["webhook"]
    with webhooks_of(asked, to_change=True) as found:
        webhook = found.one(name)
        done = ActTold(done=act, **_done(found, name, act, delivery))
    return done, (f"webhook: {act}", _name(webhook), None, None)


def deliveries_told(asked: Asked) -> DeliveriesTold:
    """Those of the one of the address."""
    given = asked.given
    with webhooks_of(asked) as found:
        rows = found.deliveries(asked.path["webhook"], given.state, given.limit, given.before)
    more = rows[-1].delivery_id if len(rows) == given.limit else None
    return DeliveriesTold(deliveries=[_delivery(row) for row in rows], next=more)


def _list(asked: Asked) -> Answer:
    return Answer(WebhooksTold(webhooks=webhooks_told(asked)))


def _add(asked: Asked) -> Answer:
    made, audit = added(asked, asked.body.url, asked.body.events)
    return Answer(made, 201, audit=audit)


def _put(asked: Asked) -> Answer:
    after, audit = changed(asked, asked.body.url, asked.body.events)
    return Answer(after, audit=audit)


def _remove(asked: Asked) -> Answer:
    gone, audit = removed(asked)
    return Answer(gone, audit=audit)


def _act(asked: Asked) -> Answer:
    done, audit = acted(asked, asked.body.act, asked.body.delivery)
    return Answer(done, audit=audit)


def _done(found: Webhooks, name: str, act: str, delivery: int | None) -> dict[str, Any]:
    if delivery is not None and act != "replay":
        raise Refused("only replay is about one delivery", "delivery", "leave it out")
    match act:
        case "rotate":
            return {"secret": found.rotate(name)[1]}
        case "test":
            return {"event": found.test(name)}
        case "replay":
            return {"deliveries": found.replay(name, delivery)}
        case _:
            found.pause(name, is_paused=act == "pause")
            return {}


def _deliveries(asked: Asked) -> Answer:
    return Answer(deliveries_told(asked))


def _delivery(row: Delivery) -> DeliveryTold:
    return DeliveryTold(
        id=row.delivery_id,
        event=row.event_id,
        kind=row.kind,
        call=row.call_id,
        at=text_of(row.at),
        state=row.state,
        attempts=row.attempts,
        due_at=text_of(row.due_at),
        trouble=row.trouble,
    )


def _name(webhook: Webhook) -> str:
    return f"webhook:{webhook.webhook_id}"


def _plain(webhook: Webhook) -> dict[str, Any]:
    return {"url": webhook.url, "events": list(webhook.events)}


def _time(moment: Instant | None) -> str | None:
    return None if moment is None else text_of(moment)


_SEE, _CHANGE = (Verb.SEE, Kind.WEBHOOKS), (Verb.CHANGE, Kind.WEBHOOKS)
_ONE: Final = "/webhooks/{webhook}"
OPERATIONS: Final = (
    Operation("list_webhooks", "GET", "/webhooks", "Webhooks", _SEE, _list, WebhooksTold),
    Operation(
        "add_webhook",
        "POST",
        "/webhooks",
        "Tell another web server",
        _CHANGE,
        _add,
        WebhookTold,
        body=WebhookGiven,
        status=201,
        tells_secret=True,
    ),
    Operation(
        "change_webhook", "PUT", _ONE, "Another address, other events", _CHANGE, _put, WebhookTold, body=WebhookGiven
    ),
    Operation("remove_webhook", "DELETE", _ONE, "Remove a webhook", _CHANGE, _remove, WebhookTold),
    Operation(
        "act_on_webhook",
        "POST",
        f"{_ONE}/acts",
        "Another secret, pause, resume, a test, what was given up again",
        _CHANGE,
        _act,
        ActTold,
        body=WebhookAct,
        tells_secret=True,
    ),
    Operation(
        "list_deliveries",
        "GET",
        f"{_ONE}/deliveries",
        "Deliveries, successful or failed",
        _SEE,
        _deliveries,
        DeliveriesTold,
        DeliveriesGiven,
    ),
)
