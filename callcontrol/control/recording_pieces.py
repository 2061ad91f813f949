"""One recording from its announcement to its end: each way of going on, and what its row is told."""

from __future__ import annotations

from typing import Final

from callcontrol.control import commands as do
from callcontrol.control import talk_commands as say
from callcontrol.control.call import Call
from callcontrol.control.commands import Command
from callcontrol.control.events import LegGone
from callcontrol.control.step_result import PlainResult
from callcontrol.control.talk_events import RecordingEnded
from callcontrol.control.talk_recording import TalkRecording
from callcontrol.control.talk_sides import is_own
from callcontrol.routing.facts import Facts
from callcontrol.routing.speech import Hint, Phrase, as_file_string, key_hint, phrase
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.media import MediaChange, MediaKind, MediaState, media_id_of
from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.vocabulary.recording import RecordingFact, RecordingMode, RecordingNoted

# No announcement is longer; one whose end is not told by then was not heard (seconds).
ANNOUNCE_TIMER: Final = "announce-recording"
ANNOUNCE_S: Final = 60
PAUSE_TIMER: Final = "recording-pause"

# How the switch says why it has closed a file (switch_ivr_async.c, set_completion_cause).
_AS_LONG_AS_IT_MAY: Final = "success-maxtime"


def may_object(call: Call, recording: TalkRecording, leg: str) -> bool:
    """Whether the person at this leg decides: the one outside; between two of the tenant's own people, either."""
    return not is_own(call, leg) or (is_own(call, recording.channel) and is_own(call, recording.partner))


def announce(call: Call, recording: TalkRecording, facts: Facts) -> PlainResult:
    """Both sides hear that it is recorded; nothing is on the file before that is over."""
    legs = (recording.channel, recording.partner)
    told = tuple(say.AnnounceRecording(leg, _words(call, recording, leg, facts)) for leg in legs)
    announcing = replace(recording, unheard=legs, apart=False)
    return replace(call, recording=announcing), (*told, do.StartTimer(ANNOUNCE_TIMER, ANNOUNCE_S + facts.slack_s))


def _words(call: Call, recording: TalkRecording, leg: str, facts: Facts) -> str:
    chosen = facts.tenant.recording
    language = facts.tenant.language if is_own(call, leg) else facts.language
    if chosen.prompt is not None:
        return as_file_string(chosen.prompt.files(language))
    objecting = chosen.object_key is not None and may_object(call, recording, leg)
    hint = key_hint(language, Hint.OBJECT, chosen.object_key or "") if objecting else ()
    return as_file_string((*phrase(language, Phrase.RECORDED), *hint))


def silence(recording: TalkRecording) -> tuple[Command, ...]:
    """The announcement ends now, where it is still heard."""
    if not recording.unheard:
        return ()
    return (*(say.EndPrompt(leg, at_once=True) for leg in recording.unheard), do.StopTimer(ANNOUNCE_TIMER))


def heard(call: Call, recording: TalkRecording, leg: str, facts: Facts) -> PlainResult:
    """A leg has heard it to the end; with the last one the recording begins, or goes on."""
    left = replace(recording, unheard=tuple(one for one in recording.unheard if one != leg))
    call, over = replace(call, recording=left), say.EndPrompt(leg)
    if left.unheard:
        return call, (over,)
    call, started = (call, ()) if left.is_on else _start(call, left, facts)
    return call, (over, do.StopTimer(ANNOUNCE_TIMER), *started)


def _start(call: Call, recording: TalkRecording, facts: Facts) -> PlainResult:
    call, _ = call.next_app()
    media_id = media_id_of(call.id, call.apps)
    path, pieces = f"{facts.settings.recordings}/{media_id}.wav", recording.pieces + 1
    started = replace(recording, media_id=media_id, path=path, began=False, pieces=pieces)
    return replace(call, recording=started), (_note(call, started, MediaState.WANTED, facts), _begin(started, facts))


def _begin(recording: TalkRecording, facts: Facts) -> Command:
    limit_s = facts.tenant.recording.longest
    return say.StartRecording(recording.channel, recording.media_id, recording.path, limit_s, recording.swapped)


def not_announced(call: Call, recording: TalkRecording, facts: Facts) -> PlainResult:
    """The end of the announcement was not told: what was not announced is not recorded."""
    why = "the announcement was not heard to its end"
    quiet = silence(recording)
    if recording.is_on:
        call, stopping = stop(call, replace(recording, unheard=()), why)
        return call, (*quiet, *stopping)
    call, _ = call.next_app()
    call, lost_ = lost(call, replace(recording, media_id=media_id_of(call.id, call.apps), unheard=()), why, facts)
    return call, (*quiet, *lost_)


def objected(call: Call, recording: TalkRecording, by: str, facts: Facts) -> PlainResult:
    """A party does not agree: the call is not recorded, and what is recorded of it ends."""
    quiet = silence(recording)
    call = replace(call, objected=True).noting(_noted(recording, RecordingFact.OBJECTED, by, facts))
    if not recording.is_on:
        return replace(call, recording=None), quiet
    call, stopping = stop(call, replace(recording, unheard=()), "a party does not agree")
    return call, (*quiet, *stopping)


def began(call: Call, recording: TalkRecording, facts: Facts) -> PlainResult:
    """The switch records."""
    call = call.noting(_noted(recording, RecordingFact.STARTED, "", facts))
    call = replace(call, recording=replace(recording, began=True))
    return call, (_note(call, recording, MediaState.RUNNING, facts),)


