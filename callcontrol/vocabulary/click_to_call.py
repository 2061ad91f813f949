"""Click to call: a phone of an extension rings, and when it is picked up it calls a number, as if dialled there."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class ClickToCall:
    """What is asked for.

    Attributes:
        id: of this request: whatever becomes of the messages about it, one worker carries it out, once.
        number: what the phone calls, in normal form.
        ring_s: how long it rings (seconds).
        switch: which switch rings it; "": the one at which it is registered.
    """

    id: str
    tenant: str
    extension: str
    number: str
    ring_s: int
    switch: str = ""


class ClickStage(StrEnum):
    """How far it has come."""

    RINGING = "ringing"  # a worker has taken it
    PICKED_UP = "picked_up"  # the number is being called: from here on it is a call of the extension's own
    NOT_PICKED_UP = "not_picked_up"  # or refused, or busy
    OFFLINE = "offline"  # no phone of the extension is registered
    FAILED = "failed"  # of our doing, or the switch's


@dataclass(frozen=True, slots=True)
class ClickState:
    """How far a request has come; `detail` is the cause, as the switch tells it, or what is wrong."""

    stage: ClickStage
    detail: str = ""

    @property
    def is_over(self) -> bool:
        """Whether nothing more follows here."""
        return self.stage is not ClickStage.RINGING
