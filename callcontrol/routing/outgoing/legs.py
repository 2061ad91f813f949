"""Legs outside: a number behind a trunk, or another tenant's."""

from __future__ import annotations

from collections.abc import Iterator

from callcontrol.routing.facts import Facts
from callcontrol.routing.on_net import endpoint_of, is_free, is_on_net
from callcontrol.routing.outgoing.caller_id import shown_outside
from callcontrol.routing.outgoing.checks import refusal
from callcontrol.routing.outgoing.checks.carriers import carriers
from callcontrol.routing.outgoing.dialling import Dialling
from callcontrol.routing.outgoing.limits import longest_call_s, longest_talk_s
from callcontrol.routing.outgoing.money_caps import longest_for_money_s
from callcontrol.routing.outgoing.trunks import as_sent, ranking, rests
from callcontrol.routing.path import Path
from callcontrol.routing.plan import Acceptance, LegPlan, Legs, TrunkNumber
from callcontrol.routing.speech import as_file_string
from callcontrol.vocabulary.target import NumberTarget, text_of
from callcontrol.vocabulary.trail import Passed


def number_leg(number: str, ring_s: int, path: Path, facts: Facts, round_: int = 0) -> Legs:
    """The leg to an external number through the `round_`-th trunk that can take it; on-net to another tenant's."""
    to = text_of(NumberTarget(number))
    dialling = Dialling(number, path.payer, path.trunk, path.has_pin)
    refused = refusal(dialling, facts)
    if refused is not None:
        return Legs(why=(Passed(facts.now, to, refused.why, reason=refused.reason),))
    if is_on_net(number, facts):
        return _on_net_leg(dialling, ring_s, path, facts) if not round_ else Legs()
    choices = carriers(dialling, facts)
    if round_ >= len(choices):
        return Legs(why=(Passed(facts.now, to, "no further trunk"),))
    name, trunk = choices[round_]
    endpoint = TrunkNumber(name, trunk.gateway or name, as_sent(number, trunk))
    leg = LegPlan(
        to=to,
        endpoint=endpoint,
        ring_s=ring_s,
        shown=shown_outside(facts, path, trunk, number),
        payer=path.payer,
        acceptance=acceptance(path, facts),
        cap_s=longest_for_money_s(dialling, facts, longest_call_s(dialling, facts)),
        direction=dialling.direction(facts),
        progress_s=trunk.progress_s,
    )
    why = (
        ()
        if round_
        else (*ranking(to, number, choices, facts), *rests(to, choices, facts), *_shortened(leg, dialling, facts))
    )
    return Legs((leg,), why)


def _shortened(leg: LegPlan, dialling: Dialling, facts: Facts) -> Iterator[Passed]:
    """An entry that says why the conversation is shorter than others may be."""
    by_class_s = longest_call_s(dialling, facts)
    if leg.cap_s is not None and leg.cap_s < longest_talk_s(facts):
        is_class = leg.cap_s == by_class_s
        why = f"the limit of {leg.direction} numbers" if is_class else f"what the caps of {leg.payer} leave"
        yield Passed(facts.now, leg.to, f"{leg.cap_s} s of talk at most: {why}")


def _on_net_leg(dialling: Dialling, ring_s: int, path: Path, facts: Facts) -> Legs:
    """The leg to a number of another tenant. The entry does not say whose it is: a tenant reads its trail."""
    number, to = dialling.number, text_of(NumberTarget(dialling.number))
    leg = LegPlan(
        to=to,
        endpoint=endpoint_of(number),
        ring_s=ring_s,
        shown=shown_outside(facts, path, None, number),
        payer="" if is_free(number, facts) else path.payer,
        acceptance=acceptance(path, facts),
        cap_s=longest_call_s(dialling, facts),
        direction=dialling.direction(facts),
    )
    return Legs((leg,), (Passed(facts.now, to, "a number of another tenant here: no trunk is needed"),))


def acceptance(path: Path, facts: Facts) -> Acceptance | None:
    """External legs reached by forwarding may have to press 1; one that a phone dialled never does, nor one that it
    transferred a call to.
    """
    confirm = facts.tenant.confirm
    is_dialled = (facts.transferred or bool(facts.caller.extension)) and isinstance(path.first, NumberTarget)
    if not confirm.on or is_dialled:
        return None
    return Acceptance(as_file_string(confirm.prompt.files(facts.tenant.language)), confirm.wait)
