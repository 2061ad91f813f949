"""Codes of a conversation: who may press them, and what the first one begins.

Only the tenant's own people at phones of the tenant's press codes, as `transfers.keys` allows. The switch itself waits
for them at the leg from when it talks: a worker that takes the call over hears of them as the one before did.
"""

from __future__ import annotations

from callcontrol.control import commands as do
from callcontrol.control import ending, transfers
from callcontrol.control.call import Call, Ending, Talking, Transfer
from callcontrol.control.commands import Command
from callcontrol.control.key_transfer import KeyTransfer
from callcontrol.control.key_transfer_state import Phase
from callcontrol.control.key_transfer_steps import IN_TALK, JOIN_S, held
from callcontrol.control.step_result import PlainResult
from callcontrol.control.talk_sides import channel_of, partner_of, party_of
from callcontrol.control.transfer_commands import ListenForCodes, Part, PassCode
from callcontrol.control.transfer_events import CodePassed, CodePressed
from callcontrol.routing.facts import Facts
from callcontrol.vocabulary.call import LegBeside
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.move import HandedOver
from callcontrol.vocabulary.parked import Taker
from callcontrol.vocabulary.target import EmergencyTarget, ExtensionTarget, extension_in, text_of
from callcontrol.vocabulary.trail import Parted

# The switch parts two channels in less (seconds).
PART_S = 2 * JOIN_S


def follow(before: Call, call: Call, facts: Facts) -> tuple[Command, ...]:
    """Codes count at the legs of a conversation that has just begun."""
    if call.state is before.state or not isinstance(call.state, Talking) or not facts.tenant.transfers.keys.on:
        return ()
    if call.state.lent:
        return ()  # the codes of that leg are those of a transfer that goes on
    partner = partner_of(call)
    if not partner or (isinstance(before.state, Talking) and partner == partner_of(before)):
        return ()
    codes = facts.tenant.transfers.keys.in_talk
    sides = (channel_of(call), partner)
    return tuple(ListenForCodes(leg, IN_TALK, codes) for leg in sides if _may(call, leg, facts))


def _may(call: Call, leg: str, facts: Facts) -> bool:
    """Whether one of the tenant's people who may is at this leg, which is one of the call's, or the one beside it."""
    extension = extension_in(party_of(call, leg))
    return call.is_there(leg) and bool(extension) and facts.tenant.transfers.keys.are_for(extension)


def pressed(call: Call, event: CodePressed, facts: Facts) -> PlainResult:
    """A code in a conversation: its other party is held. In a conversation that no worker directs, too.

    The call that has the party's leg does it. Where that is another one than the transferor's, it is passed on: the
    other one may not know who is there, or its worker may not have heard it.
    """
    keys = facts.tenant.transfers.keys
    if event.code not in keys.in_talk or not _may(call, event.leg_id, facts):
        return call, ()
    if not call.is_open(event.leg_id):
        by = extension_in(party_of(call, event.leg_id))
        return passed(call, CodePassed(event.leg_id, event.code, by, call.led, event.at), facts)
    party = _other_party(call, event.leg_id)
    if party:
        return _parting(call, event.leg_id, party, facts, asks=event.code == keys.attended)
    if not event.partner or call.leg(event.partner) is not None:
        return call, ()
    by = extension_in(party_of(call, event.leg_id))
    return _joined_with(call, event), (PassCode(event.leg_id, event.code, by, event.partner, event.at),)


def _joined_with(call: Call, event: CodePressed) -> Call:
    """The call whose party was joined with another call's leg by who led it: the switch has not told with which one."""
    state, led, leg = call.state, call.leg(call.led), call.leg(event.leg_id)
    if not isinstance(state, Ending) or state.until is None or state.talked != event.leg_id:
        return call
    if led is None or led.end is None or leg is None:
        return call
    handed = HandedOver(state.until, led.id, event.partner, leg.id, leg.target)
    return replace(call, state=replace(state, talked="")).noting(handed)


def passed(call: Call, event: CodePassed, facts: Facts) -> PlainResult:
    """A code at a leg of another call, which talks with this party of ours."""
    keys, known = facts.tenant.transfers.keys, call.beside
    if known is not None and known.leg == event.leg_id and known.heard is not None and event.at <= known.heard:
        return call, ()  # told twice
    may = keys.on and event.code in keys.in_talk and keys.are_for(event.by)
    if not may or not _is_free(call, event.party, event.leg_id):
        return call, ()
    beside = LegBeside(event.leg_id, text_of(ExtensionTarget(event.by)), event.at or None)
    call = replace(call, beside=beside)
    return _parting(call, event.leg_id, event.party, facts, asks=event.code == keys.attended)


def _is_free(call: Call, party: str, leg: str) -> bool:
    """Whether this leg of the call may be transferred by whom it talks with at a leg that is none of the call's."""
    found, state = call.leg(party), call.state
    if found is None or found.end is not None or found.target.partition(":")[0] == EmergencyTarget.kind:
        return False
    if isinstance(state, Talking):
        return state.taker is None and not state.lent and leg == state.leg_id
    return isinstance(state, Ending)


def taken_from_the_caller(call: Call, leg: str, taker: Taker, facts: Facts) -> PlainResult:
    """A supervisor takes over from one of the tenant's people who has called the party: it leads the call from now on,
    as one who is transferred does.
    """
    taking = isinstance(call.state, Talking) and call.state.taker is not None
    party = _other_party(call, leg) if not taking else ""
    if not party or not extension_in(party_of(call, leg)):
        return call, ()
    return _parting(call, leg, party, facts, taker=taker)


def _parting(
    call: Call, leg: str, party: str, facts: Facts, *, asks: bool = False, taker: Taker | None = None
) -> PlainResult:
    """The conversation is ended; the party comes back, and this leg is parked."""
    call = ending.taken_into_the_lead(call, party, facts)
    call = replace(call, transfer=_led_by(call, party, facts))
    by = extension_in(party_of(call, leg))
    before = call.state.before if isinstance(call.state, Talking | Ending) else None
    call = held(call.noting(Parted(facts.now)), by, facts)
    state = KeyTransfer(leg, by, asks, Phase.PARTING, call.transfer, before, taker=taker)
    timer = do.StartTimer(ending.STEP_TIMER, PART_S)
    return call.to(state), (do.StopTimer(ending.LEGS_TIMER), Part(leg), timer)


def _led_by(call: Call, party: str, facts: Facts) -> Transfer | None:
    """The party's channel leads the call from now on; nothing of it is to be given back."""
    if party == call.led:
        return call.transfer
    return Transfer(call.destination, "", party, transfers.TO_LAST_RESORT, facts.now)


def _other_party(call: Call, leg: str) -> str:
    """With whom this leg of the call talks, "" if it talks with none of its legs, or with an emergency service."""
    state = call.state
    if isinstance(state, Talking) and state.until is None:
        sides = (channel_of(call), partner_of(call))
    elif isinstance(state, Ending) and call.is_open(call.led):
        joined = [one for one in call.legs if one.end is None and one.bridged is not None and one.id != call.led]
        latest = max(joined, key=lambda one: one.bridged or Instant(0), default=None)
        sides = (call.led, latest.id if latest is not None else "")
    else:
        return ""
    other = next((one for one in sides if one != leg), "") if leg in sides else ""
    found = call.leg(other)
    is_emergency = found is not None and found.target.partition(":")[0] == EmergencyTarget.kind
    return other if call.is_open(other) and not is_emergency else ""
