"""What carries the call there: a trunk, or, to a number of another tenant here, the switch itself."""

from __future__ import annotations

from callcontrol.config.trunk_settings import Trunk
from callcontrol.routing.facts import Facts
from callcontrol.routing.on_net import is_on_net
from callcontrol.routing.outgoing.dialling import Dialling
from callcontrol.routing.outgoing.trunks import candidates
from callcontrol.vocabulary.refusal_reason import Refusal, RefusalReason


def check(dialling: Dialling, facts: Facts) -> Refusal | None:
    """Refuses what no trunk takes."""
    if is_on_net(dialling.number, facts) or carriers(dialling, facts):
        return None
    return Refusal(RefusalReason.NO_TRUNK, "no trunk takes this number")


def carriers(dialling: Dialling, facts: Facts) -> tuple[tuple[str, Trunk], ...]:
    """The trunks that take the number, in the order they are tried; only the one that was chosen for this call."""
    found = candidates(dialling.number, facts)
    return tuple(one for one in found if one[0] == dialling.trunk) if dialling.trunk else found
