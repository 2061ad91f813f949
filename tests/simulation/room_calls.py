"""Channels on their way into conference rooms: of the caller's own switch, and of another one, to which a leg leads."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING

from callcontrol.control import room_commands as in_room
from callcontrol.control.events import LegBridged
from callcontrol.routing.plan import Account
from callcontrol.vocabulary.room import there
from tests.simulation.channel import Channel
from tests.simulation.mixer_twin import Member

if TYPE_CHECKING:
    from tests.simulation.switch_callers import SwitchCallers

# How long the INVITE to the other switch, and its answer, take (seconds).
BROUGHT_S = 0.05
# A leg of whose other end nothing is heard any more is ended within this time (seconds).
UNHEARD_S = 20.0


class RoomCalls:
    """What becomes of the channels of one switch that are to be mixed.

    Args:
        others: all switches.
    """

    def __init__(self, switch: SwitchCallers, others: Callable[[], Iterable[SwitchCallers]]) -> None:
        self._switch = switch
        self._others = others

    def mix(self, channel: Channel, app: in_room.Mix) -> None:
        """`conference`: until the channel is out of the room."""
        mixers = self._switch.mixers
        over = partial(self._switch.app_left, channel, app)
        member = mixers.enter(app, channel.id, channel, over)
        channel.on_end.append(lambda: mixers.leave(member))

    def bring(self, channel: Channel, app: in_room.MixThere) -> None:
        """`bridge` to the switch that has the room."""
        switch = self._switch
        if switch.channels.get(app.leg_id) is not None:
            return
        leg = switch.create(app.leg_id, channel.call, channel.tenant, f"room {app.mix.mixer}", app.leg)
        leg.ringing = switch.wall()

        def cancel() -> dict[str, str]:
            if leg.bridged is None:
                switch.hang_up(leg, "ORIGINATOR_CANCEL", "switch")
            return {leg.id: leg.cause}

        channel.race_over = cancel
        leg.on_end.append(partial(self._lost, channel, leg, app))
        switch.timer(leg, BROUGHT_S, partial(self._arrived, channel, leg, app))

    def _arrived(self, channel: Channel, leg: Channel, app: in_room.MixThere) -> None:
        endpoint = app.leg.endpoint
        assert isinstance(endpoint, Account)
        assert endpoint.peer is not None
        peer = endpoint.peer.switch
        other = next(one for one in self._others() if one.name == peer)
        if not other.is_up:
            self._switch.hang_up(leg, "NETWORK_OUT_OF_ORDER", "callee")
            return
        core, far = other.core, f"{leg.id}-far"
        ends = partial(self._switch.hang_up, leg, "NORMAL_CLEARING", "callee")
        member = other.mixers.enter(app.mix, far, channel, ends, there(leg.id))
        leg.on_end.append(partial(other.mixers.leave, member))
        other.agenda.after(UNHEARD_S, partial(self._watch_far, leg, other, member))
        leg.answered = self._switch.wall()
        self._watch(leg, other, core)
        self._join(channel, leg, app)

    def _watch(self, leg: Channel, other: SwitchCallers, core: int) -> None:
        """A switch that has died says nothing: the leg ends when no sound has come from there for a while."""
        if other.core != core or not other.is_up:
            self._switch.hang_up(leg, "MEDIA_TIMEOUT", "callee")
        else:
            self._switch.timer(leg, UNHEARD_S, partial(self._watch, leg, other, core))

    def _watch_far(self, leg: Channel, other: SwitchCallers, member: Member) -> None:
        """The same the other way round."""
        if not leg.lives:
            other.mixers.leave(member)
        else:
            other.agenda.after(UNHEARD_S, partial(self._watch_far, leg, other, member))

    def _join(self, channel: Channel, leg: Channel, app: in_room.MixThere) -> None:
        if not channel.lives or channel.running is not app:
            self._switch.hang_up(leg, "ORIGINATOR_CANCEL", "switch")
            return
        now = self._switch.wall()
        self._switch.watcher.bridged(channel, leg)
        channel.join(leg, now)
        for one in (channel, leg):
            one.bridged, one.answered, one.idle_since_s = one.bridged or now, one.answered or now, None
        self._switch.tell_caller(channel, LegBridged(leg.id, now, answered=leg.answered))

    def _lost(self, channel: Channel, leg: Channel, app: in_room.MixThere) -> None:
        if leg.bridged is None:
            self._switch.bridge_lost(channel, app, leg.cause)
