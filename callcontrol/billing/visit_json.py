"""Visits to queues as plain values for JSON and back: a part of a record, see record_json.py.

The names are those of the columns of `queue_visits` and `offers`; times are microseconds, those of keys ISO text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from callcontrol.billing.record import KeyPress, OfferRecord, QueueVisit
from callcontrol.vocabulary.agent import OfferEnd
from callcontrol.vocabulary.moment import Instant, instant_from, text_of
from callcontrol.vocabulary.queue import Leaving


def visit_value(visit: QueueVisit) -> dict[str, object]:
    """`visit_from(visit_value(v)) == v`."""
    return {
        "queue": visit.queue,
        "ticket": visit.ticket,
        "entered_at": visit.entered,
        "joined_at": visit.joined,
        "took_up": visit.took_up,
        "first_position": visit.first_position,
        "left_at": visit.left,
        "how": visit.how,
        "wait_ms": visit.wait_ms,
        "detail": visit.detail,
        "agent": visit.agent,
        "bridged_at": visit.bridged,
        "keys": [{"at": text_of(press.at), "key": press.key} for press in visit.keys],
        "wrap_up_until": visit.wrap_up_until,
        "offers": [_offer(offer) for offer in visit.offers],
        "estimated": visit.estimated,
    }


def visit_from(v: Mapping[str, Any]) -> QueueVisit:
    """Raises: KeyError, TypeError, ValueError: these are no values of a visit."""
    return QueueVisit(
        queue=v["queue"],
        ticket=v["ticket"],
        entered=Instant(v["entered_at"]),
        joined=Instant(v["joined_at"]),
        took_up=v["took_up"],
        first_position=v["first_position"],
        left=Instant(v["left_at"]),
        how=Leaving(v["how"]),
        wait_ms=v["wait_ms"],
        detail=v["detail"],
        agent=v["agent"],
        bridged=v["bridged_at"],
        keys=tuple(KeyPress(instant_from(press["at"]), press["key"]) for press in v["keys"]),
        wrap_up_until=v["wrap_up_until"],
        offers=tuple(_offer_from(offer) for offer in v["offers"]),
        estimated=v["estimated"],
    )


def _offer(offer: OfferRecord) -> dict[str, object]:
    return {
        "offer": offer.offer,
        "agent": offer.agent,
        "offered_at": offer.at,
        "legs": list(offer.legs),
        "ended_at": offer.ended,
        "how": offer.how,
        "detail": offer.detail,
        "bridged_at": offer.bridged,
        "parted_at": offer.parted,
        "wrap_up_from": offer.wrap_up_from,
        "wrap_up_until": offer.wrap_up_until,
        "estimated": offer.estimated,
    }


def _offer_from(v: Mapping[str, Any]) -> OfferRecord:
    return OfferRecord(
        offer=v["offer"],
        agent=v["agent"],
        at=Instant(v["offered_at"]),
        legs=tuple(v["legs"]),
        ended=Instant(v["ended_at"]),
        how=OfferEnd(v["how"]),
        detail=v["detail"],
        bridged=v["bridged_at"],
        parted=v["parted_at"],
        wrap_up_from=v["wrap_up_from"],
        wrap_up_until=v["wrap_up_until"],
        estimated=v["estimated"],
    )
