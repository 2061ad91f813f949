"""Opening hours and duties: how they are now, set by hand and taken back, in force for the very next call."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field

from callcontrol.usecases.set_by_hand import CHANGE, HandsOn
from callcontrol.vocabulary.rights import Kind, Verb
from callcontrol.web.api.hours import duty_told, hands_on, hours_told
from callcontrol.web.api.phones import by_of
from callcontrol.web.operations import Asked, Audit, Given, Told
from callcontrol.web.pages.admin.words import values
from callcontrol.web.pages.page import Act, Done, Page, Shown
from callcontrol.web.pages.texts import N_, said

_SEE: Final = (Verb.SEE, Kind.HOURS)
_CHANGE: Final = (Verb.CHANGE, Kind.HOURS)


class TakeBackForm(Given):
    """What is set by hand, as it was looked at."""

    name: str = Field(min_length=1, max_length=64)
    version: str = Field(min_length=1, max_length=64)


class HoursForm(TakeBackForm):
    """Open or closed, until then."""

    open: Literal["yes", "no"]
    until: str = Field(default=CHANGE, max_length=40)


class DutyForm(TakeBackForm):
    """Another holder, until then."""

    target: str = Field(min_length=1, max_length=256)
    until: str = Field(default=CHANGE, max_length=40)


def _show(asked: Asked) -> Shown:
    hands = hands_on(asked)
    hours = [hours_told(one) for one in hands.hours()]
    duties = [duty_told(one) for one in hands.duties()]
    extensions = {name: one.name for name, one in asked.services.tenant(asked.tenant).extensions.items()}
    return Shown("admin/hours.html", values(hours=hours, duties=duties, extensions=extensions))


def _audit(what: str, object_: str, before: Told, after: Told) -> Audit:
    return what, object_, before.model_dump(), after.model_dump()


def _set_hours(asked: Asked) -> Done:
    form, hands = asked.body, hands_on(asked)
    before = hours_told(hands.hours_of(form.name))
    after = hands.set_hours(form.name, form.open == "yes", form.until or CHANGE, by_of(asked), form.version)
    audit = _audit("hours set", f"hours:{form.name}", before, hours_told(after))
    return Done(said(N_("%(name)s is set by hand: it holds for the very next call."), name=form.name), audit)


def _take_hours_back(asked: Asked) -> Done:
    return _taken_back(asked, hands_on(asked), "hours")


def _give_duty(asked: Asked) -> Done:
    form, hands = asked.body, hands_on(asked)
    before = duty_told(hands.duty_of(form.name))
    after = hands.give_duty(form.name, form.target, form.until or CHANGE, by_of(asked), form.version)
    audit = _audit("duty given", f"duty:{form.name}", before, duty_told(after))
    return Done(said(N_("%(name)s is given to %(holder)s."), name=form.name, holder=form.target), audit)


def _take_duty_back(asked: Asked) -> Done:
    return _taken_back(asked, hands_on(asked), "duty")


def _taken_back(asked: Asked, hands: HandsOn, kind: str) -> Done:
    name, version = asked.body.name, asked.body.version
    before: Told
    after: Told
    if kind == "hours":
        before, after = hours_told(hands.hours_of(name)), hours_told(hands.take_hours_back(name, version))
    else:
        before, after = duty_told(hands.duty_of(name)), duty_told(hands.take_duty_back(name, version))
    text = N_("%(name)s is as the files say again.")
    return Done(said(text, name=name), _audit(f"{kind} taken back", f"{kind}:{name}", before, after))


PAGES: Final = (
    Page(
        "hours",
        "/hours",
        N_("Hours and duties"),
        _SEE,
        "admin",
        _show,
        acts=(
            Act("set-hours", HoursForm, _set_hours, _CHANGE),
            Act("take-hours-back", TakeBackForm, _take_hours_back, _CHANGE),
            Act("give-duty", DutyForm, _give_duty, _CHANGE),
            Act("take-duty-back", TakeBackForm, _take_duty_back, _CHANGE),
        ),
    ),
)
