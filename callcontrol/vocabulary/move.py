"""How a conversation moves: a party is transferred, another phone picks the call up; and the stretches in between, in
which a party is parked or held.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from callcontrol.vocabulary.moment import SECOND_US, Instant


class Manner(StrEnum):
    """How a party was transferred."""

    BLIND = "blind"  # to a number
    ATTENDED = "attended"  # to whom the transferor has asked first


@dataclass(frozen=True, slots=True)
class Transferred:
    """A party was transferred: the leg that talks with this party next takes the place of the transferor's.

    Attributes:
        to: the number, or the extension or number that was asked.
        by: the transferor's extension, "" if it is not known.
        leg: the transferor's leg, "" if it is not known.
        whom: the party as a target text, "" for the caller.
        consulted_us: how long the transferor and `to` talked before (microseconds); None: they did not, or it is not
            known.
    """

    at: Instant
    to: str
    by: str = ""
    leg: str = ""
    whom: str = ""
    manner: Manner = Manner.BLIND
    consulted_us: int | None = None
    kind: Literal["transferred"] = "transferred"

    @property
    def words(self) -> str:
        """`112 transferred to 113 (attended, consulted 14 s)`."""
        consulted = self.consulted_us is not None and f"consulted {self.consulted_us // SECOND_US} s"
        how = ", ".join(word for word in (self.manner, consulted) if word)
        return " ".join(word for word in (self.by, "transferred", self.whom, f"to {self.to} ({how})") if word)


@dataclass(frozen=True, slots=True)
class PickedUp:
    """Another phone picks the call up: its leg takes the place of those that rang.

    Attributes:
        by: the extension that takes the call, as a target text.
        rang: what rang, as target texts.
        legs: those that rang.
    """

    at: Instant
    by: str
    rang: tuple[str, ...]
    legs: tuple[str, ...]
    kind: Literal["picked_up"] = "picked_up"

    @property
    def words(self) -> str:
        """`picked up by extension:105 while extension:117 rang`."""
        return f"picked up by {self.by} while {', '.join(self.rang)} rang"


@dataclass(frozen=True, slots=True)
class TookOver:
    """A supervisor takes the conversation over: the leg that is joined next takes the place of this one.

    Attributes:
        by: the supervisor's extension, as a target text.
        leg: of who talked until then.
    """

    at: Instant
    by: str
    leg: str
    kind: Literal["took_over"] = "took_over"

    @property
    def words(self) -> str:
        """`taken over by extension:102`."""
        return f"taken over by {self.by}"


@dataclass(frozen=True, slots=True)
class HandedOver:
    """The party at this leg has joined its partner with a leg of another call, which takes its place.

    Attributes:
        leg: whose party leaves.
        to_leg: the leg of the other call.
        partner: the leg that goes on with it.
        party: who is at that, as a target text, "" if it is not known.
    """

    at: Instant
    leg: str
    to_leg: str
    partner: str
    party: str = ""
    kind: Literal["handed_over"] = "handed_over"

    @property
    def words(self) -> str:
        """`extension:113 goes on in another call (attended)`."""
        return f"{self.party or 'the other party'} goes on in another call ({Manner.ATTENDED})"


class Interruption(StrEnum):
    """Why a party of a call talks with no other for a while."""

    PARKED = "parked"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class Interrupted:
    """A party is parked, or held, from here on.

    Attributes:
        leg: the party's leg.
        detail: the place; who holds.
    """

    at: Instant
    why: Interruption
    leg: str
    detail: str = ""
    kind: Literal["interrupted"] = "interrupted"


@dataclass(frozen=True, slots=True)
class Resumed:
    """The party is parked, or held, no more."""

    at: Instant
    why: Interruption
    leg: str
    kind: Literal["resumed"] = "resumed"


MoveEntry = Transferred | PickedUp | TookOver | HandedOver
InterruptionEntry = Interrupted | Resumed
