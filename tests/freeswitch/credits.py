"""Credit on a real switch: calls end with it, the payer hears a warning before, and a dead daemon changes nothing."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from typing import Final

import psycopg

from callcontrol.edges import clock
from callcontrol.edges.ledger.accounts import EntryKind, NewEntry, balance_of, enter
from callcontrol.edges.ledger.past_rows import PastCall
from callcontrol.edges.live_state.credit import CreditStore
from callcontrol.edges.live_state.pipeline import RedisPipeline, connect
from callcontrol.simulator.stories.player import TENANT
from callcontrol.simulator.stories.story import PlacedCall
from callcontrol.vocabulary.credit import CreditAccount, LiveAccount, amount_of
from callcontrol.vocabulary.moment import instant_of
from callcontrol.vocabulary.outcome import CREDIT_USED_UP
from tests.freeswitch.audio import Microphones
from tests.freeswitch.mishaps import OLD_S, Mishap, arrange, records, wait
from tests.freeswitch.stage import RealStage
from tests.freeswitch.takeovers import owner, two_workers
from tests.freeswitch.tones import TONES

PREPAID, MOBILE = "145", "+48600700800"
ACCOUNT: Final = CreditAccount(TENANT, f"extension:{PREPAID}", "PLN")
CALL: Final = PlacedCall("", MOBILE, extension=f"{PREPAID}@acme.example", hangup_after_s=150.0)
TALKS: Final = {MOBILE: {"action": "answers", "after_s": 0.3, "talk_s": 200}}
WARNING_HZ: Final = 880.0
# At 0.29 a minute, billed 60/1, rounded to 0.01, less one second by which the switch may be late.
SMALL, SMALL_S = "0.34", 70
LATE_S: Final = 1.0
# The announcement that the credit is used up is heard for at least this many seconds.
SENTENCE_TENTHS: Final = 8


def credit_ends_in_a_call(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """a prepaid call: the tone 60 and 10 s before the end at the payer's phone alone, then the switch ends it"""
    top_up(stage, SMALL)
    arrange(stage, TALKS)
    began = clock.now()
    placed = stage.world.place(CALL)
    stage.world.wait_until_over([placed], SMALL_S + 20)
    over_s = time.monotonic()
    (call,) = records(stage, began)
    yield from _ends_with_its_credit(call, SMALL_S)
    ports = stage.world.listening_ports()
    ended_s = over_s - (clock.now() - _leg_ended(call)) / 1_000_000
    heard = _beginnings(microphones.moments(ports["caller"], WARNING_HZ))
    before = [ended_s - at for at in heard]
    if len(before) != 2 or abs(before[0] - 60) > LATE_S or abs(before[1] - 10) > LATE_S:
        yield f"warnings 60 and 10 s before the end expected, they were {[f'{one:.1f}' for one in before]} s before it"
    if seconds := microphones.heard(ports[MOBILE.removeprefix("+")], WARNING_HZ):
        yield f"the far end hears the warning for {seconds:.1f} s"
    spoken = [at for at in microphones.speech(ports["caller"], (*TONES, WARNING_HZ)) if at > ended_s]
    if len(spoken) < SENTENCE_TENTHS:
        yield f"a sentence is to be heard behind the end, there are {len(spoken)} tenths of a second of sound"
    yield from _nothing_stays_reserved(stage)


