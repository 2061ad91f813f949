"""A number in the files this host sees: records under way, records that were refused, the switches' own records."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from callcontrol.config.settings import Settings
from callcontrol.edges.freeswitch.cdr_folder import DONE, DOUBTFUL
from callcontrol.edges.ledger.rejected import FILE, RejectedRecords
from callcontrol.edges.whole_files import whole_file
from callcontrol.vocabulary.written_forms import WrittenForms

SPOOLS: Final = ("spool", "media-spool")
_SPOOL_FILES: Final = ("*.spool", "*.damaged", "torn")
_CDRS: Final = ("", DONE, DOUBTFUL)


@dataclass(frozen=True, slots=True)
class FileTrace:
    """Files that have the number.

    Attributes:
        place: as the register has it.
        stays: why a file is left as it is; "": it is written without the number.
    """

    place: str
    path: Path
    stays: str = ""


def file_traces(settings: Settings, forms: WrittenForms) -> list[FileTrace]:
    """Every file of this host that has the number. Blocks for as long as the disks take.

    Raises:
        OSError: a folder or a file cannot be read.
    """
    return [*_under_way(settings, forms), *_refused(settings, forms), *_cdrs(settings, forms)]


def _under_way(settings: Settings, forms: WrittenForms) -> Iterator[FileTrace]:
    stays = (
        "its records lose the number on their way into the ledger, the file goes within 10 minutes of the next record"
    )
    for spool in SPOOLS:
        for path in (one for form in _SPOOL_FILES for one in sorted((Path(settings.data) / spool).rglob(form))):
            if _has(path, forms):
                yield FileTrace("records under way", path, stays)


def _refused(settings: Settings, forms: WrittenForms) -> Iterator[FileTrace]:
    path = Path(settings.data) / FILE
    if _has(path, forms):
        yield FileTrace("records that were refused", path)


def _cdrs(settings: Settings, forms: WrittenForms) -> Iterator[FileTrace]:
    for switch in settings.switches.values():
        if switch.cdrs is None:
            continue
        for folder in (Path(switch.cdrs) / name for name in _CDRS):
            for path in sorted(folder.glob("*.cdr.json")):
                if _has(path, forms):
                    yield FileTrace("the switch's own records of legs", path)


def _has(path: Path, forms: WrittenForms) -> bool:
    """A file that has gone meanwhile has it no more."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return False
    return forms.core.encode() in content and forms.is_in(content.decode(errors="replace"))


def erase_in_files(settings: Settings, traces: list[FileTrace], forms: WrittenForms, pseudonym: str) -> None:
    """Write these files without the number; those that stay are left.

    Raises:
        OSError: one cannot be written; it is as it was then.
    """
    for trace in traces:
        if trace.stays:
            continue
        if trace.path.name == FILE:
            _erase_refused(settings, forms, pseudonym)
        elif trace.path.parent.name == DONE:
            trace.path.unlink(missing_ok=True)  # the ledger has it
        else:
            _rewrite(trace.path, forms, pseudonym)


def _erase_refused(settings: Settings, forms: WrittenForms, pseudonym: str) -> None:
    records = RejectedRecords(Path(settings.data) / FILE)
    lines = [one.line for one in records.read()]
    told = {line: forms.replaced(line.decode(), pseudonym).encode() for line in lines}
    records.settle({line: new for line, new in told.items() if new != line})


def _rewrite(path: Path, forms: WrittenForms, pseudonym: str) -> None:
    found = path.stat()
    text = path.read_bytes().decode(errors="surrogateescape")
    with whole_file(path, found.st_mode & 0o777) as file:
        file.write(forms.replaced(text, pseudonym).encode(errors="surrogateescape"))
        file.flush()
        os.utime(file.fileno(), ns=(found.st_atime_ns, found.st_mtime_ns))
