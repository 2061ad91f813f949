"""Settings of recording conversations. Cross-checks stand in `checks/recording.py`; what they decide, in
`routing/recording.py`.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from callcontrol.config.fields import E164, Flag, Identifier, Whole, described, matching
from callcontrol.config.frozen import Frozen
from callcontrol.config.prompt import PromptText
from callcontrol.config.queue_fields import Key
from callcontrol.vocabulary.recording import RecordingMode, TalkDirection

MAX_RULES = 64  # of a tenant
MAX_NAMED = 1_000  # extensions or queues in one rule
MAX_OPTED_OUT = 10_000  # numbers of a tenant

# Such a code begins with * or #: what a person types from a card never does, so no digit of a card is ever kept.
KeyCode = Annotated[
    str,
    BeforeValidator(
        matching(
            "[*#][0-9*#]{1,3}", "{} is no code of a phone", "write * or # and one to three keys more, such as '*3'"
        )
    ),
    described("keys of a phone, the first * or #", "^[*#][0-9*#]{1,3}$"),
]


class RecordingRule(Frozen):
    """Which conversations are recorded: what is written must all fit. The first rule that fits counts."""

    extensions: tuple[Identifier, ...] = Field(
        default=(),
        max_length=MAX_NAMED,
        description="one of them talks, or has forwarded the call; default: any or none",
    )
    queues: tuple[Identifier, ...] = Field(
        default=(), max_length=MAX_NAMED, description="the caller waited in one of them; default: in any or none"
    )
    direction: TalkDirection | None = Field(
        default=None,
        description="in (a call from outside), out (one of its phones calls outside), internal; default: all",
    )
    forwarded: Flag | None = Field(
        default=None, description="yes: a rule of an extension has forwarded the call; no: none has; default: both"
    )
    record: RecordingMode = Field(
        description="never; announce: those who talk hear the announcement and are recorded from its end on; "
        "on_demand: the same from when one of the tenant's own people presses `start_key`"
    )


class Recordings(Frozen):
    """Recordings of conversations. Nothing is recorded before the call was answered and accepted, nor before those who
    talk have heard the announcement to its end.
    """

    rules: tuple[RecordingRule, ...] = Field(
        default=(), max_length=MAX_RULES, description="which conversations; the first that fits counts, else never"
    )
    opt_out: tuple[E164, ...] = Field(
        default=(), max_length=MAX_OPTED_OUT, description="numbers whose conversations are never recorded"
    )
    prompt: PromptText | None = Field(
        default=None, description="announcement before the recording; default: the spoken prompt, with `object_key`"
    )
    object_key: Key | None = Field(
        default="9",
        description="pressed during the announcement by a person outside, or by either in an internal conversation: "
        "the call is not recorded",
    )
    start_key: KeyCode = Field(
        default="*3", description="with on_demand: starts and stops the recording, at the tenant's own phones"
    )
    pause_key: KeyCode = Field(
        default="*4", description="pauses the recording and goes on with it, at the tenant's own phones"
    )
    on_demand_by: tuple[Identifier, ...] = Field(
        default=(), max_length=MAX_NAMED, description="extensions whose phones may start and stop it; default: all"
    )
    pause: Annotated[int, Field(ge=1, le=3_600), Whole] = Field(
        default=120, description="seconds after which a pause ends by itself"
    )
    longest: Annotated[int, Field(ge=10, le=86_400), Whole] = Field(
        default=14_400, description="longest recording in seconds"
    )
