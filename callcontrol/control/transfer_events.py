"""What can happen while a party is transferred by keys. Past tense, as `events.py`."""

from __future__ import annotations

from dataclasses import dataclass

from callcontrol.routing.facts import Facts


@dataclass(frozen=True, slots=True)
class CodePressed:
    """A code was pressed at a leg, as `ListenForCodes` asked for."""

    leg_id: str
    code: str


@dataclass(frozen=True, slots=True)
class DialFactsFound:
    """What is known of a number that an extension dials: the facts of a call of its own."""

    facts: Facts


TransferEvent = CodePressed | DialFactsFound
