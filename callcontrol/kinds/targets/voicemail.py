"""A voicemail box: greeting, then a message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pydantic import Field

from callcontrol.config.fields import Sound
from callcontrol.config.frozen import Frozen, Seconds
from callcontrol.config.kinds import Block
from callcontrol.config.settings import Tenant
from callcontrol.routing.endings import refuse
from callcontrol.routing.facts import Facts, RoutedKind
from callcontrol.routing.path import Path
from callcontrol.routing.plan import Decision, TakeMessage
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.target import Target, text_of
from callcontrol.vocabulary.trail import Passed


@dataclass(frozen=True, slots=True)
class VoicemailTarget(Target):
    """A voicemail box: greeting, then a recording."""

    kind: ClassVar[str] = "voicemail"


class Voicemail(Frozen):
    """A voicemail box."""

    greeting: Sound = Field(default="voicemail/greeting.wav", description="sound file played first")
    max: Seconds = Field(default=180, description="longest message in seconds")
    silence: Seconds = Field(default=5, description="seconds of silence that end the message")


BLOCK = Block("voicemail", Voicemail)


def decide(target: VoicemailTarget, path: Path, facts: Facts) -> Decision:
    """Greeting, then a message."""
    box = BLOCK.of(facts.tenant).get(target.name)
    if box is None:
        return refuse(Outcome.BUSY, Passed(facts.now, text_of(target), "no such voicemail box"))
    return Decision(TakeMessage(target.name, box.greeting, box.max, box.silence, path))


def box_of(first: Target, tenant: Tenant) -> VoicemailTarget | None:
    """The box of the same name as the first target of a call, if there is one."""
    return VoicemailTarget(first.name) if first.name in BLOCK.of(tenant) else None


KIND = RoutedKind(
    target=VoicemailTarget,
    row="a greeting, then a message is recorded",
    block=BLOCK,
    is_last_resort=True,
    decide=decide,
    default_last_resort=box_of,
    step=TakeMessage,
)
