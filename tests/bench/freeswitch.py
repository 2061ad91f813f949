"""How soon a phone rings on a real FreeSWITCH, by its own events' times, with our queues and with mod_callcenter:
the same phones and callers (SIPp), one after the other. Only where FREESWITCH names one; it takes five minutes.
"""

from __future__ import annotations

import os
import shutil
import time
from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml
from redis import Redis
from rich.console import Console
from rich.table import Table

from callcontrol.edges import clock
from callcontrol.edges.embedded import EmbeddedPostgres, EmbeddedRedis
from callcontrol.simulator.stories.stage import Daemon
from tests.bench import mod_callcenter
from tests.bench.call_centre import DID, MUSIC, Seen, Talk, accounts, add_tenant, numbers, wait_until_free
from tests.bench.figures import Spread, per_second, spread, until_first, until_next
from tests.bench.machine import cpu_s, folder, hurry, load
from tests.bench.pace_watch import Pace, offer_ends, watched
from tests.bench.sip_phones import SippLoad
from tests.bench.switch_events import SwitchEvents, listening
from tests.freeswitch.configuration import render, write_configuration
from tests.freeswitch.switch import Ports, RealSwitch, running

OURS, THEIRS = "callcontrol", mod_callcenter.MODULE
RAMP_PER_S = 25.0
SETTLE_S = 5.0
IDLE_S = 20.0
EMPTY_S = 40.0
LOOK_S = 0.2
RTP_PORTS = 3_998  # what stands in local.xml is meant for a few calls
NUMBERS = 20_000
# A switch with nothing to play still sends a packet for each span of silence: as few as it can (mod_spandsp's PCMA).
SILENCE = "silence_stream://-1"
LONGEST_PACKET_MS = 120


@dataclass(frozen=True, slots=True)
class Size:
    """As `queues.Size`; conversations are longer, for the switch carries their sound.

    Attributes:
        packet_ms: how much sound is in a packet; two cores cannot send 700 people 50 packets a second each.
    """

    agents: int
    waiting: int
    talk: Talk
    idle_talk: Talk
    idle_per_s: float
    packet_ms: int


SIZES = (
    Size(20, 120, Talk(1.5, 5.5), Talk(0.5, 0.9), 5.0, 20),
    Size(200, 500, Talk(12.0, 28.0), Talk(0.5, 1.5), 10.0, 100),
)
# The same and larger where next to no sound is sent: the measure is of dispatching, not of RTP.
SILENT_SIZES = (
    Size(20, 120, Talk(1.5, 5.5), Talk(0.5, 0.9), 5.0, LONGEST_PACKET_MS),
    Size(200, 500, Talk(12.0, 28.0), Talk(0.5, 1.5), 10.0, LONGEST_PACKET_MS),
    Size(1000, 1500, Talk(60.0, 140.0), Talk(0.5, 1.5), 10.0, LONGEST_PACKET_MS),
)


@dataclass(frozen=True, slots=True)
class Run:
    """What came of one size with one system.

    Attributes:
        cpu_ms: processor time a conversation took while it was busy, of the switch's process and of ours.
        pace: what our daemon says of the switch; None with another system.
    """

    system: str
    size: Size
    first: Spread
    following: Spread
    per_second: float
    again: int
    cpu_ms: tuple[float, float]
    pace: Pace | None


def run(console: Console, args: Namespace) -> None:
    """Measure and print, or say what is missing."""
    if is_missing():
        console.print("freeswitch: not measured; FREESWITCH names no binary (with mod_callcenter), or there is no sipp")
        return
    sizes = [size for size in (SILENT_SIZES if args.silent else SIZES) if size.agents in args.agents]
    if args.talk:
        sizes = [replace(size, talk=Talk(*args.talk)) for size in sizes]
    _show(console, [run for size in sizes for run in _measure(Path(os.environ["FREESWITCH"]), size, args)])
    console.print(f"    {'next to no sound; ' if args.silent else ''}{load()}")


def is_missing() -> bool:
    """Whether there is no FreeSWITCH, or no SIPp."""
    return not os.access(os.environ.get("FREESWITCH", ""), os.X_OK) or shutil.which("sipp") is None


def _measure(binary: Path, size: Size, args: Namespace) -> Iterator[Run]:
    seconds = args.seconds
    with folder() as made, ExitStack() as stack:
        place = Place(binary, made, size, silent=args.silent, poll_events_ms=args.poll_events)
        stack.enter_context(place.running())
        if args.hurry:
            place.hurry(args.hurry)
        yield place.measured(OURS, DID, seconds)
        if args.ours:
            return
        wait_until_free(place.redis_url, size.agents)
        place.daemon.stop()
        mod_callcenter.load(place.switch.events, size.agents)
        yield place.measured(THEIRS, mod_callcenter.DIALLED, seconds)


