"""`/restrictions`: who may not call what outside for now, since when, until when, and why."""

from __future__ import annotations

from typing import Final

from pydantic import Field

from callcontrol.edges.ledger.restrictions import restrictions_of
from callcontrol.usecases.seen_calls import masked
from callcontrol.vocabulary.moment import text_of
from callcontrol.vocabulary.restriction import Restriction
from callcontrol.vocabulary.rights import Kind, Thing, Verb, may
from callcontrol.vocabulary.target import extension_in
from callcontrol.web.operations import Answer, Asked, Common, Operation, Told

PAGE: Final = 100


class RestrictionsGiven(Common):
    """Which of them."""

    payer: str = Field(default="", max_length=72, description="only this one: tenant, or extension:101")
    limit: int = Field(default=PAGE, ge=1, le=1_000)


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


def _list(asked: Asked) -> Answer:
    return Answer(restrictions_told(asked))


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
)
