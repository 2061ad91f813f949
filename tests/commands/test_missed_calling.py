"""`callcontrol missed call`: the case is claimed, a worker is asked, and what came of it is said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import orjson
import pytest

from callcontrol.commands import missed as command
from callcontrol.edges import clock
from callcontrol.edges.live_state import keys
from callcontrol.edges.live_state.click_to_calls import ClickToCallStore
from callcontrol.edges.live_state.inbox import Inbox
from callcontrol.edges.live_state.pipeline import RedisPipeline, connect
from callcontrol.usecases import click_to_call
from callcontrol.vocabulary.click_to_call import ClickStage, ClickState, ClickToCall
from callcontrol.vocabulary.moment import SECOND_US, Instant
from tests.billing.missed.test_contacts import JAN
from tests.commands.command import run
from tests.commands.test_reconcile import configured
from tests.config.example import example
from tests.jobs.test_missed_callers import Books, gave_up

WORKER = "host/1/x.click"
DONE = ClickState(ClickStage.PICKED_UP)


class Desk:
    """The command, a missed caller, and a worker that answers requests as it is told to."""

    def __init__(self, config: Path, redis_url: str, capsys: pytest.CaptureFixture[str]) -> None:
        self._config, self._capsys = config, capsys
        self.pipeline = RedisPipeline(connect(redis_url, 2.0))
        self.store, self.asked = ClickToCallStore(self.pipeline), list[ClickToCall]()
        self.answer: ClickState | None = DONE
        self.meanwhile: Callable[[], object] = lambda: None
        self.pipeline.ask("SADD", keys.workers(), "host/9/x.dead", WORKER)
        self.pipeline.ask("SET", keys.worker(WORKER), "1", "EX", 60)
        self._inbox = Inbox(redis_url, WORKER, print, print, print, on_click=self._on_click)
        self._inbox.start()
        while not self.pipeline.ask("PUBSUB", "NUMSUB", keys.inbox(WORKER))[1]:
            pass

    def _on_click(self, request: ClickToCall) -> None:
        self.asked.append(request)
        self.meanwhile()
        if self.answer is not None and self.store.take(request):
            self.store.note(request, self.answer)

    def __call__(self, *words: str) -> tuple[int, str]:
        status = run(command, *words, "--config", self._config)
        said = self._capsys.readouterr()
        return status, said.out + said.err

    def case(self) -> dict[str, object]:
        found: dict[str, object] = orjson.loads(self("list", "acme", "--json")[1])
        return found

    def close(self) -> None:
        self._inbox.stop()
        self.pipeline.ask("SREM", keys.workers(), "host/9/x.dead", WORKER)
        self.pipeline.stop(1.0)


@pytest.fixture
def desk(
    tmp_path: Path,
    ledger_database: str,
    redis_url: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Desk]:
    """Jan was missed at noon; it is one o'clock."""
    books = Books(ledger_database, example())
    books.read()
    books.write(gave_up(1))
    books.read()
    books.close()
    ticks = count(books.now + 3600 * SECOND_US)
    monkeypatch.setattr(clock, "now", lambda: Instant(next(ticks)))
    monkeypatch.setattr(click_to_call, "TAKEN_S", 1.0)
    monkeypatch.setattr(click_to_call, "PATIENCE_S", 0.5)
    opened = Desk(configured(tmp_path, ledger_database, redis_url, fs1=""), redis_url, capsys)
    yield opened
    opened.close()


def test_a_worker_rings_the_phone_and_the_case_is_claimed(desk: Desk) -> None:
    status, said = desk("call", "acme", JAN, "--phone", "102")
    assert status == 0
    assert said == f"the phone of 102 rings\n{JAN} is being called; the case of queue:support is yours\n"
    (asked,) = desk.asked
    assert (asked.tenant, asked.extension, asked.number, asked.ring_s) == ("acme", "102", JAN, 30)
    assert (desk.case()["state"], desk.case()["claimed_by"]) == ("open", "extension:102")


def test_a_second_request_rings_no_second_phone_and_works_again_afterwards(desk: Desk) -> None:
    again: list[tuple[int, str]] = []
    desk.meanwhile = lambda: again.append(desk("call", "acme", JAN, "queue:support", "--phone", "102"))
    desk.answer = ClickState(ClickStage.NOT_PICKED_UP, "NO_ANSWER")
    assert desk("call", "acme", JAN, "--phone", "102")[0] == 1
    assert again == [(1, f"a phone is being rung for the case of {JAN} already\n")]
    assert len(desk.asked) == 1
    desk.meanwhile, desk.answer = lambda: None, DONE
    assert desk("call", "acme", JAN, "--phone", "102")[0] == 0
    assert len(desk.asked) == 2


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (ClickState(ClickStage.NOT_PICKED_UP, "NO_ANSWER"), "the phone of 102: not picked up (NO_ANSWER)"),
        (ClickState(ClickStage.OFFLINE, "no phone"), "the phone of 102: offline (no phone)"),
        (ClickState(ClickStage.RINGING), "the worker that rang the phone has not reported the result"),
        (None, "no worker has taken it"),
    ],
)
def test_where_it_is_not_called_the_case_is_free_again(desk: Desk, answer: ClickState | None, why: str) -> None:
    desk.answer = answer
    status, said = desk("call", "acme", JAN, "queue:support", "--phone", "102", "--ring", "1")
    assert status == 1
    assert why in said
    assert said.endswith(f"the case of {JAN} for queue:support stays open\n")
    assert (desk.case()["state"], desk.case()["claimed_by"]) == ("open", "")


def test_what_another_has_claimed_is_not_called(desk: Desk) -> None:
    assert desk("claim", "acme", JAN, "--by", "anna")[0] == 0
    status, said = desk("call", "acme", JAN, "--phone", "102")
    assert (status, said.startswith("anna has claimed it")) == (1, True)
    assert desk.asked == []
    assert desk("call", "acme", JAN, "--phone", "102", "--by", "anna")[0] == 0


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--phone", "999"), "acme has no extension 999"),
        (("--phone", "102", "--ring", "0"), "--ring 0: 1 to 120 are possible"),
    ],
)
def test_what_makes_no_sense_is_said(desk: Desk, words: tuple[str, ...], why: str) -> None:
    assert desk("call", "acme", JAN, *words) == (1, f"{why}\n")


def test_a_state_that_is_not_over_is_waited_for() -> None:
    look: Callable[[], ClickState | None] = iter((None, None, DONE)).__next__
    assert click_to_call.wait(look, 5) == DONE
