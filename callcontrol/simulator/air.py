"""What the simulated switches of one process share: a clock, all that is heard, and SIP from one to another."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from typing import Protocol

from callcontrol.simulator.channel import Channel
from callcontrol.simulator.ears import Ears, FarEnd
from callcontrol.simulator.sip_variables import Invite
from callcontrol.simulator.timeline import Timeline


class Neighbour(Protocol):
    """A switch as the others reach it."""

    def arrive(self, invite: Invite, end: FarEnd, variables: Mapping[str, str]) -> Channel:
        """An INVITE of another switch comes in."""
        ...


class Air:
    """Between the switches; one that is alone has one of its own.

    Args:
        speed: how much faster than the wall its clock runs.
    """

    def __init__(self, speed: float = 1.0) -> None:
        self.timeline = Timeline(speed)
        self.ears = Ears(self.timeline)
        self._calls = count(1)
        self._listening: dict[str, Neighbour] = {}

    def next_call(self) -> str:
        """The name of one more caller."""
        return f"call-{next(self._calls)}"

    def listen(self, sip: str, switch: Neighbour) -> None:
        """A switch takes INVITEs of others at this address (`host:port`)."""
        self._listening[sip] = switch

    def leave(self, sip: str) -> None:
        """The address is free again."""
        self._listening.pop(sip, None)

    def at(self, sip: str) -> Neighbour | None:
        """The switch that listens there, None if there is none."""
        return self._listening.get(sip)
