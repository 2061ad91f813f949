"""What happened to a call in its queues, in lines: each visit, each offer with its end, each key pressed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, tzinfo
from decimal import Decimal

from callcontrol.commands.tables import span
from callcontrol.edges.ledger.past_rows import PastCall, PastOffer, PastVisit
from callcontrol.vocabulary.agent import OfferEnd

_EARLIER_PLACE = {"came_back": "back at the earlier place", "callback": "at the place kept for the callback"}


def visit_lines(call: PastCall, zone: tzinfo) -> Iterator[tuple[str, str]]:
    """Text and style of each line, visit by visit; what happened in a visit is indented."""
    for visit in call.visits:
        yield _visit_line(visit, zone), "cyan"
        happened = [*_offers(visit, zone), *_keys(visit, zone)]
        for _, text, style in sorted(happened, key=lambda line: line[0]):
            yield f"    {text}", style


def seconds(milliseconds: Decimal) -> str:
    """`1:01`, `1:02:03`; whole seconds, rounded down. `--json` has them exactly."""
    return span(int(milliseconds))


def _visit_line(visit: PastVisit, zone: tzinfo) -> str:
    mark = " (estimated)" if visit.estimated else ""
    parts = (
        f"⧗ queue {visit.queue} from {_clock(visit.entered_at, zone)}",
        f"position {visit.first_position}" if visit.first_position else "",
        _place(visit),
        f"{visit.how}{_whither(visit)} after {seconds(Decimal(visit.wait_ms))}{mark}",
        f"wrap-up until {_clock(visit.wrap_up_until, zone)}" if visit.wrap_up_until else "",
    )
    return "  ".join(part for part in parts if part)


def _place(visit: PastVisit) -> str:
    """Whose place the caller had, if it was not a new one."""
    if visit.called_back:
        return f"called back for place {visit.ticket}"
    return _EARLIER_PLACE.get(visit.took_up, "")


def _whither(visit: PastVisit) -> str:
    if visit.agent:
        return f" by {visit.agent}"
    return f" ({visit.detail})" if visit.detail else ""


def _offers(visit: PastVisit, zone: tzinfo) -> Iterator[tuple[datetime, str, str]]:
    for offer in visit.offers:
        style = "green" if offer.how == OfferEnd.ACCEPTED else "yellow"
        yield offer.offered_at, f"{_clock(offer.offered_at, zone)} offered to {offer.agent}  {_end(offer)}", style


def _end(offer: PastOffer) -> str:
    talk = f"talked {seconds(offer.talk_ms)}" if offer.bridged_at else ""
    wrap_up = f"wrap-up {seconds(offer.wrap_up_ms)}" if offer.wrap_up_until else ""
    detail = f" ({offer.detail})" if offer.detail else ""
    mark = " (estimated)" if offer.estimated else ""
    how = f"{offer.how}{detail} after {seconds(offer.offer_ms)}{mark}"
    return "  ".join(part for part in (how, talk, wrap_up) if part)


def _keys(visit: PastVisit, zone: tzinfo) -> Iterator[tuple[datetime, str, str]]:
    for press in visit.keys:
        at = datetime.fromisoformat(press["at"])
        yield at, f"{_clock(at, zone)} key {press['key']}", "magenta"


def _clock(moment: datetime, zone: tzinfo) -> str:
    return moment.astimezone(zone).strftime("%H:%M:%S")
