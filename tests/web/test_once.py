"""An unsafe request with a key of its own is carried out once at most, also where its process or a store dies."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator

import orjson
import pytest

from callcontrol.edges import clock
from callcontrol.edges.ledger.kept_connections import AllBusy
from callcontrol.edges.ledger.reader import NoLedger
from callcontrol.edges.live_state import keys
from callcontrol.edges.live_state.failures import StoreAway
from callcontrol.edges.live_state.pipeline import RedisPipeline, connect
from callcontrol.edges.live_state.web_answers import UNDER_WAY_S, Kept, WebAnswers
from callcontrol.usecases.refusals import Refused
from callcontrol.vocabulary.moment import SECOND_US
from callcontrol.web.once import Named, once
from callcontrol.web.problems import Problem

DONE = Kept("", 201, '{"id":1}', {})


@pytest.fixture
def answers(redis_url: str) -> Iterator[WebAnswers]:
    pipeline = RedisPipeline(connect(redis_url, 2.0))
    yield WebAnswers(pipeline)
    pipeline.stop(1.0)


def named(key: str) -> Named:
    return Named("acme", "user-1", key, b"POST /x {}")


class Deed:
    """What is carried out: counts how often, and ends as it is told to."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.times, self.error = 0, error

    def __call__(self) -> Kept:
        self.times += 1
        if self.error is not None:
            raise self.error
        return DONE


def code_of(carry_out: Callable[[], object]) -> str:
    with pytest.raises(Problem) as told:
        carry_out()
    assert told.value.status == 409
    return told.value.code


@pytest.mark.parametrize("error", [StoreAway("away"), NoLedger("away"), AllBusy("busy")])
def test_what_a_store_that_went_away_may_have_done_is_not_done_again(answers: WebAnswers, error: Exception) -> None:
    deed, one = Deed(error), named(f"store {type(error).__name__}")
    with pytest.raises(type(error)):
        once(answers, one, deed)
    deed.error = None
    assert code_of(lambda: once(answers, one, deed)) == "not_known"
    assert deed.times == 1


def test_what_was_refused_was_not_done_and_may_be_sent_again(answers: WebAnswers) -> None:
    deed, one = Deed(Refused("no")), named("refused")
    with pytest.raises(Refused):
        once(answers, one, deed)
    deed.error = None
    assert once(answers, one, deed) == (DONE, False)
    assert once(answers, one, deed)[1]
    assert deed.times == 2


def test_what_a_process_that_died_may_have_done_is_not_done_again(
    answers: WebAnswers, monkeypatch: pytest.MonkeyPatch
) -> None:
    deed, one = Deed(SystemExit("kill -9")), named("died")
    with pytest.raises(SystemExit):
        once(answers, one, deed)
    deed.error = None
    assert code_of(lambda: once(answers, one, deed)) == "under_way"
    now = clock.now() + UNDER_WAY_S * SECOND_US
    monkeypatch.setattr(clock, "now", lambda: now)
    assert code_of(lambda: once(answers, one, deed)) == "not_known"
    assert deed.times == 1


def test_what_an_earlier_version_has_begun_is_under_way_as_long_as_it_is_kept(answers: WebAnswers) -> None:
    one = named("earlier")
    digest = hashlib.sha256(one.request).hexdigest()
    told = {"$": "WebAnswer", "request": digest, "status": 0, "body": "", "headers": {}}
    name = hashlib.sha256(f"{one.user_id}\n{one.key}".encode()).hexdigest()
    answers._pipeline.ask("SET", keys.web_answer("acme", name), orjson.dumps(told), "EX", 60)
    assert code_of(lambda: once(answers, one, Deed())) == "under_way"
