"""Transfers: a channel is sent through the dialplan again."""

from __future__ import annotations

from callcontrol.simulator import signalling
from callcontrol.simulator.channel import Channel

_MAX_FORWARDS = "70"


def transfer(channel: Channel, destination: str, dialplan: str, context: str, kind: str = "bl_xfer") -> bool:
    """Send a channel to an extension; False when it is down already or has no thread to be sent anywhere."""
    if channel.down or channel.session is None:
        return False
    core = channel.core
    now_us = core.timeline.now_us()
    own = "" if channel.profile.dialplan == "inline" else channel.profile.dialplan
    plan = dialplan or channel.get("force_transfer_dialplan") or own or "XML"
    where = context or channel.get("force_transfer_context") or channel.profile.context
    source = f"{now_us // 1_000_000}:{core.ids.uuid()}:{kind}:{destination}/{where}/{plan}"
    channel.profile = channel.profile.transferred(destination, plan, where, source, now_us)
    channel.touch()
    if channel.codes is not None:
        channel.codes.flush()
    other = signalling.partner_of(channel)
    if other is not None:
        other.set("signal_bond", None)
    for name in ("park_after_bridge", "transfer_after_bridge", "signal_bond"):
        channel.set(name, None)
    note_source(channel, source)
    forwards = channel.get("max_forwards")
    channel.set("max_forwards", _MAX_FORWARDS if forwards is None else str(int(forwards) - 1))
    channel.session.go("CS_ROUTING")
    return True


def note_source(channel: Channel, source: str) -> None:
    """What sent the channel where it is: all there was in `transfer_history`, the last one in `transfer_source`."""
    channel.push("transfer_history", source)
    channel.set("transfer_source", source)
