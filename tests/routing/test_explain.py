"""The plan of a call as lines."""

from __future__ import annotations

import pytest

from callcontrol.routing import explain as module
from callcontrol.routing.explain import explain
from callcontrol.vocabulary.call import Caller
from tests.routing import queue_world
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


def test_a_queue_with_everywhere_its_callers_may_go() -> None:
    lines = explain(queue_world.facts(queue_world.HELP))
    assert lines[0].startswith(f"-> queue:help (number {queue_world.HELP}) [tenants/acme.yaml:")
    assert lines[1] == "wait in queue help"
    for refusal, then in (("no_agent", "play closed.wav"), ("full", "hang up with USER_BUSY (busy)")):
        at = lines.index(f"if not let in ({refusal}):")
        assert lines[at + 1].startswith("  not tried: queue:help (")
        assert lines[at + 3] == f"  {then}"
    assert lines[lines.index("on key 0:") + 1].startswith("  -> voicemail:101 (queue:help: pressed a key) [tenants/")
    assert "after 300 s:" in lines
    assert "when the last agent leaves:" in lines
    assert lines[lines.index("on key 2:") + 2] == "  wait in queue rush"
    assert not any("callback" in line for line in lines)


def test_a_queue_with_nowhere_to_go_says_how_the_call_ends() -> None:
    lines = explain(queue_world.facts(queue_world.RUSH))
    at = lines.index("if not let in (no_agent):")
    assert lines[at + 1 : at + 3] == [
        "  not tried: queue:rush (no agent is active)",
        "  hang up with SUBSCRIBER_ABSENT (unavailable)",
    ]


def test_queues_whose_keys_lead_to_each_other_are_told_once() -> None:
    keys = queue_world.QUEUES["rush"] + "    keys: {2: queue:help}\n"
    lines = explain(queue_world.facts(queue_world.HELP, written=queue_world.tenant(rush=keys)))
    assert [line.strip() for line in lines].count("wait in queue help") == 1
    assert "    queue help, as shown above" in lines


def test_a_plan_that_is_too_long_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_LINES", 5)
    lines = explain(queue_world.facts(queue_world.HELP))
    assert len(lines) == 6
    assert lines[-1] == "… (further branches are not shown)"


def test_an_agents_star_code_is_told() -> None:
    anna, nobody = Caller("101", extension="101"), Caller("102", extension="102")
    assert explain(queue_world.facts("*51*1#", caller=anna)) == ["star code: agent anna: pause"]
    assert explain(queue_world.facts("*50#", caller=nobody)) == ["star code: agent : extension 102 is no agent's"]


def test_a_plan_without_end_is_cut() -> None:
    kept, module.MAX_LINES = module.MAX_LINES, 3
    try:
        assert len(explain(facts(DID["list"]))) == 4
    finally:
        module.MAX_LINES = kept
