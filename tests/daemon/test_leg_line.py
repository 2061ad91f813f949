"""Legs on a switch are rung, whispered to, joined and ended; the call that asked gets the events."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import gevent
import pytest

from callcontrol.control import commands as do
from callcontrol.control.call import Closed, State
from callcontrol.control.credit_commands import LookAtAnswer
from callcontrol.control.credit_events import AnswerFound
from callcontrol.control.events import Joined, JoinFailed, LegAnswered, OriginateFailed
from callcontrol.daemon import leg_line
from callcontrol.daemon.leg_line import LegLine
from callcontrol.daemon.switch_links import EVENTS
from callcontrol.edges import clock
from callcontrol.edges.freeswitch.commands import Auth
from callcontrol.edges.freeswitch.failures import CommandRefused, ConnectionLost, EventSocketError, LimitReached
from callcontrol.edges.freeswitch.inbound import SwitchLink
from callcontrol.edges.freeswitch.leg_commands import COMES_BACK_S, HEARD
from callcontrol.edges.freeswitch.replies import Reply
from callcontrol.edges.freeswitch.sockets import Address
from callcontrol.edges.freeswitch.switch_connection import LinkLimits
from callcontrol.edges.freeswitch.wire import SwitchEvent
from callcontrol.routing.plan import Account, LegPlan, Shown
from callcontrol.simulator import Behaviour, Call
from callcontrol.simulator.dialplan import standard
from tests.daemon.queue_parts import Listener, until
from tests.routing.queue_world import HELP
from tests.simulator.desk import CallLine, Desk

OnReply = Callable[[Reply], object]
OnLost = Callable[[EventSocketError], object] | None

ANNA, BERT = "101@acme.example", "102@acme.example"
QUICKLY = Behaviour(after_s=0.2)


def plan(address: str, ring_s: int = 20) -> LegPlan:
    user, domain = address.split("@")
    return LegPlan(f"extension:{user}", Account(user, domain), ring_s, Shown("+48600700800"))


@dataclass(frozen=True, slots=True)
class Rings(State):
    """The state of a call that has these legs ring."""

    legs: tuple[str, ...]

    @property
    def being_rung(self) -> tuple[str, ...]:
        return self.legs


class Scene:
    """A simulated switch, the connection to it, and a call that commands legs."""

    def __init__(self) -> None:
        self.desk = Desk(plan=standard)
        self.heard: list[SwitchEvent] = []
        place = Address("127.0.0.1", self.desk.simulator.port)
        self.link = SwitchLink(
            "fs1", place, Auth("ClueCon"), names=EVENTS, on_event=self.heard.append,
            limits=LinkLimits(first_retry_s=0.01), chance=random.Random(1),
        )  # fmt: skip
        self.link.start()
        until(lambda: self.link.is_up)
        self.call = Listener()
        self.line = LegLine(lambda name: self.link if name == "fs1" else None, lambda name: "internal")

    def phone(self, address: str, behaviour: Behaviour, registered: bool = True) -> None:
        self.desk.phone(address, behaviour, registered=registered)

    def do(self, *commands: leg_line.LegCommand) -> None:
        for command in commands:
            self.line.carry_out(command, self.call.driver)

    def ring(self, *legs: tuple[str, str]) -> None:
        """Ring these legs, each at this address, at once."""
        self.call.call = self.call.call.to(Rings(tuple(leg for leg, _ in legs)))
        self.do(do.Originate(tuple((leg, plan(address)) for leg, address in legs)))

    def parked(self, leg: str, address: str = ANNA, phone: Behaviour = QUICKLY) -> None:
        self.phone(address, phone)
        self.ring((leg, address))
        assert self.call.next_event(LegAnswered) == LegAnswered(leg)

    def ended(self, leg: str) -> str:
        """Wait for the leg's end; its cause."""
        until(lambda: any(self._ends(leg)))
        return next(self._ends(leg)).get("variable_hangup_cause")

    def _ends(self, leg: str) -> Iterator[SwitchEvent]:
        return (e for e in self.heard if e.name == "CHANNEL_HANGUP_COMPLETE" and e.get("Unique-ID") == leg)

    def parks(self, leg: str) -> list[str]:
        """For each time the leg was parked: the whisper it had heard."""
        parks = (e for e in self.heard if e.name == "CHANNEL_PARK" and e.get("Unique-ID") == leg)
        return [e.get(f"variable_{HEARD}") for e in parks]

    def lives(self, leg: str) -> bool:
        return self.link.api(f"uuid_exists {leg}", 5.0) == "true"

    def close(self) -> None:
        self.link.stop()
        self.desk.close()


@pytest.fixture
def scene() -> Iterator[Scene]:
    made = Scene()
    yield made
    made.close()


