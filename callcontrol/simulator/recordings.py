"""`uuid_record`: a channel is recorded beside whatever it does (switch_ivr_async.c, switch_ivr_record_session_event).

No audio is made, only time and events, and a short file where one is wanted (`media.py`). Where its folder does not
exist none is begun, and one that runs ends as on a full disk: the switch notices when it closes the file.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from urllib.parse import unquote

from callcontrol.simulator.channel import Channel
from callcontrol.simulator.dial_string import separate
from callcontrol.simulator.running import Running
from callcontrol.simulator.session import SwitchBase

_OK = "+OK Success\n"
_USAGE = "-USAGE: <uuid> [start|stop|mask|unmask] <path> [<limit>] [<recording_vars>]\n"
_SAMPLES_PER_MS = 8


def record(switch: SwitchBase, argument: str) -> str:
    """`uuid_record uuid start|stop|mask|unmask path [limit] [{name=value,…}]`"""
    uuid, action, path, limit, variables = [*separate(argument, " "), "", "", "", "", ""][:5]
    if not path:
        return _USAGE
    channel = switch.core.live(uuid)
    if channel is None:
        return "-ERR Cannot locate session!\n"
    running = channel.recordings.get(path)
    match action:
        case "start":
            return _start(switch, channel, path, float(limit or 0), variables)
        case "stop" if running is not None:
            _stop(channel, running, "uri-failure" if _is_broken(switch, path) else "success-maxtime")
            return _OK
        case "mask" | "unmask" if running is not None:
            running.masked = action == "mask"
            channel.far_end.told(f"recording_{action}ed")
            return _OK
        case "stop" | "mask" | "unmask":
            return f"-ERR Cannot {action} {'record' if action == 'stop' else 'recording'} session!\n"
        case _:
            return _USAGE


def _start(switch: SwitchBase, channel: Channel, path: str, limit_s: float, variables: str) -> str:
    if path in channel.recordings:
        return _OK
    if not path.startswith("/") or not channel.has_media or _is_broken(switch, path):
        return "-ERR Cannot record session!\n"
    pairs = (pair.partition("=") for pair in separate(unquote(variables).strip("{}"), ",") if pair)
    running = Running(path, switch.core.timeline.now_us(), {name: value for name, _, value in pairs})
    channel.recordings[path] = running
    switch.media.begin_file(path)
    channel.fire("RECORD_START", after=running.headers)
    channel.far_end.told("recording")

    def stop(cause: str) -> None:
        _stop(channel, running, "uri-failure" if _is_broken(switch, path) else cause)

    channel.on_down.append(lambda: stop("success-silence"))
    if limit_s:
        switch.core.timeline.call_later(limit_s, lambda: stop("success-maxtime"))
    return _OK


def _is_broken(switch: SwitchBase, path: str) -> bool:
    return str(PurePosixPath(path).parent) in switch.media.missing


def _stop(channel: Channel, running: Running, cause: str) -> None:
    if channel.recordings.pop(running.path, None) is None:
        return
    ms = (channel.core.timeline.now_us() - running.began_us) // 1000
    channel.set("record_samples", str(ms * _SAMPLES_PER_MS))
    channel.set("record_seconds", str(ms // 1000))
    channel.set("record_ms", str(ms))
    channel.fire("RECORD_STOP", after={**running.headers, "Record-Completion-Cause": cause})
