"""The fork server as its supervisor sees it. What it makes is told by test_processes.py."""

from __future__ import annotations

import errno
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

import pytest
from gevent import monkey

from callcontrol.edges.fork_message import (
    LOADED,
    MAX_BYTES,
    BadForkMessage,
    ForkAnswer,
    ForkRequest,
    answer_of,
    request_of,
    to_message,
)
from callcontrol.supervisor import fork_server
from callcontrol.supervisor.child import AdoptedChild, Command
from callcontrol.supervisor.fork_server import LOAD_S, ForkServer
from callcontrol.supervisor.orphans import LEFT_S
from callcontrol.supervisor.timeouts import BACK_OFF_S
from callcontrol.supervisor.views import ForksView

_spawn = monkey.get_original("os", "posix_spawnp")
WORK: Final = Command(("work",), {}, {"A": "b"})


class Spawned:
    """A process whose status gevent does not ask for. What `subprocess.Popen` can and is used of it."""

    def __init__(self, *words: str) -> None:
        self.pid: int = _spawn(words[0], words, os.environ)
        self.returncode: int | None = None

    def poll(self) -> int | None:
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.returncode = os.waitstatus_to_exitcode(status) if pid else None
        return self.returncode

    def kill(self) -> None:
        if self.poll() is None:
            os.kill(self.pid, signal.SIGKILL)

    def wait(self) -> int | None:
        ended(self.pid)
        return self.poll()


def ended(pid: int) -> None:
    """Wait for its end, but do not ask for its status."""
    with suppress(ChildProcessError):  # it was asked for
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)


class Started:
    """What the system started: in place of a fork server a process that waits; the test holds its line."""

    def __init__(self) -> None:
        self.processes: list[Spawned] = []
        self.lines: list[socket.socket] = []

    def executed(self, command: Command) -> Spawned:
        if command.words == ("forkserver",):
            self.lines.append(socket.socket(fileno=os.dup(command.descriptors["--line"])))
            self.processes.append(Spawned("sleep", "60"))
            return self.processes[-1]
        return Spawned("true")

    def says(self, message: bytes) -> None:
        self.lines[-1].send(message)

    def dies(self) -> None:
        self.lines[-1].close()
        self.processes[-1].kill()
        ended(self.processes[-1].pid)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Iterator[Started]:
    made = Started()
    monkeypatch.setattr(fork_server, "executed", made.executed)
    monkeypatch.setattr(fork_server, "ANSWER_S", 0.05)
    yield made
    for line in made.lines:
        line.close()


@pytest.fixture
def server(started: Started) -> Iterator[ForkServer]:
    """One that has loaded."""
    made = ForkServer(is_possible=True)
    made.tend(0.0)
    assert (made.is_loading, made.view) == (True, ForksView())
    started.says(LOADED)
    made.tend(0.0)
    assert (made.is_loading, made.view) == (False, ForksView(made.pid))
    yield made
    made.end()


def test_messages_come_back_and_a_newer_one_is_read() -> None:
    request = ForkRequest(["work", "--slot", "1"], ["--listen"], {"A": "b"})
    assert request_of(to_message(request)) == request
    assert answer_of(b'{"pid":7,"errno":0,"more":1}') == ForkAnswer(7)


@pytest.mark.parametrize("message", [b"", b"{", b"[]", b"{}", b'{"pid":"many"}'])
def test_what_is_no_answer_is_refused(message: bytes) -> None:
    with pytest.raises(BadForkMessage):
        answer_of(message)


def test_a_process_is_forked_and_its_status_read(server: ForkServer, started: Started) -> None:
    forked = Spawned("sh", "-c", "exit 3")
    started.says(to_message(ForkAnswer(forked.pid)))
    child = server.launch(WORK)
    assert request_of(started.lines[-1].recv(MAX_BYTES)) == ForkRequest(["work"], [], {"A": "b"})
    ended(forked.pid)
    assert (child.pid, child.poll(), child.poll()) == (forked.pid, 3, 3)
    child.send_signal(signal.SIGTERM)  # it is gone, and another may have its number
    assert server.view == ForksView(server.pid, 1, 0)


def test_an_adopted_child_tells_the_signal_that_ended_it() -> None:
    child = AdoptedChild(Spawned("sleep", "60").pid)
    assert child.poll() is None
    child.send_signal(signal.SIGKILL)
    ended(child.pid)
    assert child.poll() == -signal.SIGKILL


