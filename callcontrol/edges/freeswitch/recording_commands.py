"""Recording a conversation, and announcing that, in the language of the switch's event socket.

A leg that talks is played something by `uuid_broadcast`: it runs inside of the bridge's own thread, which hands no
sound on meanwhile, neither of this leg nor of the other one (switch_ivr_bridge.c, audio_bridge_thread, CF_SUSPEND).
What is queued behind it runs when it is over, and tells us. That comes by `sendmsg`, which takes nothing of the talk
(`uuid_broadcast` reads five frames away first: switch_ivr_async.c, switch_ivr_broadcast, `lead-frames`).
"""

from __future__ import annotations

import re
from typing import Final

from callcontrol.control.talk_commands import (
    AnnounceRecording,
    EndPrompt,
    HideKeys,
    MaskRecording,
    StartRecording,
    StopRecording,
    TalkCommand,
)
from callcontrol.edges.freeswitch.commands import Execute
from callcontrol.edges.freeswitch.failures import UnsafeText
from callcontrol.edges.freeswitch.safe import playable

# The event by which a leg tells that it has heard the announcement, and its header that names the call.
ANNOUNCED: Final = "callcontrol::announced"
ANNOUNCED_TO: Final = "Callcontrol-Call"
# Our id of a recording among its own variables; events of the recording carry it (merge_recording_variables).
MEDIA: Final = "cc_media"
MEDIA_HEADER: Final = f"Recording-Variable-{MEDIA}"
# Every key of a channel stands in `digits_dialed` at its end, and so in the switch's own records; what this matches is
# written as X (switch_channel.c, switch_channel_set_timestamps).
_KEYS_HIDDEN: Final = "digits_dialed_filter=(.*)"
# What a channel is marked with while no worker is to keep its keys: of its variables this one stands in the event of
# each key (switch_channel.c, switch_channel_event_set_basic_data), so each listener knows.
_KEYS_MARK: Final = "presence_data"
KEYS_MARK_HEADER: Final = "Channel-Presence-Data"
KEYS_HIDDEN: Final = "cc-keys-hidden"
_PATH: Final = re.compile(r"/[A-Za-z0-9_./-]{1,400}")


def before(command: AnnounceRecording | EndPrompt | StopRecording) -> tuple[str, ...]:
    """The api commands that go ahead of it.

    Raises:
        UnsafeText: something in it cannot be sent as what it is.
    """
    match command:
        case AnnounceRecording(leg, file):
            variables = f"uuid_setvar_multi {leg} playback_terminators=none;{_KEYS_HIDDEN}"
            return variables, f"uuid_broadcast {leg} {playable(file)} aleg"
        case EndPrompt(leg, at_once=True):
            return (f"uuid_break {leg} all",)
        case StopRecording(channel, path):
            return (f"uuid_record {channel} stop {_path(path)}",)
        case _:
            return ()


def the_command(command: TalkCommand, call_id: str) -> str | Execute:
    """The command for what is asked for.

    Raises:
        UnsafeText: as above.
    """
    match command:
        case AnnounceRecording(leg):
            event = f"Event-Name=CUSTOM,Event-Subclass={ANNOUNCED},{ANNOUNCED_TO}={call_id}"
            return Execute("event", event, uuid=leg)
        case EndPrompt(leg):
            return f"uuid_setvar {leg} playback_terminators"
        case StartRecording(channel, media_id, path, limit_s, swapped):
            stereo = "RECORD_STEREO_SWAP" if swapped else "RECORD_STEREO"
            return f"uuid_record {channel} start {_path(path)} {limit_s} {{{MEDIA}={media_id},{stereo}=true}}"
        case MaskRecording(channel, path, on):
            return f"uuid_record {channel} {'mask' if on else 'unmask'} {_path(path)}"
        case HideKeys(leg, on):
            return f"uuid_setvar {leg} {_KEYS_MARK}{f' {KEYS_HIDDEN}' if on else ''}"
        case StopRecording(channel):
            # a message that is recorded on the channel later must not be taken for this long
            return f"uuid_setvar {channel} record_ms"


def _path(path: str) -> str:
    if not _PATH.fullmatch(path):
        raise UnsafeText(what="path of a recording", text=path[:200], why=f"it is not of the form {_PATH.pattern}")
    return path
