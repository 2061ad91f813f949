"""Settings of accepting a call by key, on legs outside."""

from __future__ import annotations

from pydantic import Field

from callcontrol.config.fields import Flag
from callcontrol.config.frozen import Frozen, RingSeconds
from callcontrol.config.prompt import PromptText
from callcontrol.config.queue_fields import DeclineKey


class Confirm(Frozen):
    """Press 1 to accept, on external legs: keeps a mobile's own voicemail from swallowing the call."""

    on: Flag = Field(default=False, description="whether the person who answers is asked to press 1")
    prompt: PromptText = Field(
        default="confirm/press-1.wav", validate_default=True, description="what the person who answers hears"
    )
    wait: RingSeconds = Field(default=10, description="seconds to press the key")
    decline: DeclineKey | None = Field(default="2", description="the key that declines; 1 accepts")
