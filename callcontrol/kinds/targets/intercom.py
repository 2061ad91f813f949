"""The phone of an extension that is made to answer by itself. Its rules do not count: what is said is for who stands
there now, not for another phone and not for a voicemail box.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from callcontrol.kinds.targets.parking.tones import refused
from callcontrol.routing.facts import Facts, RoutedKind
from callcontrol.routing.legs import phones
from callcontrol.routing.path import Path
from callcontrol.routing.plan import Decision, Ring, RingResult
from callcontrol.vocabulary.target import ExtensionTarget, Target, text_of

# A phone that answers by itself does so at once; one that only rings is not waited for any longer (seconds).
RING_S = 10


@dataclass(frozen=True, slots=True)
class IntercomTarget(Target):
    """An extension that is spoken at."""

    kind: ClassVar[str] = "intercom"


def decide(target: IntercomTarget, path: Path, facts: Facts) -> Decision:
    """All phones of the extension, if it may be spoken at now."""
    why = _why_not(target.name, facts)
    legs = () if why else phones(target.name, RING_S, facts)
    if not legs:
        return refused(text_of(target), why or "no phone registered", facts)
    return Decision(Ring(target, tuple(replace(leg, answers_itself=True) for leg in legs), path))


def _why_not(name: str, facts: Facts) -> str:
    """Why it is not spoken at, "" if it is."""
    caller = facts.extension(facts.caller.extension)
    if facts.extension(name) is None:
        return "no such extension"
    if caller is None or not caller.may_speak_at(name):
        return f"extension {facts.caller.extension} may not speak at it (`intercom`)"
    if facts.undisturbed(name) is not None:
        return "do not disturb"
    return "it is on a call" if facts.is_on_another_call(name) else ""


def after(target: IntercomTarget, step: Ring, result: RingResult, facts: Facts) -> Decision:
    """It was not answered."""
    return refused(text_of(target), result.outcome.value, facts)


def successors(target: IntercomTarget, facts: Facts) -> tuple[Target, ...]:
    """The extension: at which switch its phones are is looked up with its rules."""
    return (ExtensionTarget(target.name),)


KIND = RoutedKind(
    target=IntercomTarget,
    row="an extension whose phone answers by itself; it is never written",
    form=None,
    has_people=True,
    decide=decide,
    after=after,
    successors=successors,
)
