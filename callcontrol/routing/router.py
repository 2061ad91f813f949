"""The router: from a target to the next step, through rules, loops and limits.

`decide` and `after` follow Onward answers until a step comes out. Loops and chains end here: a target that was already
visited, or one hop more than `limits.hops`, leads to the tenant's last resort, once.
"""

from __future__ import annotations

from dataclasses import replace

from callcontrol.routing import exits
from callcontrol.routing.endings import refuse
from callcontrol.routing.facts import Facts
from callcontrol.routing.path import Path
from callcontrol.routing.plan import Decision, Explanation, Onward, Ring, RingResult
from callcontrol.routing.targets import AFTER, DECIDE
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.rule import RuleKind
from callcontrol.vocabulary.target import (
    AnnouncementTarget,
    ExtensionTarget,
    GroupTarget,
    HangupTarget,
    ListTarget,
    QueueTarget,
    Target,
    VoicemailTarget,
    text_of,
)
from callcontrol.vocabulary.trail import Passed, Routed


def decide(target: Target, path: Path, facts: Facts) -> Decision:
    """What happens to a call sent to this target."""
    return follow(Onward(target, path), facts)


def after(step: Ring, result: RingResult, facts: Facts) -> Decision:
    """What happens after a Ring step failed."""
    return follow(AFTER[type(step.target)](step.target, step, result, facts), facts)


def wanted(target: Target, facts: Facts) -> frozenset[str]:
    """Extensions whose rules must be looked up before `decide` knows enough; empty when it does.

    Rules lead to further extensions, so the driver asks again after each look-up until nothing is wanted.
    """
    seen: set[Target] = set()
    missing: set[str] = set()
    waiting = [target, *([facts.tenant.last_resort] if facts.tenant.last_resort else [])]
    while waiting:
        current = waiting.pop()
        if current not in seen:
            seen.add(current)
            waiting.extend(_successors(current, facts, missing))
    return frozenset(missing)


def last_resort(path: Path, facts: Facts) -> Target:
    """Where a call goes that loops or was forwarded too often: the tenant's choice, the first target's voicemail,
    busy.
    """
    if facts.tenant.last_resort is not None:
        return facts.tenant.last_resort
    return VoicemailTarget(path.first.name) if path.first.name in facts.tenant.voicemail else HangupTarget("busy")


def follow(answer: Decision | Onward, facts: Facts) -> Decision:
    """The step an answer comes to."""
    why: tuple[Explanation, ...] = ()
    while isinstance(answer, Onward):
        why = (*why, *answer.why)
        trouble = _trouble(answer, facts)
        if trouble:
            why = (*why, Passed(facts.now, text_of(answer.target), trouble))
            answer = _rescue(answer.path, facts)
        else:
            target, path = answer.target, answer.path.entering(answer.target)
            answer = DECIDE[type(target)](target, path, facts)
    return answer.because(*why)


def _trouble(onward: Onward, facts: Facts) -> str:
    if onward.path.has_visited(onward.target):
        return "loop: " + " -> ".join((*onward.path.visited, text_of(onward.target)))
    if onward.path.hops > facts.settings.limits.hops:
        return f"hop limit: forwarded more than {facts.settings.limits.hops} times"
    return ""


def _rescue(path: Path, facts: Facts) -> Decision | Onward:
    if path.last_resort:
        return refuse(Outcome.BUSY)
    target = last_resort(path, facts)
    # The last resort is a fresh start: it may be a target that was visited, and it gets its own hops.
    fresh = replace(path, visited=(), hops=0, last_resort=True)
    return Onward(target, fresh, (Routed(facts.now, text_of(target), "last resort"),))


def _successors(target: Target, facts: Facts, missing: set[str]) -> list[Target]:
    """Targets that may follow this one; extensions not looked up yet are put into `missing`."""
    tenant, name = facts.tenant, target.name
    match target:
        case ExtensionTarget():
            return _rule_targets(name, facts, missing)
        case GroupTarget() if name in tenant.groups:
            group = tenant.groups[name]
            return [*group.members, *([group.otherwise] if group.otherwise else [])]
        case ListTarget() if name in tenant.lists:
            escalation = tenant.lists[name]
            last = [escalation.otherwise] if escalation.otherwise else []
            return [*(m.target for m in escalation.members), *last]
        case AnnouncementTarget() if name in tenant.announcements:
            then = tenant.announcements[name].then
            return [then] if then else []
        case QueueTarget() if name in tenant.queues:
            return list(exits.of(tenant.queues[name]))
        case _:
            return []


def _rule_targets(name: str, facts: Facts, missing: set[str]) -> list[Target]:
    if name not in facts.rules:
        if facts.extension(name) is not None:
            missing.add(name)
        return []
    rules = facts.rules[name]
    return [rule.target for kind in RuleKind if (rule := rules.in_force(kind, facts.now))]
