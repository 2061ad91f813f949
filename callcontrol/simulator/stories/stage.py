"""The stage: stores, a simulated switch and the daemon as processes of their own, on free ports, below one folder."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import gevent
import yaml

from callcontrol.edges import clock
from callcontrol.edges.embedded import EmbeddedPostgres, EmbeddedRedis
from callcontrol.simulator.client import SimulatorClient

READY_S = 60.0
STOP_S = 60.0


class NotReady(RuntimeError):
    """The daemon did not get ready; the message holds the end of its log."""


@dataclass(frozen=True, slots=True)
class Ports:
    """Where things listen on this machine."""

    calls: int
    http: int
    switch: int


def free_ports(count: int) -> list[int]:
    """TCP ports that are free now."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in sockets]
    finally:
        for one in sockets:
            one.close()


def write_config(
    example: Path, folder: Path, ports: Ports, redis_url: str, dsn: str, settings: Mapping[str, Mapping[str, Any]]
) -> Path:
    """A copy of the example configuration with these ports, stores and further settings; returns its folder."""
    shutil.copytree(example, folder, dirs_exist_ok=True)
    main = yaml.safe_load((folder / "callcontrol.yaml").read_text(encoding="utf-8"))
    main |= {name: {**value, **main.get(name, {})} for name, value in settings.items()}
    (switch,) = main["switches"].values()
    switch["address"] = f"127.0.0.1:{ports.switch}"
    main |= {
        "listen": f"127.0.0.1:{ports.calls}",
        "http": f"127.0.0.1:{ports.http}",
        "redis": {"url": redis_url},
        "postgres": {"dsn": dsn},
        "data": str(folder.parent / "data"),
    }
    (folder / "callcontrol.yaml").write_text(yaml.safe_dump(main, allow_unicode=True), encoding="utf-8")
    return folder


class Daemon:
    """`callcontrol serve` as a process, with its workers.

    Args:
        source: the checkout whose code runs; None for this one.
    """

    def __init__(self, config: Path, http_port: int, log: Path, workers: int = 1, source: Path | None = None) -> None:
        self._config = config
        self._source = source
        self._workers = workers
        self._http = f"http://127.0.0.1:{http_port}"
        self._log = log
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, wait: bool = True) -> None:
        """Start it and (by default) wait until it can take calls.

        Raises:
            NotReady: it did not get ready in time, or ended.
        """
        command = [sys.executable, "-m", "callcontrol", "serve", "--config", str(self._config)]
        command += ["--workers", str(self._workers)]
        with self._log.open("ab") as log:
            # a group of its own, with its workers: killing the daemon kills all of it
            self.process = subprocess.Popen(
                command, stdout=log, stderr=log, start_new_session=True, **running_from(self._source)
            )
        if wait:
            self.wait_until_ready()

    def wait_until_ready(self) -> None:
        """Wait for /readyz.

        Raises:
            NotReady: it did not get ready in time, or ended.
        """
        due = clock.monotonic() + READY_S
        while clock.monotonic() < due:
            if self.process is not None and self.process.poll() is not None:
                break
            if self._answers_ready():
                return
            gevent.sleep(0.05)
        raise NotReady(f"the daemon is not ready after {READY_S} s:\n{self.log_tail()}")

    def reload(self) -> None:
        """SIGHUP; returns at once."""
        assert self.process is not None
        self.process.send_signal(signal.SIGHUP)

    def stop(self) -> int:
        """SIGTERM; returns the exit status."""
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(STOP_S)

    def kill(self) -> None:
        """SIGKILL for the supervisor and all workers, as if the host died; returns when all of them are gone.

        A call that reached the socket of a worker about to be gone would wait there for the dialplan's dead man.
        """
        assert self.process is not None
        self.send_to_all(signal.SIGKILL)
        self.process.wait(STOP_S)
        due = clock.monotonic() + STOP_S
        while _is_group_alive(self.process.pid) and clock.monotonic() < due:
            gevent.sleep(0.01)

    def send_to_all(self, number: signal.Signals) -> None:
        """A signal for the supervisor and all workers."""
        assert self.process is not None
        os.killpg(self.process.pid, number)

    def kill_worker(self, slot: int = 0) -> int:
        """SIGKILL for the worker of this slot; returns the process that is gone."""
        pid = self.worker_pids()[slot]
        os.kill(pid, signal.SIGKILL)
        return pid

    def workers(self) -> list[dict[str, Any]]:
        """What the daemon tells of its workers (`/workers`), one for each slot."""
        with urlopen(f"{self._http}/workers", timeout=5) as answer:
            found: list[dict[str, Any]] = json.load(answer)["workers"]
        return sorted((one for one in found if one["current"]), key=lambda one: int(one["slot"]))

    def worker_pids(self) -> list[int]:
        """The processes of the workers, by slot; 0 where one is missing now."""
        return [int(one["pid"]) for one in self.workers()]

    def readiness(self) -> str:
        """What /readyz says while the daemon is ready."""
        with urlopen(f"{self._http}/readyz", timeout=5) as answer:
            text: str = answer.read().decode()
        return text

    def metrics(self) -> str:
        """/metrics as text."""
        with urlopen(f"{self._http}/metrics", timeout=5) as answer:
            text: str = answer.read().decode()
        return text

    def registrations(self) -> int:
        """How many phones it knows to be registered."""
        found = re.findall(r"^callcontrol_registrations\{[^}]*\} ([0-9.]+)$", self.metrics(), re.MULTILINE)
        return int(sum(map(float, found)))

    def log_tail(self, lines: int = 25) -> str:
        """The end of its log."""
        text = self._log.read_text(encoding="utf-8", errors="replace") if self._log.exists() else "(no log)"
        return "\n".join(text.splitlines()[-lines:])

    def _answers_ready(self) -> bool:
        try:
            with urlopen(f"{self._http}/readyz", timeout=1) as answer:
                return bool(answer.status == 200)
        except (URLError, OSError):
            return False


