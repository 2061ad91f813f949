"""Ends of legs between the death of one worker and the takeover by another."""

import orjson
import pytest

from callcontrol.control.call import Call, new_call
from callcontrol.daemon import missed_ends
from callcontrol.daemon.missed_ends import MissedEnds
from callcontrol.edges import clock
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.moment import Instant


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


def call_with(id_: str, channel: str = "a") -> Call:
    who, now = Caller("1"), Instant(1)
    return new_call(id_=id_, channel=channel, switch="s1", worker="w1", tenant="acme", caller=who, dialled="2", now=now)


def test_a_calls_own_ends_are_found_in_their_order() -> None:
    missed = MissedEnds()
    for leg, call in (("leg-1", "call-1"), ("leg-2", "call-2"), ("leg-3", "call-1")):
        missed.keep((call, leg), end(leg, call))
    found = missed.of(call_with("call-1", "leg-3"))
    assert [(one.leg_id, one.cause, one.stamps.ended) for one in found] == [
        ("leg-1", "USER_BUSY", 1795320225000000),
        ("leg-3", "USER_BUSY", 1795320225000000),
    ]
    assert missed.of(call_with("call-9", "leg-9")) == []


def test_the_end_of_a_channel_without_our_mark_is_found_by_the_channel() -> None:
    missed = MissedEnds()
    missed.keep(("id-of-a-1", "a-1"), end("a-1", ""))
    (found,) = missed.of(call_with("call-1", "a-1"))
    assert found.leg_id == "a-1"


def test_ends_are_kept_until_the_next_look_for_orphans_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(clock, "monotonic", lambda: now[0])
    monkeypatch.setattr(missed_ends, "MAX_MISSED", 3)
    missed = MissedEnds()
    for number in range(5):
        missed.keep((f"call-{number}",), end("leg", f"call-{number}"))
    assert [bool(missed.of(call_with(f"call-{number}"))) for number in range(5)] == [False, False, True, True, True]
    now[0] += missed_ends.KEPT_S + 1
    missed.keep(("call-5",), end("leg", "call-5"))
    missed.looked(now[0])
    assert [bool(missed.of(call_with(f"call-{number}"))) for number in (4, 5)] == [False, True]


def test_an_end_is_kept_however_long_a_look_for_orphans_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a slow machine a takeover may last half a minute: the look began before the end arrived."""
    now = [100.0]
    monkeypatch.setattr(clock, "monotonic", lambda: now[0])
    missed = MissedEnds()
    missed.keep(("call-1",), end("leg", "call-1"))
    began = now[0] = 103.0
    now[0] += 30
    missed.keep(("call-2",), end("leg", "call-2"))
    missed.looked(began)
    assert [one.leg_id for one in missed.of(call_with("call-1"))] == ["leg"]
    missed.looked(now[0])
    assert missed.of(call_with("call-1")) == []
    assert missed.of(call_with("call-2")) != []
