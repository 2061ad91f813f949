"""Webhooks: web servers that are told what happens; what each was told, what waits, and what was given up."""

from __future__ import annotations

from functools import partial
from typing import Final
from urllib.parse import urlencode

from pydantic import Field

from callcontrol.edges.webhook_post import LONGEST_URL
from callcontrol.usecases.webhooks import KINDS
from callcontrol.vocabulary.rights import Kind, Verb
from callcontrol.vocabulary.webhook import TEST, EventKind
from callcontrol.web.api.webhooks import (
    DeliveriesGiven,
    acted,
    added,
    changed,
    deliveries_told,
    removed,
    webhook_told,
    webhooks_told,
)
from callcontrol.web.operations import Asked, Given
from callcontrol.web.pages.admin.words import Several, values
from callcontrol.web.pages.page import Act, Done, Page, Shown
from callcontrol.web.pages.texts import N_, said

EVENTS: Final = {
    EventKind.CALL_ENDED.value: N_("A call is over"),
    EventKind.CALL_MISSED.value: N_("A caller was missed"),
    EventKind.CASE_CLOSED.value: N_("A missed caller is settled"),
    EventKind.RECORDING_READY.value: N_("A recording is ready"),
    EventKind.VOICEMAIL_LEFT.value: N_("A message was left"),
    TEST: N_("Test"),
}
STATES: Final = {"waiting": N_("waits"), "delivered": N_("delivered"), "dead": N_("given up")}
_SEE: Final = (Verb.SEE, Kind.WEBHOOKS)
_CHANGE: Final = (Verb.CHANGE, Kind.WEBHOOKS)


class WebhookForm(Given):
    """Who is told what."""

    url: str = Field(min_length=1, max_length=LONGEST_URL)
    events: Several = Field(default=[], max_length=len(KINDS))


class ReplayForm(Given):
    """What is sent again; None: all that was given up."""

    delivery: int | None = Field(default=None, ge=1, lt=2**63)


class NothingForm(Given):
    """A button."""


def _list(asked: Asked) -> Shown:
    return Shown("admin/webhooks.html", values(webhooks=webhooks_told(asked), EVENTS=EVENTS, KINDS=KINDS))


def _one(asked: Asked) -> Shown:
    found, state = deliveries_told(asked), asked.given.state
    kept = {"state": state} if state else {}
    more = values(
        one=webhook_told(asked),
        deliveries=found.deliveries,
        state=state or "",
        more=urlencode({**kept, "before": found.next}) if found.next else "",
        is_first=asked.given.before is None,
        EVENTS=EVENTS,
        KINDS=KINDS,
        STATES=STATES,
        keep_days=asked.services.settings.webhooks.keep_days,
    )
    return Shown("admin/webhook.html", more)


def _add(asked: Asked) -> Done:
    made, audit = added(asked, asked.body.url, asked.body.events)
    return Done(
        audit=audit, shown=Shown("admin/webhook_secret.html", values(id=made.id, secret=made.secret, is_new=True))
    )


def _change(asked: Asked) -> Done:
    _, audit = changed(asked, asked.body.url, asked.body.events)
    return Done(said(N_("Saved. What waits goes to the new address.")), audit)


def _remove(asked: Asked) -> Done:
    gone, audit = removed(asked)
    return Done(said(N_("%(address)s is told nothing any more."), address=gone.url), audit, to="/webhooks")


def _rotate(asked: Asked) -> Done:
    done, audit = acted(asked, "rotate")
    shown = values(id=asked.path["webhook"], secret=done.secret, is_new=False)
    return Done(audit=audit, shown=Shown("admin/webhook_secret.html", shown))


def _pause(asked: Asked, *, act: str) -> Done:
    _, audit = acted(asked, act)
    text = N_("Nothing is sent from now on: events wait.") if act == "pause" else N_("Events are sent again.")
    return Done(said(text), audit)


def _test(asked: Asked) -> Done:
    _, audit = acted(asked, "test")
    return Done(said(N_("A test is on its way: look below in a moment.")), audit)


def _replay(asked: Asked) -> Done:
    done, audit = acted(asked, "replay", asked.body.delivery)
    return Done(said(N_("%(count)s are sent again."), count=done.deliveries), audit)


PAGES: Final = (
    Page(
        "webhooks",
        "/webhooks",
        N_("Webhooks"),
        _SEE,
        "admin",
        _list,
        acts=(Act("add", WebhookForm, _add, _CHANGE),),
    ),
    Page(
        "webhook",
        "/webhooks/{webhook}",
        N_("Webhook"),
        _SEE,
        "admin",
        _one,
        acts=(
            Act("change", WebhookForm, _change, _CHANGE),
            Act("rotate", NothingForm, _rotate, _CHANGE),
            Act("pause", NothingForm, partial(_pause, act="pause"), _CHANGE),
            Act("resume", NothingForm, partial(_pause, act="resume"), _CHANGE),
            Act("test", NothingForm, _test, _CHANGE),
            Act("replay", ReplayForm, _replay, _CHANGE),
            Act("remove", NothingForm, _remove, _CHANGE),
        ),
        given=DeliveriesGiven,
        is_listed=False,
    ),
)
