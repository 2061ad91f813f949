"""`callcontrol explain`: what would happen to such a call now, step by step, with the rule and its file:line."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, replace
from functools import partial
from zoneinfo import ZoneInfo

import orjson
from gevent.event import AsyncResult

from callcontrol.commands.arguments import add_config, configuration_or_exit
from callcontrol.config.checks.texts import texts_in
from callcontrol.config.prompt import SAID_FOLDER
from callcontrol.daemon.configuration import Configuration
from callcontrol.edges import clock
from callcontrol.edges.live_state.credit import CreditStore
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.edges.live_state.on_calls import OnCallStore
from callcontrol.edges.live_state.overrides import OverrideStore
from callcontrol.edges.live_state.payer_counts import PayerCountStore
from callcontrol.edges.live_state.pipeline import RedisPipeline
from callcontrol.edges.live_state.restrictions import RestrictionStore
from callcontrol.edges.live_state.rules import RuleStore
from callcontrol.kinds import KINDS
from callcontrol.routing import arrival
from callcontrol.routing.effective import RunTimeRules, effective
from callcontrol.routing.explain import explain, plan_of
from callcontrol.routing.facts import Facts
from callcontrol.routing.outgoing.counting import counters_with_caps
from callcontrol.routing.path import TENANT, payer_of
from callcontrol.usecases.names import unknown
from callcontrol.usecases.stores import live_state
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.credit import CreditAccount, LiveAccount, Standing
from callcontrol.vocabulary.moment import BadMoment, Instant, instant_from
from callcontrol.vocabulary.moment import text_of as time_text
from callcontrol.vocabulary.phone_number import is_anonymous, normalise
from callcontrol.vocabulary.restriction import by_payer

LOOKUP_S = 5.0
_SAID = re.compile(rf"{SAID_FOLDER}/[\w-]+\.wav")

Found = tuple[Mapping[str, RunTimeRules], LiveStateError | None]
LookUp = Callable[[str, Iterable[str]], Found]


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
            known = _with_restrictions(_with_overrides(facts, OverrideStore(redis)), RestrictionStore(redis))
            known = _with_credit(_complete(known, partial(_look_up, RuleStore(redis))), configuration, redis)
            known = _with_calls(known, OnCallStore(redis))
            return _with_counts(known, PayerCountStore(redis))
    except LiveStateError as away:
        known = _complete(replace(facts, degraded=str(away)), _baseline)
        return replace(known, credit=dict.fromkeys(arrival.credit_wanted(known)))


def _with_credit(facts: Facts, configuration: Configuration, redis: RedisPipeline) -> Facts:
    """With the accounts that may pay, as Redis has them."""
    book = configuration.price_books[facts.tenant_name]
    store = CreditStore(redis, lambda account, on_balance: on_balance(None))
    accounts = [CreditAccount(facts.tenant_name, n, book.currency_of(n)) for n in arrival.credit_wanted(facts)]
    return replace(facts, credit={one.name: _standing(store.look(one)) for one in accounts})


def _with_calls(facts: Facts, store: OnCallStore) -> Facts:
    """With the calls that extensions are on, where that matters."""
    found = store.look(facts.tenant_name, arrival.calls_wanted(facts))
    return replace(facts, on_call={**found, **facts.on_call})


def _with_counts(facts: Facts, store: PayerCountStore) -> Facts:
    """With what limits have counted of those who may pay."""
    extensions = {*facts.rules, *filter(None, [facts.caller.extension])}
    payers = (*map(payer_of, sorted(extensions)), TENANT)
    counters = counters_with_caps(payers, facts.tenant)
    return replace(facts, counts={one.name: store.look(facts.tenant_name, one) for one in counters})


def _standing(account: LiveAccount) -> Standing | None:
    balance = account.balance
    if balance is None:
        return None
    return Standing(account.available, balance.on_hold, balance.units - account.available)


def _with_overrides(facts: Facts, overrides: OverrideStore) -> Facts:
    wanted = arrival.overrides_wanted(facts, arrival.wanted(facts))
    return replace(facts, overrides=overrides.read(facts.tenant_name)) if wanted else facts


def _with_restrictions(facts: Facts, store: RestrictionStore) -> Facts:
    _, found = store.read()
    return replace(facts, restrictions=by_payer(one for one in found if one.tenant == facts.tenant_name))


def _complete(facts: Facts, look_up: LookUp) -> Facts:
    while wanted := arrival.wanted(facts):
        found, trouble = look_up(facts.tenant_name, wanted)
        made = {n: effective(facts.settings, facts.tenant_name, n, mine) for n, mine in found.items()}
        facts = replace(facts, rules={**facts.rules, **made}, degraded=str(trouble) if trouble else facts.degraded)
    return facts


def _baseline(_tenant: str, wanted: Iterable[str]) -> Found:
    return {name: {} for name in wanted}, None


def _look_up(rules: RuleStore, tenant: str, wanted: Iterable[str]) -> Found:
    answer: AsyncResult = AsyncResult()
    rules.look_up(tenant, wanted, lambda found, trouble: answer.set((found, trouble)))
    found: Found = answer.get(timeout=LOOKUP_S)
    return found
