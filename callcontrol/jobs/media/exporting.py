"""Everything about one number in one file: a zip with the sound files, and what is known of them with checksums.

    manifest.json   rows, hearings, checksums; times in UTC
    manifest.csv    the rows once more, for spreadsheets
    files/…         the sound files, opened if they are sealed

The zip appears under its name when it is whole.
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, Final

import orjson

from callcontrol.vocabulary.hearing import Hearing
from callcontrol.vocabulary.media import MediaState
from callcontrol.vocabulary.moment import Instant, text_of

_READ_BYTES: Final = 1_048_576
# Of a row, what is told; the rest is about how the file is moved.
TOLD: Final = (
    *("media_id", "kind", "state", "cause", "began_at", "changed_at", "call_id", "owner", "caller", "called", "agent"),
    *("length_ms", "held"),
)
_FILE: Final = ("file", "bytes", "sha256", "missing")

# An id is a switch's uuid and a number; whatever else it were, it leads to no other folder.
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9_-]")

_Row = Mapping[str, Any]


class NotThere(Exception):
    """A file cannot be put into the zip; the message says why."""


def export(
    target: Path,
    rows: Sequence[_Row],
    hearings: Iterable[Hearing],
    opened: Callable[[_Row], BinaryIO],
    about: Mapping[str, object],
    now: Instant,
) -> list[dict[str, object]]:
    """Write the zip: what the manifest says of each row.

    Args:
        opened: the content of a file. Raises NotThere.
        about: what the manifest says of the whole: tenant, number, by whom.

    Raises:
        FileExistsError: there is a file of this name.
        OSError: the disk does not take it; nothing is left of it then.
    """
    part = target.with_name(f".{target.name}.part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                told = [_added(archive, row, opened) for row in rows]
                whole = {**about, "made_at": text_of(now), "files": told, "hearings": [_heard(one) for one in hearings]}
                archive.writestr("manifest.json", orjson.dumps(whole, option=orjson.OPT_INDENT_2))
                archive.writestr("manifest.csv", _table(told))
            file.flush()
            os.fsync(file.fileno())
        os.link(part, target)
    finally:
        part.unlink(missing_ok=True)
    return told


def _added(archive: zipfile.ZipFile, row: _Row, opened: Callable[[_Row], BinaryIO]) -> dict[str, object]:
    told = {name: _plain(row.get(name)) for name in TOLD}
    try:
        if row["state"] != MediaState.STORED:
            raise NotThere(f"the file is {row['state']}, not in storage")
        with opened(row) as content:
            name = f"files/{_UNSAFE.sub('_', row['media_id'])}{PurePosixPath(row['place']).suffix}"
            return {**told, **_copied(archive, name, content), "missing": ""}
    except NotThere as error:
        return {**told, "file": "", "bytes": None, "sha256": "", "missing": str(error)}


def _copied(archive: zipfile.ZipFile, name: str, content: BinaryIO) -> dict[str, object]:
    """Not packed: sound is packed already."""
    checksum, size = hashlib.sha256(), 0
    about = zipfile.ZipInfo(name)
    with archive.open(about, "w", force_zip64=True) as file:
        while piece := content.read(_READ_BYTES):
            checksum.update(piece)
            size += len(piece)
            file.write(piece)
    return {"file": name, "bytes": size, "sha256": checksum.hexdigest()}


def _table(told: Sequence[Mapping[str, object]]) -> str:
    text = io.StringIO()
    table = csv.DictWriter(text, (*TOLD, *_FILE))
    table.writeheader()
    table.writerows({name: _cell(value) for name, value in row.items()} for row in told)
    return text.getvalue()


def _cell(value: object) -> object:
    """What a spreadsheet would take for a formula begins with an apostrophe, as OWASP's "CSV Injection" advises."""
    is_formula = isinstance(value, str) and value[:1] in ("=", "@", "-", "\t", "\r")
    return f"'{value}" if is_formula else value


def _heard(hearing: Hearing) -> dict[str, object]:
    return {**asdict(hearing), "at": text_of(hearing.at)}


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value
