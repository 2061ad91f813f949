"""Parking stepped by hand: a caller who is parked, and a phone that takes the caller."""

from __future__ import annotations

from dataclasses import replace
from typing import Self

from callcontrol.control import commands as do
from callcontrol.control import parked_commands as at_place
from callcontrol.control.events import FactsFound, LegBridged, Rearrived
from callcontrol.control.parked_events import ParkedTaken, PlaceClaimed
from callcontrol.kinds.targets.parking.parked import Parked
from callcontrol.routing.facts import Facts
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.parked import Taker
from tests.control.story import Story
from tests.routing.world import NOW, TENANT, facts

LOT = """
parking:
  front: {number: 700, places: 701-703, music: "tone_stream://%(400,400,440)", after: 60, overflow: group:quiet}
"""
TAKER = Taker("call-9", "taker-9", "fs1", "102")


def known(dialled: str = "+48221234501", **more: object) -> Facts:
    """Facts of a tenant with a parking lot."""
    return facts(dialled, tenant=TENANT + LOT, **more)  # type: ignore[arg-type]  # kwargs of a test


class ParkingStory(Story):
    """A caller who talks with extension 101, which then transfers the caller."""

    def __init__(self) -> None:
        super().__init__(known())
        self.begin()
        self.leg = self.command(do.Bridge).legs[0][0]
        self.then(LegBridged(self.leg, NOW, "101%acme.example"))

    @property
    def parked(self) -> Parked:
        assert isinstance(self.call.state, Parked)
        return self.call.state

    def transferred(self, to: str) -> Self:
        """By REFER."""
        self.then(Rearrived(to, transfer=True, by_leg=self.leg))
        self.facts = replace(self.facts, dialled=to, transferred=True, transferred_by="101")
        self.gone(self.leg, answered_s=3)
        return self.then(FactsFound())

    def park(self, to: str = "701") -> Self:
        """Until the music plays."""
        self.transferred(to)
        wanted = self.command(at_place.ClaimPlace)
        return self.then(PlaceClaimed(wanted.places[0]))

    def taken(self, taker: Taker = TAKER) -> Self:
        """A phone takes the caller."""
        return self.then(ParkedTaken(taker))


class TakingStory(Story):
    """Extension 102 dials a place."""

    def __init__(self, dialled: str = "701") -> None:
        super().__init__(known(dialled, caller=Caller("102", extension="102")))
        self.begin()
