"""A call's conversation as a supervisor sees it: the tenant's own person at one side, the party who is followed at the
other. By which target they met is for others to say.
"""

from __future__ import annotations

from callcontrol.control.call import Call, Closed, Ending, Talking
from callcontrol.control.talk_sides import channel_of, partner_of, party_of
from callcontrol.vocabulary.leg import Role
from callcontrol.vocabulary.supervision import SupervisedTalk
from callcontrol.vocabulary.target import NumberTarget, extension_in, text_of


def talk_at(call: Call, extension: str) -> SupervisedTalk | None:
    """The conversation of this extension, None if it has none in this call."""
    for own, other in _sides(call):
        if extension_in(party_of(call, own)) == extension:
            return _talk(call, own, other)
    return None


def talk_with(call: Call, customer: str) -> SupervisedTalk | None:
    """How it stands with the party at this channel, who may talk with none now; None: the party is gone."""
    for own, other in _sides(call):
        if other == customer:
            return _talk(call, own, other)
    if isinstance(call.state, Ending | Closed) or not call.is_open(customer):
        return None
    return SupervisedTalk(call.id, call.switch, customer, party=_party(call, customer))


def _sides(call: Call) -> tuple[tuple[str, str], ...]:
    """Each side of the conversation that goes on, with the other one."""
    channel, partner = channel_of(call), partner_of(call) or _watched_partner(call)
    return ((partner, channel), (channel, partner)) if channel and partner else ()


def _watched_partner(call: Call) -> str:
    """The other side of a conversation that goes on though its worker died: it is only watched to its end."""
    state = call.state
    if not isinstance(state, Ending) or state.until is not None or state.talked:
        return ""
    found = [leg.id for leg in call.legs if leg.end is None and leg.bridged is not None and leg.id != call.led]
    return found[0] if len(found) == 1 else ""


def _talk(call: Call, own: str, other: str) -> SupervisedTalk:
    recording = call.recording
    has_called = isinstance(call.state, Talking) and own == call.led and call.is_open(other)
    recorded = recording if recording is not None and recording.channel == own else None
    return SupervisedTalk(
        call.id,
        call.switch,
        other,
        own,
        extension_in(party_of(call, own)),
        party=_party(call, other),
        recorded=recorded.media_id if recorded is not None and recorded.began else "",
        is_whisperable=recorded is None or (recorded.is_on and recorded.began),
        is_takable=own == partner_of(call) or has_called,
    )


def _party(call: Call, channel: str) -> str:
    leg = call.leg(channel)
    known = party_of(call, channel)
    if known or leg is None or leg.role is not Role.CALLER:
        return known
    number = call.caller.number
    return text_of(NumberTarget(number)) if number.startswith("+") else number
