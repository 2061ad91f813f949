"""What people set by hand over what the files say, by star code or command, until an end that is always known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final

from callcontrol.vocabulary.barring import Barring
from callcontrol.vocabulary.moment import Instant, text_of
from callcontrol.vocabulary.schedule import Override, Schedule
from callcontrol.vocabulary.schedule_state import state
from callcontrol.vocabulary.target import Target


@dataclass(frozen=True, slots=True)
class DutyOverride:
    """A duty was given to a holder by hand.

    Attributes:
        until: when the plan counts again; None: when it is taken back.
        by: who said so: `extension:101`, `jan (command)`.
        at: when; it does not count before.
    """

    target: Target
    until: Instant | None
    by: str
    at: Instant

    def is_in_force(self, instant: Instant) -> bool:
        """Whether it counts at this moment."""
        return self.at <= instant and (self.until is None or instant < self.until)


@dataclass(frozen=True, slots=True)
class CallBlocks:
    """An extension has blocked calls of its own.

    Attributes:
        classes: of numbers, words of `vocabulary/direction.py`.
        until: None: until they are taken back.
        by, at: as of a duty that was given.
    """

    classes: tuple[str, ...]
    until: Instant | None
    by: str
    at: Instant

    def is_in_force(self, instant: Instant) -> bool:
        """Whether they count at this moment."""
        return self.until is None or instant < self.until


@dataclass(frozen=True, slots=True)
class DoNotDisturb:
    """No call rings at an extension.

    Attributes:
        until, by, at: as of a duty that was given.
    """

    until: Instant | None
    by: str
    at: Instant

    def is_in_force(self, instant: Instant) -> bool:
        """Whether it counts at this moment."""
        return self.until is None or instant < self.until


@dataclass(frozen=True, slots=True)
class CallWaiting:
    """Whether a second call rings at an extension that is on a call, as set by its phone.

    Attributes:
        on: it rings; False: the extension is busy then.
        until: None: until it is set otherwise.
        by, at: as of a duty that was given.
    """

    on: bool
    until: Instant | None
    by: str
    at: Instant

    def is_in_force(self, instant: Instant) -> bool:
        """Whether it counts at this moment."""
        return self.until is None or instant < self.until


def end_at_change(schedule: Schedule, is_open: bool, now: Instant, in_force: Override | None) -> Instant:
    """When that ends which is set by hand until the schedule changes next.

    Args:
        in_force: what is set by hand now.

    Raises:
        ValueError: it would have no end, or no effect before it.
    """
    written = state(schedule, now)
    if written.until is None:
        raise ValueError(f"it is always {written.word}: say until when")
    if written.open is is_open and in_force is None:
        end = end_of(written.until, schedule.zone)
        raise ValueError(f"it is {written.word} already, {end}: say until when, if it is to be longer")
    return written.until


def end_of(until: Instant | None, zone: tzinfo) -> str:
    """How long it lasts, in words: the end of what is set by hand is always told."""
    return "until taken back" if until is None else f"until {text_of(until, zone)[:16]}"


# What can be set by hand: a schedule is open or closed, a duty has a holder, an extension's calls are blocked, or do
# not ring, at all or beside another call.
SetByHand = Override | DutyOverride | CallBlocks | Barring | DoNotDisturb | CallWaiting
# Of a tenant, by what it is set over, as a target text: `hours:office`, `duty:support`; `blocks:101`,
# `undisturbed:101`, `call_waiting:101`.
Overrides = Mapping[str, SetByHand]

_HOURS: Final = "hours"  # the word of their targets


def override_of_hours(overrides: Overrides | None, name: str) -> Override | None:
    """What is set by hand over the opening hours of this name, None if nothing is."""
    found = (overrides or {}).get(f"{_HOURS}:{name}")
    return found if isinstance(found, Override) else None


def blocks_name(extension: str) -> str:
    """The name by which the blocks of an extension are kept."""
    return f"blocks:{extension}"


def blocks_of(overrides: Overrides | None, extension: str) -> tuple[str, ...]:
    """The classes of numbers that an extension has blocked for itself."""
    found = (overrides or {}).get(blocks_name(extension))
    return found.classes if isinstance(found, CallBlocks) else ()


def undisturbed_name(extension: str) -> str:
    """The name by which it is kept that an extension is not disturbed."""
    return f"undisturbed:{extension}"


def undisturbed(overrides: Overrides | None, extension: str, now: Instant) -> DoNotDisturb | None:
    """What keeps calls from ringing at the extension now, None if nothing does."""
    found = (overrides or {}).get(undisturbed_name(extension))
    return found if isinstance(found, DoNotDisturb) and found.is_in_force(now) else None


def call_waiting_name(extension: str) -> str:
    """The name by which it is kept whether an extension has call waiting."""
    return f"call_waiting:{extension}"


def call_waiting(overrides: Overrides | None, extension: str) -> CallWaiting | None:
    """Whether the extension has call waiting, as set by its phone; None: its phone has set nothing."""
    found = (overrides or {}).get(call_waiting_name(extension))
    return found if isinstance(found, CallWaiting) else None
