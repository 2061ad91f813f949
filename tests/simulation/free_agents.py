"""Agents who count as talking though their phones have no channel: who was taken over from, or has transferred the
caller, is free.
"""

from __future__ import annotations

from collections.abc import Iterator

from callcontrol.edges.live_state import keys
from tests.simulation.redis_twin import RedisTwin
from tests.simulation.switch_twin import SwitchTwin

# While worker and Redis are up, the end of an agent's leg is noticed within this time (seconds).
FREE_S = 90.0


class FreeAgents:
    """Looks for them from time to time."""

    def __init__(self, switches: list[SwitchTwin], server: RedisTwin) -> None:
        self._switches = switches
        self._server = server
        self._since_s: dict[tuple[str, str], float] = {}

    def forget(self) -> None:
        """A worker or Redis is away, so nothing is expected: start counting again."""
        self._since_s.clear()

    def too_long(self, now_s: float) -> tuple[str, str] | None:
        """One who counts as talking for too long, and the call; None: there is none."""
        found = set(self._engaged())
        self._since_s = {one: self._since_s.get(one, now_s) for one in found}
        return next((one for one, since_s in self._since_s.items() if now_s - since_s > FREE_S), None)

    def _engaged(self) -> Iterator[tuple[str, str]]:
        there = {channel.who for switch in self._switches for channel in switch.channels.values()}
        for key, queues in self._server.queues.items():
            tenant = keys.tenant_of(key)
            for agent in queues.model.state.agents.values():
                seat = agent.name.removeprefix("agent")
                # two agents change seats from one edition to the next
                seats = {int(seat), 1 - int(seat)} if seat.isdigit() else set()
                accounts = {f"{100 + one}@{tenant}.example" for one in seats}
                talk = agent.talk
                if talk is not None and seats and accounts.isdisjoint(there):
                    what = f"{agent.name} of {tenant} talks with {talk.ticket}, and has no channel"
                    yield what, talk.ticket.partition("/")[0]
