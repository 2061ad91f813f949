"""The other end of the control channel: the same words as `Simulator`, for a simulator in another process."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from io import BufferedRWPair
from typing import Any

from callcontrol.simulator.callers import Call
from callcontrol.simulator.control import MAX_LINE_BYTES
from callcontrol.simulator.phones import Phone, Trunk

_ANSWER_S = 30.0
_STOP_S = 5.0


class ControlError(RuntimeError):
    """The simulator refused a request; the message is its own."""


class SimulatorClient:
    """Speaks to a simulator's control channel. Every request has a connection of its own."""

    def __init__(self, port: int, host: str = "127.0.0.1") -> None:
        self._address = (host, port)
        self.process: subprocess.Popen[bytes] | None = None
        self.others: Mapping[str, SimulatorClient] = {}  # the further switches of the process, by name

    @staticmethod
    def start(*arguments: str, stderr: int | None = None) -> SimulatorClient:
        """Start `python -m callcontrol.simulator` with these arguments and speak to it."""
        command = [sys.executable, "-m", "callcontrol.simulator", *arguments]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stderr)
        line = process.stdout.readline() if process.stdout is not None else b""
        if not line:
            raise ControlError(f"the simulator did not start: exit status {process.wait()} of {' '.join(command)}")
        ports = json.loads(line)
        client = SimulatorClient(int(ports["control"]))
        client.others = {name: SimulatorClient(int(its["control"])) for name, its in ports["others"].items()}
        client.process = process
        return client

    def __enter__(self) -> SimulatorClient:
        return self

    def __exit__(self, *problem: object) -> None:
        self.stop()

    def stop(self) -> None:
        """End the simulator's process, if this client started it."""
        process = self.process
        if process is None:
            return
        process.terminate()
        try:
            process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()

    def ask(self, do: str, *, answer_s: float = _ANSWER_S, **words: Any) -> Any:
        """One request, answered within `answer_s`; raises ControlError when it is refused."""
        with socket.create_connection(self._address, timeout=answer_s) as sock, sock.makefile("rwb") as lines:
            return _asked(lines, do, words)

    @contextmanager
    def together(self) -> Iterator[SimulatorClient]:
        """A client whose requests go one after another through one connection: for many small ones."""
        with socket.create_connection(self._address, timeout=_ANSWER_S) as sock, sock.makefile("rwb") as lines:
            yield _OneConnection(self._address, lines)

    # --- the same words as Simulator -----------------------------------------------------------------------------

    @property
    def port(self) -> int:
        """The event socket's port."""
        return int(self.ask("ping")["event_socket"])

    @property
    def core_uuid(self) -> str:
        """Which start of the switch this is."""
        return str(self.ask("ping")["core_uuid"])

    def reset(self) -> None:
        """Forget phones, trunks, callers and what was heard."""
        self.ask("reset")

    def phone(self, phone: Phone) -> None:
        """Define a phone."""
        behaviours = [asdict(one) for one in phone.behaviours]
        self.ask(
            "phone",
            address=phone.address,
            behaviours=behaviours,
            registered=phone.registered,
            lines=phone.lines,
        )

    def trunk(self, trunk: Trunk) -> None:
        """Define a trunk."""
        prefixes = {prefix: [asdict(one) for one in behaviours] for prefix, behaviours in trunk.prefixes.items()}
        otherwise = [asdict(one) for one in trunk.otherwise]
        how: dict[str, Any] = {"up": trunk.up, "ping": trunk.ping, "rejects": trunk.rejects, "profile": trunk.profile}
        every = [asdict(one) for one in trunk.every]
        self.ask("trunk", name=trunk.name, **how, prefixes=prefixes, otherwise=otherwise, every=every)

    def file(self, path: str, seconds: float | None) -> None:
        """How long a file lasts; None: it does not exist."""
        self.ask("file", path=path, seconds=seconds)

    def register(self, address: str) -> None:
        """A phone registers."""
        self.ask("register", address=address)

    def unregister(self, address: str, *, expired: bool = False) -> None:
        """A phone unregisters, or its registration runs out."""
        self.ask("unregister", address=address, expired=expired)

    def place(self, call: Call, call_id: str = "") -> str:
        """Place a call; its id."""
        return str(self.ask("place", call=asdict(call), call_id=call_id))

    def wait_for_end(self, call_id: str, limit_s: float = 30.0) -> dict[str, str]:
        """Wait until a call is over: `cause`, `by`, perhaps `code`. Raises ControlError when it is not."""
        found: dict[str, str] = self.ask("wait", answer_s=limit_s + _ANSWER_S, call_id=call_id, limit_s=limit_s)
        return found

    def heard(self, who: str | None = None) -> list[dict[str, Any]]:
        """What a caller or a phone heard, or everything: `at_us`, `who`, `what` and details."""
        found: list[dict[str, Any]] = self.ask("heard", who=who)
        return found

    def take(self) -> list[dict[str, Any]]:
        """What all of them heard since the last time; the switch forgets it."""
        found: list[dict[str, Any]] = self.ask("take")
        return found

    def hang_up(self, call_id: str) -> None:
        """The caller gives up now."""
        self.ask("hang_up", call_id=call_id)

    def press(self, call_id: str, keys: str) -> None:
        """The caller presses keys now."""
        self.ask("press", call_id=call_id, keys=keys)

    def channels(self) -> Sequence[str]:
        """The channels that are up."""
        found: Sequence[str] = self.ask("channels")
        return found

    def load(self, limit_s: float = 300.0, **plan: Any) -> dict[str, Any]:
        """Run a load (see load.Plan); counts and latencies."""
        found: dict[str, Any] = self.ask("load", answer_s=limit_s + _ANSWER_S, limit_s=limit_s, **plan)
        return found

    def freeze(self, frozen: bool = True) -> None:
        """Hang or thaw every event socket."""
        self.ask("freeze", frozen=frozen)

    def answer_late(self, seconds: float) -> None:
        """From now on all that the event sockets say comes so late."""
        self.ask("answer_late", seconds=seconds)

    def kill(self) -> None:
        """The switch dies; its control channel lives on."""
        self.ask("kill")

    def restart(self) -> str:
        """The switch starts anew; its new Core-UUID."""
        return str(self.ask("restart")["core_uuid"])


class _OneConnection(SimulatorClient):
    def __init__(self, address: tuple[str, int], lines: BufferedRWPair) -> None:
        super().__init__(address[1], address[0])
        self._lines = lines

    def ask(self, do: str, *, answer_s: float = _ANSWER_S, **words: Any) -> Any:
        return _asked(self._lines, do, words)


def _asked(lines: BufferedRWPair, do: str, words: Mapping[str, Any]) -> Any:
    lines.write(json.dumps({"do": do, **words}).encode() + b"\n")
    lines.flush()
    line = lines.readline(MAX_LINE_BYTES * 64)
    if not line:
        raise ControlError(f"the simulator closed the connection at {do!r}")
    answer = json.loads(line)
    if "error" in answer:
        raise ControlError(answer["error"])
    return answer["ok"]
