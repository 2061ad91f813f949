"""A parked caller: waits at a numbered place with music, until a phone of the tenant's dials the place.

Who dials it is a call of its own (`taking.py`): its worker has the place marked in Redis, and this call joins both
channels, as it joins a waiting caller and an agent. So one phone gets the caller, and a taker who is gone at that
moment leaves the caller at the place.
"""

from __future__ import annotations

from dataclasses import dataclass

from callcontrol.config.music import endless
from callcontrol.control import commands as do
from callcontrol.control import legs
from callcontrol.control import parked_commands as at_place
from callcontrol.control.call import Call, Deciding, Engagement, Talking
from callcontrol.control.commands import Command
from callcontrol.control.ending import STEP_TIMER
from callcontrol.control.events import (
    AloneChecked,
    AppEnded,
    CallConnectionLost,
    Event,
    JoinFailed,
    LegBridged,
    Rearrived,
    TimerFired,
)
from callcontrol.control.own_steps import OwnState, OwnStep
from callcontrol.control.parked_events import ParkedTaken, PlaceClaimed, PlaceKept, PlaceLeft
from callcontrol.control.step_result import PlainResult, StepResult, ThenDecide
from callcontrol.control.uncontrolled import fetched, still_there
from callcontrol.kinds.targets.parking import returning
from callcontrol.kinds.targets.parking.settings import BLOCK, ParkingLot
from callcontrol.routing import router
from callcontrol.routing.endings import refuse
from callcontrol.routing.facts import Facts
from callcontrol.routing.path import Path
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.vocabulary.move import Interrupted, Interruption, Resumed
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.parked import ParkedCaller, Taker
from callcontrol.vocabulary.target import ExtensionTarget, text_of
from callcontrol.vocabulary.trail import JoinedOutside, Noted, Parted, Passed

KEEP_TIMER, AFTER_TIMER, JOIN_TIMER, MUSIC_TIMER = "keep place", "parked long", "join", "music"
TIMERS = (KEEP_TIMER, AFTER_TIMER, JOIN_TIMER, MUSIC_TIMER, STEP_TIMER)
# The place is kept so often: several times within its lease (seconds).
KEEP_S = 15
# How long Redis has to give a place, and how long a join may take (seconds).
CLAIM_S = 5
JOIN_S = 5
# A phone at another switch is rung once it has heard that it will be, and hung up (seconds).
RING_BACK_S = 2.5
# A caller who is just being taken is not sent elsewhere before it is clear what comes of it (seconds).
AGAIN_S = 5
# What is due already (seconds).
SOON_S = 0.01
# Music that lasts less cannot be played: it is tried again after as long (seconds).
SHORTEST_MUSIC_S = 2
# How often a channel that no worker directs is looked at until the switch can be asked (seconds).
LOOK_S = 2


@dataclass(frozen=True, slots=True)
class Park(OwnStep):
    """Wait at a place of a lot; `place` "": at the next one that is free."""

    lot: str
    path: Path
    place: str = ""

    def described(self) -> str:
        """Where."""
        return f"park at {self.place}" if self.place else f"park at the next free place of {self.lot}"

    def start(self, call: Call, facts: Facts) -> StepResult:
        """Ask for a place; nothing is answered before there is one."""
        by = call.transfer.by if call.transfer is not None else ""
        parked = Parked(self, facts.now, by)
        lot = BLOCK.of(facts.tenant)[self.lot]
        return call.to(parked), (_claim(call, parked, lot), do.StartTimer(STEP_TIMER, CLAIM_S))


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenBack(Engagement):
    """A phone that has taken the parked caller."""

    def over(self, call: Call, parted: Instant, facts: Facts) -> PlainResult:
        """No agent was reserved for it."""
        return replace(call, serving=None), ()


