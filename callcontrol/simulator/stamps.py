"""The variables a channel gets when it ends: hangup cause, stamps, durations (switch_channel_set_timestamps)."""

from __future__ import annotations

from callcontrol.simulator import causes
from callcontrol.simulator.profile import Times
from callcontrol.simulator.timeline import local_stamp

_SECOND_US = 1_000_000
_NORMAL_CLEARING = 16
_LAST_Q850 = 127


def at_the_end(times: Times, cause: str, name: str, number: str, last_app: str, last_arg: str) -> dict[str, str]:
    """Everything between `hangup_cause` and the rtp statistics, in the switch's order."""
    found = {
        "hangup_cause": cause,
        "hangup_cause_q850": str(_q850(cause)),
        "digits_dialed": "none",
        **_stamps(times),
        **_epochs(times),
    }
    if last_app:
        found["last_app"] = last_app
        if last_arg:
            found["last_arg"] = last_arg
    found["caller_id"] = f'"{name}" <{number}>'
    found.update(_durations(times))
    return found


def _q850(cause: str) -> int:
    """Causes of the switch's own, above 127, have no Q.850 number and count as normal clearing."""
    number = causes.NUMBERS.get(cause, _NORMAL_CLEARING)
    return number if number <= _LAST_Q850 else _NORMAL_CLEARING


def _stamps(t: Times) -> dict[str, str]:
    moments = {
        "start": t.created,
        "profile_start": t.profile_created,
        "answer": t.answered,
        "bridge": t.bridged,
        "progress": t.progress,
        "progress_media": t.progress_media,
        "end": t.hungup,
    }
    return {f"{what}_stamp": local_stamp(at_us) for what, at_us in moments.items() if at_us}


def _epochs(t: Times) -> dict[str, str]:
    found: dict[str, str] = {}
    early = {"start": t.created, "profile_start": t.profile_created, "answer": t.answered, "bridge": t.bridged}
    _add_epochs(found, early | {"last_hold": t.last_hold})
    found["hold_accum_seconds"] = str(t.hold_accum // _SECOND_US)
    found["hold_accum_usec"] = str(t.hold_accum)
    found["hold_accum_ms"] = str(t.hold_accum // 1000)
    late = {"resurrect": t.resurrected, "progress": t.progress, "progress_media": t.progress_media, "end": t.hungup}
    _add_epochs(found, late)
    return found


def _add_epochs(found: dict[str, str], moments: dict[str, int]) -> None:
    for what, at_us in moments.items():
        found[f"{what}_epoch"] = str(at_us // _SECOND_US)
        found[f"{what}_uepoch"] = str(at_us)


def _durations(t: Times) -> dict[str, str]:
    """`…sec` are differences of truncated seconds, as the switch's are: never bill by them."""
    spans = {
        "duration": (t.created, t.hungup),
        "bill": (t.answered, t.hungup if t.answered else 0),
        "progress": (t.created, t.progress),
        "answer": (t.created, t.answered),
        "wait": (t.created, t.bridged or t.answered),
        "progress_media": (t.created, t.progress_media),
        "flow_bill": (t.profile_created, t.hungup if t.answered else 0),
    }
    found: dict[str, str] = {}
    for unit, divisor in (("sec", _SECOND_US), ("msec", 1000), ("usec", 1)):
        for what, (start, end) in spans.items():
            elapsed = end // divisor - start // divisor if end else 0
            name = {"sec": "duration", "msec": "mduration", "usec": "uduration"}[unit]
            found[name if what == "duration" else f"{what}{unit}"] = str(max(elapsed, 0))
    return found
