"""Applications the caller hears: playback, keys, recording, silence."""

from __future__ import annotations

import re

from callcontrol.simulator import playing
from callcontrol.simulator.dial_string import separate
from callcontrol.simulator.session import App, Session

_DIGIT_TIMEOUT_MS = 5000


def playback(session: Session, argument: str) -> None:
    """Play one file, tone or stream."""
    response = playing.play(session, argument)
    session.channel.set("current_application_response", response)


def endless_playback(session: Session, argument: str) -> None:
    """Play a file again and again; a break only begins it anew, as in the switch."""
    while session.ready():
        session.broken = False
        if playing.play(session, argument) != "FILE PLAYED":
            return


def play_and_get_digits(session: Session, argument: str) -> None:
    """`min max tries timeout terminators file invalid-file variable regexp [digit-timeout [failure-extension]]`"""
    words = separate(argument, " ")
    if len(words) < 9:
        return
    least, most, tries, timeout_ms = (int(word) for word in words[:4])
    terminators, file, invalid, variable, pattern = words[4:9]
    digit_ms = int(words[9]) if len(words) > 9 else timeout_ms
    channel = session.channel
    channel.set(variable, None)
    for _ in range(tries):
        digits = playing.read(session, most, file, timeout_ms, terminators, digit_ms)
        if not session.ready():
            return
        channel.set("read_result", "success" if len(digits) >= least else "timeout")
        if len(digits) >= least and re.search(pattern, digits):
            channel.set(variable, digits)
            return
        channel.set(f"{variable}_invalid", digits)
        channel.digits.clear()
        if invalid:
            playing.play(session, invalid)


def read(session: Session, argument: str) -> None:
    """`min max file variable timeout terminators [digit-timeout]`"""
    words = separate(argument, " ")
    if len(words) < 6:
        return
    least, most = int(words[0]), int(words[1])
    file, variable, timeout_ms, terminators = words[2], words[3], int(words[4]), words[5]
    digit_ms = int(words[6]) if len(words) > 6 else _DIGIT_TIMEOUT_MS
    digits = playing.read(session, most, file, timeout_ms, terminators, digit_ms)
    session.channel.set(variable, digits)
    session.channel.set("read_result", "success" if len(digits) >= least else "timeout")


def sleep(session: Session, argument: str) -> None:
    """Milliseconds of silence; orders are carried out meanwhile."""
    until_us = session.switch.core.timeline.now_us() + int(argument or 0) * 1000
    session.stay(lambda: not session.broken, until_us)


def echo(session: Session, argument: str) -> None:
    """The far end hears itself until it is ended."""
    session.channel.far_end.told("echo")
    session.stay(lambda: not session.broken)


def record(session: Session, argument: str) -> None:
    """`path [limit-seconds [silence-threshold [silence-seconds]]]`"""
    words = [*separate(argument, " "), "", "", "", ""]
    path, limit, _, silence = words[:4]
    playing.record(session, path, float(limit or 0), float(silence or 0))


def record_session(session: Session, argument: str) -> None:
    """Record from now to the end of the channel or to stop_record_session."""
    path = argument.partition(" ")[0]
    channel = session.channel
    channel.set("recording_file", path)
    channel.fire("RECORD_START", after={"Record-File-Path": path})
    channel.on_down.append(lambda: _stop(session, path))


def stop_record_session(session: Session, argument: str) -> None:
    """End what record_session began; `all` ends every recording."""
    path = session.channel.get("recording_file") or ""
    if argument.strip() in ("all", path):
        _stop(session, path)


def _stop(session: Session, path: str) -> None:
    channel = session.channel
    if channel.get("recording_file") == path:
        channel.set("recording_file", None)
        channel.fire("RECORD_STOP", after={"Record-File-Path": path})


APPS = (
    App("playback", playback, needs_media=True),
    App("endless_playback", endless_playback, needs_media=True),
    App("gentones", playback, needs_media=True),
    App("play_and_get_digits", play_and_get_digits, needs_media=True),
    App("read", read, needs_media=True),
    App("sleep", sleep),
    App("echo", echo, needs_media=True),
    App("record", record, needs_media=True),
    App("record_session", record_session, needs_media=True),
    App("stop_record_session", stop_record_session),
)
