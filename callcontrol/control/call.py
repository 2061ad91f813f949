"""The value of a call: who, what, where it stands. Saved at every change, so that any worker can go on with it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from callcontrol.config.settings import Tenant
from callcontrol.control.commands import Command
from callcontrol.control.leg_credit import LegCredit
from callcontrol.control.state import State as State
from callcontrol.control.talk_recording import TalkRecording
from callcontrol.routing.facts import Facts
from callcontrol.routing.path import Way
from callcontrol.routing.plan import Explanation, Onward, Ring
from callcontrol.vocabulary.call import NO_KEY, NO_ORIGIN, Caller, HeardKey, HeldLeg, LegBeside, Origin, leg_id
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.demand import NOTHING_ASKED, CallerDemand
from callcontrol.vocabulary.fast_init import fast_init
from callcontrol.vocabulary.language import Language
from callcontrol.vocabulary.leg import Leg, Role
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.parked import Taker
from callcontrol.vocabulary.queue import NO_TALK, KnownOffer, TalkedWith
from callcontrol.vocabulary.target import extension_in
from callcontrol.vocabulary.trail import Arrived, Demanded, Entry, LanguageChosen, Trail

# A party who leaves within so many microseconds of being joined has not talked with the caller: nothing was said.
UNTALKED_US = 500_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Engagement:
    """A party that a kind has found for the caller, in whatever state the call is: until that party's leg ends.

    Attributes:
        leg: the party's leg.
        joined: since when they talk; None: they do not yet.
    """

    leg: str
    joined: Instant | None = None

    @property
    def reserves(self) -> tuple[str, str] | None:
        """Whom the live state keeps for it and by which id, until `over`: (agent, ticket); None: no agent."""
        return None

    @abstractmethod
    def over(self, call: Call, parted: Instant, facts: Facts) -> tuple[Call, tuple[Command, ...]]:
        """The call without it: both have been joined, and talked until `parted`."""


@dataclass(frozen=True, slots=True)
class Deciding(State):
    """The rules are being looked up; the caller hears what the network plays.

    `onward` says where the call goes next, if that is not the dialled number; `joined`, since when the caller has
    waited, if that counts there (moved to another queue).
    """

    onward: Onward | None = None
    joined: Instant | None = None

    @property
    def keeps_keys(self) -> bool:
        """Between two targets nothing is heard."""
        return True


@dataclass(frozen=True, slots=True)
class Ringing(State):
    """Legs ring; `legs` are their ids in the order of `step.legs`."""

    step: Ring
    app_id: str
    legs: tuple[str, ...]

    @property
    def being_rung(self) -> tuple[str, ...]:
        """All legs of the bridge."""
        return self.legs

    @property
    def way(self) -> Way:
        """That of what rings."""
        return self.step.way

    def is_asked(self, leg: str, tenant: Tenant) -> bool:
        """A person is asked for whom the plan says so."""
        return any(
            one == leg and plan.acceptance is not None for one, plan in zip(self.legs, self.step.legs, strict=True)
        )


@dataclass(frozen=True, slots=True)
class Talking(State):
    """Caller and leg are joined.

    Attributes:
        app_id: what joined them; "" once it is over, or after an attended transfer.
        who: whom the caller talks with, as a target text, if `leg_id` is a leg of another call; "" if it is ours.
        until: when it was over; None: it goes on, as far as we know.
        before: what the call goes back to, if the other party leaves before they talked (`UNTALKED_US`), and what
            says where it goes on once they have talked; None: nothing.
        taker: the supervisor with whom the caller is being joined; None: that is not so.
        lent: the leg of this call transfers the party of another one, which tells with whom it talks meanwhile.
    """

    app_id: str
    leg_id: str
    who: str = ""
    until: Instant | None = None
    before: State | None = None
    taker: Taker | None = None
    lent: bool = False


@dataclass(frozen=True, slots=True)
class Ending(State):
    """The caller's channel is going or gone; the ends of its legs are awaited.

    Attributes:
        message: what was under way when the caller hung up, if only the end of their channel tells what came of it.
        talked, until: the leg the caller talked with, and when its connection told that the conversation ended.
        before: of a conversation that goes on while no worker directs it: as of `Talking`.
    """

    message: State | None = None
    talked: str = ""
    until: Instant | None = None
    before: State | None = None


@dataclass(frozen=True, slots=True)
class Closed(State):
    """The trail is complete. Nothing leaves this state."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """A party was transferred: the caller, or who was rung for the caller.

    Attributes:
        to: the number.
        by: the extension that did it, "" if it is not known. Rights and purse are that one's.
        leg: the party's channel, which the call leads from then on.
        given_back: how often a transfer that nothing took was taken care of: 1 the transferor, 2 the last resort.
        at: when; None: an earlier version did not note it.
        held: the transferor's leg while the switch keeps it, "" if it keeps none (`kept_transferor.py`).
        kept, before: what counts again if it is refused: the transfer before it, `Talking.before`.
    """

    to: str
    by: str
    leg: str
    given_back: int = 0
    at: Instant | None = None
    held: str = ""
    kept: Transfer | None = None
    before: State | None = None


@fast_init
@dataclass(frozen=True, slots=True)
class Call:
    """One caller's visit, from INVITE to hang-up. What is now stands here; the trail is written and never read.

    A call leads one party's channel: the caller's, or that of a party who was rung, once that one was transferred. With
    its end the call is over.

    Attributes:
        id: its own, no channel's (`call_id_of`); a call that a version before saved first has its channel's.
        legs: the caller's channel first (a callback has none), then those that were sent out, in order.
        nonce: what no other worker that has had the call has. Ids of legs and applications follow from it, so that none
            repeats one which a worker before it used and could not save.
        apps, visits: counters from which ids of applications and tickets follow.
        serving: the agent who has the caller, from accepting to the end of the agent's leg.
        offers: the latest offers that were taken up, a few of them.
        promised: the caller was promised a callback: the ticket outlives the call.
        elsewhere: (id, agent) of calls from no queue that keep agents from offers, as the live state was told.
        origin: its way before it reached us.
        language: the one the caller is led in; None: none was chosen, the tenant's own counts.
        demand: what the caller has asked for by keys; None: nothing.
        transfer: the latest one, None: there was none.
        pressed: the caller's keys that nothing has used yet, the oldest first.
        heard_key: the last one that the call has had; None: an earlier version did not note it.
        seen: the last moment at which all open legs are known to have lived, by our clock; None: not known.
        recording: of its conversations, or that they may be recorded on demand; None: neither.
        objected: a party does not want the call to be recorded.
        credits: the legs that an account pays for, in the order in which they were to be dialled.
        restricted: the legs that end as their payer was restricted while they rang or talked.
        held: the legs whose phones hold the other party.
        talked_with: whose conversation the call goes on after (`OwnState.talked`).
        waited_us: how long its caller waited for the last agent; in a queue after a transfer that counts as waited.
        beside: the leg of another call that talks with a party of this one; None: none does.
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
    serving: Engagement | None = None
    offers: tuple[KnownOffer, ...] = ()
    promised: bool = False
    elsewhere: tuple[tuple[str, str], ...] = ()
    transfer: Transfer | None = None
    origin: Origin = NO_ORIGIN
    seen: Instant | None = None
    watched: bool = False
    nonce: str = ""
    taken_over: bool = False
    language: Language | None = None
    pressed: str = ""
    demand: CallerDemand | None = None
    heard_key: HeardKey | None = None
    recording: TalkRecording | None = None
    objected: bool = False
    credits: tuple[LegCredit, ...] = ()
    restricted: tuple[str, ...] = ()
    talked_with: TalkedWith = NO_TALK
    held: tuple[HeldLeg, ...] = ()
    waited_us: int = 0
    beside: LegBeside | None = None

    @property
    def destination(self) -> str:
        """The number that the led channel goes by in the dialplan now."""
        return self.transfer.to if self.transfer is not None else self.dialled

    @property
    def caller_channel(self) -> str:
        """The caller's channel, "" if there is no caller (a callback)."""
        legs = self.legs
        return legs[0].id if legs and legs[0].role is Role.CALLER else ""

    @property
    def led(self) -> str:
        """The channel that the call leads, "" if it leads none (a callback)."""
        return self.transfer.leg if self.transfer is not None else self.caller_channel

    @property
    def led_party(self) -> Caller:
        """Who is on the led channel, as one who calls from there."""
        leg = self.leg(self.led)
        if leg is None or leg.role in (Role.CALLER, Role.CUSTOMER):
            return self.caller
        return Caller(leg.target.partition(":")[2], extension=extension_in(leg.target))

    @property
    def sent(self) -> int:
        """How many legs were sent out."""
        return len(self.legs) - bool(self.caller_channel)

    @property
    def open_legs(self) -> tuple[str, ...]:
        """Channels that may live: nothing was told of their end."""
        return tuple(leg.id for leg in self.legs if leg.end is None)

    @property
    def watched_legs(self) -> tuple[str, ...]:
        """Channels whose end means something to the call: the open legs, and the one beside it."""
        return self.open_legs if self.beside is None else (*self.open_legs, self.beside.leg)

    def leg(self, leg_id: str) -> Leg | None:
        """This leg, None if the call has none of this id."""
        for leg in self.legs:
            if leg.id == leg_id:
                return leg
        return None

    def is_open(self, leg_id: str) -> bool:
        """Whether this is a leg of the call that may live."""
        leg = self.leg(leg_id)
        return leg is not None and leg.end is None

    def is_there(self, leg_id: str) -> bool:
        """Whether this is a leg of the call, or the one beside it, and may live."""
        return self.is_open(leg_id) or (self.beside is not None and self.beside.leg == leg_id)

    def with_leg(self, changed: Leg, *entries: Entry) -> Call:
        """The call with this leg in place of what it was, and these entries at the end of its trail."""
        return self.with_legs((changed,), *entries)

    def with_legs(self, changed: Sequence[Leg], *entries: Entry) -> Call:
        """The call with these legs in place of what they were, and these entries at the end of its trail."""
        by_id = {leg.id: leg for leg in changed}
        return self.noting(*entries, legs=tuple([by_id.get(leg.id, leg) for leg in self.legs]))

    def to(self, state: State) -> Call:
        """The call in another state; the very same call where nothing changes, which then need not be saved."""
        return self if state is self.state else replace(self, state=state)

    def noting(self, *entries: Entry | Explanation, legs: tuple[Leg, ...] | None = None) -> Call:
        """The call with these entries at the end of its trail, and with these legs (None: with those it has)."""
        return replace(self, trail=self.trail.adding(entries), legs=self.legs if legs is None else legs)

    def speaking(self, language: Language, why: str, at: Instant, source: str = "") -> Call:
        """The call whose caller is led in this language from here on.

        Args:
            source: `file:line` of what says so, "" where that is no setting.
        """
        return replace(self.noting(LanguageChosen(at, language, why, source)), language=language)

    def asking(self, more: CallerDemand, why: str, at: Instant, source: str = "") -> Call:
        """The call whose caller asks for this as well; the very same call where that adds nothing. Arguments as of
        `speaking`.
        """
        demand = (self.demand or NOTHING_ASKED).adding(more)
        if demand == (self.demand or NOTHING_ASKED):
            return self
        entry = Demanded(at, dict(demand.skills), demand.priority, demand.label, why, source)
        return replace(self.noting(entry), demand=demand)

    def next_app(self) -> tuple[Call, str]:
        """The call and a fresh application id."""
        return replace(self, apps=self.apps + 1), f"{self.id}:{self.nonce}{self.apps}"

    def next_legs(self, count: int) -> tuple[str, ...]:
        """The ids of the next so many legs; they are the call's once they are sent out."""
        return tuple(leg_id(self.id, self.sent + i, self.nonce) for i in range(count))

    @property
    def ticket(self) -> str:
        """The name of its latest visit to a queue; that of a visit that never was, if there was none."""
        return f"{self.id}/{self.visits}"

    def next_ticket(self) -> tuple[Call, str]:
        """The call and the name of its next visit to a queue."""
        following = replace(self, visits=self.visits + 1)
        return following, following.ticket

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
    channel: str,
    switch: str,
    worker: str,
    tenant: str,
    caller: Caller,
    dialled: str,
    now: Instant,
    origin: Origin = NO_ORIGIN,
    nonce: str = "",
    leg_of: str = "",
) -> Call:
    """A call as it arrives on this channel.

    Args:
        leg_of: the call for which we dialled the channel, and which is not known any more; "": it came by itself.
    """
    arrived = Arrived(now, id_, switch, worker, channel, tenant, caller, dialled, leg_of)
    legs = (Leg(channel, switch, Role.CALLER, "", now),)
    begun = (id_, switch, worker, tenant, caller, dialled, now, Deciding(), Trail((arrived,)), legs)
    return Call(*begun, origin=origin, nonce=nonce, heard_key=NO_KEY, seen=now, watched=True)
