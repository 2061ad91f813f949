"""Messages are written down by a program of the admin's: it gets a file, and what it prints is kept and searched."""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path, PurePosixPath
from typing import Final

from callcontrol.config.transcription_settings import Transcription
from callcontrol.edges import meters, programs
from callcontrol.edges.ledger.mails import storable
from callcontrol.jobs.media.mail.boxes import transcribed_in
from callcontrol.jobs.media.mail.sounds import Shelf
from callcontrol.jobs.media.mail.telling import LOOK_BACK_US, Telling
from callcontrol.vocabulary.language import Language
from callcontrol.vocabulary.media import Media
from callcontrol.vocabulary.moment import Instant, datetime_of

MAX_SOUND_BYTES: Final = 256 << 20
MAX_TEXT_CHARACTERS: Final = 100_000
_PIECE_BYTES: Final = 1 << 20

log = logging.getLogger("callcontrol.media")


class Transcriber:
    """Writes one message down at a time.

    Args:
        by: this process; of all hosts' one does it.
    """

    def __init__(self, telling: Telling, shelf: Shelf, by: str) -> None:
        self._telling = telling
        self._shelf = shelf
        self._by = by

    def step(self) -> bool:
        """Write down one message; True if there may be more.

        Raises:
            OutOfReach: the file cannot be read now.
        """
        settings = self._telling.settings()
        if not settings.media.transcription.command or not self._is_mine(settings.media.transcription):
            return False
        for name, tenant in settings.tenants.items():
            owners = transcribed_in(tenant)
            since = datetime_of(Instant(self._telling.now() - LOOK_BACK_US))
            which = {"tenant": name, "owners": owners, "since": since}
            found = self._telling.rows("to_transcribe", which) if owners else []
            media = self._shelf.media(name, found[0]["media_id"]) if found else None
            if media is not None:
                self._write_down(media, settings.media.transcription, tenant.language)
                return True
        return False

    def _is_mine(self, settings: Transcription) -> bool:
        """One process does it: several would write the same message down at once."""
        lease = {"name": "transcripts", "by": self._by, "for_s": settings.seconds + 60}
        return bool(self._telling.rows("hold_job", lease))

    def _write_down(self, media: Media, settings: Transcription, language: Language) -> None:
        text, trouble = "", ""
        try:
            text = self._heard(media, settings, language)
        except programs.ProgramFailed as error:
            trouble = str(error)
            log.warning("message %s of %s is not transcribed: %s", media.media_id, media.tenant, trouble)
        meters.transcriptions_total.labels("failed" if trouble else "done").inc()
        row = {"tenant": media.tenant, "media_id": media.media_id, "at": datetime_of(self._telling.now())}
        self._telling.change("write_transcript", {**row, "text": text, "words": text.casefold(), "trouble": trouble})

    def _heard(self, media: Media, settings: Transcription, language: Language) -> str:
        with tempfile.TemporaryDirectory(prefix="callcontrol-transcript-") as made:
            folder = Path(made)
            file = folder / f"message{PurePosixPath(media.place).suffix}"
            with self._shelf.opened(media) as kept, file.open("wb") as copy:
                while piece := kept.read(_PIECE_BYTES):
                    copy.write(piece)
            arguments = [
                argument.replace("{file}", str(file)).replace("{language}", language) for argument in settings.command
            ]
            printed = programs.run(arguments, "", folder, settings.seconds, MAX_SOUND_BYTES)
        text: str = storable(printed.decode("utf-8", "replace").strip()[:MAX_TEXT_CHARACTERS])
        return text
