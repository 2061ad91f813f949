"""Emergency calls: the places at which phones stand."""

from __future__ import annotations

from pydantic import Field

from callcontrol.config.fields import E164, DisplayName
from callcontrol.config.frozen import Frozen


class Location(Frozen):
    """A place at which phones stand. Emergency services know it by its number."""

    number: E164 = Field(description="the number shown in an emergency call from there, one of the tenant's")
    address: DisplayName = Field(default="", max_length=200, description="where it is, in words, for people")
