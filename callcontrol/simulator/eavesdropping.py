"""`eavesdrop`: a channel hears another one, and is heard there as it is told (switch_ivr_eavesdrop_session).

It takes no orders while it listens, but those that `sendevent` with its uuid gives it: by whom it is heard, the end.
Keys are taken only where `eavesdrop_enable_dtmf` lets them: else they wait, and nothing tells of them until something
takes them. Bound ones (`bind_digit_action`) are taken all the while.
"""

from __future__ import annotations

from callcontrol.simulator.channel import Channel
from callcontrol.simulator.channel_values import truth
from callcontrol.simulator.session import Session

_MEDIA_US = 6_000_000  # so long the other channel's sound is waited for
_END = "*"
# By whom the listener is heard: by none, the other party, the person at the leg, both.
_HEARD_BY = {"0": "none", "1": "other", "2": "leg", "3": "both"}


def eavesdrop(session: Session, argument: str) -> None:
    """`uuid`: until that channel is gone, or it is told to end."""
    channel, timeline = session.channel, session.switch.core.timeline
    target = session.switch.core.live(argument)
    if target is None or target is channel:
        return
    target.waiters.append(session.wake)
    session.stay(lambda: not (target.has_media or target.down), timeline.now_us() + _MEDIA_US, orders=False)
    if target.has_media and not target.down and session.ready():
        _listen(session, target)
    target.unwatch(session.wake)


def _listen(session: Session, target: Channel) -> None:
    channel = session.channel
    keys_pass = truth(channel.get("eavesdrop_enable_dtmf") or "true")
    bug = {"Media-Bug-Function": "eavesdrop", "Media-Bug-Target": target.uuid}
    target.fire("MEDIA_BUG_START", after=bug)
    channel.keeps_keys = not keys_pass
    _tell(channel, target, _begun_with(channel))
    session.stay(lambda: not target.down and not _ended(channel, target, keys_pass=keys_pass), orders=False)
    channel.keeps_keys = False
    target.fire("MEDIA_BUG_STOP", after=bug)
    channel.far_end.told("listens_no_more", **{"with": target.far_end.name})
    channel.hear_digits()


def _begun_with(channel: Channel) -> str:
    other, leg = (truth(channel.get(f"eavesdrop_whisper_{side}") or "") for side in ("aleg", "bleg"))
    return str(int(other) + 2 * int(leg))


def _ended(channel: Channel, target: Channel, *, keys_pass: bool) -> bool:
    """Carry out what the listener was told; whether it is to end."""
    if keys_pass:
        channel.listener_orders.extend(channel.digits)
        channel.digits.clear()
    while channel.listener_orders:
        order = channel.listener_orders.popleft()
        if order == _END:
            return True
        _tell(channel, target, order)
    return False


def _tell(channel: Channel, target: Channel, order: str) -> None:
    if order in _HEARD_BY:
        channel.far_end.told("listens", **{"with": target.far_end.name, "heard_by": _HEARD_BY[order]})
