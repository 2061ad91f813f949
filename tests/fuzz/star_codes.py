"""Whatever a phone dials that begins like a star code: understood, refused, or rejected with a reason."""

from __future__ import annotations

from functools import cache

from callcontrol.kinds import KINDS
from callcontrol.kinds.star_codes.agent_code import ChangeAgent
from callcontrol.kinds.star_codes.forwarding import KINDS_OF_CODE, Change, ForwardingCode, parse
from callcontrol.routing.facts import Facts
from callcontrol.routing.forwarding_rights import trouble_with
from callcontrol.routing.plan import Refuse
from callcontrol.routing.star_codes import decide
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.rule import RuleKind
from callcontrol.vocabulary.target import text_of
from tests.fuzz.pieces import Pieces
from tests.routing import queue_world
from tests.routing.world import facts, rule

CODE_OF_KINDS = {kinds: code for code, kinds in KINDS_OF_CODE.items()}
TARGETS = ("", "102", "+48600100100", "600100100", "48701", "112", "0", "9" * 16)
SECONDS = ("", "*15", "*11*15", "*0", "*999", "*4", "*121")
LONGEST_RING_S, SHORTEST_RING_S = 120, 5


def check_star_code(data: bytes) -> None:
    """Any digits, and a well-formed code chosen by the bytes."""
    pieces = Pieces(data)
    made = (
        pieces.choice(("*", "#", "##", "*#"))
        + pieces.choice((*KINDS_OF_CODE, "50", "51", "52", "003"))
        + (f"*{target}" if (target := pieces.choice(TARGETS)) else "")
        + pieces.choice(SECONDS)
        + pieces.choice(("#", ""))
    )
    for dialled in (made, made + pieces.text(), data.decode("utf-8", "replace")):
        check_dialled(dialled)


def check_dialled(dialled: str) -> None:
    """One code."""
    code = parse(dialled)
    if code is not None:
        assert parse(written(code)) == code
    for world in worlds():
        step = decide(dialled, world).step
        match step:
            case Refuse():
                assert code is None
            case Change():
                for change in (step, *step.also):
                    check_change(change, world)
            case ChangeAgent():
                assert bool(step.agent) or bool(step.rejected)
                assert step.detail.isprintable()
            case _:
                raise AssertionError(f"{dialled!r} led to {step}")


def written(code: ForwardingCode) -> str:
    """The code as one would dial it."""
    target = f"*{code.target}" if code.target else ""
    seconds = f"*11*{code.seconds}" if code.seconds is not None else ""
    return f"{code.verb}{CODE_OF_KINDS[code.kind, *code.also]}{target}{seconds}#"


def check_change(step: Change, world: Facts) -> None:
    """A rule that is set is one the subscriber may have; a refusal says why."""
    assert step.extension == world.caller.extension
    if step.rejected or step.ask or step.rule is None:
        return
    assert step.rule.kind is step.kind
    assert SHORTEST_RING_S <= step.rule.after_s <= LONGEST_RING_S
    assert KINDS.read(text_of(step.rule.target)) == step.rule.target
    if step.rule.on and step.rule.source.startswith("phone of"):
        assert trouble_with(step.rule.target, step.extension, world) is None


@cache
def worlds() -> tuple[Facts, ...]:
    """A phone with and without rules, and an agent's."""
    phone = Caller("101", "Jan", extension="101")
    rules = [rule(kind, "extension:102") for kind in RuleKind]
    return (
        facts("*21#", caller=phone),
        facts("*21#", caller=phone, rules={"101": rules}),
        queue_world.facts("*50#", caller=phone),
    )
