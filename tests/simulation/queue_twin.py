"""The queue scripts' twin: the pure model of their rules, asked and answering in the scripts' own form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

import orjson

from callcontrol.config.queue_settings import Strategy
from callcontrol.routing.queue_layout import AgentLayout, Layout, QueueLayout, SeatLayout
from callcontrol.vocabulary.agent import AgentAction, OfferEnd
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.queue import DemandStage, Engaged, Entered, Leaving, Occasion, Offer, TalkEnd, Ticket
from tests.oracle.answers import Result
from tests.oracle.model import Model

_OFFER = ("id", "ticket", "queue", "epoch", "agents", "joined", "expires", "worker", "callback", "attempt", "number")

# (channel's worker, kind, fields): what is published to another worker.
Publish = Callable[[str, str, list[str]], None]


class QueueTwin:
    """The queues of one tenant, as EVALSHA would answer.

    Args:
        time_us: the clock of the server.
        calls: the tenant's calls that are saved there.
    """

    def __init__(self, time_us: Callable[[], int], calls: Callable[[], frozenset[str]]) -> None:
        self.model = Model()
        self._calls = calls
        self._time_us = time_us
        self._correction = 0
        self.digest = b""
        self.at = 0

    def carry_out(self, arguments: tuple[Any, ...], publish: Publish) -> list[Any]:
        """One operation with the script's arguments; the script's reply."""
        operation, now, worker, seed, day, week, month, text = arguments
        occasion = Occasion(Instant(int(now)), worker, int(seed), {"day": day, "week": week, "month": month})
        answer, result = self._do(operation, occasion, orjson.loads(text))
        offers = [_offer_fields(offer) for offer in result.offers]
        notices = [[notice.ticket, notice.worker, notice.what, notice.detail] for notice in result.notices]
        for kind, whom, fields in (
            *(("offers", offer.worker, row) for offer, row in zip(result.offers, offers, strict=True)),
            *(("notices", notice.worker, row) for notice, row in zip(result.notices, notices, strict=True)),
        ):
            if whom != worker:
                publish(whom, kind, fields)
        due = self.model.next_due()
        next_due, time = b"" if due is None else str(due).encode(), str(self._time_us() + self._correction).encode()
        told = [_as_bytes(rows) for rows in (offers, notices)]
        return [answer, *told, next_due, time, str(self._correction).encode()]

    def _do(self, operation: str, at: Occasion, given: Mapping[str, Any]) -> tuple[list[bytes], Result[Any]]:
        model = self.model
        match operation:
            case "join":
                return _entered(model.join(at, _ticket(given, at.worker)))
            case "place":
                return _entered(model.place(at, given["id"]))
            case "leave":
                return _said(model.leave(at, given["id"], Leaving(given["how"])), b"left", b"gone")
            case "ringing":
                return _said(model.ringing(at, given["offer"], given["for_us"]), b"ringing", b"void")
            case "accept":
                result = model.accept(at, given["offer"], given["agent"], given["call"])
                losers = [name.encode() for name in result.answer.losers]
                return [b"accepted", *losers] if result.answer.accepted else [b"void"], result
            case "pass":
                how = OfferEnd(given["how"])
                return _said(model.pass_(at, given["offer"], given["agent"], how), b"passed", b"void")
            case "over":
                over = model.over(at, given["agent"], given["id"], given["talk_us"], TalkEnd(given["how"]))
                found = over.answer
                return [b"void", b"0"] if found is None else [b"over", str(found).encode()], over
            case _:
                return self._do_more(operation, at, given)

    def _do_more(self, operation: str, at: Occasion, given: Mapping[str, Any]) -> tuple[Any, Result[Any]]:
        model = self.model
        match operation:
            case "call_back":
                pairs = (pair.partition(":") for pair in given["closed"].split(",") if pair)
                kept = model.call_back(
                    at,
                    given["id"],
                    given["number"],
                    Instant(given["not_before"]),
                    Instant(given["expires"]),
                    tuple((Instant(int(begin)), Instant(int(end))) for begin, _, end in pairs),
                    given["context"],
                )
                return [kept.answer.value.encode()], kept
            case "context":
                known = model.context(at, given["id"])
                return known.answer.encode(), known
            case "called":
                called = model.called(at, given["id"], given["reached"], Instant(given["not_before"]))
                return _said(called, b"kept", b"gone")
            case "act":
                acted = model.act(at, given["agent"], AgentAction(given["action"]), given["detail"])
                return [b"done" if acted.answer is None else acted.answer.value.encode()], acted
            case "reach":
                return [b"done"], model.reach(at, given["agents"])
            case "elsewhere":
                return [b"done"], model.elsewhere(at, given["agent"], given["id"], given["on"], given["call"])
            case "engaged":
                engaged = model.engaged(at, [Engaged(*one) for one in given["engaged"]], self._calls())
                return [b"done", engaged.answer], engaged
            case "stepped":
                is_news = given["seen"] == self._correction
                self._correction -= given["by"] if is_news else 0
                return [b"done" if is_news else b"known"], Result(None, (), ())
            case "view_time":
                return [b"done"], Result(None, (), ())
            case "view_reachable":
                there = [agent.name.encode() for agent in model.state.agents.values() if agent.reachable]
                return there, Result(None, (), ())
            case "due":
                result = model.due(at)
                return [b"done", result.answer], result
            case "configure":
                age = given.get("at", 0), given["digest"].encode()
                if age[1] != self.digest and age < (self.at, self.digest):
                    return [b"older"], Result(None, (), ())
                self.at, self.digest = age
                return _said(model.configure(at, layout_from(given)), b"done", b"same")
            case _:
                raise AssertionError(f"the twin knows no operation {operation}")


def layout_from(given: Mapping[str, Any]) -> Layout:
    """`layout_dict` backwards."""
    return Layout(
        {name: _queue_from(queue) for name, queue in given["queues"].items()},
        {
            name: AgentLayout(agent["auto"], agent["external"], tuple(map(_seat_from, agent["seats"])))
            for name, agent in given["agents"].items()
        },
    )


def _queue_from(queue: Mapping[str, Any]) -> QueueLayout:
    rests = {OfferEnd(how): span for how, span in queue["rest_us"].items()}
    plain = {**queue, "strategy": Strategy(queue["strategy"]), "rest_us": rests, "demands": tuple(queue["demands"])}
    return QueueLayout(**plain)


def _seat_from(seat: Mapping[str, Any]) -> SeatLayout:
    return SeatLayout(**{**seat, "demands": tuple(seat["demands"])})


def _ticket(given: Mapping[str, Any], worker: str) -> Ticket:
    return Ticket(
        id=given["id"],
        queue=given["queue"],
        number=given["number"],
        worker=worker,
        joined=Instant(given["joined"]),
        priority=given["priority"],
        stages=tuple(DemandStage(after_us // 1000, demand) for after_us, demand in given["stages"]),
        again=given["again"],
    )


def _entered(result: Result[Any]) -> tuple[list[bytes], Result[Any]]:
    match result.answer:
        case Entered(place, joined, took_up):
            numbers = (place.position, place.waiting, place.active, place.handling_ms * 1000, joined)
            return [b"entered", *(str(number).encode() for number in numbers), took_up.encode()], result
        case None:
            return [b"gone"], result
        case refusal:
            return [refusal.value.encode()], result


def _said(result: Result[bool], yes: bytes, no: bytes) -> tuple[list[bytes], Result[bool]]:
    return [yes if result.answer else no], result


def _offer_fields(offer: Offer) -> list[str]:
    plain = asdict(offer) | {"agents": ",".join(offer.agents), "callback": "1" if offer.callback else ""}
    return [str(plain[name]) for name in _OFFER]


def _as_bytes(rows: list[list[str]]) -> list[list[bytes]]:
    return [[text.encode() for text in row] for row in rows]
