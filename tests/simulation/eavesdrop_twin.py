"""`eavesdrop` at a switch in virtual time: what is heard at which leg, and in which mode, as
`callcontrol/simulator/eavesdropping.py` has it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from callcontrol.control import supervise_commands as at_talk
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.supervision import Mode
from tests.simulation.channel import Channel

if TYPE_CHECKING:
    from tests.simulation.switch_callers import SwitchCallers

# The other channel's sound is waited for so long (seconds).
MEDIA_S = 6.0


@dataclass(eq=False)
class Heard:
    """What one has heard at a leg in one mode.

    Attributes:
        by: the listener's channel.
        began_s, ended_s: virtual seconds; None: it goes on.
    """

    by: Channel
    leg: Channel
    mode: Mode
    began: Instant
    began_s: float
    ended_s: float | None = None


class Eavesdropping:
    """All that one switch lets others hear.

    Attributes:
        heard: everything, in order.
        begins: called with each as it begins.
    """

    def __init__(self, switch: SwitchCallers) -> None:
        self.heard: list[Heard] = []
        self.begins: list[Callable[[Heard], None]] = []
        self._switch = switch
        self._running: dict[str, Heard] = {}
        self._orders: dict[str, deque[Mode | None]] = {}

    def running(self) -> list[Heard]:
        """What goes on."""
        return list(self._running.values())

    def order(self, channel: Channel, command: at_talk.ChangeMode | at_talk.StopListening) -> None:
        """What is ordered before a listening begins is done as it begins."""
        orders = self._orders.setdefault(channel.id, deque())
        orders.append(command.mode if isinstance(command, at_talk.ChangeMode) else None)
        self._obey(channel)

    def listen(self, channel: Channel, app: at_talk.Eavesdrop) -> None:
        """Until the leg ends, or it is ordered."""
        leg, switch = self._switch.channels.get(app.leg), self._switch
        if leg is None or leg is channel:
            return switch.app_left(channel, app)
        if leg.answered is None:
            switch.timer(channel, MEDIA_S, partial(switch.app_left, channel, app))
            return None
        leg.on_end.append(partial(self._leg_ends, channel, app, leg))
        channel.on_end.append(partial(self.stop, channel))
        switch.tell_of_listening(leg)
        self._begin(channel, leg, app.mode)
        self._obey(channel)
        return None

    def stop(self, channel: Channel) -> None:
        """Nothing is heard any more."""
        found = self._running.pop(channel.id, None)
        if found is not None:
            found.ended_s = self._switch.agenda.now_s

    def forget(self) -> None:
        """The process ends."""
        for found in self._running.values():
            found.ended_s = self._switch.agenda.now_s
        self._running.clear()

    def _begin(self, channel: Channel, leg: Channel, mode: Mode) -> None:
        self._switch.told(channel.call, f"{channel.id} hears {leg.id}: {mode}")
        found = Heard(channel, leg, mode, self._switch.wall(), self._switch.agenda.now_s)
        self._running[channel.id] = found
        self.heard.append(found)
        for told in self.begins:
            told(found)

    def _obey(self, channel: Channel) -> None:
        orders, app = self._orders.get(channel.id, deque()), channel.running
        while orders and isinstance(app, at_talk.Eavesdrop) and (now := self._running.get(channel.id)) is not None:
            mode = orders.popleft()
            self.stop(channel)
            if mode is None:
                self._switch.app_left(channel, app)
                return
            self._begin(channel, now.leg, mode)

    def _leg_ends(self, channel: Channel, app: at_talk.Eavesdrop, leg: Channel) -> None:
        found = self._running.get(channel.id)
        if found is not None and found.leg is leg and channel.running is app:
            self.stop(channel)
            self._switch.app_left(channel, app)
