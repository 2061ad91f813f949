"""Decisions as values: the steps a call can be told to take next, and the entries that explain them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from callcontrol.routing.path import Path
from callcontrol.vocabulary.agent import AgentAction
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.rule import Rule, RuleKind
from callcontrol.vocabulary.target import Target
from callcontrol.vocabulary.trail import Passed, Routed


@dataclass(frozen=True, slots=True)
class Peer:
    """Another switch, and where its phones are reached from ours (`address:port`, SIP)."""

    switch: str
    sip: str


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


@dataclass(frozen=True, slots=True)
class LegPlan:
    """One leg to be rung.

    Attributes:
        to: what is rung, as a target text.
        ring_s: how long (seconds).
        payer: who is billed, "" for legs that cost nothing.
        cap_s: longest conversation in seconds, None without limit.
        progress_s: seconds to the first sign of progress, else the leg has failed (PROGRESS_TIMEOUT); None: no limit.
    """

    to: str
    endpoint: Endpoint
    ring_s: int
    shown: Shown
    payer: str = ""
    acceptance: Acceptance | None = None
    cap_s: int | None = None
    progress_s: int | None = None


@dataclass(frozen=True, slots=True)
class Ring:
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


@dataclass(frozen=True, slots=True)
class Announce:
    """Play a recording, then go on to `then` (None: the call ends)."""

    name: str
    file: str
    answer: bool
    then: Target | None
    path: Path


@dataclass(frozen=True, slots=True)
class TakeMessage:
    """Voicemail: greeting, then a recording of at most `max_s` seconds, ended by `silence_s` of silence."""

    box: str
    greeting: str
    max_s: int
    silence_s: int
    path: Path


@dataclass(frozen=True, slots=True)
class Wait:
    """Wait in a queue for an agent; with no active agent the caller does not enter it."""

    queue: str
    path: Path


@dataclass(frozen=True, slots=True)
class Refuse:
    """The call ends here with this cause; `outcome` is what it amounts to."""

    cause: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Change:
    """A star code: set a rule (`rule`), remove it (`rule` None), or only tell whether it is on (`ask`).

    `rejected` says why the code cannot be carried out; the phone then hears the refusal tone. `also` are changes of
    other kinds that the same code asks for: all are stored, or none.
    """

    extension: str
    kind: RuleKind
    rule: Rule | None = None
    ask: bool = False
    rejected: str = ""
    also: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class ChangeAgent:
    """A star code of an agent. `rejected` says why it cannot be carried out; the phone then hears the refusal tone.

    Attributes:
        detail: reason of a pause; microseconds by which a wrap-up is prolonged.
    """

    agent: str
    action: AgentAction
    detail: str = ""
    rejected: str = ""


Step = Ring | Announce | TakeMessage | Wait | Refuse | Change | ChangeAgent
Explanation = Routed | Passed


@dataclass(frozen=True, slots=True)
class Decision:
    """What happens next, and why."""

    step: Step
    why: tuple[Explanation, ...] = ()

    def because(self, *entries: Explanation) -> Decision:
        """The same decision with its reasons put in front."""
        return Decision(self.step, (*entries, *self.why))


@dataclass(frozen=True, slots=True)
class Onward:
    """The call goes on to another target at once; the router follows it."""

    target: Target
    path: Path
    why: tuple[Explanation, ...] = ()


@dataclass(frozen=True, slots=True)
class RingResult:
    """How a Ring step failed: the outcome of the whole and the cause of each leg, by its index in `Ring.legs`.

    Attributes:
        moved_to: the extension or number to which a phone has sent the caller (302), "" if none has.
    """

    outcome: Outcome
    causes: Mapping[int, str] = field(default_factory=dict)
    moved_to: str = ""
