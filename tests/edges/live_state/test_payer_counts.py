"""Counters of payers: the scripts in a real Redis against one worker's own counts, whatever two workers do.

`daemon/own_counts.py` is what a worker counts with while Redis is away, and the model of what the scripts do for all.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from gevent.event import AsyncResult
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from hypothesis.stateful import run_state_machine_as_test as run
from redis import Redis

from callcontrol.daemon.own_counts import OwnCounts
from callcontrol.edges.live_state import keys
from callcontrol.edges.live_state.number_traces import NumberTraces
from callcontrol.edges.live_state.payer_counts import LEASE_S, PayerCountStore
from callcontrol.edges.live_state.pipeline import RedisPipeline, connect
from callcontrol.vocabulary.counters import Cap, Claim, Counter, Reached
from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.vocabulary.queue import Occasion

START = Instant(1_790_000_000 * SECOND_US)
ALL = Counter("tenant", "all", calls_at_once=4, calls_per_minute=5, calls_per_hour=9)
DEAR = Counter("tenant", "dear", numbers_per_hour=3, calls_per_hour=8)
OWN = Counter("extension:101", "all", calls_at_once=2)
OWN_DEAR = Counter("extension:101", "dear", calls_at_once=2, calls_per_minute=3, numbers_per_hour=2)
KINDS = ((ALL,), (OWN, ALL), (DEAR, ALL), (OWN_DEAR, OWN, DEAR, ALL))
COUNTERS = (ALL, DEAR, OWN, OWN_DEAR)
NUMBERS = ("+4870000001", "+4870000002", "+4870000003", "+4870000004")
WORKERS = st.integers(0, 1)
LEGS = st.integers(0, 11)


class PayerCountMachine(RuleBasedStateMachine):
    """Each rule is done by one of two workers, each with a pipeline of its own, and by the model."""

    url = ""

    @initialize()
    def begin(self) -> None:
        self.now, self.model = START, OwnCounts()
        self.pipelines = [RedisPipeline(connect(self.url, 5.0)) for _ in range(2)]
        self.stores = [PayerCountStore(pipeline, lambda: self.now) for pipeline in self.pipelines]
        self.pipelines[0].ask("FLUSHALL")
        self.held: dict[str, tuple[int, Claim, Instant]] = {}  # by leg: whose it is, until when
        self.over: set[str] = set()  # a leg's id does not come again

    def teardown(self) -> None:
        for pipeline in getattr(self, "pipelines", []):
            pipeline.stop(1)

    @rule(worker=WORKERS, leg=LEGS, number=st.sampled_from(NUMBERS), again=st.booleans(), times=st.integers(1, 2))
    def claim(self, worker: int, leg: int, number: str, again: bool, times: int) -> None:
        name = f"leg-{leg}"
        if name in self.over:
            return
        made = Claim(name, number, KINDS[leg % 4], again and leg > 8)
        expected = self.model.claim(made, self.now // 1000)
        for _ in range(times if expected is None else 1):
            assert claimed(self.stores[worker], made) == expected
        if expected is None:
            self.held[name] = worker, self.held.get(name, (worker, made))[1], self._lease()

    @rule(worker=WORKERS, leg=LEGS, times=st.integers(1, 2))
    def release(self, worker: int, leg: int, times: int) -> None:
        """Whichever worker has the leg now tells of its end; told twice it is released once."""
        name = f"leg-{leg}"
        if name in self.held:
            self.model.release(name)
            self._ended(name)
            for _ in range(times):
                self.stores[worker].release("acme", name)
            self._settle(worker)

    @rule(worker=WORKERS)
    def take_over(self, worker: int) -> None:
        """The worker has all legs that live; they keep their places."""
        self._renewed({worker, 1 - worker}, worker)

    @rule(worker=WORKERS)
    def renew(self, worker: int) -> None:
        self._renewed({worker}, worker)

    @rule(seconds=st.sampled_from([1, 1, 7, 10, LEASE_S + 1, 61, 1700, 3601]))
    def wait(self, seconds: int) -> None:
        """What is not renewed meanwhile has no place any more."""
        self.now = Instant(self.now + seconds * SECOND_US)
        for name, (_, _, until) in list(self.held.items()):
            if until <= self.now:
                self.model.release(name)
                self._ended(name)

    @rule(chance=st.integers(0, 5))
    def end_all(self, chance: int) -> None:
        if chance:
            return
        for name, (worker, _, _) in list(self.held.items()):
            self.model.release(name)
            self.stores[worker].release("acme", name)
            self._ended(name)
        for worker in range(2):
            self._settle(worker)
        assert not self.stores[0].legs("acme")
        assert not any(self.stores[0].look("acme", one).at_once for one in COUNTERS)

    @invariant()
    def same_counts(self) -> None:
        if not hasattr(self, "stores"):
            return
        assert self.stores[0].legs("acme") == set(self.held)
        for counter in COUNTERS:
            mine = self.model.counted(counter, NUMBERS[0], self.now // 1000)
            theirs = self.stores[1].look("acme", counter, NUMBERS[0])
            assert theirs.full(counter) == mine.full(counter)
            assert (theirs.at_once, theirs.numbers, theirs.knows) == (mine.at_once, mine.numbers, mine.knows)

    def _renewed(self, whose: set[int], worker: int) -> None:
        mine = {name: claim for name, (owner, claim, _) in self.held.items() if owner in whose}
        self.stores[worker].renew("acme", mine.values())
        self._settle(worker)
        self.held.update((name, (worker, claim, self._lease())) for name, claim in mine.items())

    def _lease(self) -> Instant:
        return Instant(self.now + LEASE_S * SECOND_US)

    def _ended(self, name: str) -> None:
        del self.held[name]
        self.over.add(name)

    def _settle(self, worker: int) -> None:
        self.pipelines[worker].ask("PING")


def claimed(store: PayerCountStore, claim: Claim) -> Reached | None:
    """What the store answers."""
    result: AsyncResult = AsyncResult()
    store.claim("acme", claim, lambda reached, trouble: result.set(reached if trouble is None else trouble))
    found: Reached | None = result.get(timeout=5)
    return found


def test_whatever_two_workers_do_the_scripts_do_as_the_model(redis_client: Redis, redis_url: str) -> None:
    PayerCountMachine.url = redis_url
    checks = [HealthCheck.too_slow, HealthCheck.filter_too_much]
    run(
        PayerCountMachine,
        settings=settings(max_examples=10, stateful_step_count=35, deadline=None, suppress_health_check=checks),
    )
    assert redis_client.ping()


@pytest.fixture
def store(redis_url: str, redis_client: Redis) -> Iterator[PayerCountStore]:
    pipeline = RedisPipeline(connect(redis_url, 1))
    yield PayerCountStore(pipeline)
    pipeline.stop(1)


def test_the_first_full_counter_is_named_and_nothing_is_counted_then(store: PayerCountStore) -> None:
    for leg in ("1", "2"):
        assert claimed(store, Claim(leg, NUMBERS[0], (OWN_DEAR, OWN, DEAR, ALL))) is None
    reached = claimed(store, Claim("3", NUMBERS[0], (OWN, ALL)))
    assert reached == Reached(OWN, Cap.CALLS_AT_ONCE, NUMBERS[0])
    assert reached.why == "extension:101 has 2 calls outside at once already, and may have no more"
    assert store.look("acme", ALL).at_once == 2


def test_all_that_is_kept_ends_by_itself(store: PayerCountStore, redis_client: Redis) -> None:
    claimed(store, Claim("1", NUMBERS[0], (OWN_DEAR, OWN, DEAR, ALL)))
    kept = redis_client.keys(f"{keys.limits('acme')}:*")
    assert len(kept) == 11
    assert all(0 < redis_client.ttl(key) <= 3600 for key in kept)


def test_what_redis_has_lost_it_has_again_with_the_next_renewal(store: PayerCountStore, redis_client: Redis) -> None:
    claim = Claim("1", NUMBERS[0], (OWN, ALL))
    claimed(store, claim)
    redis_client.flushdb()
    store.renew("acme", [claim])
    assert store.look("acme", OWN).at_once == 1
    assert store.legs("acme") == {"1"}


def test_a_number_that_is_erased_is_erased_from_what_is_counted(redis_client: Redis, redis_url: str) -> None:
    pipeline = RedisPipeline(connect(redis_url, 1))
    assert claimed(PayerCountStore(pipeline), Claim("1", NUMBERS[0], (OWN_DEAR, DEAR))) is None
    traces = NumberTraces(pipeline, "acme", no_occasion)
    found = traces.find(NUMBERS[0], (), ())
    assert [str(one) for one in found] == ["called of extension:101:dear", "called of tenant:dear"]
    traces.erase(NUMBERS[0], found)
    assert not traces.find(NUMBERS[0], (), ())
    pipeline.stop(1)


def no_occasion(_tenant: str) -> Occasion:
    raise AssertionError("no queue is asked")
