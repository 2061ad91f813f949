"""`/restrictions`: who may not call what outside for now, since when, until when, and why; said and ended by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from pydantic import Field

from callcontrol.edges.ledger.restrictions import restrictions_of
from callcontrol.usecases.refusals import NotThere, Refused
from callcontrol.usecases.restrictions import CLASSES, LONGEST_REASON
from callcontrol.usecases.seen_calls import masked
from callcontrol.vocabulary.moment import text_of
from callcontrol.vocabulary.restriction import Restriction
from callcontrol.vocabulary.rights import Kind, Thing, Verb, may
from callcontrol.vocabulary.target import extension_in
from callcontrol.web.api.phones import by_of
from callcontrol.web.operations import Answer, Asked, Audit, Common, Given, Operation, Told

PAGE: Final = 100


class RestrictionsGiven(Common):
    """Which of them."""

    payer: str = Field(default="", max_length=72, description="only this one: tenant, or extension:101")
    limit: int = Field(default=PAGE, ge=1, le=1_000)


class RestrictionAct(Given):
    """A payer may call nothing outside for now, or again."""

    act: Literal["block", "unblock"]
    payer: str = Field(min_length=1, max_length=72, description="tenant, or extension:101")
    classes: list[str] = Field(default=[], max_length=len(CLASSES), description="block: only " + ", ".join(CLASSES))
    reason: str = Field(min_length=1, max_length=LONGEST_REASON)
    until: str = Field(
        default="",
        max_length=40,
        description="HH:MM, or an ISO time; default: until unblocked; unblock: midnight, then limits act again",
    )


class RestrictionTold(Told):
    """A restriction or a release; `classes` empty: all calls outside; `until` null: until a person ends it."""

    payer: str
    limit: str
    level: str
    classes: list[str]
    at: str
    until: str | None
    by: str
    why: str
    in_force: bool


class RestrictionsTold(Told):
    """What was said of payers, the latest first."""

    restrictions: list[RestrictionTold]


def restrictions_told(asked: Asked) -> RestrictionsTold:
    """Those of payers whose accounts the person may see."""
    given = asked.given
    with asked.services.own_ledger() as connection:
        found = restrictions_of(connection, asked.tenant, given.payer or None, given.limit)
    return RestrictionsTold(restrictions=[_told(asked, one) for one in found if _sees(asked, Kind.ACCOUNTS, one)])


def _sees(asked: Asked, kind: Kind, one: Restriction) -> bool:
    return may(asked.person, Verb.SEE, kind, Thing(asked.tenant, extension=extension_in(one.payer) or ""))


def _told(asked: Asked, one: Restriction) -> RestrictionTold:
    return RestrictionTold(
        payer=one.payer,
        limit=one.limit,
        level=one.level.value,
        classes=list(one.classes),
        at=text_of(one.at),
        until=None if one.until is None else text_of(one.until),
        by=one.by,
        why=one.why if _sees(asked, Kind.NUMBERS, one) else masked(one.why),
        in_force=one.is_in_force(asked.services.now()),
    )


def acted(asked: Asked, body: RestrictionAct) -> tuple[list[RestrictionTold], Audit]:
    """Block the payer, or release it from what restricts it; what is said of it now."""
    if not may(asked.person, Verb.CHANGE, Kind.BLOCKS, Thing(asked.tenant, extension=extension_in(body.payer) or "")):
        raise NotThere(f"there is no payer {body.payer}", "payer")
    restricting, by = asked.services.restricting(asked.tenant), by_of(asked)
    found: Sequence[Restriction]
    if body.act == "block":
        found = [restricting.block(body.payer, body.classes, body.reason, body.until, by)]
    elif body.classes:
        raise Refused("all that restricts the payer is ended", "classes", "leave them out")
    else:
        found = restricting.unblock(body.payer, body.reason, body.until, by)
    told = [_told(asked, one) for one in found]
    after = {"restrictions": [one.model_dump() for one in told]}
    return told, (f"restriction: {body.act}", f"payer {body.payer}", None, after)


def _list(asked: Asked) -> Answer:
    return Answer(restrictions_told(asked))


def _act(asked: Asked) -> Answer:
    told, audit = acted(asked, asked.body)
    return Answer(RestrictionsTold(restrictions=told), audit=audit)


OPERATIONS: Final = (
    Operation(
        "list_restrictions",
        "GET",
        "/restrictions",
        "Who may not call what outside, and why",
        (Verb.SEE, Kind.ACCOUNTS),
        _list,
        RestrictionsTold,
        RestrictionsGiven,
    ),
    Operation(
        "act_on_restrictions",
        "POST",
        "/restrictions",
        "No calls outside for a payer, or calls again",
        (Verb.CHANGE, Kind.BLOCKS),
        _act,
        RestrictionsTold,
        body=RestrictionAct,
    ),
)
