"""A leg: one channel of a call, from the moment it is sent out (or arrives) to what is known of its end.

A leg ends once. What is only supposed of its end gives way to the switch's own word, once; the switch's own word stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from callcontrol.vocabulary.call import Stamps
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.fast_init import fast_init
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.target import NumberTarget


class Role(StrEnum):
    """What a leg is in its call."""

    CALLER = "caller"  # the channel that called
    CALLEE = "callee"  # rung for the caller; an agent who was transferred is no agent of the call's any more
    AGENT = "agent"  # rung for an offer of the queue
    CUSTOMER = "customer"  # rung because a callback is due
    CONSULT = "consult"  # rung for a party who asks a colleague, before the other party is transferred there
    # Of a record alone: the caller of a call by which a supervisor is at a conversation of another call, to listen, to
    # speak into it or to take it over. The call itself goes on from its caller.
    SUPERVISOR = "supervisor"


@dataclass(frozen=True, slots=True)
class RoleTaken:
    """The leg turns out to have this role, in the record: it had another one when it arrived or was sent out."""

    at: Instant
    leg_id: str
    role: Role
    kind: Literal["role_taken"] = "role_taken"


class Certainty(StrEnum):
    """How sure it is how, when and whether a leg ended."""

    OPEN = "open"  # it may live: nothing was told of its end
    TOLD = "told"  # the switch told its end, or that it never was a channel
    ESTIMATED = "estimated"  # nothing was told: the end is the best that is known
    SETTLED = "settled"  # it was estimated, and the switch told its end after all


@fast_init
@dataclass(frozen=True, slots=True)
class End:
    """How a leg ended.

    Attributes:
        stamps: the channel's times; None where it never became a channel, as far as is known.
        hung_up_by: `caller`, `callee`, `switch` (timeout, cancel, our command) or "".
        why: of an estimate: what it is taken from.
    """

    certainty: Certainty
    cause: str
    outcome: Outcome
    stamps: Stamps | None
    hung_up_by: str = ""
    why: str = ""

    def gives_way_to(self, told: End) -> bool:
        """Whether this end was only supposed, and the other one is the truth."""
        if told.certainty is Certainty.ESTIMATED or self.certainty is Certainty.SETTLED:
            return False
        is_supposed = self.certainty is Certainty.ESTIMATED
        return is_supposed or (self.stamps is None and told.stamps is not None)


@fast_init
@dataclass(frozen=True, slots=True)
class Leg:
    """One channel of a call. All times but those of `end` are by the worker's clock, in microseconds.

    Attributes:
        id: the channel's uuid.
        target: what was rung, as a target text; "" for the caller.
        dialled: when it was sent out; for the caller: when the call arrived.
        trunk: the carrier it went out through, "" for none.
        payer: who is billed for it: `extension:101` (owner of the rule) or `tenant`; "" for a leg that costs nothing.
        answered: the first moment at which it was known to have been answered.
        bridged: when it was joined with the caller (the customer: with the agent); None: never, as far as is known. For
            the caller itself it stays None.
        seen: its last sign of life.
        lost_caller: an agent's who had answered when the caller left.
        end: how it ended; None: it is open.
    """

    id: str
    switch: str
    role: Role
    target: str
    dialled: Instant
    trunk: str = ""
    payer: str = ""
    answered: Instant | None = None
    bridged: Instant | None = None
    seen: Instant | None = None
    lost_caller: bool = False
    end: End | None = None

    @property
    def certainty(self) -> Certainty:
        """How sure its end is."""
        return self.end.certainty if self.end is not None else Certainty.OPEN

    @property
    def paid_number(self) -> str:
        """The number outside that it calls at its payer's expense; "": it calls none, or costs nothing."""
        kind, _, number = self.target.partition(":")
        return number if self.trunk and self.payer and kind == NumberTarget.kind else ""

    def alive_at(self, at: Instant) -> Leg:
        """The leg, which lived at this moment."""
        return self if self.seen is not None and self.seen >= at else replace(self, seen=at)

    def answered_at(self, at: Instant) -> Leg:
        """The leg, which had been answered by this moment."""
        if self.answered is not None:
            return self.alive_at(at)
        return replace(self, answered=at, seen=self._seen_by(at))

    def bridged_at(self, at: Instant) -> Leg:
        """The leg, joined since this moment; the first one counts."""
        if self.bridged is not None:
            return self.answered_at(at)
        answered = at if self.answered is None else self.answered
        return replace(self, bridged=at, answered=answered, seen=self._seen_by(at))

    def _seen_by(self, at: Instant) -> Instant:
        return at if self.seen is None else max(self.seen, at)

    def ended(self, end: End) -> Leg:
        """The leg with this end; the very same leg where what is known of its end stands."""
        if self.end is None:
            return replace(self, end=end)
        if not self.end.gives_way_to(end):
            return self
        return replace(self, end=replace(end, certainty=Certainty.SETTLED))


LegChange = tuple[Leg | None, Leg]
"""What a leg was (None: it was not there), and what it is."""


def changes(before: tuple[Leg, ...], now: tuple[Leg, ...]) -> tuple[LegChange, ...]:
    """The legs that are new or have changed."""
    if before is now:
        return ()
    known = {leg.id: leg for leg in before}
    return tuple([(was, leg) for leg in now if (was := known.get(leg.id)) is not leg])


def has_ended(was: Leg | None, leg: Leg) -> bool:
    """Whether the leg was open (or unknown) and is so no more."""
    return leg.end is not None and (was is None or was.end is None)
