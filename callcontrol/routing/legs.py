"""Targets that can ring, turned into legs: an extension's phones, a number behind a trunk, a SIP address.

Members of groups and lists go through here too. Of a member's own rules only those are followed that are known before
anything rings (always, unavailable) and only to something that rings: a group whose member forwards to voicemail would
otherwise be answered by that voicemail at once.
"""

from __future__ import annotations

from dataclasses import dataclass

from callcontrol.routing.caller_id import shown_inside, shown_outside
from callcontrol.routing.facts import Facts
from callcontrol.routing.on_net import endpoint_of, is_free, is_on_net
from callcontrol.routing.path import Path
from callcontrol.routing.plan import Acceptance, Explanation, LegPlan, SipAddress, TrunkNumber
from callcontrol.routing.trunks import as_sent, candidates, refusal, rests
from callcontrol.vocabulary.rule import Rule, RuleKind
from callcontrol.vocabulary.target import ExtensionTarget, NumberTarget, SipTarget, Target, text_of
from callcontrol.vocabulary.trail import Passed, Routed

# How long a phone that may be at a switch we do not hear has for its first sign of progress (seconds).
DOUBTFUL_S = 4


@dataclass(frozen=True, slots=True)
class Legs:
    """Legs to ring, and what explains them or their absence."""

    legs: tuple[LegPlan, ...] = ()
    why: tuple[Explanation, ...] = ()

    def __add__(self, other: Legs) -> Legs:
        return Legs(self.legs + other.legs, self.why + other.why)

    def because(self, entry: Explanation) -> Legs:
        """The same legs with a reason put in front."""
        return Legs(self.legs, (entry, *self.why))


def phones(name: str, ring_s: int, facts: Facts) -> tuple[LegPlan, ...]:
    """A leg for each account of the extension that is not known to be offline."""
    return tuple(_phone(name, account, ring_s, facts) for account in facts.reachable_accounts(name))


def _phone(name: str, account: str, ring_s: int, facts: Facts) -> LegPlan:
    """A phone that may be registered at another switch, or at none, has little time: that switch may be dead."""
    endpoint = facts.account(account)
    is_doubtful = endpoint.peer is not None and account not in facts.registered
    to, progress_s = text_of(ExtensionTarget(name)), DOUBTFUL_S if is_doubtful else None
    return LegPlan(to, endpoint, ring_s, shown_inside(facts), progress_s=progress_s)


def number_leg(number: str, ring_s: int, path: Path, facts: Facts, round_: int = 0) -> Legs:
    """The leg to an external number through the `round_`-th trunk that can take it; on-net to another tenant's."""
    to = text_of(NumberTarget(number))
    why_not = refusal(number, facts)
    if why_not:
        return Legs(why=(Passed(facts.now, to, why_not),))
    if is_on_net(number, facts):
        return _on_net_leg(number, ring_s, path, facts) if not round_ else Legs()
    choices = candidates(number, facts)
    if round_ >= len(choices):
        return Legs(why=(Passed(facts.now, to, "no further trunk"),))
    name, trunk = choices[round_]
    endpoint = TrunkNumber(name, trunk.gateway or name, as_sent(number, trunk))
    leg = LegPlan(
        to=to,
        endpoint=endpoint,
        ring_s=ring_s,
        shown=shown_outside(facts, path.show, trunk),
        payer=path.payer,
        acceptance=_acceptance(path, facts),
        cap_s=_cap_s(facts),
        progress_s=trunk.progress_s,
    )
    return Legs((leg,), () if round_ else rests(to, choices, facts))


def _on_net_leg(number: str, ring_s: int, path: Path, facts: Facts) -> Legs:
    """The leg to a number of another tenant. The entry does not say whose it is: a tenant reads its trail."""
    to = text_of(NumberTarget(number))
    leg = LegPlan(
        to=to,
        endpoint=endpoint_of(number),
        ring_s=ring_s,
        shown=shown_outside(facts, path.show, None),
        payer="" if is_free(number, facts) else path.payer,
        acceptance=_acceptance(path, facts),
        cap_s=_cap_s(facts),
    )
    return Legs((leg,), (Passed(facts.now, to, "a number of another tenant here: no trunk is needed"),))


