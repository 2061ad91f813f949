"""Where callers go who do not wait in a queue: not let in, waited too long, pressed a key, no agent left."""

from __future__ import annotations

from collections.abc import Iterator

from callcontrol.config.queue_settings import AtClosing
from callcontrol.config.settings import Queue
from callcontrol.kinds.targets.queue.waiting_caller import QueueStep
from callcontrol.routing.endings import refuse
from callcontrol.routing.facts import Facts
from callcontrol.routing.opening_hours import told_of
from callcontrol.routing.plan import Decision, Onward
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.queue import Leaving, Refusal
from callcontrol.vocabulary.schedule import State
from callcontrol.vocabulary.target import QueueTarget, Target, text_of
from callcontrol.vocabulary.trail import Passed, Routed

_WHY = {
    Refusal.NO_AGENT: "no agent is active",
    Refusal.FULL: "the queue is full",
    Refusal.TOO_LONG: "the expected wait is too long",
    Refusal.AWAY: "the live state cannot be reached",
    Refusal.CLOSED: "outside the opening hours",
    Leaving.ANSWERED: "the agent has hung up",
    Leaving.WAITED_OUT: "waited as long as the queue allows",
    Leaving.DESERTED: "the last agent left",
    Leaving.CLOSED: "the opening hours ended",
    Leaving.KEY: "pressed a key",
    Leaving.REMOVED: "taken out of the queue",
    Leaving.MOVED: "moved to another queue",
    Leaving.FAILED: "the queue is no more",
}
_SETTING = {
    Refusal.FULL: ("overflow", "full"),
    Refusal.TOO_LONG: ("overflow", "busy"),
    Leaving.WAITED_OUT: ("overflow", "waited"),
    Leaving.DESERTED: ("overflow", "empty"),
    Leaving.CLOSED: ("overflow", "closed"),
    Refusal.CLOSED: ("overflow", "closed"),
    Leaving.KEY: ("keys",),
    Leaving.ANSWERED: ("afterwards",),
}


def after_waiting(queue: Queue) -> Iterator[tuple[str, Leaving, Target]]:
    """Where the queue sends callers who have waited: when, how they leave, and the target."""
    overflow = queue.overflow
    if overflow.waited is not None:
        yield f"after {overflow.after} s", Leaving.WAITED_OUT, overflow.waited
    if overflow.empty is not None:
        yield "when the last agent leaves", Leaving.DESERTED, overflow.empty
    if queue.hours is not None and queue.at_closing is AtClosing.OVERFLOW and (closed := closed_to(queue)) is not None:
        yield "when it closes", Leaving.CLOSED, closed
    for key, action in queue.keys.items():
        if not isinstance(action, str):
            yield f"on key {key}", Leaving.KEY, action
    if queue.afterwards is not None:
        yield "when the agent has hung up", Leaving.ANSWERED, queue.afterwards


def closed_to(queue: Queue) -> Target | None:
    """Where callers go outside the opening hours; None: nowhere."""
    return queue.overflow.closed or queue.otherwise


def closed(step: QueueStep, queue: Queue, hours: State, facts: Facts) -> Decision | Onward:
    """The caller comes outside of the queue's opening hours."""
    return not_let_in(step, Refusal.CLOSED, facts, told_of(hours, facts.tenant.hours[queue.hours or ""].schedule.zone))


def not_let_in(step: QueueStep, why: Refusal, facts: Facts, detail: str = "") -> Decision | Onward:
    """The caller was refused: the target for it, else the queue's `otherwise`, else the end."""
    here = QueueTarget(step.queue)
    passed = Passed(facts.now, text_of(here), detail or _WHY[why])
    queue = facts.tenant.queues.get(step.queue)
    target = _refused_to(queue, why) if queue else None
    if target is None:
        return refuse(Outcome.BUSY if why in (Refusal.FULL, Refusal.TOO_LONG) else Outcome.UNAVAILABLE, passed)
    return Onward(target, step.path.onward(), (passed, _entry(step.queue, target, why, facts)))


def after_wait(step: QueueStep, target: Target, why: Leaving, facts: Facts) -> Onward:
    """Where a caller goes who has waited. After the wait this is no loop: the caller may come back."""
    return Onward(target, step.path.ending_at(target), (_entry(step.queue, target, why, facts),))


def _refused_to(queue: Queue, why: Refusal) -> Target | None:
    chosen = {
        Refusal.FULL: queue.overflow.full,
        Refusal.TOO_LONG: queue.overflow.busy,
        Refusal.CLOSED: queue.overflow.closed,
    }
    return chosen.get(why) or queue.otherwise


def _entry(queue: str, target: Target, why: Refusal | Leaving, facts: Facts) -> Routed:
    place = ("tenants", facts.tenant_name, "queues", queue, *_SETTING.get(why, ("otherwise",)))
    reason = f"{text_of(QueueTarget(queue))}: {_WHY[why]}"
    return Routed(facts.now, text_of(target), reason, facts.settings.source(*place))
