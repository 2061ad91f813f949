"""What queues ask of the switch, as a real FreeSWITCH 1.11.1 was seen to do it with the same commands."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from callcontrol.simulator import Behaviour, Call, Manners, Settings, Trunk
from callcontrol.simulator.dialplan import standard
from tests.simulator.desk import CALLER, DID, SPEED, CallLine, Desk, Line, order

MUSIC = "tone_stream://%(400,3600,440);loops=-1"
ANNOUNCEMENT = "file_string://you-are.wav!number-2.wav"
AGENT = "sofia/internal/101%lab"
LEG = "leg-1"
SLOW_S = 60.0
ENDS_WITH_HIM = "hangup_after_bridge=true"
PRESS_1 = "group_confirm_key=1,group_confirm_file=press-1.wav,group_confirm_timeout=4"
WATCHED = (
    "BACKGROUND_JOB",
    *(f"CHANNEL_{what}" for what in ("CREATE", "ANSWER", "PARK", "UNPARK", "BRIDGE", "UNBRIDGE", "EXECUTE")),
    "CHANNEL_HANGUP_COMPLETE",
    "PLAYBACK_START",
    "PLAYBACK_STOP",
)


def waiting(desk: Desk, call: Call | None = None) -> CallLine:
    """A caller who hears the music; keys and playbacks are subscribed to."""
    line = desk.call(call)
    line.ask("event json DTMF PLAYBACK_START PLAYBACK_STOP")
    line.execute("set", ENDS_WITH_HIM)
    line.execute("answer", lock=True)
    line.execute("playback", MUSIC, "music", lock=True)
    line.event("PLAYBACK_START")
    return line


def rung(desk: Desk, watcher: Line, dial: str = AGENT, own: str = "leg_timeout=10", shared: str = "cc_call=c1") -> str:
    """Ring an agent's phone; the result of the job."""
    variables = f"{{{shared},ignore_early_media=true}}[origination_uuid={LEG},{own}]"
    watcher.ask(f"bgapi originate {variables}{dial} &park()\nJob-UUID: job")
    return watcher.event("BACKGROUND_JOB", Job_UUID="job").body.strip()


def parked(desk: Desk, watcher: Line) -> None:
    """An agent who has answered and is parked."""
    desk.phone("101@lab", Behaviour(after_s=0.2))
    assert rung(desk, watcher) == f"+OK {LEG}"
    watcher.event("CHANNEL_PARK", Unique_ID=LEG)


def names(line: Line, uuid: str) -> list[str]:
    """The events about one channel so far."""
    return [one.event for one in line.events(Unique_ID=uuid)]


def played(line: Line) -> list[tuple[str, str]]:
    """What was played, and how each ended."""
    ends = line.events("PLAYBACK_STOP")
    return [(one.headers["Playback-File-Path"], one.headers["Playback-Status"]) for one in ends]


# --- the caller waits ------------------------------------------------------------------------------------------


def test_an_announcement_between_two_pieces_of_music(desk: Desk) -> None:
    line = waiting(desk)
    line.execute("playback", ANNOUNCEMENT, "announcement", lock=True)
    line.execute("playback", MUSIC, "music again", lock=True)
    assert line.ask(f"api uuid_break {line.uuid}") == "+OK\n"
    line.event("CHANNEL_EXECUTE", Application_UUID="music again")
    assert played(line) == [(MUSIC, "break"), (ANNOUNCEMENT, "done")]
    ends = [line.event("CHANNEL_EXECUTE_COMPLETE", Application_UUID=one) for one in ("music", "announcement")]
    assert [one.headers["Application-Response"] for one in ends] == ["FILE PLAYED", "FILE PLAYED"]


def test_a_break_while_nothing_is_played_harms_no_later_playback(desk: Desk) -> None:
    line = desk.call()
    line.ask("event json PLAYBACK_STOP")
    line.ask(f"api uuid_break {line.uuid}")
    # in one piece, so that both are read within the same step: the order has not begun yet
    line.send(f"{order('playback', ANNOUNCEMENT, lock=True)}\n\napi uuid_break {line.uuid}")
    line.event("PLAYBACK_STOP")
    assert played(line) == [(ANNOUNCEMENT, "done")]


