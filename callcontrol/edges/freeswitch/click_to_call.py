"""The command that rings an extension's phones and lets the one that is picked up call a number.

What is picked up enters the dialplan of phones, with the account that rang as who it is: from there on it is a call
like one that was dialled at the phone, taken by any worker, with the extension's rights, blocks, number shown and
purse. The switch does that by itself: it needs no worker once it has the command.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from callcontrol.edges.freeswitch.arrival import DOMAIN, USER
from callcontrol.edges.freeswitch.dial_string import DialLeg, dial_string
from callcontrol.edges.freeswitch.safe import destination
from callcontrol.edges.freeswitch.translate import dial_leg
from callcontrol.routing.plan import Account, LegPlan

# The context in which calls of phones arrive (freeswitch-xml/dialplan/internal.xml).
PHONES_CONTEXT: Final = "internal"


def ring_and_call(legs: Sequence[tuple[str, LegPlan]], number: str, profile: str) -> str:
    """`originate` of the phones at once; the first that is picked up goes on to the number.

    A phone that is not picked up was no call, and the switch writes no record of it: no worker would know its channel.

    Args:
        legs: of one extension, with the ids of their channels.

    Raises:
        UnsafeText: something in it cannot be sent as what it is.
    """
    longest_s = max(plan.ring_s for _, plan in legs)
    shared = {
        "ignore_early_media": "true",
        "originate_timeout": str(longest_s),
        "outbound_redirect_fatal": "true",
        "process_cdr": "false",
    }
    return f"originate {dial_string(_phones(legs, number, profile), shared)} {destination(number)} XML {PHONES_CONTEXT}"


def _phones(legs: Sequence[tuple[str, LegPlan]], number: str, profile: str) -> list[DialLeg]:
    return [_phone(leg_id, plan, number, profile) for leg_id, plan in legs]


def _phone(leg_id: str, plan: LegPlan, number: str, profile: str) -> DialLeg:
    leg, account = dial_leg(leg_id, plan, profile, number), plan.endpoint
    assert isinstance(account, Account)
    own = {USER: account.user, DOMAIN: account.domain, "execute_on_answer": "set process_cdr=true"}
    # a phone's 302 is a refusal here
    kept = {name: value for name, value in leg.variables.items() if name != "outbound_redirect_info"}
    return DialLeg(leg.endpoint, kept | own)
