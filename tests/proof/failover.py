"""The web process over fail-overs of Redis: `make prove-failover ARGS="--times 3"`.

A master, a replica and three sentinels; 200 live streams are open, others beyond the limit are refused, requests are
sent with their keys until it is told what became of them. The master is killed, the replica is promoted, the old master
comes back as its replica, and so on. In the end every viewer was told each time since when nothing is known, has the
rows that there are, and nothing asked for under one key was done twice.
"""

from __future__ import annotations

from tests import gevent_first  # isort: skip  # psycopg decides on import whether its waits let others run

import argparse
import random
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import gevent
import psycopg

from callcontrol.edges import clock
from callcontrol.edges.embedded import EmbeddedPostgres
from callcontrol.edges.ledger.schema import apply_schema
from callcontrol.simulator.stories.stage import Daemon, Ports, free_ports, write_config
from tests.chaos import centre
from tests.chaos.viewer import Away, not_told_stale
from tests.chaos.web_side import WebSide
from tests.redis_servers.watched import WatchedPair
from tests.tidy.tree import ROOT

__all__ = ["gevent_first", "main"]

BETWEEN_S, LONGEST_S, LOOK_S = 5.0, 60.0, 0.02


def main(words: Sequence[str]) -> int:
    """Run; 1 if something is wrong."""
    parser = argparse.ArgumentParser(prog="make prove-failover", description=__doc__)
    parser.add_argument("--times", type=int, default=3, help="how often the master dies (%(default)s)")
    times = parser.parse_args(words).times
    with tempfile.TemporaryDirectory(prefix="cc-over-") as made:
        folder = Path(made)
        folder.chmod(0o711)
        pair = WatchedPair(folder / "redis")
        with EmbeddedPostgres(folder / "postgres", durable=True) as dsn, pair as url:
            wrong = _played(folder, dsn, url, pair, times)
    for what, which in wrong.items():
        print(f"{len(which)} times: {what}: {', '.join(which[:5])}")
    print("something is wrong" if wrong else "everything adds up")
    return 1 if wrong else 0


def _played(folder: Path, dsn: str, url: str, pair: WatchedPair, times: int) -> dict[str, tuple[str, ...]]:
    ports = Ports(*free_ports(3))
    example = centre.write(folder / "example", ROOT / "deploy" / "example", older=False)
    settings = {"media": {"run": False}, "web": {"run": False}}
    config = write_config(example, folder / "config", ports, url, dsn, settings)
    daemon = Daemon(config, ports.http, folder / "daemon.log")
    web = WebSide(folder / "web", folder / "web.log", random.Random(1))
    try:
        with psycopg.connect(dsn) as tables:
            apply_schema(tables)
        # There is no switch: the queues are written all the same, and the daemon is never called ready.
        daemon.start(wait=False)
        web.begin(config, dsn)
        # Without calls a line that was lost is noticed by the heartbeat alone, and counts as open until then.
        web.is_roaming = False
        _until(lambda: bool(web.viewers[0].queues), "the queues are known")
        away = [_fail_over(pair, web) for _ in range(times)]
        web.rest()
        found = web.left(away)
        print(web.told())
        return found
    finally:
        web.stop()
        daemon.kill()


def _fail_over(pair: WatchedPair, web: WebSide) -> Away:
    """Kill the master; returns from when to when there was none."""
    gevent.sleep(BETWEEN_S)
    dead = pair.master
    dead.kill()
    died = int(clock.now())
    _until(lambda: not not_told_stale(web.viewers), "no viewer shows numbers as those of now")
    told = int(clock.now())
    _until(lambda: pair.master is not dead, "the replica is promoted")
    promoted = int(clock.now())
    web.until_all("snapshot")
    back = int(clock.now())
    print(
        f"all were told so after {(told - died) / 1e6:.1f} s, another master after {(promoted - died) / 1e6:.1f} s,"
        f" all had numbers again after {(back - died) / 1e6:.1f} s"
    )
    dead.start()
    _until(lambda: pair.has_replica(), "the old master follows the new one")
    return died, promoted


def _until(is_so: Callable[[], bool], what: str) -> None:
    due_s = clock.monotonic() + LONGEST_S
    while not is_so():
        if clock.monotonic() > due_s:
            raise TimeoutError(f"{what}: not within {LONGEST_S:g} s")
        gevent.sleep(LOOK_S)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
