"""What dials: legs are rung from the caller's channel, or on their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from callcontrol.routing.plan import LegPlan
from callcontrol.vocabulary.fast_init import fast_init


@fast_init
@dataclass(frozen=True, slots=True)
class Bridge:
    """Ring these legs at once from the caller's channel and join the first to answer.

    Attributes:
        legs: leg id and plan.
        headers: SIP headers the legs carry, by name (`Diversion`, `History-Info`).
    """

    app_id: str
    legs: tuple[tuple[str, LegPlan], ...]
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Originate:
    """Ring these legs at once, on their own; answered by LegAnswered or OriginateFailed. Who answers is parked."""

    legs: tuple[tuple[str, LegPlan], ...]


DialCommand = Bridge | Originate
