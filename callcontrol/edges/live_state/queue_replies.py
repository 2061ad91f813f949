"""What the queue scripts answer, as values: places, offers, notices, and when the next thing falls due."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.queue import Entered, Notice, Offer, Place, Refusal


@dataclass(frozen=True, slots=True)
class Effects:
    """What an operation led to.

    Attributes:
        offers, notices: for calls of this worker (others' were published to their workers).
        next_due: when `due` has something to do; None: nothing waits for its time.
    """

    offers: tuple[Offer, ...]
    notices: tuple[Notice, ...]
    next_due: Instant | None


def entered_from(answer: Any) -> Entered | Refusal:
    """What `join` answers, as the scripts write it."""
    kind = answer[0].decode()
    if kind != "entered":
        return Refusal(kind)
    position, waiting, active, handling_us = (int(part) for part in answer[1:5])
    return Entered(Place(position, waiting, active, handling_us // 1000), Instant(int(answer[5])), answer[6].decode())


def told_of(reply: Any) -> Effects:
    """What a script's whole reply tells besides its answer."""
    _, offers, notices, next_due, *_ = reply
    return Effects(
        tuple(offer_from(fields) for fields in offers),
        tuple(notice_from(fields) for fields in notices),
        Instant(int(float(next_due))) if next_due else None,
    )


def offer_from(fields: Any) -> Offer:
    """An offer as the scripts write it."""
    id_, ticket, queue, epoch, agents, joined, expires, worker, callback, attempt, number = map(_text, fields)
    return Offer(
        id=id_,
        ticket=ticket,
        queue=queue,
        epoch=int(epoch),
        agents=tuple(agents.split(",")),
        joined=Instant(int(joined)),
        expires=Instant(int(expires)),
        worker=worker,
        callback=callback == "1",
        attempt=int(attempt),
        number=number,
    )


def notice_from(fields: Any) -> Notice:
    """A notice as the scripts write it."""
    return Notice(*map(_text, fields))


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value