# --- ringing


def test_a_leg_whose_answer_was_missed_is_found_with_its_time_and_a_ringing_one_is_not(scene: Scene) -> None:
    scene.phone(BERT, Behaviour(after_s=20))
    scene.ring(("leg-2", BERT))
    scene.do(LookAtAnswer("leg-2"), LookAtAnswer("none"))
    scene.parked("leg-1")
    scene.do(LookAtAnswer("leg-1"))
    found = scene.call.next_event(AnswerFound)
    assert found.leg_id == "leg-1"
    assert abs(clock.now() - found.answered) < 5_000_000  # the switch has a clock of its own


def test_a_leg_whose_caller_has_gone_while_it_waited_for_its_turn_is_not_rung(scene: Scene) -> None:
    scene.phone(ANNA, QUICKLY)
    while scene.link.pacing.begin():  # fill the pacing window of the switch
        pass
    scene.ring(("leg-1", ANNA))
    gevent.sleep(0.05)
    scene.call.call = scene.call.call.to(Rings(()))
    scene.link.pacing.leave()
    assert scene.call.next_event(OriginateFailed) == OriginateFailed(("leg-1",), "ORIGINATOR_CANCEL", sent=False)
    assert not scene.lives("leg-1")


def test_an_answered_leg_is_parked_under_the_chosen_uuid(scene: Scene) -> None:
    scene.parked("leg-1")
    assert scene.lives("leg-1")
    until(lambda: scene.parks("leg-1"))
    assert scene.parks("leg-1") == [""]  # no whisper heard yet


def test_the_first_of_several_phones_wins_and_the_others_stop(scene: Scene) -> None:
    scene.phone(ANNA, Behaviour("never_answers"))
    scene.phone(BERT, QUICKLY)
    scene.ring(("leg-1", ANNA), ("leg-2", BERT))
    assert scene.call.next_event(LegAnswered) == LegAnswered("leg-2")
    assert scene.ended("leg-1") == "LOSE_RACE"


@pytest.mark.parametrize(
    ("behaviour", "cause"),
    [
        (Behaviour("busy"), "USER_BUSY"),
        (Behaviour("declines"), "CALL_REJECTED"),
        (Behaviour("fails", code=480), "NO_USER_RESPONSE"),
    ],
)
def test_a_leg_that_is_not_answered_reports_the_cause(scene: Scene, behaviour: Behaviour, cause: str) -> None:
    scene.phone(ANNA, behaviour)
    scene.ring(("leg-1", ANNA))
    assert scene.call.next_event(OriginateFailed) == OriginateFailed(("leg-1",), cause)


def test_a_phone_that_is_not_there(scene: Scene) -> None:
    scene.phone(ANNA, QUICKLY, registered=False)
    scene.ring(("leg-1", ANNA))
    assert scene.call.next_event(OriginateFailed) == OriginateFailed(("leg-1",), "USER_NOT_REGISTERED")


def test_a_phone_stops_ringing_when_its_leg_is_killed(scene: Scene) -> None:
    scene.phone(ANNA, Behaviour("never_answers"))
    scene.ring(("leg-1", ANNA))
    until(lambda: scene.lives("leg-1"))
    scene.do(do.KillLeg("leg-1", "ORIGINATOR_CANCEL"))
    assert scene.call.next_event(OriginateFailed).legs == ("leg-1",)
    assert scene.ended("leg-1") == "ORIGINATOR_CANCEL"


def test_a_kill_command_before_the_leg_exists_is_repeated(scene: Scene) -> None:
    scene.phone(ANNA, Behaviour("never_answers"))
    scene.do(do.KillLeg("leg-1", "ORIGINATOR_CANCEL"))
    scene.ring(("leg-1", ANNA))
    assert scene.call.next_event(OriginateFailed).legs == ("leg-1",)
    assert scene.ended("leg-1") == "ORIGINATOR_CANCEL"


def test_a_leg_answered_after_the_call_is_closed_is_hung_up(scene: Scene) -> None:
    scene.phone(ANNA, Behaviour(after_s=2))
    scene.ring(("leg-1", ANNA))
    gevent.sleep(0.1)  # it rings
    scene.call.call = replace(scene.call.call, state=Closed())
    assert scene.ended("leg-1") == "ORIGINATOR_CANCEL"
    assert scene.call.events == []


def test_a_leg_whose_originate_is_not_answered_in_time_is_killed(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leg_line, "PATIENCE_S", -19.9)
    scene.phone(ANNA, Behaviour("never_answers"))
    scene.ring(("leg-1", ANNA))
    assert scene.call.next_event(OriginateFailed) == OriginateFailed(("leg-1",), "RECOVERY_ON_TIMER_EXPIRE", told=False)
    assert scene.ended("leg-1") == "ORIGINATOR_CANCEL"


