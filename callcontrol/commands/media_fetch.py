"""`callcontrol media fetch`: the sound of one file, opened if it is sealed. It counts as hearing it."""

from __future__ import annotations

import argparse
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from callcontrol.commands.arguments import configuration_or_exit
from callcontrol.commands.media_ledger import ledger_of
from callcontrol.commands.overriding import add_by, said_by
from callcontrol.commands.past_media import the_one
from callcontrol.config.settings import Settings
from callcontrol.edges import clock
from callcontrol.edges.ledger.hearings import note_hearings
from callcontrol.edges.ledger.media_keys import key_of
from callcontrol.edges.ledger.session import DictConnection
from callcontrol.edges.storage import NotThere, storage_of
from callcontrol.jobs.media.folders import folders_of, local_path
from callcontrol.jobs.media.kept_files import KeptFiles, pieces_of
from callcontrol.kinds import KINDS
from callcontrol.routing.media_rights import may_hear, person_at
from callcontrol.usecases.names import unknown
from callcontrol.vocabulary.hearing import Hearing, Way
from callcontrol.vocabulary.media import Media, MediaState


def add_fetch(parser: argparse.ArgumentParser) -> None:
    """`fetch ID [--tenant TENANT] [--to FILE] [--as EXTENSION] [--by NAME]`."""
    parser.add_argument("id", help="as `media list` shows it")
    parser.add_argument("--tenant")
    parser.add_argument("--to", type=Path, metavar="FILE", help="where to (default: the id, in this folder)")
    parser.add_argument(
        "--as", dest="extension", metavar="EXTENSION", help="only if the person at this extension may hear it"
    )
    add_by(parser)


def fetch(args: argparse.Namespace) -> int:
    """Write the file; it is whole, or not there."""
    settings = configuration_or_exit(args.config).settings
    media = the_one(args, settings)
    if args.extension:
        _check_right(args.extension, media, settings)
    into = args.to or Path(media.media_id + (Path(media.place or media.path).suffix or ".wav"))
    part = into.with_name(f"{into.name}.part")
    with ledger_of(settings) as connection, _content(connection, media, settings) as content:
        try:
            with part.open("xb") as file:
                for piece in pieces_of(content):
                    file.write(piece)
            note_hearings(connection, [_hearing(args, media)])
            part.replace(into)
        finally:
            part.unlink(missing_ok=True)
    print(f"{into}: {into.stat().st_size} bytes", file=sys.stderr)
    return 0


@contextmanager
def _content(connection: DictConnection, media: Media, settings: Settings) -> Iterator[BinaryIO]:
    """From storage, compared with its checksum; before it is there from the switch's disk."""
    if media.state in (MediaState.LOST, MediaState.DELETED):
        raise NotThere(f"{media.media_id} is {media.state}: {media.cause}")
    if media.state is not MediaState.STORED:
        with local_path(folders_of(settings), media).open("rb") as file:
            yield file
        return
    files = KeptFiles(lambda: settings, lambda: storage_of(settings))
    with files.opened(media, key_of(connection, media.tenant, media.media_id)) as content:
        yield content


def _check_right(extension: str, media: Media, settings: Settings) -> None:
    """Raises ValueError where the person at the extension may not hear it."""
    tenant = settings.tenants.get(media.tenant)
    if tenant is None or extension not in tenant.extensions:
        raise ValueError(unknown("extension", extension, tenant.extensions if tenant else ()))
    own = [target for kind in KINDS if kind.own_of is not None for target in kind.own_of(extension, tenant)]
    right = may_hear(person_at(tenant, extension, own), media)
    if not right.is_given:
        raise ValueError(right.why)


def _hearing(args: argparse.Namespace, media: Media) -> Hearing:
    who = f"extension:{args.extension}" if args.extension else said_by(args)
    return Hearing(media.tenant, media.media_id, clock.now(), who, Way.COMMAND, socket.gethostname())
