"""`/missed`: callers no person has spoken with, claiming one, calling one back."""

from __future__ import annotations

from functools import partial
from typing import Any, Final, Literal

import gevent
from pydantic import Field

from callcontrol.billing.missed.cases import Case
from callcontrol.edges import clock
from callcontrol.usecases import click_to_call
from callcontrol.usecases.click_to_call import RING_S
from callcontrol.usecases.missed import (
    DEFAULT_CASES,
    CallBack,
    end_call_back,
    is_reached,
    plain_case,
    sees_numbers,
)
from callcontrol.usecases.refusals import NotThere, Refused
from callcontrol.usecases.seen_calls import masked
from callcontrol.vocabulary.missed import CaseActKind, CaseKey
from callcontrol.vocabulary.rights import Kind, Thing, Verb, may, reach_of
from callcontrol.vocabulary.sentence import says
from callcontrol.web.api.calls import Click
from callcontrol.web.operations import Answer, Asked, Common, Given, Operation, Told

MOST: Final = 1_000


class CasesGiven(Common):
    """Which cases."""

    number: str = Field(default="", max_length=64)
    target: str = Field(default="", max_length=128, description="whom the caller wanted: queue:support, extension:101")
    closed: bool = Field(default=False, description="whether to tell closed ones, too")
    overdue: bool = Field(default=False, description="only those without a call back though one is due")
    limit: int = Field(default=DEFAULT_CASES, ge=1, le=MOST)


class CaseTold(Told):
    """A case; times in UTC."""

    number: str
    target: str
    reason: str
    missed: int
    tries: int
    opened_at: str | None
    last_missed_at: str | None
    due_at: str | None
    expires_at: str | None
    first_try_at: str | None
    closed_at: str | None
    state: str
    claimed_by: str
    by: str
    why: str
    call_id: str


class CasesTold(Told):
    """Open cases, those that are due first first; with closed ones too, the latest first."""

    cases: list[CaseTold]


class CaseGiven(Given):
    """A case, and what is done with it."""

    number: str = Field(max_length=64)
    target: str = Field(max_length=128)


class ActGiven(CaseGiven):
    """What a person does with a case."""

    act: Literal["claim", "release", "dismiss"]
    why: str = Field(default="", max_length=256, description="dismiss: why no call back is needed")


class BackGiven(CaseGiven):
    """From which phone the caller is called back."""

    phone: str | None = Field(default=None, max_length=64, description="an extension; default: one's own")
    ring_s: int = Field(default=RING_S, ge=1, le=click_to_call.MOST_RING_S)


def cases_of(asked: Asked) -> list[CaseTold]:
    """The cases that match, as the person may see them."""
    given, now = asked.given, asked.services.now()
    with asked.services.missed(asked.tenant, to_change=False) as missed:
        found = missed.cases(
            number=given.number,
            target=given.target,
            closed_too=given.closed,
            overdue=given.overdue,
            limit=MOST,
            reach=reach_of(asked.person, Verb.SEE, Kind.MISSED, asked.tenant),
        )
    mine = [case for case in found if is_reached(asked.person, Verb.SEE, asked.tenant, case.key.target)]
    return [_told(asked, case, plain_case(case, now)) for case in mine[: given.limit]]


def _told(asked: Asked, case: Case, plain: dict[str, Any]) -> CaseTold:
    if not sees_numbers(asked.person, asked.tenant, case.key.target):
        plain["number"] = masked(str(plain["number"]))
    return CaseTold(**plain)


def _list(asked: Asked) -> Answer:
    return Answer(CasesTold(cases=cases_of(asked)))


def _key(asked: Asked, missed: Any) -> CaseKey:
    key: CaseKey = missed.key(asked.body.number, asked.body.target)
    if not is_reached(asked.person, Verb.CHANGE, asked.tenant, key.target):
        raise NotThere(
            says("there is no case of %(number)s for %(target)s", number=asked.body.number, target=asked.body.target),
            "number",
        )
    return key


def _act(asked: Asked) -> Answer:
    kind = CaseActKind(asked.body.act)
    if kind is CaseActKind.DISMISS and not asked.body.why.strip():
        raise Refused(says("a case is dismissed for a reason"), "why", says("write why no call back is needed"))
    with asked.services.missed(asked.tenant, to_change=True) as missed:
        key = _key(asked, missed)
        missed.act(key, kind, asked.person.login, asked.body.why)
        (case,) = missed.cases(number=key.number, target=key.target, closed_too=True)[:1]
    told = _told(asked, case, plain_case(case, asked.services.now()))
    audit = (f"missed caller: {kind.value}", key.target, None, {"number": key.number, "why": asked.body.why})
    return Answer(told, audit=audit)


def _call_back(asked: Asked) -> Answer:
    phone = asked.body.phone or asked.person.extension
    if not may(asked.person, Verb.CHANGE, Kind.CALLS, Thing(asked.tenant, extension=phone)):
        raise NotThere(says("there is no phone %(phone)s of yours", phone=phone), "phone")
    click_to_call.check(asked.tenant, asked.services.tenant(asked.tenant), phone, asked.body.ring_s)
    with asked.services.missed(asked.tenant, to_change=True) as missed:
        key = _key(asked, missed)
        how = CallBack(phone, asked.person.login, asked.body.ring_s, clock.new_id())
        request = missed.begin_call_back(key, how, asked.services.clicks)
    opened = partial(asked.services.missed, asked.tenant, to_change=True)
    gevent.spawn(end_call_back, opened, key, request, asked.person.login, asked.services.clicks)
    audit = ("missed caller: call back", key.target, None, {"number": key.number, "phone": phone})
    return Answer(Click(id=request.id, phone=phone, stage="ringing", detail=""), 202, audit=audit)


_SEE, _CHANGE = (Verb.SEE, Kind.MISSED), (Verb.CHANGE, Kind.MISSED)
OPERATIONS: Final = (
    Operation("list_missed", "GET", "/missed", "Missed callers", _SEE, _list, CasesTold, CasesGiven),
    Operation(
        "act_on_missed",
        "POST",
        "/missed/acts",
        "Claim, release or dismiss a case",
        _CHANGE,
        _act,
        CaseTold,
        body=ActGiven,
    ),
    Operation(
        "call_missed_back",
        "POST",
        "/missed/calls",
        "My phone rings, then calls the missed caller; the case is mine meanwhile",
        _CHANGE,
        _call_back,
        Click,
        body=BackGiven,
        status=202,
    ),
)
