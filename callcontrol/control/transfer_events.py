"""What can happen while a party is transferred by keys. Past tense, as `events.py`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from callcontrol.routing.facts import Facts
from callcontrol.vocabulary.moment import Instant

# Of an event that tells no time.
NO_TIME: Final = Instant(0)


@dataclass(frozen=True, slots=True)
class CodePressed:
    """A code was pressed at a leg, as `ListenForCodes` asked for.

    Attributes:
        partner: the channel that the leg is joined with, as the switch says; "": none, or it is not known.
        at: when, by the switch's clock; 0: it is not known.
    """

    leg_id: str
    code: str
    partner: str = ""
    at: Instant = NO_TIME


@dataclass(frozen=True, slots=True)
class CodePassed:
    """A code was pressed at a leg of another call, which is joined with one of this call's.

    Attributes:
        by: the extension there.
        party: the leg of this call.
        at: as of `CodePressed`.
    """

    leg_id: str
    code: str
    by: str
    party: str
    at: Instant = NO_TIME


@dataclass(frozen=True, slots=True)
class PartnerTold:
    """The call whose party is transferred at a leg of this one tells with whom that leg talks.

    Attributes:
        at: since when.
        channel, party: with whom, as a target text where there is one; "": with none.
        lent: the transfer goes on.
    """

    leg_id: str
    at: Instant
    channel: str
    party: str
    lent: bool


@dataclass(frozen=True, slots=True)
class DialFactsFound:
    """What is known of a number that an extension dials: the facts of a call of its own."""

    facts: Facts


TransferEvent = CodePressed | CodePassed | PartnerTold | DialFactsFound
