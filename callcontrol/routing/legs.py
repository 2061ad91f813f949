"""Legs: an extension's phones, a number behind a trunk, the members of groups and lists."""

from __future__ import annotations

from callcontrol.routing.caller_id import shown_inside, shown_outside
from callcontrol.routing.facts import Facts
from callcontrol.routing.on_net import endpoint_of, is_free, is_on_net
from callcontrol.routing.path import Path
from callcontrol.routing.plan import Acceptance, LegPlan, Legs, TrunkNumber
from callcontrol.routing.speech import as_file_string
from callcontrol.routing.trunks import as_sent, candidates, refusal, rests
from callcontrol.vocabulary.target import ExtensionTarget, NumberTarget, Target, text_of
from callcontrol.vocabulary.trail import Passed

# How long a phone that may be at a switch we do not hear has for its first sign of progress (seconds).
DOUBTFUL_S = 4


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
        acceptance=acceptance(path, facts),
        cap_s=longest_talk_s(facts),
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
        acceptance=acceptance(path, facts),
        cap_s=longest_talk_s(facts),
    )
    return Legs((leg,), (Passed(facts.now, to, "a number of another tenant here: no trunk is needed"),))


def longest_talk_s(facts: Facts) -> int:
    """How long a conversation outside may last (seconds): as the tenant has it, else as the installation has."""
    return facts.tenant.talk or facts.settings.limits.talk_s


def member_legs(member: Target, ring_s: int, path: Path, facts: Facts) -> Legs:
    """The legs of one member of a group or list, or of what a member's rule leads to; none if it cannot ring now."""
    rings = facts.kinds.of(member).member_legs
    if rings is None:
        return Legs(why=(Passed(facts.now, text_of(member), "cannot ring as a member"),))
    if path.has_visited(member):
        way = " -> ".join((*path.visited, text_of(member)))
        return Legs(why=(Passed(facts.now, text_of(member), f"loop: {way}"),))
    return rings(member, ring_s, path, facts)


def acceptance(path: Path, facts: Facts) -> Acceptance | None:
    """External legs reached by forwarding may have to press 1; a call that a phone dialled directly never does."""
    confirm = facts.tenant.confirm
    is_dialled = bool(facts.caller.extension) and isinstance(path.first, NumberTarget)
    if not confirm.on or is_dialled:
        return None
    return Acceptance(as_file_string(confirm.prompt.files(facts.tenant.language)), confirm.wait)
