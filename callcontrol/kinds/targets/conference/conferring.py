"""A caller is in a conference room. The switch mixes, plays the music to those who wait, and ends the room with its
last moderator where that is wanted: all that goes on while no worker directs the channel. What a moderator orders
stands in the live state, and each member's own call carries it out: what was ordered while its worker died is found
there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from callcontrol.control import commands as do
from callcontrol.control import legs
from callcontrol.control import room_commands as in_room
from callcontrol.control.call import Call
from callcontrol.control.commands import Command
from callcontrol.control.ending import STEP_TIMER, never_were
from callcontrol.control.events import (
    AppEnded,
    CallConnectionLost,
    Event,
    KeyPressed,
    LegAnswered,
    LegBridged,
    LegGone,
    OriginateFailed,
    Rearrived,
    TimerFired,
)
from callcontrol.control.own_steps import OwnState
from callcontrol.control.room_events import GuestAsked, MixerSeen, RoomChanged, RoomFileTold, RoomTold
from callcontrol.control.step_result import PlainResult, StepResult, ThenDecide
from callcontrol.control.transfer_events import DialFactsFound
from callcontrol.control.uncontrolled import ALONE_S, ALONE_TIMER
from callcontrol.kinds.targets.conference import guests, recorded
from callcontrol.kinds.targets.conference.farewell import leave
from callcontrol.kinds.targets.conference.guests import NO_GUESTS, Guests, Host, Hosted
from callcontrol.kinds.targets.conference.keys import KEYS, STAR, STAR_US, RoomKey
from callcontrol.kinds.targets.conference.mixing import guest_mix, mix_of, named, opening
from callcontrol.kinds.targets.conference.recorded import NO_FILE, RoomFile, RoomSeat
from callcontrol.kinds.targets.conference.visiting import Visit, unlet
from callcontrol.routing.facts import Facts
from callcontrol.routing.plan import Account, LegPlan, Peer, Shown
from callcontrol.routing.speech import RoomPhrase, as_file_string, room_phrase
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.leg import Role
from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.vocabulary.room import MixerMember, Room, RoomAction, RoomOrder, mixer_name, there
from callcontrol.vocabulary.target import Target
from callcontrol.vocabulary.trail import JoinedOutside, Noted, Parted

KEEP_TIMER: Final = "keep in room"
LONGEST_TIMER: Final = "longest in room"
_QUIET: Final = (do.StopTimer(STEP_TIMER), do.StopTimer(KEEP_TIMER), do.StopTimer(LONGEST_TIMER))
# The place in the room is kept so often: several times within its lease (seconds).
KEEP_S: Final = 15
# What is due already (seconds).
SOON_S: Final = 0.01
# A switch that takes longer to put a channel into the room is asked (seconds); a sentence before it counts.
ENTER_S: Final = 30
# How long the switch that has the room may take to answer (seconds).
BROUGHT_S: Final = 10
_SAID_OF_ORDER: Final = {RoomOrder.LOCK: RoomPhrase.NOW_LOCKED, RoomOrder.UNLOCK: RoomPhrase.NOW_UNLOCKED}


@dataclass(frozen=True, slots=True)
class InRoom(OwnState):
    """The caller is in a room, or on the way into it.

    Attributes:
        room: at which switch, and what was ordered there, as was told last.
        app_id: the switch's application; its end tells that the channel is out of the room.
        number: the channel's in the mixer; "": it is not in it yet, or not any more.
        entered: since when it is, by the switch's clock.
        size: how many are in the mixer, as far as was told.
        opened: whether they are mixed: a moderator is there, or none is waited for.
        talks: whether another member is heard.
        muted: whether the switch was told that the caller is not heard.
        sent_out: why the switch was asked to take the channel out.
        starred: when the star key was pressed that a key of the room begins with.
        leg: the leg that leads to the room at another switch; "": the caller's channel itself is in it.
        file: what is known of the room's recording.
        guests: who is invited by the caller, a moderator.
    """

    visit: Visit
    room: Room
    app_id: str
    number: str = ""
    entered: Instant | None = None
    size: int = 0
    opened: bool = False
    talks: bool = False
    muted: bool = False
    sent_out: str = ""
    starred: Instant | None = None
    leg: str = ""
    file: RoomFile = NO_FILE
    guests: Guests = NO_GUESTS

    @property
    def seat(self) -> RoomSeat:
        """As the recording has it."""
        return RoomSeat(self.visit, self.room, self.talks)

    @property
    def host(self) -> Host:
        """As its guests have it."""
        return Host(self.visit, self.room, self.number)

    @property
    def being_rung(self) -> tuple[str, ...]:
        """The leg to the other switch, until it is there, and those that are invited."""
        on_the_way = (self.leg,) if self.leg and self.entered is None else ()
        return (*on_the_way, *(self.guests.invited.legs if self.guests.invited is not None else ()))

    @property
    def origin(self) -> Target:
        """The rules of what follows were looked up from there."""
        return self.visit.path.origin

    @property
    def mixer(self) -> tuple[str, str]:
        """Whose events the call hears."""
        return self.room.switch, self.visit.room

    def on(self, call: Call, event: Event, facts: Facts) -> StepResult:
        """What the switch and the live state tell, and the caller's keys."""
        match event:
            case RoomTold():
                return _told(call, self, event, facts)
            case RoomChanged(room):
                return _follow(call, replace(self, room=room), facts)
            case KeyPressed(key):
                return _pressed(call, self, key, facts)
            case AppEnded(app_id) if app_id == self.app_id:
                return self._out(never_were(call, event, facts) if self.leg else call, facts)
            case LegBridged(leg, at) if leg == self.leg:
                return legs.bridged(call, leg, at), ()
            case GuestAsked(number):
                return _hosting(guests.invite(call, self.host, self.guests, number, facts), self)
            case DialFactsFound(asked):
                return _hosting(guests.found(call, self.host, self.guests, asked, facts), self)
            case LegAnswered(leg):
                mix = guest_mix(mixer_name(call.tenant, self.visit.room), self.visit, facts)
                return _hosting(guests.answered(call, self.host, self.guests, leg, mix, facts), self)
            case OriginateFailed():
                return _hosting(guests.not_reached(call, self.guests, event), self)
            case RoomFileTold():
                call, file, commands = recorded.told(call, self.seat, self.file, event, facts)
                return _recording(call, replace(self, file=file), facts, commands)
            case MixerSeen():
                return _seen(call, self, event, facts)
            case TimerFired(name):
                return self._due(call, name, facts)
            case _:
                return call, ()

    def resume(self, call: Call, event: Rearrived, facts: Facts) -> StepResult:
        """The channel is out of the room, and came back; or it never was in it, for its worker died before."""
        if self.entered is not None:
            return self._out(call, facts)
        return enter(call, self.visit, self.room, facts, again=True)

    def left_alone(self, call: Call, event: CallConnectionLost, facts: Facts) -> PlainResult:
        """No worker has the caller on the line: the room goes on all the same, and the dialplan brings the channel
        back as soon as it is out of it. What was told meanwhile is asked for.
        """
        entered = self.entered if self.entered is not None else facts.now
        left_s = (entered - facts.now) / SECOND_US + self.visit.settings(facts).longest
        timers = (
            do.StopTimer(STEP_TIMER),
            do.StartTimer(KEEP_TIMER, SOON_S),
            do.StartTimer(ALONE_TIMER, ALONE_S),
            do.StartTimer(LONGEST_TIMER, max(left_s, SOON_S)),
        )
        call, others, ended = guests.without_invitation(call.noting(Noted(facts.now, event.reason)), self.guests, facts)
        asks = in_room.AskMixer(*_place(call, self))
        return call.to(replace(self, guests=others)), (*timers, *ended, asks)

    def leg_gone(self, before: Call, call: Call, event: LegGone, facts: Facts) -> PlainResult:
        """A guest has left."""
        others, commands = guests.gone(self.host, self.guests, event)
        return (call.to(replace(self, guests=others)), commands) if commands else (call, ())

    def released(self, call: Call, why: str, facts: Facts) -> PlainResult:
        """The caller hung up, or was transferred elsewhere."""
        if self.talks and why == "transferred":
            call = call.noting(Parted(facts.now))
        call, _ = recorded.left(call, self.file, facts)
        is_heard = self.number and self.size > 1
        said = named(_place(call, self), self.visit, RoomPhrase.HAS_LEFT, facts) if is_heard else ()
        return call, (*said, in_room.LeaveRoom(self.visit.room), *guests.let_go(call, self.host, self.guests), *_QUIET)

    def _out(self, call: Call, facts: Facts) -> StepResult:
        """The channel is out of the room: it was sent out, the room has ended, or it could not enter."""
        quiet = (*_QUIET, in_room.LeaveRoom(self.visit.room), *guests.let_go(call, self.host, self.guests))
        if self.entered is None:
            why = "the switch did not let the caller in"
            return call, ThenDecide(quiet, unlet(self.visit.room, RoomPhrase.FAILED, why, facts))
        call, _ = _talking(call, replace(self, number="", size=0), facts.now)
        call, file = recorded.left(call, self.file, facts)
        return leave(call, self.seat, file, self.sent_out, quiet, facts)

    def _due(self, call: Call, name: str, facts: Facts) -> StepResult:
        if name == KEEP_TIMER:
            own = self.room.member(call.id)
            member = self.visit.member(call, facts)
            kept = replace(member, since=own.since, informed=own.informed) if own is not None else member
            keep = in_room.KeepInRoom(self.visit.room, kept, self.room.switch)
            # The switch may not have been asked: its connection was down just then.
            is_due = self.sent_out and self.number
            more = (in_room.SendOut(*_place(call, self), self.number),) if is_due else ()
            asks = (in_room.AskMixer(*_place(call, self)),) if self._watches_file(call, facts) else ()
            return call, (keep, *guests.kept(self.host, self.guests), *more, *asks, do.StartTimer(KEEP_TIMER, KEEP_S))
        if name == guests.INVITE_TIMER:
            return _hosting(guests.late(call, self.host, self.guests, facts), self)
        if name == LONGEST_TIMER and self.number:
            call = call.noting(Noted(facts.now, "as long in the room as is allowed"))
            out = in_room.SendOut(*_place(call, self), self.number)
            return call.to(replace(self, sent_out=RoomOrder.KICK)), (out,)
        if name == STEP_TIMER and self.entered is None:
            call = call.noting(Noted(facts.now, "the switch has not put the caller into the room in time"))
            return call, (do.StartTimer(STEP_TIMER, ENTER_S), in_room.AskMixer(*_place(call, self)))
        return call, ()

    def _watches_file(self, call: Call, facts: Facts) -> bool:
        """One of a recorded room asks now and then whether what is written is what should be."""
        first = next(iter(self.room.members), None)
        return bool(self.number) and self.visit.settings(facts).record and first is not None and first.call == call.id


