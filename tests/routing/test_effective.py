"""What a subscriber set wins over the YAML, kind by kind; a reload of the YAML changes only what the subscriber did
not set.
"""

from __future__ import annotations

from callcontrol.routing.effective import effective
from callcontrol.vocabulary.rule import RuleKind
from callcontrol.vocabulary.target import text_of
from tests.routing.world import TENANT, rule, settings

WRITTEN = TENANT.replace(
    "'101': {name: Jan}",
    "'101': {forward: {busy: {target: 'extension:102'}, no_answer: {target: 'voicemail:101', after: 7}}}",
)


def test_the_baseline_with_its_line() -> None:
    rules = effective(settings(WRITTEN), "acme", "101", {})
    busy, no_answer = rules.of(RuleKind.BUSY), rules.of(RuleKind.NO_ANSWER)
    assert busy is not None
    assert text_of(busy.target) == "extension:102"
    assert busy.source.startswith("tenants/acme.yaml:")
    assert no_answer is not None
    assert no_answer.after_s == 7
    assert rules.of(RuleKind.ALWAYS) is None


def test_set_at_run_time_wins_and_the_rest_stays() -> None:
    mine = rule("busy", "number:+48600100100")
    rules = effective(settings(WRITTEN), "acme", "101", {RuleKind.BUSY: mine})
    assert rules.of(RuleKind.BUSY) == mine
    assert rules.of(RuleKind.NO_ANSWER) is not None


def test_removed_at_run_time_is_removed() -> None:
    assert effective(settings(WRITTEN), "acme", "101", {RuleKind.BUSY: None}).of(RuleKind.BUSY) is None


def test_a_reload_keeps_what_was_set() -> None:
    mine = {RuleKind.BUSY: rule("busy", "number:+48600100100")}
    reloaded = settings(WRITTEN.replace("extension:102", "extension:103").replace("after: 7", "after: 9"))
    rules = effective(reloaded, "acme", "101", mine)
    assert rules.of(RuleKind.BUSY) == mine[RuleKind.BUSY]
    no_answer = rules.of(RuleKind.NO_ANSWER)
    assert no_answer is not None
    assert no_answer.after_s == 9
