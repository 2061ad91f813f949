"""`callcontrol disclose`: everything about a number, as JSON and files, for the person who asks (GDPR, article 15).

disclose NUMBER --to FOLDER [--tenant T]   FOLDER/TENANT.zip of each tenant that has anything; --dry-run: only shown

The zip has `manifest.json`: rows of every table by its name, rows of archives of months that left the ledger, each with
the archive's name, what Redis has, where files are; and the sound files. Each file that is in it counts as heard. If an
archive cannot be read here, no zip is written, and the archive is named.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from callcontrol.commands.arguments import add_config, configuration_or_exit
from callcontrol.commands.erase import eraser_of, tenants_meant
from callcontrol.commands.media_erasing import note_heard, opener
from callcontrol.commands.media_ledger import ledger_of, note, say
from callcontrol.commands.overriding import add_by, said_by
from callcontrol.edges import clock
from callcontrol.edges.ledger.deletions import media_of_number
from callcontrol.edges.ledger.erasing import rows_with, stretches
from callcontrol.edges.ledger.hearings import hearings_of
from callcontrol.edges.ledger.reader import NoLedger
from callcontrol.edges.live_state.failures import LiveStateError, StoreAway
from callcontrol.jobs.erasing.archived_rows import ArchiveRead, read_archives
from callcontrol.jobs.erasing.erasing import Eraser
from callcontrol.jobs.media import exporting
from callcontrol.usecases.live_queues import live_queues

FAILED = 1


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`disclose NUMBER --to FOLDER [--tenant T] [--dry-run] [--by NAME]`."""
    parser = subparsers.add_parser(
        "disclose",
        help="everything about a number, as JSON and files",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_config(parser)
    parser.add_argument("number", help="as in the tenant's country, or with + and its own")
    parser.add_argument("--to", type=Path, required=True, metavar="FOLDER", help="a folder that is there")
    parser.add_argument("--tenant", default="", help="only what this tenant has; default: all tenants")
    left = "answer without archives of months that cannot be read here: they are named, also in the zip"
    parser.add_argument("--without-archives", action="store_true", help=left)
    parser.add_argument("--dry-run", action="store_true", help="only show how much there is")
    parser.add_argument("--json", action="store_true", help="one JSON object a line, times in UTC")
    add_by(parser)


def run(args: argparse.Namespace) -> int:
    """Write a zip for each tenant that has anything of the number."""
    try:
        return _disclose(args)
    except (ValueError, NoLedger, StoreAway, LiveStateError, OSError) as error:
        note(str(error))
        return FAILED


def _disclose(args: argparse.Namespace) -> int:
    configuration = configuration_or_exit(args.config)
    settings = configuration.settings
    if not args.to.is_dir():
        raise ValueError(f"there is no folder {args.to}")
    with live_queues(configuration) as live, ledger_of(settings) as connection:
        erasers = [eraser_of(args, settings, name, connection, live) for name in tenants_meant(args, settings)]
        archives = read_archives(connection, {one.tenant: one.forms for one in erasers})
        _name_unread(args, archives)
        for one in erasers:
            _disclose_one(args, one, [each for each in archives if each.concerns(one.tenant)])
    return 0


def _name_unread(args: argparse.Namespace, archives: Sequence[ArchiveRead]) -> None:
    """Name the archives that cannot be read.

    Raises:
        ValueError: there are such, and nothing says that the answer may be without them.
    """
    unread = [f"{one.archive.path}: {one.why}" for one in archives if one.why]
    if not unread:
        return
    said = f"archives may have the number, and cannot be read here: {'; '.join(unread)}"
    if not (args.dry_run or args.without_archives):
        how = "Give the same command where they can be read; with --without-archives they are left out, and named"
        raise ValueError(f"{said}. {how} in the zip. Nothing was written")
    note(said)


def _disclose_one(args: argparse.Namespace, one: Eraser, archives: Sequence[ArchiveRead]) -> None:
    about = everything(one, archives)
    media = media_of_number(one.connection, one.tenant, one.forms.number)
    count, archived = (sum(map(len, each)) for each in (about["rows"].values(), _rows_of(about["archives"])))
    said = (
        f"{one.tenant}: {count} rows, {archived} of archives, {len(media)} sound files, {len(about['redis'])} of Redis"
    )
    is_written = not args.dry_run and any(map(bool, (count, archived, media, about["redis"], about["disk"])))
    path = args.to / f"{one.tenant}.zip"
    if is_written:
        _write(args, one, path, about, media)
    told = {"tenant": one.tenant, "rows": count, "archived_rows": archived, "files": len(media)}
    say(args, told | {"zip": str(path) if is_written else ""}, f"{said}: {path}" if is_written else said)


def _rows_of(archives: Sequence[dict[str, Any]]) -> list[list[object]]:
    return [one["rows"] for one in archives]


def everything(one: Eraser, archives: Sequence[ArchiveRead]) -> dict[str, Any]:
    """What is known of the number, but for sound files: rows by table, and where else it is."""
    found = one.find()
    rows: dict[str, list[dict[str, Any]]] = {}
    for at in stretches(one.connection):
        if with_number := rows_with(one.connection, at, one.tenant, one.forms):
            rows.setdefault(at.place.name, []).extend(with_number)
    return {
        "rows": rows,
        "archives": [each.told(one.tenant) for each in archives if each.rows.get(one.tenant)],
        "archives_not_read": [{"archive": each.archive.path.name, "why": each.why} for each in archives if each.why],
        "redis": [str(trace) for trace in (*found.traces, *found.calls)],
        "disk": [str(trace.path) for trace in found.on_disk],
    }


def _write(
    args: argparse.Namespace, one: Eraser, path: Path, about: dict[str, Any], media: list[dict[str, Any]]
) -> None:
    now, by = clock.now(), said_by(args)
    whole = {"tenant": one.tenant, "number": one.forms.number, "disclosed_by": by, **about}
    hearings = hearings_of(one.connection, one.tenant, [row["media_id"] for row in media])
    told = exporting.export(path, media, hearings, opener(one.connection, one.settings), whole, now)
    note_heard(one.connection, one.tenant, told, by, now)
