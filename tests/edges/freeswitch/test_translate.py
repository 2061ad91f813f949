"""The switch's events as recorded become a call's events; a call's commands the switch's applications."""

from __future__ import annotations

import pytest

from callcontrol.control import commands as do
from callcontrol.control.call import Call, new_call
from callcontrol.control.events import AppEnded, CallerHungUp, Event, LegBridged
from callcontrol.edges.freeswitch.translate import app_commands, call_event, leg_gone
from callcontrol.edges.freeswitch.wire import FrameDecoder, SwitchEvent, read_event
from callcontrol.routing.plan import Acceptance, Account, LegPlan, Shown, SipAddress, TrunkNumber
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.outcome import Outcome, outcome_of
from tests.routing.world import NOW
from tests.wire.recordings import said


def events(capture: str) -> list[SwitchEvent]:
    decoder = FrameDecoder()
    frames = [f for data in said(capture, "<")[1:] for f in decoder.feed(data)]
    return [read_event(f) for f in frames if f.kind.startswith("text/event")]


def told(capture: str) -> list[Event]:
    return [e for e in map(call_event, events(capture)) if e is not None]


@pytest.mark.parametrize(
    ("capture", "disposition", "outcome"),
    [
        ("bridge-busy", "USER_BUSY", Outcome.BUSY),
        ("bridge-declined", "CALL_REJECTED", Outcome.BUSY),
        ("bridge-no-answer", "ALLOTTED_TIMEOUT", Outcome.NO_ANSWER),
        ("bridge-not-registered", "SUBSCRIBER_ABSENT", Outcome.UNAVAILABLE),
        ("bridge-user-offline", "USER_NOT_REGISTERED", Outcome.UNAVAILABLE),
        ("bridge-gateway-unknown", "INVALID_GATEWAY", Outcome.UNAVAILABLE),
        ("bridge-caller-hangs-up-while-ringing", "ORIGINATOR_CANCEL", Outcome.ABANDONED),
    ],
)
def test_how_a_bridge_failed(capture: str, disposition: str, outcome: Outcome) -> None:
    (ended,) = [e for e in told(capture) if isinstance(e, AppEnded) and e.app_id == "app-b"]
    assert ended.disposition == disposition
    assert outcome_of(ended.disposition) is outcome


@pytest.mark.parametrize(
    ("capture", "legs"), [("bridge-answered", 1), ("bridge-ring-all", 3), ("bridge-sequential", 2), ("bridge-trunk", 1)]
)
def test_who_was_joined_and_which_legs_there_were(capture: str, legs: int) -> None:
    (joined,) = [e for e in told(capture) if isinstance(e, LegBridged)]
    (ended,) = [e for e in told(capture) if isinstance(e, AppEnded) and e.app_id == "app-b"]
    assert joined.leg_id in ended.causes
    assert len(ended.causes) == legs
    assert joined.at > 0


def test_a_leg_that_never_was_is_not_among_the_causes() -> None:
    (ended,) = [e for e in told("bridge-user-offline") if isinstance(e, AppEnded) and e.app_id == "app-b"]
    assert ended.causes == {}


@pytest.mark.parametrize(
    ("capture", "by"),
    [
        ("bridge-answered", "switch"),
        ("answer-playback-caller-hangs-up", "caller"),
        ("bridge-caller-hangs-up-while-ringing", "caller"),
    ],
)
def test_the_callers_end(capture: str, by: str) -> None:
    (last,) = [e for e in events(capture) if e.name == "CHANNEL_HANGUP_COMPLETE"]
    gone = leg_gone(last, call(last.get("Unique-ID")))
    assert gone.hung_up_by == by
    assert gone.stamps.created <= (gone.stamps.answered or gone.stamps.ended) <= gone.stamps.ended
    assert any(isinstance(e, CallerHungUp) and e.cause == gone.cause for e in told(capture))


def test_legs_of_the_queue_capture_with_their_stamps() -> None:
    gone = {
        g.leg_id: g
        for g in (leg_gone(e, call("caller")) for e in events("queue-inbound") if e.name == "CHANNEL_HANGUP_COMPLETE")
    }
    assert (gone["leg-busy"].cause, gone["leg-busy"].hung_up_by) == ("USER_BUSY", "callee")
    assert (gone["leg-noans"].cause, gone["leg-noans"].hung_up_by) == ("NO_ANSWER", "switch")
    assert gone["leg-kill"].cause == "LOSE_RACE"
    answered = gone["leg-ok"].stamps
    assert answered.answered is not None
    assert 3_000_000 < answered.talk_us < 4_000_000


