"""Voicemail messages of a person's own boxes: which there are, their sound, what is done with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO, Final

from callcontrol.config.settings import Settings
from callcontrol.edges.ledger.hearings import note_hearing_in_pieces
from callcontrol.edges.ledger.media_keys import key_of
from callcontrol.edges.ledger.media_table import MediaTable, MediaWanted
from callcontrol.edges.ledger.session import DictConnection
from callcontrol.edges.live_state.mailboxes import BoxStore
from callcontrol.edges.sealing.keys import WrappedKey
from callcontrol.edges.storage import NotThere as NotStored
from callcontrol.edges.storage import storage_of
from callcontrol.edges.threads import aside
from callcontrol.jobs.media.folders import folders_of, local_path
from callcontrol.jobs.media.kept_files import KeptFiles, pieces_of
from callcontrol.kinds import KINDS
from callcontrol.routing.media_rights import may_hear, person_at
from callcontrol.usecases.refusals import NotThere, Refused
from callcontrol.vocabulary.hearing import Hearing, Way
from callcontrol.vocabulary.mailbox import Box, BoxChange, ChangeReply, Done, MessageState, Release, SetState, Take
from callcontrol.vocabulary.media import Media, MediaState
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.sentence import says

# A message is minutes long; what is larger is no message (bytes).
MOST_BYTES: Final = 64 * 1024 * 1024


class Messages:
    """The messages of one extension's boxes.

    Args:
        dsn: of the ledger, by its own user: what is heard is noted there.
    """

    def __init__(
        self,
        settings: Settings,
        tenant: str,
        extension: str,
        store: BoxStore,
        dsn: str,
        now: Callable[[], Instant],
    ) -> None:
        """Raises: NotThere: there is no such extension."""
        known = settings.tenants[tenant].extensions if tenant in settings.tenants else {}
        if extension not in known:
            raise NotThere(says("there is no extension %(extension)s", extension=extension), "extension")
        self._settings, self._tenant, self._extension = settings, tenant, extension
        self._store, self._dsn, self._now = store, dsn, now
        own = settings.tenants[tenant]
        self._owned = [one for kind in KINDS if kind.own_of is not None for one in kind.own_of(extension, own)]

    @property
    def boxes(self) -> tuple[str, ...]:
        """The names of the boxes."""
        return tuple(one.name for one in self._owned)

    def box(self, name: str) -> Box:
        """What is in a box; raises LiveStateError while Redis is away."""
        self._check(name)
        return self._store.read(self._tenant, name)

    def change(self, box: str, message: str, verb: str, by: str) -> None:
        """Do something with a message.

        Args:
            verb: take, release, done, keep, delete.

        Raises:
            NotThere: there is no such message any more.
            Refused: another has taken it.
        """
        self._check(box)
        changed = self._store.put(self._tenant, box, _change(verb, message, by))
        if changed.reply is ChangeReply.GONE:
            raise NotThere(says("this message is there no more"), "message")
        if changed.reply is ChangeReply.TAKEN:
            raise Refused(says("%(by)s has taken it", by=changed.by), "message")

    def sound(
        self, box: str, message: str, connection: DictConnection, who: str, address: str
    ) -> tuple[bytes, str, bool]:
        """The sound of a message, the ending of its file's name, and whether this begins a hearing, which is noted.

        Raises:
            NotThere: there is no such message, or its file is not to be had here.
            PermissionError: the roles of the tenant's files do not let the person hear it.
        """
        if self.box(box).message(message) is None:
            raise NotThere(says("this message is there no more"), "message")
        media = self._media(message)
        person = person_at(self._settings.tenants[self._tenant], self._extension, self._owned)
        if not may_hear(person, media).is_given:
            raise PermissionError(message)
        key = key_of(connection, media.tenant, media.media_id)
        found: bytes = aside(self._content, media, key)
        hearing = Hearing(media.tenant, media.media_id, self._now(), who, Way.PANEL, address)
        is_first = note_hearing_in_pieces(connection, hearing)
        return found, (media.place or media.path).rpartition(".")[2], is_first

    def _media(self, message: str) -> Media:
        table = MediaTable(self._dsn, "web")
        try:
            found = table.find(MediaWanted(tenant=self._tenant, media_id=message, limit=1))
        finally:
            table.close()
        if not found:
            raise NotThere(says("the file of this message is not known yet"), "message", says("try again in a minute"))
        return found[0].media

    def _content(self, media: Media, key: WrappedKey | None) -> bytes:
        """Blocks: called aside."""
        try:
            with self._opened(media, key) as content:
                found = b"".join(pieces_of(content))
        except (NotStored, OSError) as error:
            raise NotThere(f"the file of this message cannot be had here: {error}", "message") from error
        if len(found) > MOST_BYTES:
            raise NotThere(says("the file of this message is too large to be played here"), "message")
        return found

    @contextmanager
    def _opened(self, media: Media, key: WrappedKey | None) -> Iterator[BinaryIO]:
        """From storage; before it is there from the switch's disk, where that is one of this host."""
        if media.state in (MediaState.LOST, MediaState.DELETED):
            raise NotStored(f"{media.media_id} is {media.state}: {media.cause}")
        if media.state is not MediaState.STORED:
            with local_path(folders_of(self._settings), media).open("rb") as file:
                yield file
            return
        files = KeptFiles(lambda: self._settings, lambda: storage_of(self._settings))
        with files.opened(media, key) as content:
            yield content

    def _check(self, box: str) -> None:
        if box not in self.boxes:
            raise NotThere(says("there is no box %(box)s of yours", box=box), "box")


def _change(verb: str, message: str, by: str) -> BoxChange:
    match verb:
        case "take":
            return Take(message, by)
        case "release":
            return Release(message)
        case "done":
            return Done(message, by)
        case "delete":
            return SetState(message, MessageState.DELETED)
        case _:
            return SetState(message, MessageState.KEPT)
