"""A call stepped by hand: events in, commands out, and a look at the trail."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Self, TypeVar

from callcontrol.control import box_commands as in_box
from callcontrol.control import commands as do
from callcontrol.control import machine
from callcontrol.control.box_events import BoxFound
from callcontrol.control.call import Call, new_call
from callcontrol.control.commands import Command
from callcontrol.control.events import Event, FactsFound, LegGone
from callcontrol.routing.facts import Facts
from callcontrol.vocabulary.call import Stamps
from callcontrol.vocabulary.leg import Leg, Role
from callcontrol.vocabulary.mailbox import Box
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.trail import Entry
from tests.routing.world import NOW

SECOND = 1_000_000
C = TypeVar("C")


class Story:
    """One call and its clock."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.call: Call = new_call(
            id_="call-1",
            channel="caller-1",
            switch="fs1",
            worker="w1",
            tenant=facts.tenant_name,
            caller=facts.caller,
            dialled=facts.dialled,
            now=facts.now,
        )
        self.commands: tuple[Command, ...] = ()
        # The mailboxes that Redis knows; None: Redis does not answer.
        self.boxes: dict[str, Box] | None = {}

    def begin(self) -> Self:
        return self.then(FactsFound())

    def then(self, event: Event, after_s: float = 1) -> Self:
        self.facts = replace(self.facts, now=Instant(int(self.facts.now + after_s * SECOND)))
        self.call, self.commands = machine.step(self.call, event, self.facts)
        for noted in self.every(do.NoteSentOn):  # the driver's part
            self.facts = replace(self.facts, moved={**self.facts.moved, **noted.moved})
        if self.boxes is not None:
            for asked in self.every(in_box.LookAtBox):
                found = BoxFound(asked.box, self.boxes.get(asked.box, Box()))
                self.call, more = machine.step(self.call, found, self.facts)
                self.commands += more
        return self

    def gone(self, leg: str, cause: str = "NORMAL_CLEARING", *, answered_s: float | None = None, by: str = "") -> Self:
        """The switch reports the end of a channel; it was answered so many seconds ago."""
        now = self.facts.now
        answered = None if answered_s is None else Instant(int(now - answered_s * SECOND))
        return self.then(LegGone(leg, cause, Stamps(self.call.arrived, None, answered, now), by), 0)

    def state(self) -> type[object]:
        """The type of the call's state; a method, so that a type checker does not narrow it for later lines."""
        return type(self.call.state)

    def command(self, kind: type[C]) -> C:
        """The only command of this kind of the last step."""
        (found,) = (c for c in self.commands if isinstance(c, kind))
        return found

    def every(self, kind: type[C]) -> list[C]:
        """All commands of this kind of the last step."""
        return [c for c in self.commands if isinstance(c, kind)]

    def has(self, kind: type[Command]) -> bool:
        return any(isinstance(c, kind) for c in self.commands)

    def entries(self, kind: type[C]) -> list[C]:
        return [e for e in self.call.trail if isinstance(e, kind)]


def caller(channel: str) -> Leg:
    """The caller's leg of a call with this channel."""
    return Leg(channel, "fs1", Role.CALLER, "", NOW)


def kinds(trail: Iterable[Entry]) -> list[str]:
    return [e.kind for e in trail]
