"""The queues as a driver sees them: a call's queue commands become operations, their answers the call's events."""

from __future__ import annotations

import logging
from functools import partial

from callcontrol.control import commands as do
from callcontrol.control.events import (
    CallbackAnswered,
    OfferAccepted,
    OfferVoid,
    PlaceKnown,
    QueueEntered,
    QueueRefused,
    Stored,
)
from callcontrol.daemon.driven_call import DrivenCall
from callcontrol.edges.live_state.queues import QueueStore
from callcontrol.vocabulary.moment import SECOND_US
from callcontrol.vocabulary.queue import Entered, Kept, Leaving, Refusal

log = logging.getLogger(__name__)

QueueCommand = (
    do.JoinQueue
    | do.LeaveQueue
    | do.AskPlace
    | do.TakeUpOffer
    | do.AcceptOffer
    | do.PassOffer
    | do.EndTalk
    | do.KeepCallback
    | do.CallbackTried
    | do.ActOnAgent
)


class QueueLine:
    """Carries out queue commands of calls."""

    def __init__(self, store: QueueStore) -> None:
        self._store = store

    def carry_out(self, command: QueueCommand, driver: DrivenCall) -> None:
        """Carry it out; the answer is delivered to the driver."""
        tenant, store = driver.call.tenant, self._store
        match command:
            case do.JoinQueue():
                self._join(command, driver)
            case do.LeaveQueue(ticket, how):
                _tell_failure(how, driver)
                store.leave(tenant, ticket, how)
            case do.AskPlace(ticket):
                store.place(tenant, ticket, lambda found: driver.deliver(PlaceKnown(ticket, found)))
            case do.TakeUpOffer(offer, for_s):
                void = partial(_void, driver, offer)
                store.ringing(tenant, offer, int(for_s * SECOND_US), void)
            case do.AcceptOffer():
                self._accept(command, driver)
            case do.PassOffer(offer, agent, how_ended):
                store.pass_(tenant, offer, agent, how_ended)
            case do.EndTalk(agent, ticket, talk_us, why):
                store.over(tenant, agent, ticket, talk_us, why)
            case do.KeepCallback(ticket, number, not_before, expires, closed, context):
                kept = partial(_kept, driver, ticket)
                store.call_back(tenant, ticket, number, not_before, expires, kept, closed, context)
            case do.CallbackTried(ticket, reached, not_before):
                store.called(tenant, ticket, reached, not_before)
            case do.ActOnAgent(agent, action, detail):
                stored = partial(store.act, tenant, agent, action, detail, lambda t: driver.deliver(Stored(t)))
                driver.when_confirmed(stored)

    def _join(self, command: do.JoinQueue, driver: DrivenCall) -> None:
        ticket = command.ticket

        def answered(answer: Entered | Refusal) -> None:
            if isinstance(answer, Refusal):
                driver.deliver(QueueRefused(ticket.id, answer))
            else:
                driver.deliver(QueueEntered(ticket.id, answer))

        self._store.join(driver.call.tenant, ticket, answered)

    def _accept(self, command: do.AcceptOffer, driver: DrivenCall) -> None:
        def answered(accepted: bool, _losers: tuple[str, ...]) -> None:
            if accepted:
                driver.deliver(OfferAccepted(command.offer, command.agent))
            else:
                driver.deliver(OfferVoid(command.offer, command.agent))

        self._store.accept(driver.call.tenant, command.offer, command.agent, driver.call.id, answered)


def _tell_failure(how: Leaving, driver: DrivenCall) -> None:
    if how is Leaving.FAILED:
        why = "this host's configuration has no such queue, or the call does not wait there"
        log.warning(
            "a place in a queue is given up: %s", why, extra={"call": driver.call.id, "tenant": driver.call.tenant}
        )


def _void(driver: DrivenCall, offer: str) -> None:
    driver.deliver(OfferVoid(offer, ""))


def _kept(driver: DrivenCall, ticket: str, kept: Kept) -> None:
    driver.deliver(CallbackAnswered(ticket, kept))