class Stage:
    """Everything a story needs, set up below `folder`; a context manager.

    Args:
        durable: whether Postgres writes through to the disk (tests do without).
        simulator: further arguments for the simulated switch, such as `--quick`.
        workers: how many the daemon has.
        source: the checkout whose daemon runs; None for this one.
        started: whether the daemon is started; if not, `daemon.start` does it.
        settings: of callcontrol.yaml besides, by their first word.
    """

    def __init__(
        self,
        folder: Path,
        example: Path,
        *,
        durable: bool = False,
        simulator: tuple[str, ...] = (),
        workers: int = 1,
        source: Path | None = None,
        started: bool = True,
        settings: Mapping[str, Mapping[str, Any]] = MappingProxyType({}),
    ) -> None:
        self._settings = settings
        self._folder = folder
        self._started = started
        self._source = source
        self._example = example
        self._durable = durable
        self._arguments = simulator
        self._workers = workers
        self._stack = ExitStack()
        self.redis_url = ""
        self.dsn = ""
        self.config = folder / "config"

    def __enter__(self) -> Stage:
        try:
            self._set_up()
        except BaseException:
            self._stack.close()
            raise
        return self

    def _set_up(self) -> None:
        ports = Ports(*free_ports(3))
        self.redis = EmbeddedRedis(self._folder / "redis")
        self.postgres = EmbeddedPostgres(self._folder / "postgres", durable=self._durable)
        self.redis_url = self._stack.enter_context(self.redis)
        self.dsn = self._stack.enter_context(self.postgres)
        # the media job is a process more, which most stories do not need; an older version does not know the setting
        settings = {"media": {"run": False}} if self._source is None else {}
        write_config(self._example, self.config, ports, self.redis_url, self.dsn, {**settings, **self._settings})
        password = _password(self.config)
        self.switch = SimulatorClient.start(
            "--sockets",
            f"127.0.0.1:{ports.calls}",
            "--port",
            str(ports.switch),
            "--password",
            password,
            *self._arguments,
        )
        self._stack.enter_context(self.switch)
        self.daemon = Daemon(self.config, ports.http, self._folder / "daemon.log", self._workers, self._source)
        self._stack.callback(self._stop_daemon)
        if self._started:
            self.daemon.start()

    def _stop_daemon(self) -> None:
        process = self.daemon.process
        if process is not None and process.poll() is None:
            process.terminate()
            try:
                process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                self.daemon.kill()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()


def running_from(source: Path | None) -> dict[str, Any]:
    """How a process is started that runs this checkout's code, and all processes it starts in turn."""
    if source is None:
        return {}
    return {"cwd": source, "env": os.environ | {"PYTHONPATH": str(source)}}


def _is_group_alive(group: int) -> bool:
    """Whether a process of this group runs; one whose parent has not asked for its end yet does not."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, of_group = stat.read_text().rpartition(")")[2].split()[:3]
        except OSError:  # it is gone meanwhile
            continue
        if int(of_group) == group and state not in "ZX":
            return True
    return False


def _password(config: Path) -> str:
    main = yaml.safe_load((config / "callcontrol.yaml").read_text(encoding="utf-8"))
    (switch,) = main["switches"].values()
    return str(switch["password"])
