"""The values that are compared at the end: the switch's, the ledger's, what Redis still holds, and the faults.

Times are microseconds since the epoch; the switch, the daemon and the run itself read the clock of one machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

CRASH = "CRASH"  # the cause of channels that ended with their switch
LAST_RESORT = "NORMAL_TEMPORARY_FAILURE"
# The kind of call in which one of the tenant's phones that talks calls a colleague, to send its caller there.
ASKS = "asks a colleague"


@dataclass(frozen=True, slots=True)
class Caller:
    """A call as the caller saw it.

    Attributes:
        call_id: the uuid of the caller's channel, which names the call here, whatever its id.
        kind: the kind of call (people.KINDS).
        first_us: the first sign for the caller that a worker controls the call; None: never. The last resort's tone
        is no such sign, nor is the end.
        was_told: everything that reached the caller, in order.
        ended_us: when it ended; None: it has not.
        by: the side that ended it, in the switch's words: `recv_bye` is the caller.
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
        """Whether the caller got the switch's last resort."""
        return self.cause == LAST_RESORT and "bridged" not in self.was_told

    @property
    def must_be_known(self) -> bool:
        """Whether the call has certainly reached a worker: there was a sign of one, or an end with a cause of ours."""
        return self.first_us is not None or self.cause not in ("", CRASH, LAST_RESORT)


@dataclass(frozen=True, slots=True)
class Leg:
    """A channel of the switch; without `ended_us` it died with the switch, and its end was not reported."""

    leg_id: str
    call_id: str = ""  # "" if only its phone reported it
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
    """An export at the end.

    Attributes:
        lines: the keys of the delivered lines.
        there: the keys of the rows that the ledger has or had.
        faults: other errors: missing or altered files, missing numbers, wrong sums.
    """

    what: str
    batches: int
    lines: tuple[str, ...]
    there: tuple[str, ...]
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Blow:
    """A fault, until the next one.

    Attributes:
        calls: the number of calls in progress when it was caused.
        recovered_us: when a live worker had every call again; None: not before the next fault.
    """

    fault: str
    detail: str
    at_us: int
    healed_us: int
    calls: int
    recovered_us: int | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that is compared.

    Attributes:
        visits: how each stay in a queue ended, by call.
        files: the names of the files that the switch has begun to record.
        exports: the delivered lines of the ledger.
        contacts: the contact of each call in the cases of missed callers: spoke, missed.
        other_cases: numbers whose cases differ when they are built again.
        other_hours: counts by hour that differ from the rows.
        left: what should be gone by now and is not: its name -> examples.
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
