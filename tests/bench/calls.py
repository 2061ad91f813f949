"""The full path of a call (connect, rules from Redis, bridge, hang-up, record in Postgres) beside the smallest
greenswitch application that only answers and bridges; the same simulator, the same run.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from argparse import Namespace
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from callcontrol.simulator.callers import Call
from callcontrol.simulator.client import SimulatorClient
from callcontrol.simulator.phones import Behaviour, Phone
from callcontrol.simulator.stories.stage import Stage, free_ports
from tests.bench import records
from tests.bench.machine import SERVER_CORE, cpu_s, own_cores, pid_of, pin, rss_kib, staged

EXAMPLE = Path(__file__).parents[2] / "deploy" / "example"
CALLS = 3_000
PHONE = "117@acme.example"
DID = "48221234583"


@dataclass(frozen=True, slots=True)
class Run:
    """One load and what came of it."""

    at_once: int
    calls_per_s: float
    errors: int
    first_command_ms: dict[str, float]
    cpu_share: float  # of one core, of the server
    recorded: int


def run(console: Console, args: Namespace) -> None:
    """Measure and print."""
    with staged(EXAMPLE) as stage:
        idle = _idle(stage, 1000)
        before = _numbers(stage)
        ours = [_measure(stage.switch, n, args.calls or CALLS, pid_of(stage), stage.dsn) for n in args.at_once]
        redis = _redis_use(before, _numbers(stage))
        best = max(run.calls_per_s for run in ours)
        before = _numbers(stage)
        steady = _steady(stage, best / 2)
        decided = _decisions(before, _numbers(stage))
    bare = [] if args.skip_bare else [_bare(n, args.calls or CALLS) for n in args.at_once]
    _show(console, ours, bare)
    console.print(f"at half load ({best / 2:.0f} calls/s), from the accepted connection to the first routing command:")
    console.print(f"    seen by the switch {_ms(steady.first_command_ms)}; inside the daemon {decided}")
    console.print(f"1000 calls talking: {idle[0]:.1f} KiB each, {idle[1]:.2f} % of a core")
    console.print(f"Redis under load: {redis}")


def _measure(switch: SimulatorClient, at_once: int, calls: int, pid: int, dsn: str = "", **plan: Any) -> Run:
    switch.reset()
    switch.phone(Phone(PHONE, (Behaviour("answers", after_s=0.0, talk_s=0.0),), registered=False))
    switch.register(PHONE)
    time.sleep(0.3)
    before, cpu, began = records.count(dsn) if dsn else 0, cpu_s(pid), time.monotonic()
    load = {"at_once": at_once} if at_once else plan
    result = switch.load(calls=calls, templates=[{"to": DID}], **load)
    busy = (cpu_s(pid) - cpu) / (time.monotonic() - began)
    recorded = records.wait(dsn, before + calls) - before if dsn else 0
    errors = result["unfinished"] + result["unrouted"] + (calls - result["bridged"])
    return Run(at_once, result["calls_per_s"], errors, result["first_routing_command_ms"], busy, recorded)


def _steady(stage: Stage, per_second: float) -> Run:
    calls = int(per_second * 10)
    return _measure(stage.switch, 0, calls, pid_of(stage), stage.dsn, per_second=per_second)


def _idle(stage: Stage, calls: int) -> tuple[float, float]:
    """KiB per call in progress, and the share of a core the server takes while they only talk (per cent)."""
    switch, pid = stage.switch, pid_of(stage)
    switch.reset()
    switch.phone(Phone(PHONE, (Behaviour("answers", after_s=0.0, talk_s=20.0),), registered=False))
    switch.register(PHONE)
    time.sleep(0.5)
    before = rss_kib(pid)
    placed = _place(switch, calls)
    time.sleep(2)
    kib = (rss_kib(pid) - before) / calls
    cpu, began = cpu_s(pid), time.monotonic()
    time.sleep(5)
    share = 100 * (cpu_s(pid) - cpu) / (time.monotonic() - began)
    for call in placed[-1:]:
        switch.wait_for_end(call, 60)
    return kib, share


def _place(switch: SimulatorClient, calls: int) -> list[str]:
    return [switch.place(Call(DID)) for _ in range(calls)]


def _bare(at_once: int, calls: int) -> Run:
    port, event_port = free_ports(2)
    with own_cores():
        server = subprocess.Popen([sys.executable, "-m", "tests.bench.bare", str(port)], stderr=subprocess.DEVNULL)
        try:
            pin(server.pid, SERVER_CORE)
            time.sleep(1.5)
            sockets = ("--sockets", f"127.0.0.1:{port}", "--port", str(event_port), "--quick")
            with SimulatorClient.start(*sockets) as switch:
                # A call the bare application loses is counted when this is over.
                return _measure(switch, at_once, calls, server.pid) if at_once < 1000 else _limited(switch, calls)
        finally:
            server.kill()
            server.wait()


def _limited(switch: SimulatorClient, calls: int) -> Run:
    switch.phone(Phone(PHONE, (Behaviour("answers", after_s=0.0, talk_s=0.0),), registered=True))
    result = switch.load(calls=calls, at_once=1000, templates=[{"to": DID}], limit_s=60.0)
    errors = result["unfinished"] + result["unrouted"] + (result["placed"] - result["bridged"])
    return Run(1000, result["calls_per_s"], errors, result["first_routing_command_ms"], 0.0, 0)


def _show(console: Console, ours: list[Run], bare: list[Run]) -> None:
    table = Table(title="calls per second, one core for the server")
    for column in ("at once", "callcontrol", "errors", "recorded", "core", "first command", "bare", "errors", "ratio"):
        table.add_column(column, justify="right")
    for index, run in enumerate(ours):
        other = bare[index] if index < len(bare) else None
        table.add_row(
            str(run.at_once),
            f"{run.calls_per_s:.0f}",
            str(run.errors),
            str(run.recorded),
            f"{run.cpu_share:.0%}",
            _ms(run.first_command_ms),
            f"{other.calls_per_s:.0f}" if other else "-",
            str(other.errors) if other else "-",
            f"{run.calls_per_s / other.calls_per_s:.1f}" if other and other.calls_per_s else "-",
        )
    console.print(table)


def _ms(found: dict[str, float]) -> str:
    return f"p50 {found['p50']:.1f} ms, p99 {found['p99']:.1f} ms" if found else "none"


def _numbers(stage: Stage) -> dict[str, float]:
    """Every sample of /metrics that has no labels, and the buckets of the decision's time."""
    found = re.findall(r"^(callcontrol_\w+(?:\{le=\"[^\"]+\"\})?) ([0-9.e+]+)$", stage.daemon.metrics(), re.MULTILINE)
    return {name: float(value) for name, value in found}


def _redis_use(before: dict[str, float], after: dict[str, float]) -> str:
    calls = after["callcontrol_decision_seconds_count"] - before["callcontrol_decision_seconds_count"]
    trips = after["callcontrol_redis_round_trips"] - before["callcontrol_redis_round_trips"]
    commands = after["callcontrol_redis_commands"] - before["callcontrol_redis_commands"]
    return f"{commands / calls:.1f} commands and {trips / calls:.2f} round trips per call"


def _decisions(before: dict[str, float], after: dict[str, float]) -> str:
    """Between which bounds of the daemon's own histogram p50 and p99 lie."""
    prefix = "callcontrol_decision_seconds_bucket"
    counts = [(k.split('"')[1], after[k] - before.get(k, 0)) for k in after if k.startswith(prefix)]
    total = counts[-1][1]
    bounds = [next(f"{float(le) * 1000:g}" for le, n in counts if n >= share * total) for share in (0.5, 0.99)]
    return f"p50 under {bounds[0]} ms, p99 under {bounds[1]} ms"
