"""Where callers go who do not wait in a queue to the end."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcontrol.control.playing import Announce
from callcontrol.kinds.targets.queue import exits
from callcontrol.kinds.targets.queue.waiting import Wait
from callcontrol.kinds.targets.voicemail import TakeMessage, VoicemailTarget
from callcontrol.routing import router
from callcontrol.routing.path import Diversion, Path
from callcontrol.routing.plan import Decision, Onward, Refuse
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.queue import Leaving, Refusal
from callcontrol.vocabulary.rule import RuleKind
from callcontrol.vocabulary.target import QueueTarget, text_of
from tests.routing.queue_world import HELP, QUEUES, RUSH, changed, facts, tenant
from tests.routing.world import rule

PATH = Path(
    QueueTarget("help"), ("queue:help",), hops=3, payer="extension:101", diversions=(Diversion("101", RuleKind.BUSY),)
)
STEP = Wait("help", PATH)


def onward(answer: Decision | Onward) -> Onward:
    assert isinstance(answer, Onward)
    return answer


def everywhere(queue: str) -> list[str]:
    target, found = QueueTarget(queue), facts()
    return [text_of(following) for following in found.kinds.of(target).following(target, found)]


def test_everywhere_a_queue_may_send_a_caller() -> None:
    assert everywhere("help") == [
        "announcement:closed",
        "hangup:busy",
        "announcement:closed",
        "voicemail:101",
        "voicemail:101",
        "queue:rush",
    ]
    assert everywhere("rush") == []


def test_where_those_go_who_have_waited_and_when() -> None:
    found = [(what, how, text_of(target)) for what, how, target in exits.after_waiting(facts().tenant.queues["help"])]
    assert found == [
        ("after 300 s", Leaving.WAITED_OUT, "announcement:closed"),
        ("when the last agent leaves", Leaving.DESERTED, "voicemail:101"),
        ("on key 0", Leaving.KEY, "voicemail:101"),
        ("on key 2", Leaving.KEY, "queue:rush"),
    ]


@pytest.mark.parametrize(
    ("why", "to", "setting"),
    [
        (Refusal.NO_AGENT, "announcement:closed", "otherwise"),
        (Refusal.AWAY, "announcement:closed", "otherwise"),
        (Refusal.FULL, "hangup:busy", "full"),
        (Refusal.TOO_LONG, "announcement:closed", "otherwise"),  # no `busy` is written
    ],
)
def test_a_refused_caller_goes_to_the_target_for_it_or_to_otherwise(why: Refusal, to: str, setting: str) -> None:
    known = facts()
    answer = onward(exits.not_let_in(STEP, why, known))
    assert text_of(answer.target) == to
    assert answer.path == PATH.onward()
    passed, routed = answer.why
    assert (passed.target, routed.target) == ("queue:help", to)
    place = ("overflow", "full") if setting == "full" else ("otherwise",)
    if why is not Refusal.TOO_LONG:
        assert routed.source == known.settings.source("tenants", "acme", "queues", "help", *place)


def test_callers_who_would_wait_too_long_may_have_their_own_target() -> None:
    known = facts(written=changed("help", "full: hangup:busy", "expected: 600, busy: voicemail:101"))
    assert onward(exits.not_let_in(STEP, Refusal.TOO_LONG, known)).target == VoicemailTarget("101")


@pytest.mark.parametrize(
    ("why", "outcome"),
    [
        (Refusal.NO_AGENT, Outcome.UNAVAILABLE),
        (Refusal.AWAY, Outcome.UNAVAILABLE),
        (Refusal.FULL, Outcome.BUSY),
        (Refusal.TOO_LONG, Outcome.BUSY),
    ],
)
@pytest.mark.parametrize("queue", ["rush", "nonsense"])
def test_a_caller_without_a_target_is_refused_with_the_reason(queue: str, why: Refusal, outcome: Outcome) -> None:
    answer = exits.not_let_in(Wait(queue, PATH), why, facts())
    assert isinstance(answer, Decision)
    assert isinstance(answer.step, Refuse)
    assert answer.step.outcome is outcome
    assert [entry.target for entry in answer.why] == [f"queue:{queue}"]


def test_queues_without_an_agent_that_lead_to_each_other_by_a_rule_are_a_loop_that_ends() -> None:
    """The YAML's own loops are refused when it is read; a rule that was set at run time is not in it."""
    written = tenant(
        help=QUEUES["help"].replace("otherwise: announcement:closed", "otherwise: queue:rush"),
        rush=QUEUES["rush"].replace("strategy: all_at_once", "otherwise: extension:102"),
    )
    known = facts(written=written, rules={"102": [rule("always", "queue:help")]})
    first = router.follow(exits.not_let_in(STEP, Refusal.NO_AGENT, known), known)
    assert isinstance(first.step, Wait)
    second = router.follow(exits.not_let_in(first.step, Refusal.NO_AGENT, known), known)
    assert isinstance(second.step, Refuse)
    assert any("loop: queue:help -> queue:rush -> extension:102 -> queue:help" in entry.why for entry in second.why)


def test_a_caller_who_has_waited_keeps_payer_and_diversion_on_a_new_path() -> None:
    answer = exits.after_wait(STEP, QueueTarget("help"), Leaving.MOVED, facts())
    assert (answer.path.visited, answer.path.hops) == ((), 0)
    assert (answer.path.payer, answer.path.diversions, answer.path.first) == (PATH.payer, PATH.diversions, PATH.first)
    assert isinstance(router.follow(answer, facts()).step, Wait)  # back into the same queue: no loop


@pytest.mark.parametrize(
    ("how", "why"),
    [
        (Leaving.WAITED_OUT, "waited as long as the queue allows"),
        (Leaving.DESERTED, "the last agent left"),
        (Leaving.KEY, "pressed a key"),
        (Leaving.REMOVED, "taken out of the queue"),
        (Leaving.MOVED, "moved to another queue"),
        (Leaving.FAILED, "the queue is no more"),
    ],
)
def test_each_way_of_leaving_says_why_and_where_that_is_written(how: Leaving, why: str) -> None:
    (entry,) = exits.after_wait(STEP, VoicemailTarget("101"), how, facts()).why
    assert (entry.target, entry.why) == ("voicemail:101", f"queue:help: {why}")
    if how in (Leaving.WAITED_OUT, Leaving.DESERTED, Leaving.KEY):
        assert getattr(entry, "source", "").startswith("tenants/acme.yaml:")


def test_the_rules_of_every_exit_are_looked_up_before_the_first_decision() -> None:
    written = changed("help", "otherwise: announcement:closed", "otherwise: extension:102")
    known = facts(HELP, written=written)
    assert router.wanted(QueueTarget("help"), known) == frozenset()
    assert router.wanted(QueueTarget("help"), replace(known, rules={})) == frozenset({"102"})


def test_steps_that_follow_a_queue_are_those_of_any_call() -> None:
    known = facts(RUSH)
    said = router.follow(exits.after_wait(STEP, VoicemailTarget("101"), Leaving.KEY, known), known)
    assert isinstance(said.step, TakeMessage)
    closed = router.follow(exits.not_let_in(STEP, Refusal.NO_AGENT, known), known)
    assert isinstance(closed.step, Announce)
