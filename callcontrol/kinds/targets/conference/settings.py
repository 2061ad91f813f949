"""The block `conferences:` of a tenant's file: rooms in which several talk with each other."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, ClassVar, Final

from pydantic import BeforeValidator, Field

from callcontrol.config.fields import Flag, Identifier, Whole, matching
from callcontrol.config.frozen import Frozen, Seconds
from callcontrol.config.kinds import Block
from callcontrol.config.queue_fields import SingleMusic
from callcontrol.config.secret import HIDDEN, NAMED, secret_schema
from callcontrol.config.settings import Tenant
from callcontrol.kinds.inside_numbers import InsideNumber
from callcontrol.vocabulary.pin import LONGEST, SHORTEST
from callcontrol.vocabulary.target import Target

# More in one room than a mixer is measured with.
MOST: Final = 200
_PIN_RIGHT: Final = (
    f"write {SHORTEST} to {LONGEST} digits in quotes, or what `callcontrol rooms pin` makes of them (scrypt$…)"
)
# As `edges/pin_hash.py` writes it.
_HASH: Final = r"scrypt\$[0-9]{1,2}\$[0-9]{1,2}\$[0-9]{1,2}\$[A-Za-z0-9+/]{16,64}={0,2}\$[A-Za-z0-9+/]{40,88}={0,2}"


@dataclass(frozen=True, slots=True)
class ConferenceTarget(Target):
    """A conference room: the caller talks with all who are in it."""

    kind: ClassVar[str] = "conference"


class Announced(StrEnum):
    """What those in a room hear when a participant enters or leaves."""

    NONE = "none"
    TONE = "tone"
    NAME = "name"


RoomPin = Annotated[
    str,
    BeforeValidator(matching(f"[0-9]{{{SHORTEST},{LONGEST}}}|{_HASH}", "this is no PIN", _PIN_RIGHT)),
    NAMED,
    HIDDEN,
    secret_schema("digits, their hash, {file: …} or {env: …}", "integer"),
]


class Conference(Frozen):
    """A room in which several talk with each other."""

    number: InsideNumber | None = Field(default=None, description="the number that phones dial inside to enter")
    pin: RoomPin | None = Field(default=None, description="PIN of participants; default: no PIN")
    moderator_pin: RoomPin | None = Field(
        default=None, description="PIN of moderators; default: only `moderators:` are"
    )
    moderators: tuple[Identifier, ...] = Field(
        default=(), description="extensions that enter as moderators, without a PIN, from their own phones"
    )
    tries: Annotated[int, Field(ge=1, le=10), Whole] = Field(
        default=3, description="how often the PIN may be wrong in a call, which then ends"
    )
    wait_for_moderator: Flag = Field(
        default=False, description="participants hear the music, and not each other, before a moderator is there"
    )
    ends_with_moderator: Flag = Field(
        default=False, description="the room ends for all when the last moderator has left"
    )
    max_participants: Annotated[int, Field(ge=2, le=MOST), Whole] = Field(
        default=50, description="no more are let in; moderators always are"
    )
    announce: Announced = Field(
        default=Announced.TONE,
        description="what the others hear when one enters or leaves: tone, none, or name, which each says before",
    )
    join_muted: Flag = Field(default=False, description="participants enter muted, except moderators; *6 unmutes")
    record: Flag = Field(
        default=False,
        description="the room is recorded while two or more talk; participants hear so first (`recording.prompt`)",
    )
    music: SingleMusic = Field(
        default="local_stream://default",
        description="music for a participant who is alone or waits for the moderator: a sound file or a stream",
    )
    longest: Seconds = Field(
        default=28_800, description="seconds after which a participant is out: a phone that was not hung up"
    )


BLOCK: Final = Block("conferences", Conference)


def is_hash(pin: str | None) -> bool:
    """Whether it is the hash of a PIN, which takes a while to compare."""
    return pin is not None and not pin.isdigit()


def room_at(digits: str, tenant: Tenant) -> str:
    """The room that phones dial by this number, "" if there is none."""
    return next((name for name, room in BLOCK.of(tenant).items() if room.number == digits), "")
