"""My phone: the four forwarding rules, do not disturb, call waiting; what a call would do now stands beside them.

Who looks after others' phones sees theirs, `?extension=105`; who may change them does it here, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from pydantic import Field

from callcontrol.config.settings import Tenant
from callcontrol.usecases.explaining import plan_to
from callcontrol.usecases.forwarding import MAX_RING_S, MIN_RING_S, RuleAsked, version_of
from callcontrol.usecases.refusals import NotThere, Refused
from callcontrol.vocabulary.phone_number import normalise, what_is_wrong_with
from callcontrol.vocabulary.rights import Kind, Person, Scope, Thing, Verb, may, scope_of
from callcontrol.vocabulary.rule import DEFAULT_RING_S, Rule, RuleKind
from callcontrol.vocabulary.sentence import says
from callcontrol.vocabulary.target import NumberTarget
from callcontrol.vocabulary.target import text_of as target_text
from callcontrol.web.operations import Asked, Common, Given
from callcontrol.web.pages.page import Act, Done, Page, Part, Shown, has_phone
from callcontrol.web.pages.subscriber.words import RULES, target_parts
from callcontrol.web.pages.texts import N_, said

PATH: Final = "/phone"
# In the choice of targets: the number written beside it.
NUMBER: Final = "number"
SHOWN: Final = {
    "": N_("As the company has it"),
    "caller": N_("The caller's number"),
    "company": N_("The company's number"),
}


class PhoneGiven(Common):
    """Whose phone."""

    extension: str | None = Field(default=None, max_length=64)


class PreviewGiven(PhoneGiven):
    """Who would call."""

    caller: str = Field(default="", max_length=64)


class RuleForm(Given):
    """A rule as it is typed; `seen`: the version of the rules that were looked at."""

    kind: RuleKind
    seen: str = Field(max_length=64)
    target: str = Field(min_length=1, max_length=256)
    number: str = Field(default="", max_length=64)
    on: bool = False
    after_s: int = Field(default=DEFAULT_RING_S, ge=MIN_RING_S, le=MAX_RING_S)
    start: str = Field(default="", max_length=40)
    until: str = Field(default="", max_length=40)
    show: str = Field(default="", max_length=40)


class KindForm(Given):
    """Which rule."""

    kind: RuleKind
    seen: str = Field(max_length=64)


class UntilForm(Given):
    """Until when; "": until it is taken back."""

    until: str = Field(default="", max_length=40)


class NothingForm(Given):
    """A button."""


def extension_in(asked: Asked, verb: Verb) -> str:
    """The extension that is meant; what the person may not see is not there."""
    name: str = asked.given.extension or asked.person.extension
    if name not in asked.services.tenant(asked.tenant).extensions:
        raise NotThere(f"there is no extension {name}" if name else "you have no phone of your own", "extension")
    if not _may(asked, Verb.SEE, name):
        raise NotThere(says("there is no extension %(name)s", name=name), "extension")
    if verb is Verb.CHANGE and not _may(asked, Verb.CHANGE, name):
        raise PermissionError(name)
    return name


def _may(asked: Asked, verb: Verb, name: str) -> bool:
    return may(asked.person, verb, Kind.RULES, Thing(asked.tenant, extension=name))


def _fits(person: Person) -> bool:
    return has_phone(person) or scope_of(person, Verb.SEE, Kind.RULES) > Scope.OWN


def _show(asked: Asked) -> Shown:
    tenant = asked.services.tenant(asked.tenant)
    seen = [name for name in tenant.extensions if _may(asked, Verb.SEE, name)]
    if not asked.given.extension and not asked.person.extension:
        return Shown("subscriber/phones.html", {"phones": [(name, tenant.extensions[name].name) for name in seen]})
    name = extension_in(asked, Verb.SEE)
    rules = asked.services.forwarding(asked.tenant).rules(name)
    waiting = asked.services.second_calls(asked.tenant)
    now = asked.services.now()
    values = {
        "extension": name,
        "name": tenant.extensions[name].name,
        "phones": [(one, f"{one} {tenant.extensions[one].name}".strip()) for one in seen] if len(seen) > 1 else [],
        "changes": _may(asked, Verb.CHANGE, name),
        "version": version_of(rules),
        "rules": [_rule(kind, rules.of(kind), now, tenant) for kind in RuleKind],
        "targets": _targets(name, tenant),
        "shown": SHOWN,
        "undisturbed": asked.services.undisturbed(asked.tenant).of(name),
        "undisturbed_may": tenant.do_not_disturb,
        "waiting": waiting.rings(name),
        "waiting_may": waiting.may_be_set,
        "blocked": _blocked(asked, name),
        "place": partial(target_parts, tenant=tenant),
        "titles": RULES,
        "longest_s": MAX_RING_S,
    }
    return Shown("subscriber/phone.html", values)


def _blocked(asked: Asked, name: str) -> bool | None:
    """Whether the phone may not call some numbers; None: it is not to be seen."""
    if not may(asked.person, Verb.SEE, Kind.BLOCKS, Thing(asked.tenant, extension=name)):
        return None
    found = asked.services.barrings(asked.tenant).of(name)
    return bool(found.own or found.blocked)


def _rule(kind: RuleKind, rule: Rule | None, now: Any, tenant: Tenant) -> Mapping[str, Any]:
    if rule is None:
        return {
            "kind": kind,
            "is_set": False,
            "on": False,
            "in_force": False,
            "after_s": DEFAULT_RING_S,
        } | dict.fromkeys(("target", "number", "start", "until", "show", "source", "hours"), "")
    is_number = isinstance(rule.target, NumberTarget)
    return {
        "kind": kind,
        "is_set": True,
        "on": rule.on,
        "in_force": rule.applies_at(now),
        "target": NUMBER if is_number else target_text(rule.target),
        "number": rule.target.name if isinstance(rule.target, NumberTarget) else "",
        "after_s": rule.after_s,
        "start": rule.start or "",
        "until": rule.until or "",
        "show": rule.show,
        "source": rule.source,
        "hours": rule.hours,
    }


def _targets(own: str, tenant: Tenant) -> list[tuple[str, str]]:
    """Where calls are sent to usually: the own voicemail, colleagues, groups and queues; a number beside them."""
    blocks: tuple[tuple[str, str], ...] = (("voicemail", "voicemail"), ("groups", "group"), ("queues", "queue"))
    found = [(f"extension:{name}", "") for name in tenant.extensions if name != own]
    for block, word in blocks:
        named = getattr(tenant, block, None) or ()
        found += [(f"{word}:{name}", word) for name in named if word != "voicemail" or name == own]
    return found


def _by(asked: Asked) -> str:
    return f"panel, {asked.person.login}"


def _save(asked: Asked) -> Done:
    form, extension = asked.body, extension_in(asked, Verb.CHANGE)
    if form.target == NUMBER and not form.number:
        raise Refused(says("no number is written"), "number", says("write one such as +48 600 700 800"))
    target = _number(asked, form.number) if form.target == NUMBER else form.target
    wanted = RuleAsked(target, form.on, form.after_s, form.start, form.until, form.show)
    forwarding = asked.services.forwarding(asked.tenant)
    before = forwarding.rules(extension).of(form.kind)
    try:
        rule = forwarding.put(extension, form.kind, wanted, _by(asked), form.seen)
    except Refused as error:
        field = "number" if error.field == "target" and form.target == NUMBER else error.field
        raise type(error)(str(error), field, error.cure) from error
    audit = (f"rule {form.kind}", f"extension:{extension}", _plain(before), _plain(rule))
    return Done(said(N_("Saved. It holds for the very next call.")), audit)


def _number(asked: Asked, typed: str) -> str:
    """The target of a number, in any usual writing."""
    region = asked.services.tenant(asked.tenant).region
    number = normalise(typed, region)
    if number is None:
        raise Refused(f"{typed}: {what_is_wrong_with(typed, region)}", "number")
    return target_text(NumberTarget(number.text))


def _clear(asked: Asked) -> Done:
    form, extension = asked.body, extension_in(asked, Verb.CHANGE)
    forwarding = asked.services.forwarding(asked.tenant)
    before = forwarding.rules(extension).of(form.kind)
    forwarding.clear(extension, form.kind, form.seen)
    return Done(said(N_("The rule is removed.")), (f"rule {form.kind}", f"extension:{extension}", _plain(before), None))


def _plain(rule: Rule | None) -> Mapping[str, Any] | None:
    if rule is None:
        return None
    told = {"target": target_text(rule.target), "on": rule.on, "after_s": rule.after_s, "show": rule.show}
    return told | {"start": rule.start, "until": rule.until, "source": rule.source}


def _disturb_not(asked: Asked) -> Done:
    extension = extension_in(asked, Verb.CHANGE)
    asked.services.undisturbed(asked.tenant).switch_on(extension, asked.body.until, _by(asked))
    audit = ("do not disturb", f"extension:{extension}", None, {"on": True, "until": asked.body.until})
    return Done(said(N_("No call rings from now on.")), audit)


def _disturb(asked: Asked) -> Done:
    extension = extension_in(asked, Verb.CHANGE)
    asked.services.undisturbed(asked.tenant).switch_off(extension)
    audit = ("do not disturb", f"extension:{extension}", None, {"on": False})
    return Done(said(N_("Calls ring again.")), audit)


def _set_waiting(asked: Asked, *, on: bool) -> Done:
    extension = extension_in(asked, Verb.CHANGE)
    asked.services.second_calls(asked.tenant).set(extension, _by(asked), on=on)
    text = N_("A second call rings from now on.") if on else N_("A second call finds you busy from now on.")
    return Done(said(text), ("call waiting", f"extension:{extension}", None, {"on": on}))


def _preview(asked: Asked) -> Shown:
    extension = extension_in(asked, Verb.SEE)
    caller = asked.given.caller.strip()
    lines, wrong = [], None
    if caller:
        services = asked.services
        try:
            lines = plan_to(services.configuration, services.pipeline, asked.tenant, caller, extension, services.now())
        except Refused as error:
            wrong = error
    return Shown("subscriber/preview.html", {"lines": lines, "wrong": wrong, "caller": caller})


_CHANGE: Final = (Verb.CHANGE, Kind.RULES)
PHONE: Final = Page(
    "phone",
    PATH,
    N_("My phone"),
    (Verb.SEE, Kind.RULES),
    "subscriber",
    _show,
    acts=(
        Act("save-rule", RuleForm, _save, _CHANGE),
        Act("clear-rule", KindForm, _clear, _CHANGE),
        Act("do-not-disturb", UntilForm, _disturb_not, _CHANGE),
        Act("disturb", NothingForm, _disturb, _CHANGE),
        Act("second-calls-ring", NothingForm, partial(_set_waiting, on=True), _CHANGE),
        Act("second-calls-busy", NothingForm, partial(_set_waiting, on=False), _CHANGE),
    ),
    parts=(Part(f"{PATH}/preview", _preview, PreviewGiven),),
    given=PhoneGiven,
    fits=_fits,
)
