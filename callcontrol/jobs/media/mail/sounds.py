"""The sound of a mail: read from storage when it is sent, attached in the format of mails, or named by a link."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import BinaryIO, Final, Protocol

from callcontrol.config.link_settings import Links
from callcontrol.config.settings import Settings
from callcontrol.edges.mail.composition import NO_SOUND, Sound, file_name
from callcontrol.edges.media_links import Link, LinkSigner
from callcontrol.edges.speech.sound import BadSound
from callcontrol.jobs.media.mail.telling import Telling
from callcontrol.vocabulary.mail import Mail
from callcontrol.vocabulary.media import Media, MediaKind, MediaState
from callcontrol.vocabulary.media_format import MediaFormat, content_type_of
from callcontrol.vocabulary.moment import Instant

_DAY_US: Final = int(timedelta(days=1).total_seconds()) * 1_000_000
log = logging.getLogger("callcontrol.media")

_GONE: Final = (MediaState.DELETED, MediaState.LOST)


class Shelf(Protocol):
    """Where kept files are. Both raise OutOfReach where a store, or the file's key, is away."""

    def media(self, tenant: str, media_id: str) -> Media | None:
        """The row, None if there is none."""

    def opened(self, media: Media) -> BinaryIO:
        """The content of a stored file."""

    def in_format(self, media: Media, form: MediaFormat) -> BinaryIO:
        """The same in a format; raises BadSound where it cannot be."""


class KeptSounds:
    """Finds the sound of a mail.

    Args:
        telling: reads the ledger.
    """

    def __init__(self, settings: Callable[[], Settings], shelf: Shelf, telling: Telling) -> None:
        self._settings = settings
        self._shelf = shelf
        self._telling = telling

    def __call__(self, mail: Mail, max_bytes: int) -> Sound:
        """The sound as this mail has it; NO_SOUND for one that tells of none, or of one that is gone.

        Raises:
            OutOfReach: a store is away: the mail is sent later.
        """
        facts = mail.facts
        media = self._shelf.media(mail.tenant, facts.media_id) if facts.media_id else None
        if media is None or media.state in _GONE:
            return NO_SOUND
        settings = self._settings()
        tenant = settings.tenants[mail.tenant]
        form = tenant.media.of(media.kind or MediaKind.MESSAGE).mail
        name = file_name(facts.number, facts.at, tenant.zone, form.ending)
        content = self._content(media, form, max_bytes) if facts.attach == "file" else None
        return Sound(
            name=name,
            subtype=content_type_of(name).partition("/")[2],
            content=content,
            link="" if facts.attach == "none" else link_of(mail, media, settings.media.links),
            transcript=self._transcript(media),
        )

    def _content(self, media: Media, form: MediaFormat, max_bytes: int) -> bytes | None:
        """The file; None where it is not in storage, larger, or no sound that can be brought into the format."""
        if media.state is not MediaState.STORED:
            return None
        try:
            with self._shelf.in_format(media, form) as file:
                content = file.read(max_bytes + 1)
        except BadSound as error:
            log.warning("%s is not attached: %s", media.media_id, error)
            return None
        return content if 0 < len(content) <= max_bytes else None

    def _transcript(self, media: Media) -> str:
        rows = self._telling.rows("transcript_of", {"tenant": media.tenant, "media_id": media.media_id})
        return str(rows[0]["text"]) if rows else ""


def link_of(mail: Mail, media: Media, links: Links) -> str:
    """The link by which this address hears it, the same in every attempt; "" where there are none."""
    if not links.keys:
        return ""
    until = Instant(mail.created_at + links.days * _DAY_US)
    link = Link(media.tenant, media.media_id, mail.address, mail.created_at, until)
    return LinkSigner(links.keys, links.address).url_of(link)
