"""Exports, exactly once, proven by kill -9: `make prove-exports ARGS="--batches 1000"`.

Eight writers hold transactions open for random times, a quarter of which come to nothing. An exporter closes and
delivers small batches. Exporter, receiver and Postgres are killed at random moments. In the end everything is counted:
what lies in the receiver's folder is the ledger, each row once, numbers without a gap; each batch is made again to the
same bytes; and the shell's lines of the README find the chain whole. A further run goes on where one ended.
"""

from __future__ import annotations

from gevent import monkey

monkey.patch_all()

import argparse  # noqa: E402
import csv  # noqa: E402
import io  # noqa: E402
import logging  # noqa: E402
import random  # noqa: E402
import re  # noqa: E402
import signal  # noqa: E402
import subprocess  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402
from collections.abc import Callable, Iterator  # noqa: E402
from contextlib import contextmanager, suppress  # noqa: E402
from dataclasses import dataclass, field  # noqa: E402
from pathlib import Path  # noqa: E402

import gevent  # noqa: E402
import psycopg  # noqa: E402

from callcontrol.edges.deliveries import delivery_of  # noqa: E402
from callcontrol.edges.embedded import EmbeddedPostgres  # noqa: E402
from callcontrol.edges.ledger.export_books import batches_of  # noqa: E402
from callcontrol.edges.ledger.reader import connect  # noqa: E402
from callcontrol.edges.ledger.session import WrongDatabase, open_session  # noqa: E402
from callcontrol.edges.ledger.writer import LedgerWriter  # noqa: E402
from callcontrol.jobs.exports.checking import checked  # noqa: E402
from callcontrol.jobs.exports.exporting import Exporter, manifest_name, remade  # noqa: E402
from tests.proof.exporter import NAME, plan  # noqa: E402
from tests.tidy.tree import ROOT  # noqa: E402

WRITERS = 8
HOLD_S = 0.08
LONGEST_LIFE_S = 30.0
PORT = 18_473
ENTER = (
    "INSERT INTO account_entries"
    " (tenant, account, currency, number, kind, amount, balance, on_hold, reason, entered_by, key)"
    " SELECT 'acme', %(account)s, 'PLN', 1 + coalesce(max(number), 0), 'top_up', 1.25, 0, false, 'cash', 'anna',"
    " gen_random_uuid()::text FROM account_entries WHERE (tenant, account) = ('acme', %(account)s)"
)


@dataclass
class Lab:
    """What runs, and how often each was killed."""

    folder: Path
    postgres: EmbeddedPostgres
    dsn: str = ""
    kills: dict[str, int] = field(default_factory=lambda: {"exporter": 0, "receiver": 0, "postgres": 0})
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def out(self) -> Path:
        """Where the receiver keeps files."""
        return self.folder / "out"

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{PORT}/in"

    def start(self, name: str) -> None:
        """Start the exporter or the receiver."""
        arguments = {"exporter": [self.dsn, self.address, self.folder / "temporary"], "receiver": [self.out, PORT]}[
            name
        ]
        command = [sys.executable, "-m", f"tests.proof.{name}", *map(str, arguments)]
        self.running[name] = subprocess.Popen(command, cwd=ROOT)

    def kill(self, name: str) -> None:
        """kill -9, and start it again."""
        self.kills[name] += 1
        if name == "postgres":
            self.postgres.kill()
            self.postgres.start()
            return
        self.running[name].send_signal(signal.SIGKILL)
        self.running[name].wait()
        self.start(name)

    def batches(self) -> int:
        """How many have arrived."""
        return len(list(self.out.glob("*.manifest.json")))


def write(lab: Lab, account: str) -> None:
    """Enter for ever; what was under way when Postgres died is or is not there, which the ledger says."""
    chance = random.Random()
    while True:
        with suppress(psycopg.Error, psycopg.Rollback, WrongDatabase, OSError), open_session(lab.dsn) as connection:
            while True:
                with connection.transaction():
                    for _ in range(chance.randint(1, 3)):
                        connection.execute(ENTER, {"account": account})
                    gevent.sleep(chance.uniform(0, HOLD_S))
                    if chance.random() < 0.25:
                        raise psycopg.Rollback
        gevent.sleep(0.1)


