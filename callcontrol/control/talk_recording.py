"""The recording of a call's conversations as a value: what was decided, how far it is."""

from __future__ import annotations

from dataclasses import dataclass

from callcontrol.routing.path import NO_WAY, Way
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.recording import RecordingMode


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkRecording:
    """From the moment that a conversation is to be recorded, or may be on demand, until that is over.

    It is on the channel that the call leads: a transfer by the other party moves other channels. Where a conversation
    ends and another is to follow it runs on, masked.

    Attributes:
        mode: announce or on_demand.
        channel: the one it is on.
        partner: the leg that talks with it, or talked last.
        way: how the call came to the conversation.
        owner, agent, called: whose file it is (`queue:sales`, `extension:101`), who talks and which party was called.
        unheard: legs of the conversation that have not heard the announcement to its end.
        media_id, path: of the file; "" as long as none was asked for.
        began: the switch has told that it records.
        paused_until: it is paused until then at the latest; None: it is not.
        apart: no party talks with the channel now.
        pressing: the leg whose keys may be a code, and the beginning of that code which was pressed there.
        ending: why the switch was asked to end it, "" if it was not.
        pieces: how many files it has begun.
        swapped: the channel stands for the other side: what it hears is the caller's.
    """

    mode: RecordingMode
    channel: str
    partner: str
    way: Way = NO_WAY
    owner: str = ""
    agent: str = ""
    called: str = ""
    unheard: tuple[str, ...] = ()
    media_id: str = ""
    path: str = ""
    began: bool = False
    paused_until: Instant | None = None
    apart: bool = False
    pressing: tuple[str, str] = ("", "")
    swapped: bool = False
    ending: str = ""
    pieces: int = 0

    @property
    def is_on(self) -> bool:
        """Whether the switch was asked to record, and has not told that it has ended."""
        return bool(self.media_id)

    @property
    def hides_keys(self) -> bool:
        """Whether what its parties type is for each other alone: a card's number, say."""
        return self.paused_until is not None and not self.apart

    @property
    def is_masked(self) -> bool:
        """Whether silence is written: while it is paused, no party talks, or one has not heard the announcement."""
        return self.is_on and (self.paused_until is not None or self.apart or bool(self.unheard))
