"""Guests of a moderator: a phone of the tenant's, or a number outside, is rung as if the moderator's own phone had
dialled it, so with that extension's rights, blocks, credit and number shown, and at its cost.

Who answers hears that the room is recorded, where it is, and is in it. A guest stays as long as the moderator who
pays does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from callcontrol.control import commands as do
from callcontrol.control import legs
from callcontrol.control import room_commands as in_room
from callcontrol.control.call import Call
from callcontrol.control.commands import Command
from callcontrol.control.events import LegGone, OriginateFailed
from callcontrol.control.room_events import RoomTold
from callcontrol.control.transfer_commands import DialFor
from callcontrol.kinds.targets.conference import recorded
from callcontrol.kinds.targets.conference.visiting import Visit
from callcontrol.routing import arrival, router
from callcontrol.routing.facts import Facts
from callcontrol.routing.plan import Refuse, Ring, RingResult
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.leg import Role
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.outcome import outcome_of
from callcontrol.vocabulary.room import Room, RoomAction, RoomMember, mixer_name
from callcontrol.vocabulary.target import EmergencyTarget, extension_in
from callcontrol.vocabulary.trail import Bridged, JoinedOutside, Noted

INVITE_TIMER: Final = "invite to room"
# Seconds: to the first key; between two keys, after which the number is complete; for a look-up.
FIRST_KEY_S, BETWEEN_KEYS_S, LOOK_UP_S = 10, 5, 5
MAX_DIGITS: Final = 32
# What the moderator hears: keys are awaited; it rings (ITU-T E.180 as in Poland); a low tone: refused.
ASKED: Final = "tone_stream://%(800,0,425)"
RINGING: Final = "tone_stream://%(1000,0,425)"
REFUSAL: Final = "tone_stream://%(600,200,220);%(600,0,220)"


@dataclass(frozen=True, slots=True)
class Invitation:
    """A number that is being rung for the room.

    Attributes:
        dialled: as the moderator has dialled it.
        by: whose extension pays.
        step: what is rung; None: it is being looked up.
        legs: that ring.
        failed: why the last round was in vain, "" if there was none.
    """

    dialled: str
    by: str
    step: Ring | None = None
    legs: tuple[str, ...] = ()
    failed: str = ""


@dataclass(frozen=True, slots=True)
class Guest:
    """A leg that was put into the room.

    Attributes:
        member: as the live state has it; its `call` is the leg.
        number: in the mixer; "": it is not in it yet.
        muted: whether the switch was told that it is not heard.
    """

    leg: str
    member: RoomMember
    number: str = ""
    muted: bool = False


@dataclass(frozen=True, slots=True)
class Guests:
    """All of one moderator's.

    Attributes:
        typing: the number as far as it was pressed; None: none is being pressed.
        invited: who is being rung; one at a time.
    """

    typing: str | None = None
    invited: Invitation | None = None
    there: tuple[Guest, ...] = ()

    def with_guest(self, changed: Guest) -> Guests:
        """These, one of them as it is now."""
        return replace(self, there=tuple(changed if one.leg == changed.leg else one for one in self.there))


NO_GUESTS: Final = Guests()
Hosted = tuple[Call, Guests, tuple[Command, ...]]


@dataclass(frozen=True, slots=True)
class Host:
    """The moderator: whose visit, in which room, and its number in the mixer."""

    visit: Visit
    room: Room
    number: str

    def hears(self, call: Call, file: str) -> Command:
        """Play this to the moderator alone."""
        return in_room.PlayInRoom(self.room.switch, mixer_name(call.tenant, self.room.name), file, self.number)


def ask(call: Call, host: Host, guests: Guests) -> Hosted:
    """The key was pressed: which number?"""
    timer = do.StartTimer(INVITE_TIMER, FIRST_KEY_S)
    return call, replace(guests, typing=""), (host.hears(call, ASKED), timer)


def typed(call: Call, host: Host, guests: Guests, key: str, facts: Facts) -> Hosted:
    """A key of the number; the hash key ends it, the star key takes it back."""
    so_far = guests.typing or ""
    if key == "*" or len(so_far) >= MAX_DIGITS:
        return call, replace(guests, typing=None), (do.StopTimer(INVITE_TIMER),)
    if key == "#":
        return complete(call, host, guests, facts)
    return call, replace(guests, typing=so_far + key), (do.StartTimer(INVITE_TIMER, BETWEEN_KEYS_S),)


def complete(call: Call, host: Host, guests: Guests, facts: Facts) -> Hosted:
    """The number is whole, or nothing was pressed."""
    number, guests = guests.typing or "", replace(guests, typing=None)
    if not number:
        return call, guests, (do.StopTimer(INVITE_TIMER),)
    return invite(call, host, guests, number, facts)


def invite(call: Call, host: Host, guests: Guests, number: str, facts: Facts) -> Hosted:
    """Look up whether the moderator may dial it."""
    by = call.led_party.extension
    why = _hindrance(call, host, guests, by)
    if why:
        return _refused(call, host, guests, f"{number} is not invited: {why}", "", facts)
    call = call.noting(Noted(facts.now, f"invites {number} into {host.visit.party}"))
    return call, replace(guests, invited=Invitation(number, by)), (DialFor(number, by), _timer(LOOK_UP_S))


def _hindrance(call: Call, host: Host, guests: Guests, by: str) -> str:
    if not host.visit.moderator:
        return "the participant is no moderator"
    if not by:
        return "the moderator has no phone of the tenant's, which would pay"
    if guests.invited is not None:
        return f"{guests.invited.dialled} is being rung"
    return "the room is at another switch" if host.room.switch != call.switch else ""


def found(call: Call, host: Host, guests: Guests, asked: Facts, facts: Facts) -> Hosted:
    """What follows if the moderator dials the number; or after a round in vain."""
    invited = guests.invited
    if invited is None or invited.legs or asked.dialled != invited.dialled:
        return call, guests, ()
    if invited.step is not None:
        causes = dict.fromkeys(range(len(invited.step.legs)), invited.failed)
        decision = router.after(invited.step, RingResult(outcome_of(invited.failed), causes), asked)
        step = decision.step
        if not (isinstance(step, Ring) and step.target == invited.step.target and step.round > invited.step.round):
            return _refused(call, host, guests, f"{invited.dialled} was not reached: {invited.failed}", "", facts)
    else:
        decision = arrival.decide_for_another(asked)
        step = decision.step
    call = call.noting(*decision.why)
    if isinstance(step, Refuse):
        return _refused(call, host, guests, f"{invited.dialled} may not be called", step.said, facts)
    if not isinstance(step, Ring) or isinstance(step.target, EmergencyTarget):
        return _refused(call, host, guests, f"{invited.dialled} is no phone that could enter", "", facts)
    return _rung(call, host, guests, invited, step, facts)


def _rung(call: Call, host: Host, guests: Guests, invited: Invitation, step: Ring, facts: Facts) -> Hosted:
    limit = facts.settings.limits.legs_per_call
    if call.sent + len(step.legs) > limit:
        why = f"leg limit: {call.sent} phones were rung, at most {limit} may be"
        return _refused(call, host, guests, why, "", facts)
    ids = call.next_legs(len(step.legs))
    call = legs.sent(call, ids, step.legs, Role.CALLEE, facts)
    originate = do.Originate(tuple(zip(ids, step.legs, strict=True)))
    invited = replace(invited, step=step, legs=ids)
    return call, replace(guests, invited=invited), (do.StopTimer(INVITE_TIMER), host.hears(call, RINGING), originate)


def not_reached(call: Call, guests: Guests, event: OriginateFailed) -> Hosted:
    """The next trunk may reach it."""
    invited = guests.invited
    if invited is None or not set(event.legs) & set(invited.legs):
        return call, guests, ()
    watched = legs.watched(tuple(leg for leg in event.legs if call.is_open(leg)), event.cause)
    again = DialFor(invited.dialled, invited.by), _timer(LOOK_UP_S)
    return call, replace(guests, invited=replace(invited, legs=(), failed=event.cause)), (*watched, *again)


def answered(call: Call, host: Host, guests: Guests, leg_id: str, mix: in_room.Mix, facts: Facts) -> Hosted:
    """The leg is put into the room.

    Args:
        mix: as one enters who is no moderator.
    """
    invited, leg = guests.invited, call.leg(leg_id)
    if invited is None or leg is None or leg_id not in invited.legs:
        return call, guests, ()
    call = call.with_leg(leg.answered_at(facts.now))
    kind, _, number = leg.target.partition(":")
    extension = extension_in(leg.target)
    shown = extension or (number if kind == "number" else invited.dialled)
    told = recorded.announcement(host.visit, facts)
    since = Instant(facts.now)
    member = RoomMember(
        leg_id, call.worker, leg_id, call.switch, shown, "", extension, since, muted=mix.muted, informed=bool(told)
    )
    there = (*guests.there, Guest(leg_id, member, muted=mix.muted))
    keep = in_room.KeepInRoom(host.room.name, member, host.room.switch)
    enters = in_room.MixGuest(host.room.switch, mix, leg_id, told)
    return call, Guests(guests.typing, None, there), (enters, keep, *_cancelled(call, invited, leg_id))


def told(call: Call, host: Host, guests: Guests, event: RoomTold, *, talks: bool) -> tuple[Call, Guests]:
    """The switch has a guest in the room, or not any more.

    Args:
        talks: whether the moderator was heard by another before, and goes on talking with the room.
    """
    guest = next((one for one in guests.there if one.leg == event.channel), None)
    if guest is None:
        return call, guests
    if event.action is RoomAction.LEFT:
        return call, guests.with_guest(replace(guest, number=""))
    leg = call.leg(guest.leg)
    if leg is not None:
        call = call.with_legs((leg.bridged_at(event.at),), Bridged(event.at, guest.leg, ""))
        call = call.noting(JoinedOutside(event.at, "", host.visit.party)) if talks else call
    call = call.noting(Noted(event.at, f"{guest.member.number} enters {host.visit.party}, invited"))
    return call, guests.with_guest(replace(guest, number=event.number))


def follow(call: Call, host: Host, guests: Guests) -> Hosted:
    """Each guest as the live state wants it: out of the room, or muted in it or not."""
    commands: list[Command] = []
    for guest in guests.there:
        own, place = host.room.member(guest.leg), (host.room.switch, mixer_name(call.tenant, host.room.name))
        if own is None or not guest.number:
            continue
        if own.kicked:
            commands.append(in_room.SendOut(*place, guest.number))
        elif own.muted is not guest.muted:
            commands.append(in_room.MuteMember(*place, guest.number, own.muted))
            guests = guests.with_guest(replace(guest, muted=own.muted))
    return call, guests, tuple(commands)


def kept(host: Host, guests: Guests) -> tuple[Command, ...]:
    """Their places in the room."""
    return tuple(in_room.KeepInRoom(host.room.name, one.member, host.room.switch) for one in guests.there)


def gone(host: Host, guests: Guests, event: LegGone) -> tuple[Guests, tuple[Command, ...]]:
    """The end of a leg: perhaps a guest's."""
    if not any(one.leg == event.leg_id for one in guests.there):
        return guests, ()
    there = tuple(one for one in guests.there if one.leg != event.leg_id)
    return replace(guests, there=there), (in_room.LeaveRoom(host.room.name, event.leg_id),)


