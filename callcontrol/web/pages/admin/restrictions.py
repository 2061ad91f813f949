"""Blocks and limits: who may not call what outside for now, and why; set and ended by hand; what the files say of it.

What an extension may not call has a page of its own, `/blocks/101`.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field

from callcontrol.usecases.barring import CLASSES, MAX_REASON
from callcontrol.usecases.barring import NOTHING_SEEN as ANY_VERSION
from callcontrol.usecases.refusals import NotThere
from callcontrol.usecases.restrictions import LONGEST_REASON, payers_of
from callcontrol.usecases.written_settings import Written, written_of
from callcontrol.vocabulary.barring import MOST_BARRED
from callcontrol.vocabulary.restriction import Level
from callcontrol.vocabulary.rights import Kind, Person, Scope, Thing, Verb, may, scope_of
from callcontrol.web.api.barring import BarringGiven, allow_own, barring_told, put
from callcontrol.web.api.restrictions import RestrictionAct, RestrictionsGiven, acted, restrictions_told
from callcontrol.web.operations import Asked, Common, Given
from callcontrol.web.pages.admin.money import sees_more
from callcontrol.web.pages.admin.words import Several, values
from callcontrol.web.pages.page import Act, Done, Page, Shown, has_phone
from callcontrol.web.pages.texts import N_, said

LEVELS: Final = {
    Level.RELEASED.value: N_("may call: the limit waits"),
    Level.WARN.value: N_("people are told"),
    Level.ASK_PIN.value: N_("asks for the PIN"),
    Level.BLOCK_CLASS.value: N_("no such calls"),
    Level.BLOCK_OUTGOING.value: N_("no calls outside"),
}
CLASS_WORDS: Final = {
    "national": N_("national"),
    "mobile": N_("mobile"),
    "international": N_("abroad"),
    "premium": N_("premium rate"),
    "satellite": N_("satellite"),
    "shared": N_("shared cost"),
    "special": N_("special"),
    "freephone": N_("freephone"),
}
# Of the files what limits calls outside: sections, and what is an extension's own.
_SECTIONS: Final = ("limits", "bundles", "outgoing")
_OF_OUTGOING: Final = ("blocks", "limits", "rights", "barring")
MOST_WRITTEN: Final = 200
_SEE: Final = (Verb.SEE, Kind.BLOCKS)
_CHANGE: Final = (Verb.CHANGE, Kind.BLOCKS)


def _lines(value: object) -> object:
    return (
        [line.strip() for line in value.replace(",", "\n").splitlines() if line.strip()]
        if isinstance(value, str)
        else value
    )


# Numbers, each in a line of its own, or with commas between.
Lines = Annotated[list[str], BeforeValidator(_lines)]


class BlockForm(Given):
    """A payer that may call nothing outside, or none of these classes."""

    payer: str = Field(min_length=1, max_length=72)
    classes: Several = Field(default=[], max_length=len(CLASSES))
    reason: str = Field(min_length=1, max_length=LONGEST_REASON)
    until: str = Field(default="", max_length=40)


class UnblockForm(Given):
    """A payer that may call again."""

    payer: str = Field(min_length=1, max_length=72)
    reason: str = Field(min_length=1, max_length=LONGEST_REASON)
    until: str = Field(default="", max_length=40)


class BarringForm(Given):
    """What is blocked for an extension; `version`: as it was looked at."""

    version: str = Field(min_length=1, max_length=64)
    classes: Several = Field(default=[], max_length=len(CLASSES))
    numbers: Lines = Field(default=[], max_length=MOST_BARRED)
    prefixes: Lines = Field(default=[], max_length=MOST_BARRED)
    reason: str = Field(min_length=1, max_length=MAX_REASON)
    until: str = Field(default="", max_length=40)


class ReasonForm(Given):
    """Why."""

    reason: str = Field(min_length=1, max_length=MAX_REASON)


def _show(asked: Asked) -> Shown:
    told = restrictions_told(asked).restrictions
    tenant = asked.services.tenant(asked.tenant)
    now = [one for one in told if one.in_force]
    more = values(
        now=now,
        past=[one for one in told if not one.in_force],
        LEVELS=LEVELS,
        CLASS_WORDS=CLASS_WORDS,
        payers=payers_of(tenant),
        extensions={name: one.name for name, one in tenant.extensions.items()},
        barred=list(_barred(asked)),
        written=list(islice(_written(asked), MOST_WRITTEN)),
    )
    return Shown("admin/restrictions.html", more)


def _barred(asked: Asked) -> Iterator[Any]:
    """Extensions of which something is blocked, as far as the person may see it."""
    for one in asked.services.barrings(asked.tenant).all():
        is_seen = may(asked.person, *_SEE, Thing(asked.tenant, extension=one.extension))
        if is_seen and (one.own or one.blocked):
            yield barring_told(asked, one)


def _written(asked: Asked) -> Iterator[Written]:
    """What the files say of limits, bundles, blocks and rights, with file and line, to those who may see it."""
    if not may(asked.person, Verb.SEE, Kind.SETTINGS, Thing(asked.tenant)):
        return
    settings = asked.services.settings
    for section in _SECTIONS:
        found = written_of(settings, asked.tenant, section)
        yield from (one for one in found if section != "outgoing" or one.place.split(".")[1] in _OF_OUTGOING)
    for one in written_of(settings, asked.tenant, "extensions"):
        part = one.place.split(".")[2:4]
        if part[:1] == ["limits"] or (part[:1] == ["outgoing"] and part[1:2] and part[1] in _OF_OUTGOING):
            yield one


def _block(asked: Asked) -> Done:
    told, audit = acted(asked, RestrictionAct(act="block", **asked.body.model_dump()))
    return Done(said(N_("%(payer)s is blocked: it holds from now on."), payer=told[0].payer), audit)


def _unblock(asked: Asked) -> Done:
    told, audit = acted(asked, RestrictionAct(act="unblock", **asked.body.model_dump()))
    return Done(said(N_("%(payer)s may call again."), payer=told[0].payer), audit)


def _extension(asked: Asked, verb: Verb) -> str:
    name = asked.path["extension"]
    thing = Thing(asked.tenant, extension=name)
    if not may(asked.person, Verb.SEE, Kind.BLOCKS, thing):
        raise NotThere(f"there is no extension {name}", "extension")
    if not may(asked.person, verb, Kind.BLOCKS, thing):
        raise PermissionError(name)
    return name


def _one(asked: Asked) -> Shown:
    name = _extension(asked, Verb.SEE)
    blocks = asked.services.barrings(asked.tenant).of(name)
    more = values(
        one=barring_told(asked, blocks),
        version=blocks.version,
        name=asked.services.tenant(asked.tenant).extensions[name].name,
        changes=may(asked.person, *_CHANGE, Thing(asked.tenant, extension=name)),
        CLASSES=CLASSES,
        CLASS_WORDS=CLASS_WORDS,
        most=MOST_BARRED,
    )
    return Shown("admin/blocks.html", more)


def _set(asked: Asked) -> Done:
    name, form = _extension(asked, Verb.CHANGE), asked.body
    given = BarringGiven(**form.model_dump(exclude={"version"}))
    _, audit = put(asked, name, given, form.version or ANY_VERSION)
    return Done(said(N_("Saved. It holds for the very next call.")), audit)


def _allow_own(asked: Asked) -> Done:
    _, audit = allow_own(asked, _extension(asked, Verb.CHANGE), asked.body.reason)
    return Done(said(N_("What the phone had blocked itself may be called again.")), audit)


def _fits(person: Person) -> bool:
    return has_phone(person) or scope_of(person, *_SEE) > Scope.OWN


PAGES: Final = (
    Page(
        "restrictions",
        "/restrictions",
        N_("Blocks and limits"),
        (Verb.SEE, Kind.ACCOUNTS),
        "admin",
        _show,
        acts=(Act("block", BlockForm, _block, _CHANGE), Act("unblock", UnblockForm, _unblock, _CHANGE)),
        given=RestrictionsGiven,
        fits=sees_more,
    ),
    Page(
        "extension_blocks",
        "/blocks/{extension}",
        N_("Blocked calls"),
        _SEE,
        "admin",
        _one,
        acts=(Act("set", BarringForm, _set, _CHANGE), Act("allow-own", ReasonForm, _allow_own, _CHANGE)),
        given=Common,
        fits=_fits,
        is_listed=False,
    ),
)
