"""Two channels talk to each other: CHANNEL_BRIDGE, what happens meanwhile, CHANNEL_UNBRIDGE, what follows.

Follows switch_ivr_multi_threaded_bridge: the originator's thread drives, the other leg is driven.
"""

from __future__ import annotations

from callcontrol.simulator import causes, transfer_answer
from callcontrol.simulator.channel import Channel
from callcontrol.simulator.session import Session, SwitchBase
from callcontrol.simulator.transfer import note_source, transfer

_SOFT_EXECUTE = ("switch_ivr_bridge.c", "uuid_bridge_on_soft_execute", "1236")


def talk(session: Session, leg: Channel) -> None:
    """Bridge the session's channel with `leg` until one of them leaves."""
    channel = session.channel
    if not session.ready():
        leg.hangup("ORIGINATOR_CANCEL")
        return
    answer_with(channel, leg)
    _execute_on_pre_bridge(channel)
    _begin(channel, leg)
    channel.hear_digits()
    leg.waiters.append(session.wake)
    _wait_for_answer(session, leg)
    session.stay(lambda: _is_there(leg, channel))
    leg.unwatch(session.wake)
    _end(session, leg)


def _execute_on_pre_bridge(channel: Channel) -> None:
    """Of the applications that may be named there (`APP:ARGUMENT`) the one that callcontrol names. It waits for the
    caller's sound (audio_bridge_thread).
    """
    if getattr(channel.far_end, "speaks_s", None) == 0:
        return
    app, _, name = (channel.get("execute_on_pre_bridge") or "").partition(":")
    if app == "unset":
        channel.set(name, None)


def _is_there(leg: Channel, channel: Channel) -> bool:
    """Whether a leg is still joined with this channel: up, and sent nowhere else."""
    return not leg.down and leg.partner is channel and (leg.session is None or leg.state == "CS_EXCHANGE_MEDIA")


def answer_with(channel: Channel, leg: Channel) -> None:
    """The caller is answered when the leg is."""
    if not leg.answered:
        return
    channel.show_callee(leg.profile)
    channel.set("switch_m_sdp", leg.get("switch_r_sdp"))
    channel.mark_answered()


def _begin(channel: Channel, leg: Channel) -> None:
    now_us = channel.core.timeline.now_us()
    channel.other_headers = {"Other-Type": "originatee", **leg.profile.headers("Other-Leg")}
    for one, other in ((channel, leg), (leg, channel)):
        one.partner = other
        one.stamp("bridged", now_us)
    if leg.session is None:
        leg.running = leg.state = "CS_EXCHANGE_MEDIA"
    else:
        leg.session.go("CS_EXCHANGE_MEDIA")
    leg.call_uuid = channel.uuid
    leg.set("call_uuid", channel.uuid)
    for one in (channel, leg):
        transfer_answer.answer(one, taken=True)
    channel.fire("CHANNEL_BRIDGE", before=_ids(channel, leg))
    for one, other in ((channel, leg), (leg, channel)):
        one.update({"bridge_to": other.uuid, "last_bridge_to": other.uuid})
        _note_bond(one, other)
    for one, other in ((channel, leg), (leg, channel)):
        one.far_end.told("bridged", uuid=leg.uuid, **{"with": other.far_end.name})


def _ids(channel: Channel, leg: Channel) -> dict[str, str]:
    return {"Bridge-A-Unique-ID": channel.uuid, "Bridge-B-Unique-ID": leg.uuid}


def _note_bond(channel: Channel, other: Channel) -> None:
    channel.update(
        {
            "bridge_channel": other.name,
            "bridge_uuid": other.uuid,
            "signal_bond": other.uuid,
        }
    )
    if not channel.outbound:
        channel.set("last_sent_callee_id_name", other.profile.callee_name or other.profile.callee_number)
        channel.set("last_sent_callee_id_number", other.profile.callee_number)


def _wait_for_answer(session: Session, leg: Channel) -> None:
    """A bridge on early media: the caller is answered when the leg is."""
    if leg.answered:
        return
    session.stay(lambda: not leg.down and not leg.answered)
    if session.ready():
        answer_with(session.channel, leg)


def _leave_on_hold(holder: Channel, other: Channel) -> None:
    """Who hangs up while it holds the other one may send that one elsewhere (audio_bridge_thread)."""
    where = holder.get("hold_hangup_xfer_exten")
    if holder.down and holder.held and where and not other.down and other.partner is holder:
        other.set("transfer_after_bridge", where)


def _end(session: Session, leg: Channel) -> None:
    channel = session.channel
    _leave_on_hold(leg, channel)
    _leave_on_hold(channel, leg)
    if not leg.down:
        if channel.down:
            session.step_back()
        if leg.partner is channel:  # else it has been joined with another one meanwhile
            _release(session.switch, leg)
    if leg.down:
        leg.finished.wait()
    if channel.cause:
        leg.set("bridge_hangup_cause", channel.cause)
    if leg.cause:
        channel.set("bridge_hangup_cause", leg.cause)
    for one, other in ((channel, leg), (leg, channel)):
        if one.partner is other:
            one.partner = None
            one.set("bridge_to", None)
    if not session.ready() and channel.state == "CS_ROUTING":
        channel.other_headers = {}
    channel.fire("CHANNEL_UNBRIDGE", before=_ids(channel, leg))
    channel.far_end.told("unbridged", uuid=leg.uuid)
    if session.ready():
        _go_on(session, leg)


