"""The value of a call: who, what, where it stands. Saved at every change, so that any worker can go on with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from callcontrol.routing.plan import Change, ChangeAgent, Explanation, Onward, Ring, Wait
from callcontrol.vocabulary.call import NO_ORIGIN, Caller, Origin, leg_id
from callcontrol.vocabulary.leg import Leg, Role
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.queue import Offer
from callcontrol.vocabulary.trail import Arrived, Entry, Trail


@dataclass(frozen=True, slots=True)
class State:
    """What a call is doing. Kinds may have states of their own (`own_steps.py`)."""


@dataclass(frozen=True, slots=True)
class Deciding(State):
    """The rules are being looked up; the caller hears what the network plays.

    `onward` says where the call goes next, if that is not the dialled number; `joined`, since when the caller has
    waited, if that counts there (moved to another queue).
    """

    onward: Onward | None = None
    joined: Instant | None = None


@dataclass(frozen=True, slots=True)
class Ringing(State):
    """Legs ring; `legs` are their ids in the order of `step.legs`."""

    step: Ring
    app_id: str
    legs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Talking(State):
    """Caller and leg are joined.

    Attributes:
        app_id: what joined them; "" once it is over, or after an attended transfer.
        who: whom the caller talks with, as a target text, if `leg_id` is a leg of another call; "" if it is ours.
        until: when it was over; None: it goes on, as far as we know.
    """

    app_id: str
    leg_id: str
    who: str = ""
    until: Instant | None = None


@dataclass(frozen=True, slots=True)
class Changing(State):
    """A rule is being stored (`app_id` ""), then the tone that says how it went is played."""

    step: Change
    app_id: str = ""


@dataclass(frozen=True, slots=True)
class ChangingAgent(State):
    """An agent's state is being stored (`app_id` ""), then the tone that says how it went is played."""

    step: ChangeAgent
    app_id: str = ""


@dataclass(frozen=True, slots=True)
class RungLeg:
    """A leg at which an agent is rung; `round` is the trunk it goes through, in turn."""

    leg_id: str
    agent: str
    round: int = 0


@dataclass(frozen=True, slots=True)
class Offering:
    """An offer under way.

    Attributes:
        legs: those that have not ended for us; ringing, or the one that answered.
        stage: `ringing`; `accepting` (an agent answered, the live state is asked whether the offer still stands);
            `whispering` (the agent has the caller and hears who it is); `joining`.
        winner: the leg that answered, from `accepting` on.
    """

    offer: Offer
    legs: tuple[RungLeg, ...]
    stage: Literal["ringing", "accepting", "whispering", "joining"] = "ringing"
    winner: str = ""

    def agent_of(self, leg: str) -> str:
        """Whose leg this is, "" if it is not of this offer."""
        return next((rung.agent for rung in self.legs if rung.leg_id == leg), "")

    @property
    def agents(self) -> tuple[str, ...]:
        """Those whose legs have not ended for us, in the order of the offer."""
        return tuple(dict.fromkeys(rung.agent for rung in self.legs))

    @property
    def taken(self) -> bool:
        """Whether an agent has the caller already: no other agent can get that caller now."""
        return self.stage in ("whispering", "joining")


@dataclass(frozen=True, slots=True)
class Waiting(State):
    """The caller is in a queue, or (`entered` False) is being let in.

    Attributes:
        joined: since when the caller waits, as the place says; let_in: since when in this queue this time.
        music, saying: ids of the applications that play; `saying` is "" while only music plays, both are "" in silence.
        music_began: when the music began last; music that ends at once is not begun at once again.
        wanted: what is to be said when the place is known: `position`, `wait`.
        took_up: "" | `came_back` | `callback`: which earlier place it is.
        asked: the caller has asked to be called back, and the live state has not answered.
        position, minutes: the lowest position and the shortest wait the caller was told; 0: none yet.
    """

    step: Wait
    ticket: str
    joined: Instant
    entered: bool = False
    let_in: Instant | None = None
    music: str = ""
    saying: str = ""
    music_began: Instant | None = None
    wanted: tuple[str, ...] = ()
    position: int = 0
    minutes: int = 0
    offering: Offering | None = None
    asked: bool = False
    took_up: str = ""


