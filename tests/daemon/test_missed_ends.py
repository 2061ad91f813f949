"""Ends of legs that fall between two workers."""

import orjson
import pytest

from callcontrol.daemon import missed_ends
from callcontrol.daemon.missed_ends import MissedEnds
from callcontrol.edges import clock


def end(leg: str, call: str) -> bytes:
    headers = {
        "Event-Name": "CHANNEL_HANGUP_COMPLETE",
        "Unique-ID": leg,
        "variable_cc_call": call,
        "Hangup-Cause": "USER_BUSY",
        "Caller-Channel-Created-Time": "1795320223000000",
        "Caller-Channel-Hangup-Time": "1795320225000000",
    }
    return orjson.dumps(headers)


def test_a_calls_own_ends_are_found_in_their_order() -> None:
    missed = MissedEnds()
    for leg, call in (("leg-1", "call-1"), ("leg-2", "call-2"), ("leg-3", "call-1")):
        missed.keep(call, end(leg, call))
    found = missed.of("call-1")
    assert [(one.leg_id, one.cause, one.stamps.ended) for one in found] == [
        ("leg-1", "USER_BUSY", 1795320225000000),
        ("leg-3", "USER_BUSY", 1795320225000000),
    ]
    assert missed.of("call-9") == []


def test_they_are_kept_for_a_while_and_only_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(clock, "monotonic", lambda: now[0])
    monkeypatch.setattr(missed_ends, "MAX_MISSED", 3)
    missed = MissedEnds()
    for number in range(5):
        missed.keep(f"call-{number}", end("leg", f"call-{number}"))
    assert [bool(missed.of(f"call-{number}")) for number in range(5)] == [False, False, True, True, True]
    now[0] += missed_ends.KEPT_S + 1
    missed.keep("call-5", end("leg", "call-5"))
    assert [bool(missed.of(f"call-{number}")) for number in (4, 5)] == [False, True]
