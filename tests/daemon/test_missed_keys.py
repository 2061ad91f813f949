"""Keys pressed between the death of one worker and the takeover by another."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import cast

import orjson
import pytest

from callcontrol.control.call import Call, new_call
from callcontrol.control.events import Event, KeyPressed, LegKey
from callcontrol.control.talk_recording import TalkRecording
from callcontrol.daemon import missed_keys
from callcontrol.daemon.driven_call import DrivenCall
from callcontrol.daemon.missed_keys import KEPT_S, MissedKeys
from callcontrol.edges import clock
from callcontrol.edges.freeswitch.recording_commands import KEYS_HIDDEN, KEYS_MARK_HEADER
from callcontrol.edges.freeswitch.wire import Frame, read_event
from callcontrol.vocabulary.call import Caller, HeardKey
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.recording import RecordingMode

CALL = new_call(
    id_="c", channel="a", switch="s1", worker="w1", tenant="acme", caller=Caller("1"), dialled="2", now=Instant(1)
)


def dtmf(key: str, at: int, channel: str = "a", **more: str) -> bytes:
    headers = {**more, "Event-Name": "DTMF", "Unique-ID": channel, "DTMF-Digit": key, "Event-Date-Timestamp": str(at)}
    return orjson.dumps({**headers, "DTMF-Source": "RTP"})


@dataclass
class Driven:
    """A call whose connection this worker may have."""

    call: Call = CALL
    line: object = None
    events: list[Event] = field(default_factory=list)

    def deliver(self, event: Event) -> None:
        self.events.append(event)


def test_a_call_gets_the_keys_after_the_last_one_it_had() -> None:
    keys = MissedKeys()
    for key, at, channel in (("1", 10, "a"), ("2", 20, "a"), ("9", 25, "b"), ("3", 30, "a")):
        assert not keys.keep(channel, dtmf(key, at))
    assert keys.of(CALL) == (KeyPressed("1", 10, "RTP"), KeyPressed("2", 20, "RTP"), KeyPressed("3", 30, "RTP"))
    after = replace(CALL, heard_key=HeardKey("2", Instant(20), "RTP"))
    assert keys.of(after) == (KeyPressed("3", 30, "RTP"),)
    assert keys.of(replace(CALL, heard_key=None)) == ()  # the call was saved by an earlier version


def test_keys_are_dropped_after_a_while_and_beyond_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    keys, now_s = MissedKeys(), [100.0]
    monkeypatch.setattr(clock, "monotonic", lambda: now_s[0])
    monkeypatch.setattr(missed_keys, "MAX_MISSED_KEYS", 2)
    for key, at in (("1", 10), ("2", 20), ("3", 30)):
        keys.keep("a", dtmf(key, at))
    assert [one.key for one in keys.of(CALL)] == ["2", "3"]
    now_s[0] += KEPT_S + 1
    keys.keep("a", dtmf("4", 40))
    assert [one.key for one in keys.of(CALL)] == ["4"]


def test_an_expired_key_is_given_to_no_call(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even if no other key arrived since, because its conversation may be long over."""
    keys, now_s = MissedKeys(), [100.0]
    monkeypatch.setattr(clock, "monotonic", lambda: now_s[0])
    keys.keep("a", dtmf("1", 10))
    now_s[0] += KEPT_S + 1
    assert keys.of(CALL) == ()


@pytest.mark.parametrize(("line", "leg", "is_kept"), [(None, "a", True), ("there", "a", False), (None, "b", False)])
def test_a_callers_key_is_missed_while_the_channel_is_fetched(line: object, leg: str, is_kept: bool) -> None:
    keys, driven = MissedKeys(), Driven(line=line)
    keys.tell(cast(DrivenCall, driven), read_event(Frame("text/event-json", b"", dtmf("1", 10, leg))))
    assert (len(keys.of(CALL)), driven.events) == (is_kept, [] if is_kept else [LegKey(leg, "1")])


def test_keys_typed_while_a_recording_is_paused_are_kept_by_no_worker() -> None:
    """Neither by a worker that has the call without its connection, nor by one that only hears the switch's events."""
    keys, recording = MissedKeys(), TalkRecording(mode=RecordingMode.ANNOUNCE, channel="a", partner="b")
    marked = dtmf("1", 10, **{KEYS_MARK_HEADER: KEYS_HIDDEN})
    assert not keys.keep("a", marked)
    paused = replace(recording, media_id="c-1", paused_until=Instant(99))
    driven = Driven(replace(CALL, recording=paused))
    keys.tell(cast(DrivenCall, driven), read_event(Frame("text/event-json", b"", marked)))
    assert keys.of(CALL) == ()
    assert driven.events == [LegKey("a", "1")]