def enter(call: Call, visit: Visit, room: Room, facts: Facts, *, again: bool = False) -> PlainResult:
    """Answer, say that the moderator is waited for, and put the channel into the room; where that is at another switch,
    a leg leads there.

    Args:
        again: the live state has let the caller in before: who joins muted may have been unmuted since.
    """
    settings, own = visit.settings(facts), room.member(call.id)
    waits = settings.wait_for_moderator and not room.opened
    joins_muted = not again and settings.join_muted and not visit.moderator
    muted = joins_muted or (own is not None and own.muted)
    call, first = opening(call, visit, facts, told_to_wait=waits and not visit.moderator)
    call, app_id = call.next_app()
    state = InRoom(visit, room, app_id, opened=not waits, muted=muted)
    here = mix_of(app_id, mixer_name(call.tenant, visit.room), visit, facts, muted=muted)
    call, state, mix = (call, state, here) if room.switch == call.switch else _brought(call, state, here, facts)
    ordered = (in_room.OrderRoom(visit.room, RoomOrder.MUTE, call.id),) if joins_muted else ()
    timers = (
        do.StartTimer(STEP_TIMER, ENTER_S),
        do.StartTimer(KEEP_TIMER, KEEP_S),
        do.StartTimer(LONGEST_TIMER, settings.longest),
    )
    return call.to(state), (*first, mix, *ordered, *timers)


