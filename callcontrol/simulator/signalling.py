"""What SIP tells of a channel and of its partner: answers, refusals and ends leave their marks on both.

The partner is the channel of `signal_bond`, else of `originate_signal_bond` (switch_channel_get_partner_uuid); one that
is down already is told nothing, as a hung-up session cannot be locked there.
"""

from __future__ import annotations

from typing import TypeVar

from callcontrol.simulator import causes, sip_variables
from callcontrol.simulator.channel_values import ChannelValues

C = TypeVar("C", bound=ChannelValues)

COMPLETED_ELSEWHERE = frozenset({"LOSE_RACE", "PICKED_OFF"})
COMPLETED_REASON = 'SIP;cause=200;text="Call completed elsewhere"'


def partner_of(channel: C) -> C | None:
    """The live channel at the other side of the bond."""
    return _alive(channel, channel.get("signal_bond") or channel.get("originate_signal_bond"))


def note_progress(leg: ChannelValues, what: str, at_us: int) -> None:
    """A leg's ringing (`progress`, the first one) and early media (`progress_media`) are its originator's too."""
    originator = _alive(leg, leg.get("originator"))
    if originator is not None and not (what == "progress" and originator.profile.times.progress):
        originator.stamp(what, at_us)


def note_reply(leg: ChannelValues) -> None:
    """Every answer below 400 to a leg's INVITE wipes an earlier failure off its partner (sofia_handle_sip_r_invite)."""
    other = partner_of(leg) if leg.outbound else None
    if other is not None:
        other.set("sip_invite_failure_status", None)
        other.set("sip_invite_failure_phrase", None)


def note_end(channel: ChannelValues, disposition: str, code: int) -> None:
    """How a channel ends: its own variables first, then its partner's."""
    other = partner_of(channel)
    if disposition == "recv_bye":
        channel.put(sip_variables.OF_BYE)
    elif disposition:
        number = causes.NUMBERS.get(causes.of_sip(code), 16)
        channel.put(sip_variables.of_refusal(disposition, code, causes.phrase(code), number))
        if other is not None and disposition == "recv_refuse":
            other.update({"sip_invite_failure_status": str(code), "sip_invite_failure_phrase": causes.phrase(code)})
    if other is not None:
        _tell_partner(channel, other)


def _tell_partner(channel: ChannelValues, other: ChannelValues) -> None:
    status = channel.get("sip_term_status")
    if status:
        other.set("sip_hangup_phrase", causes.phrase(int(status)))
    other.set("last_bridge_hangup_cause", channel.cause)
    specific = channel.get("proto_specific_hangup_cause")
    if specific:
        other.set("last_bridge_proto_specific_hangup_cause", specific)


def note_message(channel: ChannelValues, disposition: str) -> None:
    """What the message that ends the channel leaves there: `Reason: SIP;cause=200` for those who lost a race."""
    if channel.cause in COMPLETED_ELSEWHERE:
        channel.set("call_completed_elsewhere", "true")
    channel.set("sip_hangup_disposition", disposition)


def final_code(channel: ChannelValues) -> int:
    """The answer an unanswered caller gets: `respond`'s, else the last B leg's own, else what the cause becomes.

    The B leg's code (even 200, of a mobile that hung up at the prompt) goes before the cause unless
    `sip_ignore_remote_cause` says otherwise (sofia_on_hangup).
    """
    if channel.respond_code:
        return channel.respond_code
    specific = channel.get("last_bridge_proto_specific_hangup_cause") or ""
    remote = specific.removeprefix("sip:")
    if remote.isdigit() and int(remote) and not channel.is_true("sip_ignore_remote_cause"):
        return int(remote)
    return causes.to_sip(channel.cause)


def _alive(channel: C, uuid: str | None) -> C | None:
    other: C | None = channel.core.channels.get(uuid) if uuid else None
    return None if other is None or other.down else other
