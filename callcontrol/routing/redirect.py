"""A phone that sends the caller elsewhere (302): taken as its extension's own forward: payer, blocks and prices apply.

The phone names a number or an extension; the host it writes beside it is not looked at, for calls leave through the
tenant's trunks or not at all. Only where the extension alone was called: what one phone of a group says is not the
group's word.
"""

from __future__ import annotations

from callcontrol.routing.facts import Facts
from callcontrol.routing.forwarding_rights import target_of, trouble_with
from callcontrol.routing.plan import Onward, Ring, RingResult
from callcontrol.vocabulary.number_class import NumberClass, class_of
from callcontrol.vocabulary.rule import Rule, RuleKind
from callcontrol.vocabulary.target import ExtensionTarget, NumberTarget, Target, text_of
from callcontrol.vocabulary.trail import Passed, Routed

MOVED = "REDIRECTION_TO_NEW_DESTINATION"


def redirected(step: Ring, result: RingResult, facts: Facts) -> Onward | Passed | None:
    """Where a phone of this step has sent the caller, or why the call does not go there; None if none has."""
    if MOVED not in result.causes.values():
        return None
    said = f"the phone answered 302 to {result.moved_to or 'nothing that can be read'}"
    if not isinstance(step.target, ExtensionTarget):
        return Passed(facts.now, text_of(step.target), f"{said}: only followed where the extension alone is called")
    extension = step.target.name
    target = target_of(result.moved_to, facts) if result.moved_to else None
    why_not = _refusal(target, extension, facts) if target else "that is no number and no extension"
    if why_not or target is None:
        return Passed(facts.now, text_of(step.target), f"{said}: refused, {why_not}")
    rule = Rule(RuleKind.ALWAYS, target, source=f"phone of extension {extension}")
    entry = Routed(facts.now, text_of(target), f"{said}, as extension:{extension}'s forward", rule.source)
    return Onward(target, step.path.forwarded_by(extension, rule), (entry,))


def _refusal(target: Target, extension: str, facts: Facts) -> str:
    if isinstance(target, NumberTarget) and class_of(target.name, facts.tenant.region) is NumberClass.PREMIUM:
        return "a premium rate number"
    return trouble_with(target, extension, facts)
