"""The value of a call: who, what, where it stands. Saved at every change, so that any worker can go on with it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from callcontrol.routing.plan import Announce, Change, ChangeAgent, Explanation, Onward, Ring, TakeMessage, Wait
from callcontrol.vocabulary.call import NO_ORIGIN, Caller, Origin, leg_id
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.queue import Offer
from callcontrol.vocabulary.trail import Arrived, Entry, Trail


@dataclass(frozen=True, slots=True)
class Deciding:
    """The rules are being looked up; the caller hears what the network gives him.

    `onward` says where he goes next, if that is not what he dialled; `joined`, since when he has waited, if that counts
    where he goes (moved to another queue).
    """

    onward: Onward | None = None
    joined: Instant | None = None


@dataclass(frozen=True, slots=True)
class Ringing:
    """Legs ring; `legs` are their ids in the order of `step.legs`."""

    step: Ring
    app_id: str
    legs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Talking:
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
class ChangingAgent:
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
        stage: `ringing`; `accepting` (somebody answered, the live state is asked whether the offer still stands);
            `whispering` (he has the caller and is told about him); `joining`.
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
        """Whether an agent has the caller already: nobody else can get him now."""
        return self.stage in ("whispering", "joining")


@dataclass(frozen=True, slots=True)
class Waiting:
    """The caller is in a queue, or (`entered` False) is being let in.

    Attributes:
        joined: since when he waits, as his place says; let_in: since when he has been in this queue this time.
        music, saying: ids of the applications that play; `saying` is "" while only music plays, both are "" in silence.
        music_began: when the music began last; music that ends at once is not begun at once again.
        wanted: what is to be said when his place is known: `position`, `wait`.
        asked: he has asked to be called back, and the live state has not answered.
        position, minutes: the lowest position and the shortest wait he was told; 0: none yet.
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


@dataclass(frozen=True, slots=True)
class CallingBack:
    """A customer is called back: an agent is rung first (`offering`), then the customer (`customer`, his leg).

    The call has no caller's channel: its id is a name only.
    """

    ticket: str
    queue: str
    number: str
    attempt: int
    offering: Offering | None = None
    customer: str = ""
    round: int = 0


@dataclass(frozen=True, slots=True)
class Serving:
    """The agent who has the caller, from his accepting to the end of his leg."""

    agent: str
    ticket: str
    queue: str
    offer: str
    leg: str


@dataclass(frozen=True, slots=True)
class Ending:
    """The caller's channel is going or gone; the ends of its legs are awaited.

    Attributes:
        message: the voicemail being recorded when the caller hung up: his channel's end tells whether there is one.
        talked, until: the leg the caller talked with, and when his own connection told that the conversation was over.
    """

    message: TakingMessage | None = None
    talked: str = ""
    until: Instant | None = None


@dataclass(frozen=True, slots=True)
class Closed:
    """The trail is complete. Nothing leaves this state."""


State = (
    Deciding
    | Ringing
    | Talking
    | Announcing
    | TakingMessage
    | Changing
    | ChangingAgent
    | Waiting
    | CallingBack
    | Ending
    | Closed
)


@dataclass(frozen=True, slots=True)
class Call:
    """One caller's visit, from INVITE to hang-up.

    Attributes:
        id: the caller's channel uuid; the call's id everywhere.
        open_legs: channels that may live and whose end has not been told yet, the caller's among them.
        hung_up_by: who ended the caller's channel, once known.
        apps, legs, visits: counters from which ids of applications, legs and tickets follow.
        serving: the agent who has the caller.
        elsewhere: (id, agent) of what keeps agents from being offered callers, as the live state was told: calls of
            their own, legs at their phones that came from no queue.
        origin: its way before it reached us.
        transferred_to: the number the caller was transferred to last, "" if he never was.
        transferred_by: the extension that did it, "" if it is not known.
        given_back: how often a transfer that nothing took was taken care of: 1 the transferor, 2 the last resort.
        seen: the last moment at which all open legs are known to have lived, by our clock; None: not known.
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
    open_legs: tuple[str, ...]
    apps: int = 0
    legs: int = 0
    visits: int = 0
    serving: Serving | None = None
    elsewhere: tuple[tuple[str, str], ...] = ()
    transferred_to: str = ""
    transferred_by: str = ""
    given_back: int = 0
    origin: Origin = NO_ORIGIN
    seen: Instant | None = None
    watched: bool = False

    @property
    def destination(self) -> str:
        """The number his channel goes by in the dialplan now."""
        return self.transferred_to or self.dialled

    @property
    def is_callback(self) -> bool:
        """Whether it is a callback: nobody called, so there is no caller's channel."""
        return isinstance(self.trail[0], Arrived) and not self.trail[0].channel

    def to(self, state: State) -> Call:
        """The call in another state; the very same call where nothing changes, which then need not be saved."""
        return self if state is self.state else replace(self, state=state)

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

    def next_ticket(self) -> tuple[Call, str]:
        """The call and the name of its next visit to a queue."""
        return replace(self, visits=self.visits + 1), f"{self.id}/{self.visits + 1}"

    def heard_until(self, until: Instant | None) -> Call:
        """The call whose worker heard the ends of its legs until then (None: not known until when), and no longer."""
        known = until is not None and self.watched and (self.seen is None or self.seen < until)
        return replace(self, seen=until if known else self.seen, watched=False)

    def alive_at(self, now: Instant) -> Call:
        """The call whose open legs live now; the very same call where that was clear already."""
        return self if self.watched else replace(self, seen=now, watched=True)

    def closing_leg(self, leg: str) -> Call:
        """The call with this leg no longer awaited."""
        return replace(self, open_legs=tuple(x for x in self.open_legs if x != leg))


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
) -> Call:
    """A call as it arrives."""
    arrived = Arrived(now, id_, switch, worker, id_, tenant, caller, dialled)
    call = Call(id_, switch, worker, tenant, caller, dialled, now, Deciding(), (arrived,), (id_,), origin=origin)
    return call.alive_at(now)


def new_moved_call(
    *, id_: str, switch: str, worker: str, tenant: str, caller: Caller, leg_of: str, to: str, by: str, now: Instant
) -> Call:
    """A call of a channel that we dialled for another call (`leg_of`), and that its partner has transferred."""
    arrived = Arrived(now, id_, switch, worker, id_, tenant, caller, to, leg_of)
    call = Call(id_, switch, worker, tenant, caller, to, now, Deciding(), (arrived,), (id_,))
    return replace(call, transferred_to=to, transferred_by=by).alive_at(now)


def new_callback(*, id_: str, switch: str, worker: str, tenant: str, offer: Offer, now: Instant) -> Call:
    """A call to a customer whose turn has come; nobody is on the line yet, and `channel` is ""."""
    customer = Caller(offer.number)
    arrived = Arrived(now, id_, switch, worker, "", tenant, customer, f"queue:{offer.queue}")
    state = CallingBack(offer.ticket, offer.queue, offer.number, offer.attempt)
    return Call(id_, switch, worker, tenant, customer, arrived.dialled, now, state, (arrived,), ()).alive_at(now)
