"""Phones: what happens when one is rung, chosen by the seed."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Literal

from callcontrol.routing.plan import Account, LegPlan, SipAddress, TrunkNumber
from tests.simulation.centre import SWITCHES

Kind = Literal["no_channel", "fails", "answers", "rings"]

# In this share of conversations one party hangs up within 0.6 s of the join.
LEAVES_AT_ONCE = 0.03


@dataclass(frozen=True, slots=True)
class Reaction:
    """What a phone does when it is rung.

    Attributes:
        kind: no channel is created; it fails with `cause`; it is answered; it rings until it is cancelled.
        after_s: the delay in seconds.
        presses: whether the key is pressed where one is asked for.
        leaves_after_s: hangs up this many seconds after the answer; None: at the end of the conversation.
    """

    kind: Kind
    after_s: float = 0.0
    cause: str = ""
    presses: bool = True
    leaves_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class Moods:
    """Probabilities of the reactions; the rest answers after a while."""

    never: float = 0.08
    rejects: float = 0.05
    busy: float = 0.02
    drops: float = 0.05
    presses_nothing: float = 0.15
    trunk_fails: float = 0.03
    answers_while_talking: float = 0.3


def home_of(account: str) -> str:
    """The switch at which an account registers."""
    return SWITCHES[int(account.partition("@")[0]) % len(SWITCHES)]


class Phones:
    """All phones of the world.

    Attributes:
        registered: accounts with a registered phone.
        down: switches that are down.
        busy: how many channels each phone has.
    """

    def __init__(self, chance: random.Random, moods: Moods) -> None:
        self._chance = chance
        self.moods = moods
        self.registered: set[str] = set()
        self.down: set[str] = set()
        self.busy: dict[str, int] = {}

    def name_of(self, plan: LegPlan) -> str:
        """The name of the phone or number of a leg."""
        match plan.endpoint:
            case Account(user, domain):
                return f"{user}@{domain}"
            case TrunkNumber(_, _, digits):
                return f"+{digits}"
            case SipAddress(uri):
                return uri

    def react(self, plan: LegPlan, switch: str, *, for_queue: bool) -> Reaction:
        """The reaction to ringing this leg from this switch."""
        name, moods, chance = self.name_of(plan), self.moods, self._chance
        if isinstance(plan.endpoint, Account):
            peer = plan.endpoint.peer
            at = peer.switch if peer is not None else switch
            if name not in self.registered or home_of(name) != at:
                return Reaction("no_channel", cause="USER_NOT_REGISTERED")
            if at in self.down:
                return Reaction("fails", 0.2, "NETWORK_OUT_OF_ORDER")
        if isinstance(plan.endpoint, TrunkNumber) and chance.random() < moods.trunk_fails:
            return Reaction("fails", chance.uniform(0.05, 1), "NORMAL_TEMPORARY_FAILURE")
        if self.busy.get(name) and not (for_queue and chance.random() < moods.answers_while_talking):
            return Reaction("fails", chance.uniform(0.05, 0.3), "USER_BUSY")
        return self._mood(isinstance(plan.endpoint, Account))

    def _mood(self, is_phone: bool) -> Reaction:
        moods, chance = self.moods, self._chance
        said = chance.random()
        for share, reaction in (
            (moods.never, Reaction("rings")),
            (moods.rejects, Reaction("fails", chance.uniform(0.5, 6), "CALL_REJECTED")),
            (moods.busy, Reaction("fails", chance.uniform(0.1, 0.5), "USER_BUSY")),
        ):
            said -= share
            if said < 0:
                return reaction
        leaves = chance.uniform(0.05, 6) if chance.random() < moods.drops else None
        presses = is_phone or chance.random() >= moods.presses_nothing
        return Reaction("answers", chance.uniform(0.3, 9), presses=presses, leaves_after_s=leaves)

    def talk_s(self) -> float:
        """The length of a conversation in seconds; sometimes one party leaves at once."""
        if self._chance.random() < LEAVES_AT_ONCE:
            return self._chance.uniform(0, 0.6)
        return min(self._chance.expovariate(1 / 90) + 1, 1_500.0)

    def takes(self, name: str) -> None:
        """The phone has one more channel."""
        self.busy[name] = self.busy.get(name, 0) + 1

    def lets_go(self, name: str) -> None:
        """The phone has one channel less."""
        left = self.busy.get(name, 0) - 1
        if left > 0:
            self.busy[name] = left
        else:
            self.busy.pop(name, None)
