"""A duty taken, given to another one, given back to the plan, or asked for.

    *28*duty#            I have it             #28*duty#     the plan counts again
    *28*duty*target#     another one has it    *#28*duty#    who has it?

The duty is the number it has as its `code`. It lasts until the plan hands the duty over the next time; where the plan
never does, until it is given back. Who has it then, and until when, is said in words.
"""

from __future__ import annotations

import re

from callcontrol.kinds.star_codes.overriding import SAVED, ChangeOverride, refused
from callcontrol.kinds.targets.duty import DutyTarget, trouble_with, turn_of, zone_of
from callcontrol.kinds.targets.duty.plan import next_change, planned
from callcontrol.kinds.targets.duty.settings import BLOCK, Duty
from callcontrol.routing.facts import Facts, StarCode, Usage
from callcontrol.routing.forwarding_rights import target_of
from callcontrol.routing.speech import Holder, as_file_string, on_duty, override_end
from callcontrol.routing.speech.grammar import Clips
from callcontrol.vocabulary.moment import Instant, datetime_of
from callcontrol.vocabulary.override import DutyOverride, end_of
from callcontrol.vocabulary.refusal_reason import RefusalReason
from callcontrol.vocabulary.target import ExtensionTarget, NumberTarget, Target, text_of

_FORM = re.compile(r"(?P<verb>\*\#|\*|\#)28\*(?P<code>[0-9]{1,2})(?:\*(?P<target>\+?[0-9]{1,16}))?\#?")


def _decide(found: re.Match[str], facts: Facts) -> ChangeOverride:
    name = duty_with(found["code"].lstrip("0"), facts)
    if name is None:
        return refused(f"there is no duty {found['code']}")
    duty, of, caller = BLOCK.of(facts.tenant)[name], text_of(DutyTarget(name)), facts.caller.extension
    if found["verb"] == "*#":
        now = turn_of(name, duty, facts)
        heard = _said(now.target, _end_of_turn(name, duty, facts), facts)
        return ChangeOverride(of, what=f"{_who(now.target)}, {now.why}", heard=heard, ask=True)
    if caller not in duty.may_set:
        return refused(f"extension {caller} may not hand over {of} (may_set)", of)
    if found["verb"] == "#":
        plan = planned(duty, zone_of(duty, facts), facts.now)
        heard = _said(plan.target, _planned_end(duty, facts), facts)
        return ChangeOverride(of, what=f"{_who(plan.target)}, {plan.why}", heard=heard)
    target = target_of(found["target"], facts) if found["target"] else ExtensionTarget(caller)
    if target is None:
        return refused(f"{found['target']} is no number", of, RefusalReason.NO_SUCH_NUMBER)
    return _handed_over(name, duty, target, facts)


def _handed_over(name: str, duty: Duty, target: Target, facts: Facts) -> ChangeOverride:
    of, zone = text_of(DutyTarget(name)), zone_of(duty, facts)
    if (trouble := trouble_with(target, name, facts)) is not None:
        return refused(trouble.why, of, trouble.reason)
    until = next_change(duty, zone, facts.now)
    override = DutyOverride(target, until, text_of(ExtensionTarget(facts.caller.extension)), facts.now)
    heard = _said(target, _end(until, duty, facts), facts)
    return ChangeOverride(of, override, f"{_who(target)}, {end_of(until, zone)}", heard)


def duty_with(code: str, facts: Facts) -> str | None:
    """The duty that has this code."""
    return next((name for name, duty in BLOCK.of(facts.tenant).items() if code and duty.code == code), None)


def _end_of_turn(name: str, duty: Duty, facts: Facts) -> Clips:
    """Until when it stays as it is now."""
    override = facts.override_of(DutyTarget(name), DutyOverride)
    return _planned_end(duty, facts) if override is None else _end(override.until, duty, facts)


def _planned_end(duty: Duty, facts: Facts) -> Clips:
    """Until when the plan leaves it as it is; nothing is said if it does for good."""
    change = next_change(duty, zone_of(duty, facts), facts.now)
    return () if change is None else _end(change, duty, facts)


def _end(until: Instant | None, duty: Duty, facts: Facts) -> Clips:
    zone = zone_of(duty, facts)
    end = None if until is None else datetime_of(until, zone)
    return override_end(facts.language, end, datetime_of(facts.now, zone))


def _said(target: Target | None, until: Clips, facts: Facts) -> str:
    """Who has it and until when, as it is played in the language of the phone."""
    match target:
        case None:
            holder, digits = Holder.NOBODY, ""
        case ExtensionTarget(name) if name == facts.caller.extension:
            holder, digits = Holder.YOU, ""
        case ExtensionTarget(name):
            holder, digits = Holder.EXTENSION, name
        case NumberTarget(number):
            holder, digits = Holder.NUMBER, number
        case _:
            holder, digits = Holder.ANOTHER, ""
    return as_file_string(on_duty(facts.language, holder, digits, until))


def _who(target: Target | None) -> str:
    return "no holder" if target is None else text_of(target)


CODE = StarCode(
    _FORM,
    "extensions of the duty's `may_set`",
    (
        Usage(
            "`*28*duty#`, `*28*duty*target#`", "take a duty by its `code`, or give it to another extension or number"
        ),
        Usage("`#28*duty#`, `*#28*duty#`", "give it back to the plan; who has it (each extension may ask)"),
    ),
    _decide,
    saved=SAVED,
)
