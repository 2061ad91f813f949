"""Settings of a tenant's voicemail boxes as people come to them by phone; those of each box stand with its kind."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from callcontrol.config.fields import Flag, Whole
from callcontrol.config.frozen import Frozen
from callcontrol.vocabulary.pin import LONGEST, SHORTEST


class Mailboxes(Frozen):
    """How people come to their voicemail boxes by phone."""

    own_phone_pin: Flag = Field(
        default=False, description="whether an extension has to press its PIN also at its own phone (*97)"
    )
    shortest_pin: Annotated[int, Field(ge=SHORTEST, le=LONGEST), Whole] = Field(
        default=SHORTEST, description="digits of a PIN at least"
    )
    wrong_pins: Annotated[int, Field(ge=2, le=20), Whole] = Field(
        default=5, description="after so many wrong PINs, of all calls together, the box is locked"
    )
    locked_min: Annotated[int, Field(ge=1, le=10_080), Whole] = Field(
        default=60, description="for so many minutes; then it can be tried again"
    )
