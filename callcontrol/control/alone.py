"""Whether a channel that no worker directs still lives: the switch is asked again and again."""

from __future__ import annotations

from callcontrol.control import commands as do
from callcontrol.control.call import Call
from callcontrol.control.commands import Command

# Whether the caller's channel lives is asked so often while no worker directs it (seconds).
ALONE_TIMER = "alone"
ALONE_S = 5


def still_there(call: Call) -> tuple[Command, ...]:
    """Ask whether it is."""
    return do.CheckChannels(call.watched_legs), do.StartTimer(ALONE_TIMER, ALONE_S)
