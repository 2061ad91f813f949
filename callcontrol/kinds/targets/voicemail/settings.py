"""Voicemail boxes as a tenant's file has them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar, Final

from pydantic import Field

from callcontrol.config.fields import Flag, Whole
from callcontrol.config.frozen import Seconds
from callcontrol.config.kinds import SOMETIMES, Block, Link
from callcontrol.config.mail_settings import BoxMail
from callcontrol.config.prompt import PromptText
from callcontrol.config.settings import Tenant
from callcontrol.config.target_fields import TargetText
from callcontrol.kinds.targets.voicemail.phone_settings import HeardByPhone
from callcontrol.vocabulary.target import Target

DEFAULT_GREETING: Final = "voicemail/greeting.wav"


@dataclass(frozen=True, slots=True)
class VoicemailTarget(Target):
    """A voicemail box: greeting, then a recording."""

    kind: ClassVar[str] = "voicemail"


class Voicemail(HeardByPhone):
    """A voicemail box."""

    greeting: PromptText = Field(
        default=DEFAULT_GREETING,
        validate_default=True,
        description="what is heard first; default: tones, or the name its owner has recorded and a sentence",
    )
    busy: PromptText | None = Field(
        default=None, description="heard instead where the phone that was called is busy; default: `greeting`"
    )
    beep: Flag = Field(
        default=False, description="a tone after the greeting; one that was recorded by phone always has it"
    )
    max: Seconds = Field(default=180, description="longest message in seconds")
    silence: Seconds = Field(default=5, description="seconds of silence that end the message")
    minimum_ms: Annotated[int, Field(ge=0, le=10_000), Whole] = Field(
        default=500, description="what is shorter (milliseconds) is no message: its caller is a missed one"
    )
    operator: TargetText | None = Field(
        default=None, description="where key 0 leads during the greeting and the message; default: nowhere"
    )
    messages: Annotated[int, Field(ge=1, le=1_000), Whole] = Field(
        default=100, description="the largest number of messages; callers of a full box hear that it is full"
    )
    when_full: TargetText | None = Field(
        default=None, description="target of callers who find the box full; default: the call ends"
    )
    transcribe: Flag = Field(default=False, description="whether `media.transcription` writes down what is said")
    mail: BoxMail | None = None


BLOCK: Final = Block("voicemail", Voicemail)


def settings_of(tenant: Tenant, name: str) -> Voicemail:
    """The box as it is set now; one that was taken out of the settings meanwhile is as any other."""
    return BLOCK.of(tenant).get(name) or Voicemail()


def people_of(tenant: Tenant, name: str) -> tuple[str, ...]:
    """The extensions whose box it is: the one of its name, and its people. Its lamps light there."""
    own = (name,) if name in tenant.extensions else ()
    return tuple(dict.fromkeys((*own, *settings_of(tenant, name).people)))


def links(_name: str, box: Voicemail) -> Iterator[Link]:
    """Where key 0 leads, and where a full box does."""
    if box.operator is not None:
        yield Link(box.operator, ("operator",), SOMETIMES)
    if box.when_full is not None:
        yield Link(box.when_full, ("when_full",), SOMETIMES)