def _brought(call: Call, state: InRoom, mix: in_room.Mix, facts: Facts) -> tuple[Call, InRoom, Command]:
    """The leg to the switch that has the room."""
    (leg,) = call.next_legs(1)
    switch = state.room.switch
    sip = facts.settings.switches[switch].sip
    assert sip is not None  # `entering.py` has asked
    endpoint = Account(there(leg), facts.tenant.domain, Peer(switch, sip))
    plan = LegPlan(state.visit.party, endpoint, BROUGHT_S, Shown(call.led_party.number))
    call = legs.sent(call, (leg,), (plan,), Role.CALLEE, facts)
    return call, replace(state, leg=leg), in_room.MixThere(mix, leg, plan)


def _place(call: Call, state: InRoom) -> tuple[str, str]:
    return state.room.switch, mixer_name(call.tenant, state.visit.room)


def _told(call: Call, state: InRoom, event: RoomTold, facts: Facts) -> PlainResult:
    """A member has entered the room, or left it: perhaps the caller."""
    call, others = guests.told(call, state.host, state.guests, event, talks=state.talks)
    state = replace(state, guests=others)
    is_own = event.dialled == there(state.leg) if state.leg else event.channel == call.led
    state = replace(state, size=event.size, opened=state.opened or event.moderator)
    if is_own and event.action is RoomAction.LEFT:
        call, file = recorded.left(call, state.file, facts)
        said = named(_place(call, state), state.visit, RoomPhrase.HAS_LEFT, facts) if event.size else ()
        return _talking(call, replace(state, number="", size=0, file=file), event.at)[0], said
    if is_own:
        role = " as a moderator" if state.visit.moderator else ""
        call = call.noting(Noted(event.at, f"enters {state.visit.party}{role}"))
        if state.visit.settings(facts).record:
            call = recorded.announced(call, state.visit, facts)
        state = replace(state, number=event.number, entered=event.at)
    said = named(_place(call, state), state.visit, RoomPhrase.HAS_JOINED, facts) if is_own and event.size > 1 else ()
    call, state = _talking(call, state, event.at)
    call, commands = _follow(call, state, facts)
    return call, (*said, *commands)


