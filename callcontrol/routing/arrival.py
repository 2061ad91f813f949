"""A call arrives: whose is it, and where does the dialled number lead?

A phone's emergency call goes before all else: before extensions, star codes, rules and prices.

Calls from trunks (context `public`) are for the tenant that owns the dialled number. Calls from phones (any other
context) belong to the tenant of the phone's domain, whose name the switch has authenticated.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from callcontrol.config.credit_accounts import TENANT_ACCOUNT, account_of
from callcontrol.config.emergency_calls import location_of
from callcontrol.config.settings import Settings, Trunk
from callcontrol.routing import router, star_codes
from callcontrol.routing.agents import agents_at
from callcontrol.routing.carrier_loops import loop_over_a_carrier
from callcontrol.routing.facts import Facts
from callcontrol.routing.on_net import is_free
from callcontrol.routing.outgoing.caller_id import phone_in_an_emergency
from callcontrol.routing.outgoing.dial_plan import Reading, emergency_in, read, says_privacy
from callcontrol.routing.outgoing.refusing import heard_as
from callcontrol.routing.path import Path, payer_of
from callcontrol.routing.plan import Decision, Refuse
from callcontrol.vocabulary.fast_init import fast_init
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.phone_number import readings
from callcontrol.vocabulary.refusal_reason import RefusalReason
from callcontrol.vocabulary.target import EmergencyCallBackTarget, EmergencyTarget, NumberTarget, Target, text_of
from callcontrol.vocabulary.trail import LOCATION, Passed, Routed

PUBLIC_CONTEXT = "public"
# Addresses whose trunk is remembered; strangers' calls are refused by the switch, so more are hardly ever seen.
ADDRESSES_KEPT = 1_000


class Directory:
    """Who owns which number and which domain; made once per Settings."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._trunks: dict[str, Trunk | None] = {}

    @cached_property
    def owners(self) -> Mapping[str, str]:
        """Tenant by number in E.164."""
        tenants = self._settings.tenants.items()
        return {number: name for name, tenant in tenants for number in tenant.numbers}

    @cached_property
    def domains(self) -> Mapping[str, str]:
        """Tenant by SIP domain."""
        return {tenant.domain: name for name, tenant in self._settings.tenants.items()}

    @cached_property
    def agents(self) -> Mapping[str, Mapping[str, str]]:
        """Agent by extension, by tenant."""
        return {name: agents_at(tenant) for name, tenant in self._settings.tenants.items()}

    @cached_property
    def _accounts(self) -> Mapping[tuple[str, str], str]:
        return {
            (name, account): extension
            for name, tenant in self._settings.tenants.items()
            for extension, settings in tenant.extensions.items()
            for account in settings.accounts(extension)
        }

    @cached_property
    def _regions(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(t.region for t in self._settings.tenants.values()))

    def owner_of(
        self, dialled: str, trunk: Trunk | None = None, awaited: Mapping[str, str] = MappingProxyType({})
    ) -> tuple[str, str] | None:
        """(tenant, number in E.164) of a dialled number in any usual writing, None if no tenant has it.

        What may mean several numbers is whichever of them is ours.

        Args:
            trunk: the one the call came through, if it is known: how it writes numbers is tried first.
            awaited: tenant by number of those that emergency services may call back; one that has no owner, such as a
                trunk's own, leads to that tenant.
        """
        regions = dict.fromkeys((trunk.region, *self._regions) if trunk and trunk.region else self._regions)
        for region in regions:
            for number in readings(dialled, region, e164=trunk is None or not trunk.region):
                if owner := self.owners.get(number.text) or awaited.get(number.text):
                    return owner, number.text
        return None

    def in_an_emergency(self, domain: str, dialled: str) -> str:
        """The tenant of a phone's domain, if it dials an emergency number; "" if not.

        For a phone the switch has let in and the YAML does not know (any more): this call leaves all the same.
        """
        name = self.domains.get(domain, "")
        tenant = self._settings.tenants.get(name)
        return name if tenant is not None and emergency_in(dialled, tenant) else ""

    def trunk_at(self, address: str) -> Trunk | None:
        """The trunk whose calls come from this address (the first of several), None if it is none's."""
        if address not in self._trunks:
            if len(self._trunks) >= ADDRESSES_KEPT:
                self._trunks.clear()
            self._trunks[address] = _trunk_at(address, self._settings.trunks.values())
        return self._trunks[address]

    def phone_of(self, user: str, domain: str) -> tuple[str, str] | None:
        """(tenant, extension) of an authenticated SIP account, None if no tenant has it."""
        tenant = self.domains.get(domain)
        extension = self._accounts.get((tenant, user)) if tenant else None
        return (tenant, extension) if tenant and extension else None


