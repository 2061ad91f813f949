"""What is done in a transfer by keys: holding, joining, giving back."""

from __future__ import annotations

from typing import Final

from callcontrol.config.music import endless
from callcontrol.control import commands as do
from callcontrol.control import legs, transfers
from callcontrol.control.call import Call, Ending, Talking, Transfer
from callcontrol.control.commands import Command
from callcontrol.control.ending import STEP_TIMER, deadline
from callcontrol.control.key_transfer_state import HELD, KeyTransferState, Phase
from callcontrol.control.parked_commands import TellTaker
from callcontrol.control.step_result import PlainResult
from callcontrol.control.supervise_commands import OrderListening
from callcontrol.control.talk_sides import party_of
from callcontrol.control.transfer_commands import DialFor, JoinAsThird, KeepLeg, ListenForCodes
from callcontrol.routing.facts import Facts
from callcontrol.routing.plan import Ring
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.leg import Role
from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.vocabulary.move import Interrupted, Interruption, Manner, Resumed, TookOver, Transferred
from callcontrol.vocabulary.parked import Taker
from callcontrol.vocabulary.target import ExtensionTarget, text_of
from callcontrol.vocabulary.trail import Bridged, JoinedOutside, Noted, Parted

RECALL_TIMER: Final = "recall"
MUSIC_TIMER: Final = "music"
AGAIN_TIMER: Final = "join_again"
GIVE_UP_TIMER: Final = "join_no_more"
TIMERS: Final = (STEP_TIMER, RECALL_TIMER, MUSIC_TIMER, AGAIN_TIMER, GIVE_UP_TIMER)
IN_TALK, WHILE_ASKING = "talk", "asking"  # sets of codes

# What the transferor hears: dial tone, ringing (ITU-T E.180 as in Poland), one low tone: refused. The party hears the
# ringing, too, once the transferor has left.
DIAL_TONE: Final = "tone_stream://%(10000,0,425);loops=-1"
SILENCE: Final = "silence_stream://-1"
RINGING: Final = "tone_stream://%(1000,4000,425);loops=-1"
REFUSAL: Final = "tone_stream://%(600,200,220);%(600,0,220)"

# Seconds: to the first key; between two keys, after which the number is complete; for a look-up; for what is said;
# for the switch to join or part two.
FIRST_KEY_S, BETWEEN_KEYS_S, LOOK_UP_S, SAID_S, JOIN_S = 10, 3, 5, 15, 5
# A switch that cannot be told to join the party and the transferor again, or refuses it, is asked once more after
# AGAIN_S, for JOINS_FOR_S: a connection to a switch that was lost is made anew meanwhile (seconds).
AGAIN_S, JOINS_FOR_S = 1, 30
# Music that lasts less cannot be played: it is tried again after as long (seconds).
SHORTEST_MUSIC_S = 2


def talking(call: Call, leg: str, other: str, at: Instant) -> Call:
    """The call in which these two legs are joined since then."""
    beside = call.beside
    if beside is not None and {leg, other} == {beside.leg, call.led}:
        return call.noting(JoinedOutside(at, beside.leg, beside.who))
    if call.caller_channel in (leg, other):
        leg, other = (other if leg == call.caller_channel else leg), ""
    changed = [
        one.bridged_at(at) for one in map(call.leg, (leg, other)) if one is not None and one.role is not Role.CALLER
    ]
    return call.with_legs(changed, Bridged(at, leg, other))


def held(call: Call, by: str, facts: Facts) -> Call:
    """The call whose party is held by this extension from now on."""
    return call.noting(Interrupted(facts.now, Interruption.HELD, call.led, text_of(ExtensionTarget(by))))


def resumed(call: Call, facts: Facts) -> Call:
    """The call whose party is held no more."""
    return call.noting(Resumed(facts.now, Interruption.HELD, call.led))


def _whom(call: Call) -> str:
    """The party, as the trail names one who was transferred: "" for the caller."""
    return transfers.whom(call, call.led) if call.led != call.caller_channel else ""