class Place:
    """A FreeSWITCH with the call centre's phones, and the daemon.

    Args:
        voice: as SippLoad's.
    """

    def __init__(
        self, binary: Path, made: Path, size: Size, *, silent: bool, poll_events_ms: int, voice: bytes | None = None
    ) -> None:
        self._folder = made
        self._poll_events_ms = poll_events_ms
        self._music = SILENCE if silent else MUSIC
        self._size = size
        self._ports = Ports.free()
        self.switch = RealSwitch(binary, made / "switch", self._ports)
        self._sipp = SippLoad(made / "sipp", self._ports.media, size.packet_ms, voice)
        self._events: SwitchEvents
        self.daemon: Daemon
        self.redis_url = self.dsn = ""
        self.config = made / "config"

    @contextmanager
    def running(self, *, daemon: bool = True) -> Iterator[None]:
        """Everything is there, all phones registered, all agents free; `daemon` False: but the daemon."""
        with ExitStack() as stack:
            self.redis_url = stack.enter_context(EmbeddedRedis(self._folder / "redis"))
            dsn = self.dsn = stack.enter_context(EmbeddedPostgres(self._folder / "postgres"))
            self.config = config = write_configuration(
                self._folder / "config", self._ports, redis=self.redis_url, dsn=dsn
            )
            self.add_tenant(config)
            _set_up_switches(config, self._poll_events_ms)
            self._lay_out(config)
            stack.enter_context(running(self.switch))
            self._events = stack.enter_context(listening(self._ports.event_socket))
            self.daemon = Daemon(config, self._ports.http, self._folder / "daemon.log")
            stack.callback(self._end_daemon)
            if daemon:
                self.daemon.start()
            with self._sipp.agents(self._ports.phones, self._size.talk):
                self._sipp.register(accounts(self._size.agents), self._ports.phones, self._ports.internal)
            if daemon:
                self.wait_until_free()
            yield

    def add_tenant(self, config: Path) -> None:
        """The only tenant of this configuration folder."""
        add_tenant(config, self._size.agents, music=self._music)

    def wait_until_free(self) -> None:
        """No caller waits, and all agents are free."""
        wait_until_free(self.redis_url, self._size.agents)

    def redis_pid(self) -> int:
        """The process of the Redis server."""
        with Redis.from_url(self.redis_url) as redis:
            found: Any = redis.info("server")
        return int(found["process_id"])

    def hurry(self, priority: int) -> None:
        """The daemon, Redis and the phones get a priority of real time."""
        assert self.daemon.process is not None
        self._sipp.priority = priority
        hurry((self.daemon.process.pid, *self.daemon.worker_pids(), self.redis_pid()), priority)

    def busy(self, dialled: str, seconds: float) -> Seen:
        """As many callers as are to wait, from the ramp's end on for so long; what the switch saw."""
        at_once = self._size.agents + self._size.waiting
        return self._calls(dialled, self._size.talk, RAMP_PER_S, at_once, at_once / RAMP_PER_S + SETTLE_S + seconds)

    def measured(self, system: str, dialled: str, seconds: float) -> Run:
        """Both measures with one system."""
        size = self._size
        idle = self._calls(dialled, size.idle_talk, size.idle_per_s, size.agents, IDLE_S)
        at_once = size.agents + size.waiting
        before = self.cpu_s()
        with watched(self.daemon.metrics) as pace:
            busy = self.busy(dialled, seconds)
        since_us = busy.called[0].at_us + int((at_once / RAMP_PER_S + SETTLE_S) * 1_000_000)
        if system == OURS:
            self.wait_until_free()
            pace.ends = offer_ends(self.dsn)
        return Run(
            system,
            size,
            spread(until_first(idle.called, idle.rang_for)),
            spread(until_next(busy.hung_up, busy.rang, since_us)),
            per_second([moment.at_us for moment in busy.rang], since_us),
            idle.again,
            self._cpu_ms(before, len(busy.hung_up)),
            pace if system == OURS else None,
        )

    def cpu_s(self) -> tuple[float, float]:
        """Seconds of the switch's process, and of our supervisor and workers, if they run."""
        ours = self.daemon.process
        pids = (ours.pid, *self.daemon.worker_pids()) if ours is not None and ours.poll() is None else ()
        return cpu_s(self.switch.pid), sum(cpu_s(pid) for pid in pids)

    def _cpu_ms(self, before: tuple[float, float], conversations: int) -> tuple[float, float]:
        """Of each conversation since then."""
        spent_s = (now - then for now, then in zip(self.cpu_s(), before, strict=True))
        switch, ours = (1000 * seconds / max(conversations, 1) for seconds in spent_s)
        return switch, ours

    def _calls(self, dialled: str, talk: Talk, rate: float, at_once: int, seconds: float) -> Seen:
        """Let callers call for so long, and what the switch saw; no call is there afterwards."""
        self._events.take(self.switch.events)
        external = self._ports.external
        with self._sipp.agents(self._ports.phones, talk):
            with self._sipp.callers(numbers(NUMBERS), dialled, external, per_second=rate, at_once=at_once):
                time.sleep(seconds)
                ended_us = int(clock.now())
            self._hang_up_all()
        return self._events.take(self.switch.events).until(ended_us)

    def _hang_up_all(self) -> None:
        due = time.monotonic() + EMPTY_S
        while not self.switch.events.api("show channels count").strip().startswith("0 total"):
            if time.monotonic() > due:
                raise TimeoutError(f"calls are still up after {EMPTY_S:g} s")
            self.switch.events.api("hupall MANAGER_REQUEST")
            time.sleep(LOOK_S)

    def _lay_out(self, config: Path) -> None:
        """As for the stories, with ports for more calls, without a log of every step, and with events stamped to the
        millisecond: by default a switch stamps in steps of 20 ms. SIP messages follow each other as fast either way.
        """
        self.switch.lay_out()
        render(config, self.switch.conf)
        mod_callcenter.configure(self.switch.conf, self._size.agents, self._music)
        local = self.switch.conf / "local.xml"
        more = (f"rtp_end_port={self._ports.rtp + RTP_PORTS}", "log_level=warning")
        lines = "".join(f'  <X-PRE-PROCESS cmd="set" data="{one}"/>\n' for one in more)
        _put_into(local, "</include>", f"{lines}</include>")
        stamp_finely(self.switch.conf)

    def _end_daemon(self) -> None:
        """At once, if it still runs: it would wait for calls that do not end."""
        if self.daemon.process is not None and self.daemon.process.poll() is None:
            self.daemon.kill()


