"""The run's own FreeSWITCH: started from a copy of freeswitch-xml, on loopback, on free ports."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Self

from tests.tidy.tree import ROOT

HOST = "127.0.0.1"
PASSWORD = "example-only-change-me"
READY_S = 60.0
END_S = 20.0
REPLY_S = 10.0
RETRY_S = 0.2  # the switch does not report that it is ready, so it is polled
RTP_PORTS = 400
# Below the system's ephemeral ports (from 32768 on Linux): the switch's ports, then those of the phones.
FIRST_RTP_PORT = 12_000
FIRST_MEDIA_PORT = 13_000
PORT_BLOCK = 5_000
PORT_BLOCKS = 3
USUAL_PLACES = ("/opt/freeswitch/bin/freeswitch", "/usr/local/freeswitch/bin/freeswitch", "/usr/bin/freeswitch")


class SwitchError(Exception):
    """FreeSWITCH did not start, or does not answer; the message says where its log is."""


def find_freeswitch() -> Path | None:
    """The binary from the variable FREESWITCH, PATH, or the usual places; None if there is none."""
    named = os.environ.get("FREESWITCH")
    if named:
        return Path(named)
    found = shutil.which("freeswitch")
    places = (Path(p) for p in ((found,) if found else USUAL_PLACES))
    return next((place for place in places if os.access(place, os.X_OK)), None)


@dataclass(frozen=True, slots=True)
class Ports:
    """Every port of a run."""

    event_socket: int
    internal: int
    external: int
    on_net: int
    daemon: int
    nobody: int
    http: int
    phones: int
    carrier_a: int
    carrier_b: int
    partner: int
    rtp: int
    media: int

    @classmethod
    def free(cls) -> Self:
        """Ports that are unused now, for UDP and TCP; RTP ports lie below the system's ephemeral ports."""
        block = os.getpid() % PORT_BLOCKS * PORT_BLOCK
        given = {"rtp": FIRST_RTP_PORT + block, "media": FIRST_MEDIA_PORT + block}
        names = [field.name for field in fields(cls) if field.name not in given]
        return cls(**given, **dict(zip(names, free_ports(len(names)), strict=True)))


def free_ports(count: int) -> list[int]:
    """Ports that are unused now, for UDP and TCP."""
    found: dict[int, tuple[socket.socket, socket.socket]] = {}
    while len(found) < count:
        tcp, udp = socket.socket(), socket.socket(type=socket.SOCK_DGRAM)
        tcp.bind((HOST, 0))
        port = tcp.getsockname()[1]
        try:
            udp.bind((HOST, port))
        except OSError:
            tcp.close()
            continue
        found[port] = (tcp, udp)
    for pair in found.values():
        for one in pair:
            one.close()
    return list(found)


class EventSocket:
    """A plain inbound event socket connection for the tests' own commands."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection((HOST, port), REPLY_S)
        self._file = self._socket.makefile("rb")
        self.read()
        self.send(f"auth {PASSWORD}")

    def api(self, command: str) -> str:
        """The output of a command."""
        return self.send(f"api {command}")

    def send(self, command: str) -> str:
        """The answer to a command of the event socket."""
        self._socket.sendall(command.encode() + b"\n\n")
        return self.read()

    def read(self, *, wait: bool = False) -> str:
        """The body of the next frame, or its Reply-Text; "" when the connection is over.

        Args:
            wait: without a deadline, for a listener; otherwise REPLY_S.
        """
        self._socket.settimeout(None if wait else REPLY_S)
        headers: dict[str, str] = {}
        while line := self._file.readline().decode().strip():
            name, _, value = line.partition(": ")
            headers[name] = value
        body = self._file.read(int(headers.get("Content-Length", "0"))).decode("utf-8", "replace")
        return body or headers.get("Reply-Text", "")

    def shut(self, how: int) -> None:
        """Wake a reader that is blocked."""
        self._socket.shutdown(how)

    def close(self) -> None:
        """End the connection."""
        self._file.close()
        self._socket.close()


class RealSwitch:
    """The process, its folder and its event socket."""

    def __init__(self, binary: Path, folder: Path, ports: Ports) -> None:
        self.folder = folder
        self.ports = ports
        self.conf = folder / "conf"
        folder.mkdir(parents=True, exist_ok=True)
        self.binary = binary
        self._process: subprocess.Popen[bytes] | None = None
        self.events: EventSocket

    @property
    def pid(self) -> int:
        """Process id."""
        assert self._process is not None
        return self._process.pid

    def lay_out(self) -> None:
        """Copy freeswitch-xml and write the ports to local.xml. `callcontrol render` writes users and gateways."""
        shutil.copytree(ROOT / "freeswitch-xml", self.conf, ignore=shutil.ignore_patterns("local.xml"))
        values = {
            "sip_ip": HOST,
            "public_ip": HOST,
            "internal_sip_port": self.ports.internal,
            "external_sip_port": self.ports.external,
            "on_net_sip_port": self.ports.on_net,
            "rtp_start_port": self.ports.rtp,
            "rtp_end_port": self.ports.rtp + RTP_PORTS - 2,
            "log_level": "debug",
        }
        lines = (f'  <X-PRE-PROCESS cmd="set" data="{name}={value}"/>' for name, value in values.items())
        (self.conf / "local.xml").write_text("\n".join(("<include>", *lines, "</include>", "")))

    def start(self) -> None:
        """Start it and wait until both SIP profiles run.

        Raises:
            SwitchError: it has ended, or is not ready within READY_S.
        """
        command = [str(self.binary), "-nonat", "-nf", "-nc", *self._folders()]
        silent = subprocess.DEVNULL
        self._process = subprocess.Popen(command, stdin=silent, stdout=silent, stderr=silent)
        due = time.monotonic() + READY_S
        while not self._is_ready():
            if self._process.poll() is not None or time.monotonic() > due:
                raise SwitchError(f"FreeSWITCH did not come up: see {self.folder}/log/freeswitch.log")
            time.sleep(RETRY_S)

    def stop(self) -> None:
        """End it, by force if it does not; returns when it is gone."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(END_S)
        self._process = None

    def kill(self) -> None:
        """End it as `kill -9` does; returns when it is gone."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(END_S)
        self._process = None

    def _folders(self) -> Iterator[str]:
        names = ("log", "db", "run", "storage", "recordings", "cache", "sounds", "temp", "certs", "scripts", "htdocs")
        for name in names:
            (self.folder / name).mkdir(exist_ok=True)
            yield f"-{name}"
            yield str(self.folder / name)
        yield "-conf"
        yield str(self.conf)

    def _is_ready(self) -> bool:
        try:
            self.events = EventSocket(self.ports.event_socket)
        except OSError:
            return False
        status = self.events.api("sofia status")
        if status.count("RUNNING") >= 2:
            return True
        self.events.close()
        return False


@contextmanager
def running(switch: RealSwitch) -> Iterator[RealSwitch]:
    """The switch, started and stopped."""
    try:
        switch.start()
        yield switch
    finally:
        switch.stop()
