"""The router: from a target to the next step, through rules, loops and limits.

`decide` and `after` follow Onward answers until a step comes out. Loops and chains end here: a target that was already
visited, or one hop more than `limits.hops`, leads to the tenant's last resort, once.
"""

from __future__ import annotations

from callcontrol.routing import fallbacks
from callcontrol.routing.endings import refuse
from callcontrol.routing.facts import Facts
from callcontrol.routing.path import Path
from callcontrol.routing.plan import Answer, Decision, Explanation, Onward, Refuse, Ring, RingResult
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.target import ExtensionTarget, Target, text_of
from callcontrol.vocabulary.trail import Passed, Routed


def decide(target: Target, path: Path, facts: Facts) -> Decision:
    """What happens to a call sent to this target."""
    return follow(Onward(target, path), facts)


def after(step: Ring, result: RingResult, facts: Facts) -> Decision:
    """What happens after a Ring step failed."""
    return follow(facts.kinds.of(step.target).after(step.target, step, result, facts), facts, step.path)


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
            waiting.extend(facts.kinds.of(current).following(current, facts))
            if isinstance(current, ExtensionTarget) and _is_unknown(current.name, facts):
                missing.add(current.name)
    return frozenset(missing)


def _is_unknown(extension: str, facts: Facts) -> bool:
    return extension not in facts.rules and facts.extension(extension) is not None


def last_resort(path: Path, facts: Facts) -> Target:
    """Where a call goes that loops or was forwarded too often: the tenant's choice, else the first kind's that has one
    for its first target.
    """
    if facts.tenant.last_resort is not None:
        return facts.tenant.last_resort
    asked = (kind.default_last_resort for kind in facts.kinds if kind.default_last_resort is not None)
    return next(target for ask in asked if (target := ask(path.first, facts.tenant)) is not None)


def follow(answer: Answer, facts: Facts, path: Path | None = None) -> Decision:
    """The step an answer comes to. Where that is the end, what the path falls back to is tried first.

    Args:
        path: where the call is, if the answer does not say so.
    """
    why: tuple[Explanation, ...] = ()
    while True:
        if isinstance(answer, Onward):
            why = (*why, *answer.why)
            path, answer = _entered(answer, facts)
        elif (following := _instead_of(answer, path, facts)) is not None:
            why, answer = (*why, *answer.why), following
        else:
            return answer.because(*why)


def _entered(onward: Onward, facts: Facts) -> tuple[Path | None, Answer]:
    """What its target says, and on which path; None: what it says is the last word."""
    trouble = _trouble(onward, facts)
    if trouble:
        return None, _rescue(onward.path, facts, Passed(facts.now, text_of(onward.target), trouble))
    kind, path = facts.kinds.of(onward.target), onward.path.entering(onward.target)
    return None if kind.is_end else path, kind.decide(onward.target, path, facts)


def _instead_of(decision: Decision, path: Path | None, facts: Facts) -> Onward | None:
    """What is tried before the call ends, None if that is not what was decided, or nothing is left."""
    if path is None or not isinstance(decision.step, Refuse):
        return None
    return fallbacks.next_on(path, decision.step.outcome.value, facts)


def _trouble(onward: Onward, facts: Facts) -> str:
    if onward.path.has_visited(onward.target):
        return "loop: " + " -> ".join((*onward.path.visited, text_of(onward.target)))
    if onward.path.hops > facts.settings.limits.hops:
        return f"hop limit: forwarded more than {facts.settings.limits.hops} times"
    if onward.path.choices > facts.settings.limits.choices:
        return f"choice limit: chosen by key more than {facts.settings.limits.choices} times"
    return ""


def _rescue(path: Path, facts: Facts, why: Passed) -> Answer:
    if path.last_resort:
        return refuse(Outcome.BUSY, why)
    target = last_resort(path, facts)
    # The last resort is a fresh start: it may be a target that was visited, and it gets its own hops.
    fresh = replace(path, visited=(), hops=0, last_resort=True, fallback=None, choices=0)
    return Onward(target, fresh, (why, Routed(facts.now, text_of(target), "last resort")))
