"""Slots and rolling restarts, told by a clock that is an argument and processes that do what the test says."""

from __future__ import annotations

import signal
from itertools import count
from typing import Final

import pytest

from callcontrol.edges.heartbeat_message import HeartbeatMessage
from callcontrol.supervisor.rolling import Rolling
from callcontrol.supervisor.slot import Slot
from callcontrol.supervisor.timeouts import BACK_OFF_S, MARGIN_S, READY_S, START_S, STEADY_S, WorkerTimeouts
from callcontrol.supervisor.views import Roll, View, WorkerState
from callcontrol.vocabulary.moment import Instant

PATIENCE: Final = WorkerTimeouts(hung_s=15, drain_s=60)
NOON: Final = Instant(1_764_072_000_000_000)
READY: Final = HeartbeatMessage("host/1", "", 0)


class FakeProcess:
    """A worker that says and does what it is told."""

    def __init__(self, pid: int, instance: int, now: float) -> None:
        self.pid = pid
        self.instance = instance
        self.started_at = self.heard_at = now
        self.ends_by: float | None = None
        self.heartbeat: HeartbeatMessage | None = None
        self.status: int | None = None
        self.got: list[signal.Signals] = []
        self.closed = False

    @property
    def is_ready(self) -> bool:
        return self.heartbeat is not None and not self.heartbeat.not_ready

    def says(self, heartbeat: HeartbeatMessage, now: float) -> None:
        self.heartbeat, self.heard_at = heartbeat, now

    def exit_status(self) -> int | None:
        return self.status

    def listen(self, now: float) -> None:
        """It has been heard."""

    def is_overdue(self, now: float, timeouts: WorkerTimeouts) -> str:
        if now - self.heard_at > timeouts.silence_s(self.heartbeat is not None):
            return "it hangs"
        return "it did not end in time" if self.ends_by is not None and now > self.ends_by else ""

    def tell_to_end(self, now: float, timeouts: WorkerTimeouts) -> None:
        self.ends_by = now + timeouts.end_s
        self.send(signal.SIGTERM)

    def send(self, number: signal.Signals) -> None:
        self.got.append(number)

    def close(self) -> None:
        self.closed = True


class House:
    """Slots, and all processes that were ever started in them."""

    def __init__(self, slots: int = 1) -> None:
        self.now = 0.0
        self.started: list[FakeProcess] = []
        self.vacated: list[int] = []
        self.fails = False
        self._pids = count(1)
        self.slots = [
            Slot(
                number,
                (number, number + slots),
                start=self._start,
                vacate=self.vacated.append,
                timeouts=PATIENCE,
                wall=lambda: Instant(NOON + int(self.now)),
            )
            for number in range(slots)
        ]
        self.rolling = Rolling()
        self.pass_(0)

    @property
    def slot(self) -> Slot:
        return self.slots[0]

    @property
    def last(self) -> FakeProcess:
        return self.started[-1]

    def _start(self, instance: int, now: float) -> FakeProcess:
        if self.fails:
            raise OSError("no process to be had")
        self.started.append(FakeProcess(next(self._pids), instance, now))
        return self.last

    def pass_(self, seconds: float) -> None:
        """Time, and a look around."""
        self.now += seconds
        for slot in self.slots:
            slot.tend(self.now)
        self.rolling.step(self.now)

    def all_say(self, heartbeat: HeartbeatMessage) -> None:
        for slot in self.slots:
            for one in slot.processes():
                assert isinstance(one, FakeProcess)
                one.says(heartbeat, self.now)

    def states(self) -> list[tuple[int, WorkerState]]:
        return [(view.pid, view.state) for slot in self.slots for view in slot.views()]


def test_a_slot_has_a_worker_at_once() -> None:
    house = House()
    assert house.states() == [(1, WorkerState.STARTING)]
    house.all_say(HeartbeatMessage("host/1", "no connection to fs1", 0))
    assert house.states() == [(1, WorkerState.NOT_READY)]
    house.all_say(READY)
    assert house.states() == [(1, WorkerState.READY)]


