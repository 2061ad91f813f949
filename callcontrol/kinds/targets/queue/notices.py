"""What others do to a waiting caller: moved, removed, the last agent left, the queue taken out of the YAML."""

from __future__ import annotations

from callcontrol.config.settings import Queue
from callcontrol.control import commands as do
from callcontrol.control.call import Call, Deciding
from callcontrol.control.step_result import StepResult
from callcontrol.kinds.targets.queue import exits, requeueing
from callcontrol.kinds.targets.queue.leaving import depart, leave
from callcontrol.kinds.targets.queue.waiting_caller import WaitingCaller
from callcontrol.routing import router
from callcontrol.routing.facts import Facts
from callcontrol.vocabulary.queue import Leaving, Notice
from callcontrol.vocabulary.target import QueueTarget
from callcontrol.vocabulary.trail import Noted


def on(call: Call, waiting: WaitingCaller, notice: Notice, queue: Queue, facts: Facts) -> StepResult:
    """Carry a notice out."""
    match notice.what:
        case "moved" if notice.detail in facts.tenant.queues:
            return _moved(call, waiting, notice.detail, facts)
        case "moved":  # by who knows a newer configuration than this host's
            why = f"not moved: queue {notice.detail} is not in the configuration of this host"
            return call.noting(Noted(facts.now, why)), ()
        case "removed":
            target = facts.kinds.read(notice.detail) if notice.detail else None
            return depart(call, waiting, Leaving.REMOVED, facts, target)
        case "deserted" if queue.overflow.empty is not None:
            return depart(call, waiting, Leaving.DESERTED, facts, queue.overflow.empty)
        case "lost" if waiting.entered:
            return requeueing.place_lost(call, waiting, queue, facts)
        case "queue_gone":
            return gone(call, waiting, facts)
        case _:
            return call, ()


def gone(call: Call, waiting: WaitingCaller, facts: Facts) -> StepResult:
    """The YAML has no such queue (any more; or not yet, at a host with an older one that has taken the call over): the
    caller goes to the tenant's last resort.
    """
    return depart(call, waiting, Leaving.FAILED, facts, router.last_resort(waiting.step.path, facts))


def _moved(call: Call, waiting: WaitingCaller, queue: str, facts: Facts) -> StepResult:
    """To another queue, where the time waited so far counts."""
    target = QueueTarget(queue)
    call, commands = leave(call, waiting, Leaving.MOVED, facts, queue)
    onward = exits.after_wait(waiting.step, target, Leaving.MOVED, facts)
    deciding = Deciding(onward, joined=waiting.joined)
    return call.to(deciding), (*commands, do.StopPlaying(all=True), do.LookUp(target))
