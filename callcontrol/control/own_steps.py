"""Steps and states of which the machine knows no more than what stands here: a kind's own, and what kinds share."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass

from callcontrol.control.call import Call, State
from callcontrol.control.events import CallConnectionLost, Event, LegGone, Rearrived
from callcontrol.control.step_result import PlainResult, StepResult
from callcontrol.routing.facts import Facts
from callcontrol.routing.plan import Step
from callcontrol.vocabulary.target import Target


@dataclass(frozen=True, slots=True)
class OwnStep(Step):
    """A step that says by itself how it starts."""

    @abstractmethod
    def start(self, call: Call, facts: Facts) -> StepResult:
        """The call in the state in which the step is under way, and what is to be done."""

    def wants_keys(self, facts: Facts) -> bool:
        """Whether it asks for keys, those among them that are pressed before it starts."""
        return False


@dataclass(frozen=True, slots=True)
class OwnState(State):
    """A state that says by itself what each event means. What means the same everywhere is handled by the machine."""

    @abstractmethod
    def on(self, call: Call, event: Event, facts: Facts) -> StepResult:
        """The call after an event; the very same call where the event means nothing here."""

    @abstractmethod
    def resume(self, call: Call, event: Rearrived, facts: Facts) -> StepResult:
        """How it goes on after its worker died: what the channel was doing is over, and it came back to a worker."""

    @property
    def origin(self) -> Target | None:
        """The target whose rules, and those it leads to, decide what follows this state; None: nothing does."""
        return None

    @property
    def mixer(self) -> tuple[str, str] | None:
        """The switch, and the room there, whose events the call hears, and keys of its caller with them that come while
        no worker has the caller on the line. None: it is in no room.
        """
        return None

    @property
    def is_told_by_the_end(self) -> bool:
        """Whether only the end of the caller's channel tells what came of it, when the caller hangs up."""
        return False

    def ended(self, call: Call, event: LegGone, facts: Facts) -> PlainResult:
        """The call with what came of it, where only the end of the caller's channel tells that."""
        return call, ()

    def leg_gone(self, before: Call, call: Call, event: LegGone, facts: Facts) -> PlainResult:
        """The call after a leg has ended: `before` that end was noted, and `call` with it."""
        return call, ()

    def untalked(self, call: Call, event: Rearrived, facts: Facts) -> StepResult:
        """The other party left at once, and the caller came back: it goes on as if they had not been joined."""
        return self.resume(call, event, facts)

    def talked(self, call: Call, facts: Facts) -> StepResult | None:
        """They have talked, the other party has left, and the caller came back (`Join.comes_back`): how the call goes
        on. None: it ends.
        """
        return None

    def released(self, call: Call, why: str, facts: Facts) -> PlainResult:
        """The call of which nothing stays reserved: it ends, or goes elsewhere. Its next state is set by the caller of
        this method.
        """
        return call, ()

    def left_alone(self, call: Call, event: CallConnectionLost, facts: Facts) -> PlainResult | None:
        """No worker directs the caller's channel. None: what the channel does goes on by itself, and then it comes back
        (`resume`).
        """
        return None


def mixer_of(call: Call) -> tuple[str, str] | None:
    """The same, of a call in whatever state."""
    return call.state.mixer if isinstance(call.state, OwnState) else None
