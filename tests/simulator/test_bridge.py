"""`bridge`: who rings, who wins, what the caller is left with."""

import pytest

from callcontrol.simulator import Behaviour, Call, Trunk
from tests.simulator.desk import CALLER, DID, CallLine, Desk

A = "sofia/internal/101%lab"
B = "sofia/internal/102%lab"
MOBILE = "sofia/gateway/trunk/48600700800"


def bridged(desk: Desk, dial: str, *variables: str, call: Call | None = None) -> CallLine:
    """Order a bridge on a new call, with these variables set first."""
    line = desk.call(call)
    for variable in variables or ("continue_on_fail=true",):
        line.execute("set", variable)
    line.execute("bridge", dial, "b")
    return line


def result(line: CallLine) -> dict[str, str]:
    """The variables of the caller when the bridge is over."""
    end = line.event("CHANNEL_EXECUTE_COMPLETE", Application_UUID="b")
    return {name.removeprefix("variable_"): value for name, value in end.headers.items()}


@pytest.mark.parametrize(
    ("behaviour", "disposition", "dialstatus"),
    [
        (Behaviour("busy"), "USER_BUSY", "BUSY"),
        (Behaviour("declines"), "CALL_REJECTED", "DONTCALL"),
        (Behaviour("fails", code=404), "UNALLOCATED_NUMBER", "UNALLOCATED_NUMBER"),
        (Behaviour("fails", code=408), "RECOVERY_ON_TIMER_EXPIRE", "RECOVERY_ON_TIMER_EXPIRE"),
        (Behaviour("fails", code=480), "NO_USER_RESPONSE", "NO_USER_RESPONSE"),
        (Behaviour("fails", code=500), "NORMAL_TEMPORARY_FAILURE", "NORMAL_TEMPORARY_FAILURE"),
        (Behaviour("fails", code=503), "NORMAL_TEMPORARY_FAILURE", "NORMAL_TEMPORARY_FAILURE"),
        (Behaviour("fails", code=484), "INVALID_NUMBER_FORMAT", "INVALID_NUMBER_FORMAT"),
    ],
)
def test_what_a_phone_says_becomes_a_disposition(
    desk: Desk, behaviour: Behaviour, disposition: str, dialstatus: str
) -> None:
    desk.phone("101@lab", behaviour)
    found = result(bridged(desk, A))
    assert (found["originate_disposition"], found["DIALSTATUS"]) == (disposition, dialstatus)
    assert found["originate_causes"].endswith(f";{disposition}")
    assert found["last_bridge_hangup_cause"] == disposition
    assert found["originate_failed_cause"] == disposition


@pytest.mark.parametrize(
    ("dial", "disposition"),
    [
        ("[leg_timeout=1]" + A, "ALLOTTED_TIMEOUT"),
        ("{originate_timeout=1}" + A, "NO_ANSWER"),
        ("sofia/internal/199%lab", "USER_NOT_REGISTERED"),
        ("user/199@lab", "SUBSCRIBER_ABSENT"),
        ("user/offline@lab", "USER_NOT_REGISTERED"),
        ("sofia/gateway/nosuch/1", "INVALID_GATEWAY"),
        ("sofia/gateway/down/1", "NORMAL_TEMPORARY_FAILURE"),
        ("sofia/gateway/pinged/1", "GATEWAY_DOWN"),
        ("sofia/gateway/full/1", "NORMAL_TEMPORARY_FAILURE"),
        ("sofia/nosuch/1%lab", "INVALID_PROFILE"),
        ("sofia/internal/sip:x@nowhere.example", "NORMAL_TEMPORARY_FAILURE"),
        ("sofia/internal/sip:x@lab", "UNALLOCATED_NUMBER"),
        ("nosuch/1", "CHAN_NOT_IMPLEMENTED"),
        ("error/user_busy", "USER_BUSY"),
        ("{a=1", "DESTINATION_OUT_OF_ORDER"),
    ],
)
def test_legs_that_never_answer(desk: Desk, dial: str, disposition: str) -> None:
    desk.phone("101@lab", Behaviour("never_answers"))
    desk.phone("offline@lab", registered=False)
    desk.simulator.trunk(Trunk("down", up=False))
    desk.simulator.trunk(Trunk("pinged", up=False, ping=True))
    desk.simulator.trunk(Trunk("full", rejects=503))
    assert result(bridged(desk, dial))["originate_disposition"] == disposition


