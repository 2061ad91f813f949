"""`callcontrol export run` and `resend`."""

from __future__ import annotations

import argparse
from pathlib import Path

from callcontrol.commands.arguments import configuration_or_exit
from callcontrol.commands.export_names import folder_named, plan_named
from callcontrol.commands.media_ledger import ledger_of, note, say
from callcontrol.edges.deliveries import FolderDelivery, delivery_of
from callcontrol.edges.ledger.export_books import Batch
from callcontrol.jobs.exports.exporting import TEMPORARY, Exporter
from callcontrol.usecases.exports import resent


def add(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`run NAME`, `resend NAME NUMBER [--to FOLDER]`."""
    running = verbs.add_parser("run", help="close what there is by now, and deliver it")
    running.add_argument("name", metavar="NAME")
    resending = verbs.add_parser("resend", help="deliver a batch of before once more")
    resending.add_argument("name", metavar="NAME")
    resending.add_argument("number", metavar="NUMBER", type=int)
    resending.add_argument("--to", default="", metavar="FOLDER", help="to this folder instead")


def run(args: argparse.Namespace) -> int:
    """Deliver what did not arrive before, then everything since."""
    settings = configuration_or_exit(args.config).settings
    plan = plan_named(args, settings)
    delivery = delivery_of(plan.settings)
    with ledger_of(settings) as connection:
        folder = Path(settings.data) / TEMPORARY
        done = Exporter(connection, plan, delivery, folder, lambda batch: _tell(args, batch, delivery.place)).run()
    if not done.batches:
        note("nothing was written since the last batch")
    return 0


def resend(args: argparse.Namespace) -> int:
    """The same bytes once more."""
    settings = configuration_or_exit(args.config).settings
    plan = plan_named(args, settings)
    delivery = FolderDelivery(str(folder_named(args.to))) if args.to else delivery_of(plan.settings)
    with ledger_of(settings) as connection:
        _tell(args, resent(connection, settings, plan, args.number, delivery), delivery.place)
    return 0


def _tell(args: argparse.Namespace, batch: Batch, place: str) -> None:
    names = ("number", "file", "rows", "bytes", "sha256", "sums")
    told = {"export": args.name, "to": place} | {name: getattr(batch, name) for name in names}
    say(args, told, f"batch {batch.number}: {batch.rows:,} rows, {batch.file} to {place}")