@pytest.mark.parametrize(
    "refusal",
    [
        LimitReached(name="window", limit=2, what="originates without an answer at switch s1"),
        CommandRefused(command="originate", said="-ERR no reply"),
    ],
)
def test_a_command_the_switch_does_not_take_counts_as_not_sent(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, refusal: Exception
) -> None:
    def refuse(*_: object) -> None:
        raise refusal

    monkeypatch.setattr(leg_line, "REFUSED_S", 0.01)
    monkeypatch.setattr(SwitchLink, "bgapi", refuse)
    scene.phone(ANNA, QUICKLY)
    scene.ring(("leg-1", ANNA))
    assert scene.call.next_event(OriginateFailed) == OriginateFailed(("leg-1",), "NETWORK_OUT_OF_ORDER", sent=False)


# --- parked legs


def test_the_end_of_a_whisper_is_reported_by_the_parking_after_it(scene: Scene) -> None:
    scene.parked("leg-1")
    scene.do(do.Whisper("leg-1", "queue/en/calling-back.wav"))
    until(lambda: len(scene.parks("leg-1")) == 2)
    assert scene.parks("leg-1") == ["", "true"]
    assert scene.lives("leg-1")


def test_after_last_words_the_leg_ends(scene: Scene) -> None:
    scene.parked("leg-1")
    scene.do(do.Whisper("leg-1", "queue/en/caller-gone.wav", hang_up=True))
    assert scene.ended("leg-1") == "NORMAL_CLEARING"
    assert "true" not in scene.parks("leg-1")


def test_two_legs_are_joined_and_end_together(scene: Scene) -> None:
    scene.parked("leg-1", ANNA)
    scene.parked("leg-2", BERT)
    scene.do(do.Join("leg-1", "leg-2"))
    assert scene.call.next_event(Joined) == Joined("leg-1", "leg-2")
    scene.do(do.KillLeg("leg-1", "NORMAL_CLEARING"))
    assert scene.ended("leg-1") == "NORMAL_CLEARING"
    assert scene.ended("leg-2") == "NORMAL_CLEARING"


def test_a_leg_that_is_gone_cannot_be_joined(scene: Scene) -> None:
    scene.parked("leg-1")
    scene.do(do.Join("leg-1", "nobody"))
    failed = scene.call.next_event(JoinFailed)
    assert (failed.first, failed.second) == ("leg-1", "nobody")
    assert failed.reason.startswith("-ERR")
    assert scene.lives("leg-1")


def waiting_caller(scene: Scene) -> CallLine:
    line = scene.desk.call(Call(HELP))
    caller, *others = scene.call.call.legs
    scene.call.call = replace(scene.call.call, id=line.uuid, legs=(replace(caller, id=line.uuid), *others))
    line.execute("answer")
    line.execute("playback", "tone_stream://%(400,3600,440);loops=-1")
    return line


def test_a_caller_comes_back_through_the_dialplan_if_the_agent_is_gone_before_the_join(scene: Scene) -> None:
    line = waiting_caller(scene)
    scene.parked("leg-1")
    scene.do(do.Join(line.uuid, "leg-1"), do.KillLeg("leg-1", "NORMAL_CLEARING"))
    again = scene.desk.accept()
    assert (again.uuid, scene.lives(line.uuid)) == (line.uuid, True)


def test_a_conversation_that_lasts_ends_for_the_caller_as_well(scene: Scene) -> None:
    line = waiting_caller(scene)
    scene.parked("leg-1", phone=replace(QUICKLY, talk_s=10))
    scene.do(do.Join(line.uuid, "leg-1"))
    assert scene.call.next_event(Joined) == Joined(line.uuid, "leg-1")
    line.event("CHANNEL_BRIDGE")
    gevent.sleep(COMES_BACK_S + 0.1)
    scene.do(do.KillLeg("leg-1", "NORMAL_CLEARING"))
    assert line.event("CHANNEL_HANGUP").headers["Hangup-Cause"] == "NORMAL_CLEARING"


@pytest.mark.parametrize("command", [do.KillLeg("leg-1", "LOSE_RACE"), do.BringBack()])
def test_a_command_is_repeated_if_the_connection_broke_before_the_reply(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, command: do.KillLeg | do.BringBack
) -> None:
    line = waiting_caller(scene)
    scene.parked("leg-1")
    asked, lost = scene.link.ask, [True, True]

    def ask(text: str, on_reply: OnReply, on_lost: OnLost = None) -> None:
        if not lost:
            return asked(text, on_reply, on_lost)
        lost.pop()
        assert on_lost is not None
        on_lost(ConnectionLost(why="as if it had broken now"))

    monkeypatch.setattr(scene.link, "ask", ask)
    scene.do(command)
    if isinstance(command, do.KillLeg):
        assert scene.ended("leg-1") == "LOSE_RACE"
    else:
        assert scene.desk.accept().uuid == line.uuid