def _seen(call: Call, state: InRoom, event: MixerSeen, facts: Facts) -> PlainResult:
    """Between two workers members may have entered or left, the caller too."""
    if event.members is None:
        return call, ()
    own = next((one for one in event.members if _is_own(one, call, state)), None)
    if own is None:
        return _talking(call, replace(state, number="", size=0), facts.now)[0], ()
    entered = state.entered if state.entered is not None else facts.now
    state = replace(state, number=own.number, entered=entered, size=len(event.members), opened=not event.waits)
    call, state = _talking(call, state, facts.now)
    call, file, commands = recorded.seen(call, state.seat, state.file, facts, records=event.records)
    call, more = _follow(call, replace(state, file=file), facts)
    return call, (*commands, *more)


def _is_own(one: MixerMember, call: Call, state: InRoom) -> bool:
    """At another switch the channel that is in the room is not known, but its number, once it was told."""
    return one.number == state.number if state.leg else one.channel == call.led


def _talking(call: Call, state: InRoom, at: Instant) -> tuple[Call, InRoom]:
    """The call in this state, with the conversation that has begun then, or is over."""
    talks, was = bool(state.number) and state.opened and state.size > 1, state.talks
    state = replace(state, talks=talks)
    if talks is not was and not state.leg:  # else the bridge with the leg tells
        call = call.noting(JoinedOutside(at, "", state.visit.party) if talks else Parted(at))
    return call.to(state), state


def _follow(call: Call, state: InRoom, facts: Facts) -> PlainResult:
    """The channel as the live state wants it: out of the room, or muted in it or not."""
    call, others, hosted = guests.follow(call, state.host, state.guests)
    call, commands = _follow_own(call, replace(state, guests=others), facts)
    return call, (*hosted, *commands)


def _follow_own(call: Call, state: InRoom, facts: Facts) -> PlainResult:
    own, place = state.room.member(call.id), _place(call, state)
    if own is None or not state.number:
        return call.to(state), ()
    if own.kicked and not state.sent_out:
        return call.to(replace(state, sent_out=own.kicked)), (in_room.SendOut(*place, state.number),)
    if own.muted is state.muted:
        return _recording(call, state, facts)
    phrase = RoomPhrase.MUTED if own.muted else RoomPhrase.UNMUTED
    said = as_file_string(room_phrase(facts.language, phrase))
    told = in_room.PlayInRoom(*place, said, state.number)
    heard = in_room.MuteMember(*place, state.number, own.muted), told
    return _recording(call, replace(state, muted=own.muted), facts, heard)


def _recording(call: Call, state: InRoom, facts: Facts, first: tuple[Command, ...] = ()) -> PlainResult:
    """The call in this state, with a recording of the room where one is wanted."""
    call, file, commands = recorded.follow(call, state.seat, state.file, facts)
    return call.to(replace(state, file=file)), (*first, *commands)


def _pressed(call: Call, state: InRoom, key: str, facts: Facts) -> PlainResult:
    """A star, and within a moment the key itself; or a key of the number that is invited."""
    if state.guests.typing is not None:
        return _hosting(guests.typed(call, state.host, state.guests, key, facts), state)
    if key == STAR:
        return call.to(replace(state, starred=facts.now)), ()
    if state.starred is None:
        return call, ()
    what = KEYS.get(key) if facts.now - state.starred <= STAR_US else None
    call = call.to(replace(state, starred=None))
    if what is None or not state.number or (what.moderators_only and not state.visit.moderator):
        return call, ()
    return _ordered(call, state, key, what, facts)


def _ordered(call: Call, state: InRoom, key: str, what: RoomKey, facts: Facts) -> PlainResult:
    if what.order is None:
        return _hosting(guests.ask(call, state.host, state.guests), state)
    order = what.order(state.room, call.id)
    call = call.noting(Noted(facts.now, f"{STAR}{key}: {order} in {state.visit.party}"))
    ordered = in_room.OrderRoom(state.visit.room, order, call.id if what.is_own else "")
    phrase = _SAID_OF_ORDER.get(order)
    if phrase is None:
        return call, (ordered,)
    said = as_file_string(room_phrase(facts.language, phrase))
    return call, (ordered, in_room.PlayInRoom(*_place(call, state), said, state.number))


def _hosting(hosted: Hosted, state: InRoom) -> PlainResult:
    call, others, commands = hosted
    return call.to(replace(state, guests=others)), commands
