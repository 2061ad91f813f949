"""Trails of typical calls, with times counted from a given arrival in seconds."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field, replace

from callcontrol.vocabulary.agent import OfferEnd
from callcontrol.vocabulary.call import Caller, Stamps, leg_id
from callcontrol.vocabulary.leg import Role, RoleTaken
from callcontrol.vocabulary.moment import SECOND_US, Instant, instant_from
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.queue import Leaving
from callcontrol.vocabulary.trail import (
    Arrived,
    Bridged,
    Dialled,
    Entry,
    LeftQueue,
    LegEnded,
    Offered,
    OfferEnded,
    Pressed,
    Queued,
    Recorded,
    Routed,
    StepEnded,
    WrapUpBegan,
)

Entries = tuple[Entry, ...]

NOON = instant_from("2026-11-17T12:00:00Z")
_CALLS = uuid.UUID("0f7a2a0e-8f6a-5d0e-8f1c-2f6d5f1c7b11")


def call_id(n: int) -> str:
    """The id of the n-th call."""
    return str(uuid.uuid5(_CALLS, str(n)))


@dataclass
class Story:
    """Writes a trail entry by entry; `at` is in seconds after the arrival."""

    n: int = 0
    start: Instant = NOON
    tenant: str = "acme"
    has_caller: bool = True  # a callback's call has no caller's channel
    entries: list[Entry] = field(default_factory=list)

    def __post_init__(self) -> None:
        caller = Caller("+48221234567", "Jan Kowalski")
        self.call = call_id(self.n)
        channel, dialled = (self.call, "+48225550000") if self.has_caller else ("", "queue:support")
        self.entries.append(Arrived(self.start, self.call, "fs1", "worker-1", channel, self.tenant, caller, dialled))

    def moment(self, at: float) -> Instant:
        """So many seconds after the arrival."""
        return Instant(self.start + round(at * SECOND_US))

    def leg(self, n: int) -> str:
        """The id of the n-th leg sent out."""
        return leg_id(self.call, n)

    def routed(self, at: float, target: str, why: str, source: str = "") -> Story:
        self.entries.append(Routed(self.moment(at), target, why, source))
        return self

    def rings(self, at: float, n: int, target: str = "extension:101") -> Story:
        """A leg to a phone of the tenant's."""
        address = f"{target.partition(':')[2]}@acme.example"
        shown = "+48221234567"
        self.entries.append(Dialled(self.moment(at), self.leg(n), target, address, shown=shown, role=Role.CALLEE))
        return self

    def rings_outside(self, at: float, n: int, number: str = "+48600700800", payer: str = "extension:101") -> Story:
        """A leg through a trunk at a payer's expense."""
        target, address = f"number:{number}", number.removeprefix("+")
        over = ("carrier", "+48221234567", payer)
        self.entries.append(Dialled(self.moment(at), self.leg(n), target, address, *over, role=Role.CALLEE))
        return self

    def bridged(self, at: float, n: int) -> Story:
        self.entries.append(Bridged(self.moment(at), self.leg(n)))
        return self

    def step(self, at: float, step: str, outcome: Outcome) -> Story:
        self.entries.append(StepEnded(self.moment(at), step, outcome))
        return self

    def recorded(self, at: float, box: str, path: str) -> Story:
        self.entries.append(Recorded(self.moment(at), box, path))
        return self

    def queued(
        self, at: float, queue: str = "support", visit: int = 1, position: int = 1, since: float = 0, took_up: str = ""
    ) -> Story:
        """A place in a queue; `since`: so many seconds ago the caller began to wait. A place taken up is call 99's."""
        call = call_id(99) if not self.has_caller else self.call
        ticket, joined = f"{call}/{visit}", self.moment(at - since)
        self.entries.append(Queued(self.moment(at), queue, ticket, joined, position, took_up))
        return self

    def offered(self, at: float, offer: str, agent: str, *legs: int, queue: str = "support") -> Story:
        ids = tuple(self.leg(n) for n in legs)
        self.entries.append(Offered(self.moment(at), offer, queue, agent, ids))
        return self

    def offer_ended(self, at: float, offer: str, agent: str, how: OfferEnd, detail: str = "") -> Story:
        self.entries.append(OfferEnded(self.moment(at), offer, agent, how, detail))
        return self

    def left(self, at: float, how: Leaving, wait_s: float, detail: str = "", queue: str = "support") -> Story:
        self.entries.append(LeftQueue(self.moment(at), queue, how, round(wait_s * 1000), detail))
        return self

    def pressed(self, at: float, key: str) -> Story:
        self.entries.append(Pressed(self.moment(at), key))
        return self

    def wraps_up(self, at: float, offer: str, agent: str, until: float) -> Story:
        self.entries.append(WrapUpBegan(self.moment(at), offer, agent, self.moment(until)))
        return self

    def leg_ended(
        self,
        at: float,
        n: int,
        cause: str,
        outcome: Outcome,
        created: float | None = None,
        ringing: float | None = None,
        answered: float | None = None,
        by: str = "",
        estimated: bool = False,
    ) -> Story:
        """The end of the n-th leg; without `created` it never became a channel."""
        stamps = None if created is None else self._stamps(created, ringing, answered, at)
        self.entries.append(LegEnded(self.moment(at), self.leg(n), cause, outcome, stamps, by, estimated))
        return self

    def ended(
        self,
        at: float,
        by: str = "",
        answered: float | None = None,
        cause: str = "NORMAL_CLEARING",
        estimated: bool = False,
    ) -> Entries:
        """The end of the caller's channel, and of the trail."""
        outcome = Outcome.ANSWERED if answered is not None else Outcome.ABANDONED
        stamps = self._stamps(0, None, answered, at)
        self.entries.append(LegEnded(self.moment(at), self.call, cause, outcome, stamps, by, estimated))
        return tuple(self.entries)

    def _stamps(self, created: float, ringing: float | None, answered: float | None, ended: float) -> Stamps:
        ring = None if ringing is None else self.moment(ringing)
        answer = None if answered is None else self.moment(answered)
        return Stamps(self.moment(created), ring, answer, self.moment(ended))


