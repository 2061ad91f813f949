"""Opening hours: a call goes one way while it is open, another while it is closed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from zoneinfo import ZoneInfo

from callcontrol.config.checks import by_hand
from callcontrol.config.checks.places import nearest_source
from callcontrol.config.hours_settings import OpeningHours
from callcontrol.config.kinds import Block, Link, while_hours
from callcontrol.config.settings import Tenant
from callcontrol.control.playing import Announce
from callcontrol.routing.endings import refuse
from callcontrol.routing.facts import Facts, RoutedKind
from callcontrol.routing.opening_hours import told_of
from callcontrol.routing.path import Path
from callcontrol.routing.plan import Answer, Decision, Onward
from callcontrol.routing.speech.file_string import as_file_string
from callcontrol.routing.speech.moments import reopening
from callcontrol.vocabulary.moment import datetime_of
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.schedule import State
from callcontrol.vocabulary.target import HoursTarget, Target, text_of
from callcontrol.vocabulary.trail import Passed, Routed

BLOCK = Block("hours", OpeningHours)


def links(name: str, hours: OpeningHours) -> Iterator[Link]:
    """Where a call goes while it is open, or closed, for whatever reason; one that comes back goes there again."""
    for word, to in (("open", hours.open), ("closed", hours.closed)):
        if to is not None:
            yield Link(to, (word,), while_hours(name, word))
    for reason, to in hours.reasons.items():
        yield Link(to, ("reasons", reason), f"{while_hours(name, 'closed')}, {reason}")


def only_onward(hours: OpeningHours, _tenant: Tenant) -> Iterator[Target]:
    """It takes no call itself."""
    if hours.is_ever(True) and hours.open is not None:
        yield hours.open
    if hours.is_ever(False):
        yield from (to for to in (hours.closed, *hours.reasons.values()) if to is not None)


def decide(target: HoursTarget, path: Path, facts: Facts) -> Answer:
    """Where the schedule sends a call now. Where it names no target for that, the call is not taken."""
    hours, now = BLOCK.of(facts.tenant).get(target.name), facts.hours_now(target.name)
    if hours is None or now is None:
        return refuse(Outcome.UNAVAILABLE, Passed(facts.now, text_of(target), "no such hours"))
    source, told = _source(target, now, facts), told_of(now, hours.schedule.zone)
    to = onward(hours, now)
    if hours.say_reopening and not now.open:
        heard = as_file_string(_reopening(now, hours.schedule.zone, facts))
        why = Routed(facts.now, text_of(target), f"{text_of(target)} {told}", source)
        return Decision(Announce(text_of(target), heard, answer=True, then=to, path=path), (why,))
    if to is None:
        return refuse(Outcome.UNAVAILABLE, Passed(facts.now, text_of(target), told, source))
    return Onward(to, path.onward(), (Routed(facts.now, text_of(to), f"{text_of(target)} {told}", source),))


def _reopening(now: State, zone: ZoneInfo, facts: Facts) -> tuple[str, ...]:
    """When it is open again, in the caller's language."""
    opens = None if now.until is None else datetime_of(now.until, zone)
    return reopening(facts.language, opens, datetime_of(facts.now, zone))


def onward(hours: OpeningHours, now: State) -> Target | None:
    """Where a call goes in this state; None: nowhere."""
    if now.open:
        return hours.open
    by_reason = (hours.reasons.get(word) for word in (now.why.reason, now.why.source.word))
    return next((to for to in by_reason if to is not None), hours.closed)


def _source(target: HoursTarget, now: State, facts: Facts) -> str:
    """`file:line` of what decides; of an override, the schedule's."""
    place = ("tenants", facts.tenant_name, BLOCK.key, target.name, *now.why.place)
    return nearest_source(facts.settings, place)


KIND = RoutedKind(
    target=HoursTarget,
    row="opening hours decide: on to `open` or `closed`, or by `reasons`; where none is named, a sequence goes on",
    block=BLOCK,
    links=links,
    only_onward=only_onward,
    checks=(partial(by_hand.problems_of, BLOCK),),
    decide=decide,
    set_by_hand=True,
)
