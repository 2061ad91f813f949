"""Applications: what the caller hears, which keys count, where the call goes next."""

import pytest

from callcontrol.simulator import Call
from tests.simulator.desk import CALLER, DID, CallLine, Desk, Said

TONE = "tone_stream://%(500,500,440);loops=2"


def answered(desk: Desk, **call: object) -> CallLine:
    line = desk.call(Call.read({"to": DID, "number": CALLER, **call}))
    line.done("answer")
    return line


def response(said: Said) -> str:
    return said.headers["Application-Response"]


@pytest.mark.parametrize(
    ("file", "seconds"),
    [
        (TONE, "2"),
        ("silence_stream://3000", "3"),
        ("welcome.wav", "4"),
        ("file_string://welcome.wav!welcome.wav", "8"),
        ("{loops=1}welcome.wav", "4"),
    ],
)
def test_playback_lasts_as_long_as_the_file(desk: Desk, file: str, seconds: str) -> None:
    desk.simulator.switch.media.durations_s["welcome.wav"] = 4.0
    done = answered(desk).done("playback", file)
    assert response(done) == "FILE PLAYED"
    assert done.headers["variable_playback_seconds"] == seconds
    assert [one.detail["file"] for one in desk.simulator.heard(desk.call_id) if one.what == "playback"] == [file]


def test_a_file_that_does_not_exist(desk: Desk) -> None:
    desk.simulator.switch.media.missing.add("nosuch.wav")
    assert response(answered(desk).done("playback", "nosuch.wav")) == "FILE NOT FOUND"


def test_playback_to_an_unanswered_caller_is_early_media(desk: Desk) -> None:
    line = desk.call()
    line.done("playback", TONE)
    assert line.events("CHANNEL_PROGRESS_MEDIA")
    assert "early_media" in desk.heard()


def test_music_is_broken_off(desk: Desk) -> None:
    line = answered(desk)
    line.execute("playback", "local_stream://moh", "music")
    line.event("CHANNEL_EXECUTE", Application_UUID="music")
    assert line.ask(f"api uuid_break {line.uuid} all") == "+OK\n"
    assert response(line.event("CHANNEL_EXECUTE_COMPLETE", Application_UUID="music")) == "FILE PLAYED"


def test_the_caller_hangs_up_during_music(desk: Desk) -> None:
    line = answered(desk, hangup_after_s=2.0)
    line.execute("playback", "local_stream://moh", "music")
    assert response(line.event("CHANNEL_EXECUTE_COMPLETE", Application_UUID="music")) == "PLAYBACK ERROR"


def test_a_star_ends_a_playback(desk: Desk) -> None:
    line = answered(desk, digits=[(2.0, "1*")])
    done = line.done("playback", "local_stream://moh")
    assert done.headers["variable_playback_terminator_used"] == "*"
    assert [one.headers["DTMF-Digit"] for one in line.events("DTMF")] == ["1", "*"]


DIGITS = "1 3 2 2000 # menu.wav wrong.wav choice {} 1000"


@pytest.mark.parametrize(
    ("keys", "pattern", "choice"),
    [("7", "[0-9]", "7"), ("123", "^123$", "123"), ("12#", "^12$", "12"), ("9", "^[1-3]$", None)],
)
def test_play_and_get_digits(desk: Desk, keys: str, pattern: str, choice: str | None) -> None:
    line = answered(desk, digits=[(1.0, keys)])
    done = line.done("play_and_get_digits", DIGITS.format(pattern))
    assert done.headers.get("variable_choice") == choice
    if choice is None:
        assert [one.detail["file"] for one in desk.simulator.heard(desk.call_id) if one.what == "playback"] == [
            "menu.wav",
            "wrong.wav",
            "menu.wav",
            "wrong.wav",
        ]


def test_play_and_get_digits_without_keys(desk: Desk) -> None:
    done = answered(desk).done("play_and_get_digits", DIGITS.format("[0-9]"))
    assert "variable_choice" not in done.headers
    assert done.headers["variable_read_result"] == "timeout"


def test_read(desk: Desk) -> None:
    line = answered(desk, digits=[(1.0, "42#")])
    done = line.done("read", "1 4 menu.wav number 3000 #")
    assert (done.headers["variable_number"], done.headers["variable_read_result"]) == ("42", "success")
    assert done.headers["variable_read_terminator_used"] == "#"


def test_sleep_carries_out_orders(desk: Desk) -> None:
    line = desk.call()
    line.execute("sleep", "2000", "nap")
    line.execute("set", "a=1", "inner")
    line.event("CHANNEL_EXECUTE_COMPLETE", Application_UUID="nap")
    ends = [one.headers["Application-UUID"] for one in line.events("CHANNEL_EXECUTE_COMPLETE")]
    assert ends == ["inner", "nap"]


@pytest.mark.parametrize(
    ("argument", "call", "seconds"),
    [
        ("/tmp/a.wav 3", {}, 3),
        ("/tmp/a.wav 60 200 2", {"speaks_s": 2.0}, 4),
    ],
)
def test_record_ends(desk: Desk, argument: str, call: dict[str, object], seconds: int) -> None:
    watcher = desk.watch("RECORD_START", "RECORD_STOP")
    done = answered(desk, **call).done("record", argument)
    assert seconds - 1 <= int(done.headers["variable_record_seconds"]) <= seconds + 2
    assert [one.event for one in watcher.events()] == ["RECORD_START", "RECORD_STOP"]
    assert watcher.events()[0].headers["Record-File-Path"] == "/tmp/a.wav"