def stamp_finely(conf: Path) -> None:
    """Have the switch of this configuration stamp its events to the millisecond."""
    fine = '<settings>\n    <param name="1ms-timer" value="true"/>'
    _put_into(conf / "autoload_configs" / "switch.conf.xml", "<settings>", fine)


def _put_into(file: Path, mark: str, text: str) -> None:
    """Write the text where the mark stands."""
    file.write_text(file.read_text(encoding="utf-8").replace(mark, text), encoding="utf-8")


def _set_up_switches(config: Path, poll_events_ms: int) -> None:
    """The stories' switch knows a second daemon, where no process listens: each call would try it first."""
    file = config / "callcontrol.yaml"
    settings = yaml.safe_load(file.read_text(encoding="utf-8"))
    for switch in settings["switches"].values():
        del switch["daemons"]
        switch["poll_events_ms"] = poll_events_ms
    file.write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")


def _show(console: Console, runs: Sequence[Run]) -> None:
    table = Table(title="queues on FreeSWITCH (ms), by its own events")
    spans = ("caller in: p50", "p95", "p99", "hang-up: p50", "p95", "p99")
    for column in ("", "agents", "waiting", *spans, "of", "a second", "again", "switch CPU", "ours"):
        table.add_column(column, justify="right")
    for one in runs:
        found = (f"{ms:.1f}" for s in (one.first, one.following) for ms in (s.p50, s.p95, s.p99))
        cpu = (f"{ms:.0f}" for ms in one.cpu_ms)
        counts = (str(one.following.count), f"{one.per_second:.1f}", str(one.again), *cpu)
        table.add_row(one.system, str(one.size.agents), str(one.size.waiting), *found, *counts)
        if one.system == THEIRS:
            table.add_row("ratio", "", "", *_ratios(runs[runs.index(one) - 1], one), end_section=True)
    console.print(table)
    for one in runs:
        if one.pace is not None:
            console.print(f"    {one.system}, {one.size.agents} agents: {one.pace}")


def _ratios(ours: Run, theirs: Run) -> Iterator[str]:
    for mine, other in ((ours.first, theirs.first), (ours.following, theirs.following)):
        for ms, other_ms in ((mine.p50, other.p50), (mine.p95, other.p95), (mine.p99, other.p99)):
            yield f"{other_ms / ms:.1f}" if ms else "-"
