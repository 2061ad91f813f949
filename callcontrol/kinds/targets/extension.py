"""An extension: its rules, its phones. Extensions are the tenant's subscribers: their block is part of its file."""

from __future__ import annotations

import re
from collections.abc import Iterator

from callcontrol.config.kinds import ALWAYS, SOMETIMES, Block, Link, while_hours
from callcontrol.config.settings import Extension, ForwardRule
from callcontrol.routing.endings import refuse
from callcontrol.routing.facts import Facts, RoutedKind
from callcontrol.routing.legs import member_legs as legs_of_member
from callcontrol.routing.legs import phones
from callcontrol.routing.path import Path
from callcontrol.routing.plan import Decision, Legs, Onward, Ring, RingResult
from callcontrol.vocabulary.moment import text_of as moment_text
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.override import call_waiting
from callcontrol.vocabulary.rule import Rule, RuleKind
from callcontrol.vocabulary.target import ExtensionTarget, Form, Target, text_of
from callcontrol.vocabulary.trail import Passed, Routed

_RULE_AFTER = {kind.after: kind for kind in RuleKind if kind.after is not None}


def decide(target: ExtensionTarget, path: Path, facts: Facts) -> Decision | Onward:
    """Always rule first; then the phones that may be there; without any the call is `unavailable` and does not ring. An
    extension that is not to be disturbed is busy, and one that is on a call and has no call waiting.
    """
    if facts.extension(target.name) is None:
        return refuse(Outcome.UNAVAILABLE, Passed(facts.now, text_of(target), "no such extension"))
    always = facts.in_force(target.name, RuleKind.ALWAYS)
    if always:
        return _forward(target, always, path, facts)
    why = _out_of_hours(target, RuleKind.ALWAYS, facts)
    if (quiet := _undisturbed(target, facts)) is not None:
        return _on_outcome(target, Outcome.BUSY, path, facts, *why, quiet)
    if (talks := _talks(target, facts)) is not None:
        return _on_outcome(target, Outcome.BUSY, path, facts, *why, talks)
    legs = phones(target.name, _ring_s(target, facts), facts)
    if legs:
        return Decision(Ring(target, legs, path), why)
    offline = Passed(facts.now, text_of(target), "no phone registered")
    return _on_outcome(target, Outcome.UNAVAILABLE, path, facts, *why, offline)


def after(target: ExtensionTarget, step: Ring, result: RingResult, facts: Facts) -> Decision | Onward:
    """Busy, not answered or unavailable: the rule for it, or the end."""
    return _on_outcome(target, result.outcome, step.path, facts)


def member_legs(target: ExtensionTarget, ring_s: int, path: Path, facts: Facts) -> Legs:
    """Its phones. Of its rules only those are followed that are known before anything rings (always, unavailable)."""
    always = facts.in_force(target.name, RuleKind.ALWAYS)
    if always:
        return _legs_forwarded(target, always, ring_s, path, facts)
    if (quiet := _undisturbed(target, facts) or _talks(target, facts)) is not None:
        return Legs(why=(quiet,))
    legs = phones(target.name, ring_s, facts)
    if legs:
        return Legs(legs)
    unavailable = facts.in_force(target.name, RuleKind.UNAVAILABLE)
    if unavailable:
        return _legs_forwarded(target, unavailable, ring_s, path, facts)
    return Legs(why=(Passed(facts.now, text_of(target), "no phone registered"),))


def _undisturbed(target: ExtensionTarget, facts: Facts) -> Passed | None:
    """Why no call rings there now."""
    on = facts.undisturbed(target.name)
    if on is None:
        return None
    return Passed(facts.now, text_of(target), "do not disturb", f"{on.by}, {moment_text(on.at)}")


def _talks(target: ExtensionTarget, facts: Facts) -> Passed | None:
    """Why a second call does not ring there."""
    if facts.has_call_waiting(target.name) or not facts.is_on_another_call(target.name):
        return None
    by_phone = call_waiting(facts.overrides, target.name) if facts.tenant.call_waiting else None
    place = ("tenants", facts.tenant_name, "extensions", target.name, "call_waiting")
    source = f"{by_phone.by}, {moment_text(by_phone.at)}" if by_phone is not None else facts.settings.source(*place)
    return Passed(facts.now, text_of(target), "on a call, and no call waiting", source)