@pytest.mark.parametrize(
    ("variables", "behaviour", "lives"),
    [
        (("a=1",), Behaviour("busy"), False),
        (("a=1",), Behaviour("fails", code=480), True),  # NO_USER_RESPONSE always lets the caller go on
        (("continue_on_fail=true",), Behaviour("busy"), True),
        (("continue_on_fail=USER_BUSY,NO_ANSWER",), Behaviour("busy"), True),
        (("continue_on_fail=17",), Behaviour("busy"), True),
        (("continue_on_fail=CALL_REJECTED",), Behaviour("busy"), False),
        (("failure_causes=CALL_REJECTED",), Behaviour("busy"), True),
        (("failure_causes=USER_BUSY",), Behaviour("busy"), False),
    ],
)
def test_a_failed_bridge_hangs_the_caller_up_unless_told_otherwise(
    desk: Desk, variables: tuple[str, ...], behaviour: Behaviour, lives: bool
) -> None:
    desk.phone("101@lab", behaviour)
    line = bridged(desk, A, *variables)
    assert ("Hangup-Cause" not in line.event("CHANNEL_EXECUTE_COMPLETE", Application_UUID="b").headers) is lives
    if not lives:
        assert desk.ended()["cause"] == "USER_BUSY"


def test_the_callee_hangs_up(desk: Desk) -> None:
    desk.phone("101@lab", Behaviour(talk_s=0.5))
    found = result(bridged(desk, A))
    assert found["originate_disposition"] == "SUCCESS"
    assert found["bridge_hangup_cause"] == found["last_bridge_hangup_cause"] == "NORMAL_CLEARING"
    assert "Hangup-Cause" not in found


@pytest.mark.parametrize("dead_after", ["hangup_after_bridge=true"])
def test_hangup_after_bridge(desk: Desk, dead_after: str) -> None:
    desk.phone("101@lab", Behaviour(talk_s=0.5))
    bridged(desk, A, dead_after)
    assert desk.ended() == {"cause": "NORMAL_CLEARING", "by": "send_bye"}


def test_park_after_bridge_keeps_the_caller(desk: Desk) -> None:
    desk.phone("101@lab", Behaviour(talk_s=0.5))
    line = bridged(desk, A, "park_after_bridge=true", "hangup_after_bridge=true")
    line.event("CHANNEL_STATE", Channel_State="CS_PARK")
    assert line.done("set", "still=here").headers["variable_still"] == "here"


def test_transfer_after_bridge(desk: Desk) -> None:
    desk.phone("101@lab", Behaviour(talk_s=0.5))
    line = bridged(desk, A, "transfer_after_bridge=4822:XML:public")
    second = desk.accept()
    assert second.uuid == line.uuid
    assert second.replies()[0].headers["Caller-Destination-Number"] == "4822"


def test_the_caller_hangs_up_while_talking(desk: Desk) -> None:
    desk.phone("101@lab", Behaviour())
    watcher = desk.watch("CHANNEL_HANGUP_COMPLETE")
    line = bridged(desk, A, call=Call(DID, CALLER, hangup_after_s=2.0))
    line.event("CHANNEL_HANGUP", Hangup_Cause="NORMAL_CLEARING")
    caller = watcher.event("CHANNEL_HANGUP_COMPLETE", Call_Direction="inbound").headers
    leg = watcher.event("CHANNEL_HANGUP_COMPLETE", Call_Direction="outbound").headers
    assert caller["variable_sip_hangup_disposition"] == "recv_bye"
    assert leg["variable_sip_hangup_disposition"] == "send_bye"
    for name in ("start", "answer", "bridge", "end"):
        assert int(leg[f"variable_{name}_uepoch"]) > 0
    assert int(leg["variable_answer_uepoch"]) < int(leg["variable_end_uepoch"])


def test_the_caller_cancels(desk: Desk) -> None:
    desk.phone("101@lab", Behaviour("never_answers"))
    line = bridged(desk, A, call=Call(DID, CALLER, cancel_after_s=2.0))
    assert result(line)["originate_disposition"] == "ORIGINATOR_CANCEL"
    assert desk.ended()["by"] == "recv_cancel"
    assert [one.detail["cause"] for one in desk.simulator.heard("101@lab") if one.what == "hangup"] == [
        "ORIGINATOR_CANCEL"
    ]


def test_ring_all_the_first_answer_wins(desk: Desk) -> None:
    desk.phone("101@lab", Behaviour(after_s=4.0))
    desk.phone("102@lab", Behaviour(after_s=1.0, talk_s=0.5))
    found = result(bridged(desk, f"{A},{B}"))
    assert found["originate_causes"].count("LOSE_RACE") == found["originate_causes"].count("NONE") == 1
    assert "answered_elsewhere" in desk.heard("101@lab")
    assert "bridged" not in desk.heard("101@lab")
    assert "bridged" in desk.heard("102@lab")