def test_a_break_of_all_forgets_what_stands_in_line(desk: Desk) -> None:
    line = waiting(desk)
    line.execute("playback", ANNOUNCEMENT, "announcement", lock=True)
    line.ask(f"api uuid_break {line.uuid} all")
    line.event("CHANNEL_EXECUTE_COMPLETE", Application_UUID="music")
    line.done("set", "later=true")
    assert not line.events("CHANNEL_EXECUTE", Application_UUID="announcement")


def test_a_break_only_begins_an_endless_playback_anew(desk: Desk) -> None:
    line = desk.call()
    line.ask("event json PLAYBACK_START")
    line.execute("endless_playback", "tone_stream://%(1000,100,440)", "endless", lock=True)
    line.event("PLAYBACK_START")
    line.ask(f"api uuid_break {line.uuid} all")
    line.wait(lambda: len(line.events("PLAYBACK_START")) > 1, "it does not begin anew")
    assert not line.events("CHANNEL_EXECUTE_COMPLETE", Application_UUID="endless")


def test_keys_are_heard_and_the_star_ends_what_is_played(desk: Desk) -> None:
    line = waiting(desk, Call(DID, CALLER, digits=((1.0, "1"), (2.0, "*"))))
    assert line.event("CHANNEL_EXECUTE_COMPLETE", Application_UUID="music").headers["Application-Response"]
    assert [one.headers["DTMF-Digit"] for one in line.events("DTMF")] == ["1", "*"]
    assert "variable_direction" not in line.events("DTMF")[0].headers


def test_no_key_ends_what_is_played_when_there_is_no_terminator(desk: Desk) -> None:
    line = desk.call(Call(DID, CALLER, digits=((1.0, "*"),)))
    line.ask("event json DTMF")
    line.execute("set", "playback_terminators=none", lock=True)
    line.execute("answer", lock=True)
    line.execute("playback", ANNOUNCEMENT, "announcement", lock=True)
    line.event("CHANNEL_EXECUTE_COMPLETE", Application_UUID="announcement")
    assert [one.headers["DTMF-Digit"] for one in line.events("DTMF")] == ["*"]


# --- an agent is rung ------------------------------------------------------------------------------------------


def test_an_answered_leg_is_parked_and_says_so(desk: Desk) -> None:
    watcher = desk.watch(*WATCHED)
    parked(desk, watcher)
    park = watcher.event("CHANNEL_PARK", Unique_ID=LEG).headers
    assert (park["variable_cc_call"], park["Answer-State"], park["Channel-State"]) == ("c1", "answered", "CS_EXECUTE")
    assert names(watcher, LEG) == ["CHANNEL_CREATE", "CHANNEL_ANSWER", "CHANNEL_EXECUTE", "CHANNEL_PARK"]


@pytest.mark.parametrize(
    ("first", "second", "answer"),
    [
        (Behaviour("busy"), Behaviour("never_answers"), "-ERR USER_BUSY"),
        (Behaviour("never_answers"), Behaviour("busy"), "-ERR ALLOTTED_TIMEOUT"),
        (Behaviour("declines"), Behaviour("busy"), "-ERR CALL_REJECTED"),
        (Behaviour("fails", code=480), Behaviour("fails", code=480), "-ERR NO_USER_RESPONSE"),
        (None, Behaviour("busy"), "-ERR USER_BUSY"),
        (Behaviour("busy"), None, "-ERR USER_BUSY"),
        (None, None, "-ERR USER_NOT_REGISTERED"),
    ],
)
def test_the_result_is_that_of_the_first_leg_there_was(
    desk: Desk, first: Behaviour | None, second: Behaviour | None, answer: str
) -> None:
    for address, behaviour in (("101@lab", first), ("102@lab", second)):
        if behaviour is not None:
            desk.phone(address, behaviour)
    watcher = desk.watch(*WATCHED)
    dial = f"{AGENT},[origination_uuid=leg-2,leg_timeout=2]sofia/internal/102%lab"
    assert rung(desk, watcher, dial, "leg_timeout=2") == answer


