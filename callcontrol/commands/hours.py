"""`callcontrol hours`: what the opening hours of a tenant say now, and on each day of a week, with the reasons.

hours [show] TENANT [NAME]             open or closed, why, and until when
hours [show] TENANT [NAME] --week      seven days besides, from today on
… --at TIME                            as of another time
hours close|open TENANT NAME           by hand, until they change next; --until HH:MM, an ISO time, or taken-back
hours take-back TENANT NAME            the schedule counts again
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta

import orjson

from callcontrol.commands import hours_by_hand
from callcontrol.commands.arguments import add_config, configuration_or_exit
from callcontrol.config.checks.hours import known_until
from callcontrol.config.checks.places import nearest_source
from callcontrol.config.settings import Settings
from callcontrol.edges import clock
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.usecases.names import unknown
from callcontrol.vocabulary.moment import BadMoment, Instant, datetime_of, instant_from, text_of
from callcontrol.vocabulary.override import Overrides, override_of_hours
from callcontrol.vocabulary.schedule import Override, Schedule, Source, Why
from callcontrol.vocabulary.schedule_state import Span, spans_of, state
from callcontrol.vocabulary.wall_clock import day_at

VERBS = ("show", hours_by_hand.CLOSE, hours_by_hand.OPEN, hours_by_hand.TAKE_BACK)
DAYS = 7


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a day in which one thing decides; `end` 24:00 is the end of that day."""

    start: str
    end: str
    open: bool
    why: str


@dataclass(frozen=True, slots=True)
class DayRow:
    """A day, on the clocks of the schedule's zone."""

    day: str
    stretches: tuple[Stretch, ...]


@dataclass(frozen=True, slots=True)
class Schedules:
    """What a schedule says.

    Attributes:
        until: when that changes next (ISO time); "" if not within two years, or before it is taken back.
        by_hand: what is set by hand and counts, None if nothing is.
        source: `file:line` of what decides.
        known: the last day for which each source of days is known, by where it is written.
        week: empty unless it was asked for.
    """

    name: str
    zone: str
    open: bool
    why: str
    until: str
    by_hand: Override | None
    source: str
    known: dict[str, str]
    week: tuple[DayRow, ...]


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`hours [show] TENANT [NAME] [--week] [--at TIME] [--json]`, `hours close|open|take-back TENANT NAME …`."""
    parser = subparsers.add_parser(
        "hours",
        help="whether it is open, why, and until when; open and close it by hand",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="|".join(VERBS))
    show = verbs.add_parser("show", help="what they say; also without the word `show`")
    show.add_argument("tenant")
    show.add_argument("name", nargs="?", default="", help="one of its schedules (default: all)")
    show.add_argument("--week", action="store_true", help="seven days besides, with the reasons")
    show.add_argument("--at", default="", help="ISO time (default: now)")
    show.add_argument("--json", action="store_true", help="one JSON object instead of lines for people")
    hours_by_hand.add(verbs)
    for verb in VERBS:
        add_config(verbs.choices[verb])


def run(args: argparse.Namespace) -> int:
    """Carry it out and print how it is then; 1 if there is no such tenant or schedule, or it makes no sense."""
    settings = configuration_or_exit(args.config).settings
    try:
        _look_for(args, settings)
        if args.verb != VERBS[0]:
            hours_by_hand.carry_out(args, settings)
        overrides, trouble = hours_by_hand.known(args.tenant, settings)
        found = list(_found(args, settings, overrides))
    except (BadMoment, LookupError, ValueError, LiveStateError) as error:
        print(error.args[0] if error.args else error, file=sys.stderr)
        return 1
    for of in hours_by_hand.left_behind(overrides, settings.tenants[args.tenant]):
        print(f"{of}: set by hand, and not in the files any more", file=sys.stderr)
    if trouble:
        print(f"(what is set by hand is not known, so only the schedule is shown: {trouble})", file=sys.stderr)
    if getattr(args, "json", False):
        print(orjson.dumps({"tenant": args.tenant, "hours": [asdict(one) for one in found]}).decode())
    else:
        for line in (line for one in found for line in _lines(one)):
            print(line)
    return 0


def _look_for(args: argparse.Namespace, settings: Settings) -> None:
    tenant = settings.tenants.get(args.tenant)
    if tenant is None:
        raise LookupError(unknown("tenant", args.tenant, settings.tenants))
    # What was set over a schedule that the files have no more can still be taken back.
    if args.name and args.name not in tenant.hours and args.verb != hours_by_hand.TAKE_BACK:
        raise LookupError(unknown("schedule", args.name, tenant.hours))


def _found(args: argparse.Namespace, settings: Settings, overrides: Overrides) -> Iterator[Schedules]:
    known, is_shown = settings.tenants[args.tenant].hours, args.verb == VERBS[0]
    for name in [name for name in known if args.name in ("", name)]:
        zone = known[name].schedule.zone
        at = instant_from(args.at, zone) if is_shown and args.at else clock.now()
        override = override_of_hours(overrides, name)
        in_force = override if override is not None and override.is_in_force(at) else None
        yield _schedule(settings, (args.tenant, name), at, in_force, with_week=is_shown and args.week)


def _schedule(
    settings: Settings, of: tuple[str, str], at: Instant, by_hand: Override | None, with_week: bool
) -> Schedules:
    tenant, name = of
    hours = settings.tenants[tenant].hours[name]
    place, schedule = ("tenants", tenant, "hours", name), hours.schedule
    now = state(schedule, at, by_hand)
    until = "" if now.until is None else text_of(now.until, schedule.zone)
    known = {".".join(below): day.isoformat() for below, day in known_until(hours)}
    source = nearest_source(settings, (*place, *now.why.place))
    week = tuple(_week(schedule, at)) if with_week else ()
    return Schedules(name, schedule.zone.key, now.open, str(now.why), until, by_hand, source, known, week)


def _week(schedule: Schedule, at: Instant) -> Iterator[DayRow]:
    first = day_at(at, schedule.zone)
    for ahead in range(DAYS):
        day = first + timedelta(days=ahead)
        spans = [span for span in spans_of(schedule, day) if span.start < span.end]
        yield DayRow(f"{day:%a %Y-%m-%d}", tuple(_stretch(span, spans[-1].end, schedule) for span in spans))


def _stretch(span: Span, end_of_day: Instant, schedule: Schedule) -> Stretch:
    start, end = (f"{datetime_of(edge, schedule.zone):%H:%M}" for edge in (span.start, span.end))
    return Stretch(start, "24:00" if span.end == end_of_day else end, span.open, str(span.why))


def _lines(found: Schedules) -> Iterator[str]:
    until = f" until {found.until[:16].replace('T', ' ')}" if found.until else ""
    if found.by_hand is not None and found.by_hand.until is None:
        until = " until taken back"
    word = "open" if found.open else "closed"
    yield f"{found.name}: {word} ({found.why}){until} [{found.source}] ({found.zone})"
    for below, day in found.known.items():
        yield f"  {below} known to {day}"
    for row in found.week:
        yield f"  {row.day}  {_day(row)}"


def _day(row: DayRow) -> str:
    """Its open stretches, and what is said besides the week."""
    open_ = ", ".join(f"{one.start}-{one.end}" for one in row.stretches if one.open)
    week = str(Why(Source.WEEK))
    reasons = dict.fromkeys(one.why for one in row.stretches if one.why != week)
    return (open_ or "closed") + (f"  ({'; '.join(reasons)})" if reasons else "")
