"""Processes of phones (`sip/`): the accounts, the numbers behind each carrier, the callers; and SIPps that register."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from callcontrol.simulator.phones import Behaviour
from callcontrol.simulator.stories.story import PlacedCall
from tests.freeswitch.scenarios import authentication, register_scenario
from tests.freeswitch.sip import message
from tests.freeswitch.sip.plan import Caller, Plan
from tests.freeswitch.sounds import CALLER_HZ, PHONE_HZ, voice_of
from tests.freeswitch.switch import HOST, free_ports
from tests.tidy.tree import ROOT

BOUND_S = 10.0
REGISTERED_S = 10.0
LONGEST_CALL_S = 50.0
EXPIRES_S = 3600
POLL_S = 0.005  # a phone does not report that it listens
DEFAULT_NAME = "Jan Kowalski"


class PhoneFailed(RuntimeError):
    """A phone did not follow its plan; the message contains its error."""


@dataclass(frozen=True, slots=True)
class Login:
    """A SIP account."""

    user: str
    domain: str
    password: str

    @property
    def contact(self) -> str:
        """The user part of the phone's contact, unique over tenants, which may have the same account names."""
        return f"{self.user}.at.{self.domain}"

    @property
    def proof(self) -> message.Login:
        """The login as a phone needs it."""
        return message.Login(self.user, self.domain, self.password)


@dataclass(slots=True)
class PhoneProcess:
    """A running process of phones."""

    name: str
    port: int
    messages: Path
    complaints: Path
    process: subprocess.Popen[bytes]

    def stop(self) -> None:
        """End it now; nothing of its log is lost, since it is written message by message."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait(BOUND_S)

    def finish(self, within_s: float) -> None:
        """Wait for its end.

        Raises:
            TimeoutError: it still runs after `within_s`.
            PhoneFailed: it did not follow its plan.
        """
        try:
            status = self.process.wait(within_s)
        except subprocess.TimeoutExpired as error:
            raise TimeoutError(f"{self.name} has not ended after {within_s:.0f} s") from error
        if status != 0:
            raise PhoneFailed(f"{self.name} ended with {status}: {self.complaint()}")

    def complaint(self) -> str:
        """Its last error message."""
        text = self.complaints.read_text(errors="replace") if self.complaints.exists() else ""
        lines = [line for line in text.splitlines() if line.strip() and "receive timeout" not in line]
        return lines[-1][:400] if lines else "(nothing)"


class PhoneShop:
    """Starts phone processes in a folder of their own.

    Args:
        switch_port: the port at which phones register and call. logins: by the user part of their contact.
    """

    def __init__(self, folder: Path, switch_port: int, logins: Mapping[str, Login]) -> None:
        self._folder = folder
        self._switch_port = switch_port
        self._logins = {login.contact: login.proof for login in logins.values()}

    def phones(
        self, name: str, port: int, phones: Mapping[str, Sequence[Behaviour]], otherwise: Behaviour
    ) -> PhoneProcess:
        """Start one process for all phones called at this port; returns when it listens."""
        plan = Plan(
            host=HOST,
            port=port,
            switch=self._switch_port,
            log=str(self._file(name, "messages")),
            otherwise=otherwise,
            phones={user: tuple(each) for user, each in phones.items()},
            voices={user: voice_of(user.partition(".at.")[0], PHONE_HZ) for user in phones},
            logins=self._logins,
        )
        started = self._play(name, plan)
        due = time.monotonic() + BOUND_S
        while not _is_bound(port):
            if started.process.poll() is not None or time.monotonic() > due:
                raise PhoneFailed(f"{name} does not listen at port {port}: {started.complaint()}")
            time.sleep(POLL_S)
        return started

    def caller(self, name: str, call: PlacedCall, switch_port: int, login: Login | None) -> PhoneProcess:
        """Start a caller."""
        user = login.user if login else call.number
        behaviour = Behaviour(
            digits=call.presses,
            info=call.informs,
            talk_s=call.hangup_after_s if call.hangup_after_s is not None else LONGEST_CALL_S,
            refers=call.refers,
            consults=call.consults,
            holds=call.holds,
        )
        caller = Caller(
            user=user,
            domain=login.domain if login else HOST,
            dialled=quote(call.to, safe="+*"),
            name=display_name(call.name or DEFAULT_NAME),
            anonymous=call.anonymous,
            gives_up_s=call.hangup_after_s if call.hangup_after_s is not None else LONGEST_CALL_S,
            behaviour=behaviour,
            headers=call.headers,
        )
        plan = Plan(
            host=HOST,
            port=0,
            switch=switch_port,
            log=str(self._file(name, "messages")),
            otherwise=behaviour,
            voice=voice_of(call.number, CALLER_HZ),
            logins={user: login.proof} if login else {},
            caller=caller,
        )
        return self._play(name, plan)

    def register(self, logins: Sequence[Login], contact_port: int, switch_port: int, *, online: bool) -> None:
        """Register these accounts, or end their registrations; each phone keeps its Call-ID (RFC 3261, 10.2.4)."""
        running = [self._register(login, contact_port, switch_port, EXPIRES_S if online else 0) for login in logins]
        for sipp in running:
            sipp.finish(REGISTERED_S)

    def _register(self, login: Login, contact_port: int, switch_port: int, expires_s: int) -> PhoneProcess:
        name = f"register-{login.contact}"
        proof = authentication(login.user, login.password)
        line = ";".join((login.user, login.domain, proof, login.contact, str(expires_s)))
        fields, scenario = self._file(name, "csv"), self._file(name, "xml")
        fields.write_text(f"SEQUENTIAL\n{line}\n")
        scenario.write_text(register_scenario(), encoding="utf-8")
        messages, complaints = self._file(name, "messages"), self._file(name, "errors")
        command = ["sipp", f"{HOST}:{switch_port}", "-sf", str(scenario), "-i", HOST, "-p", str(free_ports(1)[0])]
        command += ["-m", "1", "-cid_str", f"{name}@%s", "-inf", str(fields), "-key", "contact_port", str(contact_port)]
        command += ["-nostdin", "-trace_msg", "-message_file", str(messages)]
        return self._start(name, 0, [*command, "-trace_err", "-error_file", str(complaints)])

    def _play(self, name: str, plan: Plan) -> PhoneProcess:
        file = self._file(name, "json")
        plan.write(file)
        return self._start(name, plan.port, [sys.executable, "-m", "tests.freeswitch.sip", str(file)])

    def _start(self, name: str, port: int, command: Sequence[str]) -> PhoneProcess:
        messages, complaints = self._file(name, "messages"), self._file(name, "errors")
        for old in (messages, complaints):
            old.unlink(missing_ok=True)
        with complaints.open("wb") as said:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=said,
                cwd=ROOT,
                env=os.environ | {"TERM": "dumb"},
            )
        return PhoneProcess(name, port, messages, complaints, process)

    def _file(self, name: str, kind: str) -> Path:
        return self._folder / f"{name}.{kind}"


def display_name(text: str) -> str:
    """A name as a quoted string (RFC 3261, 25.1); what cannot stand there is percent-encoded, as some phones do."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return "".join(quote(letter) if ord(letter) < 32 else letter for letter in escaped)


def _is_bound(port: int) -> bool:
    """Whether a process of this machine listens at the UDP port."""
    table = Path("/proc/net/udp").read_text()
    return any(line.split()[1].endswith(f":{port:04X}") for line in table.splitlines()[1:])
