"""Where a subscriber may forward to: the same for every way in which a rule is set at run time."""

from __future__ import annotations

from callcontrol.config.ways import named, way_back
from callcontrol.routing.facts import Facts
from callcontrol.routing.outgoing.dial_plan import read
from callcontrol.routing.path import payer_of
from callcontrol.vocabulary.refusal_reason import Refusal, RefusalReason
from callcontrol.vocabulary.rule import RuleKind
from callcontrol.vocabulary.target import EmergencyTarget, ExtensionTarget, NumberTarget, Target


def target_of(digits: str, facts: Facts) -> Target | None:
    """Digits from a phone: an extension of the tenant, else a number as its phones dial it."""
    if facts.extension(digits) is not None:
        return ExtensionTarget(digits)
    target = read(digits, facts).target
    return NumberTarget(target.name) if isinstance(target, EmergencyTarget) else target


def trouble_with(target: Target, extension: str, facts: Facts, kind: RuleKind = RuleKind.ALWAYS) -> Refusal | None:
    """Why a subscriber may not forward there: to the own extension, to nothing, or to a refused number. None: it is
    allowed.

    The same for every way a rule is set at run time: by phone, by command.
    """
    if way := way_back(target, kind, extension, facts.tenant_name, facts.settings, facts.kinds):
        why = "an extension cannot forward to itself" + (f": {named(way)}" if len(way) > 1 else "")
        return Refusal(RefusalReason.LEADS_BACK, why)
    return facts.kinds.of(target).refusal(target, payer_of(extension), facts)
