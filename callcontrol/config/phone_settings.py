"""What an extension's phones do while they are on a call, and who may speak at them unasked."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field, WithJsonSchema

from callcontrol.config.fields import Flag, Identifier, refusal
from callcontrol.config.frozen import Frozen

ALL = "all"


def _all_or_some(value: object) -> object:
    if isinstance(value, str) and value != ALL:
        raise refusal(f"{value!r} is no list of extensions", f"write `{ALL}`, or a list such as [101, 102]")
    return (ALL,) if value == ALL else value


Others = Annotated[
    tuple[Identifier, ...],
    BeforeValidator(_all_or_some),
    WithJsonSchema(
        {
            "anyOf": [{"const": ALL}, {"type": "array", "items": {"type": ["string", "integer"]}}],
            "description": f"extensions, or `{ALL}`",
        }
    ),
]


class PhoneUse(Frozen):
    """What is said of an extension's phones besides where they ring."""

    call_waiting: Flag = Field(
        default=True,
        description="a second call rings while it is on a call; no: it is busy then. *43# and #43# set it by phone",
    )
    intercom: Others = Field(
        default=(),
        description="extensions whose phones answer its intercom calls (*80*NUMBER#) by themselves, or `all`",
    )

    def may_speak_at(self, extension: str) -> bool:
        """Whether it may have this extension's phone answer by itself."""
        return extension in self.intercom or ALL in self.intercom