@contextmanager
def lab_in(folder: Path, *, is_busy: bool) -> Iterator[Lab]:
    """Postgres with the ledger's tables, and a receiver; exporter and writers where it is busy. All end with it."""
    (folder / "out").mkdir(parents=True, exist_ok=True)
    lab = Lab(folder, EmbeddedPostgres(folder / "postgres"))
    with lab.postgres as lab.dsn:
        LedgerWriter(lab.dsn).write([])
        lab.start("receiver")
        writing = [gevent.spawn(write, lab, f"extension:{n}") for n in range(WRITERS * is_busy)]
        if is_busy:
            lab.start("exporter")
        try:
            yield lab
        finally:
            gevent.killall(writing)
            for process in lab.running.values():
                process.kill()
                process.wait()


def torment(lab: Lab, batches: int, seconds: float) -> None:
    """Kill one after the other at random moments, until so many batches have arrived, or the time is over."""
    chance, ends = random.Random(), time.monotonic() + seconds
    while lab.batches() < batches and time.monotonic() < ends:
        # none is killed before something has arrived since, or nothing ever would on a slow machine
        wanted, latest = lab.batches() + chance.randint(1, 40), time.monotonic() + LONGEST_LIFE_S
        while lab.batches() < wanted and time.monotonic() < latest:
            gevent.sleep(chance.uniform(0, 0.2))
        lab.kill(chance.choices(("exporter", "receiver", "postgres"), (6, 3, 1))[0])


def counted(lab: Lab) -> None:
    """Deliver the rest, and count everything.

    Raises:
        AssertionError: a row is missing or there twice, a number is missing, or bytes differ.
    """
    one = plan(lab.address)
    with connect(lab.dsn) as connection:
        _until_it_listens(Exporter(connection, one, delivery_of(one.settings), lab.folder / "temporary").run)
        found = checked(connection, one.scope)
        there = connection.execute("SELECT account, number FROM account_entries").fetchall()
        for batch in batches_of(connection, NAME):
            with remade(connection, one.scope, batch, lab.folder / "temporary").file as file:
                file.seek(0)
                assert file.read() == (lab.out / batch.file).read_bytes()
            assert batch.manifest == (lab.out / manifest_name(batch)).read_text(encoding="utf-8")
    delivered = [
        (row["account"], int(row["number"]))
        for path in lab.out.glob("*.csv")
        for row in csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline=""))
    ]
    assert found.is_sound, found
    assert len(delivered) == len(set(delivered)) == found.rows
    assert set(delivered) == {(row["account"], row["number"]) for row in there}
    assert len(list(lab.out.glob("[!.]*"))) == 2 * found.batches
    print(f"{found.batches:,} batches, {found.rows:,} rows, {found.missing} missing, {found.double} double")
    print(_chain(lab.out), end="")


def _until_it_listens(run: Callable[[], object]) -> None:
    for _ in range(100):
        try:
            run()
            return
        except Exception as error:
            last = error
            gevent.sleep(0.2)
    raise last


def _chain(folder: Path) -> str:
    """What the shell says by the lines of the README."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    lines = re.findall(r"<!-- the chain of manifests -->\n```sh\n(.*?)```", readme, re.DOTALL)[0]
    done = subprocess.run(
        ["sh", "-c", lines.replace("charges-", f"{NAME}-")], cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout


def main() -> None:
    """`[--batches N] [--seconds S] [--no-count] [--folder DIR]`."""
    logging.getLogger("psycopg").setLevel(logging.ERROR)  # Postgres dies under it all the time
    parser = argparse.ArgumentParser("python -m tests.proof.exports", description=__doc__)
    parser.add_argument("--batches", type=int, default=1_000, help="until so many have arrived")
    parser.add_argument("--seconds", type=float, default=600.0, help="or this time is over")
    parser.add_argument("--no-count", action="store_true", help="leave the count to a further run")
    parser.add_argument("--folder", type=Path, default=ROOT / ".data" / "prove-exports", help="where it all lies")
    args = parser.parse_args()
    with lab_in(args.folder.absolute(), is_busy=True) as lab:
        torment(lab, args.batches, args.seconds)
        print("killed:", ", ".join(f"{name} {times} times" for name, times in lab.kills.items()))
    if args.no_count:
        return
    with lab_in(args.folder.absolute(), is_busy=False) as quiet:
        counted(quiet)


if __name__ == "__main__":
    main()