def test_of_two_phones_the_first_to_answer_is_parked(desk: Desk) -> None:
    desk.phone("101@lab", Behaviour(after_s=1.0))
    desk.phone("102@lab", Behaviour(after_s=0.2))
    watcher = desk.watch(*WATCHED)
    answer = rung(desk, watcher, f"{AGENT},[origination_uuid=leg-2,leg_timeout=10]sofia/internal/102%lab")
    assert answer == "+OK leg-2"
    watcher.event("CHANNEL_PARK", Unique_ID="leg-2")
    lost = watcher.event("CHANNEL_HANGUP_COMPLETE", Unique_ID=LEG).headers
    assert lost["variable_hangup_cause"] == "LOSE_RACE"
    assert "answered_elsewhere" in desk.heard("101@lab")


def test_early_media_is_no_answer_if_it_is_ignored(desk: Desk) -> None:
    desk.phone("101@lab", Behaviour(after_s=0.5, early_media=True))
    watcher = desk.watch(*WATCHED)
    assert rung(desk, watcher) == f"+OK {LEG}"
    assert watcher.events("CHANNEL_ANSWER", Unique_ID=LEG)


def test_early_media_is_an_answer_if_it_is_not_ignored(desk: Desk) -> None:
    desk.phone("101@lab", Behaviour("never_answers", early_media=True))
    watcher = desk.watch(*WATCHED)
    watcher.ask(f"bgapi originate [origination_uuid={LEG}]{AGENT} &park()")
    assert watcher.event("CHANNEL_PARK", Unique_ID=LEG).headers["Answer-State"] == "early"


@pytest.mark.parametrize(("own", "shared"), [(PRESS_1, "cc_call=c1"), ("leg_timeout=10", f"cc_call=c1,{PRESS_1}")])
@pytest.mark.parametrize(
    ("behaviour", "answer"),
    [
        (Behaviour(digits=((3.0, "1"),)), f"+OK {LEG}"),
        (Behaviour(after_s=0.0), "-ERR ALLOTTED_TIMEOUT"),  # a mobile's voicemail
        (Behaviour(talk_s=1.0), "-ERR NORMAL_CLEARING"),
        (Behaviour(digits=((1.0, "2"), (3.0, "1"))), f"+OK {LEG}"),
    ],
)
def test_an_external_agent_has_to_press_1(desk: Desk, own: str, shared: str, behaviour: Behaviour, answer: str) -> None:
    desk.simulator.trunk(Trunk("trunk"))
    desk.phone("48600700800", behaviour)
    watcher = desk.watch(*WATCHED)
    assert rung(desk, watcher, "sofia/gateway/trunk/48600700800", own, shared) == answer
    assert bool(watcher.events("CHANNEL_PARK", Unique_ID=LEG)) is False or answer.startswith("+OK")
    assert "playback" in desk.heard("48600700800")


@pytest.mark.parametrize("answers", [False, True])
def test_an_agents_leg_is_taken_back(desk: Desk, answers: bool) -> None:
    desk.phone("101@lab", Behaviour(after_s=0.2) if answers else Behaviour("never_answers"))
    watcher = desk.watch(*WATCHED)
    watcher.ask(f"bgapi originate {{ignore_early_media=true}}[origination_uuid={LEG}]{AGENT} &park()\nJob-UUID: job")
    watcher.event("CHANNEL_PARK" if answers else "CHANNEL_CREATE", Unique_ID=LEG)
    assert watcher.ask(f"api uuid_kill {LEG} ORIGINATOR_CANCEL") == "+OK\n"
    end = watcher.event("CHANNEL_HANGUP_COMPLETE", Unique_ID=LEG).headers
    assert end["variable_hangup_cause"] == "ORIGINATOR_CANCEL"
    job = watcher.event("BACKGROUND_JOB", Job_UUID="job").body.strip()
    assert job == (f"+OK {LEG}" if answers else "-ERR ORIGINATOR_CANCEL")


