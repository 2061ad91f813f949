"""What it takes to record conversations, on a real FreeSWITCH: as many recorded talks beside as many that are not, in
turn, with people who speak all the time. The switch's processor time and ours apart. Only where FREESWITCH names one.
"""

from __future__ import annotations

import os
import shutil
import time
from argparse import Namespace
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Any, Final

import yaml
from rich.console import Console
from rich.table import Table

from tests.bench.call_centre import DID, DOMAIN, TENANT, Talk, accounts, numbers, password
from tests.bench.freeswitch import RAMP_PER_S, Place, Size, is_missing
from tests.bench.machine import folder, load
from tests.freeswitch.sounds import PHONE_HZ, tone_frames

ROUNDS: Final = 2
RECORDED, UNRECORDED = accounts(2)
NUMBERS: Final = {DID: RECORDED, DID[:-1] + "1": UNRECORDED}
# No call ends before the end of the measure.
LONG: Final = Talk(600.0, 600.0)
SIZE: Final = Size(2, 0, LONG, LONG, 0.0, 20)
READY_S: Final = 60.0
SETTLE_S: Final = 4.0
CALLERS: Final = 5_000


@dataclass(frozen=True, slots=True)
class Taken:
    """Processor time of the switch and of ours.

    Attributes:
        shares: of a core, while they talk.
        each_ms: of each call besides, for its beginning, its announcement and its end.
        files, written: of recordings, and their bytes.
    """

    recorded: bool
    shares: tuple[float, float]
    each_ms: tuple[float, float]
    files: int
    written: int


class TalkPlace(Place):
    """Two extensions, of which the talks of one are recorded."""

    def add_tenant(self, config: Path) -> None:
        """The only tenant of this configuration folder."""
        shutil.rmtree(config / "tenants")
        (config / "tenants").mkdir()
        text = yaml.safe_dump(_tenant(), sort_keys=False)
        (config / "tenants" / f"{TENANT}.yaml").write_text(text, encoding="utf-8")

    def wait_until_free(self) -> None:
        """Both phones are known, and no call is left."""
        _until(lambda: self.daemon.registrations() >= SIZE.agents, "both phones are known")
        _until(lambda: "callcontrol_calls_in_progress 0.0" in self.daemon.metrics(), "no call is left")

    def talks(self, dialled: str, count: int, seconds: float) -> Taken:
        """So many at once, measured for so long once all have begun."""
        begun = self.cpu_s()
        with self._sipp.agents(self._ports.phones, LONG):
            callers = self._sipp.callers(
                numbers(CALLERS), dialled, self._ports.external, per_second=RAMP_PER_S, at_once=count
            )
            with callers:
                _until(lambda: self._channels() >= 2 * count, f"{2 * count} channels are up")
                time.sleep(SETTLE_S)
                before = self.cpu_s()
                shares = self.shares(seconds)
                spent = _less(self.cpu_s(), before)
            self._hang_up_all()
        self.wait_until_free()
        rest = _less(_less(self.cpu_s(), begun), spent)
        files = [*(self._folder / "recordings").glob("*.wav")]
        written = sum(one.stat().st_size for one in files)
        for one in files:
            one.unlink()
        each_ms = (1000 * rest[0] / count, 1000 * rest[1] / count)
        return Taken(NUMBERS[dialled] == RECORDED, shares, each_ms, len(files), written)

    def shares(self, seconds: float) -> tuple[float, float]:
        """What of a core the switch and ours take in the next seconds."""
        before, at = self.cpu_s(), time.monotonic()
        time.sleep(seconds)
        switch_s, ours_s = _less(self.cpu_s(), before)
        took_s = time.monotonic() - at
        return switch_s / took_s, ours_s / took_s

    def _channels(self) -> int:
        said = self.switch.events.api("show channels count").split()
        return int(said[0]) if said and said[0].isdigit() else 0


def run(console: Console, args: Namespace) -> None:
    """Measure and print, or say what is missing."""
    if is_missing():
        console.print("talks: not measured; FREESWITCH names no binary, or there is no sipp")
        return
    voice = b"".join(tone_frames(PHONE_HZ))
    with folder() as made:
        place = TalkPlace(
            Path(os.environ["FREESWITCH"]), made, SIZE, silent=True, poll_events_ms=args.poll_events, voice=voice
        )
        with place.running():
            idle = place.shares(args.seconds)
            taken = [place.talks(dialled, args.talks, args.seconds) for _ in range(ROUNDS) for dialled in NUMBERS]
    _show(console, idle, taken, args.talks)


def _show(console: Console, idle: tuple[float, float], taken: Sequence[Taken], count: int) -> None:
    table = Table(title=f"{count} talks at once, 50 packets a second each way, {ROUNDS} rounds in turn; {load()}")
    for column in ("", "switch: of a core", "ours", "begin and end: switch ms", "ours ms", "files", "MB"):
        table.add_column(column, justify="right")
    table.add_row("no talk", *(f"{100 * share:.1f} %" for share in idle))
    for recorded in (False, True):
        rounds = [one for one in taken if one.recorded is recorded]
        table.add_row("recorded" if recorded else "not recorded", *_cells(rounds))
    console.print(table)


def _cells(rounds: Sequence[Taken]) -> Iterator[str]:
    for which in (0, 1):
        yield " ".join(f"{100 * one.shares[which]:.1f} %" for one in rounds)
    for which in (0, 1):
        yield f"{mean(one.each_ms[which] for one in rounds):.1f}"
    yield " ".join(str(one.files) for one in rounds)
    yield " ".join(f"{one.written / 1e6:.0f}" for one in rounds)


def _tenant() -> dict[str, Any]:
    return {
        "domain": DOMAIN,
        "zone": "Europe/Warsaw",
        "region": "PL",
        "company_number": f"+{DID}",
        "tariff": "retail",
        "extensions": {name: {"endpoints": {name: {"password": password(name)}}} for name in (RECORDED, UNRECORDED)},
        "numbers": {f"+{number}": f"extension:{name}" for number, name in NUMBERS.items()},
        "recording": {
            "rules": [{"extensions": [RECORDED], "record": "announce"}],
            "prompt": "tone_stream://%(600,100,1100)",
        },
    }


def _less(now: tuple[float, float], then: tuple[float, float]) -> tuple[float, float]:
    return now[0] - then[0], now[1] - then[1]


def _until(is_so: Any, what: str) -> None:
    due = time.monotonic() + READY_S
    while not is_so():
        if time.monotonic() > due:
            raise TimeoutError(f"after {READY_S:g} s it is not so that {what}")
        time.sleep(0.2)
