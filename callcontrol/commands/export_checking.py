"""`callcontrol export check` and `verify`: does it add up, and is everything still there?"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from callcontrol.commands.arguments import configuration_or_exit
from callcontrol.commands.export_names import folder_named, plan_named
from callcontrol.commands.media_ledger import ledger_of, note, say
from callcontrol.edges.ledger.export_books import Batch, ExportRefused, Scope, batches_of
from callcontrol.edges.ledger.session import DictConnection
from callcontrol.jobs.exports.checking import Checked, checked, delivered_faults
from callcontrol.jobs.exports.exporting import TEMPORARY, remade

FAULTS = 1


def add(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`check NAME [--bytes]`, `verify NAME [--from FOLDER]`."""
    checking = verbs.add_parser("check", help="redo all batches against the ledger")
    checking.add_argument("name", metavar="NAME")
    checking.add_argument("--bytes", action="store_true", help="make the file of each batch again and compare it")
    verifying = verbs.add_parser("verify", help="compare delivered files with the books")
    verifying.add_argument("name", metavar="NAME")
    verifying.add_argument("--from", dest="folder", default="", metavar="FOLDER", help="the files of this folder")


def check(args: argparse.Namespace) -> int:
    """Redo counts and sums; 1 where something is missing, double, or does not add up."""
    settings = configuration_or_exit(args.config).settings
    scope = plan_named(args, settings).scope
    with ledger_of(settings) as connection:
        found = checked(connection, scope)
        changed = list(_changed(connection, scope, Path(settings.data) / TEMPORARY)) if args.bytes else []
    say(args, {"export": args.name, **asdict(found), "changed": changed}, _said(found))
    for fault in (*found.faults, *changed):
        note(fault)
    return 0 if found.is_sound and not changed else FAULTS


def verify(args: argparse.Namespace) -> int:
    """Compare the files; 1 where one is missing or altered."""
    settings = configuration_or_exit(args.config).settings
    plan = plan_named(args, settings)
    if not args.folder and plan.settings.folder is None:
        raise ValueError(f"{args.name} is not delivered to a folder: fetch its files, and name them by --from FOLDER")
    folder = folder_named(args.folder or str(plan.settings.folder))
    with ledger_of(settings) as connection:
        batches = [batch for batch in batches_of(connection, args.name) if batch.delivered_at is not None]
    faults = list(delivered_faults(batches, folder))
    rows = sum(batch.rows for batch in batches)
    told = {"export": args.name, "batches": len(batches), "rows": rows, "faults": faults}
    say(args, told, f"{len(batches):,} batches, {rows:,} rows, {len(faults)} faults")
    for fault in faults:
        note(fault)
    return FAULTS if faults else 0


def _said(found: Checked) -> str:
    said = f"{found.batches:,} batches, {found.rows:,} rows, {found.missing:,} missing, {found.double:,} double"
    gone = f", {found.gone:,} no longer in the ledger" if found.gone else ""
    old = f", {found.retired:,} kept no longer" if found.retired else ""
    return f"{said}{gone}{old}; {found.waiting:,} rows wait for the next batch"


def _changed(connection: DictConnection, scope: Scope, folder: Path) -> Iterator[str]:
    """What cannot be made again as it was."""
    batches: list[Batch] = list(batches_of(connection, scope.export))
    for batch in batches:
        try:
            remade(connection, scope, batch, folder).file.close()
        except ExportRefused as error:
            yield str(error)