def test_the_park_of_a_leg_is_limited_in_whole_seconds(desk: Desk) -> None:
    desk.phone("101@lab", Behaviour(after_s=0.2))
    watcher = desk.watch(*WATCHED)
    assert rung(desk, watcher, shared="park_timeout=2:NO_ANSWER") == f"+OK {LEG}"
    end = watcher.event("CHANNEL_HANGUP_COMPLETE", Unique_ID=LEG).headers
    park = watcher.event("CHANNEL_PARK", Unique_ID=LEG).headers
    assert end["variable_hangup_cause"] == "NO_ANSWER"
    assert int(end["variable_end_epoch"]) == int(park["Event-Date-Timestamp"]) // 1_000_000 + 2
    assert "variable_park_timeout" not in park


# --- the caller is told something, then both are joined
# -------------------------------------------------------------------


def test_a_whisper_by_the_inline_dialplan(desk: Desk) -> None:
    watcher = desk.watch(*WATCHED)
    parked(desk, watcher)
    assert watcher.ask(f"api uuid_transfer {LEG} 'playback:{ANNOUNCEMENT},park' inline") == "+OK\n"
    watcher.wait(lambda: len(watcher.events("CHANNEL_PARK", Unique_ID=LEG)) == 2, "no second park")
    first = names(watcher, LEG).index("CHANNEL_PARK") + 1
    assert names(watcher, LEG)[first:] == [
        "CHANNEL_UNPARK",
        "CHANNEL_EXECUTE",
        "PLAYBACK_START",
        "PLAYBACK_STOP",
        "CHANNEL_EXECUTE",
        "CHANNEL_PARK",
    ]
    unpark, park = watcher.events("CHANNEL_UNPARK")[0].headers, watcher.events("CHANNEL_PARK")[1].headers
    assert unpark["Caller-Destination-Number"] == f"playback:{ANNOUNCEMENT},park"
    assert park["Caller-Destination-Number"] == "101%lab"
    assert (park["Caller-Dialplan"], park["variable_cc_call"]) == ("inline", "c1")
    assert park["variable_transfer_history"].endswith("/default/inline")


def test_the_inline_dialplan_with_a_delimiter_of_its_own(desk: Desk) -> None:
    watcher = desk.watch(*WATCHED)
    parked(desk, watcher)
    watcher.ask(f"api uuid_transfer {LEG} 'm:^:playback:tone_stream://%(400,100,500)^hangup:USER_BUSY' inline")
    end = watcher.event("CHANNEL_HANGUP_COMPLETE", Unique_ID=LEG).headers
    assert end["variable_hangup_cause"] == "USER_BUSY"
    assert watcher.events("PLAYBACK_START")[0].headers["Playback-File-Path"] == "tone_stream://%(400,100,500)"


def test_an_unknown_application_inline_hangs_up(desk: Desk) -> None:
    watcher = desk.watch(*WATCHED)
    parked(desk, watcher)
    assert watcher.ask(f"api uuid_transfer {LEG} nosuch inline") == "+OK\n"
    end = watcher.event("CHANNEL_HANGUP_COMPLETE", Unique_ID=LEG).headers
    assert end["variable_hangup_cause"] == "DESTINATION_OUT_OF_ORDER"


def test_a_leg_can_be_made_for_the_inline_dialplan(desk: Desk) -> None:
    desk.phone("101@lab", Behaviour(after_s=0.2))
    watcher = desk.watch(*WATCHED)
    watcher.ask(f"bgapi originate [origination_uuid={LEG}]{AGENT} 'playback:{ANNOUNCEMENT},park' inline")
    assert watcher.event("CHANNEL_PARK", Unique_ID=LEG).headers["Caller-Profile-Index"] == "2"
    assert [one.detail["file"] for one in desk.simulator.heard("101@lab") if one.what == "playback"] == [ANNOUNCEMENT]


