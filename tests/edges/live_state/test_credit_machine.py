"""Credit accounts: the scripts in a real Redis against the model, whatever two workers do in whatever order."""

from __future__ import annotations

from functools import partial

from gevent.event import AsyncResult
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run
from redis import Redis

from callcontrol.edges.live_state.credit import CreditStore
from callcontrol.edges.live_state.pipeline import RedisPipeline, connect
from callcontrol.vocabulary.bundle_counter import BundleCounter, BundleUse, Cover
from callcontrol.vocabulary.credit import UNITS, Balance, Booking, CreditAccount, Released, Rung, SpanReply, SpanRequest
from callcontrol.vocabulary.moment import SECOND_US, Instant
from tests.oracle.credit import CreditModel

START = Instant(1_790_000_000 * SECOND_US)
ACCOUNTS = (CreditAccount("acme", "tenant", "PLN"), CreditAccount("acme", "extension:101", "PLN"))
# What a second costs (units), and of how many seconds a block is.
PRICES = ((0, 1), (UNITS // 100, 1), (UNITS // 300, 1), (UNITS // 100, 60), (UNITS // 7, 6))
# Two months of a bundle that all share, in parts of 1/10,000 of a second: 20 and 30 s.
COVERS = tuple(
    Cover(BundleCounter("acme", "national", "tenant", month), seconds * 10_000)
    for month, seconds in (("2026-10", 20), ("2026-11", 30))
)
LEASE_US = 90 * SECOND_US
LEGS = st.integers(0, 7)
WORKERS = st.integers(0, 1)


def rungs_of(leg: int, from_s: int, span_s: int) -> tuple[Rung, ...]:
    per_second, block_s = PRICES[leg % len(PRICES)]
    found: dict[int, Rung] = {}
    for more_s in (1, 2, 4, 8, span_s):
        units = -(-(from_s + more_s) // block_s) * block_s * per_second
        found[units] = Rung(from_s + more_s, units)
    return tuple(found.values())


def covered_rungs_of(leg: int, from_s: int, span_s: int, assumed_s: tuple[int, int]) -> tuple[Rung, ...]:
    """As much as possible from the older month, then from the other, the rest for money."""
    found = []
    for rung in rungs_of(leg, from_s, span_s):
        old_s = min(rung.talk_s, assumed_s[0])
        new_s = min(rung.talk_s - old_s, assumed_s[1])
        units = rung.units * (rung.talk_s - old_s - new_s) // rung.talk_s
        found.append(Rung(rung.talk_s, units, (old_s * 10_000, new_s * 10_000)))
    return tuple(found)


class Ledger:
    """The entries of each account: its balance after each, what each leg has cost, and what is used of bundles."""

    def __init__(self) -> None:
        self.balances = {account: Balance(account) for account in ACCOUNTS}
        self.charged: dict[str, int] = {}
        self.uses = {cover.counter: BundleUse(cover.counter) for cover in COVERS}

    def count(self, cover: Cover, parts: int) -> BundleUse:
        was = self.uses[cover.counter]
        self.uses[cover.counter] = BundleUse(cover.counter, was.changes + 1, was.used + parts)
        return self.uses[cover.counter]

    def post(self, account: CreditAccount, units: int, *, on_hold: bool | None = None) -> Balance:
        was = self.balances[account]
        is_on_hold = was.on_hold if on_hold is None else on_hold
        self.balances[account] = Balance(account, was.entry + 1, was.units + units, is_on_hold)
        return self.balances[account]


class CreditMachine(RuleBasedStateMachine):
    """Each rule is done by one of two workers, each with a pipeline of its own, and by the model."""

    url = ""

    @initialize(cents=st.integers(0, 300))
    def begin(self, cents: int) -> None:
        self.now = START
        self.model, self.ledger = CreditModel(), Ledger()
        self.pipelines = [RedisPipeline(connect(self.url, 5.0)) for _ in range(2)]
        self.stores = [CreditStore(one, self._found, lambda: self.now, self._uses_found) for one in self.pipelines]
        self.pipelines[0].ask("FLUSHALL")
        self.answered: dict[str, Instant] = {}
        self.spans: dict[str, SpanReply] = {}
        self.held: dict[str, tuple[int, ...]] = {}  # what legs hold of the bundle
        self.waiting: list[tuple[str, int, tuple[int, ...]]] = []  # legs that have ended and are not in the ledger yet
        self.till: dict[str, Instant] = {}
        self.is_lossy = False  # Redis has lost what was reserved, or a leg has ended after its lease
        for account in ACCOUNTS:
            self._post(self.stores[0], account, cents * UNITS // 100)

    def teardown(self) -> None:
        for pipeline in getattr(self, "pipelines", []):
            pipeline.stop(1)

    def _found(self, account: CreditAccount, on_balance: object) -> None:
        assert callable(on_balance)
        self.model.book(self.now, self.ledger.balances[account])
        on_balance(self.ledger.balances[account])

    def _uses_found(self, counters: object, on_uses: object) -> None:
        assert callable(on_uses)
        self.model.count(self.ledger.uses.values())
        on_uses(tuple(self.ledger.uses.values()))

    @rule(
        worker=WORKERS,
        leg=LEGS,
        span_s=st.integers(10, 40),
        more=st.booleans(),
        is_answered=st.booleans(),
        assumed_s=st.one_of(st.none(), st.tuples(st.integers(0, 20), st.integers(0, 30))),
    )
    def reserve(
        self,
        worker: int,
        leg: int,
        span_s: int,
        more: bool,
        is_answered: bool,
        assumed_s: tuple[int, int] | None,
    ) -> None:
        """More of what the leg has, or the same request again; of a leg that has been answered since, or not; with so
        much of the bundle as its worker takes to be left, or without it.
        """
        if is_answered and f"leg-{leg}" in self.spans:
            self.answered.setdefault(f"leg-{leg}", self.now)
        name, account = f"leg-{leg}", ACCOUNTS[leg % 2]
        known = self.spans.get(name)
        from_s = known.talk_s if known and more else 0
        request = SpanRequest(
            account=account,
            leg=name,
            rungs=covered_rungs_of(leg, from_s, span_s, assumed_s) if assumed_s else rungs_of(leg, from_s, span_s),
            rate=PRICES[leg % len(PRICES)][0],
            answered=self.answered.get(name),
            floor=0 if leg % 2 else -UNITS // 2,
            lease_us=LEASE_US,
            horizon_s=120,
            covers=COVERS if assumed_s else (),
        )
        result: AsyncResult = AsyncResult()
        self.stores[worker].reserve(request, lambda reply, trouble: result.set(reply if trouble is None else trouble))
        found = result.get(timeout=5)
        assert found == self.model.reserve(self.now, request)
        assert isinstance(found, SpanReply)
        if found.is_granted:
            self.spans[name], self.till[name] = found, Instant(self.now + LEASE_US)
            if found.covered:
                self.held[name] = tuple(one.own for one in found.covered)

    @rule(worker=WORKERS, leg=LEGS, part=st.integers(0, 10), times=st.integers(1, 3))
    def end(self, worker: int, leg: int, part: int, times: int) -> None:
        """A leg costs what was reserved at most; its end may be told several times."""
        name, account = f"leg-{leg}", ACCOUNTS[leg % 2]
        if name not in self.spans:
            return
        used = self.spans[name].units * part // 10 if name in self.answered else 0
        self.is_lossy |= self.till[name] < self.now
        held = self.held.get(name, (0, 0)) if name in self.answered else (0, 0)
        parts = tuple(one * part // 10 for one in held)
        uses = [(cover.counter, one) for cover, one in zip(COVERS, parts, strict=True)]
        is_first = [self.model.end(self.now, account, name, used, uses) for _ in range(times)]
        for _ in range(times):
            self.stores[worker].end(account, name, used, uses)
        if is_first[0]:
            self.waiting.append((name, used, parts))

    @precondition(lambda self: self.waiting)
    @rule(worker=WORKERS, which=st.integers(0, 7), truth=st.integers(-1, 1))
    def book(self, worker: int, which: int, truth: int) -> None:
        """The record of a leg comes into the ledger; its charge may differ from what its worker supposed."""
        name, used, parts = self.waiting.pop(which % len(self.waiting))
        counted = [self.ledger.count(cover, one) for cover, one in zip(COVERS, parts, strict=True)]
        assert self.is_lossy or all(use.used <= cover.size for use, cover in zip(counted, COVERS, strict=True))
        self.model.count(counted)
        self.stores[worker].count(counted)
        cost = max(used + truth, 0)
        account = ACCOUNTS[int(name[4:]) % 2]
        self.ledger.charged[name] = self.ledger.charged.get(name, 0) + cost
        self._post(self.stores[worker], account, -cost, name)

    @rule(worker=WORKERS, which=st.integers(0, 1), cents=st.integers(-50, 300))
    def correct(self, worker: int, which: int, cents: int) -> None:
        self._post(self.stores[worker], ACCOUNTS[which], cents * UNITS // 100)

    @rule(worker=WORKERS, which=st.integers(0, 1), on=st.booleans())
    def hold(self, worker: int, which: int, on: bool) -> None:
        balance = self.ledger.post(ACCOUNTS[which], 0, on_hold=on)
        self.model.book(self.now, balance)
        self.stores[worker].book(balance)
        self._settle(worker)

    @rule(worker=WORKERS)
    def tell_again(self, worker: int) -> None:
        """What the ledger has, as the comparing job tells it: nothing is to be mended."""
        for balance in self.ledger.balances.values():
            result: AsyncResult = AsyncResult()
            self.stores[worker].book(balance, (), partial(_give, result))
            booking = result.get(timeout=5)
            assert booking == self.model.book(self.now, balance)
            assert booking.off == 0
        told: AsyncResult = AsyncResult()
        uses = list(self.ledger.uses.values())
        self.stores[worker].count(uses, lambda words, trouble: told.set(words), known_only=True)
        assert list(told.get(timeout=5)) == self.model.count(uses, known_only=True)
        assert "mended" not in told.get()

    @rule(seconds=st.sampled_from([1, 1, 5, 5, 29, 61, 700]))
    def wait(self, seconds: int) -> None:
        self.now = Instant(self.now + seconds * SECOND_US + 137)

    @rule(worker=WORKERS)
    def expire(self, worker: int) -> None:
        def ordered(released: list[Released]) -> list[Released]:
            return sorted(released, key=lambda one: one.leg)

        assert ordered(self.stores[worker].expire("acme")) == ordered(self.model.expire(self.now))

    @rule(chance=st.integers(0, 5))
    def lose_redis(self, chance: int) -> None:
        if chance:
            return
        self.pipelines[0].ask("FLUSHALL")
        self.is_lossy = True
        self.model.lose()
        self.spans.clear()
        self.held.clear()

    @invariant()
    def same_state(self) -> None:
        if not hasattr(self, "stores"):
            return
        for worker in range(2):
            self._settle(worker)
        for account in ACCOUNTS:
            assert self.stores[0].look(account) == self.model.look(account)
        for cover in COVERS:
            live = self.stores[0].look_at_bundle(cover.counter)
            assert live == self.model.look_at_bundle(cover.counter)
            assert live.use is None or self.is_lossy or live.use.used + live.held <= cover.size

    def _post(self, store: CreditStore, account: CreditAccount, units: int, *legs: str) -> None:
        balance = self.ledger.post(account, units)
        self.model.book(self.now, balance, legs)
        store.book(balance, legs)
        self._settle(self.stores.index(store))

    def _settle(self, worker: int) -> None:
        """What this worker has sent before is done."""
        self.pipelines[worker].ask("PING")


def _give(result: AsyncResult, booking: Booking | None, _trouble: object) -> None:
    result.set(booking)


def test_whatever_two_workers_do_the_scripts_do_as_the_model(redis_client: Redis, redis_url: str) -> None:
    CreditMachine.url = redis_url
    checks = [HealthCheck.too_slow, HealthCheck.filter_too_much]
    run(
        CreditMachine,
        settings=settings(max_examples=12, stateful_step_count=40, deadline=None, suppress_health_check=checks),
    )
    assert redis_client.ping()
