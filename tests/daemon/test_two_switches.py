"""The daemon with two switches: callers at one reach phones and agents at the other; one of them restarts.

All tests share one stage: each leaves the stores, both switches and the daemon running, and no call.
"""

from __future__ import annotations

import io
import re
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from copy import deepcopy
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

import gevent
import pytest
import yaml
from gevent import socket
from gevent.server import StreamServer

from callcontrol.daemon.configuration import read_configuration
from callcontrol.edges import clock
from callcontrol.edges.ledger.past_rows import PastCall
from callcontrol.edges.live_state.brought_sounds import BroughtSounds
from callcontrol.edges.live_state.mailboxes import BoxStore
from callcontrol.edges.live_state.pipeline import RedisPipeline, connect
from callcontrol.jobs.media.bringing import Bringer
from callcontrol.jobs.media.loops import Loop, Runner
from callcontrol.simulator.callers import Call
from callcontrol.simulator.client import SimulatorClient
from callcontrol.simulator.phones import BUSY, Behaviour, Phone
from callcontrol.simulator.stories.stage import Stage, free_ports
from callcontrol.vocabulary.agent import AgentState
from callcontrol.vocabulary.call import call_id_of
from callcontrol.vocabulary.mailbox import AddMessage, Greeting, GreetingKind, Message
from callcontrol.vocabulary.media import Media, MediaChange, MediaState, applied
from callcontrol.vocabulary.media_format import MediaFormat
from tests.daemon.test_queue_survival import AGENT, SUPPORT, Live
from tests.daemon.test_survival import (
    DID,
    EXAMPLE,
    PHONE,
    WAIT_S,
    hang_up,
    heard,
    is_bridged,
    is_talking,
    nothing_is_left,
    records,
    until,
)
from tests.jobs.media.world import NOON, wav

FS1_SIP, FS2_SIP = "127.0.0.1:5060", "127.0.0.1:5062"
CHAIN, FIRST, SECOND = "48221234578", "125@acme.example", "113@acme.example"
HOTLINE, YVONNE = "48221234590", "123@acme.example"

# Ids of our legs are made by us (vocabulary.call.leg_id); legs that a switch makes by itself have other ids.
OURS = 5

pytestmark = pytest.mark.timeout(300)


