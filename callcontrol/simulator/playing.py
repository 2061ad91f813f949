"""Sound: playing it, collecting digits, recording. No audio is made, only time and events."""

from __future__ import annotations

from callcontrol.simulator.session import Session
from callcontrol.simulator.sounds import FOREVER

_SAMPLES_PER_S = 8000


def play(session: Session, path: str, *, collect: bool = False) -> str:
    """Play to the end, a break, a key or the hang-up; what the switch says about it.

    With `collect` any key ends it and stays for the app that reads keys; otherwise only a playback terminator does.
    """
    name = path[path.index("}") + 1 :] if path.startswith("{") and "}" in path else path
    if not name or not session.ready():
        return "PLAYBACK ERROR"
    length_s = session.switch.media.duration_s(name)
    if length_s is None:
        return "FILE NOT FOUND"
    channel, timeline = session.channel, session.switch.core.timeline
    what = _described(path if path != name else session.switch.media.path_of(path))
    if not collect:
        channel.digits.clear()
    channel.fire("PLAYBACK_START", after=what)
    channel.far_end.told("playback", file=path)
    began_us = timeline.now_us()
    until_us = None if length_s == FOREVER else began_us + int(length_s * 1_000_000)
    stop_keys = "" if collect else channel.get("playback_terminators") or "*"
    session.stay(lambda: not session.broken and not _pressed(session, stop_keys, collect=collect), until_us)
    _note_played(session, (timeline.now_us() - began_us) / 1_000_000)
    stopped = session.ready() and (until_us is None or timeline.now_us() < until_us)
    channel.fire("PLAYBACK_STOP", after={**what, "Playback-Status": "break" if stopped else "done"})
    channel.far_end.told("playback_end", file=path)
    return "FILE PLAYED" if session.ready() else "PLAYBACK ERROR"


def read(
    session: Session,
    most: int,
    path: str,
    first_ms: int,
    terminators: str,
    next_ms: int,
) -> str:
    """Play a file and collect keys: up to `most`, ended by a terminator or by silence. Milliseconds."""
    channel = session.channel
    if path and path != "silence" and len(channel.digits) < most:
        play(session, path, collect=True)
    collected = ""
    while session.ready() and len(collected) < most:
        wait_ms = next_ms if collected else first_ms
        until_us = session.switch.core.timeline.now_us() + wait_ms * 1000
        session.stay(lambda: not channel.digits and not session.broken, until_us)
        if not channel.digits:
            break
        key = channel.digits.pop(0)
        if key in terminators:
            channel.set("read_terminator_used", key)
            break
        collected += key
    return collected


def record(session: Session, path: str, limit_s: float, silence_s: float) -> None:
    """Record until the limit, a key, the hang-up, or `silence_s` after the far end has stopped speaking."""
    channel, timeline = session.channel, session.switch.core.timeline
    what = {"Record-File-Path": path}
    channel.digits.clear()
    session.switch.media.begin_file(path)
    channel.fire("RECORD_START", after=what)
    channel.far_end.told("record", file=path)
    began_us = timeline.now_us()
    length_s = _spoken_s(session, limit_s, silence_s)
    until_us = None if length_s is None else began_us + int(length_s * 1_000_000)
    stop_keys = channel.get("playback_terminators") or "*"
    session.stay(lambda: not session.broken and not _pressed(session, stop_keys, collect=False), until_us)
    elapsed_s = (timeline.now_us() - began_us) / 1_000_000
    session.switch.media.durations_s[path] = elapsed_s
    channel.set("record_seconds", str(int(elapsed_s)))
    channel.set("record_ms", str(int(elapsed_s * 1000)))
    channel.set("record_samples", str(int(elapsed_s * _SAMPLES_PER_S)))
    channel.set("record_file_size", str(int(elapsed_s * _SAMPLES_PER_S) * 2))
    channel.set("silence_hits_exhausted", "true" if _fell_silent(session, elapsed_s) else "false")
    channel.fire("RECORD_STOP", after=what)
    channel.far_end.told("record_end", file=path)


def _described(path: str) -> dict[str, str]:
    scheme = path.partition("://")[0]
    kind = {"Playback-File-Type": scheme} if scheme in ("tone_stream", "local_stream") else {}
    return {**kind, "Playback-File-Path": path}


def _pressed(session: Session, stop_keys: str, *, collect: bool) -> bool:
    digits = session.channel.digits
    if collect:
        return bool(digits)
    while digits:
        key = digits.pop(0)
        if stop_keys != "none" and (key in stop_keys or stop_keys == "any"):
            session.channel.set("playback_terminator_used", key)
            return True
    return False


def _note_played(session: Session, elapsed_s: float) -> None:
    samples = int(elapsed_s * _SAMPLES_PER_S)
    session.channel.update(
        {
            "playback_last_offset_pos": str(samples),
            "playback_seconds": str(int(elapsed_s)),
            "playback_ms": str(int(elapsed_s * 1000)),
            "playback_samples": str(samples),
        }
    )


def _fell_silent(session: Session, elapsed_s: float) -> bool:
    speaks_s = getattr(session.channel.far_end, "speaks_s", None)
    return session.ready() and speaks_s is not None and elapsed_s >= speaks_s


def _spoken_s(session: Session, limit_s: float, silence_s: float) -> float | None:
    """How long the recording lasts if it is not ended: None for ever, 0 limits do not count."""
    speaks_s = getattr(session.channel.far_end, "speaks_s", None)
    ends = [limit_s] if limit_s > 0 else []
    if speaks_s is not None and silence_s > 0:
        ends.append(speaks_s + silence_s)
    return min(ends) if ends else None
