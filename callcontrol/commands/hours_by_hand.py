"""What `callcontrol hours` sets by hand: closed, open, or as the schedule says again; in force for the next call."""

from __future__ import annotations

import argparse

from callcontrol.commands.overriding import add_by, add_end, put, said_by
from callcontrol.config.settings import Settings, Tenant
from callcontrol.edges import clock
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.usecases.set_by_hand import CHANGE, end_in
from callcontrol.usecases.stores import override_store
from callcontrol.vocabulary.override import Overrides, end_at_change, override_of_hours
from callcontrol.vocabulary.schedule import Override, Schedule
from callcontrol.vocabulary.target import HoursTarget, text_of

CLOSE, OPEN, TAKE_BACK = "close", "open", "take-back"


def add(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`close`, `open`, `take-back`."""
    helps = {CLOSE: "closed from now on", OPEN: "open from now on", TAKE_BACK: "the schedule counts again"}
    for verb, text in helps.items():
        one = verbs.add_parser(verb, help=text)
        one.add_argument("tenant")
        one.add_argument("name", help="the schedule")
        if verb != TAKE_BACK:
            add_end(one)
            add_by(one)


def known(tenant: str, settings: Settings) -> tuple[Overrides, str]:
    """What is set by hand; and why that is not known, "" if it is."""
    try:
        with override_store(settings) as overrides:
            return overrides.read(tenant), ""
    except LiveStateError as away:
        return {}, str(away)


def left_behind(overrides: Overrides, tenant: Tenant) -> list[str]:
    """What is set by hand over schedules that the files have no more."""
    of_hours = (of for of, one in overrides.items() if isinstance(one, Override))
    return sorted(of for of in of_hours if of.partition(":")[2] not in tenant.hours)


def carry_out(args: argparse.Namespace, settings: Settings) -> None:
    """Set it, or take it back.

    Raises:
        LiveStateError: Redis is away or refused it.
        BadMoment, ValueError: the end makes no sense.
    """
    of = text_of(HoursTarget(args.name))
    with override_store(settings) as overrides:
        before = override_of_hours(overrides.read(args.tenant), args.name)
        override = None
        if args.verb != TAKE_BACK:
            schedule = settings.tenants[args.tenant].hours[args.name].schedule
            override = _override(args, schedule, before)
        put(overrides, args.tenant, of, override)


def _override(args: argparse.Namespace, schedule: Schedule, before: Override | None) -> Override:
    is_open, now = args.verb == OPEN, clock.now()
    change = end_at_change(schedule, is_open, now, before) if args.until == CHANGE else None
    return Override(is_open, end_in(args.until, change, now, schedule.zone), said_by(args), now)
