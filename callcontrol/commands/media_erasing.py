"""`callcontrol media erase` and `export`: all about one number, deleted or handed out (GDPR, articles 15 and 17)."""

from __future__ import annotations

import argparse
import socket
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from callcontrol.commands.arguments import configuration_or_exit
from callcontrol.commands.media_ledger import add_tenant, check_tenant, ledger_of, note, number_of, say
from callcontrol.commands.overriding import add_by, said_by
from callcontrol.config.settings import Settings
from callcontrol.edges import clock
from callcontrol.edges.ledger.deletions import mails_of_number, media_of_number, transcripts_of
from callcontrol.edges.ledger.hearings import hearings_of, note_hearings
from callcontrol.edges.ledger.media_keys import key_of
from callcontrol.edges.ledger.media_table import media_of_row
from callcontrol.edges.ledger.session import DictConnection
from callcontrol.edges.live_state.number_traces import NumberTraces
from callcontrol.edges.sealing.keys import SealError
from callcontrol.edges.storage import NotThere, storage_of
from callcontrol.jobs.media import exporting
from callcontrol.jobs.media.erasing import STAYS, Erasure, erase, erasure_of
from callcontrol.jobs.media.kept_files import KeptFiles
from callcontrol.usecases.live_queues import live_queues
from callcontrol.vocabulary.hearing import Hearing, Way
from callcontrol.vocabulary.moment import Instant, instant_of, text_of

_Row = Mapping[str, Any]


def add_erase(parser: argparse.ArgumentParser) -> None:
    """`erase TENANT NUMBER --why TEXT [--yes] [--by NAME]`."""
    add_tenant(parser)
    parser.add_argument("number")
    parser.add_argument("--why", required=True, help="the reason, as it is to stand in the ledger, without the number")
    parser.add_argument("--yes", action="store_true", help="do it; without this it is only shown what would be done")
    add_by(parser)


def add_export(parser: argparse.ArgumentParser) -> None:
    """`export TENANT NUMBER --to FILE [--yes] [--by NAME]`."""
    add_tenant(parser)
    parser.add_argument("number")
    parser.add_argument("--to", type=Path, required=True, metavar="FILE.zip", help="a file that is not there yet")
    parser.add_argument("--yes", action="store_true", help="do it; without this it is only shown what would be in it")
    add_by(parser)


def erase_number(args: argparse.Namespace) -> int:
    """Show what would go, or order it; what is held is told and stays."""
    configuration = configuration_or_exit(args.config)
    settings = configuration.settings
    check_tenant(args, settings)
    number = number_of(args.number, settings, args.tenant)
    with live_queues(configuration) as live, ledger_of(settings) as connection:
        found = erasure_of(connection, args.tenant, number)
        traces = NumberTraces(live.pipeline, args.tenant, live.occasion)
        held = [row["media_id"] for row in found.held]
        alive = traces.find(number, settings.tenants[args.tenant].queues, held)
        if args.yes:
            erase(connection, found, said_by(args), args.why)
            traces.erase(number, alive)
    _tell(args, found)
    for trace in alive:
        what = "erased" if args.yes else "would be erased"
        say(args, {"redis": trace.kind, "where": trace.where, "id": trace.id, "result": what}, f"{trace}: {what}")
    return 0


def _tell(args: argparse.Namespace, found: Erasure) -> None:
    _tell_rows(args, found.files, lambda _: "ordered to be deleted" if args.yes else "would be deleted")
    _tell_rows(args, found.rows, lambda _: f"deleted before; its row {'has' if args.yes else 'would have'} no number")
    _tell_rows(args, found.held, lambda row: f"STAYS: {row['held']}")
    for mail in (*found.mails, *found.held_mails):
        _tell_mail(args, mail)
    counts = (
        f"{len(found.files)} files",
        f"{len(found.rows)} rows of files that are gone",
        f"{len(found.mails)} mails",
        f"{found.missed} cases of missed calls",
    )
    note(f"{', '.join(counts)}; {len(found.held)} files held")
    for line in STAYS:
        note(f"stays: {line}")
    if not args.yes:
        note("nothing was changed: add --yes to do it")
    elif found.files:
        note("the media job deletes the files; `callcontrol media list` shows them as deleted when no copy is left")


