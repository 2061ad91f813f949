"""`callcontrol duty`: who has a duty now; given to another one by hand and taken back, in force for the next call."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator

from callcontrol.commands.arguments import add_config, configuration_or_exit
from callcontrol.commands.overriding import add_by, add_end, put, said_by
from callcontrol.daemon.configuration import Configuration
from callcontrol.edges import clock
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.edges.live_state.overrides import OverrideStore
from callcontrol.kinds import KINDS
from callcontrol.kinds.targets.duty import DutyTarget, trouble_with, turn_of, zone_of
from callcontrol.kinds.targets.duty.plan import next_change
from callcontrol.kinds.targets.duty.settings import BLOCK
from callcontrol.routing.facts import Facts
from callcontrol.usecases.names import unknown
from callcontrol.usecases.set_by_hand import end_in
from callcontrol.usecases.stores import override_store
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.moment import BadMoment
from callcontrol.vocabulary.override import DutyOverride, Overrides, end_of
from callcontrol.vocabulary.target import BadTarget, text_of

VERBS = ("show", "give", "take-back")


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`duty [show] TENANT [NAME]`, `duty give TENANT NAME TARGET …`, `duty take-back TENANT NAME`."""
    parser = subparsers.add_parser(
        "duty", help="show the holder of a duty; give it to another target", description=__doc__
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="|".join(VERBS))
    helps = (
        "the holder, and the reason (the word `show` may be left out)",
        "give it to another target",
        "remove the override: the plan applies again",
    )
    for verb, text in zip(VERBS, helps, strict=True):
        one = verbs.add_parser(verb, help=text)
        add_config(one)
        one.add_argument("tenant")
        one.add_argument("name", nargs="?" if verb == "show" else None, help="the duty")
    give = verbs.choices["give"]
    give.add_argument("target", help="the new holder: extension:102, group:night, number:+48600700800, …")
    add_end(give)
    add_by(give)


def run(args: argparse.Namespace) -> int:
    """Carry it out; 1 if it makes no sense or Redis does not answer."""
    configuration = configuration_or_exit(args.config)
    try:
        with override_store(configuration.settings) as overrides:
            facts = _facts(args, configuration, overrides)
            for line in _RUN[args.verb](args, facts, overrides):
                print(line)
    except (LiveStateError, BadTarget, BadMoment, ValueError, LookupError) as error:
        print(error.args[0] if isinstance(error, LookupError) else error, file=sys.stderr)
        return 1
    return 0


def _facts(args: argparse.Namespace, configuration: Configuration, overrides: OverrideStore) -> Facts:
    settings = configuration.settings
    if args.tenant not in settings.tenants:
        raise LookupError(unknown("tenant", args.tenant, settings.tenants))
    known, duties = overrides.read(args.tenant), BLOCK.of(settings.tenants[args.tenant])
    if args.name is not None and args.name not in duties and not (args.verb != "give" and _of(args.name) in known):
        raise LookupError(unknown("duty", args.name, duties))
    prices = configuration.prices_of(args.tenant)
    return Facts(settings, KINDS, args.tenant, prices, Caller(""), "", clock.now(), overrides=known)


def _show(args: argparse.Namespace, facts: Facts, _overrides: OverrideStore) -> Iterator[str]:
    duties = BLOCK.of(facts.tenant)
    for name in duties if args.name is None else [args.name]:
        yield _told(name, facts)
    left = [of for of in facts.overrides or {} if of.startswith(f"{DutyTarget.kind}:") and of not in map(_of, duties)]
    for of in left if args.name is None else []:
        yield f"{of}: set by hand, and not in the files any more"
    if not duties and not left:
        yield f"tenant {facts.tenant_name} has no duties"


def _give(args: argparse.Namespace, facts: Facts, overrides: OverrideStore) -> Iterator[str]:
    duty, target = BLOCK.of(facts.tenant)[args.name], KINDS.read(args.target)
    if (trouble := trouble_with(target, args.name, facts)) is not None:
        raise ValueError(trouble.why)
    zone = zone_of(duty, facts)
    until = end_in(args.until, next_change(duty, zone, facts.now), facts.now, zone)
    override = DutyOverride(target, until, said_by(args), facts.now)
    put(overrides, facts.tenant_name, _of(args.name), override)
    yield _told(args.name, _with(facts, overrides))


def _take_back(args: argparse.Namespace, facts: Facts, overrides: OverrideStore) -> Iterator[str]:
    put(overrides, facts.tenant_name, _of(args.name), None)
    yield _told(args.name, _with(facts, overrides))


def _with(facts: Facts, overrides: OverrideStore) -> Facts:
    known: Overrides = overrides.read(facts.tenant_name)
    return replace(facts, overrides=known)


def _told(name: str, facts: Facts) -> str:
    """`duty:help: extension:101 until 2026-12-07T08:00 (week of 2026-11-30)`."""
    duty = BLOCK.of(facts.tenant).get(name)
    if duty is None:
        return f"{_of(name)}: not in the files any more"
    now, override = turn_of(name, duty, facts), facts.override_of(DutyTarget(name), DutyOverride)
    zone = zone_of(duty, facts)
    if override is not None:
        end = f" {end_of(override.until, zone)}"
    else:
        change = next_change(duty, zone, facts.now)
        end = "" if change is None else f" {end_of(change, zone)}"
    who = "no holder" if now.target is None else text_of(now.target)
    return f"{_of(name)}: {who}{end}" + (f" ({now.why})" if now.why else "")


def _of(name: str) -> str:
    return text_of(DutyTarget(name))


_RUN = {"show": _show, "give": _give, "take-back": _take_back}