def test_caller_and_agent_are_joined(desk: Desk) -> None:
    watcher = desk.watch(*WATCHED)
    line = waiting(desk)
    parked(desk, watcher)
    assert watcher.ask(f"api uuid_bridge {line.uuid} {LEG}") == f"+OK {LEG}\n"
    bridge = line.event("CHANNEL_BRIDGE").headers
    assert (bridge["Bridge-A-Unique-ID"], bridge["Bridge-B-Unique-ID"]) == (line.uuid, LEG)
    music = line.event("CHANNEL_EXECUTE_COMPLETE", Application_UUID="music").headers
    assert music["Application-Response"] == "PLAYBACK ERROR"
    line.event("CHANNEL_EXECUTE_COMPLETE", Application="socket")
    unpark = watcher.event("CHANNEL_UNPARK", Unique_ID=LEG).headers
    assert unpark["Caller-Caller-ID-Number"] == CALLER, "the agent's phone is shown who it is"
    joined = watcher.events("CHANNEL_EXECUTE", Application="uuid_bridge")
    assert {one.headers["Unique-ID"]: one.headers["Application-Data"] for one in joined} == {
        line.uuid: LEG,
        LEG: line.uuid,
    }


def test_each_knows_with_whom_he_was_joined(desk: Desk) -> None:
    watcher = desk.watch(*WATCHED)
    line = waiting(desk)
    parked(desk, watcher)
    watcher.ask(f"api uuid_bridge {line.uuid} {LEG}")
    line.event("CHANNEL_BRIDGE")
    met = {one.who: one.detail["with"] for one in desk.simulator.heard() if one.what == "bridged"}
    assert met == {desk.call_id: "101@lab", "101@lab": desk.call_id}


def test_the_agent_leaves_and_the_caller_with_him(desk: Desk) -> None:
    watcher = desk.watch(*WATCHED)
    line = waiting(desk)
    parked(desk, watcher)
    watcher.ask(f"api uuid_bridge {line.uuid} {LEG}")
    line.event("CHANNEL_BRIDGE")
    watcher.ask(f"api uuid_kill {LEG}")
    assert watcher.event("CHANNEL_HANGUP_COMPLETE", Unique_ID=line.uuid).headers["Hangup-Cause"] == "NORMAL_CLEARING"
    assert watcher.events("CHANNEL_UNBRIDGE", Unique_ID=line.uuid)
    history = watcher.event("CHANNEL_HANGUP_COMPLETE", Unique_ID=LEG).headers["variable_transfer_history"]
    assert history.endswith(f":uuid_br:{line.uuid}")


def test_every_move_of_a_leg_stays_in_its_history(desk: Desk) -> None:
    watcher = desk.watch(*WATCHED)
    line = waiting(desk)
    parked(desk, watcher)
    watcher.ask(f"api uuid_transfer {LEG} park inline")
    watcher.wait(lambda: len(watcher.events("CHANNEL_PARK", Unique_ID=LEG)) == 2, "no second park")
    watcher.ask(f"api uuid_bridge {line.uuid} {LEG}")
    line.event("CHANNEL_BRIDGE")
    watcher.ask(f"api uuid_kill {LEG}")
    end = watcher.event("CHANNEL_HANGUP_COMPLETE", Unique_ID=LEG).headers
    history = end["variable_transfer_history"].removeprefix("ARRAY::").split("|:")
    assert [("bl_xfer" in one, "uuid_br" in one) for one in history] == [(True, False), (False, True)]
    assert end["variable_max_forwards"] == "70"


def test_what_stands_in_line_when_both_are_joined_is_never_heard(desk: Desk) -> None:
    watcher = desk.watch(*WATCHED)
    line = waiting(desk)
    parked(desk, watcher)
    line.execute("playback", ANNOUNCEMENT, "announcement", lock=True)
    line.execute("playback", MUSIC, "music again", lock=True)
    line.ask(f"api uuid_break {line.uuid}")
    line.event("CHANNEL_EXECUTE", Application_UUID="announcement")
    watcher.ask(f"api uuid_bridge {line.uuid} {LEG}")
    line.event("CHANNEL_BRIDGE")
    last = line.event("CHANNEL_EXECUTE_COMPLETE", Application_UUID="music again").headers
    assert last["Application-Response"] == "PLAYBACK ERROR"
    assert [one.headers["Playback-File-Path"] for one in line.events("PLAYBACK_START")] == [MUSIC, ANNOUNCEMENT]


