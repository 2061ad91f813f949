"""`/extensions/{extension}/barring`: what an extension may not call, blocked by itself and for it, with the reason."""

from __future__ import annotations

from typing import Final

from pydantic import Field

from callcontrol.usecases.barring import CLASSES, MAX_REASON, ExtensionBlocks, Numbers
from callcontrol.usecases.refusals import Refused
from callcontrol.usecases.set_by_hand import TAKEN_BACK
from callcontrol.vocabulary.barring import MOST_BARRED
from callcontrol.vocabulary.moment import text_of
from callcontrol.vocabulary.rights import Kind, Verb
from callcontrol.web.api.phones import by_of, extension_of, version_seen
from callcontrol.web.operations import Answer, Asked, Audit, Given, Operation, Told


class NumbersTold(Told):
    """Which numbers: all of some classes, single ones, all that begin so (first digits without +)."""

    classes: list[str]
    numbers: list[str]
    prefixes: list[str]


class BarringTold(Told):
    """What an extension may not call.

    `own`: what it has blocked itself by its phone; `blocked`: what is blocked for it, until when, by whom and why;
    `may_be_set`: whether calls look for it (`outgoing.barring` of the files).
    """

    extension: str
    may_be_set: bool
    own: NumbersTold
    blocked: NumbersTold
    until: str | None
    by: str
    reason: str


class BarringGiven(Given):
    """All that is to be blocked for the extension; what it has blocked itself stays."""

    classes: list[str] = Field(default=[], max_length=len(CLASSES), description=", ".join(CLASSES))
    numbers: list[str] = Field(default=[], max_length=MOST_BARRED, description="such as +48600700800")
    prefixes: list[str] = Field(default=[], max_length=MOST_BARRED, description="such as +4870")
    reason: str = Field(min_length=1, max_length=MAX_REASON, description="stands in records of calls that are refused")
    until: str = Field(default=TAKEN_BACK, max_length=40, description=f"HH:MM, an ISO time, or {TAKEN_BACK}")


class ReasonGiven(Given):
    """Why."""

    reason: str = Field(min_length=1, max_length=MAX_REASON)


def barring_told(asked: Asked, blocks: ExtensionBlocks) -> BarringTold:
    """For programs and pages."""
    admins = blocks.by_admin
    return BarringTold(
        extension=blocks.extension,
        may_be_set=asked.services.barrings(asked.tenant).may_be_set,
        own=_numbers(blocks.own),
        blocked=_numbers(blocks.blocked),
        until=None if admins is None or admins.until is None else text_of(admins.until),
        by="" if admins is None else admins.by,
        reason="" if admins is None else admins.reason,
    )


def put(asked: Asked, extension: str, body: BarringGiven, seen: str) -> tuple[ExtensionBlocks, Audit]:
    """Block these for the extension, and no others."""
    barrings = asked.services.barrings(asked.tenant)
    before = barrings.of(extension)
    try:
        wanted = barrings.read(body.classes, body.numbers, body.prefixes)
    except Refused as error:
        fields = {"class": "classes", "number": "numbers", "prefix": "prefixes"}
        raise Refused(str(error), fields.get(error.field, error.field), error.cure) from error
    until = barrings.end(body.until or TAKEN_BACK)
    after = barrings.put(extension, wanted, body.reason, until, by_of(asked), seen)
    return after, _audit(asked, "calls blocked", before, after)


def allow_own(asked: Asked, extension: str, reason: str) -> tuple[ExtensionBlocks, Audit]:
    """What the extension has blocked itself goes."""
    barrings = asked.services.barrings(asked.tenant)
    before = barrings.of(extension)
    after = barrings.allow_own(extension, reason, by_of(asked))
    return after, _audit(asked, "own blocks removed", before, after)


def _audit(asked: Asked, what: str, before: ExtensionBlocks, after: ExtensionBlocks) -> Audit:
    was, told = (barring_told(asked, one).model_dump() for one in (before, after))
    return what, f"extension:{after.extension}", was, told


def _numbers(what: Numbers) -> NumbersTold:
    return NumbersTold(classes=list(what.classes), numbers=list(what.numbers), prefixes=list(what.prefixes))


def _answer(asked: Asked, blocks: ExtensionBlocks, audit: Audit | None = None) -> Answer:
    return Answer(barring_told(asked, blocks), headers={"ETag": f'"{blocks.version}"'}, audit=audit)


def _show(asked: Asked) -> Answer:
    extension = extension_of(asked, Verb.SEE, Kind.BLOCKS)
    return _answer(asked, asked.services.barrings(asked.tenant).of(extension))


def _put(asked: Asked) -> Answer:
    extension = extension_of(asked, Verb.CHANGE, Kind.BLOCKS)
    return _answer(asked, *put(asked, extension, asked.body, version_seen(asked, "blocks")))


def _allow_own(asked: Asked) -> Answer:
    extension = extension_of(asked, Verb.CHANGE, Kind.BLOCKS)
    return _answer(asked, *allow_own(asked, extension, asked.body.reason))


_SEE, _CHANGE = (Verb.SEE, Kind.BLOCKS), (Verb.CHANGE, Kind.BLOCKS)
_BARRING: Final = "/extensions/{extension}/barring"
OPERATIONS: Final = (
    Operation("get_barring", "GET", _BARRING, "What an extension may not call", _SEE, _show, BarringTold),
    Operation(
        "put_barring",
        "PUT",
        _BARRING,
        "Block numbers for an extension, these and no others",
        _CHANGE,
        _put,
        BarringTold,
        body=BarringGiven,
        takes_version=True,
    ),
    Operation(
        "allow_own_barring",
        "POST",
        f"{_BARRING}/allow-own",
        "Allow what an extension has blocked itself, as for a lost PIN",
        _CHANGE,
        _allow_own,
        BarringTold,
        body=ReasonGiven,
    ),
)