def test_a_key_ends_a_recording(desk: Desk) -> None:
    watcher = desk.watch("RECORD_START", "RECORD_STOP")
    line = answered(desk)
    line.execute("record", "/tmp/a.wav 60", "r")
    watcher.event("RECORD_START")
    desk.simulator.callers[desk.call_id].press("*")
    ended = line.event("CHANNEL_EXECUTE_COMPLETE", Application_UUID="r")
    assert ended.headers["Application"] == "record"
    watcher.event("RECORD_STOP")


def test_record_session_runs_beside_the_call(desk: Desk) -> None:
    watcher = desk.watch("RECORD_START", "RECORD_STOP")
    line = answered(desk)
    line.done("record_session", "/tmp/a.wav")
    line.done("sleep", "100")
    assert [one.event for one in watcher.events()] == ["RECORD_START"]
    line.done("hangup")
    watcher.event("RECORD_STOP")


def test_variables(desk: Desk) -> None:
    line = desk.call()
    assert line.done("set", "a=x y").headers["variable_a"] == "x y"
    assert line.done("multiset", "^^;b=1;c=2 3").headers["variable_c"] == "2 3"
    assert line.done("push", "b=4").headers["variable_b"] == "ARRAY::1|:4"
    assert "variable_a" not in line.done("unset", "a").headers
    assert "variable_c" not in line.done("multiunset", "b,c").headers
    assert line.done("set", "who=${caller_id_number}").headers["variable_who"] == CALLER


def test_stored_variables_are_expanded_again(desk: Desk) -> None:
    """Why nothing of a caller's may reach a variable unchecked; `${api()}` is switched off."""
    line = desk.call()
    assert line.ask(f"api uuid_setvar {line.uuid} inner ${{secret}}${{system(id)}}") == "+OK\n"
    line.done("set", "secret=42")
    assert line.done("set", "outer=<${inner}>").headers["variable_outer"] == "<42>"


@pytest.mark.parametrize(
    ("app", "argument", "cause", "code"),
    [
        ("respond", "503 Full", "NORMAL_TEMPORARY_FAILURE", "503"),
        ("respond", "486", "USER_BUSY", "486"),
        ("hangup", "NO_ANSWER", "NO_ANSWER", "480"),
        ("hangup", "", "NORMAL_CLEARING", "480"),
    ],
)
def test_refusing_a_call(desk: Desk, app: str, argument: str, cause: str, code: str) -> None:
    desk.call().execute(app, argument)
    assert desk.ended() == {"cause": cause, "by": "send_refuse", "code": code}


def test_transfer_opens_a_second_socket(desk: Desk) -> None:
    line = answered(desk)
    line.execute("transfer", "4822 XML public")
    second = desk.accept()
    assert second.uuid == line.uuid
    headers = second.replies()[0].headers
    assert (headers["Caller-Destination-Number"], headers["Caller-RDNIS"]) == ("4822", DID)


def test_sched_hangup_holds_without_a_controller(desk: Desk) -> None:
    line = answered(desk)
    line.done("sched_hangup", "+2 ALLOTTED_TIMEOUT")
    assert desk.ended()["cause"] == "ALLOTTED_TIMEOUT"


def test_sched_api_does_it_later(desk: Desk) -> None:
    line = answered(desk)
    line.ask(f"api uuid_setvar {line.uuid} shown yes")
    line.ask(f"api sched_api +2 none uuid_setvar {line.uuid} shown")
    assert line.ask(f"api uuid_getvar {line.uuid} shown") == "yes"
    line.done("sleep", "3000")
    assert line.ask(f"api uuid_getvar {line.uuid} shown") == "_undef_"


def test_sched_transfer_is_taken_back(desk: Desk) -> None:
    line = answered(desk)
    # far enough away not to come due on a busy machine, near enough to be slept over
    line.done("sched_transfer", "+60 fallback XML public")
    line.done("sched_hangup", "+60 NORMAL_CLEARING")
    assert line.ask(f"api sched_del {line.uuid}") == "+OK Deleted: 2\n"
    line.done("sleep", "70000")
    assert not line.events("CHANNEL_HANGUP")


def test_park_timeout(desk: Desk) -> None:
    line = answered(desk)
    line.done("set", "park_timeout=1:USER_BUSY")
    line.execute("transfer", "4822 XML public")
    desk.accept()
    assert desk.ended()["cause"] == "USER_BUSY"


def test_a_park_timeout_that_is_no_number_is_over_at_once_and_a_negative_one_never(desk: Desk) -> None:
    line = answered(desk)
    line.done("set", "park_timeout=-1:USER_BUSY")
    line.execute("transfer", "4822 XML public")
    again = desk.accept()
    assert "variable_park_timeout" not in again.done("set", "still=here").headers
    again.done("set", "park_timeout=soon:NO_ANSWER")
    again.execute("transfer", "4822 XML public")
    desk.accept(greet=False)
    assert desk.ended()["cause"] == "NO_ANSWER"


def test_echo_and_progress(desk: Desk) -> None:
    line = desk.call()
    line.done("ring_ready")
    line.done("pre_answer")
    line.done("answer")
    line.execute("echo", "", "e")
    line.event("CHANNEL_EXECUTE", Application="echo")
    assert desk.heard() == ["calls", "ringing", "early_media", "answered", "echo"]
    for name in ("CHANNEL_PROGRESS", "CHANNEL_PROGRESS_MEDIA", "CHANNEL_ANSWER"):
        assert line.events(name)
