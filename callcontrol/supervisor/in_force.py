"""One configuration is in force on a host: the supervisor checks the admin's folder, and workers get what it accepted.

The folder is read when the daemon starts and at each SIGHUP. A folder with mistakes changes nothing: at SIGHUP the
configuration in force stays; at the start the last good one, kept in the data folder, comes into force. The mistakes
are shown in the log, by /readyz and /workers, and by metrics.

Public holidays and events of calendars are known for two years ahead and more. When a year begins they are computed
anew for the files in force, not for those in the folder, which may be being edited; workers are told as of a reload.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from callcontrol.billing.tariffs.folder import warnings
from callcontrol.config.loader import MAIN_FILE
from callcontrol.config.settings import Settings
from callcontrol.edges import clock
from callcontrol.edges.config_folder import Accepted, Refused, UnreadableFolder, accepted, renewed
from callcontrol.edges.config_snapshot import NAME, UNKNOWN, NoSnapshot, Snapshot, Version, keep, kept
from callcontrol.edges.data_folder import data_folder_of, left_in_the_working_directory
from callcontrol.edges.speech import keeping
from callcontrol.edges.speech.keeping import KEPT_DAYS
from callcontrol.edges.speech.texts import speak
from callcontrol.vocabulary.moment import DAY_S, EARLIEST, SECOND_US, Instant

log = logging.getLogger(__name__)

# What workers take when they start, and what only the daemon as a whole takes when it starts.
WORKERS_TAKE: Final = ("switches", "allow")
DAEMON_TAKES: Final = ("listen", "http", "data", "redis", "postgres")
RENEW_AGAIN_S: Final = 3600


@dataclass(frozen=True, slots=True)
class ConfigurationState:
    """The state of the configuration; a value that any thread may read.

    Attributes:
        version: what is in force.
        refused: why the folder was refused when it was last read; "" if it was accepted.
        waiting: changed settings that come into force only by a restart: of the workers (`callcontrol restart`), or of
            the whole daemon.
        accepted_count, refused_count: reloads so far.
        texts: files of spoken texts in the folder of sounds.
    """

    version: Version = UNKNOWN
    refused: str = ""
    waiting: tuple[str, ...] = ()
    accepted_count: int = 0
    refused_count: int = 0
    texts: int = 0


def begin(folder: Path) -> tuple[Accepted, Refused | UnreadableFolder | None]:
    """What comes into force at the start, and why it is not the folder's (None if it is).

    Raises:
        Refused, UnreadableFolder: the folder has mistakes, and there is no earlier good one; or that one is refused,
            too, because an earlier version accepted it. Or data lie where an earlier version kept them.
    """
    data = _data_of(folder)
    try:
        return _accepted(folder), None
    except (Refused, UnreadableFolder) as error:
        last_good = data / NAME
        if not last_good.exists():
            raise
        found = accepted(last_good)
        for problem in speak(found.settings).problems:  # its files were made when it was accepted, and may be gone
            log.error("the last good configuration: %s", problem)
        return found, error


def _accepted(folder: Path) -> Accepted:
    """What the folder says, its texts spoken.

    Raises:
        Refused: it has mistakes, or a text cannot be spoken here.
        UnreadableFolder: see `read_folder`.
    """
    found = accepted(folder)
    if problems := speak(found.settings).problems:
        raise Refused(problems)
    return found


def _data_of(folder: Path) -> Path:
    """Where the folder's daemon keeps its data, whatever else is wrong with it."""
    main = folder / MAIN_FILE
    text = main.read_text(encoding="utf-8", errors="replace") if main.is_file() else ""
    data, left = data_folder_of(folder, text), left_in_the_working_directory(folder, text)
    if left is not None:
        right = f"move it there, or write `data: {left}`"
        raise UnreadableFolder(f"{left} holds data of before, and the data folder is {data}: {right}")
    return data


def _told(what: str, error: Refused | UnreadableFolder) -> str:
    """Log every mistake; return the first in short."""
    problems = error.problems if isinstance(error, Refused) else (error,)
    for problem in problems:
        log.error("%s: %s", what, problem)
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return f"{problems[0]}{more}"


