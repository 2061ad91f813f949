"""How soon a key in a menu is answered, from the key to the next prompt: by the simulator, and by its own events on a
real FreeSWITCH where FREESWITCH names one. And what a caller in a menu takes of two workers, beside one who waits.
"""

from __future__ import annotations

import os
import time
from argparse import Namespace
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import yaml
from rich.console import Console
from rich.table import Table

from callcontrol.simulator.callers import Call
from callcontrol.simulator.stories.stage import Stage
from callcontrol.simulator.stories.story import PlacedCall, Story
from tests.bench.call_centre import DID, TENANT, example, numbers
from tests.bench.figures import MS, Moment, Spread, growth_kib, spread
from tests.bench.freeswitch import stamp_finely
from tests.bench.key_events import KeyEvents
from tests.bench.machine import cpu_s, folder, load, rss_kib, staged
from tests.bench.waiting import WaitingRoom
from tests.freeswitch.stage import RealStage
from tests.freeswitch.switch import RealSwitch, find_freeswitch

AGENTS = 2
MENU = "48222000001"
KEYS, FIRST_S, EACH_S = 20, 1.0, 0.6
CALLERS, APART_S = 20, 0.07
# In the example: a key of the first menu leads to the second, one of that back, each of them at once.
REAL_MENU, REAL_KEYS, REAL_EACH_S, REAL_CALLERS = "+48221234593", "2*" * 12, 0.8, 4
GOAL_MS = 60.0
STEPS = (200, 1_000, 1_000)  # the first fills caches and pools, and does not count
QUIET_S = 2.0
LONG = "tone_stream://%(600000,100,{hz})"


def run(console: Console, args: Namespace) -> None:
    """Measure and print."""
    table = Table(title="from a key to the next prompt (ms)")
    for column in ("switch", "keys", "p50", "p95", "p99", "largest"):
        table.add_column(column, justify="left" if column == "switch" else "right")
    table.add_row("simulator", *_cells(spread(_simulated())))
    binary = find_freeswitch()
    if binary is not None and os.access(binary, os.X_OK):
        table.add_row("FreeSWITCH", *_cells(spread(_real(binary))))
    console.print(table)
    console.print(f"    goal: p99 below {GOAL_MS:g} ms on a real switch, whose event socket takes up to 20; {load()}")
    console.print(_memory())
    console.print(f"    {load()}")


def _cells(found: Spread) -> tuple[str, ...]:
    return (f"{found.count:,}", *(f"{value:.1f}" for value in (found.p50, found.p95, found.p99, found.largest)))


def with_menus(config: Path) -> Path:
    """The call centre (`call_centre.example`) with two menus that lead to each other."""
    file = config / "tenants" / f"{TENANT}.yaml"
    tenant = yaml.safe_load(file.read_text(encoding="utf-8"))
    waits = {"first_key_s": 60}
    tenant["menus"] = {
        "one": {"prompt": LONG.format(hz=620), "keys": {"1": "menu:other", "9": "queue:line"}, **waits},
        "other": {"prompt": LONG.format(hz=740), "keys": {"1": "menu:one", "9": "queue:line"}, **waits},
    }
    tenant["numbers"][f"+{MENU}"] = "menu:one"
    file.write_text(yaml.safe_dump(tenant, sort_keys=False), encoding="utf-8")
    return config


def _simulated() -> list[int]:
    presses = tuple((FIRST_S + EACH_S * i, "1") for i in range(KEYS))
    with folder() as made, staged(with_menus(example(made / "example", AGENTS))) as stage:
        placed = []
        for number in numbers(CALLERS):
            placed.append(
                stage.switch.place(Call(MENU, number=number, digits=presses, hangup_after_s=EACH_S * (KEYS + 3)))
            )
            time.sleep(APART_S)
        for call in placed:
            stage.switch.wait_for_end(call, EACH_S * KEYS + 30)
        heard = [(int(one["at_us"]), str(one["who"]), str(one["what"])) for one in stage.switch.heard()]
    prompts = [Moment(at_us, who) for at_us, who, what in heard if what == "playback"]
    answered = [Moment(at_us, who) for at_us, who, what in heard if what == "answered"]
    keys = [Moment(one.at_us + round(at_s * 1000 * MS), one.who) for one in answered for at_s, _ in presses]
    return until_prompts(keys, prompts)


def until_prompts(keys: Iterable[Moment], prompts: Iterable[Moment]) -> list[int]:
    """From each key to the prompt that begins next for the same caller (microseconds)."""
    begins: dict[str, list[int]] = {}
    for prompt in sorted(prompts, key=lambda one: one.at_us):
        begins.setdefault(prompt.who, []).append(prompt.at_us)
    return list(_spans(keys, begins))


def _spans(keys: Iterable[Moment], begins: dict[str, list[int]]) -> Iterator[int]:
    for key in keys:
        mine = begins.get(key.who, [])
        at = bisect_left(mine, key.at_us)
        if at < len(mine):
            yield mine[at] - key.at_us


class FineSwitch(RealSwitch):
    """Its events are stamped to the millisecond, not in steps of 20."""

    def lay_out(self) -> None:
        """As for the stories, but for that."""
        super().lay_out()
        stamp_finely(self.conf)


def _real(binary: Path) -> list[int]:
    """By the switch's own events: it has taken a key (DTMF), it begins to play (PLAYBACK_START)."""
    presses = tuple((FIRST_S + REAL_EACH_S * i, key) for i, key in enumerate(REAL_KEYS))
    lasts_s = FIRST_S + REAL_EACH_S * (len(REAL_KEYS) + 1)
    with folder() as made, ExitStack() as stack:
        stage = RealStage(binary, made)
        stage.switch = FineSwitch(binary, made / "switch", stage.ports)
        stack.enter_context(stage)
        events = stack.enter_context(KeyEvents(stage.ports.event_socket))
        stage.world.arrange(Story("", "", {}, (), {}, (), (), (), ()))
        calls = [PlacedCall(number, REAL_MENU, presses=presses, hangup_after_s=lasts_s) for number in _callers()]
        stage.world.wait_until_over([stage.world.place(call) for call in calls], lasts_s + 30)
        return until_prompts(events.keys, events.prompts)


def _callers() -> Sequence[str]:
    return [f"+{number}" for number in numbers(REAL_CALLERS)]


def _memory() -> Table:
    table = Table(title="two workers while callers come and stay")
    for column in ("callers", "KiB a further caller", "ms of a core"):
        table.add_column(column, justify="left" if column == "callers" else "right")
    with folder() as made, staged(with_menus(example(made / "example", AGENTS)), workers=2) as stage:
        room = WaitingRoom(stage, AGENTS)
        room.open(talk_s=1.0)
        for where, dialled in (("waiting in a queue", DID), ("in a menu", MENU)):
            table.add_row(where, *_taken(stage, room, dialled))
        room.close()
    return table


def _taken(stage: Stage, room: WaitingRoom, dialled: str) -> tuple[str, str]:
    """Of the steps after the first: memory, and time of a core until the caller hears music, or the prompt."""
    pids, before, came = stage.daemon.worker_pids(), (0, 0, 0.0), 0
    for step in STEPS:
        room.callers_come(step, dialled)
        time.sleep(QUIET_S)
        came += step
        now = (came, sum(rss_kib(pid) for pid in pids), sum(cpu_s(pid) for pid in pids))
        before = before if before[0] else now
    kib = growth_kib(before[:2], now[:2])
    return f"{kib:.1f}", f"{(now[2] - before[2]) * 1000 / (now[0] - before[0]):.2f}"
