"""Callers who wait at two workers, and whose they are: all agents but one are away, and that one talks."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from redis import Redis

from callcontrol.edges.live_state import keys
from callcontrol.simulator.callers import Call
from callcontrol.simulator.phones import Behaviour, Phone
from callcontrol.simulator.stories.stage import Stage
from callcontrol.vocabulary.call import call_id_of
from tests.bench.call_centre import DID, DOMAIN, RING_S, TENANT, accounts, numbers
from tests.bench.figures import Moment
from tests.bench.machine import SERVER_CORE, pin

WAIT_S = 120.0
LOOK_S = 0.1
SETTLE_S = 1.0


class WaitingRoom:
    """The queue of the call centre (`call_centre.example`) on a stage with several workers.

    Args:
        agents: as many as the configuration has.
    """

    def __init__(self, stage: Stage, agents: int) -> None:
        self._stage = stage
        self._redis: Any = Redis.from_url(stage.redis_url)  # redis-py's types allow for answers that no call here has
        self._busy, *self._away = [f"{account}@{DOMAIN}" for account in accounts(agents)]
        self._long_talk = ""

    def open(self, talk_s: float) -> None:
        """One agent is there, and talks until `close`; all others will talk for so long when they have come."""
        switch = self._stage.switch
        for address, talks_s in ((self._busy, None), *((one, talk_s) for one in self._away)):
            behaviour = Behaviour("answers", after_s=RING_S, talk_s=talks_s)
            switch.phone(Phone(address, (behaviour,), registered=False))
        switch.register(self._busy)
        time.sleep(SETTLE_S)
        self._long_talk = switch.place(Call(DID, number="+48600000000"))
        self.until(lambda: "bridged" in {one["what"] for one in switch.heard(self._long_talk)})

    def close(self) -> None:
        """The agent who talks ends it."""
        self._stage.switch.hang_up(self._long_talk)
        self._redis.close()

    def callers_come(self, count: int, dialled: str = DID) -> Mapping[str, str]:
        """So many more callers, who all hear something when this returns: their calls' names, by the channel."""
        switch, before = self._stage.switch, len(self.owners())
        placed = [switch.place(Call(dialled, number=number)) for number in numbers(count)]
        self.until(lambda: len(self.heard("playback", placed)) == count)
        self.until(lambda: len(self.owners()) == before + count)
        channels = {one["who"]: one["uuid"] for one in switch.heard() if one["what"] == "calls"}
        return {channels[call]: call for call in placed}

    def agents_come(self) -> None:
        """All of them, one after the other."""
        for address in self._away:
            self._stage.switch.register(address)

    def agents_go(self) -> None:
        """All but the one who talks; no caller waits any more."""
        self.until(lambda: len(self.owners()) == 1)
        for address in self._away:
            self._stage.switch.unregister(address)
        time.sleep(SETTLE_S)

    def owners(self) -> Mapping[str, int]:
        """Which process has each call: by the caller's channel."""
        found = {call.decode(): worker.decode() for call, worker in self._redis.hgetall(keys.owners(TENANT)).items()}
        channels = {call_id_of(channel): channel for channel, worker in found.items() if worker == "-"}
        workers = {call: worker for call, worker in found.items() if worker != "-"}
        return {channels.get(call, call): int(worker.split("/")[1]) for call, worker in workers.items()}

    def busiest(self) -> int:
        """The process that has most calls."""
        ((pid, _),) = Counter(self.owners().values()).most_common(1)
        return pid

    def heard(self, what: str, calls: Sequence[str], since_us: int = 0) -> Mapping[str, int]:
        """When each of these callers heard this first, since then; who has not is left out."""
        wanted, first = set(calls), dict[str, int]()
        for one in self._stage.switch.heard():
            if one["what"] == what and one["who"] in wanted and one["at_us"] >= since_us:
                first.setdefault(one["who"], one["at_us"])
        return first

    def settle(self) -> None:
        """All workers are there, each on the workers' core."""
        self.until(lambda: all(self._stage.daemon.worker_pids()))
        self._stage.daemon.wait_until_ready()
        for pid in self._stage.daemon.worker_pids():
            pin(pid, SERVER_CORE)

    def until(self, is_so: Callable[[], object]) -> None:
        """Raises TimeoutError when something is not so within WAIT_S."""
        due = time.monotonic() + WAIT_S
        while not is_so():
            if time.monotonic() > due:
                raise TimeoutError(f"it did not happen within {WAIT_S:g} s; owners: {Counter(self.owners().values())}")
            time.sleep(LOOK_S)


def moments(found: Mapping[str, int]) -> list[Moment]:
    """As the figures take them."""
    return [Moment(at_us, who) for who, at_us in found.items()]
