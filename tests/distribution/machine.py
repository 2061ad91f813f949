"""A state machine for whatever carries out the operations of `RULES.md`: the model, the scripts, or both in step.

Subclasses say in `make_targets` what is tried. Each operation is carried out on all targets; answers, offers, notices
and snapshots must be equal, and after every step what must never happen is looked for in the first one's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC
from typing import Any, Protocol, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from callcontrol.routing.queue_layout import Layout
from callcontrol.vocabulary.agent import AgentAction, OfferEnd
from callcontrol.vocabulary.moment import Instant, periods_at
from callcontrol.vocabulary.queue import (
    DemandStage,
    Engaged,
    Entered,
    Kept,
    Leaving,
    Occasion,
    Offer,
    Refusal,
    TalkEnd,
    Ticket,
)
from tests.distribution import safety
from tests.distribution.plans import AGENTS, FLUENT, FULL, GERMAN, PLANS, QUEUES
from tests.distribution.world import START, S, needs
from tests.oracle.answers import Acceptance, Objection, Result

Answer = TypeVar("Answer")


class Target(Protocol):
    """What is tried: the operations as `Model` has them, and the state in the form of `snapshot.snapshot`."""

    def join(self, occasion: Occasion, ticket: Ticket) -> Result[Entered | Refusal]: ...
    def place(self, occasion: Occasion, ticket: str) -> Result[Entered | None]: ...
    def leave(self, occasion: Occasion, ticket: str, how: Leaving) -> Result[bool]: ...
    def ringing(self, occasion: Occasion, offer: str, for_us: int) -> Result[bool]: ...
    def accept(self, occasion: Occasion, offer: str, agent: str, call: str) -> Result[Acceptance]: ...
    def pass_(self, occasion: Occasion, offer: str, agent: str, how: OfferEnd) -> Result[bool]: ...
    def over(
        self, occasion: Occasion, agent: str, ticket: str, talk_us: int, how: TalkEnd
    ) -> Result[Instant | None]: ...
    def call_back(
        self,
        occasion: Occasion,
        ticket: str,
        number: str,
        not_before: Instant,
        expires: Instant,
        closed: tuple[tuple[Instant, Instant], ...] = (),
    ) -> Result[Kept]: ...
    def called(self, occasion: Occasion, ticket: str, reached: bool, not_before: Instant) -> Result[bool]: ...
    def act(
        self, occasion: Occasion, agent: str, action: AgentAction, detail: str = ""
    ) -> Result[Objection | None]: ...
    def reach(self, occasion: Occasion, agents: Mapping[str, bool]) -> Result[None]: ...
    def elsewhere(self, occasion: Occasion, agent: str, id_: str, on: bool, call: str) -> Result[None]: ...
    def engaged(self, occasion: Occasion, those: Iterable[Engaged], calls: frozenset[str]) -> Result[int]: ...
    def due(self, occasion: Occasion) -> Result[int]: ...
    def prioritise(self, occasion: Occasion, ticket: str, priority: int) -> Result[bool]: ...
    def notify(self, occasion: Occasion, ticket: str, what: str, detail: str = "") -> Result[bool]: ...
    def configure(self, occasion: Occasion, layout: Layout) -> Result[bool]: ...
    def snapshot(self) -> dict[str, Any]: ...


WORKERS = st.sampled_from(["w1", "w2"])
ANN, BEN = "+48600000001", "+48600000002"
NUMBERS = st.sampled_from(["", ANN, ANN, BEN])
STAGES = st.sampled_from([needs(""), needs(GERMAN), needs(FLUENT, (10, GERMAN), (30, "")), needs("klingon>=1")])
DAY = 86_400 * S
SPANS = st.sampled_from([0, 1, 500_000, 2 * S, 3 * S, 10 * S, 20 * S, 30 * S, 90 * S, DAY // 2])
# Which of the things there are, see `pick`.
PICKS = st.integers(min_value=0, max_value=7)
ENDS = st.sampled_from([*OfferEnd])
# More often what brings people to work than what takes them from it.
ACTIONS = st.sampled_from([*AgentAction, AgentAction.LOG_IN, AgentAction.RESUME])
NOBODY = "nobody/1"


def pick(things: Sequence[Any], which: int) -> Any:
    """One of these, counted from the last."""
    return things[-1 - which % len(things)]


class QueueMachine(RuleBasedStateMachine):
    """Two workers do whatever comes to their minds, one operation after the other."""

    def make_targets(self) -> list[Target]:
        """What is tried, empty and with no layout yet."""
        raise AssertionError("a subclass says what is tried")

    def __init__(self) -> None:
        super().__init__()
        self.targets = self.make_targets()
        self.now = START
        self.seed = 0
        self.layout = Layout({}, {})
        self.found = self.targets[0].snapshot()
        self.ids: list[str] = []
        self.callers: set[str] = set()
        self.offers: list[Offer] = []
        self.answered: dict[str, str] = {}

    def do(
        self, worker: str, operation: Callable[[Target, Occasion], Result[Answer]], loses_callbacks: bool = False
    ) -> Answer:
        """Carry one operation out everywhere, compare, and look for what must never happen."""
        self.seed += 1
        occasion = Occasion(self.now, worker, self.seed, periods_at(self.now, UTC))
        result, *others = [operation(target, occasion) for target in self.targets]
        before, (self.found, *shown) = self.found, [target.snapshot() for target in self.targets]
        for other, snapshot in zip(others, shown, strict=True):
            assert other == result
            assert snapshot == self.found
        made = [offer for offer in result.offers if offer.id not in before["offers"]]  # others are told once more
        self.offers.extend(made)
        safety.offers_are_right(made, self.layout)
        safety.nobody_is_overtaken(before, self.found, made, self.layout)
        assert loses_callbacks or callbacks_in(before) <= callbacks_in(self.found), "a callback is lost"
        return result.answer

    def check(self) -> None:
        """What holds between operations; called by each rule when it has noted what it did."""
        safety.check(self.found, self.layout)
        waiting = set(self.found["tickets"]) - callbacks_in(self.found)
        assert waiting == self.callers, "a caller is lost, or was not let go"

    # --- the beginning

    @initialize(present=st.sets(st.sampled_from(AGENTS), min_size=1, max_size=3))
    def begin(self, present: set[str]) -> None:
        self.layout = FULL
        self.do("w1", lambda target, occasion: target.configure(occasion, FULL))
        for agent in sorted(present):
            self.come(agent, "w1")

    def come(self, agent: str, worker: str) -> None:
        self.do(worker, lambda target, occasion: target.reach(occasion, {agent: True}))
        self.do(worker, lambda target, occasion: target.act(occasion, agent, AgentAction.LOG_IN))
        self.check()

    # --- what there is

    def ticket(self, which: int) -> str:
        """The id of a live ticket, now and then of one that is gone."""
        live = sorted(self.found["tickets"])
        return str(pick(live, which) if live and which else pick([NOBODY, *self.ids], which))

    def offer(self, which: int) -> str:
        """The id of an offer that was told lately."""
        return str(pick([f"{NOBODY}:1", *(offer.id for offer in self.offers)], which))

    def live_offer(self, which: int, whom: int) -> tuple[str, str] | None:
        """A live offer and one of its agents."""
        live = [(id_, name) for id_, offer in self.found["offers"].items() for name in offer["agents"]]
        found: tuple[str, str] | None = pick(live, which + whom) if live else None
        return found

    # --- time

    @rule(span=SPANS, worker=WORKERS)
    def time_passes(self, span: int, worker: str) -> None:
        self.now = Instant(self.now + span)
        self.due(worker)

    @rule(span=SPANS)
    def time_passes_unseen(self, span: int) -> None:
        self.now = Instant(self.now + span)

    @rule(worker=WORKERS)
    def the_next_thing_falls_due(self, worker: str) -> None:
        ends = [offer["expires"] for offer in self.found["offers"].values()]
        ends += [agent[field] for agent in self.found["agents"].values() for field in ("wrap_until", "rest_until")]
        self.now = min((Instant(end) for end in ends if end > self.now), default=self.now)
        self.due(worker)

    def due(self, worker: str) -> None:
        before = self.found["tickets"]
        gone = self.do(worker, lambda target, occasion: target.due(occasion), loses_callbacks=True)
        lost = self.callers - set(self.found["tickets"])
        assert gone == len(lost)
        assert all(before[id_]["lease"] <= self.now for id_ in lost), "a caller whose worker is there is lost"
        self.callers -= lost
        safety.nothing_is_overdue(self.found, self.layout, self.now)
        self.check()

    # --- callers

    @rule(
        queue=st.sampled_from(QUEUES),
        number=NUMBERS,
        priority=st.sampled_from([0, 0, 1, 3]),
        stages=STAGES,
        waited=st.sampled_from([0, 0, 0, 15 * S]),
        worker=WORKERS,
    )
    def a_caller_comes(
        self, queue: str, number: str, priority: int, stages: tuple[DemandStage, ...], waited: int, worker: str
    ) -> None:
        self.join(queue, number, priority, stages, waited, worker)

    @rule(worker=WORKERS)
    def ann_calls_for_help(self, worker: str) -> None:
        self.join("help", ANN, 0, needs(""), 0, worker)

    @rule(queues=st.lists(st.sampled_from(QUEUES), min_size=2, max_size=4), worker=WORKERS)
    def callers_come_at_once(self, queues: list[str], worker: str) -> None:
        for queue in queues:
            self.join(queue, "", 0, needs(""), 0, worker)

    def join(
        self, queue: str, number: str, priority: int, stages: tuple[DemandStage, ...], waited: int, worker: str
    ) -> None:
        """A caller who has waited comes back from an agent who dropped the call."""
        id_ = f"c{len(self.ids) + 1}/1"
        ticket = Ticket(id_, queue, number, worker, Instant(self.now - waited), priority, stages, again=waited > 0)
        before = callbacks_in(self.found)
        answer = self.do(worker, lambda target, occasion: target.join(occasion, ticket), loses_callbacks=True)
        if isinstance(answer, Entered):
            self.ids.append(id_)
            self.callers.add(id_)
            assert len(before - callbacks_in(self.found)) == (answer.took_up == "callback")
        self.check()

    @rule(which=PICKS, worker=WORKERS, joins=st.booleans())
    def a_worker_asks_for_its_caller(self, which: int, worker: str, joins: bool) -> None:
        if self.callers:
            id_ = pick(sorted(self.callers), which)
            ticket = Ticket(id_, "help", "", worker, self.now)
            answer: Entered | Refusal | None
            if joins:
                answer = self.do(worker, lambda target, occasion: target.join(occasion, ticket))
            else:
                answer = self.do(worker, lambda target, occasion: target.place(occasion, id_))
            assert isinstance(answer, Entered)
            assert answer.place.position > 0
            self.check()

    @rule(which=PICKS, worker=WORKERS)
    def place(self, which: int, worker: str) -> None:
        id_ = self.ticket(which)
        answer = self.do(worker, lambda target, occasion: target.place(occasion, id_))
        assert (answer is not None) is (id_ in self.found["tickets"])
        self.check()

    @rule(which=PICKS, how=st.sampled_from([*Leaving, Leaving.ABANDONED, Leaving.ABANDONED]), worker=WORKERS)
    def a_caller_goes(self, which: int, how: Leaving, worker: str) -> None:
        id_ = self.ticket(which)
        self.do(worker, lambda target, occasion: target.leave(occasion, id_, how), loses_callbacks=True)
        self.callers.discard(id_)
        assert id_ not in self.found["tickets"]
        self.check()

    # --- offers

    @rule(seconds=st.sampled_from([1, 20, 40]), worker=WORKERS)
    def phones_ring(self, seconds: int, worker: str) -> None:
        for offer in sorted(self.found["offers"]):
            self.ring(offer, seconds, worker)

    def ring(self, offer: str, seconds: int, worker: str) -> None:
        live = offer in self.found["offers"]
        assert self.do(worker, lambda target, occasion: target.ringing(occasion, offer, seconds * S)) is live
        self.check()

    @rule(which=PICKS, whom=PICKS, worker=WORKERS)
    def an_agent_answers(self, which: int, whom: int, worker: str) -> None:
        if live := self.live_offer(which, whom):
            assert self.accept(*live, worker).accepted

    def accept(self, offer: str, agent: str, worker: str) -> Acceptance:
        ticket = offer.rpartition(":")[0]
        answer = self.do(worker, lambda target, occasion: target.accept(occasion, offer, agent, call_of(offer)))
        if answer.accepted:
            assert self.found["agents"][agent]["talking"] == ticket
        if answer.accepted and ticket in self.callers | set(self.answered):
            assert self.answered.setdefault(ticket, agent) == agent, "a caller was given to two agents"
            self.callers.discard(ticket)
        self.check()
        return answer

    @rule(which=PICKS, whom=PICKS, how=ENDS, worker=WORKERS)
    def an_agent_passes(self, which: int, whom: int, how: OfferEnd, worker: str) -> None:
        if live := self.live_offer(which, whom):
            assert self.pass_(*live, how, worker)

    def pass_(self, offer: str, agent: str, how: OfferEnd, worker: str) -> bool:
        answer = self.do(worker, lambda target, occasion: target.pass_(occasion, offer, agent, how))
        self.check()
        return answer

    @rule(which=PICKS, agent=st.sampled_from(AGENTS), how=ENDS, worker=WORKERS)
    def something_comes_too_late(self, which: int, agent: str, how: OfferEnd, worker: str) -> None:
        """What is said of an offer that is over, or by an agent who may not have it."""
        offer = self.offer(which)
        match how:
            case OfferEnd.ACCEPTED | OfferEnd.ELSEWHERE:
                self.accept(offer, agent, worker)
            case OfferEnd.EXPIRED:
                self.ring(offer, 20, worker)
            case _:
                self.pass_(offer, agent, how, worker)

    @rule(which=PICKS, talk=st.sampled_from([0, 1, 45 * S]), how=st.sampled_from([*TalkEnd]), worker=WORKERS)
    def a_conversation_ends(self, which: int, talk: int, how: TalkEnd, worker: str) -> None:
        talking = [(name, agent["talking"]) for name, agent in self.found["agents"].items() if agent["talking"]]
        if talking:
            agent, ticket = pick(talking, which)
            assert self.over(agent, ticket, talk, how, worker) is not None
            assert self.over(agent, ticket, talk, how, worker) is None

    def over(self, agent: str, ticket: str, talk: int, how: TalkEnd, worker: str) -> Instant | None:
        answer = self.do(worker, lambda target, occasion: target.over(occasion, agent, ticket, talk, how))
        self.check()
        return answer

    @rule(which=PICKS, whom=PICKS, talk=st.sampled_from([1, 20 * S, 200 * S]), worker=WORKERS)
    def a_call_is_taken(self, which: int, whom: int, talk: int, worker: str) -> None:
        """From the answer to the end of the conversation, while nothing else happens."""
        if live := self.live_offer(which, whom):
            offer, agent = live
            assert self.accept(offer, agent, worker).accepted
            self.now = Instant(self.now + talk)
            assert self.over(agent, offer.rpartition(":")[0], talk, TalkEnd.TALKED, worker) is not None

    # --- callbacks

    @rule(
        which=PICKS,
        number=NUMBERS,
        after=st.sampled_from([0, 0, 15 * S]),
        lasts=st.sampled_from([5 * S, 600 * S, DAY]),
        closes=st.sampled_from([(), (20 * S,), (20 * S, 90 * S)]),
        worker=WORKERS,
    )
    def a_caller_wants_to_be_called(
        self, which: int, number: str, after: int, lasts: int, closes: tuple[int, ...], worker: str
    ) -> None:
        id_ = self.ticket(which)
        begins, ends = Instant(self.now + after), Instant(self.now + lasts)
        closed = tuple((Instant(self.now + at), Instant(self.now + at + 40 * S)) for at in closes)
        answer = self.do(
            worker,
            lambda target, occasion: target.call_back(occasion, id_, number, begins, ends, closed),
            loses_callbacks=True,
        )
        if answer in (Kept.KEPT, Kept.NOTED):
            self.callers.discard(id_)
        self.check()

    @rule(which=PICKS, reached=st.booleans(), after=st.sampled_from([None, 0, 10 * S, DAY]), worker=WORKERS)
    def an_attempt_is_over(self, which: int, reached: bool, after: int | None, worker: str) -> None:
        found = self.found["tickets"]
        tried = [id_ for id_ in callbacks_in(self.found) if found[id_]["state"] in ("offered", "calling")]
        id_ = pick(sorted(tried), which) if tried and which else self.ticket(which)
        again = Instant(self.now + after if after is not None else 0)
        self.do(worker, lambda target, occasion: target.called(occasion, id_, reached, again), loses_callbacks=True)
        self.check()

    # --- agents

    @rule(agent=st.sampled_from(AGENTS), action=ACTIONS, worker=WORKERS)
    def an_agent_asks(self, agent: str, action: AgentAction, worker: str) -> None:
        detail = {AgentAction.PAUSE: "lunch", AgentAction.PROLONG_WRAP_UP: str(7 * S)}.get(action, "")
        self.do(worker, lambda target, occasion: target.act(occasion, agent, action, detail))
        self.check()

    @rule(agent=st.sampled_from(AGENTS), worker=WORKERS)
    def an_agent_comes_to_work(self, agent: str, worker: str) -> None:
        self.come(agent, worker)

    @rule(agent=st.sampled_from(AGENTS), worker=WORKERS)
    def a_break_begins_or_ends(self, agent: str, worker: str) -> None:
        paused = self.found["agents"].get(agent, {}).get("paused")
        action = AgentAction.RESUME if paused else AgentAction.PAUSE
        self.do(worker, lambda target, occasion: target.act(occasion, agent, action))
        self.check()

    @rule(agents=st.sets(st.sampled_from(AGENTS), min_size=1, max_size=3), worker=WORKERS)
    def phones_come_and_go(self, agents: set[str], worker: str) -> None:
        reached = {name: not self.found["agents"].get(name, {}).get("reachable") for name in sorted(agents)}
        self.do(worker, lambda target, occasion: target.reach(occasion, reached))
        self.check()

    @rule(agent=st.sampled_from(AGENTS), call=st.sampled_from(["x", "x", "y"]), worker=WORKERS)
    def another_call_begins_or_ends(self, agent: str, call: str, worker: str) -> None:
        on = call not in self.found["agents"].get(agent, {}).get("elsewhere", [])
        self.do(worker, lambda target, occasion: target.elsewhere(occasion, agent, call, on, f"call {call}"))
        self.check()

    @rule(agent=st.sampled_from(AGENTS), call=st.sampled_from(["x", "y"]), worker=WORKERS)
    def another_call_ends_that_may_never_have_begun(self, agent: str, call: str, worker: str) -> None:
        self.do(worker, lambda target, occasion: target.elsewhere(occasion, agent, call, False, f"call {call}"))
        self.check()

    @rule(heard=st.sets(PICKS), saved=st.sets(PICKS), worker=WORKERS)
    def a_worker_says_who_is_in_its_calls(self, heard: set[int], saved: set[int], worker: str) -> None:
        """Of some it says nothing, and only some of their calls are saved."""
        known = list(enumerate(sorted(self.found["engaged"].items())))
        said = [Engaged(*_parts(member), call) for at, (member, (_, call)) in known if at in heard]
        said += [Engaged(AGENTS[0], "nothing", "call nothing")]
        calls = frozenset(call for at, (_, (_, call)) in known if at in saved)
        before = self.found["engaged"]
        gone = self.do(worker, lambda target, occasion: target.engaged(occasion, said, calls))
        kept = {f"{one.agent}|{one.id}" for one in said}
        late = {key: call for key, (until, call) in before.items() if until <= self.now and key not in kept}
        assert gone == len([call for call in late.values() if call not in calls])
        assert not any(until <= self.now for until, _ in self.found["engaged"].values())
        self.check()

    # --- administration

    @rule(which=PICKS, priority=st.integers(min_value=0, max_value=10), worker=WORKERS)
    def somebody_is_moved_up(self, which: int, priority: int, worker: str) -> None:
        id_ = self.ticket(which)
        self.do(worker, lambda target, occasion: target.prioritise(occasion, id_, priority))
        self.check()

    @rule(which=PICKS, what=st.sampled_from(["removed", "moved"]), worker=WORKERS)
    def somebody_is_sent_away(self, which: int, what: str, worker: str) -> None:
        id_ = self.ticket(which)
        self.do(worker, lambda target, occasion: target.notify(occasion, id_, what, "sales"), loses_callbacks=True)
        self.check()

    @rule(plan=st.sampled_from(PLANS), worker=WORKERS)
    def the_settings_are_read_again(self, plan: Layout, worker: str) -> None:
        before = set(self.found["tickets"])
        self.layout = plan
        self.do(worker, lambda target, occasion: target.configure(occasion, plan))
        assert set(self.found["tickets"]) == before, "a new layout loses or makes tickets"
        self.check()


def must_hold(machine: type[QueueMachine], examples: int, steps: int) -> None:
    """Run the machine so many times with so many steps each; whatever is found wrong is an AssertionError."""
    checks = (HealthCheck.too_slow, HealthCheck.data_too_large)
    run_state_machine_as_test(
        machine, settings=settings(max_examples=examples, stateful_step_count=steps, suppress_health_check=checks)
    )


def _parts(member: str) -> tuple[str, str]:
    agent, _, id_ = member.partition("|")
    return agent, id_


def call_of(offer: str) -> str:
    """The call that carries an offer."""
    return f"call of {offer.rpartition(':')[0]}"


def callbacks_in(found: dict[str, Any]) -> set[str]:
    """The ids of the callbacks."""
    return {id_ for id_, ticket in found["tickets"].items() if ticket["callback"]}
