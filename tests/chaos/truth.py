"""What is compared in the end, as values: the switch's side, the ledger's, what Redis still holds, and the blows.

Moments are microseconds since the epoch; the switch, the daemon and whoever strikes read the clock of one machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

CRASH = "CRASH"  # the cause of what the switch took along when it died
LAST_RESORT = "NORMAL_TEMPORARY_FAILURE"


@dataclass(frozen=True, slots=True)
class Caller:
    """A call as the caller saw it.

    Attributes:
        call_id: his channel's uuid: by it his call goes here, whatever its id.
        kind: what he wanted (people.KINDS).
        first_us: when he noticed for the first time that somebody directs his call; None: never. The last resort's
            tone is no such sign, nor is the end.
        was_told: everything that reached him, in order.
        ended_us: when it ended; None: it has not.
        by: the switch's word for who ended it: `recv_bye` is the caller.
    """

    call_id: str
    kind: str
    placed_us: int
    first_us: int | None = None
    was_told: tuple[str, ...] = ()
    ended_us: int | None = None
    cause: str = ""
    by: str = ""

    @property
    def was_refused(self) -> bool:
        """He was given the switch's last resort."""
        return self.cause == LAST_RESORT and "bridged" not in self.was_told

    @property
    def must_be_known(self) -> bool:
        """Whether he has certainly reached a worker: somebody acted, or ended the call with a cause of ours."""
        return self.first_us is not None or self.cause not in ("", CRASH, LAST_RESORT)


@dataclass(frozen=True, slots=True)
class Leg:
    """A channel the switch made; without `ended_us` it died with the switch, and nobody was told of its end."""

    leg_id: str
    call_id: str = ""  # "" where only its phone told of it
    answered_us: int | None = None
    ended_us: int | None = None


@dataclass(frozen=True, slots=True)
class CallRow:
    """A row of `calls`."""

    call_id: str
    outcome: str
    estimated: bool


@dataclass(frozen=True, slots=True)
class LegRow:
    """A row of `legs`; without `ended_us` it never became a channel."""

    leg_id: str
    call_id: str
    answered_us: int | None
    ended_us: int | None
    estimated: bool


@dataclass(frozen=True, slots=True)
class MediaRow:
    """A row of `media`: a message or a recorded conversation.

    Attributes:
        file: the name of its file on the switch's disk.
    """

    media_id: str
    call_id: str
    kind: str
    state: str
    cause: str
    file: str


@dataclass(frozen=True, slots=True)
class Exported:
    """An export in the end.

    Attributes:
        lines: each line that was delivered, by its key.
        there: each row that the ledger has or had, likewise.
        faults: what else is wrong: a file that is missing or altered, a number that is, a sum.
    """

    what: str
    batches: int
    lines: tuple[str, ...]
    there: tuple[str, ...]
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Blow:
    """A fault and how the callers fared until the next one.

    Attributes:
        calls: calls in progress when it was struck.
        recovered_us: from when on every call was with a living worker again; None: they were not before the next blow.
    """

    fault: str
    detail: str
    at_us: int
    healed_us: int
    calls: int
    recovered_us: int | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything the accounts are made of.

    Attributes:
        visits: how each stay in a queue ended, by call.
        files: what the switch has begun to record, by the names of its files.
        exports: what was delivered of the ledger.
        contacts: what the books of missed callers say of a call, by call: spoke, missed.
        other_cases: numbers whose cases are others when they are made anew.
        other_hours: counts by hour that are not those of the rows.
        left: what should be gone by now and is not: what it is -> examples.
    """

    callers: tuple[Caller, ...]
    legs: tuple[Leg, ...]
    calls: tuple[CallRow, ...]
    rows: tuple[LegRow, ...]
    visits: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    media: tuple[MediaRow, ...] = ()
    files: tuple[str, ...] = ()
    exports: tuple[Exported, ...] = ()
    contacts: Mapping[str, str] = field(default_factory=dict)
    other_cases: tuple[str, ...] = ()
    other_hours: tuple[str, ...] = ()
    left: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    blows: tuple[Blow, ...] = ()
