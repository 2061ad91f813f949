"""Why a call would go where it would go: the plan of a call, all branches, as lines of text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from callcontrol.routing import arrival, exits, router
from callcontrol.routing.facts import Facts
from callcontrol.routing.plan import (
    Account,
    Announce,
    Change,
    ChangeAgent,
    Decision,
    Explanation,
    LegPlan,
    Refuse,
    Ring,
    RingResult,
    SipAddress,
    TakeMessage,
    TrunkNumber,
    Wait,
)
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.queue import Refusal
from callcontrol.vocabulary.target import text_of
from callcontrol.vocabulary.trail import Passed

# Enough for every plan a person can read; deeper branches are cut with a line that says so.
MAX_LINES = 200
_BRANCHES = (Outcome.BUSY, Outcome.NO_ANSWER, Outcome.UNAVAILABLE)


class Kind(StrEnum):
    """What a line of a plan tells."""

    REASON = "reason"  # a target that was come to, and why
    PASSED = "passed"  # a target that is not tried, and why
    STEP = "step"  # what is done
    CASE = "case"  # when the lines below it, one deeper, apply
    CUT = "cut"  # there would be more


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a plan.

    Attributes:
        depth: how many cases it stands below.
        source: `file:line` of the rule that decided it, "" where none did.
    """

    depth: int
    kind: Kind
    text: str
    source: str = ""

    def __str__(self) -> str:
        sign = {Kind.REASON: "-> ", Kind.PASSED: "not tried: "}.get(self.kind, "")
        where = f" [{self.source}]" if self.source else ""
        return f"{'  ' * self.depth}{sign}{self.text}{':' if self.kind is Kind.CASE else ''}{where}"


def explain(facts: Facts) -> list[str]:
    """Line by line, for people, what would happen to such a call now, each decision with its rule and file:line."""
    return [str(line) for line in plan_of(facts)]


def plan_of(facts: Facts) -> list[Line]:
    """The same for programs."""
    lines: list[Line] = []
    for line in _decision(arrival.decide(facts), facts, 0):
        if len(lines) == MAX_LINES:
            return [*lines, Line(0, Kind.CUT, "… (further branches are not shown)")]
        lines.append(line)
    return lines


def _decision(decision: Decision, facts: Facts, depth: int) -> Iterator[Line]:
    for entry in decision.why:
        yield _reason(entry, depth)
    step = decision.step
    yield Line(depth, Kind.STEP, _describe(step))
    if isinstance(step, Ring):
        yield from _failures(step, facts, depth)
    elif isinstance(step, Wait):
        yield from _queue(step, facts, depth)
    elif isinstance(step, Announce) and step.then is not None:
        yield from _decision(router.decide(step.then, step.path.onward(), facts), facts, depth)


def _failures(step: Ring, facts: Facts, depth: int) -> Iterator[Line]:
    """What follows each way of failing; ways that lead to the same are told once."""
    grouped: dict[object, tuple[Decision, list[str]]] = {}
    for outcome in _BRANCHES:
        decision = router.after(step, RingResult(outcome), facts)
        grouped.setdefault(_gist(decision), (decision, []))[1].append(outcome.value)
    for decision, outcomes in grouped.values():
        yield Line(depth, Kind.CASE, f"if {' or '.join(outcomes)}")
        yield from _decision(decision, facts, depth + 1)


def _queue(step: Wait, facts: Facts, depth: int) -> Iterator[Line]:
    """Where the queue sends callers whom it does not let in, or who do not wait to the end."""
    for refusal in (Refusal.NO_AGENT, Refusal.FULL, Refusal.TOO_LONG):
        yield Line(depth, Kind.CASE, f"if not let in ({refusal.value})")
        yield from _decision(router.follow(exits.not_let_in(step, refusal, facts), facts), facts, depth + 1)
    for what, leaving, target in exits.after_waiting(facts.tenant.queues[step.queue]):
        yield Line(depth, Kind.CASE, what)
        yield from _decision(router.follow(exits.after_wait(step, target, leaving, facts), facts), facts, depth + 1)


def _gist(decision: Decision) -> object:
    """What happens next and by which way; not the outcomes that led there."""
    step = decision.step
    return replace(step, earlier=()) if isinstance(step, Ring) else step, tuple(e.target for e in decision.why)


def _reason(entry: Explanation, depth: int) -> Line:
    kind = Kind.PASSED if isinstance(entry, Passed) else Kind.REASON
    return Line(depth, kind, f"{entry.target} ({entry.why})", entry.source)


def _describe(step: object) -> str:
    match step:
        case Ring(legs=legs):
            return "ring " + ", ".join(_leg(leg) for leg in legs)
        case Announce():
            return f"play {step.file}" + ("" if step.answer else " before answering")
        case TakeMessage():
            return f"voicemail {step.box}: greeting {step.greeting}, at most {step.max_s} s"
        case Wait():
            return f"wait in queue {step.queue}"
        case ChangeAgent():
            return f"star code: agent {step.agent}: {step.rejected or step.action.value}"
        case Refuse():
            return f"hang up with {step.cause} ({step.outcome.value})"
        case Change():
            return f"star code: {_change(step)}"
        case _:
            raise AssertionError(f"a step that cannot be described: {step!r}")


def _leg(leg: LegPlan) -> str:
    match leg.endpoint:
        case Account(user, domain, peer):
            where = f"{user}@{domain}" + (f" at {peer.switch}" if peer else "")
        case TrunkNumber(trunk, _, _):
            where = f"{leg.to} through {trunk}, billed to {leg.payer}"
        case SipAddress(uri):
            where = f"sip:{uri}"
    shown = "anonymous" if leg.shown.private else leg.shown.number or "no number"
    accept = ", press 1 to accept" if leg.acceptance else ""
    return f"{where} for {leg.ring_s} s (shows {shown}{accept})"


def _change(step: Change) -> str:
    if step.also:
        return ", ".join(_change(one) for one in (replace(step, also=()), *step.also))
    if step.rejected:
        return f"refused: {step.rejected}"
    if step.ask:
        return f"tells whether {step.kind.value} is on"
    if step.rule is None:
        return f"removes {step.kind.value}"
    return f"sets {step.kind.value} to {text_of(step.rule.target)}, {'on' if step.rule.on else 'off'}"
