"""Hearings, holds, wrapped keys and withdrawn links, in Postgres."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace

import gevent
import psycopg
import pytest

from callcontrol.edges.ledger.hearings import ONE_HEARING_S, hearings_of, note_hearing_in_pieces, note_hearings
from callcontrol.edges.ledger.holds import Held, hold, holds, release
from callcontrol.edges.ledger.links import is_withdrawn, withdraw
from callcontrol.edges.ledger.media_keys import BATCH, key_of, keys_in_use, note_key, rewrap
from callcontrol.edges.ledger.reader import connect
from callcontrol.edges.ledger.session import DictConnection, transaction
from callcontrol.edges.media_links import Link
from callcontrol.edges.sealing.keys import KeyRing
from callcontrol.vocabulary.hearing import Hearing, Way
from callcontrol.vocabulary.moment import SECOND_US, Instant
from tests.billing.trails import NOON

NUMBER, OTHER = "+48500100200", "+48500999999"


@pytest.fixture
def ledger(ledger_database: str) -> Iterator[DictConnection]:
    with connect(ledger_database) as connection:
        yield connection


def add_media(
    connection: DictConnection, media_id: str, caller: str = NUMBER, call_id: str = "", state: str = "closed"
) -> None:
    connection.execute(
        "INSERT INTO media (tenant, media_id, kind, state, began_at, changed_at, caller, call_id)"
        " VALUES ('acme', %s, 'message', %s, now(), now(), %s, %s)",
        (media_id, state, caller, call_id or media_id.rpartition("-")[0]),
    )


def held_ids(connection: DictConnection) -> set[str]:
    return {row["media_id"] for row in connection.execute("SELECT media_id FROM media_held").fetchall()}


HEARD = Hearing("acme", "call-1", NOON, "extension:101", Way.PHONE, "call-9")


def test_hearings_are_stored_once_however_often_they_come(ledger: DictConnection) -> None:
    later = replace(HEARD, at=Instant(NOON + SECOND_US), way=Way.PANEL, address="192.0.2.7")
    for _ in range(2):
        note_hearings(ledger, [later, HEARD])
    note_hearings(ledger, [])
    note_hearings(ledger, [replace(HEARD, tenant="beta"), replace(HEARD, media_id="call-2")])
    assert hearings_of(ledger, "acme", ["call-1"]) == [HEARD, later]


def test_a_player_that_asks_in_pieces_hears_once_and_again_after_a_while(ledger: DictConnection) -> None:
    def heard(after_s: float, who: str = "anna@acme.example", media_id: str = "call-1") -> bool:
        at = Instant(NOON + round(after_s * SECOND_US))
        return note_hearing_in_pieces(ledger, Hearing("acme", media_id, at, who, Way.LINK, "192.0.2.7"))

    assert [heard(after_s) for after_s in (0, 0, 1, ONE_HEARING_S, ONE_HEARING_S + 1)] == [
        True,
        False,
        False,
        False,
        True,
    ]
    assert heard(2, who="piotr@acme.example")
    assert heard(2, media_id="call-2")
    assert len(hearings_of(ledger, "acme", ["call-1", "call-2"])) == 4


def test_a_file_is_held_by_its_id_its_call_or_a_number_of_it(ledger: DictConnection) -> None:
    for media_id, caller in (("a-1", NUMBER), ("a-2", OTHER), ("b-1", NUMBER), ("c-1", OTHER)):
        add_media(ledger, media_id, caller)
    for held, files in (
        (Held(media_id="c-1"), {"c-1"}),
        (Held(call_id="a"), {"a-1", "a-2"}),
        (Held(number=NUMBER), {"a-1", "b-1"}),
    ):
        number, gone = hold(ledger, "acme", held, "olga", "court order 7")
        assert (held_ids(ledger), gone) == (files, [])
        assert release(ledger, "beta", number, "olga") is None
        assert release(ledger, "acme", number, "olga") == held
        assert release(ledger, "acme", number, "olga") is None
    assert held_ids(ledger) == set()


def test_a_hold_by_number_is_about_files_that_come_later_too(ledger: DictConnection) -> None:
    hold(ledger, "acme", Held(number=NUMBER), "olga", "court order 7")
    add_media(ledger, "a-1")
    assert held_ids(ledger) == {"a-1"}


def test_a_hold_ends_by_itself_and_stays_on_record(ledger: DictConnection) -> None:
    add_media(ledger, "a-1")
    ends, open_ = (
        hold(ledger, "acme", Held(media_id="a-1"), "olga", why, until)[0]
        for why, until in (("x", Instant(NOON * 2)), ("y", None))
    )
    ledger.execute(
        "UPDATE media_holds SET held_at = '2020-01-01', held_until = '2020-01-02' WHERE hold_id = %s", (ends,)
    )
    found = holds(ledger, "acme")
    assert [(one.hold_id, one.counts, one.files, one.why) for one in found] == [
        (open_, True, 1, "y"),
        (ends, False, 0, "x"),
    ]
    assert holds(ledger, "beta") == []
    assert str(found[0].held) == "file a-1"


@pytest.mark.parametrize("held", [Held(), Held(media_id="a-1", number=NUMBER)])
def test_a_hold_is_about_one_thing(ledger: DictConnection, held: Held) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        hold(ledger, "acme", held, "olga", "court order 7")


def test_a_hold_waits_for_a_deletion_that_has_begun_and_says_what_is_gone(
    ledger: DictConnection, ledger_database: str
) -> None:
    for media_id in ("a-1", "a-2"):
        add_media(ledger, media_id)
    with connect(ledger_database) as deleting:
        with transaction(deleting):
            deleting.execute("UPDATE media SET state = 'deleted' WHERE media_id = 'a-1'")
            holding = gevent.spawn(hold, ledger, "acme", Held(call_id="a"), "olga", "court order 7")
            gevent.sleep(0.2)
            assert not holding.ready()
        assert holding.get(timeout=5)[1] == ["a-1"]


OLD, NEW = os.urandom(32), os.urandom(32)
RING = KeyRing("acme", {"old": OLD, "new": NEW}, "old")


def test_wrapped_keys_are_brought_over_and_the_old_key_may_go(ledger: DictConnection) -> None:
    media_ids = [f"call-{n:03}" for n in range(BATCH + 3)]
    data_keys = {}
    for media_id in media_ids:
        data_keys[media_id], wrapped = RING.new_data_key(media_id)
        note_key(ledger, "acme", media_id, wrapped)
    rotated = replace(RING, in_force="new")
    assert len(list(rewrap(ledger, rotated, dry_run=True))) == len(media_ids)
    assert [(one.key_id, one.files) for one in keys_in_use(ledger, "acme")] == [("old", len(media_ids))]
    assert {one.media_id for one in rewrap(ledger, rotated) if not one.trouble} == set(media_ids)
    assert [(one.key_id, one.files) for one in keys_in_use(ledger, "acme")] == [("new", len(media_ids))]
    assert list(rewrap(ledger, rotated)) == []
    new_only = KeyRing("acme", {"new": NEW}, "new")
    for media_id in (media_ids[0], media_ids[-1]):
        found = key_of(ledger, "acme", media_id)
        assert found is not None
        assert new_only.unwrapped(media_id, found) == data_keys[media_id]


def test_a_key_that_cannot_be_brought_over_is_told_and_stays(ledger: DictConnection) -> None:
    for media_id in ("call-1", "call-2"):
        note_key(ledger, "acme", media_id, RING.new_data_key(media_id)[1])
    lost = KeyRing("acme", {"new": NEW}, "new")
    found = list(rewrap(ledger, lost))
    assert [(one.media_id, one.from_key) for one in found] == [("call-1", "old"), ("call-2", "old")]
    assert all("tenant acme has no key 'old'" in one.trouble for one in found)
    assert [one.key_id for one in keys_in_use(ledger, "acme")] == ["old"]
    assert key_of(ledger, "acme", "call-9") is None
    assert keys_in_use(ledger, "beta") == []


@pytest.mark.parametrize(
    ("withdrawn", "is_gone"),
    [
        ({"media_id": "call-1"}, True),
        ({"made_for": "anna@acme.example"}, True),
        ({"media_id": "call-1", "made_for": "anna@acme.example"}, True),
        ({"media_id": "call-2"}, False),
        ({"made_for": "piotr@acme.example"}, False),
        ({"media_id": "call-1", "made_for": "piotr@acme.example"}, False),
    ],
)
def test_links_are_withdrawn_by_file_and_by_person(
    ledger: DictConnection, withdrawn: dict[str, str], is_gone: bool
) -> None:
    link = Link("acme", "call-1", "anna@acme.example", NOON, Instant(NOON + SECOND_US))
    withdraw(ledger, "beta", "olga", **withdrawn)
    assert not is_withdrawn(ledger, link)
    withdraw(ledger, "acme", "olga", **withdrawn)
    assert is_withdrawn(ledger, link) is is_gone
    in_a_year = replace(link, made_at=Instant(NOON + 500 * 86_400 * SECOND_US))
    assert not is_withdrawn(ledger, in_a_year)
