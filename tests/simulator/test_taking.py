"""What phones and callers heard may be taken away piece by piece, so that a load may outlast what a simulator keeps."""

from __future__ import annotations

from callcontrol.simulator import Call, SimulatorClient


def test_what_was_taken_is_forgotten_and_nothing_comes_twice() -> None:
    with SimulatorClient.start("--sockets", "127.0.0.1:1", "--speed", "50") as switch:
        calls = [switch.place(Call("48221234567")) for _ in range(2)]
        switch.wait_for_end(calls[0])
        taken = switch.take()
        switch.wait_for_end(calls[1])
        rest = [*switch.take(), *switch.take()]
        assert switch.heard() == []
    assert taken[0]["who"] == calls[0]
    for call in calls:
        heard = [one["what"] for one in (*taken, *rest) if one["who"] == call]
        assert (heard[0], heard[-1]) == ("calls", "hangup")
        assert len(heard) == len({(one["at_us"], one["what"]) for one in (*taken, *rest) if one["who"] == call})
