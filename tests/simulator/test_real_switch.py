"""What calls on a real FreeSWITCH 1.11 showed, with the dial strings this project sends."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from callcontrol.simulator import Behaviour, Call, Trunk
from callcontrol.simulator.dialplan import standard
from callcontrol.simulator.encoding import json_event, plain_event
from tests.simulator.desk import CALLER, DID, CallLine, Desk, Line, Said
from tests.simulator.test_bridge import MOBILE, A, B, bridged, result

SWITCH_XML = Path(__file__).parents[2] / "freeswitch-xml"
PRESS_1 = "[group_confirm_key=1,group_confirm_file=press-1.wav,group_confirm_timeout=2]"
PATIENT = PRESS_1.replace("timeout=2", "timeout=60")
IGNORED = "sip_ignore_remote_cause=true"
GOES_ON = "continue_on_fail=true"


def end_of(watcher: Line, uuid: str) -> dict[str, str]:
    """CHANNEL_HANGUP_COMPLETE of one channel."""
    return watcher.event("CHANNEL_HANGUP_COMPLETE", Unique_ID=uuid).headers


def leg(name: str, more: str = "") -> str:
    """Variables that name a leg."""
    return f"[origination_uuid={name}{more and ',' + more}]"


# --- 1: several values -----------------------------------------------------------------------------------------


def test_several_values_are_a_list_in_json_and_a_text_in_plain() -> None:
    headers = {"a": "ARRAY::x;1|:y, z;2", "b": "x ARRAY::", "c": "ARRAY::", "d": "[1,2]"}
    body = json_event(headers, None).partition(b"\n\n")[2]
    assert json.loads(body) == {"a": ["x;1", "y, z;2"], "b": "x ARRAY::", "c": [""], "d": "[1,2]"}
    assert b"a: ARRAY%3A%3Ax%3B1|%3Ay" in plain_event(headers, None).replace(b"%7C", b"|")


@pytest.mark.parametrize(("dial", "values"), [(A, 0), (f"{A},{B}", 2)])
def test_legs_of_a_bridge_in_json(desk: Desk, dial: str, values: int) -> None:
    desk.phone("101@lab", Behaviour("busy"))
    desk.phone("102@lab", Behaviour("busy"))
    found = result(bridged(desk, dial))
    for name in ("originated_legs", "originate_causes"):
        assert found[name].startswith("ARRAY::") is (values > 1)
        assert len(found[name].split("|:")) == max(values, 1)


# --- 2: profiles -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (Call(DID, CALLER), f"sofia/external/{CALLER}@127.0.0.1"),
        (Call("102", "101", user="101", domain="lab"), "sofia/internal/101@127.0.0.1"),
        (Call(DID, CALLER, profile="carriers"), f"sofia/carriers/{CALLER}@127.0.0.1"),
    ],
)
def test_the_profile_a_caller_comes_by(desk: Desk, call: Call, name: str) -> None:
    headers = desk.call(call).replies()[0].headers
    assert headers["Channel-Name"] == name
    assert headers["variable_sofia_profile_name"] == name.split("/")[1]


@pytest.mark.parametrize(
    ("dial", "name"),
    [
        (A, "sofia/internal/101"),
        (MOBILE, "sofia/external/48600700800"),
        ("sofia/external/sip:x@pbx.example", "sofia/external/x"),
    ],
)
def test_the_profile_a_leg_leaves_by(desk: Desk, dial: str, name: str) -> None:
    desk.phone("101@lab", Behaviour("busy"))
    desk.phone("x@pbx.example", Behaviour("busy"))
    desk.simulator.trunk(Trunk("trunk", rejects=486))
    watcher = desk.watch("CHANNEL_CREATE")
    bridged(desk, dial)
    assert watcher.event("CHANNEL_CREATE", Call_Direction="outbound").headers["Channel-Name"] == name


# --- who is calling --------------------------------------------------------------------------------------------

FORCED = "sip_force_full_from='\"Anonymous\" <sip:anonymous@anonymous.invalid>'"
SHOWN = "origination_caller_id_number=4822,origination_caller_id_name=Acme"
NAMELESS = "origination_caller_id_number=4822,origination_caller_id_name=_undef_"
HIDDEN = "origination_privacy=hide_name:hide_number"


@pytest.mark.parametrize(
    ("variables", "shown"),
    [
        (SHOWN, {"number": "4822", "name": "Acme"}),
        (NAMELESS, {"number": "4822", "name": "", "Remote-Party-ID": "<sip:4822@127.0.0.1>;party=calling;"}),
        (f"{SHOWN},{HIDDEN}", {"number": "4822", "Privacy": None, "Remote-Party-ID": "privacy=full"}),
        (
            f"{NAMELESS},origination_privacy=screen:hide_name:hide_number,sip_cid_type=pid,{FORCED}",
            {
                "number": "anonymous",
                "name": "Anonymous",
                "P-Asserted-Identity": "<sip:4822@127.0.0.1>",
                "Privacy": "id",
                "Remote-Party-ID": None,
            },
        ),
        (
            f"{NAMELESS},origination_privacy=screen,sip_cid_type=pid,sip_cid_suppress_privacy_none=true",
            {"P-Asserted-Identity": "<sip:4822@127.0.0.1>", "Privacy": None},
        ),
        (f"{NAMELESS},origination_privacy=screen,sip_cid_type=pid", {"Privacy": "none"}),
        (f"{NAMELESS},{HIDDEN},sip_cid_type=pid", {"P-Preferred-Identity": "4822", "P-Asserted-Identity": None}),
        (
            f"{SHOWN},{HIDDEN},sip_cid_type=none,sip_h_Privacy=id,{FORCED}",
            {"number": "anonymous", "Privacy": "id", "P-Asserted-Identity": None, "Remote-Party-ID": None},
        ),
    ],
)
def test_the_caller_is_taken_from_the_invite(desk: Desk, variables: str, shown: dict[str, str | None]) -> None:
    desk.phone("101@lab", Behaviour("busy"))
    result(bridged(desk, f"[{variables}]{A}"))
    invite = desk.simulator.heard("101@lab")[0].detail
    for header, value in shown.items():
        assert (value in invite[header]) if value else not invite.get(header), header


def test_the_callers_name_is_inherited_unless_the_leg_has_none(desk: Desk) -> None:
    desk.phone("101@lab", Behaviour("busy"))
    result(bridged(desk, A, call=Call(DID, CALLER, "Jan Kowalski")))
    assert desk.simulator.heard("101@lab")[0].detail["name"] == "Jan Kowalski"


# --- legs that cannot be made, and a trunk where no one listens ---------------------------------------------------


@pytest.mark.parametrize("target", ["sofia/internal/199%lab", "sofia/internal/off%lab", "sofia/gateway/nosuch/1"])
def test_a_leg_that_cannot_be_made_is_only_destroyed(desk: Desk, target: str) -> None:
    desk.phone("off@lab", registered=False)
    watcher = desk.watch("CHANNEL_CREATE", "CHANNEL_HANGUP_COMPLETE", "CHANNEL_DESTROY")
    found = result(bridged(desk, leg("leg-1") + target))
    assert "originated_legs" not in found
    watcher.event("CHANNEL_DESTROY", Unique_ID="leg-1")
    assert [one.event for one in watcher.events(Unique_ID="leg-1")] == ["CHANNEL_DESTROY"]


@pytest.mark.parametrize(
    ("trunk", "cause", "made"),
    [
        (Trunk("trunk", up=False), "NORMAL_TEMPORARY_FAILURE", True),
        (Trunk("trunk", up=False, ping=True), "GATEWAY_DOWN", False),
    ],
)
def test_a_trunk_nobody_listens_at(desk: Desk, trunk: Trunk, cause: str, made: bool) -> None:
    desk.simulator.trunk(trunk)
    desk.phone("48600700800")
    found = result(bridged(desk, MOBILE))
    assert found["originate_disposition"] == cause
    assert ("originated_legs" in found) is made
    assert desk.heard("48600700800") == []


# --- the code a caller gets ------------------------------------------------------------------------------------

AT_THE_PROMPT = Behaviour(after_s=0.2, talk_s=1.0)


@pytest.mark.parametrize(
    ("behaviour", "variables", "cause", "code"),
    [
        (Behaviour("busy"), (GOES_ON,), "NO_ANSWER", "486"),
        (Behaviour("busy"), (GOES_ON, IGNORED), "NO_ANSWER", "480"),
        (Behaviour("fails", code=404), (GOES_ON, "sip_ignore_remote_cause=false"), "NO_ANSWER", "404"),
        (AT_THE_PROMPT, (GOES_ON,), "NO_ANSWER", "200"),
        (AT_THE_PROMPT, (GOES_ON, IGNORED), "USER_BUSY", "486"),
    ],
)
def test_the_last_legs_code_goes_before_the_cause(
    desk: Desk, behaviour: Behaviour, variables: tuple[str, ...], cause: str, code: str
) -> None:
    desk.phone("101@lab", behaviour)
    line = bridged(desk, PATIENT + A, *variables)
    result(line)
    line.execute("hangup", cause)
    ended = desk.ended()
    assert (ended["cause"], ended["code"]) == (cause, code)


@pytest.mark.parametrize(("argument", "code"), [("480", "480"), ("503 Service Unavailable", "503")])
def test_respond_says_its_code(desk: Desk, argument: str, code: str) -> None:
    desk.call().execute("respond", argument)
    assert desk.ended()["code"] == code


# --- the prompt ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("behaviour", "prompt", "cause", "by"),
    [
        (Behaviour(after_s=0.2), PRESS_1, "ALLOTTED_TIMEOUT", "send_bye"),
        (Behaviour(after_s=0.2, digits=((0.5, "2"),)), PRESS_1, "ALLOTTED_TIMEOUT", "send_bye"),
        (AT_THE_PROMPT, PATIENT, "NORMAL_CLEARING", "recv_bye"),
    ],
)
def test_nobody_accepts_at_the_prompt(desk: Desk, behaviour: Behaviour, prompt: str, cause: str, by: str) -> None:
    desk.simulator.trunk(Trunk("trunk", otherwise=(behaviour,)))
    watcher = desk.watch("CHANNEL_HANGUP_COMPLETE")
    line = bridged(desk, leg("mobile") + prompt + MOBILE)
    found = result(line)
    assert found["originate_disposition"] == cause
    assert found["originate_causes"] == f"mobile;{cause}"
    assert_talked_to_nobody(end_of(watcher, "mobile"), cause, by)
    line.execute("hangup", "NO_ANSWER")
    assert end_of(watcher, line.uuid)["variable_last_bridge_hangup_cause"] == cause


def assert_talked_to_nobody(end: dict[str, str], cause: str, by: str) -> None:
    assert (end["variable_hangup_cause"], end["variable_sip_hangup_disposition"]) == (cause, by)
    assert int(end["Caller-Channel-Answered-Time"]) > 0
    assert end["Caller-Channel-Bridged-Time"] == "0"


def test_another_answers_while_one_is_at_the_prompt(desk: Desk) -> None:
    desk.simulator.trunk(Trunk("trunk", otherwise=(Behaviour(after_s=0.0),)))
    desk.phone("101@lab", Behaviour(after_s=4.0, talk_s=0.5))
    watcher = desk.watch("CHANNEL_HANGUP_COMPLETE")
    line = bridged(desk, f"{leg('mobile')}{PATIENT}{MOBILE},{leg('phone')}{A}")
    assert result(line)["bridge_uuid"] == "phone"
    assert_talked_to_nobody(end_of(watcher, "mobile"), "LOSE_RACE", "send_bye")


def test_the_winner_of_a_prompt(desk: Desk) -> None:
    desk.simulator.trunk(Trunk("trunk", otherwise=(Behaviour(after_s=0.2, digits=((1.0, "1"),), talk_s=3.0),)))
    watcher = desk.watch("CHANNEL_HANGUP_COMPLETE")
    result(bridged(desk, leg("mobile") + PATIENT + MOBILE))
    end = end_of(watcher, "mobile")
    assert end["variable_group_dial_status"] == "winner"
    assert int(end["Caller-Channel-Answered-Time"]) < int(end["Caller-Channel-Bridged-Time"])


# --- what the ends leave on both legs --------------------------------------------------------------------------


def race(desk: Desk, *variables: str) -> tuple[CallLine, Line]:
    """101 is busy, 102 answers, 103 loses."""
    desk.phone("101@lab", Behaviour("busy", after_s=0.2))
    desk.phone("102@lab", Behaviour(after_s=2.0, talk_s=1.0))
    desk.phone("103@lab", Behaviour("never_answers"))
    watcher = desk.watch("CHANNEL_HANGUP_COMPLETE")
    third = "sofia/internal/103%lab"
    line = bridged(desk, f"{leg('busy')}{A},{leg('wins')}{B},{leg('loses')}{third}", GOES_ON, *variables)
    return line, watcher


def test_a_race(desk: Desk) -> None:
    line, watcher = race(desk)
    assert "sip_invite_failure_status" not in result(line)
    loser = end_of(watcher, "loses")
    assert loser["variable_call_completed_elsewhere"] == "true"
    assert loser["variable_group_dial_status"] == "loser"
    assert loser["variable_sip_hangup_disposition"] == "send_cancel"
    for other in ("busy", "wins"):
        assert "variable_call_completed_elsewhere" not in end_of(watcher, other)


def test_a_lone_busy_leg_leaves_its_code(desk: Desk) -> None:
    desk.phone("101@lab", Behaviour("busy"))
    assert result(bridged(desk, A))["sip_invite_failure_status"] == "486"


def hung_up_by_caller(desk: Desk, talking: bool) -> tuple[CallLine, Line]:
    """A call whose caller leaves while 101 rings, or while it talks."""
    desk.phone("101@lab", Behaviour() if talking else Behaviour("never_answers"))
    watcher = desk.watch("CHANNEL_HANGUP_COMPLETE", "CHANNEL_PROGRESS", "CHANNEL_BRIDGE")
    line = bridged(desk, leg("leg-1") + A)
    watcher.event("CHANNEL_BRIDGE" if talking else "CHANNEL_PROGRESS")
    desk.simulator.callers[desk.call_id].hang_up_now()
    return line, watcher


@pytest.mark.parametrize(
    ("talking", "cause", "specific"), [(False, "ORIGINATOR_CANCEL", "sip:487"), (True, "NORMAL_CLEARING", "sip:200")]
)
def test_the_caller_hangs_up(desk: Desk, talking: bool, cause: str, specific: str) -> None:
    _, watcher = hung_up_by_caller(desk, talking)
    end = end_of(watcher, "leg-1")
    assert end["variable_last_bridge_hangup_cause"] == cause
    assert end["variable_last_bridge_proto_specific_hangup_cause"] == specific


def test_the_order_at_a_callers_cancel(desk: Desk) -> None:
    line, _ = hung_up_by_caller(desk, talking=False)
    line.event("CHANNEL_HANGUP_COMPLETE")
    first = int(line.event("CHANNEL_HANGUP").headers["Event-Sequence"])
    ends = [told(one) for one in line.events() if told(one) and int(one.headers["Event-Sequence"]) >= first]
    assert ends == ["CHANNEL_HANGUP", "ended bridge", "ended socket", "CHANNEL_HANGUP_COMPLETE"]


def told(one: Said) -> str:
    if one.event == "CHANNEL_EXECUTE_COMPLETE":
        return f"ended {one.headers['Application']}"
    return one.event if one.event.startswith("CHANNEL_HANGUP") else ""


# --- early media -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("early_media", "rang"), [(False, True), (True, False)])
def test_when_it_rang(desk: Desk, early_media: bool, rang: bool) -> None:
    """183 without 180 is no ringing: only the media has a time, on both legs; ringing is the caller's too."""
    desk.phone("101@lab", Behaviour(early_media=early_media, talk_s=0.5))
    watcher = desk.watch("CHANNEL_HANGUP_COMPLETE")
    line = bridged(desk, leg("leg-1") + A, GOES_ON, "ignore_early_media=true", "ringback=%(1000,4000,425)")
    result(line)
    line.execute("hangup")
    caller, callee = end_of(watcher, line.uuid), end_of(watcher, "leg-1")
    assert caller["Caller-Channel-Progress-Time"] == callee["Caller-Channel-Progress-Time"]
    assert (caller["Caller-Channel-Progress-Time"] != "0") is rang
    assert caller["Caller-Channel-Progress-Media-Time"] != "0"
    assert (callee["Caller-Channel-Progress-Media-Time"] != "0") is early_media


# --- the dialplan ----------------------------------------------------------------------------------------------


def actions_of(context: str, extension: str) -> list[tuple[str, str]]:
    """The actions of one extension of `freeswitch-xml/`, its variables put in."""
    variables = ET.parse(SWITCH_XML / "vars.xml")
    given = dict(one.attrib["data"].split("=", 1) for one in variables.iter() if one.get("cmd") == "set")
    plan = ET.parse(SWITCH_XML / "dialplan" / f"{context}.xml")
    (found,) = (one for one in plan.iter("extension") if one.attrib["name"] == extension)
    pairs = ((one.attrib["application"], one.get("data", "")) for one in found.iter("action"))
    return [(app, re.sub(r"\$\$\{(\w+)\}", lambda name: given[name[1]], data)) for app, data in pairs]


@pytest.mark.parametrize("context", ["public", "on-net", "internal", "callcontrol", "transferred"])
def test_the_standard_dialplan_is_that_of_the_folder(context: str) -> None:
    plan = standard("127.0.0.1:8084|127.0.0.1:8085")
    assert list(plan.route(context, DID) or ()) == actions_of(context, "callcontrol")
    last = actions_of("fallback", "all others hear that it is not possible")
    assert list(plan.route("fallback", "fallback") or ()) == last
