"""A SIP address outside."""

from __future__ import annotations

import re

from callcontrol.kinds.targets.number import RING_S
from callcontrol.routing.facts import Facts, RoutedKind
from callcontrol.routing.legs import sip_leg
from callcontrol.routing.path import Path
from callcontrol.routing.plan import Decision, Ring
from callcontrol.vocabulary.target import Form, SipTarget


def decide(target: SipTarget, path: Path, facts: Facts) -> Decision:
    """Ring it."""
    found = sip_leg(target.name, RING_S, path, facts)
    return Decision(Ring(target, found.legs, path), found.why)


KIND = RoutedKind(
    target=SipTarget,
    row="a SIP address outside",
    form=Form(
        re.compile(r"[A-Za-z0-9_.+*#-]{1,64}@[A-Za-z0-9][A-Za-z0-9.-]{0,252}(:[0-9]{1,5})?"),
        "after {kind}: comes an address, such as {kind}:bob@example.com",
        bare=re.compile(".*@.*"),
    ),
    is_member=True,
    decide=decide,
)
