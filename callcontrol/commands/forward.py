"""`callcontrol forward`: forwarding rules at run time, in force for the very next call."""

from __future__ import annotations

import argparse
import sys

from callcontrol.commands.arguments import add_config, configuration_or_exit
from callcontrol.edges import clock
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.usecases.forwarding import Forwarding, RuleAsked
from callcontrol.usecases.refusals import Refused
from callcontrol.usecases.stores import rule_store
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.moment import text_of as time_text
from callcontrol.vocabulary.rule import DEFAULT_RING_S, Rule, RuleKind
from callcontrol.vocabulary.target import HoursTarget, text_of


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
    try:
        with rule_store(configuration.settings) as rules:
            _VERBS[args.verb](args, Forwarding(configuration, args.tenant, rules, clock.now))
    except (LiveStateError, Refused) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _show(args: argparse.Namespace, forwarding: Forwarding) -> None:
    now, found = clock.now(), forwarding.rules(args.extension)
    for kind in RuleKind:
        rule = found.of(kind)
        print(f"{kind.value:<12} {_describe(rule, now) if rule else 'not set'}")


def _set(args: argparse.Namespace, forwarding: Forwarding) -> None:
    asked = RuleAsked(args.target, not args.off, args.after, args.start, args.until, args.show)
    rule = forwarding.put(args.extension, RuleKind(args.kind), asked, "command")
    print(f"{args.kind} of {args.tenant}/{args.extension}: {_describe(rule, clock.now())}")


def _clear(args: argparse.Namespace, forwarding: Forwarding) -> None:
    kind = RuleKind(args.kind)
    if args.baseline:
        forwarding.back_to_files(args.extension, kind)
    else:
        forwarding.clear(args.extension, kind)
    rule = forwarding.rules(args.extension).of(kind)
    print(f"{kind.value} of {args.tenant}/{args.extension}: {_describe(rule, clock.now()) if rule else 'not set'}")


_VERBS = {"show": _show, "set": _set, "clear": _clear}


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
