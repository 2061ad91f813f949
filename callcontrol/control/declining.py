"""A call declined on one of several devices: a person has declined, so that person's other devices stop ringing.

The switch rings a person's devices until one answers or all have ended: what follows a decline (the `busy` rule, the
next agent) would come when the last of them gives up. Per extension, `decline: device` leaves it at that.
"""

from __future__ import annotations

from callcontrol.control import commands as do
from callcontrol.control.call import Call
from callcontrol.control.commands import Command
from callcontrol.control.events import LegGone
from callcontrol.routing.facts import Facts
from callcontrol.vocabulary.target import ExtensionTarget

# 603 and its like are only sent by hand. 486 is sent by a phone that is in use, and by many for their key "decline":
# those have rung before.
BY_HAND = frozenset({"CALL_REJECTED", "DECLINE"})
_BY_HAND_IF_IT_RANG = "USER_BUSY"


def stop_other_devices(call: Call, event: LegGone, facts: Facts) -> tuple[Command, ...]:
    """What a leg's end means for the legs at the same person's other devices.

    Args:
        call: as it was when the leg ended.
    """
    if not _is_declined(event):
        return ()
    declined = call.leg(event.leg_id)
    if declined is None or not _declines_for_all(declined.target, facts):
        return ()
    rung = call.state.being_rung
    others = (leg for leg in call.legs if leg.end is None and leg.target == declined.target and leg.id in rung)
    return tuple(do.KillLeg(leg.id, event.cause) for leg in others if leg.id != event.leg_id)


def _is_declined(event: LegGone) -> bool:
    """Whether a person declined the call at the phone; a leg that we or the switch ended was not declined."""
    if event.hung_up_by != "callee" or event.stamps.answered is not None:
        return False
    return event.cause in BY_HAND or (event.cause == _BY_HAND_IF_IT_RANG and event.stamps.ringing is not None)


def _declines_for_all(to: str, facts: Facts) -> bool:
    kind, _, name = to.partition(":")
    extension = facts.tenant.extensions.get(name) if kind == ExtensionTarget.kind else None
    return extension is not None and extension.decline == "person"
