"""The clock of a simulated run: the agenda's time instead of the machine's, ids from the seed.

The wall clock can be set; waiting is measured with the agenda and never noticed that.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

from callcontrol.edges import clock
from callcontrol.vocabulary.moment import Instant
from tests.simulation.agenda import Agenda


class VirtualClock:
    """What `callcontrol.edges.clock` says while the run lasts.

    Attributes:
        off_us: how far the wall clocks of all hosts are off (microseconds), besides what each is off by itself.
    """

    def __init__(self, agenda: Agenda, chance: random.Random) -> None:
        self.off_us = 0
        self._agenda = agenda
        self._chance = chance
        self._nonces = random.Random(f"nonces {chance.getstate()[1][0]}")

    def now(self) -> Instant:
        """The wall clock of the host on which something happens."""
        host = self._agenda.host
        return Instant(self._agenda.wall() + self.off_us + (host.off_us if host is not None else 0))

    def monotonic(self) -> float:
        """Seconds since the beginning."""
        return self._agenda.now_s

    def new_id(self) -> str:
        """A UUID of this seed's."""
        return str(uuid.UUID(int=self._chance.getrandbits(128), version=4))

    def new_nonce(self) -> str:
        """What the ids of a call's legs are made of: the same in each run of a seed, so that a leg can be traced."""
        return f"{self._nonces.getrandbits(32):08x}"

    @contextmanager
    def in_force(self) -> Iterator[None]:
        """The whole program goes by this clock, also what has taken `clock.now` as a default argument."""
        with (
            mock.patch.object(clock, "time", _Time(self)),
            mock.patch.object(clock, "new_id", self.new_id),
            mock.patch.object(clock, "new_nonce", self.new_nonce),
        ):
            yield


class _Time:
    """What `callcontrol.edges.clock` asks of the module `time`."""

    def __init__(self, virtual: VirtualClock) -> None:
        self._virtual = virtual
        self.monotonic = virtual.monotonic

    def time_ns(self) -> int:
        """Nanoseconds since the epoch."""
        return self._virtual.now() * 1_000
