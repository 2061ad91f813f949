"""One of the tenant's own people transfers whom they talk with by keys: how far that is, as a value.

Three parties: the transferor, the party (held, with music; the call leads its channel), and the colleague who is asked
first. All of it is in one call: the colleague's leg is one of its legs, paid by the transferor.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from callcontrol.control.call import State, Transfer
from callcontrol.control.own_steps import OwnState
from callcontrol.routing.plan import Ring
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.parked import Taker


class Phase(StrEnum):
    """How far it is."""

    PARTING = "parting"  # the conversation is being ended
    DIALLING = "dialling"  # the transferor dials
    CHECKING = "checking"  # whether the number may be dialled is being looked up
    REFUSED = "refused"  # the transferor hears that it is not
    RINGING = "ringing"  # the colleague's phone rings
    RINGS_ALONE = "rings_alone"  # the same, and the transferor has left: the party is to have the colleague
    ASKING = "asking"  # transferor and colleague talk
    WITH_PARTY = "with_party"  # transferor and party talk, the colleague is held
    TOGETHER = "together"  # all three talk
    JOINING_BACK = "joining_back"  # transferor and party are being joined again
    CONNECTING = "connecting"  # party and colleague are being joined, for good


# The party is alone and hears music, or ringing.
HELD = frozenset({Phase.DIALLING, Phase.CHECKING, Phase.REFUSED, Phase.RINGING, Phase.RINGS_ALONE, Phase.ASKING})
_RINGS = frozenset({Phase.RINGING, Phase.RINGS_ALONE})


@dataclass(frozen=True, slots=True)
class KeyTransferState(OwnState):
    """How far a transfer by keys is; `key_transfer.KeyTransfer` says what each event means.

    Attributes:
        transferor: the leg at which the keys are pressed.
        by: its extension, whose rights and purse count.
        asks: the colleague is asked first (attended).
        kept: the call's transfer as it was before, on the party's channel; it counts again if this comes to nothing.
        before: of the conversation (`Talking.before`).
        typed: what has been dialled.
        music, music_began: what plays to the party, since when; "": nothing.
        step: what rings, or has rung: the colleague's phones; None: nothing yet.
        legs: their legs; empty: none rings.
        failed: the cause, where none of them was answered.
        colleague: the leg that has answered, "" if none has.
        asked_since: since when the colleague talks.
        fetched: no worker directs the party's channel, which is on its way to one: what the others do waits until then.
        taker: a supervisor takes the party over from the transferor, who has called it: no number is dialled.
    """

    transferor: str
    by: str
    asks: bool
    phase: Phase
    kept: Transfer | None
    before: State | None
    typed: str = ""
    music: str = ""
    music_began: Instant | None = None
    step: Ring | None = None
    legs: tuple[str, ...] = ()
    failed: str = ""
    colleague: str = ""
    asked_since: Instant | None = None
    fetched: bool = False
    taker: Taker | None = None

    @property
    def being_rung(self) -> tuple[str, ...]:
        """The colleague's phones."""
        return self.legs if self.phase in _RINGS else ()
