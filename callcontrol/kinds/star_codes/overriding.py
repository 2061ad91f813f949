"""What the star codes share that set something by hand over a schedule or a duty: what is asked for is stored, and the
phone hears what is true then.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

from callcontrol.control import commands as do
from callcontrol.control.commands import Command
from callcontrol.kinds.star_codes.storing import Answer, Storing, StoringStep
from callcontrol.routing.facts import Facts
from callcontrol.routing.outgoing.refusing import heard_as
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.override import DutyOverride, SetByHand
from callcontrol.vocabulary.refusal_reason import RefusalReason
from callcontrol.vocabulary.schedule import Override


@dataclass(frozen=True, slots=True)
class ChangeOverride(StoringStep):
    """Set something by hand (`override`), take it back (None), or only tell what is true (`ask`).

    Attributes:
        of: the schedule or duty, as a target text.
        what: what is true once it is done, in words.
        heard: what the phone is played then.
        rejected: why the code cannot be carried out; the phone then hears `reason` in words, or the refusal tone.
    """

    word: ClassVar[str] = "override"
    too_late: ClassVar[str] = "it could not be stored in time"

    of: str
    override: SetByHand | None = None
    what: str = ""
    heard: str = ""
    ask: bool = False
    rejected: str = ""
    reason: RefusalReason | None = None

    def described(self) -> str:
        """What the code asks for."""
        if self.rejected:
            return f"star code: refused: {self.rejected}"
        return f"star code: {'asks: ' if self.ask else ''}{self.of}: {self.what}"

    @property
    def named(self) -> str:
        """The schedule or duty."""
        return self.of

    def answer_at_once(self, facts: Facts) -> Answer | None:
        """A refusal, or what was asked."""
        if self.rejected:
            heard = heard_as(self.reason, facts) if self.reason is not None else ""
            return Answer(Outcome.REJECTED, f"refused: {self.rejected}", heard)
        if self.ask:
            return Answer(Outcome.CHANGED, f"extension:{facts.caller.extension} asked: {self._said()}", self.heard)
        return None

    def store(self) -> Command:
        """In force for the next call."""
        return do.StoreOverride(self.of, self.override)

    def stored(self, trouble: str) -> Answer:
        """What is true now."""
        if trouble:
            return Answer(Outcome.FAILED, trouble)
        by = f"set by {self.override.by}" if self.override is not None else "taken back"
        return Answer(Outcome.CHANGED, f"{self._said()}, {by}", self.heard)

    def _said(self) -> str:
        return f"{self.of}: {self.what}"

    def storing(self, app_id: str = "") -> Overriding:
        """It is being stored."""
        return Overriding(self, app_id)


@dataclass(frozen=True, slots=True)
class Overriding(Storing):
    """It is being stored, or what is true is played."""


SAVED: Final = (ChangeOverride, Overriding, Override, DutyOverride)


def refused(why: str, of: str = "", reason: RefusalReason | None = None) -> ChangeOverride:
    """A code that is not carried out."""
    return ChangeOverride(of, rejected=why, reason=reason)
