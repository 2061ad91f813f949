"""What a person does to a waiting caller: another queue, another priority, out of the queue."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from callcontrol.edges import clock
from callcontrol.kinds import KINDS
from callcontrol.routing.facts import Facts
from callcontrol.routing.forwarding_rights import trouble_with
from callcontrol.usecases.live_queues import LiveQueues, check_name, shown_number, tenant_of
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.phone_number import normalise
from callcontrol.vocabulary.queue import TicketView
from callcontrol.vocabulary.target import NumberTarget, Target, text_of

MAX_PRIORITY = 10
_LISTED = 5  # of several that are meant
_NO_WORKER = "no worker has this call"
_GONE = "the caller has left the queue meanwhile"


class WaitingCallers:
    """The callers that wait in a tenant's queues.

    A call is named by the beginning of its ticket's id. Every method answers what was done, in words.

    Raises (all methods):
        ValueError: it makes no sense or came too late; the message says why.
        LiveStateError: Redis is away.
    """

    def __init__(self, live: LiveQueues, tenant: str) -> None:
        self._live = live
        self._tenant = tenant
        self._settings = tenant_of(live.configuration.settings, tenant)

    def move(self, call: str, queue: str) -> str:
        """Move the caller into another queue; the time waited so far counts there."""
        check_name(self._tenant, "queue", queue, self._settings.queues)
        ticket = self._find(call)
        if ticket.queue == queue:
            raise ValueError(f"{self._who(ticket)} waits in {queue} already")
        if ticket.state == "callback":
            raise ValueError(f"{self._who(ticket)} is to be called back: a callback cannot be moved, only removed")
        if not self._has_worker(ticket):
            raise ValueError(f"{self._who(ticket)}: {_NO_WORKER}, so it cannot be moved; `queues remove` takes it out")
        self._notify(ticket, "moved", queue)
        return f"{self._who(ticket)} is sent from {ticket.queue} to {queue}"

    def remove(self, call: str, target: str) -> str:
        """Out of the queue: to the target, or without one the call ends."""
        onward = text_of(self._target(target)) if target else ""
        ticket = self._find(call)
        if onward and ticket.state == "callback":
            raise ValueError(f"{self._who(ticket)} is to be called back and cannot be sent to {onward}, only removed")
        if ticket.state != "callback" and not self._has_worker(ticket):
            return self._take_out(ticket, onward)
        if self._notify(ticket, "removed", onward) == "done":
            return f"{self._who(ticket)} is not called back any more"
        return f"{self._who(ticket)} is sent from {ticket.queue} {f'to {onward}' if onward else 'away'}"

    def prioritise(self, call: str, priority: int) -> str:
        """Another priority, at once."""
        if not 0 <= priority <= MAX_PRIORITY:
            raise ValueError(f"priority {priority}: write 0 to {MAX_PRIORITY}")
        ticket = self._find(call)
        done = self._live.views.prioritise(self._tenant, ticket.id, priority, self._live.occasion(self._tenant))
        if done == "gone":
            raise ValueError(f"{self._who(ticket)}: {_GONE}")
        return f"{self._who(ticket)} in {ticket.queue}: priority {ticket.priority} -> {priority}"

    def _has_worker(self, ticket: TicketView) -> bool:
        has_worker = self._live.views.has_worker(self._tenant, ticket.id, self._live.occasion(self._tenant))
        if has_worker is None:
            raise ValueError(f"{self._who(ticket)}: {_GONE}")
        return has_worker

    def _take_out(self, ticket: TicketView, onward: str) -> str:
        """Remove the ticket from here: there is no worker to do it."""
        if self._live.views.take_out(self._tenant, ticket.id, self._live.occasion(self._tenant)) == "gone":
            raise ValueError(f"{self._who(ticket)}: {_GONE}")
        not_sent = f", so it cannot be sent to {onward}" if onward else ""
        return f"{self._who(ticket)} is taken out of {ticket.queue}: {_NO_WORKER}{not_sent}"

    def _notify(self, ticket: TicketView, what: str, detail: str) -> str:
        occasion = self._live.occasion(self._tenant)
        answer = self._live.views.notify(self._tenant, ticket.id, what, detail, occasion)
        if answer == "gone":
            raise ValueError(f"{self._who(ticket)}: {_GONE}")
        return answer

    def _find(self, beginning: str) -> TicketView:
        found = [one for one in self._all() if beginning and one.id.startswith(beginning)]
        exact = [one for one in found if one.id == beginning]
        if len(found) == 1 or exact:
            return (exact or found)[0]
        if not found:
            raise ValueError(f"no call that begins with {beginning!r} waits in a queue of tenant {self._tenant}")
        listed = [f"  {self._who(one)} in {one.queue}: {one.id}" for one in found[:_LISTED]]
        more = [f"  and {len(found) - _LISTED} more"] if len(found) > _LISTED else []
        raise ValueError("\n".join([f"{beginning!r} may be any of these; write more of it:", *listed, *more]))

    def _all(self) -> Iterator[TicketView]:
        for queue in self._live.views.queues(self._tenant, self._live.occasion(self._tenant)):
            yield from self._live.callers(self._tenant, queue)

    def _who(self, ticket: TicketView) -> str:
        return shown_number(ticket.number, self._live.configuration.settings) or "a caller without a number"

    def _target(self, text: str) -> Target:
        """A target that calls of this tenant may be sent to."""
        target = KINDS.read(text)
        if isinstance(target, NumberTarget):
            number = normalise(target.name, self._settings.region)
            target = replace(target, name=number.text if number else target.name)
        configuration = self._live.configuration
        prices = configuration.prices_of(self._tenant)
        facts = Facts(configuration.settings, KINDS, self._tenant, prices, Caller(""), "", clock.now())
        if (refused := trouble_with(target, "", facts)) is not None:
            raise ValueError(refused.why)
        return target
