"""`make bench ARGS="PART …"`: what is measured, all parts or those named. Not a test: nothing here can fail a build.

calls: calls per second beside a bare greenswitch application; scripts: one assignment in Redis; queues: how soon a
phone rings, by the simulator; rush: a minute of 50 calls a second; freeswitch: as `queues`, on a real one beside its
own mod_callcenter, where FREESWITCH names one; timeline: where its time goes, step by step; history: what is asked of
a year of calls in Postgres; workers: two beside one; state: what saving every change costs; recovery, adoption: a
worker goes, with callers who wait or a thousand calls; memory: of a waiting call; menus: from a key to the
next prompt, also on a real FreeSWITCH, and what a caller in a menu takes; media: files a second on their way from the
switch's disk into storage; talks: what recording takes, on a real FreeSWITCH; credit: a
reservation, its round trips, a lost Redis with 100,000 accounts; live: 500 walls that look at 1,000 agents; web:
requests of the API, and every list, page and report over a year of calls (`web --calls 10000000 --kept FOLDER`).

`make bench ARGS="against REVISION"`: this version beside an older one.
"""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import FrameType

from rich.console import Console

from callcontrol.config.settings import Switch
from tests.bench import (
    adoption,
    against,
    calls,
    credit,
    freeswitch,
    history,
    live,
    media,
    memory,
    menus,
    queues,
    recovery,
    rush,
    scripts,
    state,
    talks,
    timeline,
    web,
    workers,
)
from tests.bench.machine import burning
from tests.bench.made_history import LARGEST, MONTHS

Part = Callable[[Console, argparse.Namespace], None]
PARTS: Mapping[str, Part] = {
    "calls": calls.run,
    "scripts": scripts.run,
    "queues": queues.run,
    "rush": rush.run,
    "freeswitch": freeswitch.run,
    "timeline": timeline.run,
    "history": history.run,
    "workers": workers.run,
    "state": state.run,
    "recovery": recovery.run,
    "adoption": adoption.run,
    "memory": memory.run,
    "menus": menus.run,
    "media": media.run,
    "talks": talks.run,
    "credit": credit.run,
    "live": live.run,
    "web": web.run,
}
AGAINST = "against"
WIDTH = 132


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print."""
    words = sys.argv[1:] if argv is None else argv
    if words[:1] == [AGAINST]:
        return against.main(words[1:])
    parser = _parser()
    args = parser.parse_args(words)
    unknown = sorted(set(args.parts) - set(PARTS))
    if unknown:
        parser.error(f"{', '.join(unknown)}: parts are {', '.join(PARTS)}")
    signal.signal(signal.SIGTERM, _leave)
    console = Console(highlight=False, width=WIDTH)
    with burning(args.load):
        for name, part in PARTS.items():
            if not args.parts or name in args.parts:
                part(console, args)
    return 0


def _leave(number: int, frame: FrameType | None) -> None:
    """A process that is told to end takes what it has started along."""
    sys.exit(128 + number)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m tests.bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)} (default: all)")
    parser.add_argument(
        "--calls", type=int, help=f"calls, workers: calls per load; history, web: in the year ({history.CALLS:,})"
    )
    share = "history, web: share of the calls that the largest tenant has (%(default)s)"
    parser.add_argument("--largest", type=float, default=LARGEST, help=share)
    parser.add_argument(
        "--months", type=int, default=MONTHS, help="history, web: the last ones of the year (%(default)s)"
    )
    kept = "history, web: where the ledger stays, and is found again the next time (some 27 GB for ten million calls)"
    parser.add_argument("--kept", type=Path, metavar="FOLDER", help=kept)
    parser.add_argument("--only", default="", metavar="WORD", help="web: looks that have this in their name")
    parser.add_argument("--accounts", type=int, default=credit.ACCOUNTS, help="credit: accounts (%(default)s)")
    parser.add_argument("--at-once", type=int, nargs="*", default=[20, 200, 1000], help="calls: at once")
    parser.add_argument("--skip-bare", action="store_true", help="calls: without the bare application")
    parser.add_argument("--waiting", type=int, nargs="*", default=list(scripts.WAITING), help="scripts: callers")
    parser.add_argument("--agents", type=int, nargs="*", default=[20, 200, 1000], help="queues, freeswitch: agents")
    parser.add_argument(
        "--talk",
        type=float,
        nargs=2,
        metavar=("SHORTEST", "LONGEST"),
        help="freeswitch: how long conversations last (seconds; else by the number of agents)",
    )
    parser.add_argument("--seconds", type=float, default=15.0, help="queues, freeswitch: measured (%(default)s)")
    parser.add_argument(
        "--silent", action="store_true", help="freeswitch: with next to no sound, also with 1,000 agents"
    )
    parser.add_argument(
        "--hurry",
        type=int,
        nargs="?",
        const=1,
        default=0,
        metavar="PRIORITY",
        help="freeswitch, timeline: the real-time priority of daemon and Redis (1; needs root)",
    )
    polling = Switch.model_fields["poll_events_ms"].default
    parser.add_argument(
        "--poll-events", type=int, default=polling, help="freeswitch, timeline: the setting (%(default)s ms; 0: never)"
    )
    parser.add_argument("--talks", type=int, default=100, help="talks: so many at once (%(default)s)")
    parser.add_argument("--ours", action="store_true", help="freeswitch: without mod_callcenter beside it")
    parser.add_argument("--minute", type=float, default=60.0, help="rush: its length in seconds (%(default)s)")
    parser.add_argument(
        "--load", type=int, nargs="?", const=1, default=0, help="other processes that burn a core each (1)"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
