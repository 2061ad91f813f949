"""`eavesdrop` as the real switch does it (tests/wire/captures/README.md): orders, keys, what the event socket tells."""

from __future__ import annotations

from callcontrol.simulator import Call
from tests.simulator.desk import CALLER, DID, CallLine, Desk, Line


def answered(desk: Desk, **call: object) -> CallLine:
    line = desk.call(Call.read({"to": DID, "number": CALLER, **call}))
    line.done("answer")
    return line


def listening(desk: Desk, *, keys_pass: str, **call: object) -> tuple[CallLine, CallLine, Line, str]:
    """Who is listened to, who listens, what an inbound connection hears, and the listener's name."""
    watch = desk.watch("MEDIA_BUG_START", "MEDIA_BUG_STOP")
    target = answered(desk)
    listener = answered(desk, **call)
    who = desk.call_id
    listener.done("set", f"eavesdrop_enable_dtmf={keys_pass}")
    listener.execute("eavesdrop", target.uuid, "spy")
    began = watch.event("MEDIA_BUG_START")
    assert began.headers["Unique-ID"] == began.headers["Media-Bug-Target"] == target.uuid
    assert began.headers["Media-Bug-Function"] == "eavesdrop"
    return target, listener, watch, who


def heard_by(desk: Desk, who: str) -> list[str]:
    return [one.detail["heard_by"] for one in desk.simulator.heard(who) if one.what == "listens"]


def test_orders_say_by_whom_the_listener_is_heard_and_end_it(desk: Desk) -> None:
    _, listener, watch, who = listening(desk, keys_pass="false")
    for order in "2301*":
        told = f"sendevent COMMAND\nunique-id: {listener.uuid}\neavesdrop-command: {order}"
        assert watch.ask(told).startswith("+OK")
    listener.event("CHANNEL_EXECUTE_COMPLETE", Application_UUID="spy")
    watch.event("MEDIA_BUG_STOP")
    assert heard_by(desk, who) == ["none", "leg", "both", "none", "other"]


def test_it_begins_as_its_variables_say_and_ends_with_the_other_channel(desk: Desk) -> None:
    target, listener = answered(desk), answered(desk)
    who = desk.call_id
    listener.done("set", "eavesdrop_whisper_bleg=true")
    listener.execute("eavesdrop", target.uuid, "spy")
    target.execute("hangup")
    listener.event("CHANNEL_EXECUTE_COMPLETE", Application_UUID="spy")
    assert heard_by(desk, who) == ["leg"]


def test_without_its_keys_no_event_tells_of_one_until_something_takes_it(desk: Desk) -> None:
    _, listener, watch, who = listening(desk, keys_pass="false", digits=[[3.0, "3"]])
    desk.simulator.switch.core.timeline.sleep(5)
    assert not listener.events("DTMF")
    watch.ask(f"sendevent COMMAND\nunique-id: {listener.uuid}\neavesdrop-command: *")
    assert listener.event("DTMF").headers["DTMF-Digit"] == "3"
    assert heard_by(desk, who) == ["none"]


def test_with_its_keys_a_listener_barges_in(desk: Desk) -> None:
    _, listener, _, who = listening(desk, keys_pass="true", digits=[[3.0, "3"]])
    listener.event("DTMF")
    assert heard_by(desk, who) == ["none", "both"]


def test_a_bound_key_is_told_by_the_end_of_its_application(desk: Desk) -> None:
    target, listener = answered(desk), answered(desk, digits=[[4.0, "2"], [5.0, "7"]])
    listener.done("bind_digit_action", "ours,2,exec[i]:set,cc_key=2")
    listener.done("digit_action_set_realm", "ours")
    listener.done("set", "eavesdrop_enable_dtmf=false")
    listener.execute("eavesdrop", target.uuid, "spy")
    listener.event("CHANNEL_EXECUTE_COMPLETE", Application="set", Application_Data="cc_key=2")
    desk.simulator.switch.core.timeline.sleep(3)
    assert not listener.events("DTMF")
    assert not listener.events("CHANNEL_EXECUTE_COMPLETE", Application_UUID="spy")


def test_a_channel_that_is_not_there_is_not_listened_to(desk: Desk) -> None:
    listener = answered(desk)
    listener.done("eavesdrop", "nosuch")
    listener.done("eavesdrop", listener.uuid)
    assert not [one for one in desk.simulator.heard(desk.call_id) if one.what == "listens"]