def _trunk_at(address: str, trunks: Iterable[Trunk]) -> Trunk | None:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return None
    return next((t for t in trunks if any(found in ipaddress.ip_network(n) for n in t.addresses)), None)


NOTHING_READ = Reading(None)
NOT_FOR_ANOTHER = "a star code is for the phone that dials it: no call is transferred to one"


@fast_init
@dataclass(frozen=True, slots=True)
class Destination:
    """Where the dialled number leads: a target, or nothing (then `decide` refuses or changes a setting)."""

    target: Target | None
    why: tuple[Routed, ...] = ()
    reading: Reading = NOTHING_READ


def destination(facts: Facts) -> Destination:
    """The first target of this call."""
    if facts.tenant_name not in facts.settings.tenants or facts.replaces:
        return Destination(None)
    if emergency := _emergency(facts):
        place = location_of(facts.tenant, *phone_in_an_emergency(facts))
        source = f"{LOCATION}{place}" if place else ""
        return Destination(emergency, (Routed(facts.now, text_of(emergency), "emergency number dialled", source),))
    if facts.transferred:
        return _to_transfer_to(facts)
    if facts.caller.extension:
        reading = read(facts.dialled, facts)
        target = _own(reading.target, facts)
        return Destination(target, _dialled_outside(target, facts), reading)
    if facts.called_back:
        back = EmergencyCallBackTarget(facts.called_back)
        return Destination(back, (Routed(facts.now, text_of(back), "called back after an emergency call"),))
    target = facts.tenant.numbers.get(facts.dialled)
    if target is None:
        return Destination(None)
    source = facts.settings.source("tenants", facts.tenant_name, "numbers", facts.dialled)
    return Destination(target, (Routed(facts.now, text_of(target), f"number {facts.dialled}", source),))


def wanted(facts: Facts) -> frozenset[str]:
    """Extensions whose rules must be looked up before `decide` knows enough."""
    if facts.heading is not None:
        return router.wanted(facts.heading, facts)
    if _is_star_code(facts):
        own = frozenset({facts.caller.extension}).difference(facts.rules)
        leads_to = star_codes.leads_to(facts.dialled, facts)
        return own | router.wanted(leads_to, facts) if leads_to is not None else own
    target = destination(facts).target
    return router.wanted(target, facts) if target else frozenset()


def overrides_wanted(facts: Facts, extensions: Iterable[str] = ()) -> bool:
    """Whether it must be looked up what was set by hand: where the tenant has what can be. An emergency call leaves
    whatever is set.

    Args:
        extensions: what `wanted` says of these facts.
    """
    if facts.overrides is not None or facts.tenant_name not in facts.settings.tenants:
        return False
    if facts.heading is None and _emergency(facts) is not None:
        return False
    if facts.tenant.outgoing.barring or (_phones_set_something(facts) and extensions):
        return True
    can_be_set = (kind.block for kind in facts.kinds if kind.set_by_hand and kind.block is not None)
    return any(block.of(facts.tenant) for block in can_be_set)


def _phones_set_something(facts: Facts) -> bool:
    return facts.tenant.do_not_disturb or facts.tenant.call_waiting


def calls_wanted(facts: Facts, extensions: Iterable[str] = ()) -> frozenset[str]:
    """The extensions of which it matters whether they are on a call, and was not looked up.

    Args:
        extensions: what `wanted` says of these facts.
    """
    if facts.tenant_name not in facts.settings.tenants:
        return frozenset()
    unknown = {*facts.rules, *extensions}.difference(facts.on_call)
    spoken_at = facts.tenant.in_reach_of_intercom
    return frozenset(name for name in unknown if name in spoken_at or not facts.has_call_waiting(name))


def credit_wanted(facts: Facts, extensions: Iterable[str] | None = None) -> frozenset[str]:
    """The accounts of those who may pay for a leg of this call, as far as they are known, that were not looked up.
    An emergency call asks none.

    Args:
        extensions: what `wanted` says of these facts; None: it is not known yet.
    """
    if facts.tenant_name not in facts.settings.tenants or not facts.tenant.has_accounts:
        return frozenset()
    if facts.heading is None and _emergency(facts) is not None:
        return frozenset()
    owners = map(payer_of, (*facts.rules, *(wanted(facts) if extensions is None else extensions)))
    found = (account_of(payer, facts.tenant) for payer in {_payer(facts), TENANT_ACCOUNT, *owners})
    return frozenset([account[0] for account in found if account is not None and account[0] not in facts.credit])


