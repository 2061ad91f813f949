"""Meetings in conference rooms: phones and customers dial in, press PINs and keys, invite others, and leave."""

from __future__ import annotations

import random
from functools import partial

from tests.simulation.agenda import Agenda
from tests.simulation.centre import (
    BOARD_NUMBER,
    MOBILE,
    MODERATOR,
    MODERATOR_PIN,
    OPEN_ROOM_NUMBER,
    PIN,
    Centre,
    numbers,
)
from tests.simulation.channel import Channel
from tests.simulation.mixer_twin import Member, Mixer
from tests.simulation.people import CUSTOMERS, People

OPEN, BOARD, SMALL = "750", "751", "752"
_FROM_OUTSIDE = {OPEN: OPEN_ROOM_NUMBER, BOARD: BOARD_NUMBER}
_KEYS, _MODERATORS_KEYS = ("*6", "*6", "*66", "*4", "*9", "7#"), ("*4", "*4", "*5", "*5", "*6", "*9", "*2")
_INVITED = ("191", "192", "100", "700", "*51#", MOBILE.replace("+", "00"))
_PINS = (PIN, PIN, PIN, PIN, MODERATOR_PIN, MODERATOR_PIN, "0000", "", PIN + "1")


class Conferees:
    """All who meet.

    Attributes:
        met: how many have entered a room.
    """

    def __init__(self, centre: Centre, people: People, agenda: Agenda, chance: random.Random) -> None:
        self.met = 0
        self._centre = centre
        self._people = people
        self._agenda = agenda
        self._chance = chance

    def begin(self, meetings_per_h: float) -> None:
        """From now on there are meetings, until no more calls come."""
        if meetings_per_h:
            self._later(meetings_per_h)

    def _later(self, meetings_per_h: float) -> None:
        self._agenda.after(self._chance.expovariate(meetings_per_h / 3600), lambda: self._meet(meetings_per_h))

    def _meet(self, meetings_per_h: float) -> None:
        if not self._people.open:
            return
        self._later(meetings_per_h)
        t, room = self._chance.randrange(self._centre.tenants), self._chance.choice((OPEN, BOARD, BOARD, SMALL))
        phones = self._centre.phones(f"t{t}")
        wanted = self._chance.sample(phones, min(self._chance.choice((1, 2, 2, 3, 4)), len(phones)))
        if room == SMALL and MODERATOR not in wanted and self._chance.random() < 0.7:
            wanted[0] = MODERATOR
        for extension in wanted:
            self._agenda.after(self._chance.uniform(0, 20), partial(self._dials, t, extension, room))
        if room in _FROM_OUTSIDE and self._chance.random() < 0.6:
            self._agenda.after(self._chance.uniform(0, 20), partial(self._customer_dials, t, room))

    def _dials(self, t: int, extension: str, room: str) -> None:
        channel = self._people.dial(t, extension, room, chance=self._chance)
        if channel is not None and room == BOARD:
            self._says_pin(channel)

    def _customer_dials(self, t: int, room: str) -> None:
        number = f"+48{501_000_000 + 1000 * t + self._chance.randrange(CUSTOMERS)}"
        called = numbers(t)[_FROM_OUTSIDE[room]]
        who = {"Caller-Context": "public", "Caller-Caller-ID-Number": number}
        channel = self._people.place(number, called, who, chance=self._chance)
        if channel is not None and room == BOARD:
            self._says_pin(channel)

    def _says_pin(self, channel: Channel) -> None:
        """Up to three times; each after the question, or into it."""
        at_s = 0.0
        for _ in range(self._chance.choice((1, 1, 2, 3))):
            at_s += self._chance.uniform(0.5, 7)
            for key in self._chance.choice(_PINS) + self._chance.choice(("#", "#", "")):
                at_s += self._chance.uniform(0.1, 0.5)
                self._presses(channel, at_s, key)

    def _presses(self, channel: Channel, after_s: float, key: str) -> None:
        switch = self._people.switch_of(channel)
        switch.timer(channel, after_s, partial(switch.press, channel, key))

    def entered(self, room: Mixer, member: Member) -> None:
        """Stays for a while, presses some keys, and leaves."""
        self.met += 1
        owner, switch = member.owner, self._people.switch_of(member.owner)
        stays_s = min(1 + self._chance.expovariate(1 / 60), 400.0)
        by = "caller" if owner.is_caller else "callee"
        switch.timer(owner, stays_s, partial(switch.hang_up, owner, "NORMAL_CLEARING", by))
        if owner.is_caller:
            for _ in range(self._chance.choice((0, 0, 1, 2, 4))):
                self._acts(member, self._chance.uniform(0.2, stays_s))

    def _acts(self, member: Member, at_s: float) -> None:
        keys = self._chance.choice(_MODERATORS_KEYS if member.moderator else _KEYS)
        if keys == "*2":
            keys += self._chance.choice(_INVITED) + self._chance.choice(("#", "#", "*"))
        elif keys == "*9" and self._chance.random() < 0.5:
            keys = "*4"
        for key in keys:
            at_s += self._chance.uniform(0.1, 0.6)
            self._presses(member.owner, at_s, key)
