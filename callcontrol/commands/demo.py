"""`callcontrol demo`: stores, a simulated FreeSWITCH and the daemon as processes; calls through every kind of
forwarding, then a morning of hours and menus and an afternoon of two queues; what happens while it happens; the
figures of menus and queues; the bill, read back from Postgres; and at last the panel, while more calls come. The exit
status says whether all came out as told.
"""

from __future__ import annotations

import argparse
import logging
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import gevent
from redis import Redis
from rich.console import Console

from callcontrol.commands import demo_panel
from callcontrol.commands.calls import show
from callcontrol.daemon.configuration import read_configuration
from callcontrol.edges import clock
from callcontrol.edges.embedded import EmbeddedStoreError
from callcontrol.edges.ledger.reader import LedgerReader
from callcontrol.simulator.stories.agents import LiveAgents
from callcontrol.simulator.stories.player import TENANT, Player, StoryResult
from callcontrol.simulator.stories.simulated import SimulatedWorld
from callcontrol.simulator.stories.spoken import Spoken
from callcontrol.simulator.stories.stage import Stage
from callcontrol.simulator.stories.story import Story, read_stories
from callcontrol.vocabulary.wanted import Wanted

INSTALLED = "share/callcontrol/"
# One story for each case of forwarding, and one hostile caller; the rest of the stories are for `make test`.
CASES = (
    "01-rings-and-answers",
    "02-always",
    "03-busy",
    "04-no-answer",
    "05-unavailable",
    "07-chain",
    "08-loop",
    "09-hang-up",
    "11-group",
    "13-list",
    "14-next-trunk",
    "17-anonymous",
    "18-blocked",
    "20-star-codes",
    "22-hostile",
    "23-gives-up",
    "24-announcement",
)
# The switch's clock runs faster than the wall's, so that phones need not be waited for until they have rung out.
SPEED = "6"
# Longest time for a command that shows a table.
COMMAND_S = 30
# Waiting is the daemon's own time, which runs at its normal speed.
DAY = ("121-hours-closed", "102-menu-queue", "161-language-by-key", "48-queue-afternoon")
# What an admin would type at the end of that day.
AFTERWARDS = (("hours", TENANT), ("menus", TENANT), ("queues", "show", TENANT), ("agents", "show", TENANT))

_WORDS: Mapping[str, str] = {
    "invite": "rings, showing {number}",
    "answered": "is answered",
    "refused": "refuses ({code})",
    "bridged": "is connected",
    "answered_elsewhere": "stops ringing: answered elsewhere",
    "playback": "hears {file}",
    "record": "is recorded",
    "hangup": "is hung up ({cause})",
    "hung_up": "hangs up",
}


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`demo`."""
    parser = subparsers.add_parser(
        "demo", help="calls through every kind of forwarding, and their bill", description=__doc__
    )
    parser.add_argument(
        "--leave", action="store_true", help="end at once; on a terminal the panel stays until Ctrl-C otherwise"
    )


@dataclass(frozen=True, slots=True)
class Props:
    """What the demo plays with: stories, the example's configuration, sounds."""

    stories: Path
    example: Path
    sounds: Path


def props() -> Props:
    """Those of the source tree, or those that were installed with the package.

    Raises:
        FileNotFoundError: there are none.
    """
    root = Path(__file__).parents[2]
    if (root / "tests" / "stories").is_dir():
        return Props(root / "tests" / "stories", root / "deploy" / "example", root / "freeswitch-xml" / "sounds")
    for file in metadata.files("callcontrol") or ():
        before, found, _ = file.as_posix().partition(INSTALLED)
        if found:
            share = Path(str(file.locate())).parents[len(file.parts) - len(Path(before + found).parts) - 1].resolve()
            return Props(share / "stories", share / "example", share / "sounds")
    raise FileNotFoundError("the demo's stories are not installed: install the wheel of callcontrol again")


def run(args: argparse.Namespace) -> int:
    """Play the cases; 1 if one came out differently, or if nothing could be played."""
    console = Console(highlight=False)
    logging.getLogger("callcontrol").setLevel(logging.ERROR)
    try:
        return _played(props(), console, leave=args.leave)
    except (FileNotFoundError, EmbeddedStoreError, TimeoutError) as error:
        print(f"callcontrol demo: {error}", file=sys.stderr)
        return 1


def _played(given: Props, console: Console, *, leave: bool) -> int:
    began = clock.monotonic()
    by_name = {story.file.removesuffix(".yaml"): story for story in read_stories(given.stories)}
    cases, day = ([by_name[name] for name in names] for names in (CASES, DAY))
    spoken = Spoken(given.sounds)
    with _stage(given, console, ("--speed", SPEED), {}) as stage:
        told = _play_all(cases, stage, spoken, console)
        _show_fast_bill(stage, console)
    with _stage(given, console, (), demo_panel.settings()) as stage:
        told += _play_all(day, stage, spoken, console)
        _show_day(stage, console)
        status = _verdict(told, console, clock.monotonic() - began)
        wrong = demo_panel.show(stage, console, stays=console.is_terminal and not leave)
    for difference in wrong:
        console.print(f"[red]{difference}[/red]")
    return 1 if wrong else status