def test_the_caller_is_gone_and_the_agent_is_told(desk: Desk) -> None:
    watcher = desk.watch(*WATCHED)
    line = waiting(desk, Call(DID, CALLER, hangup_after_s=3.0))
    parked(desk, watcher)
    watcher.ask(f"api uuid_transfer {LEG} 'playback:silence_stream://60000,park' inline")
    watcher.event("CHANNEL_HANGUP_COMPLETE", Unique_ID=line.uuid)
    assert watcher.ask(f"api uuid_bridge {line.uuid} {LEG}") == "-ERR Invalid uuid\n"
    assert watcher.ask(f"api uuid_transfer {LEG} 'playback:gone.wav,hangup' inline") == "+OK\n"
    watcher.event("CHANNEL_HANGUP_COMPLETE", Unique_ID=LEG)
    assert [one.detail["file"] for one in desk.simulator.heard("101@lab") if one.what == "playback"][-1] == "gone.wav"


def test_the_agent_is_gone_and_the_caller_waits_on(desk: Desk) -> None:
    watcher = desk.watch(*WATCHED)
    line = waiting(desk)
    parked(desk, watcher)
    watcher.ask(f"api uuid_kill {LEG}")
    watcher.event("CHANNEL_HANGUP_COMPLETE", Unique_ID=LEG)
    assert watcher.ask(f"api uuid_bridge {line.uuid} {LEG}") == "-ERR Invalid uuid\n"
    assert watcher.ask(f"api uuid_exists {line.uuid}") == "true"
    assert not line.events("CHANNEL_EXECUTE_COMPLETE", Application_UUID="music")


@pytest.mark.parametrize("kept", [True, False])
def test_an_agent_who_leaves_while_both_are_being_joined_ends_the_call_unless_it_is_kept(
    desk: Desk, kept: bool
) -> None:
    watcher = desk.watch(*WATCHED)
    line = waiting(desk)
    if kept:
        line.execute("set", "park_after_bridge=true")
    parked(desk, watcher)
    watcher.send(f"api uuid_bridge {line.uuid} {LEG}\n\napi uuid_kill {LEG}")
    if kept:
        line.event("CHANNEL_STATE", Channel_State="CS_PARK")
    else:
        assert line.event("CHANNEL_HANGUP").headers["Hangup-Cause"] == "DESTINATION_OUT_OF_ORDER"
    assert not line.events("CHANNEL_BRIDGE")


@pytest.fixture
def slow() -> Iterator[Desk]:
    """A switch that is slow to join two channels; what stands behind `socket` shows that the dialplan goes on."""
    settings = Settings(speed=SPEED, seed="slow", manners=Manners(uuid_bridge_s=SLOW_S))
    one = Desk(("hangup", "NORMAL_TEMPORARY_FAILURE"), settings=settings)
    yield one
    one.close()


@pytest.mark.parametrize(("goes_on", "cause"), [("true", "NORMAL_TEMPORARY_FAILURE"), ("false", "ORIGINATOR_CANCEL")])
def test_a_caller_whose_agent_leaves_at_that_moment_goes_on_in_the_dialplan_only_if_that_is_set(
    slow: Desk, goes_on: str, cause: str
) -> None:
    watcher = slow.watch(*WATCHED, "CHANNEL_STATE")
    line = waiting(slow)
    line.execute("set", f"uuid_bridge_continue_on_cancel={goes_on}")
    parked(slow, watcher)
    watcher.send(f"api uuid_bridge {line.uuid} {LEG}")
    watcher.event("CHANNEL_STATE", Unique_ID=line.uuid, Channel_State="CS_SOFT_EXECUTE")
    watcher.send(f"api uuid_kill {LEG}")
    assert line.event("CHANNEL_HANGUP").headers["Hangup-Cause"] == cause
    assert not line.events("CHANNEL_BRIDGE")


# --- a customer is called back -----------------------------------------------------------------------------------


