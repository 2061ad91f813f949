"""Two simulated switches: a leg from one rings a phone registered at the other, as between two real ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from callcontrol.simulator import Behaviour, Call, Phone, Settings, Simulator
from callcontrol.simulator.air import Air
from callcontrol.simulator.dialplan import standard
from callcontrol.simulator.ears import Heard
from tests.simulator.desk import ANSWER_S, SPEED

AT, FS2 = "101@acme.example", "127.0.0.1:5062"
DIVERSION = "sip_h_Diversion=<sip:+48221234567@acme.example>;reason=user-busy"
SHOWN = "origination_caller_id_number=+48500100200,origination_caller_id_name=Jan"
PEER = f"sofia/internal/{AT};fs_path=sip:{FS2}"


class Pair:
    """Switch 1 bridges each caller to a dial string; phones are registered at switch 2."""

    def __init__(self, folder: Path) -> None:
        air = Air(SPEED)
        self.plan = standard("127.0.0.1:9")
        self.one = Simulator(Settings(hostname="fs1", dialplan=self.plan, seed="1", cdrs=folder / "1"), air).start()
        self.two = Simulator(Settings(hostname="fs2", sip=FS2, seed="2", cdrs=folder / "2"), air).start()
        self.folder = folder

    def call(self, *behaviours: Behaviour, dial: str = f"{{{DIVERSION},{SHOWN}}}{PEER}") -> dict[str, str]:
        """How a call ended that was bridged to the phone."""
        self.begin(*behaviours, dial=dial)
        return self.one.wait_for_end("caller", ANSWER_S)

    def begin(self, *behaviours: Behaviour, dial: str) -> None:
        self.two.phone(Phone(AT, behaviours))
        said = ("ignore_early_media=true", "hangup_after_bridge=true", "sip_ignore_remote_cause=true")
        actions = (("multiset", "^^~" + "~".join(said)), ("bridge", dial), ("hangup", "${originate_disposition}"))
        self.plan.contexts["bridged"] = []
        self.plan.add("bridged", ".*", actions)
        self.one.place(Call("1", context="bridged"), "caller")

    def heard(self, who: str) -> list[Heard]:
        return self.one.heard(who)

    def what(self, who: str) -> list[str]:
        return [one.what for one in self.heard(who)]

    def until(self, is_so: Callable[[], bool]) -> None:
        """Wait until something is so."""
        due_us = self.one.timeline.now_us() + int(ANSWER_S * SPEED * 1_000_000)
        while not is_so():
            assert self.one.timeline.now_us() < due_us, self.one.heard()
            self.one.timeline.sleep(0.1)

    def records(self, switch: str) -> list[str]:
        return [path.name for path in (self.folder / switch).glob("*")]


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    made = Pair(tmp_path)
    yield made
    made.one.stop()
    made.two.stop()


def test_the_phone_rings_answers_and_talks_with_the_caller(pair: Pair) -> None:
    ended = pair.call(Behaviour("answers", talk_s=2))
    assert (ended["cause"], ended["by"]) == ("NORMAL_CLEARING", "send_bye")
    invite = pair.heard(AT)[0]
    assert invite.what == "invite"
    shown = {name: invite.detail[name] for name in ("number", "name", "Diversion")}
    assert shown == {
        "number": "+48500100200",
        "name": "Jan",
        "Diversion": "<sip:+48221234567@acme.example>;reason=user-busy",
    }
    assert [one.detail["with"] for one in pair.heard("caller") if one.what == "bridged"] == [AT]
    assert "caller" in [one.detail["with"] for one in pair.heard(AT) if one.what == "bridged"]


def test_the_legs_of_the_other_switch_leave_no_record(pair: Pair) -> None:
    pair.call(Behaviour("answers", talk_s=1))
    assert len(pair.records("1")) == 2
    assert pair.records("2") == []


@pytest.mark.parametrize(
    ("behaviour", "cause"),
    [
        (Behaviour("busy"), "USER_BUSY"),
        (Behaviour("declines"), "CALL_REJECTED"),
        (Behaviour("fails", code=404), "UNALLOCATED_NUMBER"),
        (Behaviour("fails", code=480), "NO_USER_RESPONSE"),
        (Behaviour("fails", code=488), "INCOMPATIBLE_DESTINATION"),
        (Behaviour("fails", code=503), "NORMAL_TEMPORARY_FAILURE"),
    ],
)
def test_a_refusal_comes_back_as_it_is(pair: Pair, behaviour: Behaviour, cause: str) -> None:
    assert pair.call(behaviour)["cause"] == cause


def test_a_phone_not_registered_there_is_unavailable(pair: Pair) -> None:
    assert pair.call(dial=f"sofia/internal/999@acme.example;fs_path=sip:{FS2}")["cause"] == "NO_USER_RESPONSE"


def test_a_caller_without_name_and_one_who_hides(pair: Pair) -> None:
    hides = "sip_h_Privacy=id,sip_cid_type=none,sip_force_full_from='\"Anonymous\" <sip:anonymous@anonymous.invalid>'"
    for variables in ("origination_caller_id_name=_undef_", hides):
        pair.call(Behaviour("busy"), dial=f"{{{variables}}}{PEER}")
    nameless, hidden = (one.detail for one in pair.heard(AT) if one.what == "invite")
    assert nameless["name"] == ""
    assert (hidden["number"], hidden["name"], hidden["Privacy"]) == ("anonymous", "Anonymous", "id")
    assert "Remote-Party-ID" not in hidden


def test_nobody_answers_in_time(pair: Pair) -> None:
    ended = pair.call(Behaviour("never_answers"), dial=f"[leg_timeout=2]{PEER}")
    assert ended["cause"] in ("NO_ANSWER", "ALLOTTED_TIMEOUT")
    pair.until(lambda: pair.what(AT) == ["invite", "ringing", "hangup"])
    assert pair.heard(AT)[-1].detail["cause"] == "ORIGINATOR_CANCEL"


def test_a_phone_that_loses_the_race_there_shows_it(pair: Pair) -> None:
    pair.one.phone(Phone("102@acme.example", (Behaviour("answers", after_s=1, talk_s=1),)))
    pair.call(Behaviour("never_answers"), dial=f"{PEER},sofia/internal/102%acme.example")
    pair.until(lambda: not pair.two.switch.core.channels)
    assert pair.what(AT) == ["invite", "ringing", "answered_elsewhere"]


def test_the_caller_gives_up_and_the_phone_stops_ringing(pair: Pair) -> None:
    pair.begin(Behaviour("never_answers"), dial=PEER)
    pair.until(lambda: "ringing" in pair.what(AT))
    pair.one.callers["caller"].hang_up_now()
    pair.one.wait_for_end("caller", ANSWER_S)
    pair.until(lambda: not pair.two.switch.core.channels)
    assert pair.what(AT) == ["invite", "ringing", "hangup"]


def test_where_no_switch_listens_the_leg_fails_at_once(pair: Pair) -> None:
    pair.two.kill()
    assert pair.call(Behaviour())["cause"] == "NORMAL_TEMPORARY_FAILURE"
    assert pair.what(AT) == []


def test_a_switch_that_crashes_says_nothing(pair: Pair) -> None:
    pair.begin(Behaviour("answers"), dial=PEER)
    pair.until(lambda: "bridged" in pair.what("caller"))
    pair.two.kill()
    pair.one.timeline.sleep(1.0)
    assert pair.what("caller")[-1] == "bridged"
    pair.one.callers["caller"].hang_up_now()
    assert pair.one.wait_for_end("caller", ANSWER_S)["by"] == "recv_bye"
