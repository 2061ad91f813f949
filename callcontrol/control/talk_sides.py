"""Who talks: the sides of a call's conversation, and whose people they are."""

from __future__ import annotations

from callcontrol.control.call import Call, Talking
from callcontrol.routing.agents import agents_at
from callcontrol.routing.facts import Facts
from callcontrol.vocabulary.leg import Role
from callcontrol.vocabulary.target import ExtensionTarget, extension_in, text_of


def channel_of(call: Call) -> str:
    """The caller's side of a conversation: the channel that the call leads, in a callback the customer's."""
    return call.led or (call.state.leg_id if isinstance(call.state, Talking) else "")


def partner_of(call: Call) -> str:
    """The other side of the conversation that goes on, "" if none does."""
    state = call.state
    if not isinstance(state, Talking) or state.until is not None:
        return ""
    if call.led or call.serving is None:
        return state.leg_id
    return call.serving.leg


def party_of(call: Call, leg_id: str) -> str:
    """Who is at a leg, as a target text, as far as is known."""
    leg = call.leg(leg_id)
    if leg is not None and leg.role is Role.CALLER:
        return text_of(ExtensionTarget(call.caller.extension)) if call.caller.extension else ""
    if leg is not None:
        return leg.target
    if call.beside is not None and call.beside.leg == leg_id:
        return call.beside.who
    return call.state.who if isinstance(call.state, Talking) and call.state.leg_id == leg_id else ""


def is_own(call: Call, leg_id: str) -> bool:
    """Whether one of the tenant's own people is at this leg: at a phone of the tenant's, or an agent."""
    leg = call.leg(leg_id)
    return bool(extension_in(party_of(call, leg_id))) or (leg is not None and leg.role is Role.AGENT)


def agent_of(call: Call, partner: str, party: str, facts: Facts) -> str:
    """The agent who talks, "" if none does."""
    serving = call.serving
    if serving is not None and serving.leg == partner and serving.reserves is not None:
        return serving.reserves[0]
    known = agents_at(facts.tenant)
    return next((known[name] for name in (extension_in(party), call.caller.extension) if name in known), "")