def dialling(call: Call, state: KeyTransferState, facts: Facts) -> PlainResult:
    """The party hears music, the transferor a dial tone."""
    call, state, music = playing(call, replace(state, phase=Phase.DIALLING, typed=""), facts)
    tone = do.Whisper(state.transferor, DIAL_TONE)
    return call.to(state), (do.Answer(), *music, tone, do.StartTimer(STEP_TIMER, FIRST_KEY_S))


def playing(call: Call, state: KeyTransferState, facts: Facts) -> tuple[Call, KeyTransferState, tuple[Command, ...]]:
    """The party hears what one in this phase hears."""
    call, app_id = call.next_app()
    heard = RINGING if state.phase is Phase.RINGS_ALONE else endless(facts.tenant.transfers.music)
    return call, replace(state, music=app_id, music_began=facts.now), (do.Play(app_id, heard),)


def silenced(call: Call, state: KeyTransferState, facts: Facts) -> PlainResult:
    """After music comes more of it, unless the party is being joined with another one."""
    state = replace(state, music="")
    if state.phase not in HELD:
        return call.to(state), ()
    if facts.now - (state.music_began or 0) < SHORTEST_MUSIC_S * SECOND_US:
        return call.to(state), (do.StartTimer(MUSIC_TIMER, SHORTEST_MUSIC_S),)
    call, state, commands = playing(call, state, facts)
    return call.to(state), commands


def look_up(call: Call, state: KeyTransferState) -> PlainResult:
    """The number is complete: may the transferor dial it?"""
    state = replace(state, phase=Phase.CHECKING)
    quiet = do.Whisper(state.transferor, SILENCE)
    return call.to(state), (quiet, DialFor(state.typed, state.by), do.StartTimer(STEP_TIMER, LOOK_UP_S))


def refused(call: Call, state: KeyTransferState, said: str) -> PlainResult:
    """The transferor hears so, and then has the party again."""
    state = replace(state, phase=Phase.REFUSED, step=None, legs=())
    heard = do.Whisper(state.transferor, said or REFUSAL)
    return call.to(state), (do.StopTimer(RECALL_TIMER), heard, do.StartTimer(STEP_TIMER, SAID_S))


def back_to_transferor(call: Call, state: KeyTransferState, *first: Command) -> PlainResult:
    """Both talk again. If the party leaves, the transferor's leg ends."""
    state = replace(state, phase=Phase.JOINING_BACK)
    join = *_join_back(call, state), do.StartTimer(GIVE_UP_TIMER, JOINS_FOR_S)
    return call.to(state), (*_stops(), *first, *join)


def back_again(call: Call, state: KeyTransferState) -> PlainResult:
    """The same once more; for how long it is tried does not begin again."""
    return call, _join_back(call, state)


def _join_back(call: Call, state: KeyTransferState) -> tuple[Command, ...]:
    comes_back = state.before is not None  # the call may go on after this conversation
    join = do.Join(call.led, state.transferor, comes_back=comes_back)
    return KeepLeg(state.transferor, on=False), join, do.StartTimer(STEP_TIMER, JOIN_S)


def given_up(call: Call, state: KeyTransferState, facts: Facts) -> PlainResult:
    """They cannot be joined: the transferor's leg ends, and that phone rings for the party."""
    let_go = _let_go(call, state)
    call, commands = recall(call, state, f"the switch has not joined both for {JOINS_FOR_S} s", facts)
    return call, (*let_go, *commands)


def talks_again(call: Call, state: KeyTransferState, facts: Facts) -> PlainResult:
    """As if there had been no transfer."""
    call = replace(talking(resumed(call, facts), state.transferor, call.led, facts.now), transfer=state.kept)
    who = party_of(call, state.transferor) if call.leg(state.transferor) is None else ""
    return call.to(Talking("", state.transferor, who, before=state.before)), _stops()


def ask(call: Call, state: KeyTransferState) -> PlainResult:
    """Transferor and colleague are joined; each of them stays if the other one leaves."""
    both = KeepLeg(state.transferor), KeepLeg(state.colleague)
    state = replace(state, phase=Phase.ASKING)
    join = do.Join(state.transferor, state.colleague), do.StartTimer(STEP_TIMER, JOIN_S)
    return call.to(state), (do.StopTimer(RECALL_TIMER), *both, *join)


