"""A SIP address outside."""

from __future__ import annotations

import re

from callcontrol.kinds.targets.number import RING_S
from callcontrol.routing.facts import Facts, RoutedKind
from callcontrol.routing.outgoing.caller_id import shown_outside
from callcontrol.routing.outgoing.legs import acceptance
from callcontrol.routing.outgoing.limits import longest_talk_s
from callcontrol.routing.path import Path
from callcontrol.routing.plan import Decision, LegPlan, Legs, Ring, SipAddress
from callcontrol.vocabulary.target import Form, SipTarget, text_of


def decide(target: SipTarget, path: Path, facts: Facts) -> Decision:
    """Ring it."""
    found = member_legs(target, RING_S, path, facts)
    return Decision(Ring(target, found.legs, path), found.why)


def member_legs(target: SipTarget, ring_s: int, path: Path, facts: Facts) -> Legs:
    """The leg to it; it goes through no trunk and has no price."""
    leg = LegPlan(
        to=text_of(target),
        endpoint=SipAddress(target.name),
        ring_s=ring_s,
        shown=shown_outside(facts, path, None),
        payer=path.payer,
        acceptance=acceptance(path, facts),
        cap_s=longest_talk_s(facts),
    )
    return Legs((leg,))


KIND = RoutedKind(
    target=SipTarget,
    row="a SIP address outside",
    form=Form(
        re.compile(r"[A-Za-z0-9_.+*#-]{1,64}@[A-Za-z0-9][A-Za-z0-9.-]{0,252}(:[0-9]{1,5})?"),
        "after {kind}: comes an address, such as {kind}:bob@example.com",
        bare=re.compile(".*@.*"),
    ),
    member_legs=member_legs,
    decide=decide,
)