class Link:
    """A proxy before a switch's event socket; from `cut` to `mended` it is down while the switch runs on."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._is_cut = False
        self._open: set[socket.socket] = set()
        self._server = StreamServer(("127.0.0.1", 0), self._serve)
        self._server.start()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._server.server_port}"

    def cut(self) -> None:
        self._is_cut = True
        for one in [*self._open]:
            one.shutdown(socket.SHUT_RDWR)

    def mended(self) -> None:
        self._is_cut = False

    def stop(self) -> None:
        self.cut()
        self._server.stop()

    def _serve(self, daemon: socket.socket, _: object) -> None:
        if self._is_cut:
            return
        with socket.create_connection(("127.0.0.1", self._port)) as switch:
            self._open |= {daemon, switch}
            back = gevent.spawn(self._carry, switch, daemon)
            self._carry(daemon, switch)
            back.join()
            self._open -= {daemon, switch}

    @staticmethod
    def _carry(source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):  # cut
            while data := source.recv(65_536):
                sink.sendall(data)
        with suppress(OSError):  # gone already
            sink.shutdown(socket.SHUT_RDWR)


class TwoSwitches(Stage):
    """The stage with a second switch."""

    def __init__(self, folder: Path) -> None:
        self._port = free_ports(1)[0]
        self.link = Link(self._port)
        super().__init__(folder, EXAMPLE, simulator=("--sip", FS1_SIP, "--switch", f"fs2={self._port}={FS2_SIP}"))

    def _set_up(self) -> None:
        super()._set_up()
        self.daemon.stop()
        file = self.config / "callcontrol.yaml"
        main = yaml.safe_load(file.read_text(encoding="utf-8"))
        fs1 = main["switches"]["fs1"]
        fs1["sip"] = FS1_SIP
        main["switches"]["fs2"] = {**deepcopy(fs1), "address": self.link.address, "sip": FS2_SIP}
        file.write_text(yaml.safe_dump(main, allow_unicode=True), encoding="utf-8")
        self.daemon.start()

    @property
    def second(self) -> SimulatorClient:
        """The other switch."""
        return self.switch.others["fs2"]


@pytest.fixture(scope="module")
def stage() -> Iterator[TwoSwitches]:
    with tempfile.TemporaryDirectory(prefix="callcontrol-stage-") as folder:
        Path(folder).chmod(0o711)
        made = TwoSwitches(Path(folder))
        with made:
            yield made
        made.link.stop()


@pytest.fixture
def live(stage: TwoSwitches) -> Iterator[Live]:
    with closing(Live(stage)) as found:
        until(lambda: found.queue().waiting == 0)
        nothing_is_left(stage)
        for switch in (stage.switch, stage.second):
            for address in (PHONE, FIRST, SECOND, AGENT, YVONNE):
                switch.unregister(address)
            switch.reset()
        until(lambda: stage.daemon.registrations() == 0)
        yield found


def phone(switch: SimulatorClient, address: str, *behaviours: Behaviour) -> None:
    switch.phone(Phone(address, behaviours, registered=False))
    switch.register(address)


def record(stage: TwoSwitches, call: str) -> PastCall:
    """Wait for the only record of a call."""
    uuid = next(str(entry["uuid"]) for entry in stage.switch.heard(call) if entry["what"] == "calls")
    id_ = call_id_of(uuid)
    until(lambda: id_ in [c.call_id for c in records(stage)])
    nothing_is_left(stage)
    (found,) = [c for c in records(stage) if c.call_id == id_]
    return found


def only_these_calls_are_recorded(stage: TwoSwitches, count: int) -> None:
    """There is no second record for the part at the other switch, and no unknown leg."""
    assert len(records(stage)) == count
    legs = [leg.leg_id for call in records(stage) for leg in call.legs]
    rung = {str(entry["uuid"]) for entry in stage.second.heard() if entry["what"] == "invite"}
    at_the_other = {channel for channel in rung if UUID(channel).version != OURS}
    assert at_the_other
    assert at_the_other.isdisjoint(legs)
    assert len(set(legs)) == len(legs)


def test_a_call_is_forwarded_to_a_phone_at_the_other_switch(stage: TwoSwitches, live: Live) -> None:
    phone(stage.switch, FIRST, BUSY)
    phone(stage.second, SECOND, Behaviour("answers", after_s=0.3, talk_s=1.5))
    until(lambda: stage.daemon.registrations() == 2)
    before = len(records(stage))
    call = stage.switch.place(Call(CHAIN, number="+48500100701", name="Ewa"))
    stage.switch.wait_for_end(call, WAIT_S)
    found = record(stage, call)
    assert (found.switch, found.outcome, found.answered_by) == ("fs1", "answered", "extension:113")
    assert [leg.outcome for leg in found.legs if leg.direction == "b"] == ["busy", "answered"]
    invite = stage.second.heard(SECOND)[0]
    assert (invite["number"], invite["name"]) == ("+48500100701", "Ewa")
    assert "user-busy" in invite["Diversion"]
    only_these_calls_are_recorded(stage, before + 1)


def test_a_phone_at_the_other_switch_cannot_transfer_and_talks_on(stage: TwoSwitches, live: Live) -> None:
    phone(stage.switch, FIRST, BUSY)
    phone(stage.second, SECOND, Behaviour("answers", after_s=0.1, refers=(0.3, "105"), talk_s=2))
    until(lambda: stage.daemon.registrations() == 2)
    call = stage.switch.place(Call(CHAIN))
    stage.switch.wait_for_end(call, WAIT_S)
    assert [entry["code"] for entry in stage.second.heard(SECOND) if entry["what"] == "refer_told"] == ["403"]
    found = record(stage, call)
    assert [leg.target for leg in found.legs if leg.direction == "b"] == ["extension:125", "extension:113"]
    (talk,) = found.segments
    assert talk.talk_ms > 1_500


@pytest.mark.parametrize(("transferor", "colleague"), [(SECOND, PHONE), (PHONE, SECOND)], ids=["there", "here"])
def test_phones_transfer_by_keys_over_both_switches(
    stage: TwoSwitches, live: Live, transferor: str, colleague: str
) -> None:
    at = {PHONE: stage.switch, SECOND: stage.second}
    number = colleague.partition("@")[0]
    keys = ((0.4, "*2"), (0.9, f"{number}#"), (2.0, "*2"))
    phone(at[transferor], transferor, Behaviour("answers", after_s=0.1, digits=keys, talk_s=20))
    phone(at[colleague], colleague, Behaviour("answers", after_s=0.1, talk_s=2.5))
    phone(stage.switch, FIRST, BUSY)
    until(lambda: stage.daemon.registrations() == 3)
    call = stage.switch.place(Call(CHAIN if transferor == SECOND else DID))
    stage.switch.wait_for_end(call, WAIT_S)
    assert [entry["with"] for entry in stage.switch.heard(call) if entry["what"] == "bridged"] == [
        transferor,
        colleague,
    ]
    found = record(stage, call)
    assert (found.outcome, found.estimated) == ("answered", False)
    by = transferor.partition("@")[0]
    assert any(f"{by} transferred to {number}" in note["what"] for note in found.notes)


def test_a_refusal_at_the_other_switch_is_what_the_phone_said(stage: TwoSwitches, live: Live) -> None:
    phone(stage.second, FIRST, BUSY)
    phone(stage.second, SECOND, Behaviour("answers", after_s=0.1, talk_s=0.5))
    until(lambda: stage.daemon.registrations() == 2)
    call = stage.switch.place(Call(CHAIN))
    stage.switch.wait_for_end(call, WAIT_S)
    assert [leg.outcome for leg in record(stage, call).legs if leg.direction == "b"] == ["busy", "answered"]


def test_a_phone_at_the_other_switch_that_answers_302_is_its_extensions_forward(stage: TwoSwitches, live: Live) -> None:
    phone(stage.second, PHONE, Behaviour("moved", to="113"))
    phone(stage.second, SECOND, Behaviour("answers", after_s=0.1, talk_s=0.5))
    until(lambda: stage.daemon.registrations() == 2)
    call = stage.switch.place(Call(DID))
    stage.switch.wait_for_end(call, WAIT_S)
    found = record(stage, call)
    assert (found.answered_by, [leg.cause for leg in found.legs if leg.direction == "b"]) == (
        "extension:113",
        ["REDIRECTION_TO_NEW_DESTINATION", "NORMAL_CLEARING"],
    )


def test_an_agent_at_the_other_switch_serves_a_caller(stage: TwoSwitches, live: Live) -> None:
    phone(stage.second, AGENT, Behaviour("answers", after_s=0.3, talk_s=9))
    until(lambda: live.agent().state is AgentState.READY)
    before = len(records(stage))
    call = stage.switch.place(Call(SUPPORT, number="+48500100702"))
    until(lambda: is_bridged(stage, call))
    met = [entry["with"] for entry in stage.switch.heard(call) if entry["what"] == "bridged"]
    assert met == [AGENT]
    assert call in [entry["with"] for entry in stage.second.heard(AGENT) if entry["what"] == "bridged"]
    assert "playback" in heard(stage, AGENT)  # the agent hears the whisper
    stage.switch.wait_for_end(call, WAIT_S)
    found = record(stage, call)
    assert (found.switch, found.outcome, found.answered_by) == ("fs1", "answered", "extension:121")
    (visit,) = found.visits
    assert (visit.how, visit.agent) == ("answered", "wanda")
    only_these_calls_are_recorded(stage, before + 1)


def test_agents_at_both_switches_ring_at_once_and_one_answers(stage: TwoSwitches, live: Live) -> None:
    phone(stage.switch, AGENT, Behaviour("answers", after_s=1, talk_s=1))
    phone(stage.second, YVONNE, Behaviour("never_answers"))
    until(lambda: all(live.agent(name).state is AgentState.READY for name in ("wanda", "yvonne")))
    call = stage.switch.place(Call(HOTLINE))
    stage.switch.wait_for_end(call, WAIT_S)
    assert record(stage, call).answered_by == "extension:121"
    until(lambda: "answered_elsewhere" in heard(stage, YVONNE))


@pytest.fixture
def link_is_cut(stage: TwoSwitches, live: Live) -> Iterator[None]:
    """The second switch runs and has phones, but the daemon has lost its connection to it."""
    phone(stage.second, SECOND, Behaviour("answers", after_s=0.1, talk_s=0.5))
    phone(stage.second, PHONE, Behaviour("answers", after_s=0.1, talk_s=0.5))
    phone(stage.switch, FIRST, BUSY)
    until(lambda: stage.daemon.registrations() == 3)
    stage.link.cut()
    until(lambda: stage.daemon.registrations() == 1)
    yield
    stage.link.mended()
    until(lambda: stage.daemon.registrations() == 3)


@pytest.mark.usefixtures("link_is_cut")
def test_while_a_link_is_down_the_phones_there_are_rung_where_they_were(stage: TwoSwitches) -> None:
    """No phone counts as offline, so no `unavailable` rule applies."""
    call = stage.switch.place(Call(DID))
    stage.switch.wait_for_end(call, WAIT_S)
    found = record(stage, call)
    assert (found.outcome, found.answered_by) == ("answered", "extension:117")
    assert [leg.outcome for leg in found.legs] == ["answered", "answered"]
    chain = stage.switch.place(Call(CHAIN))  # 125 here, then 113 there
    stage.switch.wait_for_end(chain, WAIT_S)
    assert record(stage, chain).answered_by == "extension:113"
    assert [leg.outcome for leg in record(stage, chain).legs if leg.direction == "b"] == ["busy", "answered"]


def test_a_phone_that_registers_while_the_link_is_down_is_rung_and_is_known_when_it_is_back(
    stage: TwoSwitches, live: Live
) -> None:
    """An unregistered phone may be registered at the switch that is not heard, so no `unavailable` rule applies."""
    assert live.agent("yvonne").state is AgentState.UNREACHABLE
    stage.link.cut()
    try:
        until(lambda: re.search(r'^callcontrol_switch_up\{.*"fs2".*\} 0', stage.daemon.metrics(), re.MULTILINE))
        phone(stage.second, PHONE, Behaviour("answers", after_s=0.1, talk_s=0.5))
        phone(stage.second, YVONNE, Behaviour("answers", after_s=0.1, talk_s=0.5))
        call = stage.switch.place(Call(DID))
        stage.switch.wait_for_end(call, WAIT_S)
        found = record(stage, call)
        assert (found.answered_by, [leg.outcome for leg in found.legs]) == ("extension:117", ["answered", "answered"])
        assert stage.daemon.registrations() == 0
    finally:
        stage.link.mended()
    until(lambda: stage.daemon.registrations() == 2)
    until(lambda: live.agent("yvonne").state is AgentState.READY, 5)


@pytest.mark.usefixtures("link_is_cut")
def test_while_a_link_is_down_callers_there_are_served(stage: TwoSwitches) -> None:
    """Their calls arrive by outbound connections, which still work."""
    there = stage.second.place(Call(DID))
    stage.second.wait_for_end(there, WAIT_S)
    assert "bridged" in [entry["what"] for entry in stage.second.heard(there)]
    stage.link.mended()  # the switch then reports how the call ended
    id_ = call_id_of(next(str(e["uuid"]) for e in stage.second.heard(there) if e["what"] == "calls"))
    until(lambda: id_ in [c.call_id for c in records(stage)])
    (found,) = [c for c in records(stage) if c.call_id == id_]
    assert (found.switch, found.outcome, found.answered_by) == ("fs2", "answered", "extension:117")


def test_a_switch_that_restarts_loses_its_calls_and_its_phones(stage: TwoSwitches, live: Live) -> None:
    phone(stage.second, AGENT, Behaviour("answers", after_s=0.1))
    phone(stage.second, PHONE, Behaviour("answers", after_s=0.1))
    until(lambda: live.agent().state is AgentState.READY and stage.daemon.registrations() == 2)
    there = stage.second.place(Call(DID))
    until(lambda: is_talking(stage, there))
    for address in (AGENT, PHONE):
        stage.second.phone(Phone(address, (Behaviour(),), registered=False))
    stage.second.restart()
    until(lambda: live.agent().state is AgentState.UNREACHABLE)
    found = record(stage, there)
    assert (found.switch, found.outcome, found.estimated) == ("fs2", "answered", True)
    here = stage.switch.place(Call(DID))
    stage.switch.wait_for_end(here, WAIT_S)
    assert [leg.direction for leg in record(stage, here).legs] == ["a"]
    phone(stage.second, PHONE, Behaviour("answers", after_s=0.1, talk_s=0.5))
    until(lambda: stage.daemon.registrations() == 1)
    again = stage.switch.place(Call(DID))
    stage.switch.wait_for_end(again, WAIT_S)
    assert record(stage, again).answered_by == "extension:117"


class OneShelf:
    """A media storage that has every file."""

    def media(self, tenant: str, media_id: str) -> Media | None:
        change = MediaChange(
            media_id=media_id, tenant=tenant, state=MediaState.STORED, at=NOON, switch="fs2", path="/r/x"
        )
        return applied(None, change)

    def in_format(self, media: Media, form: MediaFormat) -> BinaryIO:
        return io.BytesIO(wav(1_000))


def played(stage: TwoSwitches, who: str) -> list[str]:
    return [str(entry["file"]) for entry in stage.switch.heard(who) if entry["what"] == "playback"]


def test_a_message_and_a_greeting_that_lie_at_the_other_switch_are_heard(
    stage: TwoSwitches, live: Live, tmp_path: Path
) -> None:
    """The worker asks, the media job's own loop answers from the storage that the other switch's host has filled."""
    settings = read_configuration(stage.config).settings
    at_fs2, brought, now = settings.recordings, f"{settings.recordings}/brought", clock.now()
    with pipeline_to(stage) as pipeline:
        boxes = BoxStore(pipeline)
        left = Message("call-9-2", "+48500100200", "", now, 2_000, "fs2", f"{at_fs2}/call-9-2.wav")
        boxes.put("acme", "office", AddMessage(left))
        spoken = Greeting("fs2", f"{at_fs2}/call-8-1.wav", 2_000, now, "extension:102")
        boxes.greet("acme", "office", GreetingKind.NORMAL, spoken, lambda _: None)
        bringer = Bringer(BroughtSounds(pipeline), OneShelf(), lambda: settings, lambda: {"fs1": tmp_path})
        runner = Runner([Loop("bring", 0.1, bringer.step)])
        runner.start()
        owner = stage.switch.place(Call("*97", user="102", domain="acme.example", digits=((0.4, "1"),)))
        caller = stage.switch.place(Call("48221234575", number="+48500100777"))
        until(lambda: f"{brought}/call-9-2.wav" in played(stage, owner))
        until(lambda: played(stage, caller)[:1] == [f"{brought}/call-8-1.wav"])
        runner.stop(1)
    assert "mailbox/en/one-moment.wav" in played(stage, owner)
    assert sorted(path.name for path in (tmp_path / "brought").iterdir()) == ["call-8-1.wav", "call-9-2.wav"]
    hang_up(stage, owner)
    hang_up(stage, caller)
    nothing_is_left(stage)


@contextmanager
def pipeline_to(stage: TwoSwitches) -> Iterator[RedisPipeline]:
    made = RedisPipeline(connect(stage.redis_url, 2.0))
    yield made
    made.stop(1)