@contextmanager
def _stage(
    given: Props, console: Console, simulator: tuple[str, ...], settings: Mapping[str, Mapping[str, Any]]
) -> Iterator[Stage]:
    """A stage of their own for some stories."""
    began = clock.monotonic()
    console.print("[dim]starting Redis, Postgres, a simulated FreeSWITCH and the daemon …[/dim]")
    with tempfile.TemporaryDirectory(prefix="callcontrol-demo-") as folder:
        Path(folder).chmod(0o711)  # as root, Postgres runs as another user and has to pass
        simulator = ("--sounds", str(given.sounds), *simulator)
        with Stage(Path(folder), given.example, simulator=simulator, settings=settings) as stage:
            console.print(f"[dim]ready after {clock.monotonic() - began:.1f} s[/dim]\n")
            yield stage


def _play_all(stories: list[Story], stage: Stage, spoken: Spoken, console: Console) -> list[StoryResult]:
    settings = read_configuration(stage.config).settings
    redis: Redis = Redis.from_url(stage.redis_url)
    world = SimulatedWorld(stage.switch, settings, stage.daemon.registrations)
    told: list[StoryResult] = []
    with closing(LiveAgents(settings, stage.redis_url, stage.daemon.reload)) as agents:
        tell = partial(_print_line, console)
        player = Player(world, settings, redis, stage.dsn, tell=tell, agents=agents)
        for story in stories:
            console.rule(f"[bold]{story.name}", align="left")
            narrator = gevent.spawn(_narrate, world, spoken, console)
            told.append(player.play(story))
            narrator.kill()
            _tell_result(told[-1], console)
    return told


def _print_line(console: Console, line: str) -> None:
    console.print(f"  {line}")


def _narrate(world: SimulatedWorld, spoken: Spoken, console: Console) -> None:
    """What phones and callers see and hear, as it happens."""
    known = 0
    callers: list[str] = []
    while True:
        gevent.sleep(0.1)
        heard = world.heard()
        for one in heard[known:]:
            words = _WORDS.get(one.what)
            if one.what == "calls" and one.who not in callers:
                callers.append(one.who)
            if words:
                who = _name(one.who, callers)
                detail = {name: one.detail.get(name, "") for name in ("number", "code", "cause")}
                detail["file"] = spoken.heard(one.detail.get("file", ""))
                console.print(f"    [cyan]{who}[/cyan] {words.format(**detail)}")
        known = max(known, len(heard)) if len(heard) >= known else 0


def _name(who: str, callers: list[str]) -> str:
    """Who it is, for people: the simulator names callers `call-N`, accounts with their domain, numbers without `+`."""
    account = who.partition("@")[0]
    if who.startswith("call-"):
        number = callers.index(who) + 1 if who in callers else 1
        return "the caller" if number == 1 else f"caller {number}"
    return f"+{who}" if who.isdigit() and len(who) > 6 else account


def _tell_result(told: StoryResult, console: Console) -> None:
    for call in told.calls:
        for station in call.path[1:]:
            source = f" ({station['source']})" if station.get("source") else ""
            console.print(f"  [yellow]because[/yellow] {station['why']}{source}")
        cost = sum((leg.cost.amount for leg in call.legs if leg.cost and leg.cost.amount), Decimal(0))
        price = f", {cost.normalize():f} PLN" if cost else ""
        by = f" by {call.answered_by}" if call.answered_by else ""
        console.print(f"  [bold]{call.outcome}{by}{price}[/bold]")
    for difference in told.differences:
        console.print(f"  [red]differs: {difference}[/red]")
    console.print()


def _show_fast_bill(stage: Stage, console: Console) -> None:
    """The bill, and why its times have not come yet."""
    _show_bill(stage, console)
    console.print(
        f"[dim]The simulated switch's clock runs {SPEED} times as fast as this machine's, so that you need not wait for"
        " phones to ring out: the times above run ahead of yours.[/dim]\n"
    )


def _show_bill(stage: Stage, console: Console) -> None:
    """All records, read back from Postgres."""
    console.rule("[bold]what Postgres recorded", align="left")
    zone = ZoneInfo(read_configuration(stage.config).settings.tenants[TENANT].zone)
    with LedgerReader(stage.dsn) as ledger:
        show(ledger.calls(Wanted(limit=None))[::-1], zone, console)
    console.print()


def _show_day(stage: Stage, console: Console) -> None:
    """What is known at the end of the day, and the bill."""
    for words in AFTERWARDS:
        console.rule(f"[bold]callcontrol {' '.join(words)}", align="left")
        console.file.flush()
        command = [sys.executable, "-m", "callcontrol", *words, "--config", str(stage.config)]
        subprocess.run(command, check=True, timeout=COMMAND_S)
    _show_bill(stage, console)


def _verdict(told: list[StoryResult], console: Console, seconds: float) -> int:
    wrong = [t for t in told if t.differences]
    calls = sum(len(t.calls) for t in told)
    style = "red" if wrong else "green"
    console.print(
        f"[bold {style}]{len(told) - len(wrong)} of {len(told)} stories came out right; {calls} calls, each with its "
        f"record in Postgres; {seconds:.0f} s[/bold {style}]"
    )
    return 1 if wrong else 0
