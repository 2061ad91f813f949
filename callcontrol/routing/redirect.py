"""A phone that sends the caller elsewhere (302): taken as its extension's own forward for this call, so that payer,
blocks and prices apply.

The phone names a number or an extension; the host it writes beside it is not looked at, for calls leave through the
tenant's trunks or not at all. Where the extension alone was called, the call goes there. In a group or list the forward
rings in the place of the extension's phones, beside the other members.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from callcontrol.routing.facts import Facts, SentOn
from callcontrol.routing.forwarding_rights import target_of, trouble_with
from callcontrol.routing.legs import member_legs
from callcontrol.routing.outgoing.dialling import Dialling
from callcontrol.routing.path import payer_of
from callcontrol.routing.plan import Decision, LegPlan, Legs, Onward, Ring, RingResult
from callcontrol.vocabulary.direction import Direction
from callcontrol.vocabulary.outcome import outcome_of
from callcontrol.vocabulary.rule import Rule, RuleKind
from callcontrol.vocabulary.target import ExtensionTarget, NumberTarget, Target, extension_in, text_of
from callcontrol.vocabulary.trail import Passed, Routed

MOVED = "REDIRECTION_TO_NEW_DESTINATION"
# With this cause a leg is taken back so that it rings anew beside the forward; its phone shows no missed call.
TAKEN_BACK = "LOSE_RACE"


@dataclass(frozen=True, slots=True)
class RingAnew:
    """Phones of several have sent the caller on.

    Attributes:
        moved: by extension, what they said.
        step: what rings next: the legs that were taken back, and those of these extensions, in place of which their
            forwards ring (`in_its_place`).
        refused: what is not followed, in words.
    """

    moved: Mapping[str, SentOn]
    step: Ring
    refused: tuple[Passed, ...] = ()


def sent_on(extension: str, moved_to: str, facts: Facts) -> SentOn:
    """What a phone of this extension has said, and whether the call may go there."""
    target, why_not = _allowed(moved_to, extension, facts)
    rule = Rule(RuleKind.ALWAYS, target, source=f"phone of extension {extension}") if target is not None else None
    return SentOn(moved_to, rule, why_not)


def redirected(step: Ring, result: RingResult, facts: Facts) -> Onward | RingAnew | Passed | None:
    """Where a phone of this step has sent the caller, or why the call does not go there; None if none has."""
    moved = _moved(step, result)
    if not moved:
        return None
    if not isinstance(step.target, ExtensionTarget):
        return _in_places_of(moved, step, result, facts)
    extension = step.target.name
    said = sent_on(extension, result.moved_to, facts)
    if said.rule is None:
        return _refused(extension, said, facts)
    why = f"{_words(said)}, as extension:{extension}'s forward"
    entry = Routed(facts.now, text_of(said.rule.target), why, said.rule.source)
    return Onward(said.rule.target, step.path.forwarded_by(extension, said.rule), (entry,))


def in_its_place(step: Ring, facts: Facts) -> Decision | None:
    """The step with the forwards of extensions whose phones have sent the caller on (`facts.moved`) in their places;
    None: nothing is left that can ring.
    """
    found = sum(_in_places(step, facts), Legs())
    legs = tuple({leg.endpoint: leg for leg in reversed(found.legs)}.values())[::-1]
    return Decision(replace(step, legs=legs), found.why) if legs else None


def extension_of(leg: LegPlan) -> str:
    """The extension whose phone this leg rings, "" if it is none's."""
    return extension_in(leg.to)


def _in_places_of(moved: frozenset[str], step: Ring, result: RingResult, facts: Facts) -> RingAnew | Passed:
    """The channel of the caller has only the last 302: of several phones each one's own end says more (`facts.moved`).
    Of those whose end is yet to be told no more than one is taken to have said the last; others ring once more.
    """
    unknown = [extension for extension in sorted(moved) if extension not in facts.moved]
    said = {extension: facts.moved[extension] for extension in moved if extension in facts.moved}
    if len(unknown) == 1:
        said[unknown[0]] = sent_on(unknown[0], result.moved_to, facts)
    refused = tuple(_refused(name, one, facts) for name, one in sorted(said.items()) if one.rule is None)
    left = _still_to_ring(step, result, moved - {name for name, one in said.items() if one.rule is None})
    return RingAnew(said, left, refused) if left.legs else refused[0]


def _still_to_ring(step: Ring, result: RingResult, moved: frozenset[str]) -> Ring:
    causes = [(leg, result.causes.get(index, "")) for index, leg in enumerate(step.legs)]
    left = tuple(leg for leg, cause in causes if cause == TAKEN_BACK or extension_of(leg) in moved)
    over = (outcome_of(cause) for leg, cause in causes if leg not in left and cause)
    return replace(step, legs=left, earlier=(*step.earlier, *over))


def _in_places(step: Ring, facts: Facts) -> Iterator[Legs]:
    done: set[str] = set()
    for leg in step.legs:
        extension = extension_of(leg)
        said = facts.moved.get(extension)
        if said is None:
            yield Legs((leg,))
        elif said.rule is not None and extension not in done:
            done.add(extension)
            entry = Routed(facts.now, text_of(ExtensionTarget(extension)), _words(said), said.rule.source)
            yield member_legs(ExtensionTarget(extension), leg.ring_s, step.path, facts).because(entry)


def _moved(step: Ring, result: RingResult) -> frozenset[str]:
    """The extensions whose phones have answered 302."""
    legs = (step.legs[index] for index, cause in result.causes.items() if cause == MOVED)
    return frozenset(extension for leg in legs if (extension := extension_of(leg)))


def _words(said: SentOn) -> str:
    return f"the phone answered 302 to {said.to or 'nothing that can be read'}"


def _refused(extension: str, said: SentOn, facts: Facts) -> Passed:
    return Passed(facts.now, text_of(ExtensionTarget(extension)), f"{_words(said)}: refused, {said.why_not}")


def _allowed(moved_to: str, extension: str, facts: Facts) -> tuple[Target | None, str]:
    """What the phone has named, or None and why calls do not go there."""
    target = target_of(moved_to, facts) if moved_to else None
    if target is None:
        return None, "that is no number and no extension"
    if isinstance(target, NumberTarget):
        dialling = Dialling(target.name, payer_of(extension))
        if dialling.direction(facts) is Direction.PREMIUM:
            return None, "a premium rate number"
    refused = trouble_with(target, extension, facts)
    return (None, refused.why) if refused is not None else (target, "")
