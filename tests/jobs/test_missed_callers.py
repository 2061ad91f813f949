"""Missed callers from the ledger's rows: exactly once, whatever comes late, twice, or is broken off."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import psycopg
import pytest

from callcontrol.billing.fold import fold
from callcontrol.billing.missed.cases import Case
from callcontrol.billing.record import CallRecord, RatedRecord
from callcontrol.billing.record_json import to_json
from callcontrol.config.settings import Settings
from callcontrol.config.web_settings import Web
from callcontrol.edges.clock import new_id
from callcontrol.edges.ledger.missed_cases import WantedCases, read_again, wanted_cases
from callcontrol.edges.ledger.reader import connect
from callcontrol.edges.ledger.session import transaction
from callcontrol.edges.ledger.webhooks import Outbox
from callcontrol.edges.ledger.writer import LedgerWriter
from callcontrol.jobs import missed_callers
from callcontrol.jobs.missed_callers import MissedCallers, differing
from callcontrol.usecases.missed import MissedCallers as Missed
from callcontrol.usecases.webhooks import Webhooks
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.missed import CaseEnd, MissedReason
from callcontrol.vocabulary.moment import SECOND_US, Instant, datetime_of
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.queue import Leaving
from callcontrol.vocabulary.reach import Reach
from callcontrol.vocabulary.webhook import EventKind
from tests.billing.missed.test_contacts import JAN, outgoing
from tests.billing.trails import NOON, Story, call_id, forwarded
from tests.config.example import example

LATER = Instant(NOON + 3600 * SECOND_US)


def gave_up(n: int, at_s: float = 0, *, estimated: bool = False) -> CallRecord:
    """Jan waits half a minute in the queue and hangs up."""
    start = Instant(NOON + round(at_s * SECOND_US))
    story = Story(n, start).routed(0.001, "queue:support", "number").queued(0.1).left(30, Leaving.ABANDONED, 30)
    return fold(story.ended(30, by="caller", estimated=estimated))


def spoke(n: int, at_s: float) -> CallRecord:
    return fold(forwarded(n, Instant(NOON + round(at_s * SECOND_US))))


class Books:
    """The ledger, and the loop that reads it."""

    def __init__(self, dsn: str, settings: Settings) -> None:
        self._writer = LedgerWriter(dsn, now=lambda: NOON)
        self.dsn, self.now = dsn, NOON
        self.loop = MissedCallers(dsn, lambda: settings, lambda: LATER)

    def write(self, *records: CallRecord) -> None:
        assert self._writer.write([to_json(RatedRecord(record)) for record in records]) == []

    def read(self) -> None:
        """Steps, until there is nothing more to be read."""
        while self.loop.step():
            pass

    def cases(self) -> list[Case]:
        with connect(self.dsn) as connection:
            return wanted_cases(connection, WantedCases("acme"), LATER)

    def ends(self) -> list[CaseEnd | None]:
        return [case.how for case in self.cases()]

    def close(self) -> None:
        self._writer.close()


@pytest.fixture
def books(ledger_database: str) -> Iterator[Books]:
    made = Books(ledger_database, example())
    made.read()  # it begins to read
    yield made
    made.close()


def test_a_missed_call_is_a_case_until_people_have_spoken_with_the_caller(books: Books) -> None:
    books.write(gave_up(1))
    books.read()
    (case,) = books.cases()
    assert (case.key.number, case.key.target) == (JAN, "queue:support")
    assert (case.reason, case.opened_by, case.how) == (MissedReason.ABANDONED_IN_QUEUE, call_id(1), None)
    books.write(spoke(2, 600))
    books.read()
    assert books.ends() == [CaseEnd.CAME_BACK]


def test_who_looks_after_one_queue_sees_its_callers_however_many_others_are_due_before_them(books: Books) -> None:
    others = [replace(gave_up(n), caller=Caller(f"+4860050060{n}")) for n in range(3)]
    theirs = gave_up(3)
    path = tuple(replace(entry, target="queue:sales") for entry in theirs.path)
    books.write(*others, replace(theirs, path=path, arrived=Instant(NOON + SECOND_US)))
    books.read()
    with connect(books.dsn) as connection:
        missed = Missed(example(), "acme", connection, lambda: NOON)
        (case,) = missed.cases(limit=1, reach=Reach((), (), ("sales",)))
        assert case.key.target == "queue:sales"
        assert missed.cases(limit=1, reach=Reach((), (), ())) == []
        everyone = [case.key.number for case in missed.cases(closed_too=True)]
        assert everyone[0] == max(missed.cases(), key=lambda case: case.opened).key.number
        assert len(everyone) == 4


def test_calling_back_is_told_of_the_one_who_did(books: Books) -> None:
    record = replace(outgoing(30, "carrier"), call_id=call_id(7), arrived=Instant(NOON + 60 * SECOND_US))
    ended = Instant(NOON + 100 * SECOND_US)
    legs = tuple(
        replace(leg, bridged=leg.bridged and Instant(NOON + 70 * SECOND_US), ended=ended) for leg in record.legs
    )
    books.write(gave_up(1), replace(record, legs=legs, ended=ended))
    books.read()
    (case,) = books.cases()
    assert (case.how, case.by, case.first_try) == (CaseEnd.REACHED, "extension:101", NOON + 70 * SECOND_US)


def test_webhooks_are_told_of_each_case_once_when_it_opens_and_when_it_is_closed(books: Books) -> None:
    with connect(books.dsn) as connection:
        settings = example().model_copy(update={"web": Web(keys=("k" * 32,))})
        hooks = Webhooks(settings, "acme", connection, "ada", lambda: LATER, bytes, new_id)
        made, _ = hooks.add("https://crm.example.com/", (EventKind.CALL_MISSED, EventKind.CASE_CLOSED))

        def told() -> list[tuple[str, str]]:
            return [(one.kind, one.call_id) for one in reversed(hooks.deliveries(made.webhook_id))]

        books.write(gave_up(1))
        books.read()
        assert told() == [("call.missed", call_id(1))]
        books.write(gave_up(2, 60))
        books.read()
        assert told() == [("call.missed", call_id(1))]
        books.write(spoke(3, 600))
        books.read()
        assert told() == [("call.missed", call_id(1)), ("case.closed", call_id(1))]
        outbox = Outbox(books.dsn, "test")
        claimed = outbox.claim(made.webhook_id, 4, LATER, LATER)
        (first,) = [outbox.content(one) for one in claimed]
        assert first is not None
        assert (first["number"], first["target"], first["how"]) == (JAN, "queue:support", "came_back")
        outbox.close()


def test_records_that_come_late_lead_to_the_same_cases(books: Books) -> None:
    """The call that came first is written last: it was missed, and answered later, before the one that was missed."""
    books.write(spoke(2, 600))
    books.read()
    books.write(gave_up(3, 1200))
    books.read()
    books.write(gave_up(1, 0))
    books.read()
    assert [(case.opened_by, case.how) for case in books.cases()] == [
        (call_id(1), CaseEnd.CAME_BACK),
        (call_id(3), None),
    ]


def test_a_truer_record_takes_its_estimate_back(books: Books) -> None:
    books.write(gave_up(1, estimated=True))
    books.read()
    assert len(books.cases()) == 1
    answered = replace(spoke(1, 0), estimated=False)
    books.write(answered)
    books.read()
    assert books.cases() == []


def test_what_is_read_again_changes_nothing(books: Books) -> None:
    books.write(gave_up(1), gave_up(2, 300), spoke(3, 900), gave_up(4, 1200))
    books.read()
    before = books.cases()
    with connect(books.dsn) as connection, transaction(connection):
        day = datetime_of(NOON).date()
        assert read_again(connection, "acme", day, day) == 1
    books.read()
    assert books.cases() == before
    assert [case.missed for case in before] == [2, 1]
    with connect(books.dsn) as connection:
        assert differing(connection, "acme") == (1, [])


def test_what_has_been_changed_by_hand_is_seen(books: Books) -> None:
    books.write(gave_up(1))
    books.read()
    with psycopg.connect(books.dsn) as connection:
        connection.execute("UPDATE missed_cases SET missed = 2")
    with connect(books.dsn) as reading:
        assert differing(reading, "acme") == (1, [f"acme {JAN}: its cases differ"])


@pytest.mark.parametrize("place", ["replace_contacts", "fold_again", "_count"])
def test_a_step_that_is_broken_off_is_done_again_whole(
    books: Books, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    """It is one transaction, up to the counting after it."""
    books.write(gave_up(1))
    owner = books.loop if place == "_count" else missed_callers
    done: Callable[..., object] = getattr(owner, place)

    def and_dies(*args: object) -> None:
        done(*args)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(owner, place, and_dies)
        with pytest.raises(KeyboardInterrupt):
            books.loop.step()
    books.read()
    assert [case.missed for case in books.cases()] == [1]


def test_many_calls_of_one_transaction_are_read_whole(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(missed_callers, "BATCH", 2)
    books.write(*(gave_up(n, 60 * n) for n in range(5)))
    books.write(gave_up(9, 600))
    books.read()
    assert [case.missed for case in books.cases()] == [6]


def test_calls_of_before_are_read_too(ledger_database: str) -> None:
    """Those of the last days only: a case of before would have expired."""
    books = Books(ledger_database, example())
    with psycopg.connect(ledger_database) as connection:
        connection.execute("DELETE FROM missed_progress")
    books.write(gave_up(1), gave_up(2, 60))
    books.read()
    assert [case.missed for case in books.cases()] == [2]
    books.close()


def test_others_wait_while_one_process_reads(books: Books) -> None:
    books.write(gave_up(1))
    with psycopg.connect(books.dsn) as reading:
        reading.execute("SELECT read_to FROM missed_progress FOR UPDATE")
        assert books.loop.step() is False
    assert books.cases() == []
    books.read()
    assert len(books.cases()) == 1


def test_a_caller_who_finds_all_busy_was_missed_as_busy(books: Books) -> None:
    story = Story(1).routed(0.001, "extension:101", "number").step(2, "ring", Outcome.BUSY)
    books.write(fold(story.ended(2, by="switch")))
    books.read()
    assert [case.reason for case in books.cases()] == [MissedReason.BUSY]
