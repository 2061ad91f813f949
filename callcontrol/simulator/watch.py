"""Who measures a switch from inside: told when calls reach the daemon and what it says."""

from __future__ import annotations

from callcontrol.simulator.channel import Channel
from callcontrol.simulator.commands import Command


class Watch:
    """Told when a call's connection is made, when `connect` was answered, and of each command. This one ignores it."""

    def opened(self, channel: Channel) -> None:
        """The TCP connection to the daemon stands."""

    def connected(self, channel: Channel) -> None:
        """`connect` was answered."""

    def command(self, channel: Channel, command: Command) -> None:
        """The daemon said something."""