def asks(call: Call, state: KeyTransferState, facts: Facts) -> PlainResult:
    """They talk, and the other codes count."""
    listen = _listen(state, facts)
    call = talking(call, state.colleague, state.transferor, facts.now)
    since = state.asked_since if state.asked_since is not None else facts.now
    return call.to(replace(state, asked_since=since)), (do.StopTimer(STEP_TIMER), listen)


def swap(call: Call, state: KeyTransferState, facts: Facts) -> PlainResult:
    """The transferor talks with the other of the two; who is left hears music."""
    call = call.noting(Parted(facts.now))
    if state.phase is not Phase.ASKING:
        return ask(held(call, state.by, facts), state)
    state = replace(state, phase=Phase.WITH_PARTY)
    join = KeepLeg(state.transferor), do.Join(call.led, state.transferor, comes_back=True)
    return call.to(state), (*join, do.StartTimer(STEP_TIMER, JOIN_S))


def talks_beside(call: Call, state: KeyTransferState, facts: Facts) -> PlainResult:
    """Transferor and party talk; the colleague hears music meanwhile."""
    music = do.Whisper(state.colleague, endless(facts.tenant.transfers.music))
    call = talking(resumed(call, facts), state.transferor, call.led, facts.now)
    return call, (do.StopTimer(STEP_TIMER), music)


def together(call: Call, state: KeyTransferState, facts: Facts) -> PlainResult:
    """Party and colleague are joined, and the transferor with both."""
    call = call.noting(Parted(facts.now)).to(replace(state, phase=Phase.TOGETHER))
    both = KeepLeg(state.transferor), KeepLeg(state.colleague)
    return call, (*both, do.Join(call.led, state.colleague, comes_back=True), do.StartTimer(STEP_TIMER, JOIN_S))


def third(call: Call, state: KeyTransferState, facts: Facts) -> PlainResult:
    """Party and colleague talk: the transferor joins them."""
    joins = Noted(facts.now, f"{text_of(ExtensionTarget(state.by))} joins both")
    call = talking(resumed(call, facts), state.colleague, call.led, facts.now).noting(joins)
    # the switch joins a third party as one who listens: it is ours (`supervise_line.look_at`)
    return call, (do.StopTimer(STEP_TIMER), OrderListening(call.led), JoinAsThird(state.transferor, call.led))


def connect(call: Call, state: KeyTransferState, facts: Facts) -> PlainResult:
    """Party and colleague are joined, and the transferor is let go."""
    if state.phase in (Phase.ASKING, Phase.WITH_PARTY):
        call = call.noting(Parted(facts.now))
    state = replace(state, phase=Phase.CONNECTING)
    join = KeepLeg(state.colleague, on=False), do.Join(call.led, state.colleague)
    return call.to(state), (*_stops(), *join, do.StartTimer(STEP_TIMER, JOIN_S), *_let_go(call, state))


def hand_over(call: Call, state: KeyTransferState, taker: Taker) -> PlainResult:
    """The party and the supervisor are joined; the transferor stays until they are."""
    state = replace(state, phase=Phase.CONNECTING, colleague=taker.channel)
    return call.to(state), (*_stops(), do.Join(call.led, taker.channel), do.StartTimer(STEP_TIMER, JOIN_S))


def handed_over(call: Call, state: KeyTransferState, taker: Taker, facts: Facts) -> PlainResult:
    """The party has the supervisor: the transferor is let go."""
    who = text_of(ExtensionTarget(taker.extension))
    took = TookOver(facts.now, who, state.transferor), JoinedOutside(facts.now, taker.channel, who)
    call = resumed(call, facts).noting(*took)
    told = TellTaker(taker, facts.now, call.led, party_of(call, call.led))
    return call.to(Talking("", taker.channel, who)), (*_stops(), told, *_let_go(call, state))


