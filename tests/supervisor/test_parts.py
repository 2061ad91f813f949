"""What the supervisor is made of, piece by piece: clock, pid file, line, sockets, metrics, probes."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import gevent
import orjson
import pytest
from prometheus_client.parser import text_string_to_metric_families

from callcontrol.edges import meter_files, worker_environment
from callcontrol.edges.config_snapshot import UNKNOWN
from callcontrol.edges.freeswitch.binding import Address
from callcontrol.edges.freeswitch.call import CallConnection
from callcontrol.edges.freeswitch.outbound import OutboundLimits, OutboundServer
from callcontrol.edges.freeswitch.sockets import InheritedFd, listening
from callcontrol.edges.heartbeat_message import BadHeartbeat, HeartbeatMessage, from_line, to_line
from callcontrol.edges.run_queue import waited_for_processor_s
from callcontrol.edges.worker_environment import Stores
from callcontrol.simulator.stories.stage import free_ports
from callcontrol.supervisor import listeners, pid_file, service_manager
from callcontrol.supervisor.listeners import CallListener, CannotListen
from callcontrol.supervisor.metrics import BUILD, empty_folder, exposition
from callcontrol.supervisor.port_probe import PortProbe
from callcontrol.supervisor.probes import answer
from callcontrol.supervisor.signals import Signals
from callcontrol.supervisor.timeouts import MAX_STEP_S, AwakeClock, WorkerTimeouts
from callcontrol.supervisor.views import View, WorkerState, WorkerView
from callcontrol.supervisor.worker_process import WorkerProcess
from callcontrol.vocabulary.moment import Instant


def view(state: WorkerState = WorkerState.READY) -> View:
    return View((WorkerView(0, 7, "host/7", state, "", 1, Instant(0), restarts=2, current=True),))


def test_a_stopped_supervisor_does_not_age() -> None:
    readings = iter((100.0, 101.0, 500.0, 500.5))
    clock = AwakeClock(lambda: next(readings))
    assert [clock.now() for _ in range(3)] == [1.0, 1.0 + MAX_STEP_S, 1.5 + MAX_STEP_S]


def test_a_pulse_comes_back_from_its_line_and_a_long_reason_is_cut() -> None:
    heartbeat = HeartbeatMessage("host/7/nonce", "no connection to fs1", 12)
    assert from_line(to_line(heartbeat).rstrip()) == heartbeat
    assert len(from_line(to_line(HeartbeatMessage("n", "x" * 100_000, 0)).rstrip()).not_ready) == 512


@pytest.mark.parametrize("line", [b"", b"{", b"[]", b"{}", b'{"name":"n","not_ready":"","calls":"many"}', b"\xff"])
def test_what_is_no_pulse_is_refused(line: bytes) -> None:
    with pytest.raises(BadHeartbeat):
        from_line(line)


def test_a_later_workers_pulse_may_say_more() -> None:
    assert from_line(b'{"name":"n","not_ready":"","calls":1,"mood":"good"}') == HeartbeatMessage("n", "", 1)


def spoken_to(*said: bytes) -> WorkerProcess:
    """A worker that said this by 5 s."""
    ours, theirs = socket.socketpair()
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    worker = WorkerProcess(process, ours, 0, now=0.0)
    for one in said:
        theirs.sendall(one)
        worker.listen(5.0)
    theirs.close()
    worker.listen(6.0)
    worker.send(signal.SIGKILL)
    process.wait()
    return worker


def test_a_worker_is_heard_in_whatever_pieces_its_line_comes() -> None:
    line = to_line(HeartbeatMessage("host/7", "", 3))
    worker = spoken_to(b"nonsense\n", line[:9], line[9:] + line[:3])
    assert worker.heartbeat == HeartbeatMessage("host/7", "", 3)
    assert worker.is_ready
    assert worker.line is None
    assert worker.exit_status() == -signal.SIGKILL
    assert worker.is_overdue(20.0, WorkerTimeouts(15, 60)) == ""
    assert "no heartbeat for 15.1 s" in worker.is_overdue(20.1, WorkerTimeouts(15, 60))


def test_a_worker_that_waits_for_a_processor_does_not_hang() -> None:
    waited_s = [2.0]
    ours, theirs = socket.socketpair()
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    worker = WorkerProcess(process, ours, 0, now=0.0, waited_s=lambda _: waited_s[0])
    timeouts = WorkerTimeouts(15, 60)
    try:
        theirs.sendall(to_line(HeartbeatMessage("host/7", "", 3)))
        worker.listen(5.0)
        waited_s[0] = 12.0  # ten seconds more
        assert worker.is_overdue(29.9, timeouts) == ""
        assert "no heartbeat for 25.1 s, 10.0 s of it without a processor" in worker.is_overdue(30.1, timeouts)
        waited_s[0] = 500.0  # but not for ever
        assert worker.is_overdue(64.9, timeouts) == ""
        assert "it hangs" in worker.is_overdue(65.1, timeouts)
    finally:
        worker.close()
        theirs.close()
        process.kill()
        process.wait()


def test_the_scheduler_says_how_long_a_process_waited() -> None:
    before_s = waited_for_processor_s(os.getpid())
    assert 0.0 <= before_s <= waited_for_processor_s(os.getpid()) < time.monotonic()
    assert waited_for_processor_s(0) == 0.0  # no such process


def test_the_lock_says_who_runs_and_not_the_text(tmp_path: Path) -> None:
    assert pid_file.running(tmp_path / "data") is None
    with pid_file.held(tmp_path / "data"):
        assert pid_file.running(tmp_path / "data") == os.getpid()
        second = pid_file.held(tmp_path / "data")
        with pytest.raises(pid_file.InUse, match=f"is in use by process {os.getpid()}"), second:
            pytest.fail("two have it")
    assert pid_file.running(tmp_path / "data") is None
    (tmp_path / "data" / pid_file.NAME).write_text("1\n")  # of a killed one
    assert pid_file.running(tmp_path / "data") is None
    with pid_file.held(tmp_path / "data"):
        assert (tmp_path / "data" / pid_file.NAME).read_text() == f"{os.getpid()}\n"


def test_the_door_is_shut_until_a_worker_listens_and_can_be_shut_again() -> None:
    address = ("127.0.0.1", free_ports(1)[0])
    listener = CallListener(Address(*address))
    inherited = os.dup(listener.fileno())
    for _ in range(2):
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(address)
        worker = listening(InheritedFd(os.dup(inherited)), 5)
        socket.create_connection(address).close()
        worker.close()
        socket.create_connection(address).close()  # the others, or the next one, will take it
        listener.shut()
    listener.close()
    os.close(inherited)


def test_a_door_that_was_shut_before_anybody_listened_hears_what_is_sent_when_somebody_does() -> None:
    """Twice shut, as when all workers died before one of them listened: the kernel remembers a shutdown."""
    address = ("127.0.0.1", free_ports(1)[0])
    listener = CallListener(Address(*address))
    for _ in range(2):
        listener.shut()
    worker = listening(InheritedFd(os.dup(listener.fileno())), 5)
    with socket.create_connection(address) as caller:
        taken, _ = worker.accept()
        gevent.spawn_later(0.1, caller.sendall, b"hello")
        assert taken.recv(5) == b"hello", "what is sent later is read, too"
        taken.close()
    worker.close()
    listener.close()


def test_the_watch_says_whether_a_connection_is_accepted_and_read() -> None:
    place = Address("127.0.0.1", free_ports(1)[0])
    listener, watch = CallListener(place), PortProbe(place)
    assert watch.why
    assert watch.probe() == "no worker answers: Connection refused"
    taken: list[CallConnection] = []
    instance = InheritedFd(os.dup(listener.fileno()), watch.port)
    server = OutboundServer(instance, taken.append, limits=OutboundLimits(0), allow=())
    server.start()
    assert [watch.probe() for _ in range(3)] == ["", "", ""]
    assert (taken, server.connection_count) == ([], 0), "it is no call, and no limit or allow-list is asked"
    deaf = socket.socket(fileno=os.dup(listener.fileno()))
    deaf.shutdown(socket.SHUT_RD)
    with pytest.raises(OSError, match="not connected"):
        deaf.shutdown(socket.SHUT_RD)  # refused, and remembered
    deaf.listen()
    assert watch.probe() == "connections are accepted and not read"
    deaf.close()
    server.close()
    watch.stop()
    listener.close()


def test_an_address_in_use_is_waited_for_and_then_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listeners, "LET_GO_S", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(CannotListen, match=f"cannot listen on 127.0.0.1:{port}: Address already in use"):
            CallListener(Address("127.0.0.1", port))
    CallListener(Address("127.0.0.1", port)).close()


def test_signals_are_read_in_order_and_end_nothing() -> None:
    with Signals((signal.SIGUSR1, signal.SIGUSR2)) as signals:
        os.kill(os.getpid(), signal.SIGUSR2)
        os.kill(os.getpid(), signal.SIGUSR1)
        assert list(signals.take()) == [signal.SIGUSR2, signal.SIGUSR1]
        assert list(signals.take()) == []
    assert signal.getsignal(signal.SIGUSR1) is signal.SIG_DFL


def test_secrets_leave_the_environment_when_they_are_read() -> None:
    stores = Stores("redis://:secret@host/0", "host=db password=secret")
    environ = dict(worker_environment.environment(stores))
    assert worker_environment.taken_from(environ) == stores
    assert environ == {}
    with pytest.raises(KeyError):
        worker_environment.taken_from(environ)


@pytest.mark.parametrize("abstract", [False, True])
def test_the_service_manager_is_told(abstract: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        name = f"{folder}/notify"
        manager.bind("\0" + name if abstract else name)
        monkeypatch.setenv("NOTIFY_SOCKET", "@" + name if abstract else name)
        service_manager.tell("READY=1")
        assert manager.recv(100) == b"READY=1"


def test_without_a_service_manager_nobody_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    assert service_manager.tell("READY=1") is None  # type: ignore[func-returns-value]  # that it returns is the test


COUNTING = """
from callcontrol.edges import meters
meters.calls_adopted_total.inc({calls})
meters.calls_in_progress.set({calls})
meters.redis_up.set({up})
meters.spool_bytes.set({calls})
meters.limit.labels("calls").set(100)
meters.decision_seconds.observe(0.003)
"""


def work(folder: Path, slot: int, calls: int, up: int = 1) -> None:
    """A worker that counts so many calls and ends."""
    environment = {**os.environ, **meter_files.environment(folder, slot)}
    subprocess.run([sys.executable, "-c", COUNTING.format(calls=calls, up=up)], env=environment, check=True)


def shown(folder: Path) -> Mapping[str, float]:
    """Samples by name, with the value of the only label where there is one."""
    families = text_string_to_metric_families(exposition(folder, view).decode())
    return {
        sample.name + "".join(f" {value}" for value in sample.labels.values()): sample.value
        for family in families
        for sample in family.samples
    }


def test_metrics_are_those_of_all_slots_and_what_was_counted_outlives_who_counted(tmp_path: Path) -> None:
    folder = empty_folder(tmp_path)
    work(folder, 0, calls=2)
    work(folder, 1, calls=3, up=0)
    both = shown(folder)
    assert both["callcontrol_calls_adopted_total"] == both["callcontrol_calls_in_progress"] == 5
    assert (both["callcontrol_redis_up"], both["callcontrol_spool_bytes"]) == (0, 3)
    assert (both["callcontrol_limit calls"], both["callcontrol_decision_seconds_count"]) == (100, 2)
    meter_files.forget(folder, 1)
    left = shown(folder)
    assert (left["callcontrol_calls_in_progress"], left["callcontrol_redis_up"]) == (2, 1)
    assert left["callcontrol_calls_adopted_total"] == 5
    work(folder, 1, calls=1)
    assert shown(folder)["callcontrol_calls_adopted_total"] == 6
    assert len(list(folder.glob("counter_*.db"))) == 2
    assert list(empty_folder(tmp_path).iterdir()) == []


@pytest.mark.parametrize("room", [1_000, 1 << 16])
def test_a_worker_whose_metrics_find_no_room_on_the_disk_goes_on(tmp_path: Path, room: int) -> None:
    """The largest size of a file stands for the disk: no room at all, and none for a file to grow."""
    folder = empty_folder(tmp_path)
    code = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({room}, {room}))\n" + (
        "from callcontrol.edges import meters\n"
        "for number in range(2_000): meters.calls_total.labels('acme' * 10, str(number)).inc()\n"
        "print(meters.calls_total.labels('acme' * 10, '1999')._value.get())"
    )
    environment = {**os.environ, **meter_files.environment(folder, 0)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "1.0\n")
    assert "metrics are counted in memory only" in done.stderr
    assert f"{folder}/counter_0.db: File too large" in done.stderr
    assert shown(folder)["callcontrol_workers"] == 1


def test_an_empty_file_of_metrics_spoils_no_scrape(tmp_path: Path) -> None:
    folder = empty_folder(tmp_path)
    work(folder, 0, calls=2)
    (folder / "counter_1.db").touch()
    assert shown(folder)["callcontrol_calls_adopted_total"] == 2


def test_of_workers_that_are_gone_no_gauge_says_anything(tmp_path: Path) -> None:
    folder = empty_folder(tmp_path)
    work(folder, 0, calls=2)
    assert list(folder.glob("gauge_*.db")) != []
    meter_files.forget(folder, 0)
    assert list(folder.glob("gauge_*.db")) == []


def test_probes(tmp_path: Path) -> None:
    folder = empty_folder(tmp_path)
    assert answer("/healthz", View, folder).body == b"alive\n"
    assert (answer("/readyz?x", view, folder).status, answer("/readyz", view, folder).body) == (200, b"ready\n")
    dead = answer("/readyz", lambda: view(WorkerState.DEAD), folder)
    assert (dead.status, dead.body) == (503, b"worker 0: dead\n")
    assert answer("/", view, folder).status == 404
    shut = answer("/readyz", lambda: replace(view(), door="no worker answers"), folder)
    assert (shut.status, shut.body) == (503, b"no worker answers\n")
    told = orjson.loads(answer("/workers", view, folder).body)
    assert (told["workers"][0]["pid"], told["restart"]) == (7, {"number": 0, "state": "none", "why": ""})
    assert shown(folder) == {
        "callcontrol_worker_up 0": 1,
        "callcontrol_worker_restarts_total 0": 2,
        "callcontrol_jobs": 0,
        "callcontrol_jobs_up": 0,
        "callcontrol_job_restarts_total": 0,
        "callcontrol_fork_server_up": 0,
        "callcontrol_process_starts_total fork": 0,
        "callcontrol_process_starts_total exec": 0,
        "callcontrol_workers": 1,
        "callcontrol_config_reloads_total accepted": 0,
        "callcontrol_config_reloads_total refused": 0,
        "callcontrol_config_refused": 0,
        "callcontrol_config_behind": 0,
        "callcontrol_said_files": 0,
        f"callcontrol_config_info {UNKNOWN}": 1,
        "callcontrol_door_open": 1,
        "callcontrol_supervisor_log_lines_dropped_total": 0,
        "callcontrol_probes_refused_total": 0,
        f"callcontrol_build_info {BUILD['python']} {BUILD['version']}": 1,
    }


def test_the_supervisor_knows_no_greenlets() -> None:
    """Not even by what it imports: a patched process that only looks unpatched would hang where greenlets do."""
    asked = "import sys; sys.argv = ['callcontrol', 'serve', '--help']\n" + (
        "import callcontrol.__main__ as m\n"
        "for name in m.PLAIN: __import__(f'callcontrol.commands.{name}')\n"
        "print([n for n in ('gevent', 'psycopg', 'redis', 'greenswitch') if n in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert said.stdout == "[]\n"