def test_one_after_another(desk: Desk) -> None:
    desk.phone("101@lab", Behaviour("busy"))
    desk.phone("102@lab", Behaviour(talk_s=0.5))
    found = result(bridged(desk, f"{A}|{B}"))
    assert found["originate_disposition"] == "SUCCESS"
    assert [one.split(";")[1] for one in found["originate_causes"].removeprefix("ARRAY::").split("|:")] == [
        "USER_BUSY",
        "NONE",
    ]


def test_a_timeout_of_the_whole_attempt_ends_the_turns(desk: Desk) -> None:
    desk.phone("101@lab", Behaviour("never_answers"))
    desk.phone("102@lab")
    assert result(bridged(desk, "{originate_timeout=1}" + f"{A}|{B}"))["originate_disposition"] == "NO_ANSWER"
    assert not desk.heard("102@lab")


def test_enterprise_turns_run_side_by_side(desk: Desk) -> None:
    desk.phone("101@lab", Behaviour("busy"))
    desk.phone("102@lab", Behaviour(talk_s=0.5))
    desk.phone("103@lab", Behaviour("never_answers"))
    found = result(bridged(desk, f"{A}|{B}:_:sofia/internal/103%lab"))
    assert found["bridge_hangup_cause"] == "NORMAL_CLEARING"
    assert "answered_elsewhere" in desk.heard("103@lab")


def test_a_delayed_leg_starts_later(desk: Desk) -> None:
    desk.phone("101@lab", Behaviour("never_answers"))
    desk.phone("102@lab", Behaviour(talk_s=0.5))
    result(bridged(desk, f"{A},[leg_delay_start=2]{B}"))
    first, second = (desk.simulator.heard(who)[0].at_us for who in ("101@lab", "102@lab"))
    assert second - first >= 2_000_000


def test_a_delayed_leg_starts_at_once_when_all_others_failed(desk: Desk) -> None:
    desk.phone("101@lab", Behaviour("busy"))
    desk.phone("102@lab", Behaviour(talk_s=0.5))
    result(bridged(desk, f"{A},[leg_delay_start=50]{B}"))
    first, second = (desk.simulator.heard(who)[0].at_us for who in ("101@lab", "102@lab"))
    assert second - first < 20_000_000


def test_the_uuid_is_ours_and_must_be_unique(desk: Desk) -> None:
    desk.phone("101@lab", Behaviour(talk_s=0.5))
    dial = "{origination_uuid=leg-1}" + A
    assert result(bridged(desk, dial))["bridge_uuid"] == "leg-1"
    line = desk.call()
    line.execute("set", "continue_on_fail=true")
    line.execute("bridge", f"[origination_uuid={line.uuid}]{A}", "b")
    assert result(line)["originate_disposition"] == "DESTINATION_OUT_OF_ORDER"


def test_early_media_counts_as_success(desk: Desk) -> None:
    """Without ignore_early_media a busy announcement ends the hunt: the disposition says SUCCESS."""
    desk.phone("101@lab", Behaviour("busy", after_s=1.0, early_media=True))
    desk.phone("102@lab")
    found = result(bridged(desk, f"{A}|{B}"))
    assert found["originate_disposition"] == "SUCCESS"
    assert found["last_bridge_hangup_cause"] == "USER_BUSY"
    assert not desk.heard("102@lab")


def test_ignored_early_media_is_only_ringing(desk: Desk) -> None:
    desk.phone("101@lab", Behaviour("busy", after_s=1.0, early_media=True))
    desk.phone("102@lab", Behaviour(talk_s=0.5))
    found = result(bridged(desk, "{ignore_early_media=true}" + f"{A}|{B}"))
    assert found["last_bridge_hangup_cause"] == "NORMAL_CLEARING"
    assert "bridged" in desk.heard("102@lab")


@pytest.mark.parametrize(("variables", "what"), [(("ringback=%(1000,4000,425)",), "ringback"), (("a=1",), "ringing")])
def test_what_the_caller_hears_meanwhile(desk: Desk, variables: tuple[str, ...], what: str) -> None:
    desk.phone("101@lab", Behaviour(talk_s=0.5))
    bridged(desk, A, *variables).event("CHANNEL_BRIDGE")
    assert what in desk.heard()