def decide(facts: Facts) -> Decision:
    """What happens first. No code, loop or limit keeps an emergency call from leaving."""
    if facts.tenant_name in facts.settings.tenants and _emergency(facts) is not None:
        return _on_the_way(destination(facts), facts, passed=0)
    if _is_star_code(facts):
        return star_codes.decide(facts.dialled, facts)
    if loop := loop_over_a_carrier(facts):
        return Decision(Refuse("NO_ROUTE_DESTINATION", Outcome.REJECTED), (Passed(facts.now, facts.dialled, loop),))
    return _on_the_way(destination(facts), facts, passed=len(facts.origin.passed))


def decide_for_another(facts: Facts) -> Decision:
    """As `decide`, for a number that a phone dials for the party it transfers: a star code is for the phone itself."""
    if _is_star_code(facts):
        why = Passed(facts.now, facts.dialled, NOT_FOR_ANOTHER)
        return Decision(Refuse("UNALLOCATED_NUMBER", Outcome.REJECTED), (why,))
    return decide(facts)


def _on_the_way(found: Destination, facts: Facts, *, passed: int) -> Decision:
    """`passed`: how many numbers of ours the call has come through, each of which counts as a hop."""
    if found.target is None:
        return _nowhere(facts)
    choice, hidden = found.reading.choice, found.reading.hidden
    trunk, show = choice.trunk or "", choice.show
    path = Path(first=found.target, payer=_payer(facts), hops=passed, trunk=trunk, show=show, hidden=hidden)
    return router.decide(found.target, path, facts).because(*found.why)


def _emergency(facts: Facts) -> Target | None:
    """Only phones dial such digits: from outside a call comes for a number of the tenant's."""
    called = emergency_in(facts.dialled, facts.tenant)
    return EmergencyTarget(called) if called else None


def _payer(facts: Facts) -> str:
    """Until a rule forwards the call: the phone that dialled it, or transferred its caller there, else the tenant."""
    caller = facts.transferred_by if facts.transferred else facts.caller.extension
    return payer_of(caller)


def _is_star_code(facts: Facts) -> bool:
    """A phone dials one. A code that a party is transferred to is not carried out: the party did not dial it."""
    return bool(facts.caller.extension) and not facts.transferred and _is_code(facts.dialled)


def _is_code(dialled: str) -> bool:
    """Whether the digits are a star code; one that only hides or shows the number of this call is dialled with it."""
    return star_codes.looks_like_one(dialled) and not says_privacy(dialled)


def _nowhere(facts: Facts) -> Decision:
    """A phone that has dialled it hears so."""
    reason = None if facts.transferred or not facts.caller.extension else RefusalReason.NO_SUCH_NUMBER
    reason = RefusalReason.NOT_ALLOWED if facts.replaces else reason
    entry = Passed(facts.now, facts.dialled, _why_nowhere(facts), reason=reason)
    said = heard_as(reason, facts) if reason is not None else ""
    return Decision(Refuse("UNALLOCATED_NUMBER", Outcome.REJECTED, said), (entry,))


def _why_nowhere(facts: Facts) -> str:
    if facts.replaces:
        return "a phone's INVITE with Replaces takes no call over: pick-up and transfers do, by rights"
    if not facts.transferred or facts.tenant_name not in facts.settings.tenants:
        return "leads nowhere: no tenant has this number"
    if _is_code(facts.dialled):
        return NOT_FOR_ANOTHER
    if read(facts.dialled, facts).target is not None:
        return "the transferor of the call is not known, so no outside number is called"
    return f"{facts.tenant_name} has no extension {facts.dialled} to transfer to"


def _to_transfer_to(facts: Facts) -> Destination:
    """Where a transferred party goes: inside, or outside at the transferor's cost; without one nothing is paid."""
    reading = read(facts.dialled, facts)
    target = _own(reading.target, facts)
    costs = isinstance(target, NumberTarget) and not is_free(target.name, facts)
    return Destination(None if costs and not facts.transferred_by else target, reading=reading)


def _dialled_outside(target: Target | None, facts: Facts) -> tuple[Routed, ...]:
    """That a phone has called a number outside by itself, which makes the call an outgoing one (`call_type`)."""
    return (Routed(facts.now, text_of(target), "number dialled"),) if isinstance(target, NumberTarget) else ()


def _own(target: Target | None, facts: Facts) -> Target | None:
    """Where a number of the tenant's own leads; else the same target."""
    return facts.tenant.numbers.get(target.name, target) if isinstance(target, NumberTarget) else target