def pause(call: Call, recording: TalkRecording, by: str, facts: Facts) -> PlainResult:
    """Silence is written until it is resumed, and for so long at most."""
    span_s = facts.tenant.recording.pause
    until = Instant(facts.now + span_s * SECOND_US)
    call = call.noting(_noted(recording, RecordingFact.PAUSED, by, facts))
    return replace(call, recording=replace(recording, paused_until=until)), (do.StartTimer(PAUSE_TIMER, span_s),)


def resume(call: Call, recording: TalkRecording, by: str, facts: Facts) -> PlainResult:
    """Both sides are written again."""
    call = call.noting(_noted(recording, RecordingFact.RESUMED, by, facts))
    return replace(call, recording=replace(recording, paused_until=None)), (do.StopTimer(PAUSE_TIMER),)


def stop(call: Call, recording: TalkRecording, why: str) -> PlainResult:
    """The switch ends the file, and tells of it."""
    ending = replace(recording, ending=why, paused_until=None)
    stopping = say.StopRecording(recording.channel, recording.path)
    return replace(call, recording=ending), (stopping, do.StopTimer(PAUSE_TIMER))


def ended(call: Call, recording: TalkRecording, event: RecordingEnded, facts: Facts) -> PlainResult:
    """The file is closed. What is recorded on demand may be again."""
    if event.is_lost:
        why = f"the switch could not write it ({event.cause})"
        return lost(call, recording, why, facts, unwritable=event.is_unwritable)
    too_long = "it was as long as a recording may be" if event.cause == _AS_LONG_AS_IT_MAY else ""
    why = recording.ending or too_long or "the channel hung up"
    call = call.noting(_noted(recording, RecordingFact.ENDED, why, facts))
    closed = _note(call, recording, MediaState.CLOSED, facts, why, event.length_ms)
    return _over(call, recording), (closed, do.StopTimer(PAUSE_TIMER))


def lost(call: Call, recording: TalkRecording, why: str, facts: Facts, *, unwritable: bool = False) -> PlainResult:
    """There will be no file, or not all of it; the conversation goes on all the same."""
    call = call.noting(_noted(recording, RecordingFact.LOST, why, facts))
    noted = replace(_note(call, recording, MediaState.LOST, facts, why), unwritable=unwritable)
    return _over(call, recording), (noted, do.StopTimer(PAUSE_TIMER))


def _over(call: Call, recording: TalkRecording) -> Call:
    """What was decided stays known: a transfer may come, or it may be asked for again."""
    over = replace(recording, media_id="", path="", began=False, ending="", paused_until=None, pressing=("", ""))
    return replace(call, recording=over)


def taken_over(call: Call, recording: TalkRecording, facts: Facts) -> PlainResult:
    """What its worker had asked for, and what came of it, may not have been heard; its timers went with it, and what it
    had told the row, where that was not on its disk yet.
    """
    noted = (_note(call, recording, MediaState.RUNNING if recording.began else MediaState.WANTED, facts),)
    call, commands = _asked_again(call, recording, facts)
    return call, (*(noted if recording.is_on else ()), *commands)


def _asked_again(call: Call, recording: TalkRecording, facts: Facts) -> PlainResult:
    if recording.unheard:
        quiet = silence(recording)
        call, told = announce(call, recording, facts)
        return call, (*quiet, *told)
    again = (_begin(recording, facts),) if recording.is_on and not recording.began else ()
    if recording.paused_until is None:
        return call, again
    return call, (*again, do.StartTimer(PAUSE_TIMER, max(recording.paused_until - facts.now, 0) / SECOND_US))


def channel_gone(call: Call, recording: TalkRecording, event: LegGone, facts: Facts) -> PlainResult:
    """Its channel has ended. Where the other side goes on talking, for the caller's side has joined it with another
    party, it goes on in a second piece, on that side's channel.
    """
    replaced = event.joined_with and call.is_open(recording.partner) and not call.objected
    was_recorded = recording.mode is RecordingMode.ANNOUNCE or recording.pieces
    if not replaced or not was_recorded:
        return replace(call, recording=None), (do.StopTimer(PAUSE_TIMER), do.StopTimer(ANNOUNCE_TIMER))
    second = replace(
        recording,
        channel=recording.partner,
        partner=event.joined_with,
        swapped=not recording.swapped,
        media_id="",
        path="",
        paused_until=None,
        unheard=(),
    )
    return announce(call, second, facts)


def _noted(recording: TalkRecording, what: RecordingFact, why: str, facts: Facts) -> RecordingNoted:
    return RecordingNoted(facts.now, what, why, recording.media_id)


def _note(
    call: Call,
    recording: TalkRecording,
    state: MediaState,
    facts: Facts,
    cause: str = "",
    length_ms: int | None = None,
) -> do.NoteMedia:
    change = MediaChange(
        media_id=recording.media_id,
        tenant=call.tenant,
        state=state,
        at=facts.now,
        cause=cause,
        kind=MediaKind.TALK,
        call_id=call.id,
        channel=recording.channel,
        switch=call.switch,
        path=recording.path,
        owner=recording.owner,
        caller=call.caller.number,
        called=recording.called,
        agent=recording.agent,
        length_ms=length_ms,
    )
    return do.NoteMedia(change)
