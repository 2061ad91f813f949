"""Voicemail boxes as a tenant's file has them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

from pydantic import Field

from callcontrol.config.frozen import Seconds
from callcontrol.config.kinds import Block
from callcontrol.config.prompt import PromptText
from callcontrol.kinds.targets.voicemail.phone_settings import HeardByPhone
from callcontrol.vocabulary.target import Target


@dataclass(frozen=True, slots=True)
class VoicemailTarget(Target):
    """A voicemail box: greeting, then a recording."""

    kind: ClassVar[str] = "voicemail"


class Voicemail(HeardByPhone):
    """A voicemail box."""

    greeting: PromptText = Field(
        default="voicemail/greeting.wav", validate_default=True, description="what is heard first"
    )
    max: Seconds = Field(default=180, description="longest message in seconds")
    silence: Seconds = Field(default=5, description="seconds of silence that end the message")


BLOCK: Final = Block("voicemail", Voicemail)
