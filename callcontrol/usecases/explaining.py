"""What would happen to a call now: the plan that a worker would make, with all that was set at run time.

`callcontrol explain` and the page of a phone ask here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial

from gevent.event import AsyncResult

from callcontrol.daemon.configuration import Configuration
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
from callcontrol.routing.explain import Line, plan_of
from callcontrol.routing.facts import Facts
from callcontrol.routing.outgoing.counting import counters_with_caps
from callcontrol.routing.path import TENANT, payer_of
from callcontrol.usecases.names import unknown
from callcontrol.usecases.refusals import NotThere, Refused
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.credit import CreditAccount, LiveAccount, Standing
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.phone_number import normalise, what_is_wrong_with
from callcontrol.vocabulary.restriction import by_payer
from callcontrol.vocabulary.sentence import says
from callcontrol.vocabulary.target import ExtensionTarget

LOOKUP_S = 5.0

Found = tuple[Mapping[str, RunTimeRules], LiveStateError | None]
LookUp = Callable[[str, Iterable[str]], Found]


def plan_to(
    configuration: Configuration, redis: RedisPipeline, tenant: str, caller: str, extension: str, now: Instant
) -> list[Line]:
    """What would happen to a call for an extension.

    Args:
        caller: another extension of the tenant, or a number outside.

    Raises:
        Refused: the caller is neither, or no number of the tenant's leads straight to the extension.
        LiveStateError: Redis is away.
    """
    settings = configuration.settings.tenants[tenant]
    if extension not in settings.extensions:
        raise NotThere(unknown("extension", extension, settings.extensions), "extension")
    if caller in settings.extensions:
        who, dialled = Caller(caller, extension=caller), extension
    else:
        number = normalise(caller, settings.region)
        if number is None:
            raise Refused(f"{caller}: {what_is_wrong_with(caller, settings.region)}", "caller")
        who = Caller(number.text)
        dialled = next((one for one, to in settings.numbers.items() if to == ExtensionTarget(extension)), "")
        if not dialled:
            what = f"no number of yours leads straight to {extension}"
            raise Refused(
                what, "caller", says("write an extension: calls from outside come by a menu, a group or a queue")
            )
    facts = Facts(configuration.settings, KINDS, tenant, configuration.prices_of(tenant), who, dialled, now)
    return plan_of(with_run_time(facts, configuration, redis))


def with_run_time(facts: Facts, configuration: Configuration, redis: RedisPipeline) -> Facts:
    """The facts with all that is in Redis of extensions, numbers and accounts the call may come to.

    Raises:
        LiveStateError: Redis is away.
    """
    known = _with_restrictions(_with_overrides(facts, OverrideStore(redis)), RestrictionStore(redis))
    known = _with_credit(_complete(known, partial(_look_up, RuleStore(redis))), configuration, redis)
    known = _with_calls(known, OnCallStore(redis))
    return _with_counts(known, PayerCountStore(redis))


def with_baseline(facts: Facts, why: str) -> Facts:
    """The facts by the files alone.

    Args:
        why: nothing else is known.
    """
    known = _complete(replace(facts, degraded=why), _baseline)
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
