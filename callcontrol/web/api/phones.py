"""`/extensions/…`: the four forwarding rules, do not disturb and call waiting, in force for the very next call."""

from __future__ import annotations

from typing import Any, Final, Literal

from pydantic import Field

from callcontrol.usecases.forwarding import MAX_RING_S, MIN_RING_S, RuleAsked, version_of
from callcontrol.usecases.refusals import NotThere
from callcontrol.vocabulary.moment import Instant, text_of
from callcontrol.vocabulary.override import DoNotDisturb
from callcontrol.vocabulary.rights import Kind, Thing, Verb, may
from callcontrol.vocabulary.rule import DEFAULT_RING_S, Rule, RuleKind, Rules
from callcontrol.vocabulary.target import text_of as target_text
from callcontrol.web.operations import Answer, Asked, Given, Operation, Told
from callcontrol.web.problems import Problem

KINDS: Final = tuple(kind.value for kind in RuleKind)


class RuleGiven(Given):
    """A rule as a person writes it."""

    target: str = Field(max_length=256, description="extension:102, number:600700800, voicemail:101, …")
    on: bool = True
    after_s: int = Field(default=DEFAULT_RING_S, ge=MIN_RING_S, le=MAX_RING_S, description="no_answer: rings so long")
    start: str = Field(default="", max_length=40, description="in force from: ISO time, on the tenant's clocks")
    until: str = Field(default="", max_length=40, description="in force until")
    show: str = Field(default="", max_length=40, description="number shown: caller, company or a number")


class RuleTold(Told):
    """A rule as it stands; `in_force`: at this moment."""

    target: str
    on: bool
    in_force: bool
    after_s: int
    start: str | None
    until: str | None
    show: str
    during: str
    outside: str
    source: str


class RulesTold(Told):
    """The rules of an extension, by kind; null: there is none."""

    extension: str
    always: RuleTold | None
    busy: RuleTold | None
    no_answer: RuleTold | None
    unavailable: RuleTold | None


class DndGiven(Given):
    """Do not disturb."""

    until: str = Field(default="", max_length=40, description='ISO time on the tenant\'s clocks; "": until taken back')


class DndTold(Told):
    """Do not disturb as it stands."""

    extension: str
    on: bool
    until: str | None
    by: str


class CallWaitingGiven(Given):
    """Call waiting."""

    on: bool = Field(description="whether a second call rings; else the extension is busy then")


class CallWaitingTold(Told):
    """Call waiting as it stands; `may_be_set`: whether the tenant lets extensions set it."""

    extension: str
    on: bool
    may_be_set: bool


def extension_of(asked: Asked, verb: Verb, kind: Kind = Kind.RULES) -> str:
    """The extension of the address; what the person may not see is not there."""
    name = asked.path["extension"]
    if not may(asked.person, verb, kind, Thing(asked.tenant, extension=name)):
        if verb is Verb.CHANGE and may(asked.person, Verb.SEE, kind, Thing(asked.tenant, extension=name)):
            raise PermissionError(name)
        raise NotThere(f"there is no extension {name}", "extension")
    return name


def _show(asked: Asked) -> Answer:
    return _told(asked, extension_of(asked, Verb.SEE))


def _told(asked: Asked, extension: str) -> Answer:
    rules = asked.services.forwarding(asked.tenant).rules(extension)
    return Answer(rules_told(extension, rules, asked.services.now()), headers={"ETag": f'"{version_of(rules)}"'})


def rules_told(extension: str, rules: Rules, now: Instant) -> RulesTold:
    """The rules for programs."""
    told: dict[str, Any] = {kind.value: _rule(rules.of(kind), now) for kind in RuleKind}
    return RulesTold(extension=extension, **told)


def _rule(rule: Rule | None, now: Instant) -> RuleTold | None:
    if rule is None:
        return None
    return RuleTold(
        target=target_text(rule.target),
        on=rule.on,
        in_force=rule.applies_at(now),
        after_s=rule.after_s,
        start=_time(rule.start),
        until=_time(rule.until),
        show=rule.show,
        during=rule.during,
        outside=rule.outside,
        source=rule.source,
    )


def _put(asked: Asked) -> Answer:
    extension, kind = extension_of(asked, Verb.CHANGE), _kind(asked)
    forwarding, now = asked.services.forwarding(asked.tenant), asked.services.now()
    before = _rule(forwarding.rules(extension).of(kind), now)
    rule = forwarding.put(extension, kind, RuleAsked(**asked.body.model_dump()), by_of(asked), _seen(asked))
    return _changed(asked, extension, kind, before, _rule(rule, now))


def _clear(asked: Asked) -> Answer:
    extension, kind = extension_of(asked, Verb.CHANGE), _kind(asked)
    forwarding = asked.services.forwarding(asked.tenant)
    before = _rule(forwarding.rules(extension).of(kind), asked.services.now())
    forwarding.clear(extension, kind, _seen(asked))
    return _changed(asked, extension, kind, before, None)


