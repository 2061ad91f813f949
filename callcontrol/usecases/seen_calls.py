"""Calls as a person may see them: numbers and costs are shown by the person's right to this call."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import tzinfo
from typing import Final

from callcontrol.edges.ledger.past_rows import PastCall
from callcontrol.usecases.call_rows import NUMBERS, cells
from callcontrol.vocabulary.phone_number import mask
from callcontrol.vocabulary.rights import Kind, Person, Thing, Verb, may

COSTS: Final = ("cost", "currency")
# What is shorter is an extension, or a short number, which belongs to no person.
_NUMBER: Final = re.compile(r"\+?[0-9]{7,}")
_EXTENSION: Final = "extension:"


def seen(person: Person, call: PastCall, zone: tzinfo) -> dict[str, str]:
    """The call's row, as this person may see it."""
    row = cells(call, zone)
    if not _may(person, Kind.NUMBERS, call):
        row |= {name: masked(row[name]) for name in NUMBERS} | {"from_name": ""}
    if not _may(person, Kind.COSTS, call):
        row |= dict.fromkeys(COSTS, "")
    return row


def masked(text: str) -> str:
    """A text with the middle digits of its numbers hidden."""
    return _NUMBER.sub(lambda found: mask(found[0]), text)


def is_seen_whole(person: Person, call: PastCall) -> bool:
    """Whether the person sees the call's numbers in whole."""
    return _may(person, Kind.NUMBERS, call)


def _may(person: Person, kind: Kind, call: PastCall) -> bool:
    return any(may(person, Verb.SEE, kind, thing) for thing in _things(call))


def _things(call: PastCall) -> Iterator[Thing]:
    """What the call has to do with."""
    yield Thing(call.tenant, extension=call.caller_extension)
    for leg in call.legs:
        if leg.direction == "b" and leg.target.startswith(_EXTENSION):
            yield Thing(call.tenant, extension=leg.target.removeprefix(_EXTENSION))
    for visit in call.visits:
        yield Thing(call.tenant, agent=visit.agent, queue=visit.queue)
