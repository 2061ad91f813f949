"""Entries in the queues whose call is over: a ticket without a caller, a conversation without channels."""

from __future__ import annotations

from collections.abc import Iterator

from tests.oracle.state import State
from tests.simulation.redis_twin import RedisTwin
from tests.simulation.switch_twin import SwitchTwin

# While worker and Redis are up, the end of a call is noticed, or its place given up, within this time (seconds).
GONE_S = 240.0


class Ghosts:
    """Looks for them from time to time."""

    def __init__(self, switches: list[SwitchTwin], server: RedisTwin) -> None:
        self._switches = switches
        self._server = server
        self._since_s: dict[tuple[str, str], float] = {}

    def forget(self) -> None:
        """A worker or Redis is away, so nothing is expected: start counting again."""
        self._since_s.clear()

    def too_old(self, now_s: float) -> tuple[str, str] | None:
        """An entry that has been there for too long, and its call; None: there is none."""
        channels = [channel for switch in self._switches for channel in switch.channels.values()]
        lives = {id_ for channel in channels for id_ in (channel.id, channel.call)}
        found = [
            (f"{key}: {what}", call)
            for key, queues in self._server.queues.items()
            for what, call in _standing(queues.model.state)
            if call not in lives
        ]
        self._since_s = {ghost: self._since_s.get(ghost, now_s) for ghost in found}
        return next((ghost for ghost, since_s in self._since_s.items() if now_s - since_s > GONE_S), None)


def _standing(state: State) -> Iterator[tuple[str, str]]:
    """Entries that need a living call or leg, with its id. A callback has no call until it is due."""
    for ticket in state.tickets.values():
        if not ticket.callback:
            yield f"{ticket.id} waits in {ticket.queue}", ticket.id.partition("/")[0]
    for agent in state.agents.values():
        if agent.talk is not None and not agent.talk.callback:
            yield f"agent {agent.name} talks with {agent.talk.ticket}", agent.talk.ticket.partition("/")[0]
        for call in agent.elsewhere:
            yield f"agent {agent.name} is elsewhere, in {call}", call