def _changed(asked: Asked, extension: str, kind: RuleKind, before: RuleTold | None, after: RuleTold | None) -> Answer:
    told = _told(asked, extension)
    audit = (f"rule {kind.value}", f"extension:{extension}", _plain(before), _plain(after))
    return Answer(told.body, headers=told.headers, audit=audit)


def _plain(told: RuleTold | None) -> dict[str, Any] | None:
    return None if told is None else told.model_dump()


def _kind(asked: Asked) -> RuleKind:
    word = asked.path["kind"]
    if word not in KINDS:
        raise NotThere(f"there is no rule {word}", "kind", f"write one of {', '.join(KINDS)}")
    return RuleKind(word)


def _seen(asked: Asked) -> str:
    return version_seen(asked, "rules")


def version_seen(asked: Asked, what: str) -> str:
    """The version that was looked at: a person who changes these has looked at them."""
    if not asked.if_match:
        cure = f"send If-Match with the ETag of the {what} you have looked at"
        what = f"a change of {what} says which {what} it changes"
        raise Problem(428, "version_needed", what, field="If-Match", cure=cure)
    return asked.if_match.strip().removeprefix("W/").strip('"')


def by_of(asked: Asked) -> str:
    """Who says so, for the trail of calls."""
    return f"panel, {asked.person.login}"


def _undisturbed(asked: Asked) -> Answer:
    extension = extension_of(asked, Verb.SEE)
    return Answer(_dnd(extension, asked.services.undisturbed(asked.tenant).of(extension)))


def _switch_on(asked: Asked) -> Answer:
    extension = extension_of(asked, Verb.CHANGE)
    on = asked.services.undisturbed(asked.tenant).switch_on(extension, asked.body.until, by_of(asked))
    told = _dnd(extension, on)
    return Answer(told, audit=("do not disturb", f"extension:{extension}", None, told.model_dump()))


def _switch_off(asked: Asked) -> Answer:
    extension = extension_of(asked, Verb.CHANGE)
    asked.services.undisturbed(asked.tenant).switch_off(extension)
    told = _dnd(extension, None)
    return Answer(told, audit=("do not disturb", f"extension:{extension}", None, told.model_dump()))


def _dnd(extension: str, on: DoNotDisturb | None) -> DndTold:
    until = None if on is None else _time(on.until)
    return DndTold(extension=extension, on=on is not None, until=until, by="" if on is None else on.by)


def _waiting(asked: Asked) -> Answer:
    return Answer(_call_waiting(asked, extension_of(asked, Verb.SEE)))


def _set_waiting(asked: Asked) -> Answer:
    extension = extension_of(asked, Verb.CHANGE)
    before = _call_waiting(asked, extension)
    asked.services.second_calls(asked.tenant).set(extension, by_of(asked), on=asked.body.on)
    told = _call_waiting(asked, extension)
    return Answer(told, audit=("call waiting", f"extension:{extension}", before.model_dump(), told.model_dump()))


def _call_waiting(asked: Asked, extension: str) -> CallWaitingTold:
    found = asked.services.second_calls(asked.tenant)
    return CallWaitingTold(extension=extension, on=found.rings(extension), may_be_set=found.may_be_set)


def _time(moment: Instant | None) -> str | None:
    return None if moment is None else text_of(moment)


Kinds = Literal["always", "busy", "no_answer", "unavailable"]
_RULES: Final = "/extensions/{extension}/rules"
_DND: Final = "/extensions/{extension}/do-not-disturb"
_WAITING: Final = "/extensions/{extension}/call-waiting"
_SEE, _CHANGE = (Verb.SEE, Kind.RULES), (Verb.CHANGE, Kind.RULES)
OPERATIONS: Final = (
    Operation("get_rules", "GET", _RULES, "The rules in force, and where each was set", _SEE, _show, RulesTold),
    Operation(
        "put_rule",
        "PUT",
        f"{_RULES}/{{kind}}",
        "Set a rule",
        _CHANGE,
        _put,
        RulesTold,
        body=RuleGiven,
        takes_version=True,
    ),
    Operation(
        "clear_rule", "DELETE", f"{_RULES}/{{kind}}", "Remove a rule", _CHANGE, _clear, RulesTold, takes_version=True
    ),
    Operation("get_do_not_disturb", "GET", _DND, "Whether calls ring", _SEE, _undisturbed, DndTold),
    Operation(
        "put_do_not_disturb", "PUT", _DND, "Calls find the extension busy", _CHANGE, _switch_on, DndTold, body=DndGiven
    ),
    Operation("clear_do_not_disturb", "DELETE", _DND, "Calls ring again", _CHANGE, _switch_off, DndTold),
    Operation("get_call_waiting", "GET", _WAITING, "Whether a second call rings", _SEE, _waiting, CallWaitingTold),
    Operation(
        "put_call_waiting",
        "PUT",
        _WAITING,
        "Second calls ring, or find the extension busy",
        _CHANGE,
        _set_waiting,
        CallWaitingTold,
        body=CallWaitingGiven,
    ),
)
