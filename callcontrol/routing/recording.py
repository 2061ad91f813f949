"""Whether a conversation is recorded: a pure function of what is known of it, with its reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from callcontrol.config.recording_settings import RecordingRule
from callcontrol.routing.facts import Facts
from callcontrol.routing.path import Way
from callcontrol.vocabulary.recording import RecordingMode, TalkDirection
from callcontrol.vocabulary.target import EmergencyTarget, ExtensionTarget, QueueTarget, extension_in, text_of


@dataclass(frozen=True, slots=True)
class Talk:
    """What decides whether a conversation is recorded.

    Attributes:
        extensions: those that talk, and those whose rules have forwarded the call.
        numbers: of the persons outside (E.164), as far as they are known.
        queue: as of Way.
    """

    direction: TalkDirection
    extensions: frozenset[str]
    numbers: tuple[str, ...]
    queue: str = ""
    forwarded: bool = False
    emergency: bool = False


NO_RULE: Final = "no rule fits"


@dataclass(frozen=True, slots=True)
class Ruling:
    """Whether it is recorded, and why: `rule 2`, `opt_out`, …; `source`: file:line of what says so, "" for none."""

    mode: RecordingMode
    why: str
    source: str = ""


def talk_with(party: str, way: Way, facts: Facts) -> Talk:
    """The conversation of the caller with this party.

    Args:
        party: who was rung, as a target text.
    """
    kind, _, name = party.partition(":")
    caller, extension = facts.caller.extension, extension_in(party)
    direction = TalkDirection.IN if not caller else TalkDirection.INTERNAL if extension else TalkDirection.OUT
    numbers = (() if caller else (facts.caller.number,)) + (() if extension else (name,))
    return Talk(
        direction,
        frozenset({caller, extension, *way.diverted} - {""}),
        tuple(number for number in numbers if number.startswith("+")),
        way.served,
        bool(way.diverted),
        kind == EmergencyTarget.kind,
    )


def ruling(talk: Talk, facts: Facts) -> Ruling:
    """Whether this conversation is recorded."""
    chosen = facts.tenant.recording
    place = ("tenants", facts.tenant_name, "recording")
    if talk.emergency:
        return Ruling(RecordingMode.NEVER, "an emergency call")
    opted_out = next((number for number in talk.numbers if number in chosen.opt_out), "")
    if opted_out:
        at = str(chosen.opt_out.index(opted_out))
        return Ruling(RecordingMode.NEVER, f"opt_out {opted_out}", facts.settings.source(*place, "opt_out", at))
    for index, rule in enumerate(chosen.rules):
        if _fits(rule, talk):
            return Ruling(rule.record, f"rule {index + 1}", facts.settings.source(*place, "rules", str(index)))
    return Ruling(RecordingMode.NEVER, NO_RULE)


def owner_of(party: str, way: Way, facts: Facts) -> str:
    """Whose recording it is: the queue's, else the extension's that was reached, has called, or has forwarded."""
    if way.served:
        return text_of(QueueTarget(way.served))
    names = (extension_in(party), facts.caller.extension, *reversed(way.diverted))
    return next((text_of(ExtensionTarget(name)) for name in names if name), "")


def rulings(parties: Iterable[str], way: Way, facts: Facts) -> dict[Ruling, tuple[str, ...]]:
    """What is decided about conversations with each of these, those alike together; {} where the tenant has no rule."""
    found: dict[Ruling, tuple[str, ...]] = {}
    for party in parties if facts.tenant.recording.rules else ():
        decided = ruling(talk_with(party, way, facts), facts)
        found[decided] = (*found.get(decided, ()), party)
    return found


def _fits(rule: RecordingRule, talk: Talk) -> bool:
    return (
        (not rule.extensions or not talk.extensions.isdisjoint(rule.extensions))
        and (not rule.queues or talk.queue in rule.queues)
        and rule.direction in (None, talk.direction)
        and rule.forwarded in (None, talk.forwarded)
    )
