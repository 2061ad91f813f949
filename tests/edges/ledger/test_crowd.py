"""Connections of one purpose at once: more of them wait, and not for ever."""

from __future__ import annotations

import gevent
import pytest

from callcontrol.edges.ledger.crowd import Crowd
from callcontrol.edges.ledger.reader import NoLedger


def test_no_more_at_once_than_may_and_each_gets_a_turn() -> None:
    crowd, now, most = Crowd(2), [], 0

    def one(number: int) -> int:
        nonlocal most
        with crowd:
            now.append(number)
            most = max(most, len(now))
            gevent.sleep(0)
            now.remove(number)
        return number

    done = [gevent.spawn(one, number) for number in range(9)]
    assert sorted(greenlet.get(timeout=5) for greenlet in done) == list(range(9))
    assert most == 2


def test_who_waits_too_long_is_told_that_postgres_is_away() -> None:
    crowd = Crowd(1, patience_s=0.01)
    with crowd, pytest.raises(NoLedger, match="was free within"), crowd:
        raise AssertionError("there was room for one alone")
    with crowd:
        pass
