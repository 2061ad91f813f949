"""Settings of transfers: by which keys, and when who was transferred comes back. Cross-checks stand in
`checks/transfers.py`.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from callcontrol.config.fields import Flag, Identifier, Whole
from callcontrol.config.frozen import Frozen
from callcontrol.config.queue_fields import SingleMusic
from callcontrol.config.recording_settings import KeyCode

MAX_RECALL_S = 600
MAX_NAMED = 1_000  # extensions


class TransferKeys(Frozen):
    """Codes by which an extension transfers whom it talks with, from any phone. The other party does not hear them, and
    can press none.
    """

    on: Flag = Field(default=False, description="whether there are any")
    allowed: tuple[Identifier, ...] = Field(
        default=(), max_length=MAX_NAMED, description="extensions that may use them; default: all"
    )
    blind: KeyCode = Field(
        default="*1", description="the other party is held; a number and # follow, and that party is sent there"
    )
    attended: KeyCode = Field(
        default="*2",
        description="the other party is held, a number and # follow, and the colleague reached there is asked first; "
        "pressed again the two are connected, as by hanging up",
    )
    swap: KeyCode = Field(default="*5", description="while a colleague is asked: talk with the other of the two")
    together: KeyCode = Field(default="*6", description="while a colleague is asked: all three talk")
    back: KeyCode = Field(
        default="*0", description="the colleague is let go, the party comes back; also while dialling"
    )

    @property
    def in_talk(self) -> tuple[str, ...]:
        """Those that count in a conversation."""
        return self.blind, self.attended

    @property
    def while_asking(self) -> tuple[str, ...]:
        """Those that count while a colleague is asked."""
        return self.attended, self.swap, self.together, self.back

    def are_for(self, extension: str) -> bool:
        """Whether this extension may use them."""
        return self.on and (not self.allowed or extension in self.allowed)


class Transfers(Frozen):
    """Transfers: by the phone's own key (REFER), and by codes. What nothing takes comes back to the transferor."""

    recall: Annotated[int, Field(ge=0, le=MAX_RECALL_S), Whole] = Field(
        default=20,
        description="seconds of ringing without an answer after which the transferred party comes back to the "
        "transferor; 0: as long as the rules of the target say",
    )
    keys: TransferKeys = TransferKeys()
    music: SingleMusic = Field(
        default="local_stream://default", description="what the held party hears: a sound file or a stream"
    )
