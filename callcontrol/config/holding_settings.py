"""Settings of parties whom a phone of the tenant's holds."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from callcontrol.config.fields import Flag, Whole
from callcontrol.config.frozen import Frozen, RingSeconds


class Holding(Frozen):
    """Parties whom a phone of the tenant's holds."""

    remind: Annotated[int, Field(ge=0, le=3_600), Whole] = Field(
        default=180, description="seconds after which the phone that holds a party rings shortly, each time; 0: never"
    )
    recall: Flag = Field(
        default=True,
        description="a phone that hangs up while it holds a party rings again for that party; no: both are hung up",
    )
    ring: RingSeconds = Field(default=20, description="how long it rings then, in seconds, before its rules apply")