PRESS_1 = "{group_confirm_key=1,group_confirm_file=press-1.wav,group_confirm_cancel_timeout=true}"


def test_press_1_to_accept(desk: Desk) -> None:
    desk.simulator.trunk(Trunk("trunk"))
    desk.phone("48600700800", Behaviour(digits=((3.0, "1"),), talk_s=6.0))
    line = bridged(desk, PRESS_1 + MOBILE)
    line.event("CHANNEL_BRIDGE")
    assert "playback" in desk.heard("48600700800")
    assert result(line)["originate_disposition"] == "SUCCESS"


def test_a_voicemail_never_accepts(desk: Desk) -> None:
    """It answers at once and presses nothing: the caller goes on when the leg's time is over."""
    desk.simulator.trunk(Trunk("trunk"))
    desk.phone("48600700800", Behaviour(after_s=0.0))
    dial = PRESS_1.replace("group_confirm_cancel_timeout=true", "group_confirm_timeout=3") + MOBILE
    found = result(bridged(desk, dial))
    assert found["originate_disposition"] == "ALLOTTED_TIMEOUT"
    assert "bridged" not in desk.heard("48600700800")


def test_a_wrong_key_is_not_accepted(desk: Desk) -> None:
    desk.simulator.trunk(Trunk("trunk"))
    desk.phone("48600700800", Behaviour(digits=((3.0, "2"),), talk_s=8.0))
    found = result(bridged(desk, PRESS_1 + MOBILE))
    assert found["originate_disposition"] == "NORMAL_CLEARING"
    assert desk.heard("48600700800").count("playback") > 1, "it is asked again"


def test_the_number_shown(desk: Desk) -> None:
    desk.phone("101@lab", Behaviour(talk_s=0.5))
    dial = "[origination_caller_id_number=48221234567,origination_caller_id_name=Acme]" + A
    bridged(desk, dial).event("CHANNEL_BRIDGE")
    invite = desk.simulator.heard("101@lab")[0].detail
    assert (invite["number"], invite["name"]) == ("48221234567", "Acme")


def test_the_effective_number_and_the_headers(desk: Desk) -> None:
    desk.phone("101@lab", Behaviour(talk_s=0.5))
    variables = ("effective_caller_id_number=111", "sip_h_X=1")
    dial = "{sip_h_Diversion=<sip:22@acme>;reason=no-answer}" + A
    bridged(desk, dial, *variables).event("CHANNEL_BRIDGE")
    invite = desk.simulator.heard("101@lab")[0].detail
    assert invite["number"] == "111"
    assert invite["Diversion"] == "<sip:22@acme>;reason=no-answer"


def test_exported_variables_reach_the_leg(desk: Desk) -> None:
    desk.phone("101@lab", Behaviour(talk_s=0.5))
    watcher = desk.watch("CHANNEL_CREATE")
    line = desk.call()
    line.execute("export", "both=1")
    line.execute("export", "nolocal:leg_only=2")
    line.execute("set", "mine=3")
    line.execute("bridge", A, "b")
    leg = watcher.event("CHANNEL_CREATE", Call_Direction="outbound").headers
    assert (leg["variable_both"], leg["variable_leg_only"]) == ("1", "2")
    assert "variable_mine" not in leg


def test_execute_on_answer_limits_the_talk(desk: Desk) -> None:
    desk.phone("101@lab")
    found = result(bridged(desk, "[execute_on_answer='sched_hangup +2 ALLOTTED_TIMEOUT']" + A))
    assert found["bridge_hangup_cause"] == "ALLOTTED_TIMEOUT"


def test_global_variables_win_on_the_leg_as_variables(desk: Desk) -> None:
    desk.phone("101@lab", Behaviour(talk_s=0.5))
    watcher = desk.watch("CHANNEL_CREATE")
    bridged(desk, "{who=shared}[who=own]" + A)
    assert watcher.event("CHANNEL_CREATE", Call_Direction="outbound").headers["variable_who"] == "shared"


def test_a_hold_is_seen_and_heard(desk: Desk) -> None:
    desk.phone("101@lab", Behaviour(holds=(1.0, 1.0), talk_s=4.0))
    watcher = desk.watch("CHANNEL_HOLD", "CHANNEL_UNHOLD")
    result(bridged(desk, A))
    assert [one.event for one in watcher.events()] == ["CHANNEL_HOLD", "CHANNEL_UNHOLD"]
    heard = [one.detail["file"] for one in desk.simulator.heard(desk.call_id) if one.what == "playback"]
    assert heard == ["local_stream://moh"]