def test_the_first_death_is_made_good_at_once_and_the_seat_is_the_same() -> None:
    house = House()
    house.all_say(READY)
    house.last.status = -signal.SIGKILL
    house.pass_(0.1)
    assert (house.vacated, len(house.started), house.last.instance, house.slot.restarts) == ([0], 2, 0, 1)
    assert house.started[0].closed


def test_a_worker_that_dies_at_once_repeatedly_is_restarted_with_growing_pauses() -> None:
    house = House()
    for wait_s in (*BACK_OFF_S, BACK_OFF_S[-1]):
        house.last.status = 1
        house.pass_(0)
        before = len(house.started)
        if wait_s:
            assert house.states() == [(0, WorkerState.DEAD)]
            house.pass_(wait_s - 0.01)
            assert len(house.started) == before
            house.pass_(0.01)
            assert len(house.started) == before + 1


def test_a_worker_that_lived_long_is_replaced_at_once() -> None:
    house = House()
    for _ in range(4):
        house.last.status = 1
        house.pass_(0)
        house.pass_(10)
    house.all_say(READY)
    house.pass_(STEADY_S)
    started = len(house.started)
    house.last.status = 1
    house.pass_(0)
    assert len(house.started) == started + 1


def test_a_worker_without_a_heartbeat_was_not_steady_however_slow_the_start() -> None:
    house = House()
    for wait_s in BACK_OFF_S:
        house.pass_(STEADY_S)  # a busy machine: the worker is still starting
        house.last.status = 1
        house.pass_(0)
        before = len(house.started)
        assert house.states()[0][1] is (WorkerState.DEAD if wait_s else WorkerState.STARTING)
        house.pass_(wait_s)
        assert len(house.started) == (before + 1 if wait_s else before)


def test_a_system_without_processes_is_asked_again() -> None:
    house = House()
    house.fails, house.last.status = True, 1
    house.pass_(0)
    assert house.slot.current is None
    house.fails = False
    house.pass_(BACK_OFF_S[1])
    assert house.slot.current is house.last


def test_silence_means_that_a_worker_hangs_but_a_start_may_take_longer() -> None:
    house = House()
    house.pass_(START_S)
    assert house.last.got == []
    house.all_say(READY)
    house.pass_(PATIENCE.hung_s)
    assert house.last.got == []
    house.pass_(0.1)
    assert house.last.got == [signal.SIGKILL]


def test_a_worker_that_does_not_end_when_told_is_killed_and_not_replaced() -> None:
    house = House()
    house.all_say(READY)
    house.slot.end(house.now)
    assert (house.last.got, house.states()) == ([signal.SIGTERM], [(1, WorkerState.DRAINING)])
    for _ in range(int(PATIENCE.drain_s + MARGIN_S)):
        house.pass_(1)
        house.all_say(READY)
    assert house.last.got == [signal.SIGTERM]
    house.pass_(0.1)
    assert house.last.got == [signal.SIGTERM, signal.SIGKILL]
    house.last.status = -signal.SIGKILL
    house.pass_(100)
    assert (list(house.slot.processes()), len(house.started)) == ([], 1)


def test_a_reload_waits_for_a_worker_that_does_not_listen_to_signals_yet() -> None:
    house = House()
    house.slot.pass_on(signal.SIGHUP)
    house.pass_(0.1)
    assert house.last.got == []
    house.all_say(READY)
    house.pass_(0.1)
    house.pass_(0.1)
    assert house.last.got == [signal.SIGHUP]


def roll_begun() -> House:
    house = House(2)
    house.all_say(READY)
    house.rolling.begin(house.slots)
    house.pass_(0)
    return house


