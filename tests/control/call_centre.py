"""A call centre around the call machine: the oracle model stands for Redis, a few lines each for switch and phones.

A command of a call is carried out at once. Its answer waits in `pending` until a move delivers it: in any order, twice,
or never. So an interleaving is a list of moves; `Centre.finish` then ends all calls. `Centre.deliver` checks what must
hold after every step, `Centre.check_end` what must hold at the end.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC
from typing import TypeVar

from callcontrol.billing.fold import fold
from callcontrol.config.settings import Settings
from callcontrol.control import commands as do
from callcontrol.control import machine
from callcontrol.control.call import Call, Closed, Ending, Talking, new_call
from callcontrol.control.commands import Command
from callcontrol.control.events import (
    AloneChecked,
    AppEnded,
    CallbackAnswered,
    CallConnectionLost,
    CallerHungUp,
    ChannelsChecked,
    Event,
    FactsFound,
    Joined,
    JoinFailed,
    LegAnswered,
    LegBridged,
    LegGone,
    LegHeard,
    Noticed,
    OfferAccepted,
    OfferMade,
    OfferVoid,
    OriginateFailed,
    PlaceKnown,
    QueueEntered,
    QueueRefused,
    Rearrived,
    SwitchGone,
    TimerFired,
)
from callcontrol.edges.live_state import caller_context, codec
from callcontrol.kinds.targets.queue.callback import CallingBack, new_callback
from callcontrol.kinds.targets.queue.waiting import Waiting
from callcontrol.routing.facts import Facts
from callcontrol.routing.queue_layout import Layout, layout_of
from callcontrol.vocabulary.agent import AgentAction
from callcontrol.vocabulary.call import Caller, Stamps
from callcontrol.vocabulary.moment import Instant, periods_at
from callcontrol.vocabulary.queue import Entered, Occasion, Offer, Refusal, Ticket
from callcontrol.vocabulary.trail import Arrived, Dialled, LegEnded, Offered, OfferEnded
from tests.oracle.answers import Acceptance, Result
from tests.oracle.model import Model
from tests.routing.queue_world import facts

Answer = TypeVar("Answer")
SECOND = 1_000_000
AGENTS = ("anna", "bert", "carl")


@dataclass
class Leg:
    """A channel of the switch.

    Attributes:
        group: the legs that ring together with it; app: the bridge that rings them, "" if they were originated.
        state: `ringing`, `up`, `gone`.
        killed: whether a command has ended it.
    """

    id: str
    call: str
    group: tuple[str, ...] = ()
    app: str = ""
    state: str = "ringing"
    killed: bool = False
    answered: Instant | None = None
    bridged: Instant | None = None
    rings_until: Instant | None = None


@dataclass
class Visit:
    """A call, its facts, and whether its outbound socket connection is open."""

    call: Call
    facts: Facts
    line: bool = True
    closed: int = 0
    playing: list[str] = field(default_factory=list)
    commands: list[Command] = field(default_factory=list)


class Centre:
    """One tenant's calls, agents and phones."""

    def __init__(self, dialled: str, written: str | None = None) -> None:
        self.facts = facts(dialled, written=written)
        self.settings: Settings = self.facts.settings
        self.now = self.facts.now
        self.visits: dict[str, Visit] = {}
        self.pending: list[tuple[str, Event]] = []
        self.timers: dict[tuple[str, str], Instant] = {}
        self.legs: dict[str, Leg] = {}
        self.joined: dict[str, str] = {}
        self.seed = 0
        self.accepted: Counter[str] = Counter()  # offers that were accepted, by call
        self.carriers: dict[str, str] = {}
        self.model = Model()
        self.lose_everything()

    # --- the live state

    def lose_everything(self) -> None:
        """Redis loses all data; the queues' layout and the agents' state are written to it again."""
        self.model = Model()
        self.redis(lambda model, occasion: model.configure(occasion, self._layout()))
        for agent in AGENTS:
            self.redis(lambda model, occasion, agent=agent: model.reach(occasion, {agent: True}))
            self.redis(lambda model, occasion, agent=agent: model.act(occasion, agent, AgentAction.LOG_IN))

    def reload(self, settings: Settings) -> None:
        """The YAML is reloaded."""
        self.settings = settings
        self.redis(lambda model, occasion: model.configure(occasion, self._layout()))

    def _layout(self) -> Layout:
        return layout_of(self.settings.tenants["acme"])

    def redis(self, operation: Callable[..., Result[Answer]], answered: Callable[[Answer], None] | None = None) -> None:
        """Carry one operation out; its answer is delivered before the offers and notices that result."""
        self.seed += 1
        occasion = Occasion(self.now, "w1", self.seed, periods_at(self.now, UTC))
        result = operation(self.model, occasion)
        if answered is not None:
            answered(result.answer)
        for offer in result.offers:
            self._offered(offer)
        for notice in result.notices:
            carrier = self.carriers.get(notice.detail) if notice.what == "offer_void" else None
            self._tell(carrier or notice.ticket.partition("/")[0], Noticed(notice))

    def _offered(self, offer: Offer) -> None:
        if offer.callback:
            self._call_back(offer)
        else:
            self._tell(offer.ticket.partition("/")[0], OfferMade(offer))

    def _call_back(self, offer: Offer) -> None:
        id_ = f"back-{len(self.visits)}"
        self.redis(lambda m, o: m.context(o, offer.ticket), lambda kept: self._begin(id_, offer, kept))

    def _begin(self, id_: str, offer: Offer, kept: str) -> None:
        context = caller_context.read("acme", kept)
        call = new_callback(
            id_=id_, switch="fs1", worker="w1", tenant="acme", offer=offer, now=self.now, context=context
        )
        found = replace(self.facts, settings=self.settings, caller=Caller(offer.number), dialled=call.dialled)
        self.visits[id_] = Visit(call, found, line=False)
        self.carriers[offer.id] = id_
        self.deliver(id_, OfferMade(offer))

    # --- calls

    def owe_callback(self, queue: str) -> None:
        """A caller has asked for a callback, and it is due."""
        ticket, until = Ticket("asked/1", queue, self.facts.caller.number, "w1", self.now), self.now + 14_400 * SECOND
        self.redis(lambda m, o: m.join(o, ticket))
        self.redis(lambda m, o: m.call_back(o, ticket.id, ticket.number, self.now, Instant(until)))

    def call(self, id_: str) -> None:
        """A caller dials."""
        made = new_call(
            id_=id_, channel=id_, switch="fs1", worker="w1", tenant="acme", caller=self.facts.caller,
            dialled=self.facts.dialled, now=self.now,
        )  # fmt: skip
        self.visits[id_] = Visit(made, replace(self.facts, settings=self.settings))
        self.legs[id_] = Leg(id_, id_, state="up", answered=self.now)
        self._tell(id_, FactsFound())

    def deliver(self, id_: str, event: Event) -> None:
        """Deliver one event to its call, and carry the commands out that the call answers."""
        visit, self.now = self.visits[id_], Instant(self.now + 1_000)
        before = visit.call
        if isinstance(before.state, Waiting | CallingBack):
            visit.facts = replace(visit.facts, settings=self.settings)
        visit.facts = replace(visit.facts, now=self.now)
        if isinstance(event, Rearrived):
            visit.line = True
            self._tell_of_the_line(visit)
        if isinstance(event, CallConnectionLost):
            visit.line = False
        visit.call, commands = machine.step(before, event, visit.facts)
        visit.commands.extend(commands)
        assert visit.call.trail[: len(before.trail)] == before.trail[:]
        assert codec.decode(codec.encode(visit.call)) == visit.call
        assert not (visit.closed and commands), f"{commands} after the end"
        for command in commands:
            assert not visit.closed, f"{command} after the end"
            self._obey(visit, command)
        self._check(visit)

    def _tell(self, id_: str, event: Event) -> None:
        if id_ in self.visits:
            self.pending.append((id_, event))

    def _check(self, visit: Visit) -> None:
        """A call in an open state has a timer that leads out of it."""
        state, id_ = visit.call.state, visit.call.id
        assert isinstance(state, Closed) == bool(visit.closed)
        talks_alone = isinstance(state, Talking) and not visit.call.caller_channel
        if isinstance(state, Waiting | CallingBack | Ending) or talks_alone:
            running = [name for one, name in self.timers if one == id_ and not name.startswith("never:")]
            assert running, f"nothing leads out of {state}"
        if isinstance(state, Waiting) and state.offering is not None and state.offering.taken:
            assert {(id_, "offer"), (id_, "back")} & self.timers.keys()

    # --- commands of calls

    def _obey(self, visit: Visit, command: Command) -> None:
        id_ = visit.call.id
        match command:
            case do.StartTimer(name, after_s):
                self.timers[id_, name] = Instant(self.now + int(after_s * SECOND))
            case do.StopTimer(name):
                self.timers.pop((id_, name), None)
            case do.FindFacts(dialled):
                visit.facts = replace(visit.facts, dialled=dialled, transferred=True, heading=None)
                self._tell(id_, FactsFound())
            case do.LookUp(target):
                visit.facts = replace(visit.facts, heading=target)
                self._tell(id_, FactsFound())
            case do.CheckChannels(legs):
                alive = frozenset(leg for leg in legs if leg in self.legs and self.legs[leg].state != "gone")
                self._tell(id_, ChannelsChecked(alive))
            case do.CheckAlone(leg):
                self._tell(id_, self._partner(leg or id_))
            case do.CloseBook():
                self._close(visit)
            case (
                do.JoinQueue() | do.LeaveQueue() | do.AskPlace() | do.TakeUpOffer() | do.AcceptOffer() | do.PassOffer()
                | do.EndTalk() | do.KeepCallback() | do.CallbackTried()
            ):  # fmt: skip
                self._distribute(id_, command)
            case do.Originate() | do.Whisper() | do.Join() | do.KillLeg() | do.BringBack():
                self._direct_legs(visit, command)
            case _ if visit.line:
                self._direct_caller(visit, command)
            case _:
                pass  # the call has no connection

    def _close(self, visit: Visit) -> None:
        visit.closed += 1
        assert visit.closed == 1
        self.timers = {key: due for key, due in self.timers.items() if key[0] != visit.call.id}
        self._check_legs(visit)

    def _distribute(self, id_: str, command: Command) -> None:
        match command:
            case do.JoinQueue(ticket):
                self.redis(lambda m, o: m.join(o, ticket), lambda answer: self._joined(id_, ticket.id, answer))
            case do.LeaveQueue(ticket_id, how):
                self.redis(lambda m, o: m.leave(o, ticket_id, how))
            case do.AskPlace(ticket_id):
                self.redis(
                    lambda m, o: m.place(o, ticket_id), lambda found: self._tell(id_, PlaceKnown(ticket_id, found))
                )
            case do.TakeUpOffer(offer, for_s):
                self.redis(lambda m, o: m.ringing(o, offer, int(for_s * SECOND)))
            case do.AcceptOffer(offer, agent):
                self._accept(id_, offer, agent)
            case do.PassOffer(offer, agent, end):
                self.redis(lambda m, o: m.pass_(o, offer, agent, end))
            case do.EndTalk(agent, ticket_id, talk_us, why):
                self.redis(lambda m, o: m.over(o, agent, ticket_id, talk_us, why))
            case do.KeepCallback(ticket_id, number, not_before, expires, closed, context):
                self.redis(
                    lambda m, o: m.call_back(
                        o, ticket_id, number, not_before, expires, closed, caller_context.written(context)
                    ),
                    lambda kept: self._tell(id_, CallbackAnswered(ticket_id, kept)),
                )
            case do.CallbackTried(ticket_id, reached, not_before):
                self.redis(lambda m, o: m.called(o, ticket_id, reached, not_before))

    def _joined(self, id_: str, ticket: str, answer: Entered | Refusal) -> None:
        entered = isinstance(answer, Entered)
        self._tell(id_, QueueEntered(ticket, answer) if entered else QueueRefused(ticket, answer))  # type: ignore[arg-type]  # told apart by `entered`

    def _accept(self, id_: str, offer: str, agent: str) -> None:
        def answered(answer: Acceptance) -> None:
            self.accepted[id_] += answer.accepted
            self._tell(id_, OfferAccepted(offer, agent) if answer.accepted else OfferVoid(offer, agent))

        self.redis(lambda m, o: m.accept(o, offer, agent, id_), answered)

    # --- the switch

    def _direct_legs(self, visit: Visit, command: Command) -> None:
        match command:
            case do.Originate(legs):
                self._ring(visit, tuple(leg for leg, _ in legs), max(plan.ring_s for _, plan in legs))
            case do.Whisper(leg, _, hang_up):
                if hang_up:
                    self.legs[leg].killed = True
                    self.end(leg, "NORMAL_CLEARING")
                elif self.legs[leg].state == "up":
                    self._tell(visit.call.id, LegHeard(leg))
            case do.Join(first, second):
                self._join(visit, first, second)
            case do.KillLeg(leg, cause):
                self.legs[leg].killed = True
                self.end(leg, cause)
            case do.BringBack():
                self._bring_back(visit)

    def _partner(self, leg: str) -> AloneChecked:
        if self.legs[leg].state == "gone":
            return AloneChecked(False)
        other = self.joined.get(leg, "")
        return AloneChecked(not other, other, self.legs[other].bridged if other else None)

    def _ring(self, visit: Visit, ids: tuple[str, ...], for_s: float, app: str = "") -> None:
        until = Instant(self.now + int(for_s * SECOND))
        for leg in ids:
            assert leg not in self.legs
            self.legs[leg] = Leg(leg, visit.call.id, ids, app, rings_until=until)

    def _join(self, visit: Visit, first: str, second: str) -> None:
        if any(self.legs[leg].state != "up" for leg in (first, second)):
            self._tell(visit.call.id, JoinFailed(first, second, "-ERR"))
            return
        self._bridge(first, second)
        self._tell(visit.call.id, Joined(first, second))
        if first == visit.call.id:
            self._tell(visit.call.id, LegBridged(second, self.now))

    def _bridge(self, first: str, second: str) -> None:
        for one, other in ((first, second), (second, first)):
            assert one not in self.joined, "joined to two"
            self.joined[one] = other
            self.legs[one].bridged = self.legs[one].bridged or self.now

    def _bring_back(self, visit: Visit) -> None:
        if self.legs[visit.call.id].state == "up":
            self.transfer(visit.call.id, visit.call.dialled)

    def transfer(self, id_: str, dialled: str) -> None:
        """The caller's channel goes through the dialplan anew."""
        self.release_legs(id_)
        self.visits[id_].playing.clear()
        self._tell(id_, Rearrived(dialled))

    def release_legs(self, id_: str) -> None:
        """End the legs that are joined to the caller's channel or ring for it."""
        self._part(id_)
        for rung in [one.id for one in self.legs.values() if one.call == id_ and one.app and one.state == "ringing"]:
            self.end(rung, "ORIGINATOR_CANCEL")

    def _tell_of_the_line(self, visit: Visit) -> None:
        """Once the caller's channel is gone, its connection closes."""
        if self.legs[visit.call.id].state == "gone":
            self._tell(visit.call.id, CallConnectionLost("closed"))

    def _direct_caller(self, visit: Visit, command: Command) -> None:
        id_ = visit.call.id
        if self.legs[id_].state == "gone":
            return
        match command:
            case do.Play(app, _) | do.Record(app, _, _, _):
                visit.playing.append(app)
            case do.StopPlaying(all=flush):
                self.playback_ends(visit, flush)
            case do.HangUp(cause):
                self.end(id_, cause)
            case do.Bridge(app, legs, _):
                self.release_legs(id_)
                self._ring(visit, tuple(leg for leg, _ in legs), max(plan.ring_s for _, plan in legs), app)

    def playback_ends(self, visit: Visit, flush: bool = False) -> None:
        """The current playback ends; the next one begins, or none if `flush`."""
        for app in visit.playing[:1]:
            self._tell(visit.call.id, AppEnded(app))
        visit.playing = [] if flush else visit.playing[1:]

    def is_up(self, channel: str) -> bool:
        """Whether this channel lives and has answered."""
        return self.legs[channel].state == "up"

    def _part(self, leg: str) -> None:
        """The leg joined to this one ends with it."""
        other = self.joined.pop(leg, "")
        if other:
            self.joined.pop(other)
            self.end(other, "NORMAL_CLEARING")

    def end(self, id_: str, cause: str) -> None:
        """A channel ends."""
        leg = self.legs.get(id_)
        if leg is None or leg.state == "gone":
            return
        leg.state = "gone"
        visit = self.visits[leg.call]
        if id_ == leg.call and visit.line:
            self._tell(leg.call, CallerHungUp(cause))
            self._tell_of_the_line(visit)
        if id_ == leg.call:
            self.release_legs(id_)
        stamps = Stamps(self.now, None, leg.answered, Instant(self.now + 1), leg.bridged)
        self._tell(leg.call, LegGone(id_, cause, stamps))
        self._part(id_)
        group = [self.legs[one] for one in leg.group]
        if group and all(one.state == "gone" and one.answered is None for one in group):
            failed = AppEnded(leg.app, cause, dict.fromkeys(leg.group, cause))
            self._tell(leg.call, failed if leg.app else OriginateFailed(leg.group, cause))

    def answer(self, id_: str) -> None:
        """A phone is picked up."""
        leg = self.legs[id_]
        if leg.state != "ringing" or (leg.app and self.legs[leg.call].state == "gone"):
            return
        leg.state, leg.answered = "up", self.now
        for other in leg.group:
            if other != id_:
                self.end(other, "LOSE_RACE")
        if leg.app:
            self._bridge(leg.call, id_)
            self._tell(leg.call, LegBridged(id_, self.now))
        else:
            self._tell(leg.call, LegAnswered(id_))

    def switch_gone(self) -> None:
        """The switch restarts: all its channels are gone, and no end of a channel is reported."""
        for leg in self.legs.values():
            leg.state = "gone"
        self.joined.clear()
        for id_, visit in list(self.visits.items()):
            visit.line = False
            self.deliver(id_, SwitchGone("restarted"))

    # --- time

    def time_passes(self) -> None:
        """Move the clock to the next timer and fire it."""
        ringing = [(leg, leg.rings_until) for leg in self.legs.values() if leg.state == "ringing" and leg.rings_until]
        model_due = self.model.next_due()
        moments = [*self.timers.values(), *(until for _, until in ringing)]
        moments += [model_due] if model_due is not None else []
        self.now = max(self.now, min(moments, default=self.now))
        for leg in [one for one, until in ringing if until <= self.now]:
            self.end(leg.id, "NO_ANSWER")
        if model_due is not None and model_due <= self.now:
            self.redis(lambda model, occasion: model.due(occasion))
        for id_, name in [key for key, due in self.timers.items() if due <= self.now]:
            if self.timers.pop((id_, name), None) is not None:
                self.deliver(id_, TimerFired(name))

    # --- the end

    @property
    def is_over(self) -> bool:
        """Whether every call is closed and no agent is reserved or in a conversation."""
        held = any(agent.offer or agent.talk for agent in self.model.state.agents.values())
        return not self.pending and not held and all(visit.closed for visit in self.visits.values())

    def finish(self) -> None:
        """Hang every caller up, answer no more phones, deliver all events, and let all timers fire."""
        for _ in range(3_000):
            if self.is_over:
                break
            callers = [v.call.id for v in self.visits.values() if v.call.caller_channel]
            waiting = [id_ for id_ in callers if self.legs[id_].state != "gone"]
            talking = [leg for leg in self.joined if leg not in callers]
            if self.pending:
                self.deliver(*self.pending.pop(0))
            elif waiting or talking:
                self.end((waiting or talking)[0], "NORMAL_CLEARING")
            else:
                self.time_passes()
        self.check_end()

    def check_end(self) -> None:
        """What must hold once all calls have ended."""
        for agent in self.model.state.agents.values():
            assert not agent.offer, f"{agent.name} stays reserved"
            assert agent.talk is None, f"{agent.name} talks for ever"
        for visit in self.visits.values():
            assert visit.closed == 1, f"never closed: {visit.call.state}"
            self._check_trail(visit.call)
            self._check_releases(visit)

    def _check_legs(self, visit: Visit) -> None:
        """No phone rings, and no leg is parked, for a closed call."""
        left = [one for one in self.legs.values() if one.call == visit.call.id and one.state != "gone"]
        assert [one for one in left if not one.killed and one.id not in self.joined and not one.app] == []

    def _check_trail(self, call: Call) -> None:
        record = fold(call.trail)
        legs = {entry.leg_id for entry in call.trail if isinstance(entry, Dialled)}
        legs |= {entry.channel for entry in call.trail if isinstance(entry, Arrived) and entry.channel}
        told = [entry for entry in call.trail if isinstance(entry, LegEnded)]
        # what the switch reports of a channel replaces an estimate once: of its end, or that the channel never existed
        sure = [entry.leg_id for entry in told if not entry.estimated and entry.stamps is not None]
        ends = [*sure, *(entry.leg_id for entry in told if entry.leg_id not in sure)]
        assert sorted(ends) == sorted(legs)
        assert len(record.legs) == len(legs)
        offered = {(entry.offer, entry.agent) for entry in call.trail if isinstance(entry, Offered)}
        ended = {(entry.offer, entry.agent) for entry in call.trail if isinstance(entry, OfferEnded)}
        assert ended == offered
        assert not any(offer.estimated and offer.bridged is None for one in record.visits for offer in one.offers)

    def _check_releases(self, visit: Visit) -> None:
        """An offer is passed once, a conversation is ended once, an attempt is reported once."""
        known = {entry.offer for entry in visit.call.trail if isinstance(entry, Offered)}
        passes = (c for c in visit.commands if isinstance(c, do.PassOffer) and c.offer in known)
        passed = Counter((c.offer, c.agent) for c in passes)
        assert [one for one, times in passed.items() if times > 1] == []
        accepted = self.accepted[visit.call.id]
        assert sum(isinstance(c, do.EndTalk) for c in visit.commands) <= sum(
            isinstance(c, do.AcceptOffer) for c in visit.commands
        )
        tried = sum(isinstance(c, do.CallbackTried) for c in visit.commands)
        assert tried <= 1
        assert visit.call.caller_channel or tried >= bool(accepted)