@dataclass(frozen=True, slots=True)
class Parked(OwnState):
    """The caller is at a place, or (`place` "") is being given one.

    Attributes:
        since: when the caller came here.
        by: the extension that has parked the caller, "" if none has.
        is_in: the caller had a place, and is answered.
        music: the application that plays; "": none.
        taker: who takes the caller just now.
        unwatched: no worker directs the channel: it is being found out whether it talks.
    """

    step: Park
    since: Instant
    by: str
    place: str = ""
    is_in: bool = False
    music: str = ""
    music_began: Instant | None = None
    taker: Taker | None = None
    unwatched: bool = False

    def on(self, call: Call, event: Event, facts: Facts) -> StepResult:
        """What each event means while the caller is parked."""
        lot = BLOCK.of(facts.tenant).get(self.step.lot)
        if lot is None:
            return _gone(call, self, facts)
        match event:
            case PlaceClaimed():
                return _claimed(call, self, event, lot, facts)
            case PlaceKept(kept, taker):
                return _kept(call, self, kept, taker, lot, facts)
            case ParkedTaken(taker):
                return _taken(call, self, taker)
            case AppEnded(app_id) if app_id and app_id == self.music:
                return _silenced(call, self, lot, facts)
            case LegBridged(leg, at) if self.taker is not None and leg == self.taker.channel:
                return _talks(call, self, self.taker, at, facts)
            case JoinFailed(_, leg, reason) if self.taker is not None and leg == self.taker.channel:
                return _not_joined(call, self, self.taker, reason, lot, facts)
            case PlaceLeft(left):
                return _goes(call, self, facts) if left else (call, (do.StartTimer(AFTER_TIMER, AGAIN_S),))
            case AloneChecked(alone) if self.unwatched:
                return _looked(call, self, alone, facts)
            case TimerFired(name):
                return _timer(call, self, name, lot, facts)
            case _:
                return call, ()

    def resume(self, call: Call, event: Rearrived, facts: Facts) -> StepResult:
        """The channel is ours again, and nothing plays. Whether a phone was taking the caller says the place."""
        lot = BLOCK.of(facts.tenant).get(self.step.lot)
        parked = replace(self, music="", taker=None, unwatched=False)
        if lot is None:
            return _gone(call, parked, facts)
        if not parked.is_in:
            return call.to(parked), (_claim(call, parked, lot), do.StartTimer(STEP_TIMER, CLAIM_S))
        call, parked, playing = _play(call, parked, lot, facts)
        return call.to(parked), (do.Answer(), *playing, *_clocks(parked, lot, facts), *_still_there(call, parked, lot))

    def untalked(self, call: Call, event: Rearrived, facts: Facts) -> StepResult:
        """The phone that took the caller was gone at once: the caller is parked again."""
        again = Parted(facts.now), Interrupted(facts.now, Interruption.PARKED, call.led, self.place)
        call = replace(call.noting(*again), serving=None)
        return replace(self, place="", is_in=True).resume(call, event, facts)

    def left_alone(self, call: Call, event: CallConnectionLost, facts: Facts) -> PlainResult:
        """The music never ends: the channel is fetched, unless a phone has just taken the caller."""
        stops = tuple(do.StopTimer(name) for name in TIMERS)
        parked = replace(self, unwatched=True)
        return call.noting(Noted(facts.now, event.reason)).to(parked), (*stops, do.CheckAlone(), *still_there(call))

    def released(self, call: Call, why: str, facts: Facts) -> PlainResult:
        """The place is free."""
        return call, _left(self)


def _claim(call: Call, parked: Parked, lot: ParkingLot) -> Command:
    """The place that was asked for; else the one the caller had, then any."""
    own = (parked.step.place,) if parked.step.place else lot.places
    return at_place.ClaimPlace(own, _caller(call, parked))


def _caller(call: Call, parked: Parked) -> ParkedCaller:
    """What the live state is told of the caller."""
    number = call.led_party.extension or call.led_party.number
    where = (parked.place, parked.step.lot, call.id, call.led, call.switch, call.worker)
    return ParkedCaller(*where, since=parked.since, by=parked.by, number=number)


def _left(parked: Parked) -> tuple[Command, ...]:
    free = (at_place.FreePlace(parked.place),) if parked.place else ()
    return (*free, *(do.StopTimer(name) for name in TIMERS))