class InForce:
    """The configuration in force.

    Args:
        folder: the admin's.
        found: what comes into force now; this process already owns its data folder.
        trouble: why the folder's own configuration is not in force; None if it is.

    Raises:
        OSError: the data folder cannot be written.
    """

    def __init__(self, folder: Path, found: Accepted, trouble: Refused | UnreadableFolder | None) -> None:
        self._folder = folder
        self._started_with = self._settings = found.settings
        self.path = Path(found.settings.data) / NAME
        refused = _told(f"{folder} is refused, the last good configuration serves", trouble) if trouble else ""
        self.standing = ConfigurationState(self._keep(found.snapshot), refused)
        self._days, self._renew_from = found.snapshot.days, EARLIEST
        self._keep_texts_from = EARLIEST
        self._reading: threading.Thread | None = None
        self._again = self._is_new = False
        log.info("configuration %s is in force: %d tenants", self.standing.version, len(found.settings.tenants))

    def reload(self) -> None:
        """Read the folder, in a thread: a large one takes seconds, and workers are watched meanwhile."""
        if self._reading is not None and self._reading.is_alive():
            self._again = True
            return
        self._again = False
        self._reading = threading.Thread(target=self._read, name="configuration", daemon=True)
        self._reading.start()

    def take_news(self) -> bool:
        """Whether another configuration has come into force since the last call: the workers have to be told."""
        if self._reading is not None and not self._reading.is_alive():
            self._reading = None
            if self._again:
                self.reload()
        now = clock.now()
        if self._reading is None and now >= self._renew_from and self._days.is_of_another_year(now):
            self._reading = threading.Thread(target=self._renew, args=(now,), name="holidays", daemon=True)
            self._reading.start()
        if self._reading is None and now >= self._keep_texts_from:
            self._keep_texts_from = Instant(now + DAY_S * SECOND_US)
            self._reading = threading.Thread(target=self._keep_texts, name="texts", daemon=True)
            self._reading.start()
        is_new, self._is_new = self._is_new, False
        return is_new

    def _read(self) -> None:
        try:
            found = _accepted(self._folder)
            version = self._keep(found.snapshot)
        except (Refused, UnreadableFolder) as error:
            self._refuse(_told("reload refused", error))
        except OSError as error:
            log.error("reload refused: the configuration cannot be kept: %s", error)
            self._refuse(f"it cannot be kept: {error}")
        else:
            self._take(found, version)

    def _renew(self, now: Instant) -> None:
        """Compute holidays and events anew; where that fails, those that are known serve on, and it is tried again."""
        self._renew_from = Instant(now + RENEW_AGAIN_S * SECOND_US)
        try:
            snapshot = renewed(kept(self.path), now)
            keep(self.path, snapshot)
        except (NoSnapshot, Refused, OSError) as error:
            problems = "; ".join(map(str, error.problems)) if isinstance(error, Refused) else error
            log.error("holidays and calendars are known no further than before, tried again: %s", problems)
        else:
            self._days = snapshot.days
            log.info("holidays and calendars of configuration %s are computed anew", snapshot.version)
            self._is_new = True

    def _keep_texts(self) -> None:
        """Once a day: see `keeping.py`."""
        try:
            found = keeping.keep(self._settings, clock.now() / SECOND_US)
        except OSError as error:
            log.error("files of texts cannot be looked through, tried again in a day: %s", error)
            return
        self.standing = replace(self.standing, texts=found.files)
        if found.removed:
            log.info("%d files of spoken texts were removed that were not used for %d days", found.removed, KEPT_DAYS)

    def _refuse(self, why: str) -> None:
        self.standing = replace(self.standing, refused=why, refused_count=self.standing.refused_count + 1)

    def _take(self, found: Accepted, version: Version) -> None:
        for problem in warnings(found.snapshot.files, found.settings, clock.now()):
            log.warning("%s", problem.as_warning())
        waiting = tuple(_changed(self._started_with, found.settings))
        for what in waiting:
            log.warning("%s", what)
        self._settings, self._days = found.settings, found.snapshot.days
        count = self.standing.accepted_count + 1
        self.standing = replace(self.standing, version=version, refused="", waiting=waiting, accepted_count=count)
        log.info("configuration %s is accepted, the workers take it over", version)
        self._is_new = True

    def _keep(self, snapshot: Snapshot) -> Version:
        """Write it for the workers and for the next start; files that are in force already keep their version."""
        try:
            before = kept(self.path)
        except NoSnapshot:
            before = None
        if before is not None and before.is_as(snapshot):
            return before.version
        keep(self.path, snapshot)
        return snapshot.version


def _changed(old: Settings, new: Settings) -> list[str]:
    """What a reload does not bring into force."""
    by_workers = [name for name in WORKERS_TAKE if getattr(old, name) != getattr(new, name)]
    by_daemon = [name for name in DAEMON_TAKES if getattr(old, name) != getattr(new, name)]
    return [f"`{name}` was changed: it comes into force with `callcontrol restart`" for name in by_workers] + [
        f"`{name}` was changed: it comes into force when the daemon is restarted" for name in by_daemon
    ]
