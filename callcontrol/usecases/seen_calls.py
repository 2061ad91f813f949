"""Calls as a person may see them: numbers and costs are shown by the person's right to this call."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import tzinfo
from typing import Final

from callcontrol.daemon.configuration import Configuration
from callcontrol.edges.ledger.past_rows import PastCall
from callcontrol.edges.ledger.reader import Page, place_of
from callcontrol.usecases.call_filters import wanted_calls
from callcontrol.usecases.call_rows import NUMBERS, cells
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.phone_number import mask
from callcontrol.vocabulary.rights import Kind, Person, Thing, Verb, may, reach_of, scope_of
from callcontrol.vocabulary.wanted import Place, Wanted

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


def wanted_by(
    person: Person, configuration: Configuration, tenant: str, given: Mapping[str, str | None], now: Instant
) -> Wanted:
    """Which of a tenant's calls these filters mean, as far as the person may see any.

    Args:
        given: values of FILTERS as they were written.

    Raises:
        Refused: as `wanted_calls`.
        PermissionError: the person may see none.
    """
    zone, region = configuration.zone_of(tenant), configuration.region_of(tenant)
    wanted = wanted_calls(given, zone, region, now, tenant=tenant)
    reach = reach_of(person, Verb.SEE, Kind.CALLS, tenant)
    # To ask for what the filter says already makes the ledger look at each call twice.
    if reach is not None and reach.holds(wanted.extension, wanted.agent, wanted.queue):
        reach = None
    return replace(wanted, reach=reach)


def one_wanted(person: Person, tenant: str, call_id: str) -> Wanted:
    """The call of this id, where the person may see it; raises PermissionError as `wanted_by`."""
    reach = reach_of(person, Verb.SEE, Kind.CALLS, tenant)
    return Wanted(tenant=tenant, call_id=call_id, reach=reach, limit=1)


def page_found(found: Page, limit: int) -> tuple[list[PastCall], Place | None]:
    """The calls of a page, of which one more was asked for, and the place behind which there are others.

    Where the time was over before the page was full, it goes on from there.
    """
    page = found.calls[:limit]
    return page, place_of(page[-1]) if len(found.calls) > limit else found.searched_to


def sees_all_costs(person: Person) -> bool:
    """Whether the costs of all calls the person sees may be told."""
    return scope_of(person, Verb.SEE, Kind.COSTS) >= scope_of(person, Verb.SEE, Kind.CALLS)


def sees_cost(person: Person, call: PastCall) -> bool:
    """Whether the person sees what the call costs."""
    return _may(person, Kind.COSTS, call)


def masked(text: str) -> str:
    """A text with the middle digits of its numbers hidden."""
    return _NUMBER.sub(lambda found: mask(found[0]), text)


def is_seen(person: Person, call: PastCall) -> bool:
    """Whether the person sees the call at all."""
    return _may(person, Kind.CALLS, call)


def is_seen_whole(person: Person, call: PastCall) -> bool:
    """Whether the person sees the call's numbers in whole."""
    return _may(person, Kind.NUMBERS, call)


def _may(person: Person, kind: Kind, call: PastCall) -> bool:
    return any(may(person, Verb.SEE, kind, thing) for thing in things_of(call))


def things_of(call: PastCall) -> Iterator[Thing]:
    """What the call has to do with."""
    yield Thing(call.tenant, extension=call.caller_extension)
    for leg in call.legs:
        if leg.direction == "b" and leg.target.startswith(_EXTENSION):
            yield Thing(call.tenant, extension=leg.target.removeprefix(_EXTENSION))
    for visit in call.visits:
        yield Thing(call.tenant, agent=visit.agent, queue=visit.queue)
