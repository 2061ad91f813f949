"""The platform, for operators: health first, tenants, switches, workers, exports, mails."""

from __future__ import annotations

from typing import Final

from pydantic import Field

from callcontrol.vocabulary.rights import Kind, Verb
from callcontrol.web.api.platform import (
    MailsGiven,
    all_exports_told,
    health_told,
    looked_at_mails,
    mails_told,
    retried,
    switches_told,
    tenants_told,
    workers_told,
)
from callcontrol.web.operations import Asked, Given, NoTenant
from callcontrol.web.pages.admin.words import values
from callcontrol.web.pages.page import Act, Done, Page, Shown
from callcontrol.web.pages.texts import N_, said

STANDINGS: Final = {
    "good": N_("works"),
    "warn": N_("needs a look"),
    "away": N_("does not answer"),
    "unknown": N_("not known"),
}
STATES: Final = {
    "queued": N_("waits"),
    "sending": N_("is being sent"),
    "sent": N_("sent"),
    "failed": N_("failed"),
    "dead": N_("dead address"),
}
_SEE: Final = (Verb.SEE, Kind.PLATFORM)
_CHANGE: Final = (Verb.CHANGE, Kind.PLATFORM)


class RetryForm(Given):
    """A mail that is sent again."""

    mail: str = Field(min_length=1, max_length=64)


def _health(asked: Asked) -> Shown:
    return Shown("admin/health.html", values(told=health_told(asked), STANDINGS=STANDINGS))


def _tenants(asked: Asked) -> Shown:
    return Shown("admin/tenants.html", values(tenants=tenants_told(asked).tenants))


def _switches(asked: Asked) -> Shown:
    return Shown("admin/switches.html", values(switches=switches_told(asked).switches, STANDINGS=STANDINGS))


def _workers(asked: Asked) -> Shown:
    return Shown("admin/workers.html", values(workers=workers_told(asked).workers))


def _exports(asked: Asked) -> Shown:
    return Shown("admin/all_exports.html", values(exports=all_exports_told(asked).exports))


def _mails(asked: Asked) -> Shown:
    told = mails_told(asked)
    return Shown("admin/mails.html", values(told=told, given=asked.given, STATES=STATES), looked_at_mails(asked))


def _retry(asked: Asked) -> Done:
    _, audit = retried(asked, asked.body.mail)
    return Done(said(N_("The mail is sent now.")), audit)


PAGES: Final = (
    Page("health", "/platform", N_("Health"), _SEE, "admin", _health, given=NoTenant, of_tenant=False),
    Page("tenants", "/platform/tenants", N_("Companies"), _SEE, "admin", _tenants, given=NoTenant, of_tenant=False),
    Page("switches", "/platform/switches", N_("Switches"), _SEE, "admin", _switches, given=NoTenant, of_tenant=False),
    Page("workers", "/platform/workers", N_("Workers"), _SEE, "admin", _workers, given=NoTenant, of_tenant=False),
    Page(
        "all_exports", "/platform/exports", N_("All exports"), _SEE, "admin", _exports, given=NoTenant, of_tenant=False
    ),
    Page(
        "mails",
        "/platform/mails",
        N_("Mail queue"),
        _SEE,
        "admin",
        _mails,
        acts=(Act("retry", RetryForm, _retry, _CHANGE),),
        given=MailsGiven,
        of_tenant=False,
    ),
)
