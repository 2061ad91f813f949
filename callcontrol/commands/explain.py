"""`callcontrol explain`: what would happen to such a call now, step by step, with the rule and its file:line."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Mapping
from dataclasses import asdict, replace
from zoneinfo import ZoneInfo

import orjson

from callcontrol.commands.arguments import add_config, configuration_or_exit
from callcontrol.config.checks.texts import texts_in
from callcontrol.config.prompt import SAID_FOLDER
from callcontrol.daemon.configuration import Configuration
from callcontrol.edges import clock
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.kinds import KINDS
from callcontrol.routing.explain import explain, plan_of
from callcontrol.routing.facts import Facts
from callcontrol.usecases.explaining import with_baseline, with_run_time
from callcontrol.usecases.names import unknown
from callcontrol.usecases.stores import live_state
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.moment import BadMoment, Instant, instant_from
from callcontrol.vocabulary.moment import text_of as time_text
from callcontrol.vocabulary.phone_number import is_anonymous, normalise

_SAID = re.compile(rf"{SAID_FOLDER}/[\w-]+\.wav")


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`explain --from WHO --to NUMBER [--at TIME] [--offline ACCOUNT …]`."""
    parser = subparsers.add_parser("explain", help="why a call would go where it would go", description=__doc__)
    add_config(parser)
    parser.add_argument("--from", dest="caller", required=True, help="a number, `anonymous`, or TENANT/EXTENSION")
    parser.add_argument("--to", dest="dialled", required=True, help="number dialled, in any usual writing")
    parser.add_argument("--at", default="", help="ISO time (default: now)")
    parser.add_argument("--json", action="store_true", help="one JSON object: what is asked, and the plan line by line")
    parser.add_argument("--offline", nargs="*", default=[], metavar="ACCOUNT", help="SIP accounts to take as offline")
    parser.add_argument("--on-call", nargs="*", default=[], metavar="EXTENSION", help="extensions to take as on a call")


def run(args: argparse.Namespace) -> int:
    """Print the plan; 1 if the number leads nowhere or the arguments make no sense."""
    configuration = configuration_or_exit(args.config)
    try:
        facts = _facts(args, configuration)
    except (BadMoment, LookupError) as error:
        print(error.args[0], file=sys.stderr)
        return 1
    found = _found(facts, configuration)
    if args.json:
        print(orjson.dumps(_as_json(found)).decode())
        return 0
    if found.degraded:
        print(f"(what is set at run time is not known, so the YAML baseline is shown: {found.degraded})")
    texts = {said.file: said.text for _, said in texts_in(found.settings)}
    for line in explain(found):
        print(_with_texts(str(line), texts))
    return 0


def _with_texts(line: str, texts: Mapping[str, str]) -> str:
    """What is said, in the place of the file that says it."""
    return _SAID.sub(lambda file: f"“{texts[file[0]]}”" if file[0] in texts else file[0], line)


def _as_json(found: Facts) -> dict[str, object]:
    """What is asked, and the plan. `baseline_only`: why rules set at run time are not in it, "" if they are."""
    return {
        "tenant": found.tenant_name,
        "from": found.caller.number,
        "to": found.dialled,
        "at": time_text(found.now),
        "baseline_only": found.degraded,
        "plan": [asdict(line) for line in plan_of(found)],
    }


def _facts(args: argparse.Namespace, configuration: Configuration) -> Facts:
    tenant, caller, dialled = _parties(args, configuration)
    zone = ZoneInfo(configuration.settings.tenants[tenant].zone)
    at: Instant = instant_from(args.at, zone) if args.at else clock.now()
    offline: dict[str, tuple[str, ...]] = dict.fromkeys(args.offline, ())
    prices = configuration.prices_of(tenant)
    on_call = dict.fromkeys(args.on_call, ("another",))
    known = Facts(configuration.settings, KINDS, tenant, prices, caller, dialled, at, registered=offline)
    return replace(known, on_call=on_call)


def _parties(args: argparse.Namespace, configuration: Configuration) -> tuple[str, Caller, str]:
    tenant, slash, extension = args.caller.partition("/")
    if slash:
        tenants = configuration.settings.tenants
        if tenant not in tenants:
            raise LookupError(f"--from {args.caller}: {unknown('tenant', tenant, tenants)}")
        if extension not in tenants[tenant].extensions:
            raise LookupError(f"--from {args.caller}: {unknown('extension', extension, tenants[tenant].extensions)}")
        return tenant, Caller(extension, extension=extension), args.dialled
    owner = configuration.directory.owner_of(args.dialled)
    if owner is None:
        raise LookupError(f"--to {args.dialled}: no tenant has this number; its calls are refused (UNALLOCATED_NUMBER)")
    number = normalise(args.caller, configuration.region_of(owner[0]))
    caller = Caller(number.text if number else args.caller, anonymous=is_anonymous(args.caller))
    return owner[0], caller, owner[1]


def _found(facts: Facts, configuration: Configuration) -> Facts:
    """The facts with the rules of every extension the call may come to, as Redis has them, else the baseline's."""
    try:
        with live_state(configuration.settings) as redis:
            return with_run_time(facts, configuration, redis)
    except LiveStateError as away:
        return with_baseline(facts, str(away))