def _claimed(call: Call, parked: Parked, event: PlaceClaimed, lot: ParkingLot, facts: Facts) -> StepResult:
    place = event.place
    if not place:
        return (call, ()) if parked.is_in else _refused(call, parked, event.trouble or "no place is free", facts)
    if parked.place == place:
        return call, ()
    call = legs.caller_answered(call, facts.now).noting(Noted(facts.now, f"parked at {place}{_by(parked)}"))
    parked = replace(parked, place=place)
    if parked.is_in:  # music plays already
        return call.to(parked), ()
    is_known = not parked.by or bool(parked.step.place) or event.was_held
    told = (at_place.TellPlace(place, parked.by),) if lot.tell and not is_known else ()
    call = call.noting(Interrupted(facts.now, Interruption.PARKED, call.led, place))
    call, parked, playing = _play(call, replace(parked, is_in=True), lot, facts)
    return call.to(parked), (do.StopTimer(STEP_TIMER), do.Answer(), *playing, *_clocks(parked, lot, facts), *told)


def _by(parked: Parked) -> str:
    return f" by {text_of(ExtensionTarget(parked.by))}" if parked.by else ""


def _refused(call: Call, parked: Parked, why: str, facts: Facts) -> StepResult:
    """Who was transferred here goes back to the transferor; for others it goes on as if nothing was reached."""
    target = f"{parked.step.lot} {parked.step.place}".strip()
    decision = refuse(Outcome.BUSY, Passed(facts.now, target, f"not parked: {why}"))
    return call, ThenDecide(_left(parked), router.follow(decision, facts, parked.step.path))


def _gone(call: Call, parked: Parked, facts: Facts) -> StepResult:
    """The lot is not configured any more."""
    return _goes(call.noting(Noted(facts.now, f"there is no parking lot {parked.step.lot} any more")), parked, facts)


def _clocks(parked: Parked, lot: ParkingLot, facts: Facts) -> tuple[Command, ...]:
    left_s = max(lot.after - (facts.now - parked.since) / SECOND_US, SOON_S)
    return do.StartTimer(KEEP_TIMER, KEEP_S), do.StartTimer(AFTER_TIMER, left_s)


def _still_there(call: Call, parked: Parked, lot: ParkingLot) -> tuple[Command, ...]:
    """The place is kept; a caller who has lost it is given another one."""
    return (at_place.KeepPlace(_caller(call, parked)) if parked.place else _claim(call, parked, lot),)


def _kept(
    call: Call, parked: Parked, kept: bool | None, taker: Taker | None, lot: ParkingLot, facts: Facts
) -> StepResult:
    if parked.unwatched:
        return _looked_at(call, parked, taker, facts)
    if kept is False and parked.place:
        noted = call.noting(Noted(facts.now, f"place {parked.place} was lost, another call has it"))
        parked = replace(parked, place="", step=replace(parked.step, place=""))
        return noted.to(parked), (_claim(noted, parked, lot),)
    return _taken(call, parked, taker) if taker is not None else (call, ())


def _taken(call: Call, parked: Parked, taker: Taker) -> PlainResult:
    """Join both; a phone at another switch is rung instead, from here."""
    if parked.taker is not None or parked.unwatched or not parked.is_in:
        return call, ()
    call = call.to(replace(parked, taker=taker))
    if taker.switch != call.switch:
        return call, (do.StartTimer(JOIN_TIMER, RING_BACK_S),)
    return call, (do.Join(call.led, taker.channel), do.StartTimer(JOIN_TIMER, JOIN_S))


def _talks(call: Call, parked: Parked, taker: Taker, at: Instant, facts: Facts) -> PlainResult:
    who = text_of(ExtensionTarget(taker.extension))
    took = Noted(facts.now, f"taken from {parked.place} by {who} after {(at - parked.since) // SECOND_US} s")
    call = replace(
        call.noting(took, _together(call, at), JoinedOutside(at, taker.channel, who)),
        serving=TakenBack(leg=taker.channel, joined=at),
    )
    again = replace(parked, taker=None, music="")
    told = at_place.TellTaker(taker, at)
    return call.to(Talking("", taker.channel, who, before=again)), (told, *_left(parked))


def _together(call: Call, at: Instant) -> Resumed:
    return Resumed(at, Interruption.PARKED, call.led)


