"""What calls have the ledger know of sound files: no call waits for it."""

from __future__ import annotations

from callcontrol.control import commands as do
from callcontrol.control import supervise_commands as at_talk
from callcontrol.daemon.worker_context import WorkerContext
from callcontrol.edges import supervision_meters, talk_meters

NoteCommand = do.NoteMedia | do.NoteHearing | at_talk.NoteListening


def carry_out(command: NoteCommand, shared: WorkerContext) -> None:
    """Carry it out, at once."""
    match command:
        case do.NoteMedia(note, unwritable):
            talk_meters.unwritable_total.labels(note.kind or "").inc(unwritable)
            shared.media.note(note)
        case do.NoteHearing(hearing):
            shared.media.note(hearing)
        case at_talk.NoteListening(listening):
            if listening.how is not None:
                supervision_meters.listenings_total.labels(listening.tenant, listening.how.value).inc()
            shared.media.note(listening)