@dataclass(frozen=True, slots=True)
class CallingBack(State):
    """A customer is called back: an agent is rung first (`offering`), then the customer (`customer`: that leg)."""

    ticket: str
    queue: str
    number: str
    attempt: int
    offering: Offering | None = None
    customer: str = ""
    round: int = 0


@dataclass(frozen=True, slots=True)
class Serving:
    """The agent who has the caller, from accepting to the end of the agent's leg; `joined`: since when they talk."""

    agent: str
    ticket: str
    queue: str
    offer: str
    leg: str
    joined: Instant | None = None


@dataclass(frozen=True, slots=True)
class KnownOffer:
    """An offer that was taken up, and the agents who were rung for it."""

    offer: str
    agents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ending(State):
    """The caller's channel is going or gone; the ends of its legs are awaited.

    Attributes:
        message: what was under way when the caller hung up, if only the end of their channel tells what came of it.
        talked, until: the leg the caller talked with, and when its connection told that the conversation ended.
    """

    message: State | None = None
    talked: str = ""
    until: Instant | None = None


@dataclass(frozen=True, slots=True)
class Closed(State):
    """The trail is complete. Nothing leaves this state."""


# An offer may come late, or twice, within seconds. So many of the latest ones are known.
OFFERS_KNOWN = 8


@dataclass(frozen=True, slots=True)
class Call:
    """One caller's visit, from INVITE to hang-up. What is now stands here; the trail is written and never read.

    Attributes:
        id: the caller's channel uuid; the call's id everywhere.
        legs: the caller's channel first (a callback has none), then those that were sent out, in order.
        nonce: what no other worker that has had the call has. Ids of legs and applications follow from it, so that none
            repeats one which a worker before it used and could not save.
        apps, visits: counters from which ids of applications and tickets follow.
        serving: the agent who has the caller.
        offers: the latest OFFERS_KNOWN offers that were taken up.
        promised: the caller was promised a callback: the ticket outlives the call.
        elsewhere: (id, agent) of what keeps agents from being offered callers, as the live state was told: calls of
            their own, legs at their phones that came from no queue.
        origin: its way before it reached us.
        transferred_to: the number the caller was transferred to last, "" if never.
        transferred_by: the extension that did it, "" if it is not known.
        given_back: how often a transfer that nothing took was taken care of: 1 the transferor, 2 the last resort.
        seen: the last moment at which all open legs are known to have lived, by our clock; None: not known.
        taken_over: another worker has had it before: there may be legs that it sent out and could not save.
        watched: whether since then `worker` hears the end of each of them. If not, only asking the switch can tell.
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
    legs: tuple[Leg, ...]
    apps: int = 0
    visits: int = 0
    serving: Serving | None = None
    offers: tuple[KnownOffer, ...] = ()
    promised: bool = False
    elsewhere: tuple[tuple[str, str], ...] = ()
    transferred_to: str = ""
    transferred_by: str = ""
    given_back: int = 0
    origin: Origin = NO_ORIGIN
    seen: Instant | None = None
    watched: bool = False
    nonce: str = ""
    taken_over: bool = False

    @property
    def destination(self) -> str:
        """The number the caller's channel goes by in the dialplan now."""
        return self.transferred_to or self.dialled

    @property
    def caller_channel(self) -> str:
        """The caller's channel, "" if there is no caller (a callback)."""
        return self.legs[0].id if self.legs and self.legs[0].role is Role.CALLER else ""

    @property
    def sent(self) -> int:
        """How many legs were sent out."""
        return len(self.legs) - bool(self.caller_channel)

    @property
    def open_legs(self) -> tuple[str, ...]:
        """Channels that may live: nothing was told of their end."""
        return tuple(leg.id for leg in self.legs if leg.end is None)

    def leg(self, leg_id: str) -> Leg | None:
        """This leg, None if the call has none of this id."""
        return next((leg for leg in self.legs if leg.id == leg_id), None)

    def is_open(self, leg_id: str) -> bool:
        """Whether this is a leg of the call that may live."""
        leg = self.leg(leg_id)
        return leg is not None and leg.end is None

    def with_leg(self, changed: Leg, *entries: Entry) -> Call:
        """The call with this leg in place of what it was, and these entries at the end of its trail."""
        return self.with_legs((changed,), *entries)

    def with_legs(self, changed: Sequence[Leg], *entries: Entry) -> Call:
        """The call with these legs in place of what they were, and these entries at the end of its trail."""
        by_id = {leg.id: leg for leg in changed}
        return self.noting(*entries, legs=tuple(by_id.get(leg.id, leg) for leg in self.legs))

    def to(self, state: State) -> Call:
        """The call in another state; the very same call where nothing changes, which then need not be saved."""
        return self if state is self.state else replace(self, state=state)

    def noting(self, *entries: Entry | Explanation, legs: tuple[Leg, ...] | None = None) -> Call:
        """The call with these entries at the end of its trail, and with these legs (None: with those it has)."""
        return replace(self, trail=self.trail.adding(entries), legs=self.legs if legs is None else legs)

    def next_app(self) -> tuple[Call, str]:
        """The call and a fresh application id."""
        return replace(self, apps=self.apps + 1), f"{self.id}:{self.nonce}{self.apps}"

    def next_legs(self, count: int) -> tuple[str, ...]:
        """The ids of the next so many legs; they are the call's once they are sent out."""
        return tuple(leg_id(self.id, self.sent + i, self.nonce) for i in range(count))

    def next_ticket(self) -> tuple[Call, str]:
        """The call and the name of its next visit to a queue."""
        return replace(self, visits=self.visits + 1), f"{self.id}/{self.visits + 1}"

    def taken_by(self, worker: str, nonce: str) -> Call:
        """The call, which is this worker's now."""
        return replace(self, worker=worker, nonce=nonce, taken_over=True)

    def heard_until(self, until: Instant | None) -> Call:
        """The call whose worker heard the ends of its legs until then (None: not known until when), and no longer."""
        known = until is not None and self.watched and (self.seen is None or self.seen < until)
        return replace(self, seen=until if known else self.seen, watched=False)

    def alive_at(self, now: Instant) -> Call:
        """The call whose open legs live now; the very same call where that was clear already."""
        return self if self.watched else replace(self, seen=now, watched=True)