def forwarded(n: int = 0, start: Instant = NOON, talk_s: float = 61.5, estimated: bool = False) -> Entries:
    """101 does not answer, its no-answer rule sends the call to a mobile, which answers: three legs, one charge."""
    end = 25 + talk_s
    return (
        Story(n, start)
        .routed(0.001, "extension:101", "number +48225550000", "tenants/acme.yaml:12")
        .rings(0.002, 0)
        .leg_ended(20, 0, "NO_ANSWER", Outcome.NO_ANSWER, created=0.01, ringing=0.1)
        .step(20, "ring", Outcome.NO_ANSWER)
        .routed(20, "number:+48600700800", "rule no_answer of extension:101", "tenants/acme.yaml:31")
        .rings_outside(20.001, 1)
        .bridged(25.003, 1)
        .leg_ended(end, 1, "NORMAL_CLEARING", Outcome.ANSWERED, 20.01, 21, 25, by="callee", estimated=estimated)
        .ended(end + 0.01, by="switch", answered=25.001, estimated=estimated)
    )


def answered_in_queue(n: int = 0, start: Instant = NOON, talk_s: float = 60, estimated: bool = False) -> Entries:
    """Third in the queue; bob does not answer, alice does at her external number: 38 s of waiting."""
    end = 38.1 + talk_s
    return (
        Story(n, start)
        .routed(0.001, "queue:support", "number +48225550000", "tenants/acme.yaml:12")
        .queued(0.1, position=3)
        .pressed(5, "7")
        .offered(10, "o1", "bob", 0)
        .rings(10, 0, "extension:102")
        .leg_ended(30, 0, "NO_ANSWER", Outcome.NO_ANSWER, created=10.01, ringing=10.1)
        .offer_ended(30, "o1", "bob", OfferEnd.NO_ANSWER, "NO_ANSWER")
        .offered(30.5, "o2", "alice", 1)
        .rings_outside(30.5, 1, payer="tenant")
        .offer_ended(35, "o2", "alice", OfferEnd.ACCEPTED)
        .bridged(38.1, 1)
        .left(38.1, Leaving.ANSWERED, 38, "alice")
        .leg_ended(end, 1, "NORMAL_CLEARING", Outcome.ANSWERED, 30.51, 31, 34, by="callee", estimated=estimated)
        .wraps_up(end, "o2", "alice", end + 30)
        .ended(end + 0.01, by="switch", answered=0.2, estimated=estimated)
    )


def called_back(n: int = 0, start: Instant = NOON) -> Entries:
    """Alice is rung first, at her external number, then the customer who had asked for it half an hour before."""
    story = (
        Story(n, start, has_caller=False)
        .queued(0, since=1800, took_up="callback")
        .offered(0.1, "o1", "alice", 0)
        .rings_outside(0.1, 0, "+48600700801", payer="tenant")
        .offer_ended(5, "o1", "alice", OfferEnd.ACCEPTED)
        .rings_outside(5.1, 1, "+48221234567", payer="tenant")
        .bridged(15, 1)
        .left(15, Leaving.ANSWERED, 1815, "alice")
        .leg_ended(75, 1, "NORMAL_CLEARING", Outcome.ANSWERED, 5.2, 6, 14.9, by="callee")
        .wraps_up(75, "o1", "alice", 90)
        .leg_ended(75.1, 0, "NORMAL_CLEARING", Outcome.ANSWERED, 0.2, 1, 4.9, by="switch")
    )
    return tuple(story.entries)


def supervising(n: int) -> Entries:
    """102 listens to a conversation of another call for some twenty seconds."""
    story = Story(n)
    (arrived,) = story.entries
    assert isinstance(arrived, Arrived)
    dialled = replace(arrived, caller=Caller("102", extension="102"), dialled="*53*117#")
    story.entries = [dialled, RoleTaken(story.moment(1), story.call, Role.SUPERVISOR)]
    return story.ended(20, "caller", 0.5)
