"""Callers who left a queue unserved: who is told of, who is not, and once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from psycopg import Connection

from callcontrol.billing.fold import fold
from callcontrol.billing.record import RatedRecord
from callcontrol.billing.record_json import to_json
from callcontrol.edges.ledger.writer import LedgerWriter
from callcontrol.jobs.media.mail.telling import LOOK_BACK_US, Telling, tell_missed
from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.queue import Leaving
from tests.billing.trails import NOON, Entries, Story, answered_in_queue, call_id, called_back, forwarded
from tests.edges.mail.samples import SENDER, settings_with

QUEUES = """\
agents: {anna: {extension: 101}}
queues:
  support: {agents: [{agent: anna}], missed: {to: [desk@acme.example, boss@acme.example], after: 600}}
"""
SETTINGS = settings_with(tenant=SENDER + QUEUES)
QUIET = settings_with(tenant=SENDER + QUEUES.replace("missed", "announce: {first: 0}}\n#"))

Tell = Callable[[float], list[tuple[str, str]]]


def gone(n: int = 0, how: Leaving = Leaving.ABANDONED, left: float = 9, start: Instant = NOON) -> Entries:
    outcome = {Leaving.ABANDONED: Outcome.ABANDONED, Leaving.CALLBACK: Outcome.CALLBACK}.get(how, Outcome.OVERFLOW)
    story = Story(n, start).routed(0, "queue:support", "number").queued(0.1).left(left, how, left - 0.1)
    return story.step(left, "queue", outcome).ended(left + 0.1, by="caller", answered=0.2)


@pytest.fixture
def tell(connection: Connection[Any]) -> Tell:
    """Looks so many seconds after the sample calls arrived; returns what has been queued in all."""

    @contextmanager
    def ready() -> Iterator[Connection[Any]]:
        yield connection

    def look(after_s: float) -> list[tuple[str, str]]:
        now = Instant(NOON + int(after_s * SECOND_US))
        assert tell_missed(Telling(lambda: SETTINGS, ready, lambda: now)) is False
        return connection.execute("SELECT about, address FROM mails ORDER BY created_at, 1, 2").fetchall()

    return look


@pytest.fixture
def stored(ledger_database: str) -> Iterator[Callable[..., None]]:
    """Writes the records of calls."""
    writer = LedgerWriter(ledger_database, now=lambda: NOON)

    def write(*trails: Entries) -> None:
        assert writer.write([to_json(RatedRecord(fold(trail), ())) for trail in trails]) == []

    yield write
    writer.close()


def test_a_caller_who_gave_up_is_told_once_to_each(
    tell: Tell, stored: Callable[..., None], connection: Connection[Any]
) -> None:
    stored(gone())
    about = f"{call_id(0)}/1"
    assert tell(600) == []
    assert tell(610) == [(about, "boss@acme.example"), (about, "desk@acme.example")]
    assert len(tell(640)) == 2
    facts = connection.execute("SELECT facts, source, kind, language FROM mails LIMIT 1").fetchone()
    assert facts is not None
    assert facts[1:] == ("queue:support", "missed", "en")
    assert facts[0]["number"] == "+48221234567"
    assert (facts[0]["wait_ms"], facts[0]["name"]) == (8900, "Jan Kowalski")


@pytest.mark.parametrize(
    "trails",
    [
        (answered_in_queue(),),
        (called_back(),),
        (gone(how=Leaving.CALLBACK),),
        (gone(left=3),),  # hung up at once: as statistics see it
        (gone(), forwarded(1, Instant(NOON + 60 * SECOND_US))),  # came again, and was served
        (gone(), called_back(1, Instant(NOON + 300 * SECOND_US))),  # the customer was called
    ],
)
def test_who_is_not_told_of(tell: Tell, stored: Callable[..., None], trails: tuple[Entries, ...]) -> None:
    stored(*trails)
    assert tell(700) == []


def test_a_call_back_that_came_to_nothing_does_not_count(tell: Tell, stored: Callable[..., None]) -> None:
    stored(gone(), gone(1, start=Instant(NOON + 120 * SECOND_US)))
    assert {about for about, _ in tell(800)} == {f"{call_id(0)}/1", f"{call_id(1)}/1"}


def test_what_is_long_over_is_not_told(tell: Tell, stored: Callable[..., None]) -> None:
    stored(gone())
    assert tell(611 + LOOK_BACK_US / SECOND_US) == []
    assert len(tell(600 + LOOK_BACK_US / SECOND_US)) == 2
