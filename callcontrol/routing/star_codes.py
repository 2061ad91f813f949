"""Star codes: forwarding set from the phone, in GSM form (3GPP TS 22.030 section 6.5.2).

    *21*target#           always          #21# off     *#21# asks     *21# on again
    *67*target#           busy            #67#         *#67#          *67#
    *61*target*seconds#   no answer       #61#         *#61#          *61#
    *62*target#           unavailable     #62#         *#62#          *62#
    ##002#                all four removed    #002# all off    *#002# asks for all    (004: all but always)

    *50# log in           #50# log out           *51*code# pause, with a reason of the tenant's `pauses`; *51# without
    #51# resume           *52*seconds# prolong the wrap-up                                   #52# end it

The last two lines are for the extension's agent (`agents:` in the YAML); GSM leaves 50 to 59 free.

`##21#` (erase) removes the rule. A trailing `#` may be missing: many phones send the number when it is pressed. GSM
writes the seconds as `*11*seconds`; that is understood too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from callcontrol.config.ways import named, way_back
from callcontrol.routing.agents import agents_at
from callcontrol.routing.facts import Facts
from callcontrol.routing.plan import Change, ChangeAgent, Decision, Refuse
from callcontrol.vocabulary.agent import AgentAction
from callcontrol.vocabulary.moment import SECOND_US
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.phone_number import normalise
from callcontrol.vocabulary.rule import DEFAULT_RING_S, Rule, RuleKind
from callcontrol.vocabulary.target import ExtensionTarget, NumberTarget, Target

KIND_OF_CODE = {
    "21": RuleKind.ALWAYS,
    "67": RuleKind.BUSY,
    "61": RuleKind.NO_ANSWER,
    "62": RuleKind.UNAVAILABLE,
}
# Several kinds at once; they are set one by one, each to its own target.
KINDS_OF_CODE = {
    **{code: (kind,) for code, kind in KIND_OF_CODE.items()},
    "002": (RuleKind.ALWAYS, RuleKind.BUSY, RuleKind.NO_ANSWER, RuleKind.UNAVAILABLE),
    "004": (RuleKind.BUSY, RuleKind.NO_ANSWER, RuleKind.UNAVAILABLE),
}
_FORM = re.compile(
    r"(?P<verb>\*\#|\#\#|\*|\#)(?P<code>21|67|61|62|00[24])"
    r"(?:\*(?P<target>\+?[0-9]{1,16}))?(?:\*(?:11\*)?(?P<seconds>[0-9]{1,3}))?\#?"
)
_MIN_RING_S, _MAX_RING_S = 5, 120

AGENT_ACTIONS = {
    ("*", "50"): AgentAction.LOG_IN,
    ("#", "50"): AgentAction.LOG_OUT,
    ("*", "51"): AgentAction.PAUSE,
    ("#", "51"): AgentAction.RESUME,
    ("*", "52"): AgentAction.PROLONG_WRAP_UP,
    ("#", "52"): AgentAction.END_WRAP_UP,
}
_AGENT_FORM = re.compile(r"(?P<verb>\*|\#)(?P<code>50|51|52)(?:\*(?P<detail>[0-9]{1,4}))?\#?")
PROLONG_S = 60
PAUSED = "paused"  # the reason of who gave none


@dataclass(frozen=True, slots=True)
class StarCode:
    """A star code as dialled; `also` are further kinds it is for."""

    verb: str  # "*" set or on, "#" off, "##" erase, "*#" ask
    kind: RuleKind
    target: str = ""
    seconds: int | None = None
    also: tuple[RuleKind, ...] = ()


def parse(dialled: str) -> StarCode | None:
    """Read a star code; None if the digits are none."""
    found = _FORM.fullmatch(dialled)
    if not found:
        return None
    seconds = int(found["seconds"]) if found["seconds"] else None
    kind, *more = KINDS_OF_CODE[found["code"]]
    return StarCode(found["verb"], kind, found["target"] or "", seconds, tuple(more))


def looks_like_one(dialled: str) -> bool:
    """Whether the digits are a service code at all, ours or one we do not know."""
    return dialled[:1] in ("*", "#")


def decide(dialled: str, facts: Facts) -> Decision:
    """What a phone that dialled this code has asked for. Needs `facts.caller.extension` and its rules."""
    found = _AGENT_FORM.fullmatch(dialled)
    if found:
        return Decision(_agent_change(AGENT_ACTIONS[found["verb"], found["code"]], found["detail"] or "", facts))
    code = parse(dialled)
    if code is None:
        return Decision(Refuse("UNALLOCATED_NUMBER", Outcome.REJECTED))
    return Decision(_changes(code, facts))


def _changes(code: StarCode, facts: Facts) -> Change:
    change = _change(code, facts)
    if code.also and code.verb == "*":
        return replace(change, rule=None, rejected="only single rules are set; all of them are removed or switched off")
    return replace(change, also=tuple(_change(replace(code, kind=kind), facts) for kind in code.also))


def _agent_change(action: AgentAction, digits: str, facts: Facts) -> ChangeAgent:
    agent = agents_at(facts.tenant).get(facts.caller.extension)
    if agent is None:
        return ChangeAgent("", action, rejected=f"extension {facts.caller.extension} is no agent's")
    change = ChangeAgent(agent, action)
    match action:
        case AgentAction.PAUSE if digits:
            reason = facts.tenant.pauses.get(digits.lstrip("0"))
            return replace(change, detail=reason or "", rejected="" if reason else f"there is no pause reason {digits}")
        case AgentAction.PAUSE:
            return replace(change, detail=PAUSED)
        case AgentAction.PROLONG_WRAP_UP:
            return replace(change, detail=str((int(digits) if digits else PROLONG_S) * SECOND_US))
        case _:
            return change


def _change(code: StarCode, facts: Facts) -> Change:
    extension, current = facts.caller.extension, facts.rules_of(facts.caller.extension).of(code.kind)
    change = Change(extension, code.kind, rule=current)
    match code.verb:
        case "*#":
            return replace(change, ask=True)
        case "##":
            return replace(change, rule=None)
        case "#":
            return replace(change, rule=replace(current, on=False, source=_source(facts)) if current else None)
        case _:
            return _set(code, current, change, facts)


def _set(code: StarCode, current: Rule | None, change: Change, facts: Facts) -> Change:
    if not code.target:
        if current is None:
            return replace(change, rejected="there is no rule to switch on")
        return replace(change, rule=replace(current, on=True, source=_source(facts)))
    target = target_of(code.target, facts)
    trouble = trouble_with(target, change.extension, facts, code.kind) if target else f"{code.target} is no number"
    after_s = code.seconds or (current.after_s if current else DEFAULT_RING_S)
    if not _MIN_RING_S <= after_s <= _MAX_RING_S:
        trouble = trouble or f"{after_s} s is not between {_MIN_RING_S} and {_MAX_RING_S}"
    if trouble or target is None:
        return replace(change, rejected=trouble)
    return replace(change, rule=Rule(code.kind, target, after_s=after_s, source=_source(facts)))


def target_of(digits: str, facts: Facts) -> Target | None:
    """Digits from a phone: an extension of the tenant, else a number in any usual writing."""
    if facts.extension(digits) is not None:
        return ExtensionTarget(digits)
    number = normalise(digits, facts.tenant.region)
    return NumberTarget(number.text) if number else None


def trouble_with(target: Target, extension: str, facts: Facts, kind: RuleKind = RuleKind.ALWAYS) -> str:
    """Why a subscriber may not forward there, "" if allowed: to the own extension, to nothing, or to a refused number.

    The same for every way a rule is set at run time: by phone, by command.
    """
    if way := way_back(target, kind, extension, facts.tenant_name, facts.tenant, facts.kinds):
        return "an extension cannot forward to itself" + (f": {named(way)}" if len(way) > 1 else "")
    return facts.kinds.of(target).refusal(target, facts)


def _source(facts: Facts) -> str:
    return f"phone of extension {facts.caller.extension}"