def _tell_rows(args: argparse.Namespace, rows: Iterable[_Row], what_of: Callable[[_Row], str]) -> None:
    for row in rows:
        began, what = text_of(instant_of(row["began_at"])), what_of(row)
        told = {name: row[name] for name in ("media_id", "kind", "state", "caller", "called", "owner")}
        said = f"{began}  {row['kind'] or 'file'} {row['media_id']}  {row['caller']} -> {row['called'] or row['owner']}"
        say(args, {**told, "began_at": began, "result": what}, f"{said}: {what}")


def _tell_mail(args: argparse.Namespace, mail: _Row) -> None:
    what = f"its row {'has' if args.yes else 'would have'} no number" if not mail["held"] else f"STAYS: {mail['held']}"
    at = text_of(instant_of(mail["created_at"]))
    told = {name: mail[name] for name in ("mail_id", "kind", "address", "state")}
    said = f"{at}  mail ({mail['kind']}) to {mail['address']}, {mail['state']}: {what}"
    say(args, {**told, "created_at": at, "result": what}, said)


def export_number(args: argparse.Namespace) -> int:
    """Show what there is, or write it; each file that is in it counts as heard."""
    settings = configuration_or_exit(args.config).settings
    check_tenant(args, settings)
    number, now, by = number_of(args.number, settings, args.tenant), clock.now(), said_by(args)
    with ledger_of(settings) as connection:
        rows = media_of_number(connection, args.tenant, number)
        if not args.yes:
            _tell_rows(args, rows, lambda row: str(row["state"]))
            note(f"{len(rows)} files: add --yes to write them to {args.to}")
            return 0
        hearings = hearings_of(connection, args.tenant, [row["media_id"] for row in rows])
        about = {
            "tenant": args.tenant,
            "number": number,
            "exported_by": by,
            **_written(connection, args.tenant, number, rows),
        }
        told = exporting.export(args.to, rows, hearings, opener(connection, settings), about, now)
        note_heard(connection, args.tenant, told, by, now)
    for one in told:
        say(args, one, f"{one['media_id']}: {one['file'] or one['missing']}")
    note(f"{args.to}: {sum(bool(one['file']) for one in told)} of {len(told)} files")
    return 0


def _written(connection: DictConnection, tenant: str, number: str, rows: Iterable[_Row]) -> dict[str, object]:
    """What there is in words: mails, and what was heard in the files."""
    mails = [
        {**row, "created_at": row["created_at"].isoformat()} for row in mails_of_number(connection, tenant, number)
    ]
    return {"mails": mails, "transcripts": transcripts_of(connection, tenant, [row["media_id"] for row in rows])}


def opener(connection: DictConnection, settings: Settings) -> Callable[[_Row], BinaryIO]:
    """What opens the content of a file, unsealed."""

    files = KeptFiles(lambda: settings, lambda: storage_of(settings))

    def opened(row: _Row) -> BinaryIO:
        try:
            return files.opened(media_of_row(row), key_of(connection, row["tenant"], row["media_id"]))
        except (NotThere, SealError) as error:
            raise exporting.NotThere(str(error)) from error

    return opened


def note_heard(
    connection: DictConnection, tenant: str, told: Iterable[Mapping[str, object]], by: str, now: Instant
) -> None:
    """Each file that was handed out counts as heard."""
    heard = [
        Hearing(tenant, str(one["media_id"]), now, by, Way.COMMAND, socket.gethostname()) for one in told if one["file"]
    ]
    note_hearings(connection, heard)
