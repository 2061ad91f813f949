"""The variables a channel gets when it ends: hangup cause, stamps, durations (switch_channel_set_timestamps)."""

from __future__ import annotations

from callcontrol.simulator import causes
from callcontrol.simulator.profile import Times
from callcontrol.simulator.timeline import local_stamp

_SECOND_US = 1_000_000
_NORMAL_CLEARING = 16
_LAST_Q850 = 127
_UNITS = (
    ("variable_duration", "sec", _SECOND_US),
    ("variable_mduration", "msec", 1000),
    ("variable_uduration", "usec", 1),
)


def at_the_end(times: Times, cause: str, name: str, number: str, last_app: str, last_arg: str) -> dict[str, str]:
    """Everything between `hangup_cause` and the rtp statistics, in the switch's order, with the `variable_` prefix."""
    found = {
        "variable_hangup_cause": cause,
        "variable_hangup_cause_q850": str(_q850(cause)),
        "variable_digits_dialed": "none",
        **_stamps(times),
        **_epochs(times),
    }
    if last_app:
        found["variable_last_app"] = last_app
        if last_arg:
            found["variable_last_arg"] = last_arg
    found["variable_caller_id"] = f'"{name}" <{number}>'
    _add_durations(found, times)
    return found


def _q850(cause: str) -> int:
    """Causes of the switch's own, above 127, have no Q.850 number and count as normal clearing."""
    number = causes.NUMBERS.get(cause, _NORMAL_CLEARING)
    return number if number <= _LAST_Q850 else _NORMAL_CLEARING


def _stamps(t: Times) -> dict[str, str]:
    moments = (
        ("variable_start_stamp", t.created),
        ("variable_profile_start_stamp", t.profile_created),
        ("variable_answer_stamp", t.answered),
        ("variable_bridge_stamp", t.bridged),
        ("variable_progress_stamp", t.progress),
        ("variable_progress_media_stamp", t.progress_media),
        ("variable_end_stamp", t.hungup),
    )
    return {name: local_stamp(at_us) for name, at_us in moments if at_us}


def _epochs(t: Times) -> dict[str, str]:
    return {
        "variable_start_epoch": str(t.created // _SECOND_US),
        "variable_start_uepoch": str(t.created),
        "variable_profile_start_epoch": str(t.profile_created // _SECOND_US),
        "variable_profile_start_uepoch": str(t.profile_created),
        "variable_answer_epoch": str(t.answered // _SECOND_US),
        "variable_answer_uepoch": str(t.answered),
        "variable_bridge_epoch": str(t.bridged // _SECOND_US),
        "variable_bridge_uepoch": str(t.bridged),
        "variable_last_hold_epoch": str(t.last_hold // _SECOND_US),
        "variable_last_hold_uepoch": str(t.last_hold),
        "variable_hold_accum_seconds": str(t.hold_accum // _SECOND_US),
        "variable_hold_accum_usec": str(t.hold_accum),
        "variable_hold_accum_ms": str(t.hold_accum // 1000),
        "variable_resurrect_epoch": str(t.resurrected // _SECOND_US),
        "variable_resurrect_uepoch": str(t.resurrected),
        "variable_progress_epoch": str(t.progress // _SECOND_US),
        "variable_progress_uepoch": str(t.progress),
        "variable_progress_media_epoch": str(t.progress_media // _SECOND_US),
        "variable_progress_media_uepoch": str(t.progress_media),
        "variable_end_epoch": str(t.hungup // _SECOND_US),
        "variable_end_uepoch": str(t.hungup),
    }


def _add_durations(found: dict[str, str], t: Times) -> None:
    """`…sec` are differences of truncated seconds, as the switch's are: never bill by them."""
    answered_end = t.hungup if t.answered else 0
    spans = (
        ("", t.created, t.hungup),
        ("bill", t.answered, answered_end),
        ("progress", t.created, t.progress),
        ("answer", t.created, t.answered),
        ("wait", t.created, t.bridged or t.answered),
        ("progress_media", t.created, t.progress_media),
        ("flow_bill", t.profile_created, answered_end),
    )
    for whole, unit, divisor in _UNITS:
        for what, start, end in spans:
            elapsed = end // divisor - start // divisor if end else 0
            name = f"variable_{what}{unit}" if what else whole
            found[name] = str(elapsed) if elapsed > 0 else "0"
