"""What follows the legs of an emergency call: people inside are told once, and the call back is awaited at each number
that was shown.
"""

from __future__ import annotations

from collections.abc import Iterator

from callcontrol.control.call import Call
from callcontrol.control.emergency_commands import EmergencyCommand, ExpectCallBack, TellOfEmergency
from callcontrol.routing.facts import Facts
from callcontrol.routing.outgoing.caller_id import number_called_back, phone_in_an_emergency
from callcontrol.vocabulary.leg import Leg
from callcontrol.vocabulary.target import EmergencyTarget


def follow(before: Call, now: Call, facts: Facts) -> tuple[EmergencyCommand, ...]:
    """What the legs ask for that have been sent out between these two."""
    if now.legs is before.legs or len(now.legs) == len(before.legs):
        return ()
    return tuple(_commands(before.legs, now.legs[len(before.legs) :], facts))


def _commands(known: tuple[Leg, ...], sent: tuple[Leg, ...], facts: Facts) -> Iterator[EmergencyCommand]:
    for leg in sent:
        called = called_in(leg)
        if not called:
            continue
        extension, trunk = phone_in_an_emergency(facts)[0], facts.settings.trunks.get(leg.trunk)
        if not any(called_in(earlier) for earlier in known):
            yield TellOfEmergency(called, extension)
        known = (*known, leg)
        if extension and trunk is not None:
            for_s = facts.tenant.emergency_calls.call_back_min * 60
            yield ExpectCallBack(number_called_back(facts, trunk), extension, for_s)


def called_in(leg: Leg) -> str:
    """The emergency number that this leg calls, "" for any other leg."""
    kind, _, number = leg.target.partition(":")
    return number if kind == EmergencyTarget.kind else ""
