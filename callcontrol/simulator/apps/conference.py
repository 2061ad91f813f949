"""`conference NAME[@PROFILE][+flags{a|b}]`: the channel is mixed with all others there, until it leaves."""

from __future__ import annotations

import re
from typing import Final

from callcontrol.simulator.conferences import Member
from callcontrol.simulator.session import App, Session

_ROOM: Final = re.compile(r"(?P<name>[^@+]+)(@(?P<profile>[^+]+))?(\+flags\{(?P<flags>[^}]*)\})?")


def conference(session: Session, argument: str) -> None:
    """Answer, and stay in the conference."""
    read = _ROOM.fullmatch(argument)
    if read is None:
        return
    channel, switch = session.channel, session.switch
    flags = set((read["flags"] or "").split("|"))
    room = switch.conferences.join(switch.core, read["name"], read["profile"] or "default", waits="wait-mod" in flags)
    channel.set("conference_name", room.name)
    channel.mark_answered()
    member = Member(
        channel,
        switch.conferences.number_of(channel),
        moderator="moderator" in flags,
        ends_room="endconf" in flags,
        muted="mute" in flags,
    )
    room.enter(member)
    session.stay(lambda: not member.kicked and not room.ended)
    has_ended = room.ended
    session.step_back()
    room.leave(member)
    if has_ended and channel.get("hangup_after_conference") != "false":
        channel.hangup("NORMAL_CLEARING")


APPS = (App("conference", conference, needs_media=True),)
