"""The control channel: one JSON object a line in, one JSON object a line out, over TCP.

`{"do": "phone", …}` gives `{"ok": …}` or `{"error": "what and what would be right"}`. Every request may come on a
connection of its own; those that wait (`wait`, `load`) hold only theirs.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from gevent import socket as gsocket
from gevent.server import StreamServer

from callcontrol.simulator.callers import Call
from callcontrol.simulator.load import Load, Plan
from callcontrol.simulator.phones import Behaviour, Phone, Trunk, UnknownWord
from callcontrol.simulator.simulator import Simulator

MAX_LINE_BYTES = 4_194_304
Words = Mapping[str, Any]


class ControlServer:
    """Answers control requests for one simulator."""

    def __init__(self, simulator: Simulator, host: str = "127.0.0.1", port: int = 0) -> None:
        self._simulator = simulator
        self._server = StreamServer((host, port), self._serve)
        self._server.start()
        self.port: int = self._server.server_port
        self._commands: dict[str, Callable[[Words], Any]] = {
            "ping": lambda words: self._state(),
            "reset": lambda words: simulator.reset(),
            "phone": self._phone,
            "trunk": self._trunk,
            "register": lambda words: simulator.register(str(words["address"])),
            "unregister": self._unregister,
            "place": self._place,
            "wait": self._wait,
            "heard": self._heard,
            "take": lambda words: [one.as_json() for one in simulator.ears.take()],
            "hang_up": self._hang_up,
            "press": self._press,
            "load": self._load,
            "file": self._file,
            "answer_late": lambda words: simulator.answer_late(float(words["seconds"])),
            "freeze": lambda words: simulator.freeze(bool(words.get("frozen", True))),
            "kill": lambda words: simulator.kill(),
            "restart": self._restart,
            "channels": lambda words: sorted(simulator.switch.core.channels),
        }

    def stop(self) -> None:
        """Take no more requests."""
        self._server.stop()

    def _serve(self, sock: gsocket.socket, address: object) -> None:
        # A test that has ended takes its connection along, also in the middle of a request.
        with suppress(ConnectionError), sock.makefile("rwb") as lines:
            while True:
                line = lines.readline(MAX_LINE_BYTES)
                if not line:
                    return
                lines.write(json.dumps(self._answer(line)).encode() + b"\n")
                lines.flush()

    def _answer(self, line: bytes) -> dict[str, Any]:
        try:
            words = json.loads(line)
            if not isinstance(words, dict):
                return {"error": 'a request is one JSON object a line, as {"do": "ping"}'}
            command = self._commands.get(words.get("do", ""))
            if command is None:
                return {"error": f"do {words.get('do')!r}: it is one of {', '.join(self._commands)}"}
            return {"ok": command(words)}
        except (UnknownWord, TimeoutError) as problem:
            return {"error": str(problem)}
        except KeyError as problem:
            return {"error": f"{problem} is missing or names nothing that exists"}
        except (ValueError, TypeError) as problem:
            return {"error": f"not understood: {problem}"}

    # --- phones and trunks ---------------------------------------------------------------------------------------

    def _state(self) -> dict[str, Any]:
        return {"event_socket": self._simulator.port, "core_uuid": self._simulator.core_uuid}

    def _phone(self, words: Words) -> None:
        behaviours = tuple(Behaviour.read(one) for one in words.get("behaviours", ())) or (Behaviour(),)
        registered, lines = bool(words.get("registered", True)), int(words.get("lines", 0))
        self._simulator.phone(Phone(str(words["address"]), behaviours, registered, lines))

    def _trunk(self, words: Words) -> None:
        prefixes = {
            str(prefix): tuple(Behaviour.read(one) for one in behaviours)
            for prefix, behaviours in words.get("prefixes", {}).items()
        }
        otherwise = tuple(Behaviour.read(one) for one in words.get("otherwise", ())) or (Behaviour(),)
        up, ping, rejects = bool(words.get("up", True)), bool(words.get("ping", False)), int(words.get("rejects", 0))
        profile = str(words.get("profile", "external"))
        every = tuple(Behaviour.read(one) for one in words.get("every", ()))
        self._simulator.trunk(Trunk(str(words["name"]), up, rejects, prefixes, otherwise, ping, profile, every))

    def _unregister(self, words: Words) -> None:
        self._simulator.unregister(str(words["address"]), expired=bool(words.get("expired", False)))

    def _file(self, words: Words) -> None:
        media, path = self._simulator.switch.media, str(words["path"])
        seconds = words.get("seconds")
        if seconds is None:
            media.missing.add(path)
        else:
            media.missing.discard(path)
            media.durations_s[path] = float(seconds)

    # --- calls -------------------------------------------------------------------------------------------------

    def _place(self, words: Words) -> str:
        return self._simulator.place(Call.read(words["call"]), str(words.get("call_id", "")))

    def _wait(self, words: Words) -> dict[str, str]:
        return self._simulator.wait_for_end(str(words["call_id"]), float(words.get("limit_s", 30.0)))

    def _heard(self, words: Words) -> list[dict[str, Any]]:
        return [one.as_json() for one in self._simulator.heard(words.get("who"))]

    def _hang_up(self, words: Words) -> None:
        self._simulator.callers[str(words["call_id"])].hang_up_now()

    def _press(self, words: Words) -> None:
        self._simulator.callers[str(words["call_id"])].press(str(words["keys"]))

    def _load(self, words: Words) -> dict[str, Any]:
        plan = Plan.read({name: value for name, value in words.items() if name != "do"})
        return Load(self._simulator, plan).run().as_json()

    def _restart(self, words: Words) -> dict[str, Any]:
        self._simulator.restart()
        return self._state()