def daemon_dies_in_a_prepaid_call(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """kill -9 of the whole daemon in a prepaid call: the switch ends it within the reservation, and it is charged"""
    top_up(stage, "100.00")
    arrange(stage, TALKS)
    began = clock.now()
    placed = stage.world.place(CALL)
    wait(lambda: account(stage).reserved != {} and owner(stage) != 0, "money is reserved")
    time.sleep(5)
    stage.daemon.kill()
    stage.world.wait_until_over([placed], 45)
    stage.daemon.start()
    records(stage, began)
    cdrs = stage.switch.folder / "log" / "json_cdr"
    for path in cdrs.glob("*.cdr.json"):
        os.utime(path, (path.stat().st_mtime - OLD_S,) * 2)
    stage.reconcile(cdrs)
    (call,) = records(stage, began)
    yield from _ends_with_its_credit(call, 31, cause="", at_least_s=25)


def worker_dies_in_a_prepaid_call(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """kill -9 of one of two workers in a prepaid call: the other goes on reserving, and the call goes on"""
    top_up(stage, "100.00")
    with two_workers(stage, {MOBILE: {"action": "answers", "after_s": 0.3, "talk_s": 50}}):
        began = clock.now()
        placed = stage.world.place(CALL)
        wait(lambda: owner(stage) != 0, "a worker has the call")
        time.sleep(5)
        os.kill(owner(stage), signal.SIGKILL)
        stage.world.wait_until_over([placed], 80)
        (call,) = records(stage, began)
        if not 49 <= _talk_s(call) <= 52:
            yield f"a talk of 50 s expected, it was one of {_talk_s(call):.1f} s"


def worker_dies_while_a_prepaid_leg_rings(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """kill -9 of a worker while a prepaid leg rings: the reservation goes with the call, and is released once"""
    top_up(stage, "100.00")
    with two_workers(stage, {MOBILE: {"action": "answers", "after_s": 8, "talk_s": 20}}):
        began = clock.now()
        placed = stage.world.place(CALL)
        wait(lambda: account(stage).reserved != {} and owner(stage) != 0, "money is reserved")
        before = dict(account(stage).reserved)
        time.sleep(1)
        os.kill(owner(stage), signal.SIGKILL)
        time.sleep(3)
        if (rings := dict(account(stage).reserved)) != before:
            yield f"while it rings {before} is to stay reserved, there is {rings}"
        stage.world.wait_until_over([placed], 60)
        (call,) = records(stage, began)
        if not 18 <= _talk_s(call) <= 22:
            yield f"a talk of 20 s expected, it was one of {_talk_s(call):.1f} s"
        left = account(stage)
        paid = sum((leg.cost.amount or Decimal(0) for leg in call.legs if leg.cost is not None), Decimal(0))
        if left.balance is None or amount_of(left.available) != Decimal(100) - paid or not paid:
            yield f"100.00 less {paid} expected, the account is {left}"
        yield from _nothing_stays_reserved(stage)


def two_calls_share_a_small_balance(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """two calls at once on a small balance end within seconds of each other, and cost no more than there was"""
    top_up(stage, "0.66")
    arrange(stage, TALKS | {"+48601000001": TALKS[MOBILE]})
    began = clock.now()
    other = PlacedCall("", "+48601000001", extension=CALL.extension, hangup_after_s=150.0)
    placed = [stage.world.place(CALL), stage.world.place(other)]
    stage.world.wait_until_over(placed, 110)
    calls = records(stage, began)
    ends = [_leg_ended(call) for call in calls]
    if len(calls) != 2 or max(ends) - min(ends) > 5_000_000:
        yield f"two ends within 5 s expected, there are {[f'{_talk_s(call):.1f} s' for call in calls]}"
    paid = (leg.cost.amount for call in calls for leg in call.legs if leg.cost is not None)
    costs = sum((amount or Decimal(0) for amount in paid), Decimal(0))
    if not Decimal("0.60") <= costs <= Decimal("0.66"):
        yield f"costs of 0.60 to 0.66 expected, they are {costs}"
    yield from _nothing_stays_reserved(stage)


def _ends_with_its_credit(
    call: PastCall, longest_s: float, cause: str = CREDIT_USED_UP, at_least_s: float | None = None
) -> Iterator[str]:
    least_s = longest_s - 2 if at_least_s is None else at_least_s
    if not least_s <= _talk_s(call) <= longest_s + LATE_S:
        yield f"a talk of {least_s:g} to {longest_s + LATE_S:g} s expected, it was one of {_talk_s(call):.1f} s"
    found = [leg.cause for leg in call.legs if leg.target.startswith("number:")]
    if cause and found != [cause]:
        yield f"cause {cause} expected, there is {found}"


def _talk_s(call: PastCall) -> float:
    (leg,) = (leg for leg in call.legs if leg.target.startswith("number:"))
    return (leg.ended_at - leg.answered_at).total_seconds() if leg.answered_at else 0.0


def _leg_ended(call: PastCall) -> int:
    (leg,) = (leg for leg in call.legs if leg.target.startswith("number:"))
    return int(instant_of(leg.ended_at))


def _beginnings(moments: list[float]) -> list[float]:
    """The beginnings of sounds, from the windows in which they were heard."""
    return [at for i, at in enumerate(moments) if not i or at - moments[i - 1] > 2]


def _nothing_stays_reserved(stage: RealStage) -> Iterator[str]:
    if reserved := account(stage).reserved:
        yield f"nothing is to stay reserved: {dict(reserved)}"


def top_up(stage: RealStage, amount: str) -> None:
    """Set the balance by an entry in the ledger, as `callcontrol account correct` does."""
    with psycopg.connect(stage.dsn, autocommit=True) as connection, closing(_Pipeline(stage.redis_url)) as pipeline:
        before = amount_of(balance_of(connection, ACCOUNT).units)
        change = Decimal(amount) - before
        new = NewEntry(ACCOUNT, EntryKind.CORRECTION, change, "a story begins", "story", f"story-{clock.new_id()}")
        _store(pipeline).book(enter(connection, new).left)


def account(stage: RealStage) -> LiveAccount:
    """The account of the prepaid extension as Redis has it."""
    with closing(_Pipeline(stage.redis_url)) as pipeline:
        return _store(pipeline).look(ACCOUNT)


def _store(pipeline: _Pipeline) -> CreditStore:
    return CreditStore(pipeline.made, lambda account, on_balance: None)


class _Pipeline:
    def __init__(self, url: str) -> None:
        self.made = RedisPipeline(connect(url, 2.0))

    def close(self) -> None:
        self.made.stop(2)


CREDITS: Final[tuple[Mishap, ...]] = (
    credit_ends_in_a_call,
    daemon_dies_in_a_prepaid_call,
    worker_dies_in_a_prepaid_call,
    worker_dies_while_a_prepaid_leg_rings,
    two_calls_share_a_small_balance,
)