def new_call(
    *,
    id_: str,
    switch: str,
    worker: str,
    tenant: str,
    caller: Caller,
    dialled: str,
    now: Instant,
    origin: Origin = NO_ORIGIN,
    nonce: str = "",
) -> Call:
    """A call as it arrives."""
    arrived = Arrived(now, id_, switch, worker, id_, tenant, caller, dialled)
    legs = (Leg(id_, switch, Role.CALLER, "", now),)
    call = Call(id_, switch, worker, tenant, caller, dialled, now, Deciding(), Trail((arrived,)), legs)
    return replace(call, origin=origin, nonce=nonce).alive_at(now)


def new_moved_call(
    *,
    id_: str,
    switch: str,
    worker: str,
    tenant: str,
    caller: Caller,
    leg_of: str,
    to: str,
    by: str,
    now: Instant,
    nonce: str = "",
) -> Call:
    """A call of a channel that we dialled for another call (`leg_of`), and that its partner has transferred."""
    arrived = Arrived(now, id_, switch, worker, id_, tenant, caller, to, leg_of)
    legs = (Leg(id_, switch, Role.CALLER, "", now),)
    call = Call(id_, switch, worker, tenant, caller, to, now, Deciding(), Trail((arrived,)), legs)
    return replace(call, transferred_to=to, transferred_by=by, nonce=nonce).alive_at(now)


def new_callback(*, id_: str, switch: str, worker: str, tenant: str, offer: Offer, now: Instant) -> Call:
    """A call to a customer whose turn has come; no channel exists yet, and `channel` is ""."""
    customer = Caller(offer.number)
    arrived = Arrived(now, id_, switch, worker, "", tenant, customer, f"queue:{offer.queue}")
    state = CallingBack(offer.ticket, offer.queue, offer.number, offer.attempt)
    call = Call(id_, switch, worker, tenant, customer, arrived.dialled, now, state, Trail((arrived,)), ())
    return call.alive_at(now)
