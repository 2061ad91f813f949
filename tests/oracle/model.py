"""The queues of one tenant in memory: one method for each operation of `RULES.md`.

The oracle of the store's scripts, and their twin where calls are simulated. It is written to be obviously right: the
scores are computed when an agent is chosen, and what is looked for is looked for among all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Concatenate, ParamSpec, TypeVar

from callcontrol.routing.queue_layout import Layout
from callcontrol.vocabulary.agent import AgentAction, OfferEnd
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.queue import Engaged, Entered, Kept, Leaving, Occasion, Refusal, TalkEnd, Ticket
from tests.oracle import administration, callbacks, callers, engagements, falling_due, snapshot, staff, talks
from tests.oracle.answers import Acceptance, Objection, Result
from tests.oracle.state import State
from tests.oracle.work import Work

P = ParamSpec("P")
Answer = TypeVar("Answer")


class Model:
    """Each operation is given its occasion first, and returns its answer with the offers and notices it led to."""

    def __init__(self) -> None:
        self.state = State()

    # --- callers

    def join(self, occasion: Occasion, ticket: Ticket) -> Result[Entered | Refusal]:
        """A caller wants to wait."""
        return self._do(occasion, callers.join, ticket)

    def place(self, occasion: Occasion, ticket: str) -> Result[Entered | None]:
        """Where a ticket stands; None: it is not known. The worker that asks has it from now on."""
        return self._do(occasion, callers.place, ticket)

    def leave(self, occasion: Occasion, ticket: str, how: Leaving) -> Result[bool]:
        """The caller is gone; whether there was one."""
        return self._do(occasion, callers.leave, ticket, how)

    # --- offers

    def ringing(self, occasion: Occasion, offer: str, for_us: int) -> Result[bool]:
        """The worker has taken the offer up, which lasts for so many microseconds from now on; whether it is there."""
        return self._do(occasion, talks.ringing, offer, for_us)

    def accept(self, occasion: Occasion, offer: str, agent: str, call: str) -> Result[Acceptance]:
        """The agent has answered, in this call."""
        return self._do(occasion, talks.accept, offer, agent, call)

    def pass_(self, occasion: Occasion, offer: str, agent: str, how: OfferEnd) -> Result[bool]:
        """The offer came to nothing for this agent; whether the agent had it."""
        return self._do(occasion, talks.pass_, offer, agent, how)

    def over(self, occasion: Occasion, agent: str, ticket: str, talk_us: int, how: TalkEnd) -> Result[Instant | None]:
        """The conversation is over: the end of the wrap-up (0: none); None if there was no such conversation."""
        return self._do(occasion, talks.over, agent, ticket, talk_us, how)

    # --- callbacks

    def call_back(
        self,
        occasion: Occasion,
        ticket: str,
        number: str,
        not_before: Instant,
        expires: Instant,
        closed: callbacks.Closed = (),
        context: str = "",
    ) -> Result[Kept]:
        """The caller wants to be called; whether that can be, and is the only one at this number. While it is `closed`
        (from, till) the callback is held.
        """
        return self._do(occasion, callbacks.call_back, ticket, number, not_before, expires, closed, context)

    def context(self, occasion: Occasion, ticket: str) -> Result[str]:
        """How its caller was led, "" where that was not said."""
        return self._do(occasion, callbacks.context, ticket)

    def called(self, occasion: Occasion, ticket: str, reached: bool, not_before: Instant) -> Result[bool]:
        """An attempt is over; not_before 0: there is no further one. Whether there was one."""
        return self._do(occasion, callbacks.called, ticket, reached, not_before)

    # --- agents

    def act(self, occasion: Occasion, agent: str, action: AgentAction, detail: str = "") -> Result[Objection | None]:
        """What an agent asks for; None: it is done."""
        return self._do(occasion, staff.act, agent, action, detail)

    def reach(self, occasion: Occasion, agents: Mapping[str, bool]) -> Result[None]:
        """Which of these agents have a phone registered."""
        return self._do(occasion, staff.reach, agents)

    def elsewhere(self, occasion: Occasion, agent: str, id_: str, on: bool, call: str) -> Result[None]:
        """One of the agent's other calls begins or ends: this leg of this call."""
        return self._do(occasion, staff.elsewhere, agent, id_, on, call)

    def engaged(self, occasion: Occasion, those: Iterable[Engaged], calls: frozenset[str]) -> Result[int]:
        """These go on, and the live state has these calls; how many agents are let go because nothing is heard."""
        return self._do(occasion, engagements.engaged, those, calls)

    # --- the rest

    def due(self, occasion: Occasion) -> Result[int]:
        """Carry out what has fallen due; how many callers are gone because no worker asked for their places."""
        return self._do(occasion, falling_due.due)

    def prioritise(self, occasion: Occasion, ticket: str, priority: int) -> Result[bool]:
        """A waiting ticket has another priority; whether it is there."""
        return self._do(occasion, administration.prioritise, ticket, priority)

    def notify(self, occasion: Occasion, ticket: str, what: str, detail: str = "") -> Result[bool]:
        """Tell a ticket's call something (`moved`, `removed`); whether that was possible."""
        return self._do(occasion, administration.notify, ticket, what, detail)

    def configure(self, occasion: Occasion, layout: Layout) -> Result[bool]:
        """Put a layout in force; whether it is another one."""
        return self._do(occasion, administration.configure, layout)

    # --- without an occasion

    def next_due(self) -> Instant | None:
        """When `due` has something to do next; None: nothing waits for its time."""
        first = falling_due.first_due(self.state)
        return Instant(first[0]) if first is not None else None

    def snapshot(self) -> dict[str, Any]:
        """The whole state in plain form, see `snapshot.snapshot`."""
        return snapshot.snapshot(self.state)

    def _do(
        self,
        occasion: Occasion,
        operation: Callable[Concatenate[Work, P], Answer],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Result[Answer]:
        work = Work(self.state, occasion)
        answer = operation(work, *args, **kwargs)
        return Result(answer, tuple(work.offers), tuple(work.notices))
