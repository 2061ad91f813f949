"""One call: where it went and why, drawn as a time line, who talked with whom, what each leg costs and how that is made
up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import Any, Final

from callcontrol.edges.ledger.past_rows import PastCall, PastLeg
from callcontrol.edges.ledger.reader import PERSON_S
from callcontrol.usecases.refusals import NotThere
from callcontrol.usecases.seen_calls import is_seen_whole, masked, one_wanted, sees_cost
from callcontrol.usecases.timeline import LegRow, Span, timeline
from callcontrol.vocabulary.rights import Kind, Verb
from callcontrol.vocabulary.sentence import says
from callcontrol.web.operations import Asked
from callcontrol.web.pages.page import Page, Shown
from callcontrol.web.pages.subscriber.calls import row_of
from callcontrol.web.pages.subscriber.drawn import drawn
from callcontrol.web.pages.subscriber.words import DOINGS, LOOKS, OUTCOMES, TYPES, target_parts
from callcontrol.web.pages.texts import N_

Hidden = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class SeenLeg:
    """A phone that was called, as the person may see it.

    Attributes:
        cost: amount and currency; None: none, or not the person's to see.
        formula: how it is made up, so that it can be redone by hand.
    """

    target: str
    shown: str
    outcome: str
    cause: str
    talk_s: float | None
    cost: tuple[Decimal, str] | None
    formula: tuple[str, ...]
    estimate: str


def _show(asked: Asked) -> Shown:
    call = _call(asked)
    hidden: Hidden = (lambda text: text) if is_seen_whole(asked.person, call) else masked
    costs_too = sees_cost(asked.person, call)
    tenant = asked.services.tenant(asked.tenant)
    values = {
        "row": row_of(asked, call),
        "ended_at": call.ended_at,
        "path": [_station(one, hidden) for one in call.path],
        "legs": [_leg(leg, hidden, costs_too=costs_too) for leg in call.legs if leg.direction == "b"],
        "line": drawn([_seen_row(row, hidden) for row in timeline(call)]),
        "visits": [visit.plain() for visit in call.visits],
        "place": partial(target_parts, tenant=tenant),
        "words": {"outcomes": OUTCOMES, "looks": LOOKS, "types": TYPES, "doings": DOINGS},
    }
    return Shown("subscriber/call.html", values)


def _call(asked: Asked) -> PastCall:
    wanted = one_wanted(asked.person, asked.tenant, asked.path["call"])
    with asked.services.history(asked.tenant) as history:
        found = history.calls(wanted, PERSON_S)
    if not found:
        raise NotThere(says("there is no call %(name)s", name=asked.path["call"]), "call")
    return found[0]


def _station(one: Mapping[str, Any], hidden: Hidden) -> dict[str, Any]:
    told = {"target": hidden(str(one["target"])), "why": hidden(str(one["why"]))}
    return told | {"source": str(one.get("source") or ""), "passed": bool(one.get("passed"))}


def _leg(leg: PastLeg, hidden: Hidden, *, costs_too: bool) -> SeenLeg:
    cost = leg.cost if costs_too else None
    is_rated = cost is not None and cost.amount is not None
    return SeenLeg(
        hidden(leg.target or leg.address),
        hidden(leg.shown),
        leg.outcome,
        leg.cause,
        leg.talk_ms / 1000 if leg.answered_at else None,
        (cost.amount, cost.currency) if cost is not None and is_rated else None,
        tuple(hidden(part) for part in cost.formula.split("; ")) if cost is not None and cost.formula else (),
        leg.estimate,
    )


def _seen_row(row: LegRow, hidden: Hidden) -> LegRow:
    spans = tuple(Span(one.doing, one.began, one.ended, hidden(one.detail), one.segment) for one in row.spans)
    return replace(row, name=hidden(row.name), spans=spans)


CALL: Final = Page("call", "/calls/{call}", N_("Call"), (Verb.SEE, Kind.CALLS), "subscriber", _show, is_listed=False)