def let_go(call: Call, host: Host, guests: Guests) -> tuple[Command, ...]:
    """The moderator leaves, and the guests with the one who pays."""
    rung = _cancelled(call, guests.invited, "") if guests.invited is not None else ()
    out = tuple(do.KillLeg(one.leg, "NORMAL_CLEARING") for one in guests.there if call.is_open(one.leg))
    left = tuple(in_room.LeaveRoom(host.room.name, one.leg) for one in guests.there)
    return (do.StopTimer(INVITE_TIMER), *rung, *out, *left)


def without_invitation(call: Call, guests: Guests, facts: Facts) -> Hosted:
    """The worker has died: what had come of the ringing was not told. It may be asked for again."""
    if guests.invited is None:
        return call, replace(guests, typing=None), ()
    call = call.noting(Noted(facts.now, f"{guests.invited.dialled} is not rung any more"))
    return call, replace(guests, typing=None, invited=None), _cancelled(call, guests.invited, "")


def late(call: Call, host: Host, guests: Guests, facts: Facts) -> Hosted:
    """No further key, or no answer to a look-up."""
    if guests.typing is not None:
        return complete(call, host, guests, facts)
    if guests.invited is None or guests.invited.legs:
        return call, guests, ()
    return _refused(
        call, host, guests, f"{guests.invited.dialled}: it is not known whether it may be called", "", facts
    )


def _cancelled(call: Call, invited: Invitation, answered_by: str) -> tuple[Command, ...]:
    """All other phones stop ringing."""
    others = (leg for leg in invited.legs if leg != answered_by and call.is_open(leg))
    return tuple(do.KillLeg(leg, "ORIGINATOR_CANCEL") for leg in others)


def _refused(call: Call, host: Host, guests: Guests, why: str, said: str, facts: Facts) -> Hosted:
    """The moderator hears why, in words where there are some."""
    heard = (host.hears(call, said or REFUSAL),) if host.number else ()
    call = call.noting(Noted(facts.now, why))
    return call, replace(guests, invited=None), (do.StopTimer(INVITE_TIMER), *heard)


def _timer(after_s: int) -> Command:
    return do.StartTimer(INVITE_TIMER, after_s)
