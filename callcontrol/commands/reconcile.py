"""`callcontrol reconcile`: completes the ledger from the switches' own records of their legs (mod_json_cdr).

The daemon does the same when it starts and every five minutes. Legs whose end was an estimate get their true times and
are rated anew; legs without a record get one, marked as reconciled. A record of a leg whose tenant or payer is unknown
goes to `doubtful/` below the folder, with the reason in the log; look at it again with `--folder …/doubtful`.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from callcontrol.commands.arguments import add_config, configuration_or_exit
from callcontrol.config.settings import Settings
from callcontrol.daemon.configuration import Configuration
from callcontrol.edges import clock, journal
from callcontrol.edges.embedded import running_address
from callcontrol.edges.freeswitch.cdr_folder import CdrFolder, FolderAway
from callcontrol.edges.ledger.reader import NoLedger
from callcontrol.edges.ledger.writer import LedgerAway
from callcontrol.jobs.reconcile import Reconciler
from callcontrol.usecases.past_ledger import ledger_dsn
from callcontrol.vocabulary.moment import Instant

FAILED = 1


class NothingToDo(ValueError):
    """What was asked for names no folder; the message says what would."""


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`reconcile [--config DIR] [--switch NAME] [--folder DIR] [--dry-run]`."""
    parser = subparsers.add_parser("reconcile", help="complete the ledger from the switches' own", description=__doc__)
    add_config(parser)
    parser.add_argument("--switch", metavar="NAME", help="only this one of `switches:`")
    parser.add_argument("--folder", type=Path, metavar="DIR", help="read this folder (default: `cdrs:` of the switch)")
    parser.add_argument("--dry-run", action="store_true", help="say what would be done; write and move nothing")


def run(args: argparse.Namespace) -> int:
    """One pass over each folder; 1 if one could not be gone through."""
    configuration = configuration_or_exit(args.config)
    settings = configuration.settings
    journal.start(mask_numbers=settings.mask_numbers)
    try:
        folders = list(_folders(settings, args.switch, args.folder))
        reconciler = reconciler_of(lambda: configuration, ledger_dsn(settings), _redis_url(settings))
        for switch, folder in folders:
            counts = reconciler.reconcile(switch, CdrFolder(folder), dry_run=args.dry_run)
            print(f"{switch}: {_said(counts)}{' (nothing was changed)' if args.dry_run else ''}")
    except (NothingToDo, FolderAway, NoLedger, LedgerAway) as error:
        print(error, file=sys.stderr)
        return FAILED
    return 0


def reconciler_of(
    configuration: Callable[[], Configuration], dsn: str, redis_url: str, now: Callable[[], Instant] = clock.now
) -> Reconciler:
    """The job for the configuration in force, whichever that is at the moment."""
    return Reconciler(
        lambda: configuration().settings, lambda tenant: configuration().price_books.get(tenant), dsn, redis_url, now
    )


def _folders(settings: Settings, switch: str | None, folder: Path | None) -> Iterator[tuple[str, Path]]:
    names = list(settings.switches) if switch is None else [switch]
    if switch is not None and switch not in settings.switches:
        raise NothingToDo(f"there is no switch {switch}: callcontrol.yaml has {', '.join(settings.switches)}")
    if folder is not None and len(names) > 1:
        raise NothingToDo(f"say by --switch which of {', '.join(names)} has written {folder}")
    found = [(name, folder or settings.switches[name].cdrs) for name in names]
    if not any(path for _, path in found):
        raise NothingToDo("no switch has `cdrs:` in callcontrol.yaml: write the folder there, or give it by --folder")
    yield from ((name, Path(path)) for name, path in found if path)


def _redis_url(settings: Settings) -> str:
    """Redis says which calls go on; where the embedded one does not run, Postgres does not either."""
    url = settings.redis.url or running_address(Path(settings.data) / "redis")
    if not url:
        raise NoLedger("Redis is the daemon's embedded one, which does not run: start `callcontrol serve`")
    return url


def _said(counts: Counter[str] | None) -> str:
    if counts is None:
        return "another process is at it"
    return ", ".join(f"{count} {verdict}" for verdict, count in sorted(counts.items())) or "nothing to be done"
