"""The configuration folder, read from disk: the only place where admins' files are opened."""

from __future__ import annotations

from pathlib import Path

from callcontrol.billing.tariffs.folder import mistakes
from callcontrol.config.loader import MAIN_FILE, load
from callcontrol.config.problems import Problem
from callcontrol.config.settings import Settings

_FOLDERS = ("tenants", "tariffs")
MAX_FILE_BYTES = 64 * 1024 * 1024


class UnreadableFolder(Exception):
    """The configuration folder or one of its files cannot be read; the message names it and says why."""


class Refused(Exception):
    """The configuration has mistakes; `problems` names each with file and line."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(f"{len(problems)} mistakes in the configuration")
        self.problems = problems


def read_folder(folder: Path) -> dict[str, str]:
    """Texts of `callcontrol.yaml`, `tenants/*` and `tariffs/*` by relative path; hidden files and backups are left out.

    Bytes that are no UTF-8 are kept as lone surrogates, which the reader of the file refuses with their line.

    Raises:
        UnreadableFolder: there is no such folder, or a file cannot be opened.
    """
    if not folder.is_dir():
        raise UnreadableFolder(f"{folder} is no folder: name the one that holds {MAIN_FILE}")
    main = folder / MAIN_FILE
    files = [main] if main.exists() else []
    for name in _FOLDERS:
        files += sorted(path for path in (folder / name).glob("*") if path.is_file() and _is_meant(path.name))
    return {path.relative_to(folder).as_posix(): _text_of(path) for path in files}


def load_folder(folder: Path) -> Settings | tuple[Problem, ...]:
    """Read and load a folder.

    Raises:
        UnreadableFolder: see `read_folder`.
    """
    return load(read_folder(folder))


def checked_folder(folder: Path) -> tuple[Settings, dict[str, str]]:
    """The settings of a folder in which nothing is wrong, price lists included, and its files.

    Raises:
        Refused: with every mistake in every file.
        UnreadableFolder: see `read_folder`.
    """
    files = read_folder(folder)
    settings = load(files)
    problems = mistakes(files, settings)
    if problems or not isinstance(settings, Settings):
        raise Refused(tuple(problems))
    return settings, files


def _is_meant(name: str) -> bool:
    return not name.startswith((".", "#")) and not name.endswith(("~", ".bak", ".orig", ".swp", ".md"))


def _text_of(path: Path) -> str:
    try:
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            raise UnreadableFolder(f"{path} has {size} bytes: at most {MAX_FILE_BYTES} are read")
        return path.read_bytes().decode("utf-8", errors="surrogateescape")
    except OSError as error:
        raise UnreadableFolder(f"{path} cannot be read: {error.strerror}") from error
