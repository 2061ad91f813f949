"""Channels that come to a worker which cannot ask whose call they are, for Redis is away.

Such a channel begins a call at once: its party waits. Redis is asked again until it answers, and what it knows of the
call becomes part of it (`control/reunion.py`). Until then this worker saves nothing of it: what the worker before saved
would be lost.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import partial
from typing import Final

from callcontrol.control.call import Call, Closed
from callcontrol.control.reunion_events import Reunited
from callcontrol.daemon.adoption import adopt
from callcontrol.daemon.driven_call import DrivenCall
from callcontrol.daemon.worker_context import WorkerContext
from callcontrol.edges import meters
from callcontrol.edges.containment import contained
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.edges.live_state.pipeline import COOL_DOWN_S

log = logging.getLogger(__name__)

# Redis is asked again after so long (seconds).
AGAIN_S: Final = 1.0
# Once it answers, the worker before has so long to save what it owes (`calls.py`), before the call is taken (seconds).
SETTLED_S: Final = COOL_DOWN_S + 1.0


@dataclass(frozen=True, slots=True)
class Stray:
    """A call that began so.

    Attributes:
        channel: the one that came.
        by_leg: the channel it was joined with last, as the switch says, "" if with none.
    """

    driver: DrivenCall
    channel: str
    by_leg: str


def began(shared: WorkerContext, stray: Stray) -> None:
    """It has begun here: find out what was known of it."""
    shared.strays.add(stray.driver.call.id)
    _ask_later(shared, stray)


def _ask_later(shared: WorkerContext, stray: Stray) -> None:
    shared.timers.after(AGAIN_S, partial(_ask, shared, stray, take=False))


def _ask(shared: WorkerContext, stray: Stray, *, take: bool) -> None:
    call = stray.driver.call
    if shared.drivers.get(call.id) is not stray.driver:
        shared.strays.discard(call.id)
        return  # it is over: its record tells of the legs that were rung here

    def is_meant(known: Call) -> bool:
        return take and known.leg(stray.channel) is not None

    def answered(known: Call | None, trouble: LiveStateError | None) -> None:
        with contained("call", "the other part of a call could not be found", call=call.id):
            if trouble is not None:
                log.info("the other part of the call is not known yet: %s", trouble, extra={"call": call.id})
                _ask_later(shared, stray)
            elif take:
                _known(shared, stray, known)
            else:
                shared.timers.after(SETTLED_S, partial(_ask, shared, stray, take=True))

    shared.calls.take_one(call.tenant, (call.id,), shared.worker, answered, is_meant)


def _known(shared: WorkerContext, stray: Stray, known: Call | None) -> None:
    call = stray.driver.call
    shared.strays.discard(call.id)
    if known is None:
        shared.calls.begin_again(call.tenant, call.id)
        shared.save(call)
    elif isinstance(known.state, Closed):
        adopt(shared, known)
    else:
        meters.calls_taken_total.inc()
        shared.switches.announce(call.switch, shared.worker, (call.id,), arrived=True)
        stray.driver.deliver(Reunited(known, stray.by_leg))
        for end in shared.missed(stray.driver.call):
            stray.driver.deliver(end)
