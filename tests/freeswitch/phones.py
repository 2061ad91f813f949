"""SIPp processes: the phones of the accounts, the numbers behind each carrier, callers, registrations."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from callcontrol.simulator.phones import Behaviour
from callcontrol.simulator.stories.story import PlacedCall
from tests.freeswitch.scenarios import authentication, caller_scenario, phones_scenario, register_scenario
from tests.freeswitch.sounds import Sounds
from tests.freeswitch.switch import HOST, free_ports

BOUND_S = 5.0
REGISTERED_S = 10.0
LONGEST_CALL_S = 50.0
EXPIRES_S = 3600
MEDIA_PORTS = 200
MEDIA_BLOCKS = 20
POLL_S = 0.005  # SIPp tells nobody that it listens
DEFAULT_NAME = "Jan Kowalski"


class PhoneFailed(RuntimeError):
    """A SIPp did not do what its scenario says; the message holds what it complained of."""


@dataclass(frozen=True, slots=True)
class Login:
    """A SIP account."""

    user: str
    domain: str
    password: str

    @property
    def contact(self) -> str:
        """The user part at which its phone is called; two tenants may have the same account names."""
        return f"{self.user}.at.{self.domain}"


@dataclass(slots=True)
class Sipp:
    """A running SIPp."""

    name: str
    port: int
    messages: Path
    complaints: Path
    process: subprocess.Popen[bytes]

    def stop(self) -> None:
        """End it now; its log is written message by message."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait(BOUND_S)

    def finish(self, within_s: float) -> None:
        """Wait for its end.

        Raises:
            TimeoutError: it runs on.
            PhoneFailed: it ended otherwise than its scenario says.
        """
        try:
            status = self.process.wait(within_s)
        except subprocess.TimeoutExpired as error:
            raise TimeoutError(f"{self.name} is not over after {within_s:.0f} s") from error
        if status != 0:
            raise PhoneFailed(f"{self.name} ended with {status}: {self.complaint()}")

    def complaint(self) -> str:
        """The last thing it complained of, time-outs on the way left out."""
        text = self.complaints.read_text(errors="replace") if self.complaints.exists() else ""
        lines = [line for line in text.splitlines() if "\t" in line and "receive timeout" not in line]
        return lines[-1][:400] if lines else "(nothing)"


class SippShop:
    """Starts SIPps in a folder of their own."""

    def __init__(self, folder: Path, first_media_port: int) -> None:
        self._folder = folder
        self._first_media_port = first_media_port
        self._started = 0
        self.sounds = Sounds(folder)

    def phones(self, name: str, port: int, phones: Mapping[str, Sequence[Behaviour]], otherwise: Behaviour) -> Sipp:
        """Everybody who is called at this port; returns when it listens."""
        scenario = phones_scenario(phones, otherwise, self.sounds)
        sipp = self._start(name, scenario, port, f"{HOST}:9", "-aa", *self._media())
        due = time.monotonic() + BOUND_S
        while not _is_bound(port):
            if sipp.process.poll() is not None or time.monotonic() > due:
                raise PhoneFailed(f"{name} does not listen at port {port}: {sipp.complaint()}")
            time.sleep(POLL_S)
        return sipp

    def caller(self, name: str, call: PlacedCall, switch_port: int, login: Login | None) -> Sipp:
        """Somebody who calls."""
        words = {
            "name": display_name(call.name or DEFAULT_NAME),
            "user": login.user if login else call.number,
            "domain": login.domain if login else HOST,
            "dialled": quote(call.to, safe="+*"),
        }
        proof = authentication(login.user, login.password) if login else ""
        scenario = caller_scenario(call, self.sounds, longest_s=LONGEST_CALL_S, login=proof)
        keys = [word for key, value in words.items() for word in ("-key", key, value)]
        extra = ("-m", "1", "-cid_str", f"{name}@%s", *keys, *self._media())
        return self._start(name, scenario, free_ports(1)[0], f"{HOST}:{switch_port}", *extra)

    def register(self, logins: Sequence[Login], contact_port: int, switch_port: int, *, online: bool) -> None:
        """Register these accounts, or end their registrations; each phone keeps its Call-ID (RFC 3261, 10.2.4)."""
        running = [self._register(login, contact_port, switch_port, EXPIRES_S if online else 0) for login in logins]
        for sipp in running:
            sipp.finish(REGISTERED_S)

    def _register(self, login: Login, contact_port: int, switch_port: int, expires_s: int) -> Sipp:
        name = f"register-{login.contact}"
        proof = authentication(login.user, login.password)
        line = ";".join((login.user, login.domain, proof, login.contact, str(expires_s)))
        fields = self._folder / f"{name}.csv"
        fields.write_text(f"SEQUENTIAL\n{line}\n")
        extra = ("-m", "1", "-cid_str", f"{name}@%s", "-inf", str(fields), "-key", "contact_port", str(contact_port))
        return self._start(name, register_scenario(), free_ports(1)[0], f"{HOST}:{switch_port}", *extra)

    def _media(self) -> tuple[str, ...]:
        """Ports nobody else of this run uses at the same time."""
        self._started += 1
        return "-mi", HOST, "-mp", str(self._first_media_port + self._started % MEDIA_BLOCKS * MEDIA_PORTS)

    def _start(self, name: str, scenario: str, port: int, remote: str, *extra: str) -> Sipp:
        file, messages, complaints = (self._folder / f"{name}.{kind}" for kind in ("xml", "messages", "errors"))
        file.write_text(scenario, encoding="utf-8")
        for old in (messages, complaints):
            old.unlink(missing_ok=True)
        command = ["sipp", remote, "-sf", str(file), "-i", HOST, "-p", str(port), "-nostdin"]
        command += ["-trace_msg", "-message_file", str(messages), "-trace_err", "-error_file"]
        process = subprocess.Popen(
            [*command, str(complaints), *extra],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self._folder,
            env=os.environ | {"TERM": "dumb"},
        )
        return Sipp(name, port, messages, complaints, process)


def display_name(text: str) -> str:
    """A name as a quoted string (RFC 3261, 25.1); what cannot stand there is percent-encoded, as some phones do."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return "".join(quote(letter) if ord(letter) < 32 else letter for letter in escaped)


def _is_bound(port: int) -> bool:
    """Whether somebody on this machine listens at the UDP port."""
    table = Path("/proc/net/udp").read_text()
    return any(line.split()[1].endswith(f":{port:04X}") for line in table.splitlines()[1:])
