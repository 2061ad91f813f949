"""`/hours` and `/duties`: how they are now, set by hand and taken back, in force for the very next call."""

from __future__ import annotations

from typing import Any, Final

from pydantic import Field

from callcontrol.usecases.set_by_hand import CHANGE, TAKEN_BACK, DutyNow, HandsOn, HoursNow, version_of
from callcontrol.vocabulary.moment import Instant, text_of
from callcontrol.vocabulary.override import SetByHand
from callcontrol.vocabulary.rights import Kind, Verb
from callcontrol.web.api.phones import by_of
from callcontrol.web.operations import Answer, Asked, Given, Operation, Told
from callcontrol.web.problems import Problem

_UNTIL: Final = f"HH:MM, ISO time, {CHANGE}: when what is written changes next, or {TAKEN_BACK}"


class ByHandTold(Told):
    """What is set by hand."""

    until: str | None
    by: str


class HoursTold(Told):
    """Opening hours at this moment; `until`: when that changes next."""

    name: str
    open: bool
    why: str
    until: str | None
    by_hand: ByHandTold | None
    version: str


class AllHoursTold(Told):
    """The opening hours of the tenant."""

    hours: list[HoursTold]


class DutyTold(Told):
    """A duty at this moment."""

    name: str
    holder: str
    why: str
    until: str | None
    by_hand: ByHandTold | None
    version: str


class DutiesTold(Told):
    """The duties of the tenant."""

    duties: list[DutyTold]


class HoursGiven(Given):
    """Open or closed, whatever the schedule says."""

    open: bool
    until: str = Field(default=CHANGE, max_length=40, description=_UNTIL)


class DutyGiven(Given):
    """Another holder, whatever the plan says."""

    target: str = Field(min_length=1, max_length=256, description="extension:102, group:night, number:+48600700800, …")
    until: str = Field(default=CHANGE, max_length=40, description=_UNTIL)


def hands_on(asked: Asked) -> HandsOn:
    """What the tenant's people set by hand."""
    services = asked.services
    return HandsOn(services.configuration, asked.tenant, services.overrides, services.now)


def hours_told(found: HoursNow) -> HoursTold:
    """Opening hours for programs."""
    more = {"until": _time(found.until), "by_hand": _by_hand(found.by_hand), "version": version_of(found.by_hand)}
    return HoursTold(name=found.name, open=found.is_open, why=found.why, **more)  # type: ignore[arg-type]  # each its own


def duty_told(found: DutyNow) -> DutyTold:
    """A duty for programs."""
    more = {"until": _time(found.until), "by_hand": _by_hand(found.by_hand), "version": version_of(found.by_hand)}
    return DutyTold(name=found.name, holder=found.holder, why=found.why, **more)  # type: ignore[arg-type]  # each its own


def _by_hand(found: SetByHand | None) -> ByHandTold | None:
    return None if found is None else ByHandTold(until=_time(found.until), by=found.by)


def _all_hours(asked: Asked) -> Answer:
    return Answer(AllHoursTold(hours=[hours_told(one) for one in hands_on(asked).hours()]))


def _hours(asked: Asked) -> Answer:
    return _answer(hours_told(hands_on(asked).hours_of(asked.path["hours"])))


def _set_hours(asked: Asked) -> Answer:
    name, hands = asked.path["hours"], hands_on(asked)
    before = hours_told(hands.hours_of(name))
    after = hands.set_hours(name, asked.body.open, asked.body.until, by_of(asked), _seen(asked))
    return _answer(hours_told(after), ("hours set", f"hours {name}", before))


def _clear_hours(asked: Asked) -> Answer:
    name, hands = asked.path["hours"], hands_on(asked)
    before = hours_told(hands.hours_of(name))
    return _answer(hours_told(hands.take_hours_back(name, _seen(asked))), ("hours taken back", f"hours {name}", before))


def _duties(asked: Asked) -> Answer:
    return Answer(DutiesTold(duties=[duty_told(one) for one in hands_on(asked).duties()]))


def _duty(asked: Asked) -> Answer:
    return _answer(duty_told(hands_on(asked).duty_of(asked.path["duty"])))


def _give_duty(asked: Asked) -> Answer:
    name, hands, body = asked.path["duty"], hands_on(asked), asked.body
    before = duty_told(hands.duty_of(name))
    after = hands.give_duty(name, body.target, body.until, by_of(asked), _seen(asked))
    return _answer(duty_told(after), ("duty given", f"duty {name}", before))


def _clear_duty(asked: Asked) -> Answer:
    name, hands = asked.path["duty"], hands_on(asked)
    before = duty_told(hands.duty_of(name))
    return _answer(duty_told(hands.take_duty_back(name, _seen(asked))), ("duty taken back", f"duty {name}", before))


def _answer(told: HoursTold | DutyTold, done: tuple[str, str, Told] | None = None) -> Answer:
    audit: Any = None if done is None else (done[0], done[1], done[2].model_dump(), told.model_dump())
    return Answer(told, headers={"ETag": f'"{told.version}"'}, audit=audit)


def _seen(asked: Asked) -> str:
    if not asked.if_match:
        cure = "send If-Match with the ETag of what you have looked at"
        raise Problem(428, "version_needed", "a change says what it changes", field="If-Match", cure=cure)
    return asked.if_match.strip().removeprefix("W/").strip('"')


def _time(moment: Instant | None) -> str | None:
    return None if moment is None else text_of(moment)


_SEE, _CHANGE = (Verb.SEE, Kind.HOURS), (Verb.CHANGE, Kind.HOURS)
_ONE, _ONE_DUTY = "/hours/{hours}", "/duties/{duty}"
OPERATIONS: Final = (
    Operation("list_hours", "GET", "/hours", "Opening hours now", _SEE, _all_hours, AllHoursTold),
    Operation("get_hours", "GET", _ONE, "Whether it is open, why, until when", _SEE, _hours, HoursTold),
    Operation(
        "set_hours",
        "PUT",
        _ONE,
        "Open or close by hand",
        _CHANGE,
        _set_hours,
        HoursTold,
        body=HoursGiven,
        takes_version=True,
    ),
    Operation(
        "take_hours_back",
        "DELETE",
        _ONE,
        "The schedule counts again",
        _CHANGE,
        _clear_hours,
        HoursTold,
        takes_version=True,
    ),
    Operation("list_duties", "GET", "/duties", "Who has which duty", _SEE, _duties, DutiesTold),
    Operation("get_duty", "GET", _ONE_DUTY, "Who has it, why, until when", _SEE, _duty, DutyTold),
    Operation(
        "give_duty",
        "PUT",
        _ONE_DUTY,
        "Give it to another holder by hand",
        _CHANGE,
        _give_duty,
        DutyTold,
        body=DutyGiven,
        takes_version=True,
    ),
    Operation(
        "take_duty_back",
        "DELETE",
        _ONE_DUTY,
        "The plan counts again",
        _CHANGE,
        _clear_duty,
        DutyTold,
        takes_version=True,
    ),
)