def connected(call: Call, state: KeyTransferState, facts: Facts) -> PlainResult:
    """The party has the colleague: the transfer is complete."""
    if state.taker is not None:
        return handed_over(call, state, state.taker, facts)
    consulted_us = facts.now - state.asked_since if state.asked_since is not None else None
    moved = (facts.now, state.typed, state.by, state.transferor, _whom(call), Manner.ATTENDED, consulted_us)
    call = talking(resumed(call, facts).noting(Transferred(*moved)), state.colleague, call.led, facts.now)
    done = Transfer(state.typed, state.by, call.led, transfers.TO_LAST_RESORT, facts.now)
    call = replace(call, transfer=done).to(Talking("", state.colleague))
    return call, (*_stops(), KeepLeg(state.colleague, on=False), *_let_go(call, state))


def recall(call: Call, state: KeyTransferState, why: str, facts: Facts) -> PlainResult:
    """The transferor has left, and there is no colleague: the party goes back to the transferor's phone, and then where
    the transferor's rules say.
    """
    to = state.typed if state.typed.isdigit() else state.by
    call = replace(
        resumed(call, facts).noting(Noted(facts.now, why)), transfer=Transfer(to, state.by, call.led, at=facts.now)
    )
    quiet = (do.StopPlaying(all=True),) if state.music else ()
    back = transfers.given_back(call, facts)
    if back is None or not isinstance(back[1], tuple):
        return call.to(Ending()), (*_stops(), do.HangUp("NORMAL_CLEARING"), *deadline(facts))
    return back[0], (*_stops(), *quiet, *back[1])


def send(call: Call, state: KeyTransferState, facts: Facts) -> PlainResult:
    """Blind: the transferor is let go, the party goes where the number leads."""
    call = resumed(call, facts)
    call = call.noting(transfers.note(facts, _whom(call), state.typed, state.by, state.transferor))
    transfer = Transfer(state.typed, state.by, call.led, at=facts.now)
    quiet = (do.StopPlaying(all=True),) if state.music else ()
    call = replace(call, transfer=transfer, pressed="").to(transfers.deciding(call, facts))
    return call, (*_stops(), *quiet, *_let_go(call, state), do.FindFacts(state.typed))


def cancelled(call: Call, state: KeyTransferState) -> tuple[Command, ...]:
    """The colleague's phones stop ringing; a colleague who has answered is let go."""
    wanted = (*state.legs, *((state.colleague,) if state.colleague else ()))
    cause = "NORMAL_CLEARING" if state.colleague else "ORIGINATOR_CANCEL"
    return tuple(do.KillLeg(leg, cause) for leg in dict.fromkeys(wanted) if call.is_open(leg))


def alone(call: Call, state: KeyTransferState, facts: Facts) -> PlainResult:
    """The transferor has left while the colleague's phone rings: the party hears it ring, for so long at most."""
    recall_s = facts.tenant.transfers.recall
    call, state, ringing = playing(call, replace(state, phase=Phase.RINGS_ALONE), facts)
    timer = (do.StartTimer(RECALL_TIMER, recall_s),) if recall_s else ()
    return call.to(state), (do.StopPlaying(all=True), *ringing, *timer, *_let_go(call, state))


def sent_out(call: Call, state: KeyTransferState, step: Ring, facts: Facts) -> PlainResult:
    """The colleague's phones ring, at the transferor's cost; the transferor hears that they do, and has codes."""
    ids = call.next_legs(len(step.legs))
    call = legs.sent(call, ids, step.legs, Role.CONSULT, facts)
    state = replace(state, phase=Phase.RINGING, step=step, legs=ids)
    ringing = do.Whisper(state.transferor, RINGING)
    originate = do.Originate(tuple(zip(ids, step.legs, strict=True)))
    return call.to(state), (do.StopTimer(STEP_TIMER), ringing, _listen(state, facts), originate)


def _listen(state: KeyTransferState, facts: Facts) -> ListenForCodes:
    return ListenForCodes(state.transferor, WHILE_ASKING, facts.tenant.transfers.keys.while_asking)


def _let_go(call: Call, state: KeyTransferState) -> tuple[Command, ...]:
    return (do.KillLeg(state.transferor, "NORMAL_CLEARING"),) if call.is_there(state.transferor) else ()


def _stops() -> tuple[Command, ...]:
    return tuple(do.StopTimer(name) for name in TIMERS)
