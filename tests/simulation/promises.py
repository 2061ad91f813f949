"""What must hold at every moment of a run, and in the end. `Broken` says what does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from callcontrol.config.settings import Settings
from callcontrol.edges import clock
from callcontrol.vocabulary.moment import SECOND_US
from tests.distribution import safety
from tests.oracle.state import State
from tests.simulation.broken import Broken
from tests.simulation.channel import Channel
from tests.simulation.closings import waits_after_closing
from tests.simulation.free_agents import FreeAgents
from tests.simulation.ghosts import Ghosts
from tests.simulation.leases import Leases
from tests.simulation.redis_twin import RedisTwin
from tests.simulation.room_promises import RoomPromises
from tests.simulation.supervision_promises import SupervisionPromises
from tests.simulation.switch_twin import SwitchTwin

# How long a caller's channel may hear nothing while a worker and Redis are up (seconds).
SILENCE_S = 30.0
# How long an offer may outlive its lease (seconds): by then all timers that end it have been missed.
LEASE_SLACK_S = 25.0


class Promises:
    """Watches one run.

    Attributes:
        every: one of this many operations on queues is checked in full; 1: each.
        recoveries: seconds for which callers who waited at a dead worker had none, from the latest death on.
        told: legs whose end was reported to a worker that had their call.
        somebody_takes_calls: whether a worker is always there.
        wall_us: the time as clocks that are right say it, with all steps they were made to take (microseconds).
        settings: those that hosts have now, by edition.
        is_mixed: hosts have different editions of the configuration, so two agents may sit at one phone.
    """

    def __init__(self, switches: list[SwitchTwin], server: RedisTwin, every: int) -> None:
        self.every = every
        self.recoveries: list[float] = []
        self.told: set[str] = set()
        self.wall_us: Callable[[], int] = lambda: self._switches[0].agenda.wall()
        self.is_mixed = False
        self.somebody_takes_calls = False
        self._switches = switches
        self._server = server
        self._operations = 0
        self._before: dict[str, Any] | None = None
        self._talks: dict[str, Channel] = {}
        self._orphaned: dict[str, float] = {}
        self._undirected: dict[str, float] = {}
        self._agents: set[str] = set()
        self._reloaded_s = 0.0
        self._leases = Leases()
        self._ghosts = Ghosts(switches, server)
        self._free_agents = FreeAgents(switches, server)
        self.rooms = RoomPromises(switches, server)
        self.supervision = SupervisionPromises(switches, lambda: self.settings())
        self.settings: Callable[[], dict[int, Settings]] = dict
        server.before, server.after = self._before_operation, self._after_operation

    def agents_are(self, who: set[str]) -> None:
        """The phones of agents."""
        self._agents = who

    def reloaded(self, editions: set[int]) -> None:
        """The hosts have these editions now. Calls go on, but another agent may have the phone."""
        self.is_mixed = len(editions) > 1
        self._reloaded_s = self._now_s
        self._talks.clear()

    # --- what really happens

    def bridged(self, first: Channel, second: Channel) -> None:
        """Two channels are about to hear each other."""
        for channel in (first, second):
            if channel.peer is not None and channel.peer.lives:
                raise Broken(f"{channel.id} is given to two at once", channel.call)
        self.supervision.bridged(second)
        if not (first.from_queue or second.from_queue):
            return
        for channel in (first, second):
            talk = self._talks.get(channel.who)
            is_two = talk is not None and talk.lives and talk.peer is not None
            if channel.who in self._agents and is_two and not self.is_mixed:
                assert talk is not None
                raise Broken(f"agent {channel.who} has two callers: calls {talk.call} and {channel.call}", channel.call)
            if channel.created_s >= self._reloaded_s:
                self._talks[channel.who] = channel

    def given_up_untalked(self, channel: Channel) -> None:
        """A caller whose agent left at once is hung up, by the worker that had joined them."""
        raise Broken(f"caller {channel.id} is hung up, whose agent left at once", channel.call)

    def dropped(self, channel: Channel) -> None:
        """A caller whom a phone transferred, or left on hold, is hung up before anything was heard."""
        if self.somebody_takes_calls:
            raise Broken(f"caller {channel.id} was moved, and is hung up unheard ({channel.cause})", channel.call)

    def arrived(self, channel: Channel) -> None:
        """A worker has a caller's channel (again)."""
        since_s = self._orphaned.pop(channel.id, None)
        if since_s is not None:
            self.recoveries.append(self._now_s - since_s)

    def last_resort(self, channel: Channel) -> None:
        """No worker took a caller, and the dialplan has nowhere left to go."""
        if self.somebody_takes_calls:
            raise Broken(f"caller {channel.id} was taken by no worker", channel.call)

    def worker_dies(self, process: object) -> None:
        """The callers who wait at it have no worker now. For those who had none already the time begins anew: this
        may be the worker that was about to take them.
        """
        self._orphaned |= dict.fromkeys(self._orphaned, self._now_s)
        for switch in self._switches:
            for channel in switch.channels.values():
                connection = channel.connection
                if connection is not None and connection.process is process and channel.hears_music:
                    self._orphaned[channel.id] = self._now_s

    @property
    def _now_s(self) -> float:
        return self._switches[0].agenda.now_s

    def ended_by_switch(self, channel: Channel) -> None:
        """The switch is about to end a channel."""
        self.rooms.ended_by_switch(channel)

    # --- operations on queues

    def _before_operation(self, tenant: str) -> None:
        self._operations += 1
        if self._operations % self.every == 0:
            self._before = self._server.queues_of(tenant).model.snapshot()

    def _after_operation(self, tenant: str, words: tuple[Any, ...]) -> None:
        broken = self._leases.broken(tenant, self._server.queues_of(tenant), words, self.wall_us() / SECOND_US)
        if broken is not None:
            raise Broken(broken[0], broken[1].partition("/")[0])
        before, self._before = self._before, None
        if before is None:
            return
        model = self._server.queues_of(tenant).model
        after, layout = model.snapshot(), model.state.layout
        try:
            safety.check(after, layout)
        except AssertionError as error:
            raise Broken(f"queues of {tenant}: {error}") from error

    # --- from time to time

    def look(self, *, somebody_is_there: bool) -> None:
        """Check for states that must not last.

        Args:
            somebody_is_there: a worker and Redis have been up long enough to act.
        """
        if somebody_is_there:
            self._nobody_is_left_in_silence()
            self._nobody_is_left_with_music()
            self._no_lease_outlives_itself()
            self._nothing_stands_for_a_call_that_is_over()
            self._nobody_waits_in_a_closed_queue()
            self.rooms.look()
            self.supervision.look()
            if (engaged := self._free_agents.too_long(self._now_s)) is not None:
                raise Broken(*engaged)
        else:
            self._ghosts.forget()
            self.rooms.forget()
            self.supervision.forget()
            self._free_agents.forget()
            self._undirected.clear()

    def _nobody_is_left_in_silence(self) -> None:
        for switch in self._switches:
            for channel in switch.channels.values():
                since_s = channel.idle_since_s
                # a supervisor waits until the party talks with another
                is_caller = channel.is_caller and not channel.dialled.startswith("*53*")
                if is_caller and channel.peer is None and since_s is not None:
                    lasted_s = self._now_s - since_s
                    if lasted_s > SILENCE_S:
                        raise Broken(f"caller {channel.id} hears nothing for {lasted_s:.0f} s", channel.call)

    def _nobody_is_left_with_music(self) -> None:
        """Music never ends: without a worker that has the channel nothing follows it."""
        alone = [one for switch in self._switches for one in switch.channels.values() if _is_undirected(one)]
        self._undirected = {one.id: self._undirected.get(one.id, self._now_s) for one in alone}
        for one in alone:
            lasted_s = self._now_s - self._undirected[one.id]
            if lasted_s > SILENCE_S:
                raise Broken(f"caller {one.id} hears music for {lasted_s:.0f} s, and no worker directs it", one.call)

    def _no_lease_outlives_itself(self) -> None:
        now = clock.now()  # leases go by our hosts' clocks
        for queues in self._server.queues.values():
            for offer in queues.model.state.offers.values():
                if now - offer.expires > LEASE_SLACK_S * SECOND_US:
                    late_s = (now - offer.expires) / SECOND_US
                    call = offer.ticket.partition("/")[0]
                    raise Broken(f"offer {offer.id} is still there {late_s:.0f} s after its end", call)

    def _nothing_stands_for_a_call_that_is_over(self) -> None:
        ghost = self._ghosts.too_old(self._now_s)
        if ghost is not None:
            raise Broken(f"{ghost[0]}, long after its call was over", ghost[1])

    def _nobody_waits_in_a_closed_queue(self) -> None:
        waits = waits_after_closing(self._switches, self._server, self.wall_us())
        if waits is not None:
            raise Broken(*waits)

    # --- in the end

    def left_over(self) -> list[str]:
        """What is left at the end, as texts."""
        left = [f"channel {c.id} of call {c.call}" for s in self._switches for c in s.channels.values()]
        for key, queues in self._server.queues.items():
            left += [f"{key}: {what}" for what in _left_in(queues.model.state)]
        for key, table in self._server.hashes.items():
            if key.endswith((":calls", ":owners")):
                left += [f"{key}: {field.decode()}" for field in table]
        for key, parked in self._server.parked.items():
            left += [f"{key}: place {known.caller['place']} of call {known.caller['call']}" for known in parked.taken()]
        return left + self._server.on_calls.left() + self.rooms.left_over()


def _is_undirected(channel: Channel) -> bool:
    connection = channel.connection
    is_alone = connection is None or not connection.is_open
    return channel.is_caller and channel.peer is None and channel.hears_music and is_alone


def _left_in(state: State) -> list[str]:
    left = [f"ticket {ticket.id} ({ticket.state})" for ticket in state.tickets.values()]
    left += [f"offer {offer.id}" for offer in state.offers.values()]
    for agent in state.agents.values():
        left += [f"agent {agent.name} talks with {agent.talk.ticket}"] if agent.talk is not None else []
        left += [f"agent {agent.name} has offer {agent.offer}"] if agent.offer else []
        left += [f"agent {agent.name} is elsewhere: {call}" for call in sorted(agent.elsewhere)]
    return left
