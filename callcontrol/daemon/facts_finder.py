"""Looking up what a decision needs: rules and the caller's language from Redis, registrations from memory, in as few
round trips as the way is long.

With Redis away the last known rules are used, or the YAML baseline: a call never waits longer than one look-up's
deadline.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from callcontrol.daemon.worker_context import WorkerContext
from callcontrol.edges import clock, meters
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.routing import arrival
from callcontrol.routing.effective import RunTimeRules, effective
from callcontrol.routing.facts import Facts
from callcontrol.routing.language import number_to_ask
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.language import Language

# Rules may lead to extensions whose rules lead further; deeper than any hop limit there is nothing to find.
MAX_ROUNDS = 33


OnFault = Callable[[str, Exception], None]


def find_facts(shared: WorkerContext, facts: Facts, then: Callable[[Facts], None], on_fault: OnFault) -> None:
    """Call `then` with everything `arrival.decide` needs; at once if nothing has to be looked up.

    `on_fault` is told of an unexpected error in what follows an answer of Redis: only that ends the call.
    """
    _Search(shared, then, on_fault).go_on(facts, clock.monotonic())


class _Search:
    """One call's look-ups."""

    __slots__ = ("_on_fault", "_remembered", "_rounds", "_shared", "_then")

    def __init__(self, shared: WorkerContext, then: Callable[[Facts], None], on_fault: OnFault) -> None:
        self._shared = shared
        self._then = then
        self._on_fault = on_fault
        self._rounds = 0
        self._remembered: Language | None = None

    def go_on(self, facts: Facts, began: float) -> None:
        """Ask for what is still wanted, or finish."""
        wanted = tuple(sorted(arrival.wanted(facts)))
        number = "" if self._rounds else number_to_ask(facts)
        self._rounds += 1
        if not (wanted or number) or self._rounds > MAX_ROUNDS:
            meters.lookup_seconds.observe(clock.monotonic() - began)
            self._then(facts)
            return
        if number:
            self._ask_language(number, facts, None if wanted else began)
        if wanted:
            self._ask_rules(wanted, facts, began)

    def _ask_language(self, number: str, facts: Facts, began: float | None) -> None:
        """Asked before the rules, in the same round trip, so it is known before they are. Without them (`began`, since
        when this look-up lasts) the search goes on from here.
        """

        def answered(language: Language | None, _trouble: LiveStateError | None) -> None:
            self._remembered = language
            if began is not None:
                self._contained(lambda: self.go_on(replace(facts, now=clock.now(), remembered=language), began))

        self._shared.languages.look_up(facts.tenant_name, number, answered)

    def _ask_rules(self, wanted: tuple[str, ...], facts: Facts, began: float) -> None:
        def answered(found: Mapping[str, RunTimeRules], trouble: LiveStateError | None) -> None:
            self._contained(lambda: self.go_on(self._with_rules(facts, found, trouble), began))

        self._shared.rules.look_up(facts.tenant_name, wanted, answered)

    def _contained(self, then: Callable[[], None]) -> None:
        try:
            then()
        except Exception as error:
            self._on_fault("the look-up of rules", error)

    def _with_rules(self, facts: Facts, found: Mapping[str, RunTimeRules], trouble: LiveStateError | None) -> Facts:
        if trouble is not None and not facts.degraded:
            meters.lookups_degraded_total.inc()
        rules = {name: effective(facts.settings, facts.tenant_name, name, mine) for name, mine in found.items()}
        accounts = [a for name in found for a in facts.accounts(name)]
        return replace(
            facts,
            now=clock.now(),
            remembered=self._remembered,
            rules={**facts.rules, **rules},
            registered={**facts.registered, **self._shared.registrations.places(facts.tenant.domain, accounts)},
            unheard=self._shared.registrations.unheard(),
            degraded=str(trouble) if trouble else facts.degraded,
        )
