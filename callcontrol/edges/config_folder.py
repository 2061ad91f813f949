"""The configuration folder, read from disk: the only place where admins' files are opened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from callcontrol.billing.exports.mistakes import mistakes_of_exports
from callcontrol.billing.tariffs.folder import mistakes
from callcontrol.config.day_tables import DayTables
from callcontrol.config.loader import MAIN_FILE, load
from callcontrol.config.problems import Problem
from callcontrol.config.secret import Secrets
from callcontrol.config.settings import Settings
from callcontrol.edges import clock
from callcontrol.edges.config_snapshot import NoSnapshot, Snapshot, kept, snapshot_of
from callcontrol.edges.data_folder import data_folder
from callcontrol.edges.day_tables import HostDayTables, KeptDayTables
from callcontrol.edges.secret_sources import HostSecrets, KeptSecrets
from callcontrol.kinds import KINDS
from callcontrol.vocabulary.moment import Instant

_FOLDERS = ("tenants", "tariffs", "calendars")
_ENDINGS = (".yaml", ".csv", ".ics")
MAX_FILE_BYTES = 64 * 1024 * 1024

Found = TypeVar("Found", bound=Settings | tuple[Problem, ...])


class UnreadableFolder(Exception):
    """The configuration folder or one of its files cannot be read; the message names it and says why."""


class Refused(Exception):
    """The configuration has mistakes; `problems` names each with file and line."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(f"{len(problems)} mistakes in the configuration")
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Accepted:
    """A configuration in which nothing is wrong."""

    settings: Settings
    snapshot: Snapshot


def read_folder(folder: Path) -> dict[str, str]:
    """Texts of `callcontrol.yaml` and the files of its folders by relative path; hidden files and backups are left out.

    Bytes that are no UTF-8 are kept as lone surrogates, which the reader of the file refuses with their line.

    Raises:
        UnreadableFolder: there is no such folder, or something that is meant to be a file of it cannot be opened: a
            link to nothing, a folder named like a file.
    """
    if not folder.is_dir():
        raise UnreadableFolder(f"{folder} is no folder: name the one that holds {MAIN_FILE}")
    main = folder / MAIN_FILE
    files = [main] if main.exists() or main.is_symlink() else []
    for name in _FOLDERS:
        files += sorted(path for path in (folder / name).glob("*") if _is_meant(path))
    return {path.relative_to(folder).as_posix(): _text_of(path) for path in files}


def load_folder(folder: Path) -> Settings | tuple[Problem, ...]:
    """Read and load a folder.

    Raises:
        UnreadableFolder: see `read_folder`.
    """
    files = read_folder(folder)
    return _placed(load(files, KINDS, HostSecrets(), HostDayTables(files, clock.now())), folder)


def checked_folder(folder: Path) -> tuple[Settings, dict[str, str]]:
    """The settings of a folder in which nothing is wrong, price lists included, and its files.

    Raises:
        Refused: with every mistake in every file.
        UnreadableFolder: see `read_folder`.
    """
    files = read_folder(folder)
    return _checked(files, HostSecrets(), HostDayTables(files, clock.now()), folder), files


def accepted(path: Path) -> Accepted:
    """What a folder, or the snapshot of one that was accepted, says. A snapshot lies in its data folder.

    Raises:
        Refused: with every mistake in every file.
        UnreadableFolder: see `read_folder`; or there is no such snapshot.
    """
    if not path.is_file():
        files, now = read_folder(path), clock.now()
        secrets, days = HostSecrets(), HostDayTables(files, now)
        settings = _checked(files, secrets, days, path)
        return Accepted(settings, snapshot_of(files, now, secrets.found, days.found))
    try:
        snapshot = kept(path)
    except NoSnapshot as error:
        raise UnreadableFolder(str(error)) from error
    settings = _checked(snapshot.files, KeptSecrets(snapshot.secrets), KeptDayTables(snapshot.days), path.parent)
    return Accepted(settings.model_copy(update={"data": str(path.parent.absolute())}), snapshot)


def renewed(snapshot: Snapshot, now: Instant) -> Snapshot:
    """The same configuration with holidays and calendars as they are known now: further ahead than they were.

    Raises:
        Refused: what was accepted once is not any more; the snapshot serves on as it is.
    """
    days = HostDayTables(snapshot.files, now)
    loaded = load(snapshot.files, KINDS, KeptSecrets(snapshot.secrets), days)
    if not isinstance(loaded, Settings):
        raise Refused(loaded)
    return replace(snapshot, days=days.found)


def _checked(files: Mapping[str, str], secrets: Secrets, days: DayTables, folder: Path) -> Settings:
    settings = load(files, KINDS, secrets, days)
    problems = (*mistakes(files, settings), *mistakes_of_exports(settings))
    if isinstance(settings, Settings) and not settings.tenants:
        right = "write tenants/NAME.yaml; is the folder whole?"
        problems = (*problems, Problem("tenants", 1, "there is no tenant, so no call leads anywhere", right))
    if problems or not isinstance(settings, Settings):
        raise Refused(problems)
    return _placed(settings, folder)


def _placed(found: Found, folder: Path) -> Found:
    """Settings with their data folder absolute."""
    if not isinstance(found, Settings):
        return found
    return found.model_copy(update={"data": str(data_folder(folder, found.data))})


def _is_meant(path: Path) -> bool:
    """Whether it is for us: a file, and what is named like one though it is none, which is refused when it is read."""
    is_odd = path.name.startswith((".", "#")) or path.name.endswith(("~", ".bak", ".orig", ".swp", ".md"))
    return not is_odd and (not path.is_dir() or path.suffix in _ENDINGS)


def _text_of(path: Path) -> str:
    try:
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            raise UnreadableFolder(f"{path} has {size} bytes: at most {MAX_FILE_BYTES} are read")
        return path.read_bytes().decode("utf-8", errors="surrogateescape")
    except OSError as error:
        where = f"{path}, a link to {path.readlink()}," if path.is_symlink() else str(path)
        raise UnreadableFolder(f"{where} cannot be read: {error.strerror}") from error
