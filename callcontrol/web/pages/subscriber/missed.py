"""Missed callers: whom no one has spoken with yet; one click calls back, from one's own phone."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

import gevent
from pydantic import Field

from callcontrol.billing.missed.cases import Case
from callcontrol.edges import clock
from callcontrol.usecases.click_to_call import RING_S
from callcontrol.usecases.missed import CallBack, end_call_back, is_reached, sees_numbers
from callcontrol.usecases.refusals import NotThere, Refused
from callcontrol.usecases.seen_calls import masked
from callcontrol.vocabulary.missed import CaseActKind, CaseEnd, CaseKey, MissedReason
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.rights import Kind, Person, Scope, Thing, Verb, may, reach_of, scope_of
from callcontrol.vocabulary.sentence import says
from callcontrol.web.operations import Asked, Common, Given
from callcontrol.web.pages.page import Act, Done, Page, Shown, has_phone
from callcontrol.web.pages.subscriber.words import target_parts
from callcontrol.web.pages.texts import N_, said

PATH: Final = "/missed"
ON_A_PAGE: Final = 100
REASONS: Final[Mapping[str, str]] = {
    MissedReason.ABANDONED_IN_MENU: N_("hung up in the menu"),
    MissedReason.ABANDONED_IN_QUEUE: N_("hung up while waiting"),
    MissedReason.ABANDONED_RINGING: N_("hung up while it rang"),
    MissedReason.VOICEMAIL_LEFT: N_("left a message"),
    MissedReason.NO_MESSAGE: N_("left no message"),
    MissedReason.CALLBACK_ASKED: N_("asked to be called back"),
    MissedReason.CLOSED: N_("called while it was closed"),
    MissedReason.OVERFLOW: N_("waited, and was sent on"),
    MissedReason.NO_ANSWER: N_("was not answered"),
    MissedReason.BUSY: N_("found it busy"),
    MissedReason.UNREACHABLE: N_("reached no phone"),
    MissedReason.FAILED: N_("did not get through"),
}
ENDS: Final[Mapping[str, str]] = {
    CaseEnd.REACHED: N_("called back"),
    CaseEnd.CAME_BACK: N_("called again and was answered"),
    CaseEnd.DISMISSED: N_("needs no call back"),
    CaseEnd.EXPIRED: N_("given up"),
}


class MissedGiven(Common):
    """Which of them."""

    closed: bool = False
    overdue: bool = False


class CaseForm(Given):
    """A missed caller: by the call that opened the case, as its number may be hidden."""

    call: str = Field(min_length=1, max_length=64)
    target: str = Field(min_length=1, max_length=128)


class DismissForm(CaseForm):
    """Why no call back is needed."""

    why: str = Field(min_length=1, max_length=256)


def _show(asked: Asked) -> Shown:
    now = asked.services.now()
    found = _cases(asked, closed_too=asked.given.closed, overdue=asked.given.overdue)
    values = {
        "rows": [_row(asked, case, now) for case in found[:ON_A_PAGE]],
        "more": len(found) > ON_A_PAGE,
        "filters": asked.given,
        "reasons": REASONS,
        "ends": ENDS,
        "has_phone": bool(asked.person.extension),
        "place": partial(target_parts, tenant=asked.services.tenant(asked.tenant)),
    }
    return Shown("subscriber/missed.html", values)


def _row(asked: Asked, case: Case, now: Instant) -> Mapping[str, Any]:
    number, target = case.key.number, case.key.target
    is_open = case.end_at(now) is None
    return {
        "case": case,
        "number": number if sees_numbers(asked.person, asked.tenant, target) else masked(number),
        "end": case.end_at(now),
        "holder": case.holder_at(now),
        "is_due": case.due <= now,
        "changes": is_open and is_reached(asked.person, Verb.CHANGE, asked.tenant, target),
    }


def _cases(asked: Asked, *, closed_too: bool = False, overdue: bool = False, opened_by: str = "") -> list[Case]:
    """As many as a page shows, and one more where there are more."""
    with asked.services.missed(asked.tenant, to_change=False) as missed:
        reach = reach_of(asked.person, Verb.SEE, Kind.MISSED, asked.tenant)
        found = missed.cases(
            closed_too=closed_too, overdue=overdue, opened_by=opened_by, limit=ON_A_PAGE + 1, reach=reach
        )
    return [case for case in found if is_reached(asked.person, Verb.SEE, asked.tenant, case.key.target)]


def _key(asked: Asked) -> CaseKey:
    """The open case that is meant; the number does not have to be seen."""
    form = asked.body
    for case in _cases(asked, opened_by=form.call):
        if case.key.target == form.target and is_reached(asked.person, Verb.CHANGE, asked.tenant, case.key.target):
            return case.key
    raise NotThere(says("this case is open no more"), cure=says("load the page again"))


def _act(asked: Asked, kind: CaseActKind, text: str) -> Done:
    key, why = _key(asked), getattr(asked.body, "why", "")
    with asked.services.missed(asked.tenant, to_change=True) as missed:
        missed.act(key, kind, asked.person.login, why)
    audit = (f"missed caller: {kind.value}", key.target, None, {"number": key.number, "why": why})
    return Done(said(text), audit)


def _call_back(asked: Asked) -> Done:
    phone = asked.person.extension
    if not phone:
        raise Refused(says("you have no phone of your own here"))
    if not may(asked.person, Verb.CHANGE, Kind.CALLS, Thing(asked.tenant, extension=phone)):
        raise PermissionError(phone)
    key, services = _key(asked), asked.services
    with services.missed(asked.tenant, to_change=True) as missed:
        how = CallBack(phone, asked.person.login, RING_S, clock.new_id())
        request = missed.begin_call_back(key, how, services.clicks)
    opened = partial(services.missed, asked.tenant, to_change=True)
    gevent.spawn(end_call_back, opened, key, request, asked.person.login, services.clicks)
    audit = ("missed caller: call back", key.target, None, {"number": key.number, "phone": phone})
    return Done(said(N_("Your phone %(phone)s rings: pick it up, and it calls."), phone=phone), audit)


def _fits(person: Person) -> bool:
    return has_phone(person) or person.agent != "" or scope_of(person, Verb.SEE, Kind.MISSED) > Scope.OWN


_CHANGE: Final = (Verb.CHANGE, Kind.MISSED)
_CLAIM: Final = partial(_act, kind=CaseActKind.CLAIM, text=N_("This one is yours now."))
_RELEASE: Final = partial(_act, kind=CaseActKind.RELEASE, text=N_("Others may take it again."))
_DISMISS: Final = partial(_act, kind=CaseActKind.DISMISS, text=N_("It is closed."))
MISSED: Final = Page(
    "missed",
    PATH,
    N_("Missed callers"),
    (Verb.SEE, Kind.MISSED),
    "subscriber",
    _show,
    acts=(
        Act("call-back", CaseForm, _call_back, _CHANGE),
        Act("claim", CaseForm, _CLAIM, _CHANGE),
        Act("release", CaseForm, _RELEASE, _CHANGE),
        Act("dismiss", DismissForm, _DISMISS, _CHANGE),
    ),
    given=MissedGiven,
    fits=_fits,
)
