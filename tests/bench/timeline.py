"""Where the time goes from an agent's hang-up to the next ring, on a real FreeSWITCH: one run, step by step.

The switch's own events (with its times) and what a worker noted of itself (`watched_worker`), for the same hang-ups.
Only where FREESWITCH names a binary.
"""

from __future__ import annotations

import json
import os
from argparse import Namespace
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.bench.call_centre import DID
from tests.bench.figures import Moment, spread
from tests.bench.freeswitch import SIZES, Place, is_missing
from tests.bench.machine import folder, hurry, load
from tests.bench.supervision import in_place_of_daemon

STEPS = ("hung up", "heard", "script", "answered", "originate", "INVITE", "180")


def run(console: Console, args: Namespace) -> None:
    """Measure and print, or say what is missing."""
    if is_missing():
        console.print("timeline: not measured; FREESWITCH names no binary, or there is no sipp")
        return
    size = SIZES[0]
    with folder() as made:
        binary, polling = Path(os.environ["FREESWITCH"]), args.poll_events
        place = Place(binary, made, size, silent=args.silent, poll_events_ms=polling)
        worker = "tests.bench.watched_worker"
        with place.running(daemon=False), in_place_of_daemon(worker, place.config) as process:
            place.wait_until_free()
            if args.hurry:
                hurry((process.pid, place.redis_pid()), args.hurry)
            seen = place.busy(DID, args.seconds)
            process.terminate()
            noted = json.loads(process.communicate(timeout=60)[0])
    moments = [*_of("hung up", seen.hung_up), *_of("INVITE", seen.rang), *_of("180", seen.progress)]
    moments += [(what, Moment(at, who)) for what, who, at in noted["moments"]]
    _show(console, list(_rounds(moments)))
    _show_machine(console, noted)


def _of(what: str, moments: Sequence[Moment]) -> Iterator[tuple[str, Moment]]:
    return ((what, moment) for moment in moments)


def _rounds(moments: Sequence[tuple[str, Moment]]) -> Iterator[Mapping[str, int]]:
    """For each hang-up the moment of each step that followed, before the same agent's next hang-up."""
    by_agent: dict[str, list[tuple[str, int]]] = {}
    for what, moment in sorted(moments, key=lambda one: (one[1].at_us, STEPS.index(one[0]))):
        by_agent.setdefault(moment.who, []).append((what, moment.at_us))
    for steps in by_agent.values():
        begins = [index for index, (what, _) in enumerate(steps) if what == STEPS[0]]
        for begin, end in pairwise([*begins, len(steps)]):
            found: dict[str, int] = {}
            for what, at_us in steps[begin:end]:
                found.setdefault(what, at_us)
            if found.keys() == set(STEPS):
                yield found


def _show(console: Console, rounds: Sequence[Mapping[str, int]]) -> None:
    table = Table(title=f"from an agent's hang-up to the next ring (ms), {len(rounds)} of them; {load()}")
    for column in ("step", "p50", "p95", "p99", "largest"):
        table.add_column(column, justify="right")
    for earlier, later in pairwise(STEPS):
        _row(table, f"{earlier} -> {later}", [one[later] - one[earlier] for one in rounds])
    _row(table, "hung up -> INVITE", [one["INVITE"] - one["hung up"] for one in rounds])
    _row(table, "all", [one["180"] - one["hung up"] for one in rounds])
    console.print(table)


def _row(table: Table, name: str, spans_us: Sequence[int]) -> None:
    found = spread(spans_us)
    table.add_row(name, *(f"{ms:.1f}" for ms in (found.p50, found.p95, found.p99, found.largest)))


def _show_machine(console: Console, noted: Mapping[str, Any]) -> None:
    for name, title in (("stalls", "hub late"), ("trips", "Redis round trips"), ("fsyncs", "fsync of the spool")):
        console.print(f"    {title} (of {len(noted[name])}): {spread(noted[name])}")
    batches = Counter(noted["batches"])
    console.print(f"    commands in a round trip: {dict(sorted(batches.items()))}")
    for generation in sorted({generation for generation, _ in noted["collections"]}):
        spans = [span for other, span in noted["collections"] if other == generation]
        console.print(f"    garbage collector, generation {generation} (of {len(spans)}): {spread(spans)}")
