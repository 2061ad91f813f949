"""An external number, through a trunk; the next trunk on failure of the first, not on busy.

A number of the tenant's own never leaves: it is where it leads.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from callcontrol.kinds.entering_pin import EnteringPin
from callcontrol.kinds.targets.number.checks import pins_that_cannot_be_entered
from callcontrol.kinds.targets.number.with_pin import DialWithPin
from callcontrol.kinds.targets.voicemail.by_phone.boxes import own_box
from callcontrol.routing.endings import refuse
from callcontrol.routing.facts import Facts, RoutedKind
from callcontrol.routing.legs import member_legs as legs_of_member
from callcontrol.routing.outgoing.checks import refusal
from callcontrol.routing.outgoing.dialling import Dialling
from callcontrol.routing.outgoing.legs import number_leg
from callcontrol.routing.outgoing.refusing import not_dialled
from callcontrol.routing.path import Path, payer_of
from callcontrol.routing.plan import Branch, Decision, Legs, Onward, Ring, RingResult
from callcontrol.routing.retry import next_round, outcome_over_rounds
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.refusal_reason import Refusal, RefusalReason
from callcontrol.vocabulary.target import Form, NumberTarget, Target, text_of
from callcontrol.vocabulary.trail import Passed, Routed

# How long an external leg rings when it is a target of its own (seconds).
RING_S = 60


def decide(target: NumberTarget, path: Path, facts: Facts) -> Decision | Onward:
    """Ring it, unless it is blocked, has no price or no trunk: then it is refused before dialling."""
    own = facts.tenant.numbers.get(target.name)
    if own is not None:
        return Onward(own, path.onward(), (_leads_to(own, target, facts),))
    found = number_leg(target.name, RING_S, path, facts)
    if found.legs:
        return Decision(Ring(target, found.legs, path), found.why)
    return _with_pin(target, path, found, facts) or not_dialled(path, facts, *found.why)


def _with_pin(target: NumberTarget, path: Path, found: Legs, facts: Facts) -> Decision | None:
    """Where nothing but the PIN is missing of the extension that has dialled the number: it is asked for."""
    needs = any(isinstance(one, Passed) and one.reason is RefusalReason.PIN_NEEDED for one in found.why)
    extension = facts.caller.extension
    box = own_box(extension, facts.tenant) if needs and path.payer == payer_of(extension) else ""
    if not box or path.diversions or facts.transferred:
        return None
    with_pin = number_leg(target.name, RING_S, replace(path, has_pin=True), facts)
    return Decision(DialWithPin(box, target, path)) if with_pin.legs else not_dialled(path, facts, *with_pin.why)


def _leads_to(own: Target, target: NumberTarget, facts: Facts) -> Routed:
    source = facts.settings.source("tenants", facts.tenant_name, "numbers", target.name)
    return Routed(facts.now, text_of(own), f"own number {target.name}", source)


def member_legs(target: NumberTarget, ring_s: int, path: Path, facts: Facts) -> Legs:
    """The leg to it; one of the tenant's own never leaves: what it leads to rings."""
    own = facts.tenant.numbers.get(target.name)
    if own is None:
        return number_leg(target.name, ring_s, path, facts)
    found = legs_of_member(own, ring_s, path.entering(target), facts)
    return found.because(_leads_to(own, target, facts))


def after(target: NumberTarget, step: Ring, result: RingResult, facts: Facts) -> Decision:
    """The next trunk, or the end."""
    return next_round(step, result, facts) or refuse(outcome_over_rounds(step, result))


def successors(target: NumberTarget, facts: Facts) -> tuple[Target, ...]:
    """Where a number of the tenant's own leads."""
    own = facts.tenant.numbers.get(target.name)
    return () if own is None else (own,)


def why_not(target: NumberTarget, payer: str, facts: Facts) -> Refusal | None:
    """Why it is not dialled."""
    return None if target.name in facts.tenant.numbers else refusal(Dialling(target.name, payer), facts)


def branches(step: DialWithPin, facts: Facts) -> Iterator[Branch]:
    """What follows the PIN, for `explain`."""
    yield Branch("with the right PIN", step.opened(facts), step.path)


KIND = RoutedKind(
    target=NumberTarget,
    row="an external number, through a trunk; one of the tenant's own leads where it leads, "
    "one of another tenant's stays inside the switch",
    form=Form(
        re.compile(r"\+?[0-9]{2,15}"),
        "after {kind}: comes digits in international form, such as {kind}:+48600700800",
        bare=re.compile(r"\+?[0-9][0-9 ()/-]{6,}"),
        national=True,
    ),
    member_legs=member_legs,
    decide=decide,
    after=after,
    successors=successors,
    why_not=why_not,
    warnings=(pins_that_cannot_be_entered,),
    step=DialWithPin,
    branches=branches,
    saved=(DialWithPin, EnteringPin),
)
