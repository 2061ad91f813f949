"""Words of the history and of phones for people: outcomes, types of calls, targets, what a leg does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from callcontrol.config.settings import Tenant
from callcontrol.usecases.timeline import Doing
from callcontrol.vocabulary.counted import CountedFigure, counted_from
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.rule import RuleKind
from callcontrol.vocabulary.wanted import CallType
from callcontrol.web.pages.texts import N_

OUTCOMES: Final[Mapping[str, str]] = {
    Outcome.ANSWERED: N_("answered"),
    Outcome.BUSY: N_("busy"),
    Outcome.NO_ANSWER: N_("not answered"),
    Outcome.UNAVAILABLE: N_("not reached"),
    Outcome.REJECTED: N_("refused"),
    Outcome.TIMEOUT: N_("waited too long"),
    Outcome.ABANDONED: N_("hung up before an answer"),
    Outcome.ELSEWHERE: N_("answered elsewhere"),
    Outcome.VOICEMAIL: N_("message left"),
    Outcome.MISSED: N_("no message left"),
    Outcome.ANNOUNCED: N_("announcement heard"),
    Outcome.CHANGED: N_("setting changed"),
    Outcome.OVERFLOW: N_("left the queue"),
    Outcome.CALLBACK: N_("call back wanted"),
    Outcome.FAILED: N_("failed"),
}
# How outcomes look; those that are not here are plain.
LOOKS: Final[Mapping[str, str]] = {
    Outcome.ANSWERED: "good",
    Outcome.VOICEMAIL: "",
    Outcome.ANNOUNCED: "plain",
    Outcome.CHANGED: "plain",
    Outcome.ELSEWHERE: "plain",
    Outcome.CALLBACK: "",
    Outcome.OVERFLOW: "warn",
    Outcome.BUSY: "warn",
    Outcome.NO_ANSWER: "warn",
    Outcome.UNAVAILABLE: "warn",
    Outcome.ABANDONED: "warn",
    Outcome.MISSED: "warn",
    Outcome.TIMEOUT: "warn",
    Outcome.REJECTED: "bad",
    Outcome.FAILED: "bad",
}
TYPES: Final[Mapping[str, str]] = {
    CallType.IN: N_("incoming"),
    CallType.OUT: N_("outgoing"),
    CallType.MISSED: N_("missed"),
    CallType.FORWARDED: N_("forwarded"),
    CallType.INTERNAL: N_("internal"),
}
PERIODS: Final[Mapping[str, str]] = {
    "": N_("Any time"),
    "today": N_("Today"),
    "yesterday": N_("Yesterday"),
    "this-week": N_("This week"),
    "last-week": N_("Last week"),
    "this-month": N_("This month"),
    "last-month": N_("Last month"),
}
# A target's word before its name; of what is named by itself there is none.
TARGETS: Final[Mapping[str, str]] = {
    "queue": N_("queue"),
    "group": N_("group"),
    "voicemail": N_("voicemail"),
    "announcement": N_("announcement"),
    "menu": N_("menu"),
    "hours": N_("hours"),
    "list": N_("list"),
    "sequence": N_("sequence"),
    "agent": N_("agent"),
    "conference": N_("conference"),
    "emergency": N_("emergency call"),
    "hangup": N_("the call ends"),
}
DOINGS: Final[Mapping[Doing, str]] = {
    Doing.RINGS: N_("rings"),
    Doing.QUEUES: N_("waits in a queue"),
    Doing.CONNECTED: N_("connected, hears music or announcements"),
    Doing.TALKS: N_("talks"),
    Doing.HELD: N_("on hold"),
    Doing.PARKED: N_("parked"),
}
RULES: Final[Mapping[RuleKind, str]] = {
    RuleKind.ALWAYS: N_("Every call"),
    RuleKind.BUSY: N_("When busy"),
    RuleKind.NO_ANSWER: N_("When not answered"),
    RuleKind.UNAVAILABLE: N_("When no phone can be reached"),
}


def target_parts(text: str, tenant: Tenant | None) -> tuple[str, str]:
    """A target for people: the word before it, a text of the catalogs or "", and its name: `101 Anna`."""
    kind, colon, name = text.partition(":")
    if not colon:
        return "", text
    if kind == "extension" and tenant is not None and name in tenant.extensions:
        return "", f"{name} {tenant.extensions[name].name}".strip()
    return TARGETS.get(kind, ""), name if kind in TARGETS or kind in ("extension", "number", "sip") else text


COUNTED: Final = {
    CountedFigure.FROM_OUTSIDE.value: N_("calls from outside"),
    CountedFigure.QUEUE_ENTERED.value: N_("came into the queue %(name)s"),
    CountedFigure.QUEUE_ANSWERED.value: N_("answered in the queue %(name)s"),
    CountedFigure.QUEUE_ABANDONED.value: N_("hung up while waiting in the queue %(name)s"),
    CountedFigure.AGENT_OFFERS.value: N_("offered to %(name)s"),
    CountedFigure.AGENT_ANSWERED.value: N_("accepted by %(name)s"),
    CountedFigure.AGENT_MISSED.value: N_("missed by %(name)s"),
    CountedFigure.AGENT_TALKS.value: N_("conversations of %(name)s"),
    CountedFigure.EXTENSION_RUNG.value: N_("rang at %(name)s"),
    CountedFigure.EXTENSION_ANSWERED.value: N_("answered at %(name)s"),
    CountedFigure.EXTENSION_MISSED.value: N_("missed at %(name)s"),
    CountedFigure.EXTENSION_CALLED.value: N_("called out from %(name)s"),
    CountedFigure.NUMBER_TALKS.value: N_("conversations of callers of %(name)s"),
    CountedFigure.NUMBER_AGAIN.value: N_("callers of %(name)s who called again"),
}
DAYS: Final = {
    "mon": N_("Mon"),
    "tue": N_("Tue"),
    "wed": N_("Wed"),
    "thu": N_("Thu"),
    "fri": N_("Fri"),
    "sat": N_("Sat"),
    "sun": N_("Sun"),
}


def counted_words(given: Mapping[str, str | None], names: Mapping[str, str]) -> dict[str, object] | None:
    """What a link of a report asks for, in words; None: nothing of that.

    Args:
        names: of queues.
    """
    if not any(given.get(name) for name in ("counted", "weekday", "hour")):
        return None
    figure = given.get("counted")
    counted = counted_from(figure) if figure else None
    day, hour = given.get("weekday"), given.get("hour")
    return {
        "figure": "" if counted is None else COUNTED[counted.figure.value],
        "name": "" if counted is None else names.get(counted.name, counted.name),
        "is_number": counted is not None and counted.kind == "number",
        "several": counted is not None and counted.has_own_time,
        "day": DAYS.get(day or "", ""),
        "hour": f"{int(hour):02}:00" if hour else "",
    }
