"""The present state of the queues, as tables show it; one tenant at a time, waiting for Redis.

Moments are those of the clock of Redis, without the correction by which the queues' own goes (`server_clock`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from gevent.event import AsyncResult

from callcontrol.edges.live_state import keys, queue_script
from callcontrol.edges.live_state.failures import LiveStateError, StoreAway
from callcontrol.edges.live_state.pipeline import RedisPipeline
from callcontrol.edges.live_state.workers import has_lease
from callcontrol.vocabulary.agent import AgentAction, AgentState, AgentView
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.queue import Leaving, Occasion, QueueView, TicketView

ANSWER_S = 5.0
# Most callers of one queue that are shown at once.
PAGE = 1_000


class QueueViews:
    """Reads the queues, and carries out a person's commands; every method waits for Redis.

    Raises (all methods):
        LiveStateError: Redis is away or refused it.
    """

    def __init__(self, pipeline: RedisPipeline) -> None:
        self._pipeline = pipeline
        self._correction_us: dict[str, int] = {}  # by tenant: the queues' clock less that of Redis

    def queues(self, tenant: str, occasion: Occasion) -> list[QueueView]:
        """All queues of a tenant, by name."""
        return [_queue(row, off) for row, off in self._rows(tenant, "view_queues", {}, occasion)]

    def agents(self, tenant: str, occasion: Occasion, names: Collection[str] | None = None) -> list[AgentView]:
        """All agents of a tenant, by name; or those of these names, which are known ones."""
        given = {} if names is None else {"names": list(names)}
        return [_agent(row, off) for row, off in self._rows(tenant, "view_agents", given, occasion)]

    def marks(self, tenant: str, occasion: Occasion) -> dict[str, str]:
        """By agent a text that is another one as soon as the agent does something else. A conversation or a pause that
        ends, and figures of today, are among it; that an agent is on a call of no queue shows with the next of these.
        """
        rows = (row.decode("utf-8", "replace") for row in self._ask(tenant, "view_marks", {}, occasion))
        return {name: mark for name, _, mark in (row.partition("\n") for row in rows)}

    def states(self, tenant: str, occasion: Occasion) -> dict[AgentState, int]:
        """How many agents are in which state; states without an agent are left out."""
        rows = self._ask(tenant, "view_states", {}, occasion)
        return {AgentState(state.decode()): count for state, count in rows}

    def tickets(
        self, tenant: str, queue: str, occasion: Occasion, first: int = 0, count: int = PAGE
    ) -> list[TicketView]:
        """The tickets of a queue, in the order of their places, then held callbacks; from `first` (0: the next) on."""
        given = {"queue": queue, "first": first, "last": first + count - 1}
        return [_ticket(queue, row, off) for row, off in self._rows(tenant, "view_tickets", given, occasion)]

    def act(self, tenant: str, agent: str, action: AgentAction, detail: str, occasion: Occasion) -> str:
        """Carry out an action on an agent: `done`, or why not (`unknown`, `auto`, `no_wrap_up`)."""
        return self._word(tenant, "act", {"agent": agent, "action": action, "detail": detail}, occasion)

    def prioritise(self, tenant: str, ticket: str, priority: int, occasion: Occasion) -> str:
        """Give a waiting caller another priority: `done`, or `gone`."""
        return self._word(tenant, "prioritise", {"id": ticket, "priority": priority}, occasion)

    def notify(self, tenant: str, ticket: str, what: str, detail: str, occasion: Occasion) -> str:
        """Have a caller moved or removed: `told` (its worker does it), `done`, `callback` (it cannot be), `gone`."""
        return self._word(tenant, "notify", {"id": ticket, "what": what, "detail": detail}, occasion)

    def has_worker(self, tenant: str, ticket: str, occasion: Occasion) -> bool | None:
        """Whether a worker that lives has this ticket's caller; None: the ticket is gone."""
        found = self._ask(tenant, "find", {"id": ticket}, occasion)
        return has_lease(self._pipeline, found[1].decode()) if found else None

    def take_out(self, tenant: str, ticket: str, occasion: Occasion) -> str:
        """Take a ticket out of its queue if it has no worker: `left`, or `gone`."""
        return self._word(tenant, "leave", {"id": ticket, "how": Leaving.REMOVED}, occasion)

    def _word(self, tenant: str, operation: str, given: Mapping[str, Any], occasion: Occasion) -> str:
        answer: bytes = self._ask(tenant, operation, given, occasion)[0]
        return answer.decode()

    def _rows(
        self, tenant: str, operation: str, given: Mapping[str, Any], occasion: Occasion
    ) -> Iterator[tuple[Any, int]]:
        """The rows of a table, each with how far its moments are ahead of the clock of Redis (microseconds)."""
        answer, correction_us = self._replied(tenant, operation, given, occasion)
        return ((row, correction_us) for row in answer)

    def _ask(self, tenant: str, operation: str, given: Mapping[str, Any], occasion: Occasion) -> Any:
        return self._replied(tenant, operation, given, occasion)[0]

    def _replied(self, tenant: str, operation: str, given: Mapping[str, Any], occasion: Occasion) -> tuple[Any, int]:
        if tenant not in self._correction_us:
            self._correction_us[tenant] = int(self._pipeline.ask("GET", keys.correction(tenant)) or 0)
        occasion = replace(occasion, now=Instant(occasion.now + self._correction_us[tenant]))
        result: AsyncResult[Any] = AsyncResult()

        def replied(reply: Any, trouble: LiveStateError | None) -> None:
            result.set(reply) if trouble is None else result.set_exception(trouble)

        queue_script.submit(self._pipeline, tenant, operation, given, occasion, replied)
        if not result.wait(ANSWER_S) and not result.ready():
            raise StoreAway(f"no answer within {ANSWER_S} s")
        reply = result.get(block=False)
        self._correction_us[tenant] = int(reply[5])
        return reply[0], self._correction_us[tenant]


