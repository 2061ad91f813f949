"""`callcontrol recordings`: which conversations are recorded now; started, stopped, paused and resumed by a person."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator

from callcontrol.commands.arguments import add_config, configuration_or_exit
from callcontrol.commands.overriding import add_by, said_by
from callcontrol.config.settings import Settings
from callcontrol.control.call import Call
from callcontrol.edges import clock
from callcontrol.edges.live_state import codec, keys
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.edges.live_state.inbox import ask_recording
from callcontrol.edges.live_state.pipeline import RedisPipeline
from callcontrol.usecases.stores import live_state
from callcontrol.vocabulary.recording import RecordingAction

VERBS = ("show", *RecordingAction)
# The worker has so long to do it, and is asked so often (seconds); an announcement goes before a start.
DONE_S = 3.0
LOOK_S = 0.1


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`recordings [show]`, `recordings start|stop|pause|resume CALL`."""
    parser = subparsers.add_parser("recordings", help="conversations that are recorded now", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="|".join(VERBS))
    for verb in VERBS:
        one = verbs.add_parser(verb, help="which are (may be left out)" if verb == "show" else f"{verb} one")
        add_config(one)
        if verb != "show":
            one.add_argument("call", help="the beginning of the call's id")
            add_by(one)


def run(args: argparse.Namespace) -> int:
    """Carry it out; 1 if it makes no sense or Redis does not answer."""
    settings = configuration_or_exit(args.config).settings
    try:
        with live_state(settings) as pipeline:
            lines = _show(pipeline, settings) if args.verb == "show" else _act(pipeline, settings, args)
            for line in lines:
                print(line)
    except (LiveStateError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _show(pipeline: RedisPipeline, settings: Settings) -> Iterator[str]:
    told = [_told(call) for call in _calls(pipeline, settings) if call.recording is not None]
    yield from told or ["no conversation is recorded"]


def _act(pipeline: RedisPipeline, settings: Settings, args: argparse.Namespace) -> Iterator[str]:
    found = [call for call in _calls(pipeline, settings) if call.recording and call.id.startswith(args.call)]
    if len(found) != 1:
        many = "\n".join(("it may be any of these; write more of it:", *map(_told, found)))
        raise ValueError(many if found else f"no conversation of a call {args.call!r} is recorded, or may be on demand")
    call = found[0]
    if not ask_recording(pipeline, call.tenant, call.worker, call.id, args.verb, said_by(args)):
        raise ValueError(f"{call.id}: no worker has this call now; try again")
    due = clock.monotonic() + DONE_S
    while (now := _read(pipeline, call.tenant, call.id)) == call and clock.monotonic() < due:
        time.sleep(LOOK_S)
    if now == call:
        raise ValueError(f"nothing has changed: {_told(call)}")
    yield _told(now) if now is not None else f"{call.id}: the call is over"


def _calls(pipeline: RedisPipeline, settings: Settings) -> Iterator[Call]:
    for tenant in settings.tenants:
        for call_id in sorted(name.decode() for name in pipeline.ask("HKEYS", keys.calls(tenant))):
            call = _read(pipeline, tenant, call_id)
            if call is not None:
                yield call


def _read(pipeline: RedisPipeline, tenant: str, call_id: str) -> Call | None:
    text = pipeline.ask("HGET", keys.calls(tenant), call_id)
    try:
        read: Call | None = codec.decode(text) if text else None
    except (codec.Newer, codec.Unreadable):
        return None
    return read if isinstance(read, Call) else None


def _told(call: Call) -> str:
    """`CALL  +48500100200 to +48221234562: recorded, paused`."""
    recording = call.recording
    if recording is None:
        return f"{call.id}: not recorded"
    waits = "being announced" if recording.unheard else f"not recorded ({recording.mode})"
    how = "recorded" if recording.is_on else waits
    return f"{call.id}  {call.caller.number} to {call.dialled}: {how}{', paused' if recording.paused_until else ''}"
