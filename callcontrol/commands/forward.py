"""`callcontrol forward`: forwarding rules at run time, in force for the very next call."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from zoneinfo import ZoneInfo

from gevent.event import AsyncResult

from callcontrol.commands.arguments import add_config, configuration_or_exit
from callcontrol.commands.names import unknown
from callcontrol.commands.stores import rule_store
from callcontrol.config.settings import Settings
from callcontrol.daemon.configuration import Configuration
from callcontrol.edges import clock
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.edges.live_state.rules import RuleStore
from callcontrol.kinds import KINDS
from callcontrol.routing.effective import effective
from callcontrol.routing.facts import Facts
from callcontrol.routing.forwarding_rights import trouble_with
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.moment import BadMoment, Instant, instant_from
from callcontrol.vocabulary.moment import text_of as time_text
from callcontrol.vocabulary.phone_number import normalise
from callcontrol.vocabulary.rule import DEFAULT_RING_S, Rule, RuleKind, Rules
from callcontrol.vocabulary.target import BadTarget, HoursTarget, NumberTarget, Target, text_of

ANSWER_S = 5.0
MIN_RING_S, MAX_RING_S = 1, 300


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`forward show|set|clear TENANT EXTENSION …`."""
    parser = subparsers.add_parser("forward", help="show, set or clear forwarding rules", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="show|set|clear")
    kinds = [kind.value for kind in RuleKind]
    for verb, text in (
        ("show", "the rules in force and where each was set"),
        ("set", "set a rule"),
        ("clear", "remove a rule"),
    ):
        one = verbs.add_parser(verb, help=text)
        add_config(one)
        one.add_argument("tenant")
        one.add_argument("extension")
        if verb != "show":
            one.add_argument("kind", choices=kinds)
    _add_set(verbs.choices["set"])
    verbs.choices["clear"].add_argument("--baseline", action="store_true", help="go back to what the YAML says")


def _add_set(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", help="where to: extension:102, number:+48600700800, voicemail:101, …")
    parser.add_argument("--after", type=int, default=DEFAULT_RING_S, metavar="S", help="no_answer: ring so long first")
    parser.add_argument("--from", dest="start", default="", help="in force from (ISO time, tenant's zone)")
    parser.add_argument("--until", default="", help="in force until")
    parser.add_argument("--show", default="", help="number shown: caller, company or a number")
    parser.add_argument("--off", action="store_true", help="set it, but switched off")


def run(args: argparse.Namespace) -> int:
    """Carry it out; 1 if it makes no sense or Redis does not answer."""
    configuration = configuration_or_exit(args.config)
    trouble = _unknown(args, configuration.settings)
    try:
        if not trouble:
            with rule_store(configuration.settings) as rules:
                _VERBS[args.verb](args, configuration, rules)
    except (LiveStateError, BadTarget, BadMoment, ValueError) as error:
        trouble = str(error)
    if trouble:
        print(trouble, file=sys.stderr)
    return 1 if trouble else 0


def _unknown(args: argparse.Namespace, settings: Settings) -> str:
    tenant = settings.tenants.get(args.tenant)
    if tenant is None:
        return unknown("tenant", args.tenant, settings.tenants)
    if args.extension not in tenant.extensions:
        return f"tenant {args.tenant} has no extension {args.extension}; it has: {', '.join(tenant.extensions)}"
    return ""


def _show(args: argparse.Namespace, configuration: Configuration, rules: RuleStore) -> None:
    now = clock.now()
    found = _effective(args, configuration, rules)
    for kind in RuleKind:
        rule = found.of(kind)
        print(f"{kind.value:<12} {_describe(rule, now) if rule else 'not set'}")


def _set(args: argparse.Namespace, configuration: Configuration, rules: RuleStore) -> None:
    kind = RuleKind(args.kind)
    rule = _rule(args, kind, configuration)
    _store(rules, args, kind, rule)
    print(f"{kind.value} of {args.tenant}/{args.extension}: {_describe(rule, clock.now())}")


def _clear(args: argparse.Namespace, configuration: Configuration, rules: RuleStore) -> None:
    kind = RuleKind(args.kind)
    if args.baseline:
        rules.forget(args.tenant, args.extension, kind)
    else:
        _store(rules, args, kind, None)
    rule = _effective(args, configuration, rules).of(kind)
    print(f"{kind.value} of {args.tenant}/{args.extension}: {_describe(rule, clock.now()) if rule else 'not set'}")


_VERBS = {"show": _show, "set": _set, "clear": _clear}


def _rule(args: argparse.Namespace, kind: RuleKind, configuration: Configuration) -> Rule:
    settings = configuration.settings
    tenant = settings.tenants[args.tenant]
    zone = ZoneInfo(tenant.zone)
    target = _normalised(KINDS.read(args.target), tenant.region)
    facts = Facts(settings, KINDS, args.tenant, configuration.prices_of(args.tenant), Caller(""), "", clock.now())
    refused = trouble_with(target, args.extension, facts, kind)
    trouble = refused.why if refused is not None else ""
    if not MIN_RING_S <= args.after <= MAX_RING_S:
        trouble = trouble or f"--after {args.after}: write {MIN_RING_S} to {MAX_RING_S} seconds"
    if trouble:
        raise ValueError(trouble)
    start = instant_from(args.start, zone) if args.start else None
    until = instant_from(args.until, zone) if args.until else None
    source = f"command, {time_text(clock.now())}"
    return Rule(kind, target, not args.off, args.after, start, until, _shown(args.show, tenant.region), source)


def _normalised(target: Target, region: str) -> Target:
    if not isinstance(target, NumberTarget):
        return target
    number = normalise(target.name, region)
    if number is None:
        raise BadTarget(f"{target.name} is no number: write one such as number:+48600700800")
    return replace(target, name=number.text)


def _shown(show: str, region: str) -> str:
    if show in ("", "caller", "company"):
        return show
    number = normalise(show, region)
    if number is None:
        raise ValueError(f"--show {show}: write caller, company or a number such as +48221234567")
    return number.text


def _effective(args: argparse.Namespace, configuration: Configuration, rules: RuleStore) -> Rules:
    answer: AsyncResult = AsyncResult()
    rules.look_up(args.tenant, (args.extension,), lambda found, trouble: answer.set((found, trouble)))
    found, trouble = answer.get(timeout=ANSWER_S)
    if trouble is not None:
        raise trouble
    return effective(configuration.settings, args.tenant, args.extension, found[args.extension])


def _store(rules: RuleStore, args: argparse.Namespace, kind: RuleKind, rule: Rule | None) -> None:
    answer: AsyncResult = AsyncResult()
    rules.store(args.tenant, args.extension, {kind: rule}, answer.set)
    trouble = answer.get(timeout=ANSWER_S)
    if trouble is not None:
        raise trouble


def _describe(rule: Rule, now: Instant) -> str:
    state = "in force" if rule.applies_at(now) else "off" if not rule.on else "outside its window"
    if rule.hours:
        state += f" {'during' if rule.during else 'outside'} {text_of(HoursTarget(rule.hours))}"
    after = f" after {rule.after_s} s" if rule.kind.rings_first else ""
    window = _window(rule)
    show = f", shows {rule.show}" if rule.show else ""
    return f"{text_of(rule.target)}{after}{window}{show} ({state}; {rule.source})"


def _window(rule: Rule) -> str:
    start = f" from {time_text(rule.start)}" if rule.start is not None else ""
    return start + (f" until {time_text(rule.until)}" if rule.until is not None else "")