def _legs_forwarded(target: ExtensionTarget, rule: Rule, ring_s: int, path: Path, facts: Facts) -> Legs:
    """What the rule leads to rings, if it rings at all: a voicemail box would answer for the whole group at once."""
    why = f"rule {rule.kind.value} of {text_of(target)}"
    if not facts.kinds.of(rule.target).is_member:
        entry = Passed(facts.now, text_of(target), f"{why} leads to {text_of(rule.target)}", rule.source)
        return Legs(why=(entry,))
    onward = path.entering(target).forwarded_by(target.name, rule)
    if onward.hops > facts.settings.limits.hops:
        return Legs(why=(Passed(facts.now, text_of(rule.target), "hop limit", rule.source),))
    followed = legs_of_member(rule.target, ring_s, onward, facts)
    return followed.because(Routed(facts.now, text_of(rule.target), why, rule.source))


def _ring_s(target: ExtensionTarget, facts: Facts) -> int:
    rule = facts.in_force(target.name, RuleKind.NO_ANSWER)
    extension = facts.tenant.extensions[target.name]
    return rule.after_s if rule else extension.ring


def _on_outcome(target: ExtensionTarget, outcome: Outcome, path: Path, facts: Facts, *why: Passed) -> Decision | Onward:
    kind = _RULE_AFTER.get(outcome)
    if kind is None:
        return refuse(outcome, *why)
    rule = facts.in_force(target.name, kind)
    if rule is None:
        return refuse(outcome, *why, *_out_of_hours(target, kind, facts))
    return _forward(target, rule, path, facts, *why)


def _out_of_hours(target: ExtensionTarget, kind: RuleKind, facts: Facts) -> tuple[Passed, ...]:
    """A rule that would be in force if it were not for the hours it stands under is told of."""
    rule = facts.rules_of(target.name).in_force(kind, facts.now)
    trouble = facts.out_of_hours(rule) if rule is not None else ""
    if rule is None or not trouble:
        return ()
    why = f"rule {kind.value} of {text_of(target)} is {trouble}"
    return (Passed(facts.now, text_of(rule.target), why, rule.source),)


def _forward(target: ExtensionTarget, rule: Rule, path: Path, facts: Facts, *why: Passed) -> Onward:
    entry = Routed(facts.now, text_of(rule.target), f"rule {rule.kind.value} of {text_of(target)}", rule.source)
    return Onward(rule.target, path.forwarded_by(target.name, rule), (*why, entry))


def links(name: str, extension: Extension) -> Iterator[Link]:
    """Its rules as they are written; only an always rule sends calls on whatever the phones do, if need be only while
    its hours are open, or closed.
    """
    for kind, rule in extension.forward:
        if rule is not None:
            always = kind == RuleKind.ALWAYS.value and rule.on and rule.target != ExtensionTarget(name)
            when = _certain(rule) if always else SOMETIMES
            yield Link(rule.target, ("forward", kind, "target"), when, rule.from_, rule.until)


def _certain(rule: ForwardRule) -> str:
    if rule.during is not None:
        return while_hours(rule.during, "open")
    return ALWAYS if rule.outside is None else while_hours(rule.outside, "closed")


def successors(target: ExtensionTarget, facts: Facts) -> list[Target]:
    """Where its rules lead, as subscribers have set them, those not in force left out."""
    rules = facts.rules_of(target.name).by_kind.values()
    return [rule.target for rule in rules if rule is not None and facts.applies(rule)]


KIND = RoutedKind(
    target=ExtensionTarget,
    row="its phones ring, and its own rules apply",
    form=Form(bare=re.compile("[0-9]{1,6}")),
    has_people=True,
    block=Block("extensions", Extension),
    links=links,
    member_legs=member_legs,
    decide=decide,
    after=after,
    successors=successors,
)
