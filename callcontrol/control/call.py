"""The value of a call: who, what, where it stands. Saved at every change, so that any worker can go on with it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from callcontrol.routing.plan import Announce, Change, Explanation, Ring, TakeMessage
from callcontrol.vocabulary.call import Caller, leg_id
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.trail import Arrived, Entry, Trail


@dataclass(frozen=True, slots=True)
class Deciding:
    """The rules are being looked up; the caller hears what the network gives him."""


@dataclass(frozen=True, slots=True)
class Ringing:
    """Legs ring; `legs` are their ids in the order of `step.legs`."""

    step: Ring
    app_id: str
    legs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Talking:
    """Caller and leg are joined."""

    app_id: str
    leg_id: str


@dataclass(frozen=True, slots=True)
class Announcing:
    """A recording is being played."""

    step: Announce
    app_id: str


@dataclass(frozen=True, slots=True)
class TakingMessage:
    """The greeting is played (`recording` False), then the caller speaks."""

    step: TakeMessage
    greeting_id: str
    record_id: str
    path: str
    recording: bool = False


@dataclass(frozen=True, slots=True)
class Changing:
    """A rule is being stored (`app_id` ""), then the tone that says how it went is played."""

    step: Change
    app_id: str = ""


@dataclass(frozen=True, slots=True)
class Ending:
    """The caller's channel is going or gone; the ends of its legs are awaited.

    `message` is the voicemail being recorded when the caller hung up: his channel's end tells whether there is one.
    """

    message: TakingMessage | None = None


@dataclass(frozen=True, slots=True)
class Closed:
    """The trail is complete. Nothing leaves this state."""


State = Deciding | Ringing | Talking | Announcing | TakingMessage | Changing | Ending | Closed


@dataclass(frozen=True, slots=True)
class Call:
    """One caller's visit, from INVITE to hang-up.

    Attributes:
        id: the caller's channel uuid; the call's id everywhere.
        open_legs: channels that may live and whose end has not been told yet, the caller's among them.
        hung_up_by: who ended the caller's channel, once known.
        apps, legs: counters from which ids of applications and legs follow.
    """

    id: str
    switch: str
    worker: str
    tenant: str
    caller: Caller
    dialled: str
    arrived: Instant
    state: State
    trail: Trail
    open_legs: tuple[str, ...]
    apps: int = 0
    legs: int = 0

    def to(self, state: State) -> Call:
        """The call in another state."""
        return replace(self, state=state)

    def noting(self, *entries: Entry | Explanation) -> Call:
        """The call with these entries at the end of its trail."""
        return replace(self, trail=(*self.trail, *entries))

    def next_app(self) -> tuple[Call, str]:
        """The call and a fresh application id."""
        return replace(self, apps=self.apps + 1), f"{self.id}:{self.apps}"

    def next_legs(self, count: int) -> tuple[Call, tuple[str, ...]]:
        """The call and this many fresh leg ids, opened."""
        ids = tuple(leg_id(self.id, self.legs + i) for i in range(count))
        return replace(self, legs=self.legs + count, open_legs=(*self.open_legs, *ids)), ids

    def closing_leg(self, leg: str) -> Call:
        """The call with this leg no longer awaited."""
        return replace(self, open_legs=tuple(x for x in self.open_legs if x != leg))


def new_call(*, id_: str, switch: str, worker: str, tenant: str, caller: Caller, dialled: str, now: Instant) -> Call:
    """A call as it arrives."""
    arrived = Arrived(now, id_, switch, worker, id_, tenant, caller, dialled)
    return Call(id_, switch, worker, tenant, caller, dialled, now, Deciding(), (arrived,), (id_,))
