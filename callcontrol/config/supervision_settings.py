"""Supervisors: who may listen to whose conversations, whisper, barge in and take over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import BeforeValidator, Field

from callcontrol.config.fields import Flag, Identifier, Text, described, matching
from callcontrol.config.frozen import Frozen
from callcontrol.config.outgoing_settings import WithinHours
from callcontrol.vocabulary.supervision import Mode

MAX_RIGHTS: Final = 50
MAX_REASONS: Final = 100

ReasonCode = Annotated[
    str,
    BeforeValidator(matching("[1-9][0-9]{0,2}", "{} is no code of a reason", "write a number from 1 to 999")),
    described("a number from 1 to 999", "^[1-9][0-9]{0,2}$", "integer"),
]


class SupervisionRight(WithinHours):
    """What some extensions may do at the conversations of others."""

    who: tuple[Identifier, ...] = Field(min_length=1, description="the extensions that may")
    queues: tuple[Identifier, ...] = Field(default=(), description="at conversations of these queues' agents")
    extensions: tuple[Identifier, ...] = Field(default=(), description="at conversations of these extensions")
    may: tuple[Mode, ...] = Field(min_length=1, description="listen, whisper, barge, take_over")


class Supervision(Frozen):
    """Supervisors of a tenant."""

    rights: tuple[SupervisionRight, ...] = Field(
        default=(),
        max_length=MAX_RIGHTS,
        description="rights of supervisors at conversations; one that fits is enough; none: there are no supervisors",
    )
    reasons: Mapping[ReasonCode, Text] = Field(
        default_factory=dict, max_length=MAX_REASONS, description="why a supervisor listens, by the number dialled"
    )
    reason_needed: Flag = Field(default=False, description="whether a reason has to be given each time")
