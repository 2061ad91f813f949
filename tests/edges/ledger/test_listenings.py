"""Supervisors' listenings in Postgres: one row each, as it stands, however often and in whatever order it comes."""

from __future__ import annotations

import time
from dataclasses import replace

import psycopg
import pytest

from callcontrol.billing.record import RatedRecord
from callcontrol.billing.record_json import to_json as to_record
from callcontrol.edges.ledger.listenings import listenings_of, note_listenings
from callcontrol.edges.ledger.queries import query
from callcontrol.edges.ledger.writer import LedgerWriter
from callcontrol.vocabulary.media_notes import from_json, to_json
from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.vocabulary.stored import Unreadable
from callcontrol.vocabulary.supervision import ListeningEnd, ListeningRecord, Mode
from tests.billing.trails import NOON, forwarded
from tests.edges.ledger.samples import rated

NEW = ListeningRecord("acme", "call-2", "extension:102", "extension:117", "call-1", "fs1", NOON, "sales", "a \x00 test")


def later(seconds: int) -> Instant:
    return Instant(NOON + seconds * SECOND_US)


BEGUN = NEW.doing(Mode.LISTEN, "extension:117", later(1))
CHANGED = BEGUN.doing(Mode.WHISPER, "extension:117", later(5))
OVER = CHANGED.paused(later(8)).doing(Mode.LISTEN, "extension:140", later(9)).over(later(11), ListeningEnd.HUNG_UP)


def test_what_is_said_again_changes_nothing() -> None:
    assert BEGUN.doing(Mode.LISTEN, "extension:117", later(2)) is BEGUN
    assert NEW.paused(later(2)) is NEW
    assert OVER.over(later(20), ListeningEnd.CALL_ENDED) is OVER
    assert CHANGED.mode is Mode.WHISPER
    assert OVER.mode is None


@pytest.mark.parametrize("order", [[NEW, BEGUN, CHANGED, OVER], [OVER, NEW, CHANGED, BEGUN]])
def test_the_row_is_the_latest_state(connection: psycopg.Connection, order: list[ListeningRecord]) -> None:
    for one in order:
        note_listenings(connection, [one, one])
    note_listenings(connection, [])
    (row,) = listenings_of(connection, "acme")
    assert row == replace(OVER, reason=row.reason)
    assert "\x00" not in row.reason
    assert [(span.mode, span.whom) for span in row.spans] == [
        (Mode.LISTEN, "extension:117"),
        (Mode.WHISPER, "extension:117"),
        (Mode.LISTEN, "extension:140"),
    ]


def test_they_are_found_by_who_whom_and_which(connection: psycopg.Connection) -> None:
    other = replace(NEW, listening_id="call-3", supervisor="extension:105", call_id="call-9", began=later(60))
    note_listenings(connection, [OVER, other, replace(OVER, tenant="beta")])

    def found(**wanted: object) -> list[str]:
        return [one.listening_id for one in listenings_of(connection, "acme", **wanted)]  # type: ignore[arg-type]  # by name

    assert found() == ["call-3", "call-2"]
    assert found(supervisor="extension:102") == found(whom="extension:140") == found(call="call-1") == ["call-2"]
    assert found(since=later(30)) == ["call-3"]
    assert found(until=later(30)) == ["call-2"]
    assert found(most=1) == ["call-3"]


def test_on_its_way_it_is_a_line_of_json() -> None:
    assert from_json(to_json(OVER)) == replace(OVER, reason=OVER.reason.replace("\x00", "�"))
    with pytest.raises(Unreadable):
        from_json(b'{"$":"ListeningRecord","tenant":"acme"}')


def test_an_end_that_was_lost_is_known_a_day_later(connection: psycopg.Connection) -> None:
    now = Instant(int(time.time()) * SECOND_US)
    running = replace(BEGUN, listening_id="call-4", began=now)
    note_listenings(connection, [BEGUN, replace(NEW, listening_id="call-3"), running])
    for _ in range(2):
        connection.execute(query("close_listenings"))
    found = {one.listening_id: (one.how, one.ended) for one in listenings_of(connection, "acme")}
    failed = ListeningEnd.FAILED
    assert found == {"call-2": (failed, later(1)), "call-3": (failed, NOON), "call-4": (None, None)}
    ((span,),) = (one.spans for one in listenings_of(connection, "acme") if one.listening_id == "call-2")
    assert span.ended == later(1)
    note_listenings(connection, [OVER])  # its worker was cut off from the ledger for so long
    assert [one.how for one in listenings_of(connection, "acme") if one.listening_id == "call-2"] == [
        ListeningEnd.HUNG_UP
    ]


@pytest.mark.parametrize(("ago_s", "is_over"), [(500, False), (700, True)])
def test_an_end_that_a_dead_worker_took_along_is_that_of_the_supervisors_call(
    connection: psycopg.Connection, writer: LedgerWriter, ago_s: int, is_over: bool
) -> None:
    call = rated(forwarded(start=Instant((int(time.time()) - ago_s - 60) * SECOND_US), talk_s=30)).call
    began, ended = call.arrived, call.ended
    listening = replace(NEW, tenant=call.tenant, listening_id=call.call_id, began=began)
    note_listenings(connection, [listening.doing(Mode.LISTEN, "extension:117", began)])
    assert writer.write([to_record(RatedRecord(call, ()))]) == []
    connection.execute(query("close_listenings"))
    (row,) = listenings_of(connection, call.tenant)
    assert (row.ended, row.spans[0].ended) == ((ended, ended) if is_over else (None, None))
