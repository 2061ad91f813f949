"""What is asked for while a conversation is recorded: by a key of one of its parties, or by a command.

Codes count at the tenant's own phones only, never at the party's outside. Of the keys only the beginning of a code is
kept: its first is * or #, so that no digit of a number that is typed is.
"""

from __future__ import annotations

from callcontrol.config.recording_settings import Recordings
from callcontrol.control import recording_pieces
from callcontrol.control.call import Call
from callcontrol.control.recording_pieces import announce, may_object, pause, resume, stop
from callcontrol.control.step_result import PlainResult
from callcontrol.control.talk_recording import TalkRecording
from callcontrol.control.talk_sides import is_own, party_of
from callcontrol.routing.facts import Facts
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.recording import RecordingAction, RecordingMode
from callcontrol.vocabulary.target import extension_in


def pressed(call: Call, recording: TalkRecording, leg: str, key: str, facts: Facts) -> PlainResult:
    """A key at one of the conversation's legs."""
    chosen = facts.tenant.recording
    if recording.unheard:
        if key != chosen.object_key or not may_object(call, recording, leg):
            return call, ()
        return recording_pieces.objected(call, recording, f"key {key} of {_who(call, leg)}", facts)
    if recording.apart or not is_own(call, leg):
        return call, ()
    begun, code = _begun(recording, leg, key, chosen)
    if not code:
        return (call, ()) if begun == recording.pressing else _with(call, recording, begun)
    call, _ = _with(call, recording, ("", ""))
    action = _meant(replace(recording, pressing=("", "")), code, chosen)
    return asked(call, call.recording or recording, action, f"{code} of {_who(call, leg)}", facts, leg)


def _with(call: Call, recording: TalkRecording, begun: tuple[str, str]) -> PlainResult:
    return replace(call, recording=replace(recording, pressing=begun)), ()


def _begun(recording: TalkRecording, leg: str, key: str, chosen: Recordings) -> tuple[tuple[str, str], str]:
    """What of a code is pressed by now at this leg, and the code if it is complete."""
    typed = (recording.pressing[1] if recording.pressing[0] == leg else "") + key
    codes = (chosen.start_key, chosen.pause_key)
    while typed and not any(code.startswith(typed) for code in codes):
        typed = typed[1:]
    if typed in codes:
        return ("", ""), typed
    return (leg, typed) if typed else ("", ""), ""


def _meant(recording: TalkRecording, code: str, chosen: Recordings) -> RecordingAction:
    """Each code does one thing, and undoes it."""
    if code == chosen.pause_key:
        return RecordingAction.PAUSE if recording.paused_until is None else RecordingAction.RESUME
    return RecordingAction.STOP if recording.is_on else RecordingAction.START


def asked(
    call: Call, recording: TalkRecording, action: RecordingAction, by: str, facts: Facts, leg: str = ""
) -> PlainResult:
    """Do what is asked for, if it can be done now.

    Args:
        leg: where it was pressed; "": it was asked for by a command, which may stop what the rules have begun as well.
    """
    match action:
        case RecordingAction.PAUSE if recording.is_on and recording.paused_until is None:
            return pause(call, recording, by, facts)
        case RecordingAction.RESUME if recording.is_on and recording.paused_until is not None:
            return resume(call, recording, by, facts)
        case RecordingAction.STOP if recording.is_on and _may(call, recording, leg, facts):
            return stop(call, recording, by)
        case RecordingAction.START if not recording.is_on and not recording.apart and _may(call, recording, leg, facts):
            return announce(call, recording, facts)
        case _:
            return call, ()


def _may(call: Call, recording: TalkRecording, leg: str, facts: Facts) -> bool:
    """Whether the person at this leg starts and stops it."""
    if call.objected or recording.ending:
        return False
    allowed, extension = facts.tenant.recording.on_demand_by, extension_in(party_of(call, leg))
    return not leg or (recording.mode is RecordingMode.ON_DEMAND and (not allowed or extension in allowed))


def _who(call: Call, leg: str) -> str:
    return party_of(call, leg) or ("the caller" if leg == call.led else "the other party")
