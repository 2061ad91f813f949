"""Recordings of conversations: what each event means for them, whatever the call is doing besides.

A conversation begins when the call's state says so, which is after the answer, the acceptance and the whisper. Then the
rules decide (`routing/recording.py`). Both sides hear the announcement, inside of the conversation, and only its end
begins the file. Who joins later hears it too, and is not on the file before.
"""

from __future__ import annotations

from callcontrol.control import recording_keys, recording_pieces
from callcontrol.control import talk_commands as say
from callcontrol.control.call import Call, Closed, Ending, State
from callcontrol.control.commands import Command
from callcontrol.control.events import CallConnectionLost, Event, LegGone, LegKey, TimerFired
from callcontrol.control.own_steps import OwnState
from callcontrol.control.step_result import PlainResult
from callcontrol.control.talk_events import Announced, RecordingAsked, RecordingBegan, RecordingEnded, RecordingFailed
from callcontrol.control.talk_recording import TalkRecording
from callcontrol.control.talk_sides import agent_of, channel_of, partner_of, party_of
from callcontrol.routing.facts import Facts
from callcontrol.routing.path import NO_WAY
from callcontrol.routing.recording import NO_RULE, Ruling, owner_of, ruling, talk_with
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.recording import RecordingFact, RecordingMode, RecordingNoted

GOES_ON = "as before the transfer"
ELSEWHERE = "the conversation is over, the call goes on"


def follow(before: Call, call: Call, event: Event, facts: Facts) -> PlainResult:
    """The call whose recording follows what the event has made of it."""
    if isinstance(call.state, Closed) or (call.recording is None and call.state is before.state):
        return call, ()
    was, was_masked = call.recording, call.recording is not None and call.recording.is_masked
    call, commands = _conversation(before, call, facts)
    if call.recording is not None:
        call, more = _event(call, call.recording, event, facts)
        commands += more
    return call, (*commands, *_masking(was, was_masked, call.recording), *_hiding(was, call.recording))


def _masking(was: TalkRecording | None, was_masked: bool, now: TalkRecording | None) -> tuple[Command, ...]:
    """Silence is written from now on, or not any more."""
    is_same = was is not None and now is not None and was.media_id == now.media_id
    if now is None or not is_same or not now.is_on or now.is_masked is was_masked:
        return ()
    return (say.MaskRecording(now.channel, now.path, now.is_masked),)


def _hiding(was: TalkRecording | None, now: TalkRecording | None) -> tuple[Command, ...]:
    """Keys are hidden at the legs of a paused conversation, and nowhere else. A channel that is gone has none."""
    if now is None:
        return ()
    before, after = _hidden(was), _hidden(now)
    hide = tuple(say.HideKeys(leg, on=True) for leg in after if leg not in before)
    return (*hide, *(say.HideKeys(leg, on=False) for leg in before if leg not in after))


def _hidden(recording: TalkRecording | None) -> tuple[str, ...]:
    return (recording.channel, recording.partner) if recording is not None and recording.hides_keys else ()


def _conversation(before: Call, call: Call, facts: Facts) -> PlainResult:
    """A conversation has begun, with whom it was not before, or is over."""
    recording, partner = call.recording, partner_of(call)
    if partner and partner != partner_of(before):
        return _joined(call, partner, before.state, facts)
    if recording is None or partner or isinstance(call.state, Ending):
        return call, ()
    if recording.is_on and not recording.ending and isinstance(call.state, OwnState) and not call.state.waits:
        return recording_pieces.stop(call, recording, ELSEWHERE)
    return _parted(call, recording) if not recording.apart else (call, ())


def _joined(call: Call, partner: str, before: State, facts: Facts) -> PlainResult:
    """They hear each other: the rules decide."""
    channel = channel_of(call)
    earlier = call.recording if call.recording is not None and call.recording.channel == channel else None
    way = (before.way or NO_WAY).after(earlier.way if earlier is not None else NO_WAY)
    if call.objected or not facts.tenant.recording.rules:
        return call, ()
    party = party_of(call, partner)
    decided = ruling(talk_with(party, way, facts), facts)
    if earlier is not None and decided.why == NO_RULE:
        decided = Ruling(earlier.mode, GOES_ON)
    on = earlier.media_id if earlier is not None else ""
    noted = RecordingNoted(facts.now, RecordingFact(decided.mode.value), decided.why, on, decided.source)
    call = call.noting(noted)
    if decided.mode is RecordingMode.NEVER:
        if earlier is not None and earlier.is_on:
            return recording_pieces.stop(call, earlier, decided.why)
        return replace(call, recording=None), ()
    fresh = earlier or TalkRecording(mode=decided.mode, channel=channel, partner=partner)
    recording = replace(
        fresh,
        mode=decided.mode,
        partner=partner,
        way=way,
        apart=False,
        owner=owner_of(party, way, facts),
        agent=agent_of(call, partner, party, facts),
        called=party.partition(":")[2],
    )
    call = replace(call, recording=recording)
    if decided.mode is RecordingMode.ON_DEMAND and not recording.is_on:
        return call, ()
    return recording_pieces.announce(call, recording, facts)


def _parted(call: Call, recording: TalkRecording) -> PlainResult:
    """No party talks with the channel now."""
    quiet = recording_pieces.silence(recording)
    return replace(call, recording=replace(recording, apart=True, unheard=())), quiet


def _event(call: Call, recording: TalkRecording, event: Event, facts: Facts) -> PlainResult:
    match event:
        case Announced(leg) if leg in recording.unheard:
            return recording_pieces.heard(call, recording, leg, facts)
        case LegKey(leg, key):
            return recording_keys.pressed(call, recording, leg, key, facts)
        case RecordingAsked(action, by):
            return recording_keys.asked(call, recording, action, by, facts)
        case TimerFired(name) if name == recording_pieces.ANNOUNCE_TIMER and recording.unheard:
            return recording_pieces.not_announced(call, recording, facts)
        case TimerFired(name) if name == recording_pieces.PAUSE_TIMER and recording.paused_until is not None:
            return recording_pieces.resume(call, recording, "it was as long as a pause may be", facts)
        case RecordingBegan(media_id) if media_id == recording.media_id and not recording.began:
            return recording_pieces.began(call, recording, facts)
        case RecordingEnded(media_id) if media_id == recording.media_id:
            return recording_pieces.ended(call, recording, event, facts)
        case RecordingFailed(media_id, why, refused) if media_id == recording.media_id:
            return recording_pieces.lost(call, recording, why, facts, unwritable=refused)
        case CallConnectionLost():
            return recording_pieces.taken_over(call, recording, facts)
        case LegGone(leg) if leg == recording.channel:
            return recording_pieces.channel_gone(call, recording, event, facts)
        case _:
            return call, ()