def test_the_old_worker_ends_when_the_new_one_is_ready_and_the_next_slot_waits_for_that() -> None:
    house = roll_begun()
    old, successor = house.started[0], house.last
    assert successor.instance == 2
    house.pass_(1)
    assert old.got == []
    successor.says(READY, house.now)
    house.pass_(0)
    assert (old.got, house.slot.current) == ([signal.SIGTERM], successor)
    assert [(view.pid, view.current) for view in house.slot.views()] == [(successor.pid, True), (old.pid, False)]
    house.pass_(1)
    assert len(house.started) == 3
    old.status = 0
    house.pass_(0)
    house.pass_(0)
    assert (house.vacated, house.last.instance) == ([0], 3)
    house.all_say(READY)
    house.pass_(0)
    house.started[1].status = 0
    house.pass_(0)
    assert (house.rolling.state, house.rolling.number) == (Roll.DONE, 1)
    assert [slot.restarts for slot in house.slots] == [0, 0]


def test_the_next_roll_takes_the_first_seats_again() -> None:
    house = roll_begun()
    for _ in range(10):
        house.all_say(READY)
        for one in house.started:
            one.status = 0 if signal.SIGTERM in one.got else None
        house.pass_(0)
    assert house.rolling.state is Roll.DONE
    house.rolling.begin(house.slots)
    house.pass_(0)
    assert [one.instance for one in house.started] == [0, 1, 2, 3, 0]


def test_a_successor_that_dies_ends_the_roll_and_the_old_worker_stays() -> None:
    house = roll_begun()
    house.last.status = 2
    house.pass_(0)
    assert (house.rolling.state, house.started[0].got) == (Roll.FAILED, [])
    assert house.rolling.why == "worker 0: its successor died at once"
    house.pass_(10)
    assert len(house.started) == 3


def test_a_successor_that_does_not_get_ready_is_sent_away() -> None:
    house = roll_begun()
    for _ in range(int(READY_S) + 1):
        house.pass_(1)
        house.all_say(READY)
        house.last.says(HeartbeatMessage("host/3", "no connection to fs1", 0), house.now)
    assert house.rolling.why == "worker 0: its successor is not ready after 60 s: no connection to fs1"
    assert (house.last.got, house.started[0].got) == ([signal.SIGTERM], [])
    assert house.slot.current is house.started[0]


def test_a_second_order_to_restart_changes_nothing_while_the_first_is_carried_out() -> None:
    house = roll_begun()
    house.rolling.begin(house.slots)
    house.pass_(0)
    assert (house.rolling.number, len(house.started)) == (1, 3)


def test_the_end_of_the_daemon_ends_a_roll_and_its_successor() -> None:
    house = roll_begun()
    house.rolling.stop("the daemon ends")
    for slot in house.slots:
        slot.end(house.now)
    assert [one.got for one in house.started] == [[signal.SIGTERM]] * 3
    assert (house.rolling.state, house.rolling.why) == (Roll.FAILED, "the daemon ends")


@pytest.mark.parametrize(
    ("second", "why"),
    [
        (HeartbeatMessage("host/2", "", 3), ""),
        (HeartbeatMessage("host/2", "no connection to fs1", 3), "worker 1: no connection to fs1"),
        (None, "worker 1: starting"),
    ],
)
def test_the_daemon_is_ready_when_all_are_and_says_who_is_not(second: HeartbeatMessage | None, why: str) -> None:
    house = House(2)
    house.started[0].says(READY, 0)
    house.started[1].heartbeat = second
    view = View(tuple(one for slot in house.slots for one in slot.views()))
    assert view.not_ready() == why
    assert View(view.workers, draining=True).not_ready() == "draining"
    assert View().not_ready() == "starting"


def test_a_state_has_its_beginning() -> None:
    house = House()
    house.pass_(5)
    (starting,) = house.slot.views()
    house.all_say(READY)
    (ready,) = house.slot.views()
    house.pass_(5)
    house.all_say(HeartbeatMessage("host/1", "", 7))
    (still,) = house.slot.views()
    assert (starting.since, ready.since, still.since) == (NOON + 5, NOON + 5, NOON + 5)
    assert still.to_json() == {
        "slot": 0,
        "pid": 1,
        "name": "host/1",
        "state": "ready",
        "why": "",
        "calls": 7,
        "current": True,
        "since": "2025-11-25T12:00:00.000005Z",
        "restarts": 0,
        "configuration": "",
    }
