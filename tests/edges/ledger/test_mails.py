"""The mail queue: each mail once, sent by one sender at a time, with pauses, an end, and a rate."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Thread
from typing import Any

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg import Connection

from callcontrol.edges.ledger.mails import Claimed, MailQueue
from callcontrol.edges.ledger.session import open_session
from callcontrol.vocabulary.mail import Answer, AttemptOutcome, MailState, back_off_s
from callcontrol.vocabulary.moment import Instant
from tests.edges.mail.samples import FACTS, NOON, later, mail

SENT = Answer(AttemptOutcome.SENT, 250, "2.0.0 taken")
DEFERRED = Answer(AttemptOutcome.DEFERRED, 451, "4.3.0 later")
REFUSED = Answer(AttemptOutcome.REFUSED, 550, "5.7.1 no")
GONE = Answer(AttemptOutcome.REFUSED, 550, "5.1.1 no such mailbox", True)
UNSURE = Answer(AttemptOutcome.UNSURE, 0, "the connection was lost")
AWAY = Answer(AttemptOutcome.AWAY, 0, "Connection refused")
RATES = {"acme": 100}
DAY_S = 86_400


@pytest.fixture
def connection(ledger_database: str) -> Iterator[Connection[Any]]:
    with open_session(ledger_database) as opened:
        yield opened


@pytest.fixture
def queue(connection: Connection[Any]) -> MailQueue:
    return queue_of(connection)


def queue_of(connection: Connection[Any]) -> MailQueue:
    @contextmanager
    def ready() -> Iterator[Connection[Any]]:
        yield connection

    return MailQueue(ready)


def add(queue: MailQueue, *addresses: str, at: float = 0, about: str = "c-3") -> int:
    return queue.add([mail(one, about=about) for one in addresses], later(at), later(at + 3 * DAY_S))


def claim(queue: MailQueue, at: float = 0, by: str = "s1", **rates: int) -> Claimed | None:
    return queue.claim(rates or RATES, by, later(at), later(at + 600))


def settled(queue: MailQueue, answer: Answer, at: float = 0) -> Claimed:
    claimed = claim(queue, at)
    assert claimed is not None
    queue.settle(claimed, answer, later(at))
    return claimed


def rows(connection: Connection[Any], columns: str, table: str = "mails") -> list[tuple[Any, ...]]:
    return connection.execute(f"SELECT {columns} FROM {table} ORDER BY 1".encode()).fetchall()


def test_a_mail_comes_out_as_it_went_in(queue: MailQueue) -> None:
    told = mail(facts=replace(FACTS, name="Łukasz \ud800\0"))
    assert queue.add([told], NOON, later(60)) == 1
    kept = replace(told, facts=replace(FACTS, name="Łukasz \ufffd\ufffd\ufffd\ufffd"))  # as can be stored
    assert claim(queue) == Claimed(kept, 1, 0)


def test_a_mail_is_queued_once_for_ever(queue: MailQueue) -> None:
    assert add(queue, "anna@example.org", "ola@example.org") == 2
    assert add(queue, "anna@example.org", "ola@example.org", at=5) == 0
    settled(queue, SENT)
    settled(queue, SENT)
    assert add(queue, "anna@example.org", at=9) == 0
    assert add(queue, "anna@example.org", about="c-4") == 1


def test_what_is_sent_is_not_sent_again(queue: MailQueue, connection: Connection[Any]) -> None:
    add(queue, "anna@example.org")
    settled(queue, SENT, at=2)
    assert claim(queue, at=DAY_S) is None
    assert rows(connection, "state, reason, attempts") == [("sent", "250 2.0.0 taken", 1)]
    assert rows(connection, "attempt, outcome, code, answer", "mail_attempts") == [(1, "sent", 250, "2.0.0 taken")]


def test_pauses_grow_from_a_minute_to_a_day_and_then_it_is_given_up(
    queue: MailQueue, connection: Connection[Any]
) -> None:
    queue.add([mail()], NOON, later(9 * DAY_S))
    at = 0.0
    for _ in range(20):
        if at < 9 * DAY_S:
            refusals = settled(queue, DEFERRED, at).refusals
            pause = back_off_s(refusals + 1)
            assert claim(queue, at + pause - 1) is None
            at += pause
    assert pause == DAY_S
    assert queue.expire(later(9 * DAY_S - 1)) == 0
    assert queue.expire(later(9 * DAY_S)) == 1
    assert rows(connection, "state, reason") == [("failed", "given up: 451 4.3.0 later")]
    assert claim(queue, at) is None


@given(st.integers(1, 10_000))
def test_a_pause_is_never_shorter_than_the_one_before(refusals: int) -> None:
    assert 60 <= back_off_s(refusals) <= back_off_s(refusals + 1) <= DAY_S


def test_a_server_that_is_away_for_an_hour_makes_no_pause_longer(queue: MailQueue) -> None:
    add(queue, "anna@example.org")
    for minute in range(60):
        settled(queue, AWAY, at=60 * minute)
    claimed = settled(queue, SENT, at=3600)
    assert (claimed.attempt, claimed.refusals) == (61, 0)


def test_what_is_refused_for_good_ends_at_once(queue: MailQueue, connection: Connection[Any]) -> None:
    add(queue, "anna@example.org")
    settled(queue, REFUSED)
    assert claim(queue, at=DAY_S) is None
    assert rows(connection, "state, reason") == [("failed", "550 5.7.1 no")]
    assert rows(connection, "address", "mail_addresses") == []


def test_a_dead_address_is_sent_nothing_more(queue: MailQueue, connection: Connection[Any]) -> None:
    add(queue, "anna@example.org")
    add(queue, "anna@example.org", at=1, about="c-4")
    settled(queue, GONE, at=2)
    add(queue, "anna@example.org", "ola@example.org", at=3, about="c-5")
    assert rows(connection, "about, address, state") == [
        ("c-3", "anna@example.org", "failed"),
        ("c-4", "anna@example.org", "dead"),
        ("c-5", "anna@example.org", "dead"),
        ("c-5", "ola@example.org", "queued"),
    ]
    assert rows(connection, "address, reason", "mail_addresses") == [("anna@example.org", "550 5.1.1 no such mailbox")]


def test_what_comes_back_has_failed(queue: MailQueue, connection: Connection[Any]) -> None:
    add(queue, "anna@example.org", "ola@example.org")
    first, second = settled(queue, SENT).mail, settled(queue, SENT).mail
    assert queue.come_back(first.mail_id, "550 5.1.1 gone", is_dead=True, now=later(5))
    assert queue.come_back(second.mail_id, "552 5.3.4 large", is_dead=False, now=later(5))
    assert not queue.come_back(second.mail_id, "552 5.3.4 large", is_dead=True, now=later(6))
    assert not queue.come_back("0" * 24, "550 5.1.1 gone", is_dead=True, now=later(6))
    assert {row[0] for row in rows(connection, "reason")} == {
        "it came back: 550 5.1.1 gone",
        "it came back: 552 5.3.4 large",
    }
    assert rows(connection, "address, mail_id", "mail_addresses") == [(first.address, first.mail_id)]


def test_a_sender_that_died_is_followed_by_another_with_the_same_message(
    queue: MailQueue, connection: Connection[Any]
) -> None:
    add(queue, "anna@example.org")
    lost = claim(queue)
    assert lost is not None
    assert claim(queue, at=599, by="s2") is None
    again = claim(queue, at=600, by="s2")
    assert again is not None
    assert (again.mail.message_id, again.mail.created_at, again.attempt) == (lost.mail.message_id, NOON, 2)
    # the first one lives all the same, and the server has taken its mail: that counts
    queue.settle(lost, SENT, later(601))
    queue.settle(again, DEFERRED, later(602))
    assert rows(connection, "state") == [("sent",)]
    assert rows(connection, "attempt, outcome", "mail_attempts") == [(1, "sent"), (2, "deferred")]


def test_a_late_failure_of_the_first_sender_does_not_disturb_the_second(queue: MailQueue) -> None:
    add(queue, "anna@example.org")
    lost, again = claim(queue), claim(queue, at=600, by="s2")
    assert lost is not None
    assert again is not None
    queue.settle(lost, REFUSED, later(601))
    assert claim(queue, at=602) is None
    queue.settle(again, SENT, later(603))
    assert queue.figures()[0][MailState.SENT] == 1


def test_what_is_unsure_is_sent_again(queue: MailQueue) -> None:
    add(queue, "anna@example.org")
    first = settled(queue, UNSURE)
    second = settled(queue, SENT, at=60)
    assert second.mail == first.mail


def test_no_tenant_sends_more_in_a_minute_than_it_may(queue: MailQueue) -> None:
    add(queue, *(f"a{n}@example.org" for n in range(5)))
    assert [claim(queue, at=n, acme=3) is not None for n in range(5)] == [True, True, True, False, False]
    assert claim(queue, at=59, acme=3) is None
    assert claim(queue, at=60, acme=3) is not None
    assert claim(queue, at=60, other=3) is None


def test_two_senders_never_have_the_same_mail(ledger_database: str, queue: MailQueue) -> None:
    add(queue, *(f"a{n}@example.org" for n in range(12)))
    taken: list[str] = []

    def send(name: str) -> None:
        with open_session(ledger_database) as opened:
            own = queue_of(opened)
            while (claimed := claim(own, by=name, acme=9)) is not None:
                taken.append(claimed.mail.address)

    senders = [Thread(target=send, args=(f"s{n}",)) for n in range(3)]
    for one in senders:
        one.start()
    for one in senders:
        one.join(30)
    assert len(taken) == len(set(taken)) == 9  # and together no more than the rate


def test_figures(queue: MailQueue) -> None:
    assert queue.figures() == (dict.fromkeys(MailState, 0), None, 0)
    add(queue, "anna@example.org", at=5)
    add(queue, "ola@example.org", at=7)
    settled(queue, GONE, at=7)
    counts, oldest, dead = queue.figures()
    assert counts == {**dict.fromkeys(MailState, 0), MailState.QUEUED: 1, MailState.FAILED: 1}
    assert (oldest, dead) == (later(7), 1)


def test_what_ended_long_ago_is_forgotten(queue: MailQueue, connection: Connection[Any]) -> None:
    add(queue, "anna@example.org", "ola@example.org")
    settled(queue, SENT, at=10)
    assert queue.forget(later(10)) == 0
    assert queue.forget(Instant(later(10) + 1)) == 1
    assert rows(connection, "count(*)", "mail_attempts") == [(0,)]
    assert rows(connection, "state") == [("queued",)]


def test_a_mail_that_failed_says_why(connection: Connection[Any], queue: MailQueue) -> None:
    add(queue, "anna@example.org")
    with pytest.raises(psycopg.errors.CheckViolation):
        connection.execute("UPDATE mails SET state = 'failed', reason = ''")
