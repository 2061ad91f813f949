"""Queues in Redis: one method for each operation of `queue_scripts/RULES.md`, each one atomic script.

Answers come by callback, in the pipeline's greenlet, which they must not block. What an operation leads to besides its
answer (offers, notices, when the next thing falls due) goes to `on_told`, after the answer. Operations that free
an agent or a caller are owed until Redis has taken them, in their order: none stays reserved because Redis was away.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import gevent

from callcontrol.edges import clock, meters
from callcontrol.edges.live_state import caller_context, keys, queue_script
from callcontrol.edges.live_state.failures import LiveStateError, StoreOlder, StoreRefused
from callcontrol.edges.live_state.pipeline import COOL_DOWN_S, RedisPipeline
from callcontrol.edges.live_state.queue_replies import Effects, entered_from, told_of
from callcontrol.edges.live_state.server_clock import ServerClocks
from callcontrol.routing.pace import smoothed
from callcontrol.vocabulary.agent import AgentAction, OfferEnd
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.queue import (
    NO_CONTEXT,
    CallerContext,
    Engaged,
    Entered,
    Kept,
    Leaving,
    Occasion,
    Offer,
    Refusal,
    TalkEnd,
    Ticket,
)

log = logging.getLogger(__name__)

# Operations that Redis has not taken yet; past it the oldest are given up, and their offers end by their leases.
MAX_OWED = 50_000
# Said in one operation, which keeps Redis from others for a millisecond or two.
ENGAGED_AT_ONCE = 500


OnAnswer = Callable[[Any], None]


class QueueStore:
    """The queues of all tenants.

    Args:
        occasion: returns the time, worker, seed and periods for an operation of this tenant.
        on_told: gets the tenant and what an operation led to.
        after: does something after so many seconds.
        clocks: the clocks of the servers; default: by what they answer.
        on_older: told of a tenant whose queues are of an older version (`upgrade`); what is asked of them waits.
    """

    def __init__(
        self,
        pipeline: RedisPipeline,
        occasion: Callable[[str], Occasion],
        on_told: Callable[[str, Effects], None],
        after: Callable[[float, Callable[[], None]], object] = gevent.spawn_later,
        clocks: ServerClocks | None = None,
        on_older: Callable[[str], object] = lambda tenant: None,
    ) -> None:
        self._after = after
        self._pipeline = pipeline
        self._occasion = occasion
        self._on_told = on_told
        self._on_older = on_older
        self._owed: deque[tuple[str, str, Mapping[str, Any], OnAnswer]] = deque()
        self._retrying = False
        self._answer_s = 0.0
        self._clocks = clocks if clocks is not None else ServerClocks()

    @property
    def owed(self) -> int:
        """Operations Redis has not taken yet."""
        return len(self._owed)

    @property
    def interruptions(self) -> int:
        """How often Redis was away or replaced since the start, see `RedisPipeline.interruptions`."""
        return self._pipeline.interruptions

    # --- callers

    def join(self, tenant: str, ticket: Ticket, on_answer: Callable[[Entered | Refusal], None]) -> None:
        """Let a caller into a queue; with Redis away the caller is refused (`Refusal.AWAY`)."""
        given = {
            "id": ticket.id,
            "queue": ticket.queue,
            "number": ticket.number,
            "joined": self._clocks.there(tenant, ticket.joined),
            "priority": ticket.priority,
            "stages": [[stage.after_ms * 1000, stage.demand] for stage in ticket.stages],
            "again": ticket.again,
        }

        def answered(answer: Any, trouble: LiveStateError | None) -> None:
            if trouble is not None:
                self._owe(tenant, "leave", {"id": ticket.id, "how": Leaving.FAILED}, _ignore)
            on_answer(self._entered(tenant, answer) if trouble is None else Refusal.AWAY)

        self._do(tenant, "join", given, answered)

    def place(self, tenant: str, ticket: str, on_place: Callable[[Entered | None], None]) -> None:
        """The ticket's place, None if it is not known. With Redis away there is no answer: ask again."""

        def answered(answer: Any, trouble: LiveStateError | None) -> None:
            if trouble is None:
                found = self._entered(tenant, answer) if answer[0] == b"entered" else None
                on_place(found if isinstance(found, Entered) else None)

        self._do(tenant, "place", {"id": ticket}, answered)

    def leave(self, tenant: str, ticket: str, how: Leaving) -> None:
        """Remove the caller's ticket from the queue."""
        self._owe(tenant, "leave", {"id": ticket, "how": how}, _ignore)

    # --- offers

    def ringing(self, tenant: str, offer: str, for_us: int, on_void: Callable[[], object] = lambda: None) -> None:
        """Take the offer up: it lasts for so many microseconds from now on; `on_void`: its lease had run out."""
        given = {"offer": offer, "for_us": for_us}
        self._do(tenant, "ringing", given, lambda answer, _: on_void() if answer and answer[0] == b"void" else None)

    def accept(
        self, tenant: str, offer: str, agent: str, call: str, on_answer: Callable[[bool, tuple[str, ...]], None]
    ) -> None:
        """The agent has answered, in this call. `on_answer(accepted, losers)`: the others who still had the offer."""

        def answered(answer: Any, trouble: LiveStateError | None) -> None:
            if trouble is not None:
                self._owe(tenant, "pass", {"offer": offer, "agent": agent, "how": OfferEnd.CALLER_GONE}, _ignore)
                on_answer(False, ())
            else:
                on_answer(answer[0] == b"accepted", tuple(name.decode() for name in answer[1:]))

        self._do(tenant, "accept", {"offer": offer, "agent": agent, "call": call}, answered)

    def pass_(self, tenant: str, offer: str, agent: str, how: OfferEnd) -> None:
        """The offer is over for this agent, without a conversation."""
        self._owe(tenant, "pass", {"offer": offer, "agent": agent, "how": how}, _ignore)

    def over(self, tenant: str, agent: str, ticket: str, talk_us: int, how: TalkEnd) -> None:
        """The agent does not talk with this ticket any more."""
        self._owe(tenant, "over", {"agent": agent, "id": ticket, "talk_us": talk_us, "how": how}, _ignore)

    # --- callbacks

    def call_back(
        self,
        tenant: str,
        ticket: str,
        number: str,
        not_before: Instant,
        expires: Instant,
        on_kept: Callable[[Kept], None] = lambda _: None,
        closed: Iterable[tuple[Instant, Instant]] = (),
        context: CallerContext = NO_CONTEXT,
    ) -> None:
        """The caller has asked to be called back; the ticket keeps its place.

        Args:
            context: how the caller was led; `context_of` answers it.
            closed: from when till when it is held until then, in their order: its customer may not be called.
            on_kept: gets the result; with Redis away as soon as it is back.
        """
        begins, ends = self._clocks.there(tenant, not_before), self._clocks.there(tenant, expires)
        there = ([self._clocks.there(tenant, at) for at in both] for both in closed)
        shut = ",".join(f"{begin}:{end}" for begin, end in there)
        given = {"id": ticket, "number": number, "not_before": begins, "expires": ends, "closed": shut}
        given["context"] = caller_context.written(context)
        self._owe(tenant, "call_back", given, lambda answer: on_kept(Kept(answer[0].decode())))

    def context_of(self, tenant: str, ticket: str, on_context: Callable[[CallerContext], None]) -> None:
        """How the caller was led who has asked for this callback; NO_CONTEXT where that is not known: Redis is away,
        the ticket is gone, another version kept it.
        """

        def answered(answer: Any, trouble: LiveStateError | None) -> None:
            on_context(caller_context.read(tenant, answer.decode()) if trouble is None else NO_CONTEXT)

        self._do(tenant, "context", {"id": ticket}, answered)

    def called(self, tenant: str, ticket: str, reached: bool, not_before: Instant) -> None:
        """An attempt at a callback is over; not_before 0: there is no further one."""
        given = {"id": ticket, "reached": reached, "not_before": self._clocks.there(tenant, not_before)}
        self._owe(tenant, "called", given, _ignore)

    # --- agents

    def act(
        self, tenant: str, agent: str, action: AgentAction, detail: str, on_done: Callable[[str], None] = lambda _: None
    ) -> None:
        """Carry out an agent's action; `on_done` gets why it was refused, "" if it was done."""

        def answered(answer: Any, trouble: LiveStateError | None) -> None:
            on_done(str(trouble) if trouble is not None else _TROUBLE.get(answer[0], ""))

        self._do(tenant, "act", {"agent": agent, "action": action, "detail": detail}, answered)

    def reach(self, tenant: str, agents: Mapping[str, bool], on_done: Callable[[bool], None]) -> None:
        """Which of these agents have a phone registered; `on_done` gets whether Redis took it."""
        self._do(tenant, "reach", {"agents": agents}, lambda _, trouble: on_done(trouble is None))

    def reachable(self, tenant: str, on_names: Callable[[frozenset[str]], None]) -> None:
        """Who counts as having a phone registered; with Redis away nothing is answered."""

        def answered(answer: Any, trouble: LiveStateError | None) -> None:
            if trouble is None:
                on_names(frozenset(name.decode() for name in answer))

        self._do(tenant, "view_reachable", {}, answered)

    def elsewhere(self, tenant: str, agent: str, leg: str, on: bool, call: str) -> None:
        """A leg of this call, which came from no queue, keeps the agent from being offered callers; or no more."""
        self._owe(tenant, "elsewhere", {"agent": agent, "id": leg, "on": on, "call": call}, _ignore)

    def engaged(self, tenant: str, engagements: Sequence[Engaged]) -> None:
        """These go on: agents of whose conversations and other calls nothing is heard, and whose calls the live state
        does not have, are let go in the end.
        """

        def done(answer: Any, trouble: LiveStateError | None) -> None:
            if trouble is None and answer[1]:
                meters.engagements_lost_total.labels(tenant).inc(answer[1])
                log.error("%d agents of tenant %s are let go: no worker has the calls they were in", answer[1], tenant)

        for first in range(0, max(len(engagements), 1), ENGAGED_AT_ONCE):
            part = engagements[first : first + ENGAGED_AT_ONCE]
            self._do(tenant, "engaged", {"engaged": [[one.agent, one.id, one.call] for one in part]}, done)

    # --- the rest

    def knowing_the_time(self, tenant: str, then: Callable[[], None]) -> None:
        """Do this as soon as the server has said what time it is there; if it does not, nothing is done: ask again."""
        if self._clocks.is_known(tenant):
            then()
        else:
            self._do(tenant, "view_time", {}, lambda _, trouble: then() if trouble is None else None)

    def in_our_time(self, tenant: str, offer: Offer) -> Offer:
        """An offer as the scripts publish it, which goes by the server's clock, with the moments of our clock."""
        joined, expires = (self._clocks.here(tenant, moment) for moment in (offer.joined, offer.expires))
        return replace(offer, joined=joined, expires=expires)

    def due(self, tenant: str) -> None:
        """Carry out what has fallen due."""

        def done(answer: Any, trouble: LiveStateError | None) -> None:
            if trouble is None and len(answer) > 1 and answer[1]:
                meters.places_lost_total.labels(tenant).inc(answer[1])
                log.error("%d places in queues of tenant %s are given up: no worker has the calls", answer[1], tenant)

        self._do(tenant, "due", {}, done)

    def digest(self, tenant: str, on_digest: Callable[[str], None]) -> None:
        """The digest of the layout in force, "" if there is none; with Redis away nothing is answered."""

        def replied(reply: Any, trouble: LiveStateError | None) -> None:
            if trouble is None:
                on_digest((reply or b"").decode())

        self._pipeline.submit("HGET", f"{keys.queues(tenant)}:layout", "digest", on_reply=replied)

    def configure(self, tenant: str, layout: Mapping[str, Any], on_answer: Callable[[str], None]) -> None:
        """Put a layout in force: `queue_layout.layout_dict` with its `digest`, and `at`, when its configuration
        was accepted (us). The answer: `done`, `same` (it is in force), `older` (a newer one is) or "" (Redis is away).
        """
        self._do(
            tenant,
            "configure",
            layout,
            lambda answer, trouble: on_answer("" if trouble is not None else answer[0].decode()),
        )

    def upgrade(self, tenant: str, on_done: Callable[[int, int], None]) -> None:
        """Bring the tenant's queues to this program's version; workers of an older one can use them no more.
        `on_done` gets the version they had and the one they have; with Redis away nothing is answered.
        """

        def done(answer: Any, trouble: LiveStateError | None) -> None:
            if trouble is None:
                on_done(int(answer[0]), int(answer[1]))

        self._do(tenant, "upgrade", {}, done)

    # --- how

    def _do(
        self,
        tenant: str,
        operation: str,
        given: Mapping[str, Any],
        on_answer: Callable[[Any, LiveStateError | None], object],
    ) -> None:
        sent_s = clock.monotonic()

        def replied(reply: Any, trouble: LiveStateError | None) -> None:
            self._answer_s = smoothed(self._answer_s, clock.monotonic() - sent_s)
            if trouble is None:
                self._hear_time(tenant, sent_s, int(reply[4]), int(reply[5]))
            if isinstance(trouble, StoreOlder):
                self._on_older(tenant)
            if isinstance(trouble, StoreRefused):
                log.error("queue operation %s of tenant %s failed: %s", operation, tenant, trouble)
            on_answer(reply[0] if trouble is None else None, trouble)
            if trouble is None:
                self._on_told(tenant, self._told(tenant, reply))

        slack_us = queue_script.lease_slack_us(self._answer_s)
        told = {**given, "slack_us": slack_us} if slack_us else given
        queue_script.submit(self._pipeline, tenant, operation, told, self._now(tenant), replied)

    def _hear_time(self, tenant: str, sent_s: float, queues_us: int, correction_us: int) -> None:
        step_us = self._clocks.heard(tenant, sent_s, queues_us, correction_us)
        if step_us:
            log.warning("the clock of Redis (queues of %s) has stepped: their spans go on as they were", tenant)
            self._do(tenant, "stepped", {"seen": correction_us, "by": step_us}, _drop)

    def _now(self, tenant: str) -> Occasion:
        """The occasion as the server's clock has it."""
        occasion = self._occasion(tenant)
        return replace(occasion, now=self._clocks.there(tenant, occasion.now))

    def _entered(self, tenant: str, answer: Any) -> Entered | Refusal:
        found = entered_from(answer)
        return replace(found, joined=self._clocks.here(tenant, found.joined)) if isinstance(found, Entered) else found

    def _told(self, tenant: str, reply: Any) -> Effects:
        told = told_of(reply)
        next_due = self._clocks.here(tenant, told.next_due) if told.next_due is not None else None
        return Effects(tuple(self.in_our_time(tenant, offer) for offer in told.offers), told.notices, next_due)

    def _owe(self, tenant: str, operation: str, given: Mapping[str, Any], on_answer: OnAnswer) -> None:
        if self._owed:  # earlier operations go first
            self._remember(tenant, operation, given, on_answer)
        else:
            self._do(tenant, operation, given, partial(self._owed_answer, tenant, operation, given, on_answer))

    def _owed_answer(
        self,
        tenant: str,
        operation: str,
        given: Mapping[str, Any],
        on_answer: OnAnswer,
        answer: Any,
        trouble: LiveStateError | None,
    ) -> None:
        if trouble is None:
            on_answer(answer)
        elif not isinstance(trouble, StoreRefused):  # repeating what Redis refused would be refused again
            self._remember(tenant, operation, given, on_answer)

    def _remember(self, tenant: str, operation: str, given: Mapping[str, Any], on_answer: OnAnswer) -> None:
        self._owed.append((tenant, operation, given, on_answer))
        if len(self._owed) > MAX_OWED:
            meters.limits_reached_total.labels("MAX_OWED").inc()
            log.error("operation %s of tenant %s is given up: Redis has been away too long", *self._owed.popleft()[:2])
        if not self._retrying:
            self._retrying = True
            self._after(COOL_DOWN_S, self._retry)

    def _retry(self) -> None:
        self._retrying = False
        owed, self._owed = self._owed, deque()
        for tenant, operation, given, on_answer in owed:
            self._do(tenant, operation, given, partial(self._owed_answer, tenant, operation, given, on_answer))


_TROUBLE = {
    b"auto": "this agent is active whenever the phone is registered: pause instead",
    b"no_wrap_up": "there is no wrap-up to prolong",
    b"unknown": "there is no such agent",
}


def _ignore(_: Any) -> None:
    """Ignore the answer."""


def _drop(_: Any, __: LiveStateError | None) -> None:
    """Ignore the answer and any trouble: the operation is repeated later."""
