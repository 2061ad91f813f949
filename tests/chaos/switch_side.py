"""The switch's view: what callers noticed, and the switch's own record of every leg that ended.

Both are fetched during the run and dropped by the simulator, so that a run may last for hours.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import gevent

from callcontrol.billing.switch_cdr import BadCdr, LegEnd, read_cdr
from callcontrol.simulator.client import SimulatorClient
from callcontrol.simulator.dialplan import NOT_POSSIBLE
from callcontrol.vocabulary.call import call_id_of
from tests.chaos.people import kind_of
from tests.chaos.truth import Caller, Leg

EVERY_S = 1.0
# Events of a caller that do not need a worker.
_NO_SIGN = frozenset({"calls", "hangup", "early_media"})


class SwitchSide:
    """Collects both.

    Args:
        cdrs: the folder the simulator writes its own records of legs to.
    """

    def __init__(self, switch: SimulatorClient, cdrs: Path) -> None:
        self._switch = switch
        self._cdrs = cdrs
        self._callers: dict[str, Caller] = {}
        self._channel_of: dict[str, str] = {}  # by the id of the call that arrives on it
        self._legs: dict[str, Leg] = {}

    @property
    def callers(self) -> tuple[Caller, ...]:
        """The callers, in order."""
        return tuple(self._callers.values())

    @property
    def legs(self) -> tuple[Leg, ...]:
        """Every channel the switch made."""
        return tuple(self._legs.values())

    def run(self) -> None:
        """Collect for ever."""
        while True:
            gevent.sleep(EVERY_S)
            self.collect()

    def collect(self) -> None:
        """Collect what is new.

        A record that is only half written is read the next time. It is never dropped: it may be its leg's only one.
        """
        for heard in self._switch.take():
            self._hear(heard)
        for path in self._cdrs.glob("*.cdr.json"):
            try:
                end = read_cdr(path.read_bytes())
            except BadCdr:
                continue
            self._end(end)
            path.unlink()

    def _hear(self, heard: Mapping[str, Any]) -> None:
        what, channel = heard["what"], heard.get("uuid", "")
        if what == "calls":
            self._callers[channel] = Caller(channel, kind_of(heard["to"]), int(heard["at_us"]))
            self._channel_of[call_id_of(channel)] = channel
            self._exists(channel, channel)
        elif channel in self._callers:  # a phone may call as well as be called
            self._callers[channel] = _with(self._callers[channel], heard)
        elif what == "invite":
            self._exists(channel, "")

    def _exists(self, leg_id: str, call_id: str) -> None:
        self._legs.setdefault(leg_id, Leg(leg_id, call_id))

    def _end(self, end: LegEnd) -> None:
        stamps = end.stamps
        self._legs[end.leg_id] = Leg(
            end.leg_id, self._channel_of.get(end.call_id, end.call_id), stamps.answered, stamps.ended
        )


def _with(caller: Caller, heard: Mapping[str, Any]) -> Caller:
    what, at_us = str(heard["what"]), int(heard["at_us"])
    found = replace(caller, was_told=(*caller.was_told, what))
    if what == "hangup":
        found = replace(found, ended_us=at_us, cause=heard["cause"], by=heard["by"])
    if caller.first_us is None and _is_sign(heard):
        found = replace(found, first_us=at_us)
    return found


def _is_sign(heard: Mapping[str, Any]) -> bool:
    return heard["what"] not in _NO_SIGN and heard.get("file") != NOT_POSSIBLE


def unread(folder: Path) -> Iterator[str]:
    """The switch's records that could not be read."""
    return (path.name for path in folder.glob("*.cdr.json"))
