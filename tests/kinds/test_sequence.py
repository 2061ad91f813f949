"""Sequences: what takes a call and what leads to the next step, on the way, after a wait and after a worker's death."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from callcontrol.control import commands as do
from callcontrol.control.events import AppEnded, KeyPressed, QueueEntered, QueueRefused, Rearrived
from callcontrol.control.playing import Announcing
from callcontrol.edges.live_state.codec import decode, encode
from callcontrol.kinds.targets.sequence import SequenceTarget
from callcontrol.kinds.targets.voicemail import TakeMessage
from callcontrol.routing import router
from callcontrol.routing.explain import explain
from callcontrol.routing.facts import Facts
from callcontrol.routing.path import Path
from callcontrol.routing.plan import Decision, Refuse, Ring, RingResult
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.queue import Entered, Place, Refusal
from callcontrol.vocabulary.rule import Rule
from callcontrol.vocabulary.target import text_of
from tests.config import folder
from tests.control.story import Story
from tests.routing.world import NOW, TENANT, facts, rule

NUMBER = "+48221234599"
DAY = SequenceTarget("day")
# No agent of it is active unless a test says so; it says nothing of where else callers go.
QUEUE = "agents:\n  a: {extension: '104'}\nqueues:\n  help: {agents: [{agent: a}], keys: {0: announcement:closed}}\n"


def world(
    *steps: str,
    more: str = "",
    inner: str = "extension:101",
    offline: tuple[str, ...] = (),
    rules: Mapping[str, list[Rule]] | None = None,
    unpriced: tuple[str, ...] = (),
) -> Facts:
    """A number that leads to a sequence of these steps; there is another one, `inner`."""
    sequences = f"sequences:\n  day: {{steps: [{', '.join(steps)}]}}\n  inner: {{steps: [{inner}]}}\n"
    written = TENANT.replace("numbers:\n", f'{more}{sequences}numbers:\n  "{NUMBER}": sequence:day\n')
    return facts(NUMBER, tenant=written, offline=offline, rules=rules, unpriced=unpriced)


def ring(decision: Decision) -> Ring:
    assert isinstance(decision.step, Ring), decision
    return decision.step


def rung(known: Facts, outcome: Outcome = Outcome.NO_ANSWER) -> tuple[list[str], Decision]:
    """Who is rung in turn if no one answers, and how it ends."""
    found, decision = [], router.decide(DAY, Path(DAY), known)
    while isinstance(decision.step, Ring):
        found.append(decision.step.legs[0].to)
        decision = router.after(decision.step, RingResult(outcome), known)
    return found, decision


@pytest.mark.parametrize("outcome", [Outcome.BUSY, Outcome.NO_ANSWER, Outcome.UNAVAILABLE, Outcome.REJECTED])
def test_what_is_not_answered_leads_to_the_next_step(outcome: Outcome) -> None:
    known = world("extension:101", "extension:102", "voicemail:101")
    second = router.after(ring(router.decide(DAY, Path(DAY), known)), RingResult(outcome), known)
    assert ring(second).legs[0].to == "extension:102"
    assert second.why[-1].why == f"step 2 of 3 of sequence:day, for extension:101: {outcome.value}"
    assert second.why[-1].source.startswith("tenants/acme.yaml:")
    found, last = rung(known, outcome)
    assert (found, type(last.step)) == (["extension:101", "extension:102"], TakeMessage)


def test_what_cannot_be_rung_is_passed_at_once() -> None:
    known = world("group:quiet", "number:+4930123456", "extension:103", offline=("101", "102"), unpriced=("+49",))
    decision = router.decide(DAY, Path(DAY), known)
    assert ring(decision).legs[0].to == "extension:103"
    steps = [entry.target for entry in decision.why if entry.why.startswith("step")]
    assert steps == ["group:quiet", "number:+4930123456", "extension:103"]


def test_the_last_step_decides_how_the_call_ends() -> None:
    found, last = rung(world("extension:103", "extension:102"), Outcome.BUSY)
    assert (found, last.step) == (["extension:103", "extension:102"], Refuse("USER_BUSY", Outcome.BUSY))


def test_a_hang_up_is_the_last_word_wherever_it_stands() -> None:
    known = world("sequence:inner", "extension:103", inner="extension:101, hangup:busy")
    found, last = rung(known)
    assert (found, last.step) == (["extension:101"], Refuse("USER_BUSY", Outcome.BUSY))


def test_the_rules_of_one_step_are_nothing_to_the_next() -> None:
    """101 forwards to 102, who does not answer; then 102's own turn comes: no loop, and at the tenant's expense."""
    known = world("extension:101", "extension:102", rules={"101": [rule("busy", "extension:102", show="company")]})
    forwarded = router.after(ring(router.decide(DAY, Path(DAY), known)), RingResult(Outcome.BUSY), known)
    assert (ring(forwarded).legs[0].to, ring(forwarded).path.payer) == ("extension:102", "extension:101")
    path = ring(router.after(ring(forwarded), RingResult(Outcome.NO_ANSWER), known)).path
    assert (path.payer, path.show, path.diversions, path.fallback) == ("tenant", "", (), None)


def test_one_in_another_goes_on_where_the_outer_one_stood() -> None:
    found, _ = rung(world("sequence:inner", "extension:103", inner="extension:101, extension:102"))
    assert found == ["extension:101", "extension:102", "extension:103"]


def test_one_that_leads_back_to_itself_ends_at_the_last_resort() -> None:
    known = world("extension:101", "extension:102", rules={"101": [rule("always", "sequence:day")]})
    decision = router.decide(DAY, Path(DAY), known)
    assert decision.step == Refuse("USER_BUSY", Outcome.BUSY)
    assert [entry.why for entry in decision.why][-2:] == [
        "loop: sequence:day -> extension:101 -> sequence:day",
        "last resort",
    ]


def in_the_queue() -> tuple[Story, str]:
    """A call that has heard the announcement and asks to be let into the queue, and its ticket."""
    story = Story(world("announcement:closed", "queue:help", "extension:103", more=QUEUE)).begin()
    assert story.command(do.Play).file == "closed.wav"
    story.then(AppEnded(story.command(do.Play).app_id))
    return story, story.command(do.JoinQueue).ticket.id


def test_a_queue_without_agents_is_not_entered_and_the_call_goes_on() -> None:
    story, ticket = in_the_queue()
    story.then(QueueRefused(ticket, Refusal.NO_AGENT))
    assert story.command(do.Bridge).legs[0][1].to == "extension:103"


def test_a_queue_that_let_the_caller_in_has_taken_the_call() -> None:
    story, ticket = in_the_queue()
    story.then(QueueEntered(ticket, Entered(Place(1, 1, 1, 0), NOW))).then(KeyPressed("0"))
    assert text_of(story.command(do.LookUp).target) == "announcement:closed"
    story.begin()
    assert story.state() is Announcing
    story.then(AppEnded(story.command(do.Play).app_id))
    assert story.command(do.HangUp).cause == "NORMAL_CLEARING"


def test_it_goes_on_after_a_workers_death_in_the_middle() -> None:
    story = Story(world("announcement:closed", "extension:103")).begin()
    assert story.state() is Announcing
    story.call = decode(encode(story.call))
    assert story.then(Rearrived(NUMBER)).command(do.Bridge).legs[0][1].to == "extension:103"


def test_explain_shows_every_step() -> None:
    told = "\n".join(explain(world("announcement:closed", "queue:help", "voicemail:101", more=QUEUE)))
    assert "-> announcement:closed (step 1 of 3 of sequence:day)" in told
    assert "-> queue:help (step 2 of 3 of sequence:day, for announcement:closed: announced)" in told
    assert "if not let in (no_agent):\n  not tried: queue:help (no agent is active)" in told
    assert "  -> voicemail:101 (step 3 of 3 of sequence:day, for queue:help: unavailable)" in told


def problems(*sequences: str) -> str:
    written = "sequences:\n" + "".join(f"  {sequence}\n" for sequence in sequences)
    return "\n".join(folder.written(*folder.problems(folder.TENANT + written)))


def test_what_is_never_reached_and_what_goes_round_is_a_problem() -> None:
    behind = problems("sound: {steps: [extension:101, voicemail:box]}", "day: {steps: [voicemail:box, extension:101]}")
    assert behind == (
        "tenants/acme.yaml:13: sequences.day.steps.1: never reached: no call goes on after voicemail:box;"
        " remove it, or put it before voicemail:box"
    )
    assert "sequences.day.steps.0: a loop: sequence:day -> sequence:day;" in problems("day: {steps: [sequence:day]}")
    assert "nothing is in it" in problems("day: {steps: []}")
