"""A duty taken, given to another one, given back to the plan, or asked for.

    *28*duty#            I have it             #28*duty#     the plan counts again
    *28*duty*target#     another one has it    *#28*duty#    do I have it?

The duty is the number it has as its `code`. It lasts until the plan hands the duty over the next time; where the plan
never does, until it is given back.
"""

from __future__ import annotations

import re

from callcontrol.kinds.star_codes.overriding import SAVED, ChangeOverride, refused
from callcontrol.kinds.star_codes.storing import CONFIRM, OFF
from callcontrol.kinds.targets.duty import DutyTarget, trouble_with, turn_of, zone_of
from callcontrol.kinds.targets.duty.plan import next_change, planned
from callcontrol.kinds.targets.duty.settings import BLOCK, Duty
from callcontrol.routing.facts import Facts, StarCode, Usage
from callcontrol.routing.forwarding_rights import target_of
from callcontrol.vocabulary.override import DutyOverride, end_of
from callcontrol.vocabulary.target import ExtensionTarget, Target, text_of

_FORM = re.compile(r"(?P<verb>\*\#|\*|\#)28\*(?P<code>[0-9]{1,2})(?:\*(?P<target>\+?[0-9]{1,16}))?\#?")


def _decide(found: re.Match[str], facts: Facts) -> ChangeOverride:
    name = duty_with(found["code"].lstrip("0"), facts)
    if name is None:
        return refused(f"there is no duty {found['code']}")
    duty, of, caller = BLOCK.of(facts.tenant)[name], text_of(DutyTarget(name)), facts.caller.extension
    if found["verb"] == "*#":
        now = turn_of(name, duty, facts)
        heard = CONFIRM if now.target == ExtensionTarget(caller) else OFF
        return ChangeOverride(of, what=f"{_who(now.target)}, {now.why}", heard=heard, ask=True)
    if caller not in duty.may_set:
        return refused(f"extension {caller} may not hand over {of} (may_set)", of)
    if found["verb"] == "#":
        plan = planned(duty, zone_of(duty, facts), facts.now)
        return ChangeOverride(of, what=f"{_who(plan.target)}, {plan.why}", heard=CONFIRM)
    target = target_of(found["target"], facts) if found["target"] else ExtensionTarget(caller)
    if target is None:
        return refused(f"{found['target']} is no number", of)
    return _handed_over(name, duty, target, facts)


def _handed_over(name: str, duty: Duty, target: Target, facts: Facts) -> ChangeOverride:
    of, zone = text_of(DutyTarget(name)), zone_of(duty, facts)
    if trouble := trouble_with(target, name, facts):
        return refused(trouble, of)
    until = next_change(duty, zone, facts.now)
    override = DutyOverride(target, until, text_of(ExtensionTarget(facts.caller.extension)), facts.now)
    return ChangeOverride(of, override, f"{_who(target)}, {end_of(until, zone)}", CONFIRM)


def duty_with(code: str, facts: Facts) -> str | None:
    """The duty that has this code."""
    return next((name for name, duty in BLOCK.of(facts.tenant).items() if code and duty.code == code), None)


def _who(target: Target | None) -> str:
    return "no holder" if target is None else text_of(target)


CODE = StarCode(
    _FORM,
    "extensions of the duty's `may_set`",
    (
        Usage(
            "`*28*duty#`, `*28*duty*target#`", "take a duty by its `code`, or give it to another extension or number"
        ),
        Usage("`#28*duty#`, `*#28*duty#`", "give it back to the plan; do I have it (each extension may ask)"),
    ),
    _decide,
    saved=SAVED,
)
