"""Why a call would go where it would go: the plan of a call, all branches, as lines of text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from callcontrol.config.credit_accounts import account_of
from callcontrol.routing import arrival, router
from callcontrol.routing.credit import Paid, paid_by
from callcontrol.routing.facts import Facts
from callcontrol.routing.language import choice_at_arrival
from callcontrol.routing.outgoing.counting import counters_for, without_released
from callcontrol.routing.outgoing.dialling import Dialling
from callcontrol.routing.plan import Decision, Explanation, Ring, RingResult, Step
from callcontrol.routing.recording import rulings
from callcontrol.vocabulary.counters import Counted
from callcontrol.vocabulary.credit import Standing, amount_of, units_of
from callcontrol.vocabulary.money import plain
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.recording import RecordingMode
from callcontrol.vocabulary.target import ExtensionTarget, NumberTarget, text_of
from callcontrol.vocabulary.trail import Passed

# Enough for every plan a person can read; deeper branches are cut with a line that says so.
MAX_LINES = 200
_BRANCHES = (Outcome.BUSY, Outcome.NO_ANSWER, Outcome.UNAVAILABLE)


class Kind(StrEnum):
    """What a line of a plan tells."""

    REASON = "reason"  # a target that was come to, and why
    PASSED = "passed"  # a target that is not tried, and why
    STEP = "step"  # what is done
    CREDIT = "credit"  # the account that pays for a leg, and how long it may talk
    LIMITS = "limits"  # what limits have counted of who pays for a leg
    RECORDING = "recording"  # whether the conversation is recorded that it leads to, and why
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
    choice = choice_at_arrival(facts)
    lines: list[Line] = []
    if choice is not None:
        lines.append(Line(0, Kind.REASON, f"language {choice.language} ({choice.why})", choice.source))
        facts = facts.led_in(choice.language)
    for line in _decision(arrival.decide(facts), facts, 0, set()):
        if len(lines) == MAX_LINES:
            return [*lines, Line(0, Kind.CUT, "… (further branches are not shown)")]
        lines.append(line)
    return lines


def _decision(decision: Decision, facts: Facts, depth: int, told: set[str]) -> Iterator[Line]:
    """`told`: by their names, the steps that were told in full and are not told so again."""
    for entry in decision.why:
        yield _reason(entry, depth)
    step = decision.step
    if step.told_once in told:
        yield Line(depth, Kind.STEP, f"{step.told_once}, as shown above")
        return
    told |= {step.told_once} - {""}
    yield Line(depth, Kind.STEP, step.described())
    yield from _credits(step, facts, depth)
    yield from _counts(step, facts, depth)
    yield from _recordings(step, facts, depth)
    follows = _failures(step, facts, depth, told) if isinstance(step, Ring) else _branches(step, facts, depth, told)
    yield from follows


def _credits(step: Step, facts: Facts, depth: int) -> Iterator[Line]:
    """What each account that pays for a leg has, and how long the leg could talk with it."""
    legs = step.legs if isinstance(step, Ring) else ()
    for paid in filter(None, (paid_by(leg, facts) for leg in legs)):
        if paid.account in facts.credit:
            text = _standing(paid, facts.credit[paid.account], facts)
            yield Line(depth, Kind.CREDIT, f"{paid.number} is paid by {paid.account}: {text}")


def _counts(step: Step, facts: Facts, depth: int) -> Iterator[Line]:
    """What limits have counted of who pays for each leg outside, where that was looked up."""
    legs = step.legs if isinstance(step, Ring) and facts.counts else ()
    for leg in legs:
        kind, _, number = leg.to.partition(":")
        if kind == NumberTarget.kind and leg.payer:
            counters = counters_for(Dialling(number, leg.payer), facts)
            told = (facts.counts.get(one.name, Counted()).described(one) for one in without_released(counters, facts))
            yield Line(depth, Kind.LIMITS, f"{number} is counted: {'; '.join(told)}")


def _standing(paid: Paid, standing: Standing | None, facts: Facts) -> str:
    payer = paid.plan.payer
    if standing is None:
        return f"its balance is not known: {facts.degraded or 'Redis does not have it, and asks for it with a call'}"
    account = account_of(payer, facts.tenant)
    overdraft = units_of(account[1].overdraft) if account is not None else 0
    talk_s = facts.prices.affordable_s(paid.number, facts.now, standing.left + overdraft, payer)
    currency = facts.prices.currency_of(payer)
    balance = standing.left + standing.reserved
    has, reserved = (f"{plain(amount_of(units))} {currency}" for units in (balance, standing.reserved))
    limit = f"may go down to -{plain(account[1].overdraft)} {currency}, " if account is not None and overdraft else ""
    longest = f"{_longest(min(talk_s, paid.limit_s))}, by its {'credit' if talk_s < paid.limit_s else 'limit'}"
    if facts.prices.is_covered(paid.number, facts.now, payer, paid.plan.direction or ""):
        longest += ", longer by what is left of its bundles" if talk_s < paid.limit_s else ""
    return f"it has {has}, {limit}{reserved} of it reserved; the call could talk {longest}"


def _longest(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"{minutes} min {rest} s"


def _recordings(step: Step, facts: Facts, depth: int) -> Iterator[Line]:
    """Whether conversations are recorded that the step leads to; where that differs, with whom."""
    found = rulings(_parties(step, facts), step.way, facts) if step.way is not None else {}
    for decided, parties in found.items():
        if decided.mode is not RecordingMode.NEVER or decided.source or len(found) > 1:
            whom = f" with {', '.join(parties)}" if len(found) > 1 else ""
            text = f"recording{whom}: {decided.mode.value} ({decided.why})"
            yield Line(depth, Kind.RECORDING, text, decided.source)


def _parties(step: Step, facts: Facts) -> tuple[str, ...]:
    """With whom it may lead to a conversation, as target texts."""
    if isinstance(step, Ring):
        return tuple(dict.fromkeys(leg.to for leg in step.legs))
    queue = facts.tenant.queues.get(step.way.served) if step.way is not None else None
    agents = (facts.tenant.agents.get(seat.agent) for seat in queue.agents) if queue is not None else ()
    return tuple(
        text_of(ExtensionTarget(agent.extension) if agent.extension else NumberTarget(agent.number or ""))
        for agent in agents
        if agent is not None
    )


def _branches(step: Step, facts: Facts, depth: int, told: set[str]) -> Iterator[Line]:
    """What may follow a step of one kind's own."""
    kind = next((kind for kind in facts.kinds if kind.step is type(step)), None)
    for branch in kind.branches(step, facts) if kind is not None else ():
        if branch.case:
            yield Line(depth, Kind.CASE, branch.case)
        if branch.answer is not None:
            decision = router.follow(branch.answer, facts, branch.path)
            yield from _decision(decision, facts, depth + (1 if branch.case else 0), told)


def _failures(step: Ring, facts: Facts, depth: int, told: set[str]) -> Iterator[Line]:
    """What follows each way of failing; ways that lead to the same are told once."""
    grouped: dict[object, tuple[Decision, list[str]]] = {}
    for outcome in _BRANCHES:
        decision = router.after(step, RingResult(outcome), facts)
        grouped.setdefault(_gist(decision), (decision, []))[1].append(outcome.value)
    for decision, outcomes in grouped.values():
        yield Line(depth, Kind.CASE, f"if {' or '.join(outcomes)}")
        yield from _decision(decision, facts, depth + 1, told)


def _gist(decision: Decision) -> object:
    """What happens next and by which way; not the outcomes that led there."""
    step = decision.step
    return replace(step, earlier=()) if isinstance(step, Ring) else step, tuple(e.target for e in decision.why)


def _reason(entry: Explanation, depth: int) -> Line:
    kind = Kind.PASSED if isinstance(entry, Passed) else Kind.REASON
    return Line(depth, kind, f"{entry.target} ({entry.why})", entry.source)
