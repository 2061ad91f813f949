"""Legs inside: an extension's phones, the members of groups and lists. Those outside: `outgoing/legs.py`."""

from __future__ import annotations

from callcontrol.routing.caller_id import shown_inside
from callcontrol.routing.facts import Facts
from callcontrol.routing.path import Path
from callcontrol.routing.plan import LegPlan, Legs
from callcontrol.vocabulary.target import ExtensionTarget, Target, text_of
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


def member_legs(member: Target, ring_s: int, path: Path, facts: Facts) -> Legs:
    """The legs of one member of a group or list, or of what a member's rule leads to; none if it cannot ring now."""
    rings = facts.kinds.of(member).member_legs
    if rings is None:
        return Legs(why=(Passed(facts.now, text_of(member), "cannot ring as a member"),))
    if path.has_visited(member):
        way = " -> ".join((*path.visited, text_of(member)))
        return Legs(why=(Passed(facts.now, text_of(member), f"loop: {way}"),))
    return rings(member, ring_s, path, facts)
