"""A worker with a thousand calls dies: how long until each is another's, and what that one's other calls notice of it.

Two workers have so many calls between them that one has about a thousand, which talk, ring and wait. Meanwhile new
calls come: how long they wait for their first command is no less than the longest pause of the worker that takes over.
"""

from __future__ import annotations

import os
import signal
import time
from argparse import Namespace
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import yaml
from rich.console import Console
from rich.table import Table

from callcontrol.edges import clock
from callcontrol.simulator.callers import Call
from callcontrol.simulator.phones import Behaviour, Phone
from callcontrol.simulator.stories.stage import Stage
from callcontrol.vocabulary.moment import SECOND_US
from tests.bench.call_centre import DOMAIN, TENANT, example
from tests.bench.machine import cpu_s, folder, load, staged
from tests.bench.waiting import WaitingRoom

AGENTS = 2
WAITING = 600
FURTHER = {"ringing": 500, "talking": 900}
# What phones of the forwarded calls do, and their numbers; `probe` is for the calls that come meanwhile.
PHONES = {
    "talking": ("48222000001", Behaviour("answers", after_s=0.0)),
    "ringing": ("48222000002", Behaviour("never_answers")),
    "probe": ("48222000003", Behaviour("answers", after_s=0.0, talk_s=0.0)),
}
RING_S = 120
PROBES, PROBES_PER_S = 200, 40.0
ROUNDS = 3
SETTLE_S = 3.0


@dataclass(frozen=True, slots=True)
class Round:
    """One death.

    Attributes:
        calls: how many the dead worker had.
        taken_s: until all of them were another's (seconds since the signal).
        cpu_s: what the surviving worker took of its core in that time.
        quiet, busy: p50, p99, max (ms) until the first command for new calls, before the death and from it on.
        lost: callers hung up, of those who were there.
    """

    calls: int
    taken_s: float
    cpu_s: float
    quiet: Mapping[str, float]
    busy: Mapping[str, float]
    lost: int


def run(console: Console, args: Namespace) -> None:
    """Measure and print."""
    _show(console, [_round() for _ in range(ROUNDS)])
    kinds = ", ".join(f"{count} {kind}" for kind, count in FURTHER.items())
    scene = f"{WAITING} waiting, {kinds} at two workers on one core, {PROBES_PER_S:.0f} new calls a second"
    console.print(f"    {scene}; {load()}")


def _round() -> Round:
    with folder() as made, staged(_configured(made / "example"), workers=2) as stage:
        room = WaitingRoom(stage, AGENTS)
        room.open(talk_s=1.0)
        callers = [*room.callers_come(WAITING).values(), *_forwarded(stage, room)]
        found = _death(stage, room, callers)
        room.close()
    return found


def _configured(target: Path) -> Path:
    """The call centre, with extensions that are forwarded to nowhere else."""
    file = example(target, AGENTS) / "tenants" / f"{TENANT}.yaml"
    tenant = yaml.safe_load(file.read_text(encoding="utf-8"))
    for name, (number, _) in PHONES.items():
        tenant["extensions"][name] = {"ring": RING_S, "endpoints": {name: {"password": f"bench-{name}"}}}
        tenant["numbers"][f"+{number}"] = f"extension:{name}"
    file.write_text(yaml.safe_dump(tenant, sort_keys=False), encoding="utf-8")
    return target


def _forwarded(stage: Stage, room: WaitingRoom) -> list[str]:
    """The calls that ring and talk; their names."""
    for name, (_, behaviour) in PHONES.items():
        stage.switch.phone(Phone(f"{name}@{DOMAIN}", (behaviour,), registered=False))
        stage.switch.register(f"{name}@{DOMAIN}")
    time.sleep(SETTLE_S)
    before = len(room.owners())
    placed = [stage.switch.place(Call(PHONES[name][0])) for name, count in FURTHER.items() for _ in range(count)]
    room.until(lambda: len(room.owners()) == before + len(placed))
    time.sleep(SETTLE_S)
    return placed


def _death(stage: Stage, room: WaitingRoom, callers: Sequence[str]) -> Round:
    quiet = _probes(stage)
    dead = room.busiest()
    (survivor,) = (pid for pid in stage.daemon.worker_pids() if pid != dead)
    his = [channel for channel, pid in room.owners().items() if pid == dead]
    with ThreadPoolExecutor(1) as thread:
        cpu, began = cpu_s(survivor), clock.now()
        os.kill(dead, signal.SIGKILL)
        probes = thread.submit(_probes, stage)
        room.until(lambda: dead not in room.owners().values())
        taken_us, took_s = clock.now() - began, cpu_s(survivor) - cpu
        busy = probes.result()
    time.sleep(SETTLE_S)
    return Round(len(his), taken_us / SECOND_US, took_s, quiet, busy, len(room.heard("hangup", callers)))


def _probes(stage: Stage) -> Mapping[str, float]:
    """New calls, one after the other: until their first command."""
    result = stage.switch.load(calls=PROBES, per_second=PROBES_PER_S, templates=[{"to": PHONES["probe"][0]}])
    found: dict[str, float] = result["first_routing_command_ms"]
    return found


def _show(console: Console, rounds: list[Round]) -> None:
    table = Table(title="a worker with a thousand calls is killed; new calls' first command before and meanwhile (ms)")
    columns = ("its calls", "all another's after", "CPU of the survivor", "CPU a call")
    for column in (*columns, "before: p50", "max", "meanwhile: p50", "max", "hung up"):
        table.add_column(column, justify="right")
    for one in rounds:
        waits = (f"{when[name]:.0f}" for when in (one.quiet, one.busy) for name in ("p50", "max"))
        cpu = (f"{one.cpu_s:.2f} s", f"{1000 * one.cpu_s / one.calls:.2f} ms")
        table.add_row(str(one.calls), f"{one.taken_s:.2f} s", *cpu, *waits, str(one.lost))
    console.print(table)
