"""Looking up what a decision needs: rules, the caller's language, what was set by hand and credit from Redis,
registrations from memory, in as few round trips as the way is long.

With Redis away the last known rules are used, or the YAML baseline: a call never waits longer than one look-up's
deadline.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from callcontrol.control.events import Event, OfferMade
from callcontrol.daemon.worker_context import WorkerContext
from callcontrol.edges import clock, meters
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.routing import arrival
from callcontrol.routing.effective import RunTimeRules, effective
from callcontrol.routing.facts import Facts
from callcontrol.routing.language import number_to_ask
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.credit import Standing
from callcontrol.vocabulary.language import Language
from callcontrol.vocabulary.override import Overrides

# Rules may lead to extensions whose rules lead further; deeper than any hop limit there is nothing to find.
MAX_ROUNDS = 33


OnFault = Callable[[str, Exception], None]
# Fields of Facts, as an answer tells them.
Learnt = dict[str, Any]


def find_facts(shared: WorkerContext, facts: Facts, then: Callable[[Facts], None], on_fault: OnFault) -> None:
    """Call `then` with everything `arrival.decide` needs; at once if nothing has to be looked up.

    `on_fault` is told of an unexpected error in what follows an answer of Redis: only that ends the call.
    """
    _Search(shared, facts, then, on_fault).go_on()


def unlearned(facts: Facts) -> Facts:
    """The facts without what is looked up: it is to be looked up anew."""
    return replace(facts, rules={}, overrides=None, credit={}, on_call={})


def refreshed(facts: Facts, event: Event, shared: WorkerContext) -> Facts:
    """The facts of a caller who waits long, who is served by the queues as they are now, and offered to phones as they
    are now. A call of a tenant that is no more keeps the settings it had: no call is left in between.
    """
    facts = with_settings_now(facts, shared)
    if not isinstance(event, OfferMade):
        return facts
    tenant = facts.tenant
    extensions = (tenant.agents[a].extension for a in event.offer.agents if a in tenant.agents)
    accounts = [account for extension in extensions for account in facts.accounts(extension or "")]
    registered = {**facts.registered, **shared.registrations.places(tenant.domain, accounts)}
    unheard, resting = shared.registrations.unheard(), shared.trunks.resting()
    # how an account stood when the call came says nothing now: what is reserved before dialling does
    return replace(facts, registered=registered, unheard=unheard, resting=resting, credit={})


def with_settings_now(facts: Facts, shared: WorkerContext) -> Facts:
    """The facts by the settings as they are now, if the tenant still is."""
    configuration = shared.current.configuration
    is_there = facts.tenant_name in configuration.settings.tenants
    if not is_there or facts.settings is configuration.settings:
        return facts
    return replace(facts, settings=configuration.settings, prices=configuration.prices_of(facts.tenant_name))


class _Search:
    """One call's look-ups. What is asked in one round goes out together; the next one begins with the last answer."""

    __slots__ = ("_began", "_facts", "_learnt", "_on_fault", "_rounds", "_shared", "_then", "_unanswered")

    def __init__(self, shared: WorkerContext, facts: Facts, then: Callable[[Facts], None], on_fault: OnFault) -> None:
        self._shared = shared
        self._facts = facts
        self._then = then
        self._on_fault = on_fault
        self._began = clock.monotonic()
        self._rounds = 0
        self._unanswered = 0
        self._learnt: Learnt = {}  # from the answers of this round

    def go_on(self) -> None:
        """Ask for what is still wanted, or finish."""
        questions = tuple(self._questions())
        self._rounds += 1
        if not questions or self._rounds > MAX_ROUNDS:
            meters.lookup_seconds.observe(clock.monotonic() - self._began)
            self._then(self._facts)
            return
        self._unanswered = len(questions)
        for ask in questions:
            ask()

    def _questions(self) -> Iterator[Callable[[], None]]:
        facts = self._facts
        if not self._rounds and (number := number_to_ask(facts)):
            yield partial(self._shared.languages.look_up, facts.tenant_name, number, self._language_found)
        extensions = arrival.wanted(facts)
        if arrival.overrides_wanted(facts, extensions):
            yield partial(self._shared.overrides.look_up, facts.tenant_name, self._overrides_found)
        if extensions:
            wanted = tuple(sorted(extensions))
            yield partial(self._shared.rules.look_up, facts.tenant_name, wanted, self._rules_found)
        if names := arrival.calls_wanted(facts, extensions):
            yield partial(self._look_up_calls, facts.tenant_name, names)
        if accounts := arrival.credit_wanted(facts, extensions):
            yield partial(self._shared.credit.look_up, facts.tenant_name, accounts, self._credit_found)

    def _language_found(self, language: Language | None, _trouble: LiveStateError | None) -> None:
        self._found(lambda: {"remembered": language})

    def _overrides_found(self, overrides: Overrides, trouble: LiveStateError | None) -> None:
        self._found(lambda: {"overrides": overrides}, trouble)

    def _rules_found(self, found: Mapping[str, RunTimeRules], trouble: LiveStateError | None) -> None:
        self._found(lambda: self._with_rules(self._facts, found), trouble)

    def _look_up_calls(self, tenant: str, extensions: Iterable[str]) -> None:
        store = self._shared.on_calls.store
        if store is None:
            self._calls_found(dict.fromkeys(extensions, ()), None)
        else:
            store.look_up(tenant, extensions, self._calls_found)

    def _calls_found(self, found: Mapping[str, tuple[str, ...]], trouble: LiveStateError | None) -> None:
        self._found(lambda: {"on_call": {**self._facts.on_call, **found}}, trouble)

    def _credit_found(self, found: Mapping[str, Standing | None]) -> None:
        self._found(lambda: {"credit": {**self._facts.credit, **found}})

    def _found(self, learn: Callable[[], Learnt], trouble: LiveStateError | None = None) -> None:
        try:
            self._learnt |= learn() | self._degraded(trouble)
            self._unanswered -= 1
            if not self._unanswered:
                self._facts, self._learnt = replace(self._facts, now=clock.now(), **self._learnt), {}
                self.go_on()
        except Exception as error:
            self._on_fault("the look-up of rules", error)

    def _degraded(self, trouble: LiveStateError | None) -> Learnt:
        if trouble is None:
            return {}
        if not self._facts.degraded and "degraded" not in self._learnt:
            meters.lookups_degraded_total.inc()
        return {"degraded": str(trouble)}

    def _with_rules(self, facts: Facts, found: Mapping[str, RunTimeRules]) -> Learnt:
        rules = {name: effective(facts.settings, facts.tenant_name, name, mine) for name, mine in found.items()}
        accounts = [a for name in found for a in facts.accounts(name)]
        return {
            "rules": {**facts.rules, **rules},
            "registered": {**facts.registered, **self._shared.registrations.places(facts.tenant.domain, accounts)},
            "unheard": self._shared.registrations.unheard(),
        }
