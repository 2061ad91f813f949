"""Emergency calls: the places at which phones stand, who is told of a call, and how long its call back is awaited."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from callcontrol.config.fields import E164, DisplayName, Whole
from callcontrol.config.frozen import Frozen
from callcontrol.config.mail_settings import Recipients
from callcontrol.config.target_fields import TargetText


class Location(Frozen):
    """A place at which phones stand. Emergency services know it by its number."""

    number: E164 = Field(description="the number shown in an emergency call from there, one of the tenant's")
    address: DisplayName = Field(default="", max_length=200, description="where it is, in words, for people")


class EmergencyCalls(Frozen):
    """What follows an emergency call inside: who is told of it, and that the call back reaches the phone."""

    tell: tuple[TargetText, ...] = Field(
        default=(),
        max_length=16,
        description="extensions, and groups of them, that are rung at once and hear which phone calls which number",
    )
    mail: Recipients | None = Field(
        default=None, description="who is written to once an emergency call has ended; default: no mail is sent"
    )
    call_back_min: Annotated[int, Field(ge=1, le=1440), Whole] = Field(
        default=60,
        description="for so many minutes a call from outside to the number that was shown rings the phone that called, "
        "and is never led into a menu, a queue or hours; where it is not answered those who are told ring with it",
    )
