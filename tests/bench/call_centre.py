"""A generated call centre: one queue, its agents, who are there whenever their phones are registered, and callers."""

from __future__ import annotations

import random
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import yaml
from redis import Redis

from callcontrol.edges import clock
from callcontrol.simulator.client import SimulatorClient
from callcontrol.simulator.phones import Behaviour, Phone
from callcontrol.simulator.stories.stage import Stage
from tests.bench.figures import Moment
from tests.bench.script_calls import ScriptCalls
from tests.tidy.tree import ROOT

EXAMPLE = ROOT / "deploy" / "example"
TENANT = "bench"
DOMAIN = "bench.example"
QUEUE = "line"
DID = "48222000000"
FIRST_EXTENSION = 10_001
RING_S = 0.1
TALKS = 8  # different conversations of one agent; the last of them is repeated
READY_S = 60.0
LOOK_S = 0.2
MUSIC = "tone_stream://%(400,3600,440);loops=-1"


def accounts(agents: int) -> list[str]:
    """The SIP accounts of so many agents."""
    return [str(FIRST_EXTENSION + i) for i in range(agents)]


def password(account: str) -> str:
    """Of a SIP account."""
    return f"bench-{account}"


def numbers(count: int) -> list[str]:
    """So many callers' numbers, all different."""
    return [f"+4850{i:07}" for i in range(count)]


def add_tenant(config: Path, agents: int, *, music: str = MUSIC) -> None:
    """Write the call centre into a configuration folder, as the only tenant: others' queues would be looked at too."""
    shutil.rmtree(config / "tenants")
    (config / "tenants").mkdir()
    text = yaml.safe_dump(_tenant(agents, music), sort_keys=False)
    (config / "tenants" / f"{TENANT}.yaml").write_text(text, encoding="utf-8")


def example(folder: Path, agents: int) -> Path:
    """A copy of the example's configuration with the call centre for its only tenant."""
    shutil.copytree(EXAMPLE, folder)
    add_tenant(folder, agents)
    return folder


def _tenant(agents: int, music: str) -> dict[str, Any]:
    """Nothing stands between a caller and an agent: no whisper, no announcement, no wrap-up, no rest, no old places."""
    everybody = accounts(agents)
    return {
        "domain": DOMAIN,
        "zone": "Europe/Warsaw",
        "region": "PL",
        "company_number": f"+{DID}",
        "tariff": "retail",
        "extensions": {name: {"endpoints": {name: {"password": password(name)}}} for name in everybody},
        "agents": {f"a{name}": {"extension": name, "auto": "yes"} for name in everybody},
        "queues": {
            QUEUE: {
                "strategy": "longest_idle",
                "agents": [{"agent": f"a{name}"} for name in everybody],
                "music": music,
                "whisper": "no",
                "wrap_up": 0,
                "rest": {"rejected": 0, "busy": 0, "no_answer": 0, "unreachable": 0},
                "misses": 0,
                "come_back": 0,
                "announce": {"position": 0, "wait": 0},
                "overflow": {"length": 100_000},
            }
        },
        "numbers": {f"+{DID}": f"queue:{QUEUE}"},
    }


@dataclass(frozen=True, slots=True)
class Talk:
    """How long conversations last: any length between these, each as likely (seconds)."""

    shortest_s: float
    longest_s: float


class CallCentre:
    """The agents' phones at the simulator, and the load of callers."""

    def __init__(self, stage: Stage, agents: int) -> None:
        self._switch: SimulatorClient = stage.switch
        self._redis_url = stage.redis_url
        self._accounts = accounts(agents)
        self._registered = False
        self._chance = random.Random(agents)

    def open(self, talk: Talk) -> None:
        """All phones are there, with conversations of these lengths, and all agents free.

        Raises:
            TimeoutError: the daemon does not say so.
        """
        self._switch.reset()
        for account in self._accounts:
            behaviours = tuple(Behaviour("answers", after_s=RING_S, talk_s=self._length(talk)) for _ in range(TALKS))
            self._switch.phone(Phone(f"{account}@{DOMAIN}", behaviours, registered=self._registered))
        if not self._registered:
            for account in self._accounts:
                self._switch.register(f"{account}@{DOMAIN}")
        self._registered = True
        wait_until_free(self._redis_url, len(self._accounts))

    def call(self, numbers_used: int, **plan: Any) -> tuple[dict[str, Any], Seen]:
        """Callers call as the plan says (see simulator.load.Plan); what came of it, and what phones and callers saw."""
        templates = [{"to": DID, "number": number} for number in numbers(numbers_used)]
        result = self._switch.load(templates=templates, routing=["playback"], listen=True, **plan)
        return result, seen(self._switch.heard())

    def close(self) -> None:
        """All callers hang up; returns when the queue is empty."""
        self._switch.reset()
        wait_until_free(self._redis_url, len(self._accounts))

    def _length(self, talk: Talk) -> float:
        return self._chance.uniform(talk.shortest_s, talk.longest_s)


def wait_until_free(redis_url: str, agents: int) -> None:
    """Return when no caller waits and all agents are free; Redis is asked, for metrics lag behind.

    Raises:
        TimeoutError: they are not.
    """
    due = time.monotonic() + READY_S
    with Redis.from_url(redis_url) as redis:
        scripts = ScriptCalls(redis, TENANT)
        while (free := _free(scripts)) != agents:
            if time.monotonic() > due:
                raise TimeoutError(f"{free} of {agents} agents are free after {READY_S:g} s")
            time.sleep(LOOK_S)


def _free(scripts: ScriptCalls) -> int:
    """0 as long as callers wait."""
    rows = scripts.do(clock.now(), "view_queues", {})[0]
    return next((int(ready) for _, waiting, _, _, _, ready, *_ in rows if not waiting), 0)


@dataclass(frozen=True, slots=True)
class Seen:
    """What phones and callers saw: callers go by their numbers, agents by their accounts."""

    called: list[Moment] = field(default_factory=list)
    entered: list[Moment] = field(default_factory=list)
    rang_for: list[Moment] = field(default_factory=list)  # by whose call it was
    rang: list[Moment] = field(default_factory=list)  # by whose phone it was
    hung_up: list[Moment] = field(default_factory=list)
    progress: list[Moment] = field(default_factory=list)  # a phone says that it rings

    def until(self, at_us: int) -> Seen:
        """What of it was seen by then."""
        kept = ([m for m in getattr(self, field.name) if m.at_us <= at_us] for field in fields(self))
        return Seen(*kept)

    @property
    def again(self) -> int:
        """How often a phone rang for a caller for whom another had rung before: offers that came to nothing."""
        return len(self.rang_for) - len({moment.who for moment in self.rang_for})


def seen(heard: Sequence[dict[str, Any]]) -> Seen:
    """Sorted out from the simulator's log."""
    caller = {one["who"]: one["number"] for one in heard if one["what"] == "calls"}

    def of(what: str, who: str = "who") -> list[Moment]:
        return [Moment(one["at_us"], caller.get(one[who], one[who])) for one in heard if one["what"] == what]

    return Seen(of("calls"), _answers(heard, caller), of("invite", "number"), of("invite"), of("hung_up"))


def _answers(heard: Sequence[dict[str, Any]], caller: dict[str, str]) -> list[Moment]:
    answers = (one for one in heard if one["what"] == "answered" and one["who"] in caller)
    return [Moment(one["at_us"], caller[one["who"]]) for one in answers]
