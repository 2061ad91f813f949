"""Checks all the time whether a live worker has every call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import gevent

from callcontrol.edges import clock
from tests.chaos import live_state

EVERY_S = 0.2


@dataclass(frozen=True, slots=True)
class Look:
    """One look: calls in progress, and whether live workers have all of them; not well while Redis is away."""

    at_us: int
    calls: int
    is_well: bool


class Watch:
    """Remembers every look."""

    def __init__(self, redis_url: str) -> None:
        self._url = redis_url
        self.looks: list[Look] = []

    def is_well_since(self, moment_us: int) -> bool:
        """Whether the last look was after this moment, and all was well."""
        return bool(self.looks) and self.looks[-1].at_us > moment_us and self.looks[-1].is_well

    def run(self) -> None:
        """Look for ever."""
        while True:
            with live_state.connected(self._url) as redis:
                while (owners := live_state.directed(redis)) is not None:
                    well = all(map(live_state.is_alive, set(owners.values())))
                    self.looks.append(Look(int(clock.now()), len(owners), well))
                    gevent.sleep(EVERY_S)
            calls = self.looks[-1].calls if self.looks else 0
            self.looks.append(Look(int(clock.now()), calls, is_well=False))
            gevent.sleep(EVERY_S)


def recovered_us(looks: Sequence[Look], since_us: int, until_us: int) -> int | None:
    """Since when all was well, between two moments; None: it was not at the end."""
    bad = [index for index, look in enumerate(looks) if since_us <= look.at_us < until_us and not look.is_well]
    if not bad:
        return since_us
    following = looks[bad[-1] + 1 : bad[-1] + 2]
    return following[0].at_us if following and following[0].at_us < until_us else None
