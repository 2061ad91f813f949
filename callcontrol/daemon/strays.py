"""Channels that come to a worker which cannot ask Redis whose call they are.

The worker that has the call passes it on (`passing_on.py`). Where none does such a channel begins a call at once: its
party waits. Redis is asked again until it answers. What it knows of a call that began anew becomes part of it
(`control/reunion.py`); what it has of one that was passed on is older, and is replaced. Until then this worker saves
nothing of it: it would be refused, as another worker's, or what that one saved would be lost.
"""

from __future__ import annotations

import logging
from functools import partial
from typing import Final

from callcontrol.control.call import Call, Closed
from callcontrol.control.reunion_events import Reunited
from callcontrol.daemon.adoption import adopt
from callcontrol.daemon.driven_call import DrivenCall
from callcontrol.daemon.passing import Stray
from callcontrol.daemon.worker_context import WorkerContext
from callcontrol.edges import meters
from callcontrol.edges.containment import contained
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.edges.live_state.pipeline import COOL_DOWN_S

log = logging.getLogger(__name__)

# Redis is asked again after so long (seconds).
AGAIN_S: Final = 1.0
# Once it answers, the worker before has so long to save what it owes (`calls.py`), before the call is taken (seconds).
# One that has passed a call on owes nothing of it.
SETTLED_S: Final = COOL_DOWN_S + 1.0


def began(shared: WorkerContext, driver: DrivenCall, stray: Stray) -> None:
    """It is here: find out what Redis knows of it."""
    shared.strays[driver.call.id] = stray
    _ask_later(shared, driver, stray)


def _ask_later(shared: WorkerContext, driver: DrivenCall, stray: Stray) -> None:
    shared.timers.after(AGAIN_S, partial(_ask, shared, driver, stray, take=stray.passed))


def _ask(shared: WorkerContext, driver: DrivenCall, stray: Stray, *, take: bool) -> None:
    call = driver.call
    if not _is_here(shared, driver, stray):
        return

    def is_meant(known: Call) -> bool:
        return take and (stray.passed or known.leg(stray.channel) is not None)

    def answered(known: Call | None, trouble: LiveStateError | None) -> None:
        with contained("call", "the other part of a call could not be found", call=call.id):
            if trouble is not None:
                log.info("the other part of the call is not known yet: %s", trouble, extra={"call": call.id})
                _ask_later(shared, driver, stray)
            elif not take:
                shared.timers.after(SETTLED_S, partial(_ask, shared, driver, stray, take=True))
            elif _is_here(shared, driver, stray):
                del shared.strays[call.id]
                (_confirmed if stray.passed else _known)(shared, driver, stray, known)

    shared.calls.take_one(call.tenant, (call.id,), shared.worker, answered, is_meant)


def _is_here(shared: WorkerContext, driver: DrivenCall, stray: Stray) -> bool:
    """Whether the call is still this worker's to find out about: one that is over and began anew is not, for its record
    tells of the legs that were rung here; one that was passed on is, for Redis has to forget it.
    """
    call = driver.call
    if shared.strays.get(call.id) is not stray:
        return False
    is_over = stray.passed and isinstance(call.state, Closed)
    if is_over or shared.drivers.get(call.id) is driver:
        return True
    del shared.strays[call.id]
    return False


def _confirmed(shared: WorkerContext, driver: DrivenCall, stray: Stray, known: Call | None) -> None:
    """Redis has it as this worker's, or does not have it: what it is by now is saved, or forgotten."""
    call = driver.call
    if known is None:
        shared.calls.begin_again(call.tenant, call.id)
    if not isinstance(call.state, Closed):
        shared.save(call)
    elif call.id not in shared.closing:
        shared.calls.forget(call)


def _known(shared: WorkerContext, driver: DrivenCall, stray: Stray, known: Call | None) -> None:
    call = driver.call
    if known is None:
        shared.calls.begin_again(call.tenant, call.id)
        shared.save(call)
    elif isinstance(known.state, Closed):
        adopt(shared, known)
    else:
        meters.calls_taken_total.inc()
        shared.switches.announce(call.switch, shared.worker, (call.id,), arrived=True)
        driver.deliver(Reunited(known, stray.by_leg))
        for end in shared.missed(driver.call):
            driver.deliver(end)
