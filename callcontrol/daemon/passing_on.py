"""A call is passed on from worker to worker over its switch, while Redis cannot tell whose it is.

The dialplan brings a channel to any worker: that of a party who was transferred, parked, left on hold, parted by keys
from the one it talked with, or whose worker has died. While Redis is away the workers are asked over the switch, which
all of them hear. The one that has the call sends it, as it would be saved, and lets it rest: events wait. The asker
takes it and says so (`Taken`); then the other one gives it up, or goes on with it where that is not said (HOLD_S).

Where none answers (ANSWER_S) its worker is gone, and the channel begins a call at once (`strays.py`).
"""

from __future__ import annotations

import logging
from functools import partial
from typing import Final

from callcontrol.control.call import Closed
from callcontrol.daemon import strays
from callcontrol.daemon.adoption import adopt
from callcontrol.daemon.driven_call import DrivenCall
from callcontrol.daemon.passing import MAX_SOUGHT, Offer, OnFound, Stray
from callcontrol.daemon.worker_context import WorkerContext
from callcontrol.edges import meters, passing_meters
from callcontrol.edges.freeswitch.worker_events import PassedOn, Sought, Taken, WorkerEvent

log = logging.getLogger(__name__)

# The party hears nothing meanwhile; an answer takes two steps of the switch, some 50 ms (seconds).
ANSWER_S: Final = 1.0
# A call that was sent rests for so long: the other worker may be slow to take it (seconds).
HOLD_S: Final = 3.0
# A longer call is not sent (bytes): the switch would have to tell it to every worker.
MAX_PASSED_BYTES: Final = 1_000_000


def seek(shared: WorkerContext, switch: str, channel: str, on_found: OnFound) -> None:
    """Ask whose call the channel's is; None: no worker answers."""
    sought = shared.passing.sought
    if len(sought) >= MAX_SOUGHT:
        meters.limits_reached_total.labels("MAX_SOUGHT").inc()
        return on_found(None)
    sought[channel] = on_found
    wait_s = ANSWER_S + shared.slack_s(switch) if shared.switches.say(switch, Sought(shared.worker, channel)) else 0.0
    shared.timers.after(wait_s, partial(_unanswered, shared, channel, on_found))


def _unanswered(shared: WorkerContext, channel: str, on_found: OnFound) -> None:
    if shared.passing.sought.get(channel) is on_found:
        del shared.passing.sought[channel]
        on_found(None)


def hear(shared: WorkerContext, switch: str, said: WorkerEvent) -> None:
    """Another worker, or this one, has said this at the switch."""
    match said:
        case Taken(worker, calls, arrived) if worker != shared.worker:
            for call in calls:
                shared.taken_elsewhere(call, arrived, worker)
        case Sought(worker, channel) if worker != shared.worker:
            _asked(shared, switch, worker, channel)
        case PassedOn(taker=taker, channel=channel) if taker == shared.worker:
            on_found = shared.passing.sought.pop(channel, None)
            if on_found is not None:
                on_found(said)


def _asked(shared: WorkerContext, switch: str, asker: str, channel: str) -> None:
    driver = shared.driver_of(channel)
    if driver is None or isinstance(driver.call.state, Closed) or shared.is_held(driver.call):
        return  # another worker has it, or it may have
    call = driver.call
    text = shared.calls.written(call)
    if len(text) > MAX_PASSED_BYTES:
        meters.limits_reached_total.labels("MAX_PASSED_BYTES").inc()
        return
    stray = shared.strays.get(call.id)
    begun = (stray.channel, stray.by_leg) if stray is not None and not stray.passed else ("", "")
    offer = shared.passing.offered[call.id] = Offer(asker)
    hold_s = HOLD_S + shared.slack_s(switch)
    if not shared.switches.say(switch, PassedOn(shared.worker, asker, channel, text, *begun)):
        hold_s = 0.0
    shared.timers.after(hold_s, partial(_kept, shared, call.id, offer))


def _kept(shared: WorkerContext, call_id: str, offer: Offer) -> None:
    """The asker has not taken it: it is ours as before."""
    if shared.passing.offered.get(call_id) is not offer:
        return
    del shared.passing.offered[call_id]
    log.warning("worker %s did not take the call it has asked for", offer.taker, extra={"call": call_id})
    held = shared.held.pop(call_id, None)
    if held is not None:
        held.resume()


def take(shared: WorkerContext, switch: str, tenant: str, found: PassedOn) -> DrivenCall | None:
    """The call is this worker's from now on, and the one that had it is told; None: this program cannot read it, and it
    stays there.
    """
    call = shared.calls.read(tenant, found.channel, found.call)
    if call is None:
        return None
    stray = Stray(found.begun_at or found.channel, found.begun_by, passed=not found.begun_at)
    shared.strays[call.id] = stray  # nothing is saved before Redis has been told
    driver = adopt(shared, call)
    if driver is None:
        del shared.strays[call.id]
        return None
    passing_meters.calls_passed_on_total.inc()
    log.info("worker %s has passed the call on", found.worker, extra={"call": call.id})
    shared.switches.announce(switch, shared.worker, (call.id,), arrived=True)
    strays.began(shared, driver, stray)
    return driver
