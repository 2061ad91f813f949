"""Settings of a voicemail box that is listened to by phone."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from callcontrol.config.fields import E164, Identifier, described, matching
from callcontrol.config.frozen import Frozen

BoxNumber = Annotated[
    str,
    BeforeValidator(matching("[0-9]{1,16}", "{} is no number of a box", "write one to sixteen digits")),
    described("what is pressed for the box", "^[0-9]{1,16}$", "integer"),
]


class HeardByPhone(Frozen):
    """A box as its people hear it."""

    people: tuple[Identifier, ...] = Field(
        default=(), description="extensions whose box it is, besides one of its own name; several share it"
    )
    number: BoxNumber | None = Field(
        default=None, description="what is pressed for it (*98, and where a message is passed on); default: its name"
    )
    announce: Literal["before", "after", "off"] = Field(
        default="before", description="when a message's caller and time are said; off: only when 9 is pressed"
    )
    from_outside: tuple[E164, ...] = Field(
        default=(),
        description="the owner's own numbers: a caller from one of them who presses * in the greeting is asked for "
        "the PIN; default: from outside the box is not opened",
    )
