"""The files that links lead to: rows and wrapped keys from Postgres, files from storage, each fetched once for all the
pieces that a player asks for.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, Final

from gevent.lock import RLock

from callcontrol.edges import clock
from callcontrol.edges.ledger.hearings import note_hearing_in_pieces
from callcontrol.edges.ledger.links import is_withdrawn
from callcontrol.edges.ledger.media_keys import key_of
from callcontrol.edges.ledger.media_table import MediaTable, MediaWanted
from callcontrol.edges.ledger.reader import connect
from callcontrol.edges.ledger.session import DictConnection
from callcontrol.edges.media_links import Link
from callcontrol.edges.sealing.keys import SealError
from callcontrol.edges.storage import NotThere, Storage, StorageAway
from callcontrol.edges.threads import aside
from callcontrol.jobs.media.kept_files import KeptFiles, held, path_of
from callcontrol.jobs.media.loops import OutOfReach
from callcontrol.jobs.media.reach import within_reach
from callcontrol.vocabulary.hearing import Hearing
from callcontrol.vocabulary.media import Media
from callcontrol.vocabulary.media_format import MediaFormat

# Copies of stored files, sealed as they are there, that are kept for the next piece: so many, the one asked for longest
# ago goes, and none longer than so many seconds.
COPIES: Final = 16
COPY_S: Final = 300.0
# Why a file cannot be heard now, beside stores that are away.
UNHEARD: Final = (StorageAway, NotThere, SealError)


@dataclass(frozen=True, slots=True)
class _Copy:
    file: BinaryIO
    since_s: float


class LedgerShelf:
    """One connection to Postgres, used by one request at a time.

    Args:
        by: the process.
        storage: the one in force.
    """

    def __init__(self, dsn: str, by: str, files: KeptFiles, storage: Callable[[], Storage]) -> None:
        self._dsn = dsn
        self._table = MediaTable(dsn, by)
        self._files = files
        self._storage = storage
        self._lock = RLock()
        self._connection: DictConnection | None = None
        self._copies: OrderedDict[tuple[str, str], _Copy] = OrderedDict()

    def close(self) -> None:
        """Drop connections and copies."""
        self._disconnect()
        self._table.close()
        while self._copies:
            self._copies.popitem()[1].file.close()

    def media(self, tenant: str, media_id: str) -> Media | None:
        """As Shelf."""
        with self._lock, within_reach(*UNHEARD):
            found = self._table.find(MediaWanted(tenant=tenant, media_id=media_id, limit=1))
            return found[0].media if found else None

    def is_withdrawn(self, link: Link) -> bool:
        """As Shelf."""
        with self._asked() as connection:
            return is_withdrawn(connection, link)

    def note_hearing(self, hearing: Hearing) -> None:
        """As Shelf."""
        with self._asked() as connection:
            note_hearing_in_pieces(connection, hearing)

    def opened(self, media: Media) -> BinaryIO:
        """As Shelf."""
        with self._asked() as connection:
            wrapped = key_of(connection, media.tenant, media.media_id)
        with within_reach(*UNHEARD):
            file = self._copy(media)
            try:
                return aside(self._files.sound_in, file, media, wrapped)
            except BaseException:
                file.close()
                raise

    def in_format(self, media: Media, form: MediaFormat) -> BinaryIO:
        """The sound of a stored file in a format, as for a mail; to be closed.

        Raises:
            OutOfReach: a store or the file's key is away, or there is no room for working on it.
            BadSound: it cannot be brought into the format.
        """
        sound = self.opened(media)
        try:
            return aside(self._files.in_format, sound, media.place, form)
        except OSError as error:
            raise OutOfReach(f"{media.media_id} cannot be brought into {form}: {error}") from error

    def expire(self) -> None:
        """Drop copies that have been kept for COPY_S: the file may be deleted meanwhile."""
        old = [key for key, kept in self._copies.items() if clock.monotonic() - kept.since_s > COPY_S]
        for key in old:
            self._copies.pop(key).file.close()

    def _copy(self, media: Media) -> BinaryIO:
        """The file as it is stored, at a place of its own in it. Copies are looked up, opened and dropped by one
        greenlet at a time: a descriptor that was closed may be another file's the next moment.
        """
        key = media.tenant, media.media_id
        if key not in self._copies:
            fetched = _Copy(aside(lambda: held(self._storage().get(media.place))), clock.monotonic())
            if self._copies.setdefault(key, fetched) is not fetched:  # another request was as quick
                fetched.file.close()
        self._copies.move_to_end(key)
        opened = path_of(self._copies[key].file).open("rb")
        while len(self._copies) > COPIES:
            self._copies.popitem(last=False)[1].file.close()
        return opened

    @contextmanager
    def _asked(self) -> Iterator[DictConnection]:
        with self._lock, within_reach(*UNHEARD):
            try:
                if self._connection is None:
                    self._connection = connect(self._dsn)
                yield self._connection
            except BaseException:
                self._disconnect()
                raise

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