def _cap_s(facts: Facts) -> int:
    return facts.tenant.talk or facts.settings.limits.talk_s


def sip_leg(uri: str, ring_s: int, path: Path, facts: Facts) -> Legs:
    """The leg to a SIP address outside; it goes through no trunk and has no price."""
    leg = LegPlan(
        to=text_of(SipTarget(uri)),
        endpoint=SipAddress(uri),
        ring_s=ring_s,
        shown=shown_outside(facts, path.show, None),
        payer=path.payer,
        acceptance=_acceptance(path, facts),
        cap_s=_cap_s(facts),
    )
    return Legs((leg,))


def member_legs(member: Target, ring_s: int, path: Path, facts: Facts, round_: int = 0) -> Legs:
    """The legs of one member of a group or list; none if it cannot ring now."""
    match member:
        case ExtensionTarget(name):
            return _extension_legs(name, ring_s, path, facts, round_)
        case NumberTarget(number) if number in facts.tenant.numbers:
            return _own_number_legs(number, ring_s, path, facts, round_)
        case NumberTarget(number):
            return number_leg(number, ring_s, path, facts, round_)
        case SipTarget(uri):
            return sip_leg(uri, ring_s, path, facts)
        case _:
            return Legs(why=(Passed(facts.now, text_of(member), "cannot ring as a member"),))


def own_source(number: str, facts: Facts) -> str:
    """`file:line` of a number of the tenant's own."""
    return facts.settings.source("tenants", facts.tenant_name, "numbers", number)


def _own_number_legs(number: str, ring_s: int, path: Path, facts: Facts, round_: int) -> Legs:
    """A number of the tenant's own never leaves: what it leads to rings."""
    target = NumberTarget(number)
    if path.has_visited(target):
        return Legs(why=(Passed(facts.now, text_of(target), f"loop: {_loop(path, target)}"),))
    to = facts.tenant.numbers[number]
    entry = Routed(facts.now, text_of(to), f"own number {number}", own_source(number, facts))
    return member_legs(to, ring_s, path.entering(target), facts, round_).because(entry)


def _extension_legs(name: str, ring_s: int, path: Path, facts: Facts, round_: int) -> Legs:
    target = ExtensionTarget(name)
    if path.has_visited(target):
        return Legs(why=(Passed(facts.now, text_of(target), f"loop: {_loop(path, target)}"),))
    rules = facts.rules_of(name)
    always = rules.in_force(RuleKind.ALWAYS, facts.now)
    if always:
        return _follow(name, always, ring_s, path, facts, round_)
    legs = phones(name, ring_s, facts)
    if legs:
        return Legs(legs)
    unavailable = rules.in_force(RuleKind.UNAVAILABLE, facts.now)
    if unavailable:
        return _follow(name, unavailable, ring_s, path, facts, round_)
    return Legs(why=(Passed(facts.now, text_of(target), "no phone registered"),))


def _follow(name: str, rule: Rule, ring_s: int, path: Path, facts: Facts, round_: int) -> Legs:
    why = f"rule {rule.kind.value} of extension:{name}"
    if not isinstance(rule.target, ExtensionTarget | NumberTarget | SipTarget):
        entry = Passed(facts.now, text_of(ExtensionTarget(name)), f"{why} leads to {text_of(rule.target)}", rule.source)
        return Legs(why=(entry,))
    onward = path.entering(ExtensionTarget(name)).forwarded_by(name, rule)
    if onward.hops > facts.settings.limits.hops:
        return Legs(why=(Passed(facts.now, text_of(rule.target), "hop limit", rule.source),))
    followed = member_legs(rule.target, ring_s, onward, facts, round_)
    return followed.because(Routed(facts.now, text_of(rule.target), why, rule.source))


def _acceptance(path: Path, facts: Facts) -> Acceptance | None:
    """External legs reached by forwarding may have to press 1; a call that was dialled directly never does."""
    confirm = facts.tenant.confirm
    dialled_himself = bool(facts.caller.extension) and isinstance(path.first, NumberTarget)
    return Acceptance(confirm.prompt, confirm.wait) if confirm.on and not dialled_himself else None


def _loop(path: Path, target: Target) -> str:
    return " -> ".join((*path.visited, text_of(target)))
