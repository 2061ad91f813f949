"""Two hosts whose clocks are apart share the queues: no offer ends before its time."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import AbstractContextManager
from unittest import mock

import pytest
from redis import Redis

from callcontrol.edges import clock
from callcontrol.edges.live_state.server_clock import TOLERATED_US, ServerClocks
from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.vocabulary.queue import Entered
from tests.edges.live_state.call_centre import TENANT, CallCentre, occasion, until, waited

AHEAD_US = 40 * SECOND_US


@pytest.fixture
def centre(redis_url: str, redis_client: Redis) -> Iterator[CallCentre]:
    one = CallCentre(redis_url, 5.0)
    one.open("anna")
    yield one
    one.pipeline.stop(1)


def on_a_host_that_is_ahead(by_us: int = AHEAD_US) -> AbstractContextManager[object]:
    right = clock.now
    return mock.patch.object(clock, "now", side_effect=lambda: Instant(right() + by_us))


def test_a_host_that_is_ahead_ends_no_offer_of_another(centre: CallCentre, redis_url: str) -> None:
    assert isinstance(centre.join("call-0/1"), Entered)
    until(centre.offers)
    (offer,) = centre.offers()
    centre.store.ringing(TENANT, offer.id, 20 * SECOND_US)
    with on_a_host_that_is_ahead():
        other = CallCentre(redis_url, 5.0)
        waited(lambda done: other.store.knowing_the_time(TENANT, lambda: done(None)))
        other.store.due(TENANT)
        other.pipeline.ask("PING")
        other.pipeline.stop(1)
        assert other.offers() == []
    assert centre.accept(offer)


def test_moments_are_read_back_in_the_clock_of_the_host(redis_url: str, centre: CallCentre) -> None:
    with on_a_host_that_is_ahead():
        other = CallCentre(redis_url, 5.0)
        waited(lambda done: other.store.knowing_the_time(TENANT, lambda: done(None)))
        before = clock.now()
        entered = other.join("call-1/1")
        assert isinstance(entered, Entered)
        assert abs(entered.joined - before) < SECOND_US
        until(other.offers)
        assert abs(other.offers()[0].expires - before - 3 * SECOND_US) < SECOND_US
        other.pipeline.stop(1)
    (waiting,) = [one for one in centre.views.tickets(TENANT, "help", occasion(TENANT)) if one.id == "call-1/1"]
    assert abs(waiting.joined - clock.now()) < 5 * SECOND_US  # by the clock of Redis, as all moments are


# --- by hand


class Hand:
    """Both clocks of a host, set by hand."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.true_us = 1_795_000_000 * SECOND_US
        self.off_us = 0
        self.clocks = ServerClocks()
        monkeypatch.setattr(clock, "now", lambda: Instant(self.true_us + self.off_us))
        monkeypatch.setattr(clock, "monotonic", lambda: (self.true_us % 10**12) / SECOND_US)

    def hear(self, way_us: int = 2_000) -> None:
        """A reply of the server, half of whose way there and back is over when the server looks at its clock."""
        sent_s = clock.monotonic()
        self.true_us += way_us
        self.clocks.heard("acme", sent_s, self.true_us - way_us // 2)

    def now(self) -> Instant:
        return Instant(self.true_us + self.off_us)


@pytest.fixture
def hand(monkeypatch: pytest.MonkeyPatch) -> Hand:
    return Hand(monkeypatch)


def test_a_clock_that_is_right_is_taken_as_it_is(hand: Hand) -> None:
    assert hand.clocks.there("acme", hand.now()) == hand.now()  # nothing is known yet
    hand.off_us = TOLERATED_US // 2
    hand.hear()
    assert hand.clocks.there("acme", hand.now()) == hand.now()
    assert hand.clocks.here("acme", hand.now()) == hand.now()


@pytest.mark.parametrize("off_s", [40, -40, 3_600])
def test_a_clock_that_is_wrong_is_allowed_for(hand: Hand, off_s: int) -> None:
    hand.off_us = off_s * SECOND_US
    hand.hear()
    assert abs(hand.clocks.there("acme", hand.now()) - hand.true_us) < 2_000
    assert hand.clocks.here("acme", hand.clocks.there("acme", hand.now())) == hand.now()
    assert hand.clocks.there("acme", Instant(0)) == 0  # never is never


def test_a_step_of_the_wall_clock_counts_from_the_moment_it_happens(hand: Hand) -> None:
    hand.hear()
    hand.off_us = 3_600 * SECOND_US
    assert abs(hand.clocks.there("acme", hand.now()) - hand.true_us) < 2_000


def test_a_reply_that_was_long_on_its_way_moves_nothing_that_was_known_better(hand: Hand) -> None:
    hand.off_us = 40 * SECOND_US
    hand.hear()
    before = hand.clocks.ahead_us("acme")
    hand.hear(way_us=3 * SECOND_US)
    assert abs(hand.clocks.ahead_us("acme") - before) < 10


def test_a_wrong_clock_is_told_once_and_when_it_is_right_again(hand: Hand, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    hand.off_us = 40 * SECOND_US
    hand.hear()
    hand.hear()
    hand.off_us = 0
    hand.hear()
    said = [record.getMessage() for record in caplog.records if "this host's clock" in record.getMessage()]
    assert len(said) == 2
    assert said[0].startswith("this host's clock is 40.0 s ahead of that of Redis")
    assert said[1].startswith("this host's clock is that of Redis again")