def _release(switch: SwitchBase, leg: Channel) -> None:
    """The originator left: the other leg ends, unless its variables keep it."""
    if leg.session is not None and leg.state not in ("CS_EXCHANGE_MEDIA", "CS_SOFT_EXECUTE"):
        return  # it was already sent elsewhere
    if not _kept(switch, leg):
        leg.hangup("NORMAL_CLEARING" if leg.answered else "ORIGINATOR_CANCEL")


def _go_on(session: Session, leg: Channel) -> None:
    """What the variables say about the originator once the other leg is gone."""
    channel = session.channel
    cause = leg.cause or "NORMAL_CLEARING"
    if not leg.answered:
        handle_cause(channel, cause)
        return
    if not _kept(session.switch, channel) and channel.is_true("hangup_after_bridge"):
        channel.hangup(cause)


def _kept(switch: SwitchBase, channel: Channel) -> bool:
    """Park or transfer a channel whose variables say so after a bridge; False when they do not."""
    after = channel.get("transfer_after_bridge")
    if channel.is_true("park_after_bridge"):
        switch.session_of(channel).go("CS_PARK")
        return True
    if after:
        switch.session_of(channel)
        extension, dialplan, context = (*after.split(":"), "", "")[:3]
        transfer(channel, extension, dialplan, context)
        return True
    return False


def handle_cause(channel: Channel, cause: str) -> None:
    """switch_channel_handle_cause: hang the caller up, unless its variables or the cause let it go on."""
    if cause == "ATTENDED_TRANSFER" or not _may_continue(channel, cause):
        channel.hangup(cause)


def _may_continue(channel: Channel, cause: str) -> bool:
    go_on, failures = channel.get("continue_on_fail"), channel.get("failure_causes")
    if failures is not None and not _listed(failures, cause):
        return True
    if go_on is not None:
        return channel.is_true("continue_on_fail") or _listed(go_on, cause)
    return failures is None and cause in causes.ALWAYS_CONTINUE


def _listed(text: str, cause: str) -> bool:
    words = {word.strip().upper() for word in text.split(",")}
    return cause in words or str(causes.NUMBERS.get(cause, -1)) in words


def uuid_bridge(switch: SwitchBase, first: str, second: str) -> bool:
    """`uuid_bridge`: both channels leave what they do and are bridged; False when that cannot be."""
    one, two = switch.core.live(first), switch.core.live(second)
    if one is None or two is None or one is two:
        return False
    if not (one.has_media or two.has_media):
        return False
    if not one.answered:
        one, two = two, one
    lead, follow = switch.session_of(one), switch.session_of(two)
    one.show_callee(two.profile)
    lead.bridge_to = two
    follow.bridge_to = None
    one.partner = two.partner = None  # the channels they were joined with have lost them
    _prepare(one, two)
    _prepare(two, one)
    _become_callee(two, one)
    one.other_headers = {"Other-Type": "originatee", **two.profile.headers("Other-Leg")}
    two.other_headers = {"Other-Type": "originator", **one.profile.headers("Other-Leg", with_times=False)}
    lead.go("CS_HIBERNATE")
    follow.go("CS_HIBERNATE")
    return True


def _prepare(channel: Channel, other: Channel) -> None:
    core = channel.core
    now_us = core.timeline.now_us()
    source = f"{now_us // 1_000_000}:{core.ids.uuid()}:uuid_br:{other.uuid}"
    p = channel.profile
    channel.profile = p.transferred(p.destination, p.dialplan, p.context, source, now_us)
    channel.touch()
    _note_bond(channel, other)
    channel.update(
        {
            "original_destination_number": p.destination,
            "original_caller_id_name": p.name,
            "original_caller_id_number": p.number,
        }
    )
    note_source(channel, source)


def _become_callee(leg: Channel, channel: Channel) -> None:
    """An originated leg that was a caller of its own until now shows its new partner's number."""
    if leg.outbound:
        leg.hit_dialplan = False
    leg.profile.name, leg.profile.number = channel.profile.name, channel.profile.number
    leg.touch()


def join(session: Session) -> None:
    """The originator's side of a `uuid_bridge`, in CS_SOFT_EXECUTE."""
    channel, other = session.channel, session.bridge_to
    session.bridge_to = None
    manners = session.switch.core.manners
    if other is None or other.down:
        if not _kept(session.switch, channel):
            channel.hangup("DESTINATION_OUT_OF_ORDER")
        return
    is_there = _comes(session, other, manners.uuid_bridge_s - manners.tick_s)
    if not session.ready():
        channel.hangup("DESTINATION_OUT_OF_ORDER")
        return
    if not is_there:
        _go_on_alone(channel)
        return
    for one, partner in ((channel, other), (other, channel)):
        after = {"Application": "uuid_bridge", "Application-Data": partner.uuid}
        one.fire("CHANNEL_EXECUTE", after=after, calling=_SOFT_EXECUTE)
    talk(session, other)
    if session.ready():
        channel.state = "CS_EXECUTE"


def _go_on_alone(channel: Channel) -> None:
    """The other one has left while both were being joined."""
    if channel.is_true("uuid_bridge_continue_on_cancel"):
        channel.state = "CS_EXECUTE"
    else:
        channel.hangup("ORIGINATOR_CANCEL")


def _comes(session: Session, other: Channel, lag_s: float) -> bool:
    """Wait until both are there; whether the other one still is."""
    other.waiters.append(session.wake)
    session.stay(lambda: not other.down and other.running != "CS_SOFT_EXECUTE", orders=False)
    until_us = session.switch.core.timeline.now_us() + max(int(lag_s * 1_000_000), 0)
    session.stay(lambda: not other.down, until_us, orders=False)
    other.unwatch(session.wake)
    return not other.down
