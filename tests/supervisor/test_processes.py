"""The daemon as an operator meets it: real processes, killed, stopped, restarted and drained while calls come in.

One stage for all: each test leaves two workers running.
"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import gevent
import pytest
import yaml
from gevent.event import Event

from callcontrol.config.fields import host_and_port
from callcontrol.config.settings import Settings
from callcontrol.daemon.configuration import read_configuration
from callcontrol.edges import clock
from callcontrol.simulator.callers import Call
from callcontrol.simulator.phones import Behaviour, Phone
from callcontrol.simulator.stories.stage import Stage

EXAMPLE = Path(__file__).parents[2] / "deploy" / "example"
PHONE, DID = "117@acme.example", "48221234583"
WAIT_S = 90.0
LIMITS = {"hung_s": 3, "drain_s": 5}

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with tempfile.TemporaryDirectory(prefix="callcontrol-stage-") as folder:
        Path(folder).chmod(0o711)
        example = impatient_example(Path(folder) / "example")
        with Stage(Path(folder), example, workers=2) as made:
            yield made


@pytest.fixture(autouse=True)
def fresh(stage: Stage) -> None:
    """Everything runs, no call is up, the phone answers at once and hangs up soon."""
    stage.daemon.wait_until_ready()
    stage.switch.reset()
    stage.switch.phone(Phone(PHONE, (Behaviour("answers", after_s=0.0, talk_s=0.1),), registered=False))
    stage.switch.register(PHONE)
    until(lambda: stage.daemon.registrations() >= 1)


def impatient_example(folder: Path) -> Path:
    """The example, where a worker hangs and drains for a few seconds only."""
    folder.mkdir()
    subprocess.run(["cp", "-r", f"{EXAMPLE}/.", str(folder)], check=True)
    main = yaml.safe_load((folder / "callcontrol.yaml").read_text(encoding="utf-8"))
    main["limits"] = main.get("limits", {}) | LIMITS
    main["media"] = {"run": True}
    (folder / "callcontrol.yaml").write_text(yaml.safe_dump(main, allow_unicode=True), encoding="utf-8")
    return folder


def until(is_so: Callable[[], object], wait_s: float = WAIT_S) -> None:
    due = clock.monotonic() + wait_s
    while not is_so():
        assert clock.monotonic() < due, "it did not happen in time"
        gevent.sleep(0.05)


def settings(stage: Stage) -> Settings:
    return read_configuration(stage.config).settings


def command(stage: Stage, *words: str) -> subprocess.CompletedProcess[str]:
    """What a person types."""
    line = [sys.executable, "-m", "callcontrol", *words, "--config", str(stage.config)]
    return subprocess.run(line, capture_output=True, text=True, timeout=WAIT_S, check=False)


def readiness(stage: Stage) -> str:
    """What /readyz says."""
    try:
        with urlopen(f"http://{settings(stage).http}/readyz", timeout=5) as answer:
            return str(answer.read().decode())
    except HTTPError as error:
        return error.read().decode()


def sample(stage: Stage, name: str, label: str = "") -> float:
    """The sum of all samples of this name that have this label, whatever their other labels."""
    found = re.findall(rf"^{name}((?:{{[^}}]*}})?) ([0-9.e+-]+)$", stage.daemon.metrics(), re.MULTILINE)
    return sum(float(value) for labels, value in found if label in labels)


def decided(stage: Stage) -> float:
    return sample(stage, "callcontrol_decision_seconds_count")


def states(stage: Stage) -> list[str]:
    return [one["state"] for one in stage.daemon.workers()]


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return f"{pid} (python) Z" in Path(f"/proc/{pid}/stat").read_text()


def call(stage: Stage) -> str:
    """One whole call; its cause of hang-up."""
    return str(stage.switch.wait_for_end(stage.switch.place(Call(DID)), WAIT_S)["cause"])


def can_connect(stage: Stage) -> bool:
    try:
        socket.create_connection(host_and_port(settings(stage).listen), timeout=5).close()
    except ConnectionRefusedError:
        return False
    return True


def test_two_workers_are_one_daemon(stage: Stage) -> None:
    assert readiness(stage) == "ready\n"
    assert states(stage) == ["ready", "ready"]
    assert len({one["name"] for one in stage.daemon.workers()} - {""}) == 2
    before = decided(stage)
    assert [call(stage) for _ in range(4)] == ["NORMAL_CLEARING"] * 4
    until(lambda: decided(stage) == before + 4)
    assert sample(stage, "callcontrol_workers") == sample(stage, "callcontrol_worker_up") == 2
    assert sample(stage, "callcontrol_registrations") == 1
    until(lambda: sample(stage, "callcontrol_calls_in_progress") == 0)


def test_a_killed_worker_is_replaced_while_the_other_takes_calls_and_no_counter_falls(stage: Stage) -> None:
    call(stage)
    counted = decided(stage)
    gone = stage.daemon.kill_worker(0)
    until(lambda: "worker 0" in readiness(stage) and "worker 1" not in readiness(stage))
    assert sample(stage, "callcontrol_worker_up") == 1
    assert call(stage) == "NORMAL_CLEARING"
    until(lambda: decided(stage) >= counted + 1)
    stage.daemon.wait_until_ready()
    assert decided(stage) == counted + 1
    assert gone not in stage.daemon.worker_pids()
    assert [one["restarts"] for one in stage.daemon.workers()] == [1, 0]
    assert sample(stage, "callcontrol_worker_restarts_total") == 1
    assert call(stage) == "NORMAL_CLEARING"
    until(lambda: sample(stage, "callcontrol_connections") == 0)


def test_the_media_job_runs_beside_the_workers_and_is_replaced(stage: Stage) -> None:
    until(lambda: sample(stage, "callcontrol_jobs_up") == 1)
    with urlopen(f"http://{settings(stage).http}/workers", timeout=5) as answer:
        (job,) = json.load(answer)["jobs"]
    os.kill(job["pid"], signal.SIGKILL)
    until(lambda: sample(stage, "callcontrol_job_restarts_total") == 1)
    until(lambda: sample(stage, "callcontrol_jobs_up") == 1)
    assert sample(stage, "callcontrol_jobs") == 1


def forks(stage: Stage) -> int:
    """The fork server; 0 while there is none that can fork."""
    with urlopen(f"http://{settings(stage).http}/workers", timeout=5) as answer:
        return int(json.load(answer)["fork_server"]["pid"])


def sockets_of(pid: int) -> set[str]:
    found = (os.readlink(one) for one in Path(f"/proc/{pid}/fd").iterdir())
    return {one for one in found if one.startswith("socket:")}


def test_workers_are_forked_and_seem_to_be_started_by_their_command(stage: Stage) -> None:
    assert stage.daemon.process is not None
    until(lambda: forks(stage) != 0)
    assert sample(stage, "callcontrol_fork_server_up") == 1
    assert sample(stage, "callcontrol_process_starts_total", 'by="fork"') > 0
    assert sample(stage, "callcontrol_process_starts_total", 'by="exec"') == 0
    first, second = stage.daemon.worker_pids()
    begin = f"{sys.executable} -m callcontrol work --slot "
    for pid in (first, second):
        assert Path(f"/proc/{pid}/cmdline").read_text().startswith(begin)
        assert Path(f"/proc/{pid}/comm").read_text() == "python\n"
        parent = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        assert parent == stage.daemon.process.pid
    (listener,) = sockets_of(first) & sockets_of(second)
    assert listener in sockets_of(stage.daemon.process.pid)
    assert not sockets_of(forks(stage)) & (sockets_of(first) | sockets_of(second))


def test_a_killed_fork_server_is_replaced_and_the_workers_live_on(stage: Stage) -> None:
    until(lambda: forks(stage) != 0)
    killed, workers = forks(stage), stage.daemon.worker_pids()
    os.kill(killed, signal.SIGKILL)
    until(lambda: forks(stage) not in (killed, 0))
    assert stage.daemon.worker_pids() == workers
    assert call(stage) == "NORMAL_CLEARING"
    stage.daemon.kill_worker()
    until(lambda: workers[0] not in stage.daemon.worker_pids())
    stage.daemon.wait_until_ready()
    assert stage.daemon.worker_pids()[1] == workers[1]


def test_a_worker_that_hangs_is_replaced(stage: Stage) -> None:
    hung = stage.daemon.worker_pids()[1]
    os.kill(hung, signal.SIGSTOP)
    until(lambda: hung not in stage.daemon.worker_pids())
    stage.daemon.wait_until_ready()
    assert is_gone(hung)
    assert f"(process {hung}) is killed: it hangs" in stage.daemon.log_tail(1_000)


def test_a_daemon_that_was_stopped_as_a_whole_goes_on_with_the_same_workers(stage: Stage) -> None:
    pids = stage.daemon.worker_pids()
    stage.daemon.send_to_all(signal.SIGSTOP)
    gevent.sleep(LIMITS["hung_s"] + 1)
    stage.daemon.send_to_all(signal.SIGCONT)
    gevent.sleep(2)
    assert stage.daemon.worker_pids() == pids
    assert call(stage) == "NORMAL_CLEARING"


def versions(stage: Stage) -> set[str]:
    """The configurations that the workers live under."""
    return {str(one["configuration"]) for one in stage.daemon.workers()}


def test_a_reload_reaches_every_worker(stage: Stage) -> None:
    (before,) = versions(stage)
    tenant = stage.config / "tenants" / "acme.yaml"
    tenant.write_text(tenant.read_text(encoding="utf-8") + "\n# edited\n", encoding="utf-8")
    stage.daemon.reload()
    until(lambda: before not in versions(stage))
    until(lambda: len(versions(stage)) == 1)
    until(lambda: sample(stage, "callcontrol_config_behind") == 0)  # the media job, too
    assert before not in versions(stage)


def test_a_worker_that_is_replaced_lives_under_what_is_in_force_not_what_is_edited(stage: Stage) -> None:
    (before,) = versions(stage)
    tenant = stage.config / "tenants" / "acme.yaml"
    good = tenant.read_text(encoding="utf-8")
    try:
        tenant.write_text(good + "\nnonsense: 1\n", encoding="utf-8")
        dead = stage.daemon.kill_worker()
        until(lambda: dead not in stage.daemon.worker_pids())
        stage.daemon.wait_until_ready()
        until(lambda: versions(stage) == {before})
        assert call(stage) == "NORMAL_CLEARING"
    finally:
        tenant.write_text(good, encoding="utf-8")


def test_a_daemon_started_on_a_folder_with_mistakes_serves_the_last_good_one_and_says_so(stage: Stage) -> None:
    (before,) = versions(stage)
    main = stage.config / "callcontrol.yaml"
    good = main.read_text(encoding="utf-8")
    try:
        stage.daemon.stop()
        main.write_text(good + "\nlimitz: {}\n", encoding="utf-8")
        stage.daemon.start()
        assert versions(stage) == {before}
        assert "unknown key `limitz`" in stage.daemon.readiness()
        assert sample(stage, "callcontrol_config_refused") == 1
        assert call(stage) == "NORMAL_CLEARING"
    finally:
        main.write_text(good, encoding="utf-8")
    stage.daemon.reload()
    until(lambda: sample(stage, "callcontrol_config_refused") == 0)
    assert stage.daemon.readiness() == "ready\n"


def test_a_reload_that_would_lose_all_tenants_is_refused(stage: Stage) -> None:
    tenants, aside = stage.config / "tenants", stage.config / "away"
    refused = sample(stage, "callcontrol_config_reloads_total", 'result="refused"')
    tenants.rename(aside)
    try:
        stage.daemon.reload()
        until(lambda: sample(stage, "callcontrol_config_reloads_total", 'result="refused"') == refused + 1)
        assert "there is no tenant" in stage.daemon.readiness()
        assert call(stage) == "NORMAL_CLEARING"
    finally:
        aside.rename(tenants)
    stage.daemon.reload()
    until(lambda: sample(stage, "callcontrol_config_refused") == 0)


def test_a_rolling_restart_refuses_nobody_and_loses_no_count(stage: Stage) -> None:
    old, counted, forked_by = stage.daemon.worker_pids(), decided(stage), forks(stage)
    refused: list[str] = []
    stop = Event()

    def knock() -> None:
        while not stop.wait(0.002):
            refused.extend(() if can_connect(stage) else ("refused",))

    def talk() -> list[str]:
        causes = []
        while not stop.is_set():
            causes.append(call(stage))
        return causes

    knocking, talking = gevent.spawn(knock), gevent.spawn(talk)
    done = command(stage, "restart")
    gevent.sleep(0.5)
    stop.set()
    causes = talking.get(timeout=WAIT_S)
    knocking.get(timeout=WAIT_S)
    assert (done.returncode, done.stdout.splitlines()[-1:], done.stderr) == (0, ["done"], "")
    assert not set(old) & set(stage.daemon.worker_pids())
    assert forks(stage) not in (forked_by, 0), "successors run the code that is installed now"
    assert refused == []
    assert len(causes) > 5
    assert set(causes) == {"NORMAL_CLEARING"}
    until(lambda: decided(stage) >= counted + len(causes))
    assert decided(stage) == counted + len(causes), "each call was decided once"
    assert states(stage) == ["ready", "ready"]


def test_with_no_worker_left_callers_are_refused_at_once_and_taken_when_there_is_one(stage: Stage) -> None:
    in_force = stage.config.parent / "data" / "configuration.json"
    good = in_force.read_bytes()
    try:
        in_force.write_bytes(b"{}")  # no worker can start with that
        for pid in stage.daemon.worker_pids():
            os.kill(pid, signal.SIGKILL)
        until(lambda: states(stage) != ["ready", "ready"])
        until(lambda: not socket_is_open(stage))
        assert "worker 0" in readiness_anyway(stage)
    finally:
        in_force.write_bytes(good)
    stage.daemon.wait_until_ready()
    assert call(stage) == "NORMAL_CLEARING"


def test_after_a_crash_loop_of_all_workers_calls_get_through_again(stage: Stage) -> None:
    for _ in range(3):  # from the second time on they die before they listen
        until(lambda: sum(map(bool, stage.daemon.worker_pids())) == 2)
        pids = stage.daemon.worker_pids()
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        until(lambda pids=pids: not set(pids) & set(stage.daemon.worker_pids()))  # type: ignore[misc]  # bound now
    stage.daemon.wait_until_ready()
    assert sample(stage, "callcontrol_door_open") == 1
    assert [call(stage) for _ in range(3)] == ["NORMAL_CLEARING"] * 3


def socket_is_open(stage: Stage) -> bool:
    """As can_connect, of a configuration that cannot be read now."""
    main = yaml.safe_load((stage.config / "callcontrol.yaml").read_text(encoding="utf-8"))
    try:
        socket.create_connection(host_and_port(main["listen"]), timeout=5).close()
    except ConnectionRefusedError:
        return False
    return True


def readiness_anyway(stage: Stage) -> str:
    main = yaml.safe_load((stage.config / "callcontrol.yaml").read_text(encoding="utf-8"))
    with pytest.raises(HTTPError) as caught:
        urlopen(f"http://{main['http']}/readyz", timeout=5)
    return caught.value.read().decode()


def test_a_rolling_restart_whose_first_worker_cannot_start_keeps_the_old_workers(stage: Stage) -> None:
    in_force = stage.config.parent / "data" / "configuration.json"
    good, pids = in_force.read_bytes(), stage.daemon.worker_pids()
    try:
        in_force.write_bytes(b"{}")
        assert stage.daemon.process is not None
        stage.daemon.process.send_signal(signal.SIGUSR2)
        until(lambda: "rolling restart given up: worker 0: its successor died" in stage.daemon.log_tail(200))
    finally:
        in_force.write_bytes(good)
    assert stage.daemon.worker_pids() == pids
    assert call(stage) == "NORMAL_CLEARING"


def test_a_second_daemon_on_the_same_data_is_refused(stage: Stage) -> None:
    refused = command(stage, "serve")
    assert stage.daemon.process is not None
    assert refused.returncode == 1
    assert f"is in use by process {stage.daemon.process.pid}" in refused.stderr


def test_workers_end_when_their_supervisor_is_killed_and_the_next_one_starts_at_once(stage: Stage) -> None:
    assert stage.daemon.process is not None
    pids = stage.daemon.worker_pids()
    stage.daemon.process.kill()
    stage.daemon.process.wait()
    stage.daemon.start()
    until(lambda: all(map(is_gone, pids)))
    assert call(stage) == "NORMAL_CLEARING"


def test_drain_ends_the_daemon_in_order(stage: Stage) -> None:
    assert stage.daemon.process is not None
    pids = stage.daemon.worker_pids()
    done = command(stage, "drain")
    assert (done.returncode, done.stdout.splitlines()[-1:], done.stderr) == (0, ["ended"], "")
    assert stage.daemon.process.wait(WAIT_S) == 0
    assert all(map(is_gone, pids))
    again = command(stage, "drain")
    assert again.returncode == 1
    assert "no daemon runs on" in again.stderr
    stage.daemon.start()


def test_a_full_pipe_that_nobody_reads_holds_no_call_up(stage: Stage) -> None:
    assert stage.daemon.stop() == 0
    read, write = os.pipe()
    os.set_blocking(write, False)
    with suppress(BlockingIOError):
        while True:
            os.write(write, b"x" * 4_096)
    os.set_blocking(write, True)
    line = [sys.executable, "-m", "callcontrol", "serve", "--config", str(stage.config), "--workers", "2"]
    stage.daemon.process = subprocess.Popen(line, stdout=write, stderr=write, start_new_session=True)
    os.close(write)
    try:
        stage.daemon.wait_until_ready()
        for _ in range(50):  # far more lines than a pipe holds
            stage.daemon.process.send_signal(signal.SIGHUP)
        assert call(stage) == "NORMAL_CLEARING"
        os.close(read)  # and a reader that dies
        assert call(stage) == "NORMAL_CLEARING"
        until(lambda: sample(stage, "callcontrol_log_lines_dropped_total") > 0)
    finally:
        assert stage.daemon.stop() == 0
        stage.daemon.start()


def test_sigterm_ends_it_with_exit_0(stage: Stage) -> None:
    assert stage.daemon.stop() == 0
    assert not can_connect(stage)
    stage.daemon.start()


def test_a_configuration_with_mistakes_is_refused_with_all_of_them(stage: Stage, tmp_path: Path) -> None:
    folder = impatient_example(tmp_path / "bad")
    with (folder / "tenants" / "acme.yaml").open("a", encoding="utf-8") as tenant:
        tenant.write("\nnonsense: 1\nmore: 2\n")
    line = [sys.executable, "-m", "callcontrol", "serve", "--config", str(folder)]
    refused = subprocess.run(line, capture_output=True, text=True, timeout=WAIT_S, check=False)
    assert refused.returncode == 2
    assert [line.partition(":")[0] for line in refused.stderr.splitlines()] == ["tenants/acme.yaml"] * 2
