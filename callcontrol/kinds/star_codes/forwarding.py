"""Forwarding set from the phone, in GSM form (3GPP TS 22.030 section 6.5.2); the codes of the kinds stand in RuleKind.

    *21*target#           always          #21# off     *#21# asks     *21# on again     ##21# removed
    *61*target*seconds#   no answer: how long it rings first
    ##002#                all removed    #002# all off    *#002# asks for all    (004: all but always)

GSM writes the seconds as `*11*seconds`; that is understood too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

from callcontrol.control import commands as do
from callcontrol.control.commands import Command
from callcontrol.kinds.star_codes.storing import CONFIRM, OFF, Answer, Storing, StoringStep
from callcontrol.routing.facts import Facts, StarCode, Usage
from callcontrol.routing.forwarding_rights import target_of, trouble_with
from callcontrol.routing.outgoing.refusing import heard_as
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.refusal_reason import RefusalReason
from callcontrol.vocabulary.rule import DEFAULT_RING_S, Rule, RuleKind
from callcontrol.vocabulary.target import text_of

# Several kinds at once are switched off, removed or asked for; rules are set one by one, each to its own target.
KINDS_OF_CODE = {
    **{kind.code: (kind,) for kind in RuleKind},
    "002": tuple(RuleKind),
    "004": tuple(kind for kind in RuleKind if kind.after is not None),
}
_FORM = re.compile(
    rf"(?P<verb>\*\#|\#\#|\*|\#)(?P<code>{'|'.join(KINDS_OF_CODE)})"
    r"(?:\*(?P<target>\+?[0-9]{1,16}))?(?:\*(?:11\*)?(?P<seconds>[0-9]{1,3}))?\#?"
)
_MIN_RING_S, _MAX_RING_S = 5, 120


@dataclass(frozen=True, slots=True)
class Change(StoringStep):
    """Set a rule (`rule`), remove it (`rule` None), or only tell whether it is on (`ask`).

    `rejected` says why the code cannot be carried out; the phone then hears `reason` in words, or the refusal
    tone. `also` are changes of
    other kinds that the same code asks for: all are stored, or none.
    """

    word: ClassVar[str] = "setting"
    too_late: ClassVar[str] = "the rule could not be stored in time"

    extension: str
    kind: RuleKind
    rule: Rule | None = None
    ask: bool = False
    rejected: str = ""
    reason: RefusalReason | None = None
    also: tuple[Change, ...] = ()

    def described(self) -> str:
        """What the code asks for."""
        return "star code: " + ", ".join(one._asked() for one in (self, *self.also))

    def _asked(self) -> str:
        if self.rejected:
            return f"refused: {self.rejected}"
        if self.ask:
            return f"tells whether {self.kind.value} is on"
        if self.rule is None:
            return f"removes {self.kind.value}"
        return f"sets {self.kind.value} to {text_of(self.rule.target)}, {'on' if self.rule.on else 'off'}"

    @property
    def named(self) -> str:
        """The kind of rule; of several, the first."""
        return self.kind.value

    def answer_at_once(self, facts: Facts) -> Answer | None:
        """A refusal, or whether a rule is on; of several, whether any is."""
        if self.rejected:
            heard = heard_as(self.reason, facts) if self.reason is not None else ""
            return Answer(Outcome.REJECTED, f"refused: {self.rejected}", heard)
        if not self.ask:
            return None
        asked = [(one.kind, one.rule is not None and facts.applies(one.rule)) for one in (self, *self.also)]
        what = ", ".join(f"{kind.value} is {'on' if on_now else 'off'}" for kind, on_now in asked)
        tone = CONFIRM if any(on_now for _, on_now in asked) else OFF
        return Answer(Outcome.CHANGED, f"extension:{self.extension} asked: {what}", tone)

    def store(self) -> Command:
        """All its rules at once."""
        return do.StoreRule(self.extension, {one.kind: one.rule for one in (self, *self.also)})

    def stored(self, trouble: str) -> Answer:
        """What is in force now."""
        if trouble:
            return Answer(Outcome.FAILED, trouble)
        return Answer(Outcome.CHANGED, ", ".join(one._done() for one in (self, *self.also)))

    def _done(self) -> str:
        if self.rule is None:
            return f"extension:{self.extension} removed its {self.kind.value} rule"
        state = "on" if self.rule.on else "off"
        return f"extension:{self.extension} set {self.kind.value} to {text_of(self.rule.target)}, {state}"

    def storing(self, app_id: str = "") -> Changing:
        """The rule is being stored."""
        return Changing(self, app_id)


@dataclass(frozen=True, slots=True)
class Changing(Storing):
    """A rule is being stored, or the tone is played."""


@dataclass(frozen=True, slots=True)
class ForwardingCode:
    """The code as dialled; `also` are further kinds it is for."""

    verb: str  # "*" set or on, "#" off, "##" erase, "*#" ask
    kind: RuleKind
    target: str = ""
    seconds: int | None = None
    also: tuple[RuleKind, ...] = ()


def parse(dialled: str) -> ForwardingCode | None:
    """Read such a code; None if the digits are none."""
    found = _FORM.fullmatch(dialled)
    return _read(found) if found else None


def _read(found: re.Match[str]) -> ForwardingCode:
    seconds = int(found["seconds"]) if found["seconds"] else None
    kind, *more = KINDS_OF_CODE[found["code"]]
    return ForwardingCode(found["verb"], kind, found["target"] or "", seconds, tuple(more))


def _decide(found: re.Match[str], facts: Facts) -> Change:
    return _changes(_read(found), facts)


def _changes(code: ForwardingCode, facts: Facts) -> Change:
    change = _change(code, facts)
    if code.also and code.verb == "*":
        return replace(change, rule=None, rejected="only single rules are set; all of them are removed or switched off")
    return replace(change, also=tuple(_change(replace(code, kind=kind), facts) for kind in code.also))


def _change(code: ForwardingCode, facts: Facts) -> Change:
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


def _set(code: ForwardingCode, current: Rule | None, change: Change, facts: Facts) -> Change:
    if not code.target:
        if current is None:
            return replace(change, rejected="there is no rule to switch on")
        return replace(change, rule=replace(current, on=True, source=_source(facts)))
    target = target_of(code.target, facts)
    if target is None:
        return replace(change, rejected=f"{code.target} is no number", reason=RefusalReason.NO_SUCH_NUMBER)
    refused = trouble_with(target, change.extension, facts, code.kind)
    if refused is not None:
        return replace(change, rejected=refused.why, reason=refused.reason)
    after_s = code.seconds or (current.after_s if current else DEFAULT_RING_S)
    if not _MIN_RING_S <= after_s <= _MAX_RING_S:
        return replace(change, rejected=f"{after_s} s is not between {_MIN_RING_S} and {_MAX_RING_S}")
    return replace(change, rule=Rule(code.kind, target, after_s=after_s, source=_source(facts)))


def _source(facts: Facts) -> str:
    return f"phone of extension {facts.caller.extension}"


def _usages() -> Iterator[Usage]:
    for kind in RuleKind:
        seconds = f", `*{kind.code}*target*seconds#`" if kind.rings_first else ""
        yield Usage(f"`*{kind.code}*target#`{seconds}", f"forward {kind.when}")
    code = RuleKind.ALWAYS.code
    yield Usage(
        f"`#{code}#`, `*{code}#`, `##{code}#`, `*#{code}#`", "off, on again, removed, is it on; the others likewise"
    )
    yield Usage("`#002#`, `##002#`, `*#002#`", "all of them off, removed, is any on; `004`: all but always")


CODE = StarCode(_FORM, "every extension", tuple(_usages()), _decide, saved=(Change, Changing))