def test_commands_under_way_fail_when_the_connection_breaks(scene: Scene) -> None:
    errors: list[object] = []
    scene.link.ask("msleep 3000", errors.append, lambda error: errors.append(type(error)))
    scene.link.stop()
    until(lambda: errors)
    assert [issubclass(one, ConnectionLost) for one in errors if isinstance(one, type)] == [True]


def test_a_command_before_the_connection_is_up_is_sent_once_it_is(scene: Scene) -> None:
    """A worker that takes a call over may have just started."""
    scene.parked("leg-1")
    link, scene.link = (
        scene.link,
        SwitchLink("fs1", Address("127.0.0.1", scene.desk.simulator.port), Auth("ClueCon"), chance=random.Random(1)),
    )
    scene.do(do.KillLeg("leg-1", "NORMAL_TEMPORARY_FAILURE"))
    scene.link.start()
    assert scene.ended("leg-1") == "NORMAL_TEMPORARY_FAILURE"
    link.stop()


def test_commands_for_a_leg_that_is_gone_have_no_effect(scene: Scene) -> None:
    scene.do(do.Whisper("gone", "a.wav"), do.KillLeg("gone", "LOSE_RACE"), do.Whisper("gone", "not safe.wav"))
    scene.parked("leg-1")
    assert scene.call.events == []


def test_a_caller_is_brought_back_through_the_dialplan(scene: Scene) -> None:
    line = scene.desk.call(Call(HELP))
    caller, *others = scene.call.call.legs
    scene.call.call = replace(scene.call.call, id=line.uuid, legs=(replace(caller, id=line.uuid), *others))
    scene.do(do.BringBack())
    again = scene.desk.accept()
    assert again.uuid == line.uuid
    assert again.replies()[0].headers["Caller-Destination-Number"] == HELP
    assert again.replies()[0].headers["Caller-Context"] == "callcontrol"


# --- without the switch


def test_without_a_connection_every_command_is_answered(scene: Scene) -> None:
    scene.link.stop()
    scene.ring(("leg-1", ANNA))
    scene.do(do.Join("c", "d"), do.KillLeg("d", "LOSE_RACE"), do.Whisper("d", "a.wav"), do.BringBack())
    assert isinstance(scene.call.next_event(JoinFailed), JoinFailed)
    assert scene.call.next_event(OriginateFailed) == OriginateFailed(("leg-1",), "NETWORK_OUT_OF_ORDER", sent=False)
    assert scene.call.events == []


def test_commands_for_a_switch_removed_from_the_settings_fail(scene: Scene) -> None:
    other = Listener(switch="fs9")
    scene.line.carry_out(do.Originate((("leg-1", plan(ANNA)),)), other.driver)
    scene.line.carry_out(do.Join("c", "d"), other.driver)
    assert other.next_event(JoinFailed) == JoinFailed("c", "d", "there is no switch fs9")
    assert other.next_event(OriginateFailed) == OriginateFailed(("leg-1",), "NETWORK_OUT_OF_ORDER", sent=False)


def test_a_command_waits_for_a_reconnection_under_way(scene: Scene) -> None:
    scene.phone(ANNA, Behaviour("answers", after_s=0.0))
    scene.link.stop()
    scene.ring(("leg-1", ANNA))
    scene.link.start()
    assert scene.call.next_event(LegAnswered) == LegAnswered("leg-1")


def test_legs_ringing_when_the_connection_breaks_are_ended_when_it_is_back(scene: Scene) -> None:
    scene.phone(ANNA, Behaviour("never_answers"))
    scene.ring(("leg-1", ANNA))
    until(lambda: scene.lives("leg-1"))
    scene.link.stop()
    assert scene.call.next_event(OriginateFailed) == OriginateFailed(("leg-1",), "NETWORK_OUT_OF_ORDER", told=False)
    scene.link.start()
    assert scene.ended("leg-1") == "ORIGINATOR_CANCEL"


def test_a_leg_with_an_unsafe_address_is_not_sent(scene: Scene) -> None:
    unsafe = replace(plan(ANNA), endpoint=Account("101", "not a domain"))
    scene.do(do.Originate((("leg-1", unsafe),)))
    assert scene.call.next_event(OriginateFailed) == OriginateFailed(("leg-1",), "NETWORK_OUT_OF_ORDER")
    gevent.sleep(0)
    assert not scene.lives("leg-1")
