"""Hold and unhold by a re-INVITE of the far end."""

from __future__ import annotations

from callcontrol.simulator.channel import Channel, Order

MUSIC = "local_stream://moh"


def hold(channel: Channel) -> None:
    """The far end puts its partner on hold: CHANNEL_HOLD, and the partner hears music."""
    if channel.down or channel.held:
        return
    channel.held = True
    channel.stamp("last_hold", channel.core.timeline.now_us())
    channel.callstate = "HELD"
    channel.update({"remote_audio_media_flow": "sendonly", "audio_media_flow": "recvonly"})
    channel.fire("CHANNEL_HOLD")
    partner = channel.partner
    if partner is not None and partner.session is not None:
        partner.session.queue(Order("playback", MUSIC))
    elif partner is not None:
        partner.far_end.told("playback", file=MUSIC)


def unhold(channel: Channel) -> None:
    """The far end takes its partner back: CHANNEL_UNHOLD."""
    if channel.down or not channel.held:
        return
    channel.held = False
    times = channel.profile.times
    channel.stamp("hold_accum", times.hold_accum + channel.core.timeline.now_us() - times.last_hold)
    channel.callstate = "UNHELD"
    channel.update({"remote_audio_media_flow": "sendrecv", "audio_media_flow": "sendrecv"})
    channel.fire("CHANNEL_UNHOLD")
    channel.callstate = "ACTIVE"
    music_ends(channel)


def hangs_up(channel: Channel) -> None:
    """The far end sends BYE while it holds its partner: CHANNEL_UNHOLD comes first, and differs by a variable from one
    that takes the partner back; `held` stays (switch_channel_perform_hangup, CF_HANGUP_HELD).
    """
    if channel.held and not channel.down:
        channel.set("sip_term_status", "200")
        channel.fire("CHANNEL_UNHOLD")
        music_ends(channel)


def music_ends(channel: Channel) -> None:
    """What the partner of who held hears is over: it was taken back, or who held hangs up."""
    partner = channel.partner
    if partner is not None and partner.session is not None:
        partner.session.break_application(flush=False)
    elif partner is not None:
        partner.far_end.told("playback_end", file=MUSIC)
