"""Supervisors: they listen to conversations by star code, whisper, barge in, take over, and are rung back from the
switch that has the conversation.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import partial

from callcontrol.vocabulary.click_to_call import ClickToCall
from tests.simulation.agenda import Agenda
from tests.simulation.centre import Centre
from tests.simulation.channel import Channel
from tests.simulation.people import People
from tests.simulation.phones import Phones
from tests.simulation.switch_twin import SwitchTwin

SUPERVISORS = ("191", "192")
RINGS_S = 2.0
_CODES = ("*53*{}#", "*53*{}#", "*53*{}*1*1#", "*53*{}*2#", "*53*{}*3#", "*53*{}*4#")


class Supervisors:
    """All supervisors of all tenants."""

    def __init__(
        self, centre: Centre, people: People, switches: list[SwitchTwin], phones: Phones, chance: random.Random
    ) -> None:
        self._centre = centre
        self._people = people
        self._switches = switches
        self._phones = phones
        self._chance = chance

    @property
    def _agenda(self) -> Agenda:
        return self._switches[0].agenda

    def begin(self, per_h: float) -> None:
        """From now on some of them listen, until no more calls come."""
        if per_h:
            self._later(per_h)

    def _later(self, per_h: float) -> None:
        self._agenda.after(self._chance.expovariate(per_h / 3600), lambda: self._supervises(per_h))

    def _supervises(self, per_h: float) -> None:
        if not self._people.open:
            return
        self._later(per_h)
        t = self._chance.randrange(self._centre.tenants)
        talking = list(self._talking(f"@t{t}.example"))
        may_talk = talking if talking and self._chance.random() < 0.9 else self._centre.phones(f"t{t}")
        by, whom = self._chance.choice(SUPERVISORS), self._chance.choice(may_talk)
        self._listens(self._people.dial(t, by, self._chance.choice(_CODES).format(whom), chance=self._chance))

    def _talking(self, domain: str) -> Iterator[str]:
        """The extensions of a tenant that talk."""
        channels = (channel for switch in self._switches for channel in switch.channels.values())
        talking = (one for one in channels if one.who.endswith(domain) and one.peer is not None)
        return (one.who.partition("@")[0] for one in talking)

    def _listens(self, channel: Channel | None) -> None:
        """For a while, pressing keys meanwhile."""
        if channel is None:
            return
        switch, at_s = self._people.switch_of(channel), 0.0
        for _ in range(self._chance.choice((0, 1, 2, 4))):
            at_s += self._chance.choice((1.0, 5.0, 20.0)) * self._chance.uniform(0.5, 1.5)
            switch.timer(channel, at_s, partial(switch.press, channel, self._chance.choice("1223345")))
        stays_s = 1 + self._chance.expovariate(1 / 60)
        switch.timer(channel, stays_s, partial(self._leaves, switch, channel))

    @staticmethod
    def _leaves(switch: SwitchTwin, channel: Channel) -> None:
        if channel.peer is None:
            switch.hang_up(channel, "NORMAL_CLEARING", "caller")

    def rung_back(self, request: ClickToCall) -> None:
        """The phone is rung from the switch that has the conversation, and calls the code there."""
        t = int(request.tenant.removeprefix("t"))
        switch = next((one for one in self._switches if one.name == request.switch), None)
        if switch is not None and self._chance.random() < 0.9:
            self._agenda.after(RINGS_S, lambda: self._picks_up(t, request, switch))

    def _picks_up(self, t: int, request: ClickToCall, switch: SwitchTwin) -> None:
        self._listens(self._people.dial(t, request.extension, request.number, at=switch, chance=self._chance))
