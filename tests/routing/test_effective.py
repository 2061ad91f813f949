"""What a subscriber set wins over the YAML, kind by kind; a reload of the YAML changes only what he did not set."""

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
    assert rules.busy is not None
    assert text_of(rules.busy.target) == "extension:102"
    assert rules.busy.source.startswith("tenants/acme.yaml:")
    assert rules.no_answer is not None
    assert rules.no_answer.after_s == 7
    assert rules.always is None


def test_set_at_run_time_wins_and_the_rest_stays() -> None:
    mine = rule("busy", "number:+48600100100")
    rules = effective(settings(WRITTEN), "acme", "101", {RuleKind.BUSY: mine})
    assert rules.busy == mine
    assert rules.no_answer is not None


def test_removed_at_run_time_is_removed() -> None:
    assert effective(settings(WRITTEN), "acme", "101", {RuleKind.BUSY: None}).busy is None


def test_a_reload_keeps_what_was_set() -> None:
    mine = {RuleKind.BUSY: rule("busy", "number:+48600100100")}
    reloaded = settings(WRITTEN.replace("extension:102", "extension:103").replace("after: 7", "after: 9"))
    rules = effective(reloaded, "acme", "101", mine)
    assert rules.busy == mine[RuleKind.BUSY]
    assert rules.no_answer is not None
    assert rules.no_answer.after_s == 9
