"""Commands render as the switch reads them, or are refused."""

from __future__ import annotations

import pytest

from callcontrol.edges.freeswitch.commands import (
    Api,
    Auth,
    BgApi,
    Command,
    Connect,
    Execute,
    Exit,
    Filter,
    HangupCommand,
    Linger,
    Subscribe,
    UserAuth,
    sched_del,
    subscription,
)
from callcontrol.edges.freeswitch.failures import UnsafeText


@pytest.mark.parametrize(
    ("command", "wire"),
    [
        (Connect(), "connect"),
        (Exit(), "exit"),
        (Auth("s p"), "auth s p"),
        (UserAuth("u", "d.example", "p:w@x"), "userauth u@d.example:p:w@x"),
        (Api("status"), "api status"),
        (BgApi("originate x &park()", "j-1"), "bgapi originate x &park()\nJob-UUID: j-1"),
        (sched_del("c-1"), "api sched_del c-1"),
        (Linger(0), "linger 0"),
        (Filter("Unique-ID", "c-1"), "filter Unique-ID c-1"),
        (Subscribe("plain", ("DTMF", "CUSTOM"), ("a::b",)), "event plain DTMF CUSTOM a::b"),
        (Subscribe("json", ("DTMF", "CUSTOM")), "event json DTMF"),
        (HangupCommand("USER_BUSY"), "sendmsg\ncall-command: hangup\nhangup-cause: USER_BUSY"),
        (HangupCommand("USER_BUSY", "c-1"), "sendmsg c-1\ncall-command: hangup\nhangup-cause: USER_BUSY"),
        (Execute("answer"), "sendmsg\ncall-command: execute\nexecute-app-name: answer\nevent-lock: true"),
        (
            Execute("playback", "zażółć.wav", "e-1", lock=False, uuid="c-1"),
            "sendmsg c-1\ncall-command: execute\nexecute-app-name: playback\n"
            "execute-app-arg: zażółć.wav\nEvent-UUID: e-1",
        ),
    ],
)
def test_as_the_switch_reads_it(command: Command, wire: str) -> None:
    assert command.wire() == wire.encode() + b"\n\n"


EVIL = "x\n\napi system touch /tmp/x"


@pytest.mark.parametrize(
    "command",
    [
        Auth(EVIL),
        UserAuth("u", "d", EVIL),
        UserAuth("u@x", "d", "p"),
        UserAuth("u", "d:x", "p"),
        Api(EVIL),
        Api("a\r"),
        Api("a\0"),
        Api("\udc80"),
        BgApi(EVIL, "j"),
        BgApi("x", EVIL),
        BgApi("x", ""),
        Filter("Unique-ID", EVIL),
        Filter("Unique-ID: x", "y"),
        Filter("Unique-ID", " "),
        Linger(-1),
        Subscribe("json", ("dtmf",)),
        Subscribe("json", ("DTMF ALL",)),
        Subscribe("json", (), ("a b",)),
        HangupCommand("user busy"),
        HangupCommand("USER_BUSY", "a b"),
        Execute(""),
        Execute("play back"),
        Execute("playback", EVIL),
        Execute("playback", "a", "e\nevent-lock: false"),
        Execute("playback", "a", uuid="c 1"),
    ],
)
def test_what_would_arrive_as_something_else_is_refused(command: Command) -> None:
    with pytest.raises(UnsafeText, match="Refused for the switch"):
        command.wire()


def test_a_secret_is_not_told() -> None:
    for login in (Auth("hunter2\n"), UserAuth("u", "d", "hunter2\n")):
        with pytest.raises(UnsafeText) as caught:
            login.wire()
        assert "hunter2" not in str(caught.value)
        assert "hunter2" not in repr(login)


def test_a_subscription_is_for_one_channel() -> None:
    filters = (Filter("Unique-ID", "c-1"), Filter("Job-Owner-UUID", "c-1"))
    assert subscription("c-1", ["DTMF"]) == (filters[0], Subscribe("json", ("DTMF",)))
    names = ("DTMF", "BACKGROUND_JOB")
    assert subscription("c-1", names, ["a::b"]) == (*filters, Subscribe("json", names, ("a::b",)))
    with pytest.raises(UnsafeText):
        subscription("c 1", ["DTMF"])