def joined(desk: Desk, watcher: Line, shared: str) -> None:
    """An agent's leg that waits in silence for a customer's, and both joined."""
    desk.simulator.trunk(Trunk("trunk"))
    desk.phone("101@lab", Behaviour(after_s=0.2))
    assert rung(desk, watcher, shared=shared) == f"+OK {LEG}"
    watcher.ask(f"api uuid_transfer {LEG} 'playback:silence_stream://-1,park' inline")
    own = f"[origination_uuid=leg-2,origination_caller_id_number={DID}]"
    watcher.ask(f"bgapi originate {own}sofia/gateway/trunk/48600700800 &park()")
    watcher.event("CHANNEL_PARK", Unique_ID="leg-2")
    assert watcher.ask(f"api uuid_bridge {LEG} leg-2") == "+OK leg-2\n"
    bridge = watcher.event("CHANNEL_BRIDGE", Unique_ID=LEG).headers
    assert (bridge["Caller-Caller-ID-Number"], bridge["Caller-Callee-ID-Number"]) == ("101%lab", DID)


@pytest.mark.parametrize("leaves", [LEG, "leg-2"])
def test_two_parked_legs_are_joined_and_end_together(desk: Desk, leaves: str) -> None:
    watcher = desk.watch(*WATCHED)
    joined(desk, watcher, ENDS_WITH_HIM)
    watcher.ask(f"api uuid_kill {leaves}")
    for uuid in (LEG, "leg-2"):
        assert watcher.event("CHANNEL_HANGUP_COMPLETE", Unique_ID=uuid).headers["Hangup-Cause"] == "NORMAL_CLEARING"


def test_a_leg_goes_on_with_its_next_action_when_the_other_is_gone(desk: Desk) -> None:
    watcher = desk.watch(*WATCHED)
    joined(desk, watcher, "cc_call=c1")
    before = len(watcher.events(Unique_ID=LEG))
    watcher.ask("api uuid_kill leg-2")
    watcher.wait(lambda: "CHANNEL_PARK" in names(watcher, LEG)[before:], "it is not parked")
    assert watcher.ask(f"api uuid_exists {LEG}") == "true"


@pytest.fixture
def guarded() -> Iterator[Desk]:
    """A desk with the dialplan of `freeswitch-xml/`."""
    one = Desk(plan=standard)
    yield one
    one.close()


def test_a_leg_made_for_a_callback_comes_to_the_daemon(guarded: Desk) -> None:
    desk = guarded
    desk.phone("101@lab", Behaviour(after_s=0.2))
    desk.simulator.trunk(Trunk("trunk", otherwise=(Behaviour(talk_s=0.5),)))
    watcher = desk.watch(*WATCHED)
    variables = "{cc_callback=t1,ignore_early_media=true}"
    own = f"[origination_uuid={LEG},origination_caller_id_number={DID},origination_caller_id_name=Back]"
    watcher.ask(f"bgapi originate {variables}{own}{AGENT} callback XML callcontrol")
    line = desk.accept()
    head = line.replies()[0].headers
    assert (line.uuid, head["variable_cc_callback"]) == (LEG, "t1")
    assert (head["Call-Direction"], head["Answer-State"]) == ("outbound", "answered")
    assert (head["Caller-Destination-Number"], head["Caller-Context"]) == ("callback", "callcontrol")
    # an originated leg that goes through a dialplan is a caller: whom it called is who calls
    assert (head["Caller-Caller-ID-Number"], head["Caller-Callee-ID-Number"]) == ("101%lab", DID)
    assert (head["Caller-ANI"], head["Caller-RDNIS"]) == ("0000000000", "101%lab")
    assert head["variable_hangup_after_bridge"] == "true"
    assert line.ask(f"api sched_del {LEG}") == "+OK Deleted: 1\n"
    line.execute("playback", "calling-back.wav", lock=True)
    line.execute("bridge", "[origination_uuid=leg-2]sofia/gateway/trunk/48600700800", lock=True)
    assert line.event("CHANNEL_BRIDGE").headers["Bridge-B-Unique-ID"] == "leg-2"
    assert line.event("CHANNEL_HANGUP").headers["Hangup-Cause"] == "NORMAL_CLEARING"
