"""The plan of one process, as JSON: all phones that are called at a port, or one caller."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from callcontrol.simulator.phones import Behaviour
from tests.freeswitch.sip.message import Header, Login


@dataclass(frozen=True, slots=True)
class Caller:
    """One call to make, and what happens in it (`behaviour`, of which only the part after the answer counts).

    Attributes:
        gives_up_s: hangs up so many seconds after the INVITE if there is no answer.
    """

    user: str
    domain: str
    dialled: str
    name: str
    anonymous: bool
    gives_up_s: float
    behaviour: Behaviour
    headers: tuple[Header, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan of one process.

    Attributes:
        port: its SIP port; 0: any. switch: where it sends its own calls.
        phones: behaviours, call by call, by the called user part; `otherwise` for all others.
        voices: tones by user part. logins: logins by user part.
    """

    host: str
    port: int
    switch: int
    log: str
    otherwise: Behaviour
    phones: Mapping[str, tuple[Behaviour, ...]] = field(default_factory=dict)
    voices: Mapping[str, float] = field(default_factory=dict)
    logins: Mapping[str, Login] = field(default_factory=dict)
    voice: float = 0.0
    caller: Caller | None = None

    def write(self, file: Path) -> None:
        """Write the plan as JSON."""
        file.write_text(json.dumps(asdict(self)), encoding="utf-8")


def read_plan(file: Path) -> Plan:
    """Read a plan that `write` wrote."""
    words: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    phones = {who: tuple(map(Behaviour.read, each)) for who, each in words["phones"].items()}
    logins = {who: Login(**login) for who, login in words["logins"].items()}
    told = words["caller"]
    caller = _caller(told) if told else None
    read = {"phones": phones, "logins": logins, "caller": caller, "otherwise": Behaviour.read(words["otherwise"])}
    return Plan(**{**words, **read})


def _caller(told: Mapping[str, Any]) -> Caller:
    headers = tuple((name, value) for name, value in told["headers"])
    return Caller(**{**told, "behaviour": Behaviour.read(told["behaviour"]), "headers": headers})