def _figures(flat: list[bytes]) -> dict[str, int]:
    return {name.decode(): int(value) for name, value in zip(flat[::2], flat[1::2], strict=True)}


def _instant(text: bytes, off_us: int) -> Instant | None:
    return Instant(int(text) - off_us) if text and text != b"0" else None


def _queue(row: Any, off_us: int) -> QueueView:
    name, waiting, callbacks, oldest, active, ready, handling_us, figures, held = row
    return QueueView(
        name=name.decode(),
        waiting=waiting,
        callbacks=callbacks,
        oldest=_instant(oldest, off_us),
        active=active,
        ready=ready,
        handling_ms=int(handling_us) // 1000,
        figures=_figures(figures),
        held=held,
    )


def _agent(row: Any, off_us: int) -> AgentView:
    name, state, since, paused, wrap_until, rest_until, misses, number, _, _, queues, figures = row
    shown = AgentState(state.decode())
    ends = {AgentState.WRAP_UP: wrap_until, AgentState.READY: rest_until}.get(shown, b"")
    return AgentView(
        name=name.decode(),
        state=shown,
        since=_instant(since, off_us) or Instant(0),
        until=_instant(ends, off_us),
        reason=paused.decode(),
        queues=tuple(queue.decode() for queue in queues),
        caller=number.decode() if shown is AgentState.TALKING else "",
        misses_in_a_row=int(misses or 0),
        figures=_figures(figures),
    )


def _ticket(queue: str, row: Any, off_us: int) -> TicketView:
    ticket, position, number, joined, priority, lane, state, offered = row
    return TicketView(
        id=ticket.decode(),
        queue=queue,
        position=position,
        number=number.decode(),
        joined=Instant(int(joined) - off_us),
        priority=int(priority),
        demand=lane.decode(),
        state=state.decode(),
        offered_to=tuple(offered.decode().split(",")) if offered else (),
    )
