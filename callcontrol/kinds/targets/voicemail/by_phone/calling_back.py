"""Calling back who left a message: an outgoing call of the extension that listens, as if it dialled the number.

It goes the way of every number that a phone dials: blocks, prices, limits and trunks decide. The caller who leaves a
message chooses the number shown, so that nothing of it may lead anywhere else: no star code, no emergency number.
"""

from __future__ import annotations

from callcontrol.routing import arrival
from callcontrol.routing.facts import Facts
from callcontrol.routing.plan import Refuse
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.emergency import emergency_called
from callcontrol.vocabulary.mailbox import Message
from callcontrol.vocabulary.phone_number import normalise
from callcontrol.vocabulary.trail import Passed


def number_of(message: Message, facts: Facts) -> tuple[str, str]:
    """The number to dial, and why it is not called back ("": it is)."""
    number, tenant = message.caller, facts.tenant
    if not number:
        return "", "no number was shown"
    if emergency_called(number, tenant.region, tenant.emergency_numbers):
        return "", f"{number} is an emergency number"
    if number not in tenant.extensions and normalise(number, tenant.region) is None:
        return "", f"{number} is no number"
    decision = arrival.decide(replace(facts, dialled=number, heading=None))
    if isinstance(decision.step, Refuse):
        reasons = "; ".join(one.why for one in decision.why if isinstance(one, Passed))
        return "", f"{number}: {reasons or decision.step.outcome.value}"
    return number, ""
