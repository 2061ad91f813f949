"""Decisions as values: the steps a call can be told to take next, and the entries that explain them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field

from callcontrol.routing.path import Path, Way
from callcontrol.vocabulary.direction import Direction
from callcontrol.vocabulary.fast_init import fast_init
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.target import Target
from callcontrol.vocabulary.trail import Passed, Routed


@dataclass(frozen=True, slots=True)
class Peer:
    """Another switch, and where its phones are reached from ours (`address:port`, SIP)."""

    switch: str
    sip: str


@fast_init
@dataclass(frozen=True, slots=True)
class Account:
    """A phone of ours: a SIP account registered at a switch.

    Attributes:
        peer: the switch that knows it, None if it is the caller's own, or none is known to.
    """

    user: str
    domain: str
    peer: Peer | None = None


@dataclass(frozen=True, slots=True)
class TrunkNumber:
    """A number behind a carrier; digits without `+`."""

    trunk: str
    gateway: str
    digits: str


@dataclass(frozen=True, slots=True)
class SipAddress:
    """A SIP address outside, `user@host[:port]`."""

    uri: str


Endpoint = Account | TrunkNumber | SipAddress


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Press 1 to accept: prompt for the person who answers, and the seconds to press the key."""

    prompt: str
    wait_s: int


@dataclass(frozen=True, slots=True)
class Shown:
    """The identity presented on a leg. `private`: RFC 3323 privacy is asked for, the name is not sent."""

    number: str
    private: bool = False


@fast_init
@dataclass(frozen=True, slots=True)
class LegPlan:
    """One leg to be rung.

    Attributes:
        to: what is rung, as a target text.
        ring_s: how long (seconds).
        payer: who is billed, "" for legs that cost nothing.
        cap_s: longest conversation in seconds, None without limit.
        progress_s: seconds to the first sign of progress, else the leg has failed (PROGRESS_TIMEOUT); None: no limit.
        direction: the class of the number that is dialled; None: no number is.
        credit_s: seconds of conversation that are reserved of an account; None: none pays for it.
        answers_itself: the phone is asked to answer at once, with its loudspeaker (intercom).
    """

    to: str
    endpoint: Endpoint
    ring_s: int
    shown: Shown
    payer: str = ""
    acceptance: Acceptance | None = None
    cap_s: int | None = None
    progress_s: int | None = None
    direction: Direction | None = None
    credit_s: int | None = None
    answers_itself: bool = False

    def described(self) -> str:
        """The leg in words, for `explain`."""
        match self.endpoint:
            case Account(user, domain, peer):
                where = f"{user}@{domain}" + (f" at {peer.switch}" if peer else "")
            case TrunkNumber(trunk, _, _):
                where = f"{self.to} through {trunk}, " + (f"billed to {self.payer}" if self.payer else "free of charge")
            case SipAddress(uri):
                where = f"sip:{uri}"
        shown = "anonymous" if self.shown.private else self.shown.number or "no number"
        accept = ", press 1 to accept" if self.acceptance else ", answers by itself" if self.answers_itself else ""
        return f"{where} for {self.ring_s} s (shows {shown}{accept})"


@dataclass(frozen=True, slots=True)
class Step(ABC):
    """What a call is told to do next. A kind of target may have a step of its own."""

    @abstractmethod
    def described(self) -> str:
        """The step in words, for `explain`."""

    @property
    def told_once(self) -> str:
        """By what the step is named in a plan where it comes again; "": it is told in full each time."""
        return ""

    @property
    def way(self) -> Way | None:
        """How the call comes to a conversation by this step; None: to none."""
        return None


@dataclass(frozen=True, slots=True)
class Ring(Step):
    """Ring these legs at once; the first to answer wins.

    Attributes:
        target: what decided this step and will decide what follows.
        position: which member of an escalating list this is (0 for the others).
        round: which trunk in turn the external legs go through (0 = the first).
        earlier: outcomes of earlier rounds, so that the last word is about the person, not about a trunk.
    """

    target: Target
    legs: tuple[LegPlan, ...]
    path: Path
    position: int = 0
    round: int = 0
    earlier: tuple[Outcome, ...] = ()

    def described(self) -> str:
        """Who is rung."""
        return "ring " + ", ".join(leg.described() for leg in self.legs)

    @property
    def way(self) -> Way:
        """By the rules alone."""
        return Way(diverted=self.path.diverted)


@dataclass(frozen=True, slots=True)
class Refuse(Step):
    """The call ends here with this cause; `outcome` is what it amounts to.

    Attributes:
        said: what the caller hears before, "" for nothing.
    """

    cause: str
    outcome: Outcome
    said: str = ""

    def described(self) -> str:
        """How it ends."""
        said = f"play {self.said} before answering, " if self.said else ""
        return f"{said}hang up with {self.cause} ({self.outcome.value})"


Explanation = Routed | Passed


@dataclass(frozen=True, slots=True)
class Legs:
    """Legs to ring, and what explains them or their absence."""

    legs: tuple[LegPlan, ...] = ()
    why: tuple[Explanation, ...] = ()

    def __add__(self, other: Legs) -> Legs:
        return Legs(self.legs + other.legs, self.why + other.why)

    def because(self, entry: Explanation) -> Legs:
        """The same legs with a reason put in front."""
        return Legs(self.legs, (entry, *self.why))


@dataclass(frozen=True, slots=True)
class Decision:
    """What happens next, and why."""

    step: Step
    why: tuple[Explanation, ...] = ()

    def because(self, *entries: Explanation) -> Decision:
        """The same decision with its reasons put in front."""
        return Decision(self.step, (*entries, *self.why))


@fast_init
@dataclass(frozen=True, slots=True)
class Onward:
    """The call goes on to another target at once; the router follows it."""

    target: Target
    path: Path
    why: tuple[Explanation, ...] = ()


Answer = Decision | Onward


@dataclass(frozen=True, slots=True)
class Branch:
    """What may follow a step.

    Attributes:
        case: when, in words; "" if nothing else can follow.
        answer: what then; None: the case says it.
        path: where the call is then, if the answer does not say so.
    """

    case: str
    answer: Answer | None
    path: Path | None = None


@dataclass(frozen=True, slots=True)
class RingResult:
    """How a Ring step failed: the outcome of the whole and the cause of each leg, by its index in `Ring.legs`.

    Attributes:
        moved_to: the extension or number to which a phone has sent the caller (302), "" if none has.
    """

    outcome: Outcome
    causes: Mapping[int, str] = field(default_factory=dict)
    moved_to: str = ""
