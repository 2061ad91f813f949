"""What a phone dials with `*` or `#`. The star codes there are come with the kinds (`facts.kinds.star_codes`)."""

from __future__ import annotations

from callcontrol.routing.facts import Facts
from callcontrol.routing.plan import Decision, Refuse
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.target import Target


def looks_like_one(dialled: str) -> bool:
    """Whether the digits are a service code at all, ours or one we do not know."""
    return dialled[:1] in ("*", "#")


def decide(dialled: str, facts: Facts) -> Decision:
    """What a phone that dialled this code has asked for. Needs `facts.caller.extension` and its rules."""
    for code in facts.kinds.star_codes:
        if found := code.form.fullmatch(dialled):
            decided = code.decide(found, facts)
            return decided if isinstance(decided, Decision) else Decision(decided)
    return Decision(Refuse("UNALLOCATED_NUMBER", Outcome.REJECTED))


def leads_to(dialled: str, facts: Facts) -> Target | None:
    """The target whose rules and phones must be known before this code is decided, None if none."""
    for code in facts.kinds.star_codes:
        if code.leads_to is not None and (found := code.form.fullmatch(dialled)):
            return code.leads_to(found)
    return None
