"""The way of what calls say of media, changes and hearings: spool on disk -> ledger. No call waits for it, nor ends
because of it.

Its spool is one of its own, `data/media-spool`: a worker of a version before there were media that carries on what was
left in `data/spool` does not touch it.
"""

from __future__ import annotations

import logging
from typing import Any, Final

from callcontrol.daemon.left_records import EntrySort
from callcontrol.daemon.spool_writer import LedgerPort, RejectedPort, SpoolPort, SpoolWriter
from callcontrol.edges import meters
from callcontrol.edges.spool import EntryRefused, SpoolClosed, SpoolFull
from callcontrol.vocabulary.box_fact import BoxFact
from callcontrol.vocabulary.hearing import Hearing
from callcontrol.vocabulary.media import MediaChange
from callcontrol.vocabulary.media_notes import MediaNote, is_newer, medium_of, to_json
from callcontrol.vocabulary.restriction import Restriction
from callcontrol.vocabulary.supervision import ListeningRecord

FOLDER: Final = "media-spool"  # in the data folder
REJECTED: Final = "rejected-media.jsonl"  # in the data folder
CHANGES: Final = EntrySort("note of a medium", is_newer, medium_of)

log = logging.getLogger("callcontrol.media")


class MediaWriter(SpoolWriter):
    """Takes notes of media, and carries what the spool holds into the ledger. One per process."""

    def __init__(self, spool: SpoolPort, ledger: LedgerPort, rejected: RejectedPort, **options: Any) -> None:
        super().__init__(spool, ledger, rejected, sort=CHANGES, **options)

    def note(self, note: MediaNote) -> None:
        """Hand a note over; returns at once. Where the spool does not take it the call goes on: the file
        will be found without a row, or the row closed by its file; of a hearing or a mark only the log tells.
        """
        try:
            self._spool.submit([to_json(note)], _nothing_follows)
        except (SpoolFull, SpoolClosed, EntryRefused) as error:
            meters.media_changes_dropped_total.inc()
            about = {"call": note.call_id if isinstance(note, MediaChange) else "", "tenant": note.tenant}
            log.error("%s could not be noted: %s", _named(note), error, extra=about)


def _named(note: MediaNote) -> str:
    match note:
        case Hearing():
            return f"that {note.who} has heard {note.media_id}"
        case BoxFact():
            return f"{note.what} of voicemail:{note.box}"
        case Restriction():
            return f"that {note.payer} is restricted ({note.level})"
        case ListeningRecord():
            return f"that {note.supervisor} listens to {note.whom}"
        case _:
            return f"{note.media_id} {note.state}"


def _nothing_follows() -> None:
    """The disk has the change: no call waits for that."""