def test_where_no_orphans_are_inherited_nothing_is_forked(started: Started) -> None:
    server = ForkServer(is_possible=False)
    server.tend(0.0)
    assert (server.is_loading, server.line) == (False, None)
    server.launch(WORK)
    assert (server.view, started.processes) == (ForksView(0, 0, 1), [])


def test_a_server_that_died_unnoticed_is_not_needed(server: ForkServer, started: Started) -> None:
    started.dies()
    server.launch(WORK)
    assert server.view == ForksView(0, 0, 1)
    server.tend(0.0)
    assert (server.is_loading, len(started.processes)) == (True, 2)


@pytest.mark.parametrize("answer", [None, b"nonsense", b""])
def test_a_server_that_does_not_answer_is_replaced(server: ForkServer, started: Started, answer: bytes | None) -> None:
    if answer:
        started.says(answer)
    elif answer is not None:
        started.lines[-1].shutdown(socket.SHUT_WR)
    with pytest.raises(OSError, match="does not answer"):
        server.launch(WORK)  # there may be a process: none is started in its place with the same line
    assert started.processes[-1].returncode == -signal.SIGKILL
    server.tend(0.0)
    assert (server.is_loading, len(started.processes)) == (True, 2)


def test_a_server_that_the_system_gives_no_process_says_so_and_stays(server: ForkServer, started: Started) -> None:
    started.says(to_message(ForkAnswer(0, errno.ENOMEM)))
    with pytest.raises(OSError, match="Cannot allocate memory"):
        server.launch(WORK)
    assert server.view == ForksView(server.pid)


def test_a_server_that_ends_is_started_again_ever_later(started: Started) -> None:
    server, now = ForkServer(is_possible=True), 0.0
    for wait_s in BACK_OFF_S:
        server.tend(now)
        assert server.is_loading
        started.dies()
        server.tend(now)
        assert server.is_loading == (wait_s == 0.0)
        now += wait_s


def test_a_server_that_hangs_while_it_loads_is_killed(started: Started) -> None:
    server = ForkServer(is_possible=True)
    for now, processes in ((0.0, 1), (LOAD_S, 1), (LOAD_S + 1, 2)):
        server.tend(now)
        assert len(started.processes) == processes
    assert started.processes[0].returncode == -signal.SIGKILL
    server.end()
    server.tend(2 * LOAD_S)
    assert (server.is_loading, started.processes[1].returncode) == (False, -signal.SIGKILL)


def test_a_restart_begins_with_a_new_one(server: ForkServer, started: Started) -> None:
    server.renew()
    server.tend(0.0)
    assert (server.is_loading, len(started.processes)) == (True, 2)
    assert started.processes[0].returncode == -signal.SIGKILL


ORPHANS: Final = f"""
import os, subprocess
from callcontrol.supervisor.orphans import Orphans, adopt
assert adopt()
left = subprocess.run(["sh", "-c", "sleep 0.2 >&2 & echo $!"], stdout=subprocess.PIPE, check=True).stdout
os.waitid(os.P_PID, int(left), os.WEXITED | os.WNOWAIT)
orphans = Orphans()
def is_there():
    return os.path.exists(f"/proc/{{int(left)}}")
for ours, now in (([], 0.0), ([], {LEFT_S / 2}), ([int(left)], {LEFT_S}), ([], {LEFT_S}), ([], {2 * LEFT_S - 1})):
    orphans.bury(ours, now)
    assert is_there()
orphans.bury([], {2 * LEFT_S})
assert not is_there()
orphans.bury([], {3 * LEFT_S})
"""


def test_orphans_are_buried_when_nobody_else_asks_for_them() -> None:
    done = subprocess.run([sys.executable, "-c", ORPHANS], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_what_is_loaded_before_forking_makes_no_hub_of_gevents() -> None:
    """Forked processes would share its epoll, and `os.close` of gevent's would leave closing to it (gevent/os.py)."""
    look = """
from callcontrol.edges.greenlets import patch_all
patch_all()
from importlib import import_module
from gevent._hub_local import get_hub_if_exists
from callcontrol.commands.forkserver import FORKED
for name in FORKED:
    import_module(f"callcontrol.commands.{name}")
    assert get_hub_if_exists() is None, name
"""
    assert subprocess.run([sys.executable, "-c", look], check=False, timeout=60).returncode == 0