def test_a_recording_tells_its_length() -> None:
    (ended,) = [e for e in told("record") if isinstance(e, AppEnded) and e.recorded_ms]
    assert 1_000 < ended.recorded_ms < 60_000


@pytest.mark.parametrize(
    ("application", "response", "missing"),
    [("playback", "FILE NOT FOUND", True), ("playback", "FILE PLAYED", False), ("record", "FILE NOT FOUND", False)],
)
def test_a_playback_tells_that_the_switch_does_not_have_the_file(
    application: str, response: str, missing: bool
) -> None:
    """As mod_dptools.c, playback_function, writes it."""
    headers = {"Event-Name": "CHANNEL_EXECUTE_COMPLETE", "Application": application, "Application-Response": response}
    ended = call_event(SwitchEvent(headers))
    assert isinstance(ended, AppEnded)
    assert ended.missing is missing


@pytest.mark.parametrize(
    ("channel", "mark", "is_told"), [("leg", "c1", True), ("leg", "c2", False), ("leg", "", False), ("a1", "c1", False)]
)
def test_only_a_leg_that_our_mark_gives_to_the_call_tells_how_it_was_sent_out(
    channel: str, mark: str, is_told: bool
) -> None:
    gone = leg_gone(SwitchEvent({"Unique-ID": channel, "variable_cc_call": mark}), call("a1"))
    assert (gone.sent is not None) is is_told


def call(channel: str = "a1", **caller: object) -> Call:
    who = Caller("+48500100200", **caller)  # type: ignore[arg-type]  # words of a test
    return new_call(
        id_="c1", channel=channel, switch="fs1", worker="w", tenant="acme", caller=who, dialled="1", now=NOW
    )


def wire(command: do.Command, **caller: object) -> str:
    (made,) = app_commands(command, call("a1", **caller), "internal")
    return made.wire().decode()


def test_a_bridge_to_a_phone_a_number_and_an_address() -> None:
    shown = Shown("+48500100200")
    legs = (
        ("l1", LegPlan("extension:101", Account("101", "acme.example"), 20, shown)),
        (
            "l2",
            LegPlan(
                "number:+48600", TrunkNumber("a", "gw-a", "48600"), 15, shown, "tenant", Acceptance("p.wav", 7), 60
            ),
        ),
        ("l3", LegPlan("sip:b@x.org", SipAddress("b@x.org"), 9, shown, "tenant")),
    )
    text = wire(do.Bridge("c1:0", legs, {"Diversion": "<sip:+4822@acme.example>;reason=user-busy"}), name="Jan K")
    assert "Event-UUID: c1:0" in text
    assert "sofia/internal/101%acme.example" in text
    assert "sofia/gateway/gw-a/48600" in text
    assert "sofia/external/sip:b@x.org" in text
    assert text.count("cc_call=c1") == 1
    assert "group_confirm_key=1,group_confirm_file=p.wav,group_confirm_timeout=7" in text
    assert "execute_on_answer='sched_hangup +60 ALLOTTED_TIMEOUT'" in text
    assert "sip_h_Diversion=<sip:+4822@acme.example>;reason=user-busy" in text
    assert text.count("origination_caller_id_name='Jan K'") == 1  # on our own phone only


def test_an_anonymous_caller_is_nowhere_in_what_goes_out() -> None:
    hidden = Shown("+48221234500", private=True)
    legs = (("l1", LegPlan("number:+48600", TrunkNumber("a", "gw-a", "48600"), 15, hidden, "tenant")),)
    text = wire(do.Bridge("c1:0", legs), name="Jan K", anonymous=True)
    assert "Jan" not in text
    assert "500100200" not in text
    assert "sip_force_full_from" in text


def test_keys_are_taken_while_a_bridge_rings() -> None:
    (made,) = app_commands(do.HoldKeysBack(), call("a1"), "internal")
    assert made.wire() == b"api uuid_setvar_multi a1 origination_cancel_key=none\n\n"