def _not_joined(call: Call, parked: Parked, taker: Taker, why: str, lot: ParkingLot, facts: Facts) -> PlainResult:
    """The phone was gone: the caller waits on, and any phone may take the caller."""
    call = call.noting(Noted(facts.now, f"not joined with {text_of(ExtensionTarget(taker.extension))}: {why}"))
    parked = replace(parked, taker=None)
    commands: tuple[Command, ...] = (at_place.LetParkedBe(parked.place, taker.call), do.StopTimer(JOIN_TIMER))
    if not parked.music:  # what played was ended to join them
        call, parked, playing = _play(call, parked, lot, facts)
        commands += playing
    return call.to(parked), commands


def _play(call: Call, parked: Parked, lot: ParkingLot, facts: Facts) -> tuple[Call, Parked, tuple[Command, ...]]:
    call, music = call.next_app()
    return call, replace(parked, music=music, music_began=facts.now), (do.Play(music, endless(lot.music)),)


def _silenced(call: Call, parked: Parked, lot: ParkingLot, facts: Facts) -> PlainResult:
    """After music comes more of it, unless both are being joined."""
    parked = replace(parked, music="")
    if parked.taker is not None or parked.unwatched:
        return call.to(parked), ()
    if facts.now - (parked.music_began or 0) < SHORTEST_MUSIC_S * SECOND_US:
        return call.to(parked), (do.StartTimer(MUSIC_TIMER, SHORTEST_MUSIC_S),)
    call, parked, playing = _play(call, parked, lot, facts)
    return call.to(parked), playing


def _timer(call: Call, parked: Parked, name: str, lot: ParkingLot, facts: Facts) -> StepResult:
    match name:
        case _ if name == STEP_TIMER and not parked.is_in:
            return _refused(call, parked, "Redis has not answered in time", facts)
        case _ if name == KEEP_TIMER and parked.unwatched:
            return call, (do.CheckAlone(),)
        case _ if name == KEEP_TIMER:
            return call, (*_still_there(call, parked, lot), do.StartTimer(KEEP_TIMER, KEEP_S))
        case _ if name == MUSIC_TIMER and not parked.music and parked.taker is None:
            call, parked, playing = _play(call, parked, lot, facts)
            return call.to(parked), playing
        case _ if name == JOIN_TIMER and parked.taker is not None:
            if parked.taker.switch != call.switch:
                return _goes(call, parked, facts, parked.taker.extension)
            return _not_joined(call, parked, parked.taker, "the switch did not tell", lot, facts)
        case _ if name == AFTER_TIMER:
            return _goes(call, parked, facts) if not parked.place else (call, (at_place.LeavePlace(parked.place),))
        case _:
            return call, ()


def _goes(call: Call, parked: Parked, facts: Facts, to: str = "") -> PlainResult:
    """The caller leaves the place: for the parker's phone, or that of an extension at another switch (`to`)."""
    call, onward = returning.onward(call, parked.step.lot, parked.place, parked.by, to, facts)
    quiet = (do.StopPlaying(all=True),) if parked.music else ()
    call = call.noting(_together(call, facts.now)) if parked.is_in else call
    return call.to(Deciding(onward)), (*quiet, *_left(parked), do.LookUp(onward.target))


def _looked(call: Call, parked: Parked, alone: bool | None, facts: Facts) -> PlainResult:
    """No worker directs the channel: it is fetched if it talks with no other; else who took the caller is found out."""
    if alone is None:
        return call, (do.StartTimer(KEEP_TIMER, LOOK_S),)
    if alone:
        return call.to(replace(parked, unwatched=False)), fetched()
    return _looked_at(call, parked, parked.taker, facts) if parked.taker else (call, _ask(call, parked))


def _ask(call: Call, parked: Parked) -> tuple[Command, ...]:
    return at_place.KeepPlace(_caller(call, parked)), do.StartTimer(KEEP_TIMER, LOOK_S)


def _looked_at(call: Call, parked: Parked, taker: Taker | None, facts: Facts) -> PlainResult:
    """It talks: with this phone, as the place says."""
    return (call, ()) if taker is None else _talks(call, parked, taker, facts.now, facts)
