"""A voicemail box: greeting, then a message."""

from __future__ import annotations

from collections.abc import Iterator

from callcontrol.config.settings import Tenant
from callcontrol.kinds.targets.voicemail.checks import CHECKS
from callcontrol.kinds.targets.voicemail.leaving import (
    BringingGreeting,
    FullBox,
    OpeningBox,
    ReviewingMessage,
    TakeMessage,
    TakingMessage,
)
from callcontrol.kinds.targets.voicemail.settings import (
    BLOCK,
    Voicemail,
    VoicemailTarget,
    links,
    people_of,
    settings_of,
)
from callcontrol.routing.endings import refuse
from callcontrol.routing.facts import Facts, RoutedKind
from callcontrol.routing.path import Path
from callcontrol.routing.plan import Branch, Decision, Onward
from callcontrol.routing.speech import as_file_string
from callcontrol.vocabulary.mailbox import Greeting, Message
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.target import Target, text_of
from callcontrol.vocabulary.trail import Passed

__all__ = ["BLOCK", "KIND", "TakeMessage", "TakingMessage", "Voicemail", "VoicemailTarget"]


def decide(target: VoicemailTarget, path: Path, facts: Facts) -> Decision:
    """Greeting, then a message."""
    box = BLOCK.of(facts.tenant).get(target.name)
    if box is None:
        return refuse(Outcome.BUSY, Passed(facts.now, text_of(target), "no such voicemail box"))
    greeting = as_file_string(box.greeting.files(facts.language))
    return Decision(TakeMessage(target.name, greeting, box.max, box.silence, path))


def branches(step: TakeMessage, facts: Facts) -> Iterator[Branch]:
    """Where a caller may go who leaves no message."""
    box = settings_of(facts.tenant, step.box)
    for case, target in ((f"it has {box.messages} messages", box.when_full), ("on key 0", box.operator)):
        if target is not None:
            yield Branch(case, Onward(target, step.path.ending_at(target)))


def box_of(first: Target, tenant: Tenant) -> VoicemailTarget | None:
    """The box of the same name as the first target of a call, if there is one."""
    return VoicemailTarget(first.name) if first.name in BLOCK.of(tenant) else None


def boxes_of(extension: str, tenant: Tenant) -> Iterator[VoicemailTarget]:
    """The boxes of the person at an extension: the own one, and those that are shared with others."""
    return (VoicemailTarget(name) for name in BLOCK.of(tenant) if extension in people_of(tenant, name))


KIND = RoutedKind(
    target=VoicemailTarget,
    row="a greeting, then a message is recorded",
    has_people=True,
    block=BLOCK,
    links=links,
    checks=CHECKS,
    is_last_resort=True,
    decide=decide,
    default_last_resort=box_of,
    own_of=boxes_of,
    step=TakeMessage,
    branches=branches,
    saved=(TakeMessage, OpeningBox, BringingGreeting, FullBox, TakingMessage, ReviewingMessage, Message, Greeting),
)
