"""`callcontrol export receipt`: the receiver has a batch."""

from __future__ import annotations

import argparse

from callcontrol.commands.arguments import configuration_or_exit
from callcontrol.commands.export_names import plan_named
from callcontrol.commands.media_ledger import ledger_of, note, say
from callcontrol.commands.overriding import add_by, said_by
from callcontrol.edges.deliveries import delivery_of
from callcontrol.edges.ledger.export_receipts import missing
from callcontrol.edges.ledger.session import DictConnection
from callcontrol.jobs.exports.plans import Plan
from callcontrol.jobs.exports.receipts import collect, confirmed_by_hand


def add(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`receipt NAME [NUMBER [LAST]] [--sha256 HEX] [--by NAME]`."""
    parser = verbs.add_parser(
        "receipt", help="confirm a batch for its receiver, or look for the receipts it has written"
    )
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("number", metavar="NUMBER", type=int, nargs="?", help="this batch; default: look for receipts")
    parser.add_argument("last", metavar="LAST", type=int, nargs="?", help="and those behind it, up to this one")
    parser.add_argument("--sha256", default="", metavar="HEX", help="of the manifest, as the receiver has it")
    add_by(parser)


def receipt(args: argparse.Namespace) -> int:
    """Confirm what is named, or whatever receipts say."""
    settings = configuration_or_exit(args.config).settings
    plan = plan_named(args, settings)
    if args.sha256 and args.last is not None:
        raise ValueError("--sha256 is that of one manifest: confirm one batch at a time, or leave it out")
    with ledger_of(settings) as connection:
        if args.number is None:
            _look(args, connection, plan)
        else:
            _confirm(args, connection, plan)
    return 0


def _look(args: argparse.Namespace, connection: DictConnection, plan: Plan) -> None:
    come = collect(connection, plan.name, delivery_of(plan.settings))
    left = missing(connection, plan.name)
    told = {"export": plan.name, "confirmed": come, "unconfirmed": left.batches, "wrong": left.wrong}
    say(args, told, f"{come:,} batches confirmed, {left.batches:,} without a receipt, {left.wrong:,} with a wrong one")
    if left.wrong:
        note(f"`callcontrol export list {plan.name}` says what is wrong")


def _confirm(args: argparse.Namespace, connection: DictConnection, plan: Plan) -> None:
    by = said_by(args)
    for number in range(args.number, (args.last or args.number) + 1):
        batch = confirmed_by_hand(connection, plan.name, number, args.sha256, by)
        told = {"export": plan.name, "number": number, "confirmed_by": batch.confirmed_by, "file": batch.file}
        say(args, told, f"batch {number} is confirmed by {batch.confirmed_by}")
