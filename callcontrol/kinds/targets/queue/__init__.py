"""A queue: the caller waits for an agent. Where callers go who get none stands in `exits.py`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from callcontrol.config.kinds import SOMETIMES, Block, Link
from callcontrol.config.queue_settings import Queue
from callcontrol.config.settings import Tenant
from callcontrol.kinds.targets.queue import exits
from callcontrol.kinds.targets.queue.callback import CallingBack
from callcontrol.kinds.targets.queue.serving import Serving
from callcontrol.kinds.targets.queue.waiting import Wait, Waiting
from callcontrol.kinds.targets.queue.waiting_caller import Offering, RungLeg
from callcontrol.routing.endings import refuse
from callcontrol.routing.facts import Facts, RoutedKind
from callcontrol.routing.path import Path
from callcontrol.routing.plan import Answer, Branch, Decision
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.queue import Refusal
from callcontrol.vocabulary.target import QueueTarget, Target, text_of
from callcontrol.vocabulary.trail import Passed


def decide(target: QueueTarget, path: Path, facts: Facts) -> Answer:
    """Let the caller in, within the queue's opening hours; whether an agent is active there is known only to the live
    state.
    """
    queue = facts.tenant.queues.get(target.name)
    if queue is None:
        return refuse(Outcome.UNAVAILABLE, Passed(facts.now, text_of(target), "no such queue"))
    step, hours = Wait(target.name, path), facts.hours_now(queue.hours)
    if hours is not None and not hours.open:
        return exits.closed(step, queue, hours, facts)
    return Decision(step)


def links(_name: str, queue: Queue) -> Iterator[Link]:
    """Where callers go who do not get an agent; at once if the queue is full or the wait too long."""
    overflow = queue.overflow
    leads: tuple[tuple[str, Target | None, str], ...] = (
        ("full", overflow.full, "full"),
        ("busy", overflow.busy, "busy"),
        ("waited", overflow.waited, SOMETIMES),
        ("empty", overflow.empty, SOMETIMES),
        ("closed", overflow.closed, SOMETIMES),
    )
    if queue.otherwise is not None:
        yield Link(queue.otherwise, ("otherwise",))
    if queue.afterwards is not None:
        yield Link(queue.afterwards, ("afterwards",), SOMETIMES)
    yield from (Link(to, ("overflow", key), when) for key, to, when in leads if to is not None)
    for key, action in queue.keys.items():
        if isinstance(action, Target):
            yield Link(action, ("keys", key), SOMETIMES)


def only_onward(queue: Queue, tenant: Tenant) -> Iterable[Target] | None:
    """While it is closed it takes no call."""
    hours = tenant.hours.get(queue.hours or "")
    if hours is None or hours.is_ever(True):
        return None
    closed = exits.closed_to(queue)
    return () if closed is None else (closed,)


def branches(step: Wait, facts: Facts) -> Iterator[Branch]:
    """Where the queue sends callers whom it does not let in, or who do not wait to the end."""
    hours = (Refusal.CLOSED,) if facts.tenant.queues[step.queue].hours is not None else ()
    for refusal in (*hours, Refusal.NO_AGENT, Refusal.FULL, Refusal.TOO_LONG):
        yield Branch(f"if not let in ({refusal.value})", exits.not_let_in(step, refusal, facts), step.path)
    for what, leaving, target in exits.after_waiting(facts.tenant.queues[step.queue]):
        yield Branch(what, exits.after_wait(step, target, leaving, facts))


KIND = RoutedKind(
    target=QueueTarget,
    row="the caller waits for an agent",
    has_people=True,
    block=Block("queues", Queue),
    links=links,
    only_onward=only_onward,
    decide=decide,
    step=Wait,
    branches=branches,
    saved=(Wait, Waiting, Offering, RungLeg, Serving, CallingBack),
)
