"""Media in Postgres: their rows are what `applied` makes of their changes."""

from __future__ import annotations

import random
from dataclasses import replace

import psycopg
import pytest

from callcontrol.edges.ledger.hearings import hearings_of
from callcontrol.edges.ledger.media import MediaLedger
from callcontrol.edges.ledger.reader import connect
from callcontrol.edges.ledger.writer import LedgerAway, LedgerWriter
from callcontrol.vocabulary.media import Media, applied
from callcontrol.vocabulary.media_notes import to_json
from callcontrol.vocabulary.moment import Instant, datetime_of
from tests.vocabulary.test_media import CLOSED, DELETED, HEARD, LOST, RUNNING, STORED, WANTED

COLUMNS = (
    *("state", "cause", "kind", "call_id", "channel", "switch", "path", "owner", "caller", "length_ms", "bytes"),
    *("sha256", "place", "began_at", "changed_at"),
)


def rows(dsn: str) -> dict[str, tuple[object, ...]]:
    with psycopg.connect(dsn) as connection:
        found = connection.execute(f"SELECT media_id, {', '.join(COLUMNS)} FROM media".encode()).fetchall()
    return {str(media_id): tuple(rest) for media_id, *rest in found}


def expected(media: Media) -> tuple[object, ...]:
    said = {name: getattr(media, name, None) for name in COLUMNS}
    times = {"began_at": datetime_of(media.began_at), "changed_at": datetime_of(media.at)}
    return tuple({**said, **times, "kind": media.kind or ""}[name] for name in COLUMNS)


def test_the_row_is_what_the_changes_make_of_it_in_whatever_order_and_batches(ledger_database: str) -> None:
    chance = random.Random(7)
    ledger = MediaLedger(LedgerWriter(ledger_database))
    made: dict[str, Media | None] = {}
    changes = []
    for n in range(12):
        own = [replace(one, media_id=f"call-{n}-2") for one in (WANTED, RUNNING, CLOSED, LOST, STORED, DELETED)]
        changes += chance.sample(own, chance.randint(1, 6)) + chance.sample(own, 1)
    chance.shuffle(changes)
    for change in changes:
        made[change.media_id] = applied(made.get(change.media_id), change)
    while changes:
        size = chance.randint(1, 9)
        batch, changes = changes[:size], changes[size:]
        assert ledger.write([to_json(change) for change in batch]) == []
    ledger.close()
    assert rows(ledger_database) == {id_: expected(media) for id_, media in made.items() if media is not None}


def test_each_state_is_noted_once_with_its_first_cause(ledger_database: str) -> None:
    ledger = MediaLedger(LedgerWriter(ledger_database))
    again = replace(CLOSED, cause="again", at=Instant(10_000))
    assert ledger.write([to_json(one) for one in (WANTED, CLOSED, again, CLOSED)]) == []
    ledger.close()
    with psycopg.connect(ledger_database) as connection:
        found = connection.execute("SELECT state, at, cause FROM media_changes ORDER BY at").fetchall()
    assert found == [("wanted", datetime_of(WANTED.at), ""), ("closed", datetime_of(CLOSED.at), "recorded")]


def test_one_that_cannot_be_stored_keeps_no_other_back(ledger_database: str) -> None:
    ledger = MediaLedger(LedgerWriter(ledger_database))
    bad = replace(LOST, media_id="bad-1", cause="")  # of a lost one it has to be said why
    good = [replace(WANTED, media_id=f"call-{n}-2") for n in range(5)]
    refused = ledger.write([to_json(one) for one in (*good[:3], bad, *good[3:])] + [b"nothing"])
    ledger.close()
    assert sorted(one.payload for one in refused) == sorted([b"nothing", to_json(bad)])
    assert len(rows(ledger_database)) == 5


def test_postgres_away_is_told(ledger_database: str) -> None:
    ledger = MediaLedger(LedgerWriter("postgresql://127.0.0.1:1/none"))
    assert ledger.write([]) == []
    with pytest.raises(LedgerAway):
        ledger.write([to_json(WANTED)])


def test_hearings_come_by_the_same_spool_and_are_stored_once(ledger_database: str) -> None:
    ledger = MediaLedger(LedgerWriter(ledger_database))
    for _ in range(2):
        assert ledger.write([to_json(HEARD), to_json(WANTED)]) == []
    ledger.close()
    with connect(ledger_database) as connection:
        assert hearings_of(connection, "acme", [HEARD.media_id]) == [HEARD]
