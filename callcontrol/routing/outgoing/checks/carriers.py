"""What carries the call there: a trunk, or, to a number of another tenant here, the switch itself."""

from __future__ import annotations

from callcontrol.routing.facts import Facts
from callcontrol.routing.on_net import is_on_net
from callcontrol.routing.outgoing.dialling import Dialling
from callcontrol.routing.outgoing.trunks import candidates
from callcontrol.vocabulary.refusal_reason import Refusal, RefusalReason


def check(dialling: Dialling, facts: Facts) -> Refusal | None:
    """Refuses what no trunk takes."""
    if is_on_net(dialling.number, facts) or candidates(dialling.number, facts):
        return None
    return Refusal(RefusalReason.NO_TRUNK, "no trunk takes this number")
