"""What a call can ask for. Imperative; the driver carries these out and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from callcontrol.routing.plan import LegPlan
from callcontrol.vocabulary.rule import Rule, RuleKind


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
class Answer:
    """Answer the caller."""


@dataclass(frozen=True, slots=True)
class OpenEarlyMedia:
    """Let the caller hear us without answering (pre_answer)."""


@dataclass(frozen=True, slots=True)
class Play:
    """Play a file or tone to the caller."""

    app_id: str
    file: str


@dataclass(frozen=True, slots=True)
class Record:
    """Record the caller into a file."""

    app_id: str
    path: str
    max_s: int
    silence_s: int


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the caller's channel with this cause."""

    cause: str


@dataclass(frozen=True, slots=True)
class StoreRule:
    """Set (or, with None, remove) a forwarding rule; answered by RuleStored."""

    extension: str
    kind: RuleKind
    rule: Rule | None


@dataclass(frozen=True, slots=True)
class StartTimer:
    """Deliver TimerFired(name) after this many seconds; a timer of the same name is replaced."""

    name: str
    after_s: float


@dataclass(frozen=True, slots=True)
class StopTimer:
    """Forget a timer."""

    name: str


@dataclass(frozen=True, slots=True)
class CheckChannels:
    """Ask the switch which of these channels live (`uuid_exists`); answered by ChannelsChecked."""

    legs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FindFacts:
    """Look up what a decision about this number needs; answered by FactsFound."""

    dialled: str


@dataclass(frozen=True, slots=True)
class CloseBook:
    """The trail is complete: write the record, then forget the call."""


Command = (
    Bridge
    | Answer
    | OpenEarlyMedia
    | Play
    | Record
    | HangUp
    | StoreRule
    | StartTimer
    | StopTimer
    | CheckChannels
    | FindFacts
    | CloseBook
)
