"""The plan of a call as lines."""

from __future__ import annotations

from callcontrol.routing import explain as module
from callcontrol.routing.explain import explain
from callcontrol.vocabulary.call import Caller
from tests.routing.world import DID, facts, rule


def test_each_branch_with_its_rule_and_line() -> None:
    lines = explain(facts(rules={"101": [rule("busy", "number:+48600100100"), rule("no_answer", "voicemail:101")]}))
    assert lines[0].startswith(f"-> extension:101 (number {DID['extension']}) [tenants/acme.yaml:")
    assert lines[1] == "ring 101@acme.example for 20 s (shows +48600700800)"
    assert "if busy:" in lines
    assert "  -> number:+48600100100 (rule busy of extension:101) [test]" in lines
    told = "\n".join(lines)
    assert "through a, billed to extension:101 for 60 s (shows +48600700800, press 1 to accept)" in told
    assert "  voicemail 101: greeting hello.wav, at most 180 s" in lines


def test_what_is_not_tried_is_told() -> None:
    told = "\n".join(explain(facts(DID["group"], offline=("101", "102"), unpriced=("+48600",))))
    assert "not tried: extension:101 (no phone registered)" in told
    assert "not tried: number:+48600100100 (no price in list retail)" in told


def test_branches_with_the_same_end_are_told_once() -> None:
    assert "if busy:" in explain(facts())
    told = explain(facts(DID["group"]))
    assert "if busy or no_answer or unavailable:" in told
    assert len([line for line in told if "voicemail 101" in line]) == 1


def test_an_anonymous_caller_is_shown_so() -> None:
    told = "\n".join(explain(facts(caller=Caller("+48600700800", anonymous=True))))
    assert "(shows anonymous)" in told
    assert "600700800" not in told


def test_a_plan_without_end_is_cut() -> None:
    kept, module.MAX_LINES = module.MAX_LINES, 3
    try:
        assert len(explain(facts(DID["list"]))) == 4
    finally:
        module.MAX_LINES = kept
