"""`make chaos ARGS="--minutes 10 --seed 7 --rate 50 --only redis,switch"`: faults in real processes under load.

Two workers, Redis, Postgres and a simulated switch; calls arrive all the time. Without arguments each fault is
caused once, in about two minutes. With the fault `upgrade` the daemon starts as an older version (`--from`) and gets
workers of this one; its job and its exports start then. At the end records are compared with the switch; status 1 if
they differ, and the logs are kept.
"""

from tests import gevent_first  # isort: skip  # psycopg decides on import whether its waits let others run

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from tests.bench.checkout import NoSuchRevision, checked_out
from tests.chaos.accounts import Finding, findings
from tests.chaos.faults import FAULTS
from tests.chaos.report import show
from tests.chaos.run import JOB_LOG, WEB_LOG, Options, run
from tests.chaos.source import BEFORE_VERSIONS
from tests.chaos.truth import Evidence
from tests.tidy.tree import ROOT

__all__ = ["gevent_first", "main"]

WIDTH = 150
KEPT = ROOT / ".data" / "chaos"
LOGS = (
    "daemon.log",
    JOB_LOG,
    WEB_LOG,
    "redis/server.log",
    "redis/server.log.1",
    "postgres/server.log",
    "postgres/server.log.1",
)


def main(words: Sequence[str]) -> int:
    """Run with these arguments; 1 if there are findings."""
    options, keeps = _options(words)
    console = Console(width=WIDTH, highlight=False)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="cc-chaos-") as made:
        folder = Path(made)
        folder.chmod(0o711)  # as root, Postgres runs under another account and needs access
        console.print(f"seed {options.seed}, {options.per_s:g} calls a second, {', '.join(options.faults)}")
        evidence = run(options, folder, lambda what: _tell(console, time.monotonic() - began, what))
        found = findings(evidence)
        show(console, evidence, found)
        if found or keeps:
            kept = keep(folder, options, evidence, found)
            console.print(f"logs and evidence: {kept}", style="bold", soft_wrap=True)
    return 1 if found else 0


def _tell(console: Console, after_s: float, what: str) -> None:
    console.print(f"{after_s:6.1f} s  {what}", style="dim", markup=False)


def keep(folder: Path, options: Options, evidence: Evidence, found: Sequence[Finding]) -> Path:
    """Copy logs and evidence; returns the folder."""
    kept = KEPT / f"seed-{options.seed}"
    shutil.rmtree(kept, ignore_errors=True)
    kept.mkdir(parents=True)
    for name in LOGS:
        if (folder / name).exists():
            shutil.copyfile(folder / name, kept / name.replace("/", "-"))
    written = [*(repr(blow) for blow in evidence.blows), *(f"{one.what}: {' '.join(one.where)}" for one in found)]
    (kept / "findings.txt").write_text("\n".join(written) + "\n", encoding="utf-8")
    everything = (*evidence.callers, *evidence.legs, *evidence.calls, *evidence.rows)
    (kept / "evidence.txt").write_text("\n".join(map(repr, everything)) + "\n", encoding="utf-8")
    return kept


def _options(words: Sequence[str]) -> tuple[Options, bool]:
    """The options of the run, and whether the logs are always kept."""
    parser = argparse.ArgumentParser(
        prog="make chaos", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=1, help="of the plan, the callers and the phones (%(default)s)")
    parser.add_argument("--rate", type=float, default=50.0, help="calls a second (%(default)s)")
    parser.add_argument("--minutes", type=float, default=0.0, help="strike for so long, in whole rounds; 0: one round")
    parser.add_argument("--only", default="", help=f"faults, by comma: {', '.join(FAULTS)}")
    parser.add_argument("--from", default=BEFORE_VERSIONS, dest="older", help="revision to upgrade from (%(default)s)")
    parser.add_argument("--keep", action="store_true", help="keep logs and evidence though everything adds up")
    given = parser.parse_args(words)
    faults = [one for one in given.only.split(",") if one] or list(FAULTS)
    if unknown := sorted(set(faults) - set(FAULTS)):
        parser.error(f"{', '.join(unknown)}: faults are {', '.join(FAULTS)}")
    older = _older(given.older, parser) if "upgrade" in faults else ""
    return Options(given.seed, faults, given.rate, 60 * given.minutes, upgrade_from=older), given.keep


def _older(revision: str, parser: argparse.ArgumentParser) -> str:
    """The revision to upgrade from; "" with a message if there is no git history."""
    try:
        with checked_out(revision):
            return revision
    except (NoSuchRevision, FileNotFoundError) as error:
        if revision != BEFORE_VERSIONS:
            parser.error(f"--from {revision}: {error}")
        print(f"no upgrade from {revision}, this version from the beginning: {error}", file=sys.stderr)
        return ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
