"""What has come of age is deleted and proven, what is held stays, what fails is tried again; erasing by number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import gevent
import pytest
from psycopg.types.json import Jsonb

from callcontrol.config.settings import Settings
from callcontrol.edges import meters
from callcontrol.edges.ledger.deletions import ERASED, Order, deletions_open, media_of_number, order
from callcontrol.edges.ledger.holds import Held, hold, release
from callcontrol.edges.ledger.reader import connect
from callcontrol.edges.ledger.session import DictConnection
from callcontrol.jobs.media.erasing import erase, erasure_of
from callcontrol.jobs.media.loops import OutOfReach
from callcontrol.jobs.media.retention import NotDeleted, Retention, kept_by
from callcontrol.vocabulary.media import MediaKind
from tests.billing.trails import NOON
from tests.config.folder import TENANT, loaded

NUMBER, OTHER = "+48500100200", "+48500999999"
SHORT = "media: {talk: {keep_days: 7}, message: {keep_days: 30}}\n"


@dataclass
class Shelves:
    """Copies of files, by id; whatever `stuck` names cannot be deleted."""

    seen: tuple[str, ...] = ("fs1",)
    stuck: set[str] = field(default_factory=set)
    deleted: list[str] = field(default_factory=list)

    def switches(self) -> tuple[str, ...]:
        return self.seen

    def delete(self, order: Order) -> None:
        if order.media_id in self.stuck:
            raise NotDeleted("storage refuses: access denied")
        self.deleted.append(order.media_id)


@pytest.fixture
def ledger(ledger_database: str) -> Iterator[DictConnection]:
    with connect(ledger_database) as connection:
        yield connection


@pytest.fixture
def shelves() -> Shelves:
    return Shelves()


@pytest.fixture
def retention(ledger_database: str, shelves: Shelves) -> Retention:
    settings = loaded(TENANT + SHORT)
    return Retention(ledger_database, lambda: settings, shelves, lambda: NOON)


def add(
    connection: DictConnection,
    media_id: str,
    days: float,
    kind: str = "talk",
    state: str = "stored",
    caller: str = NUMBER,
    called: str = "",
) -> None:
    connection.execute(
        "INSERT INTO media (tenant, media_id, kind, state, cause, began_at, changed_at, caller, called, switch, path,"
        " place, sha256, bytes) VALUES ('acme', %s, %s, %s, 'x', now() - %s * interval '1 day', now(), %s, %s, 'fs1',"
        " '/r/x.wav', 'p', 's', 1)",
        (media_id, kind, state, days, caller, called),
    )


def add_mail(
    ledger: DictConnection, mail_id: str, media_id: str, number: str, state: str = "queued", listed: Sequence[str] = ()
) -> None:
    facts = {"number": number, "name": "Jan", "media_id": media_id, "messages": [{"number": one} for one in listed]}
    ledger.execute(
        "INSERT INTO mails (mail_id, tenant, kind, about, address, source, language, facts, message_id, created_at,"
        " expires_at, state, state_at, due_at) VALUES"
        " (%s, 'acme', 'voicemail', %s, 'a@b.example', 'voicemail:box', 'pl', %s, 'x', now(), now(), %s, now(), now())",
        (mail_id, mail_id, Jsonb(facts), state),
    )


def states(connection: DictConnection) -> dict[str, str]:
    return {row["media_id"]: row["state"] for row in connection.execute("SELECT media_id, state FROM media").fetchall()}


def proof(connection: DictConnection, media_id: str) -> tuple[str, str, bool]:
    (row,) = connection.execute("SELECT * FROM media_deletions WHERE media_id = %s", (media_id,)).fetchall()
    return row["cause"], row["ordered_by"], row["deleted_at"] is not None


def test_each_kind_is_kept_as_long_as_its_tenant_says(
    ledger: DictConnection, retention: Retention, shelves: Shelves
) -> None:
    for media_id, days, kind in (
        *(("talk-1", 6.9, "talk"), ("talk-2", 7.1, "talk"), ("message-1", 29, "message"), ("message-2", 31, "message")),
        *(("greeting-1", 999, "greeting"), ("prompt-1", 999, "prompt")),
    ):
        add(ledger, media_id, days, kind)
    ledger.execute("INSERT INTO media_keys (tenant, media_id, key_id, wrapped) VALUES ('acme', 'talk-2', 'a', '')")
    assert retention.step() is False
    assert sorted(shelves.deleted) == ["message-2", "talk-2"]
    assert {name for name, state in states(ledger).items() if state == "deleted"} == {"message-2", "talk-2"}
    assert proof(ledger, "talk-2") == ("kept for 7 days, as media.talk.keep_days says", "retention", True)
    changes = ledger.execute("SELECT state, cause FROM media_changes WHERE media_id = 'talk-2'").fetchall()
    assert changes == [{"state": "deleted", "cause": "kept for 7 days, as media.talk.keep_days says (retention)"}]
    assert ledger.execute("SELECT media_id FROM media_keys").fetchall() == []
    retention.step()
    assert len(shelves.deleted) == 2


def test_what_never_ends_by_itself_is_not_asked_for() -> None:
    settings: Settings = loaded(TENANT + "media: {talk: {keep_days: 0}}\n")
    assert list(kept_by(settings)) == [("acme", MediaKind.MESSAGE, 90)]


def test_what_is_held_stays_and_goes_when_it_is_released(
    ledger: DictConnection, retention: Retention, shelves: Shelves
) -> None:
    add(ledger, "talk-1", 100)
    add(ledger, "talk-2", 100, caller=OTHER)
    number, _ = hold(ledger, "acme", Held(number=NUMBER), "olga", "court order 7")
    order(ledger, "acme", ["talk-1"], "asked for", "piotr")
    retention.step()
    assert shelves.deleted == ["talk-2"]
    assert deletions_open(ledger).waiting == 0
    release(ledger, "acme", number, "olga")
    retention.step()
    assert shelves.deleted == ["talk-2", "talk-1"]
    assert proof(ledger, "talk-1") == ("asked for", "piotr", True)


def test_a_hold_that_comes_while_files_are_deleted_is_either_kept_or_told(
    ledger: DictConnection, ledger_database: str, retention: Retention, shelves: Shelves
) -> None:
    for n in range(40):
        add(ledger, f"talk-{n:02}", 100)
    deleting = gevent.spawn(retention.step)
    with connect(ledger_database) as other:
        while not shelves.deleted:
            gevent.sleep(0.001)
        _, gone = hold(other, "acme", Held(number=NUMBER), "olga", "court order 7")
    deleting.get(timeout=10)
    assert set(gone) == set(shelves.deleted)
    assert 0 < len(gone) < 40
    assert sorted(state for state in states(ledger).values()).count("stored") == 40 - len(gone)


def test_what_fails_is_tried_again_after_a_while_and_seen(
    ledger: DictConnection, retention: Retention, shelves: Shelves
) -> None:
    add(ledger, "talk-1", 100)
    shelves.stuck = {"talk-1"}
    retention.step()
    retention.step()
    (row,) = ledger.execute("SELECT tries, trouble, due_at > now() AS later FROM media_deletions").fetchall()
    assert row == {"tries": 1, "trouble": "storage refuses: access denied", "later": True}
    assert states(ledger) == {"talk-1": "stored"}
    assert [meters.media_deletions_failing._value.get(), meters.media_deletions_waiting._value.get()] == [1, 1]
    shelves.stuck = set()
    ledger.execute("UPDATE media_deletions SET due_at = now()")
    retention.step()
    assert (states(ledger), meters.media_deletions_failing._value.get()) == ({"talk-1": "deleted"}, 0)


def test_a_copy_on_another_hosts_switch_is_left_to_that_host(
    ledger: DictConnection, retention: Retention, shelves: Shelves
) -> None:
    add(ledger, "talk-1", 100)
    shelves.seen = ()
    retention.step()
    assert (shelves.deleted, deletions_open(ledger).waiting) == ([], 1)
    ledger.execute("UPDATE media SET on_switch = false")
    retention.step()
    assert shelves.deleted == ["talk-1"]


def test_two_processes_share_the_work(ledger: DictConnection, ledger_database: str) -> None:
    for n in range(30):
        add(ledger, f"talk-{n:02}", 100)
    settings = loaded(TENANT + SHORT)
    both = [Shelves(), Shelves()]
    gevent.joinall(
        [gevent.spawn(Retention(ledger_database, lambda: settings, one, lambda: NOON).step) for one in both],
        raise_error=True,
    )
    assert sorted(both[0].deleted + both[1].deleted) == [f"talk-{n:02}" for n in range(30)]


def test_postgres_away_is_no_fault_of_ours(shelves: Shelves) -> None:
    settings = loaded(TENANT)
    away = Retention("host=/nowhere dbname=x", lambda: settings, shelves, lambda: NOON)
    with pytest.raises(OutOfReach):
        away.step()


def test_everything_about_a_number_is_erased_but_what_is_held(
    ledger: DictConnection, retention: Retention, shelves: Shelves
) -> None:
    add(ledger, "a-1", 1)
    add(ledger, "a-2", 1, caller=OTHER, called=NUMBER)
    add(ledger, "a-3", 1)
    add(ledger, "b-1", 1, caller=OTHER)
    add(ledger, "old-1", 1, state="deleted")
    add(ledger, "now-1", 0, state="running")
    hold(ledger, "acme", Held(media_id="a-3"), "olga", "court order 7")
    add_mail(ledger, "m-1", "a-1", NUMBER)
    add_mail(ledger, "m-2", "", "", "sent", [OTHER, NUMBER])
    add_mail(ledger, "m-3", "a-3", NUMBER, "sent")
    add_mail(ledger, "m-4", "b-1", OTHER)
    found = erasure_of(ledger, "acme", NUMBER)
    named = [{row["media_id"] for row in rows} for rows in (found.files, found.rows, found.held)]
    assert named == [{"a-1", "a-2", "now-1"}, {"old-1"}, {"a-3"}]
    assert found.held[0]["held"] == "hold 1 by olga: court order 7"
    assert [{row["mail_id"] for row in rows} for rows in (found.mails, found.held_mails)] == [{"m-1", "m-2"}, {"m-3"}]
    erase(ledger, found, "piotr", "letter of 12 November")
    mails = {row["mail_id"]: row for row in ledger.execute("SELECT * FROM mails").fetchall()}
    assert {name: (row["state"], row["facts"]["number"]) for name, row in mails.items()} == {
        "m-1": ("failed", ERASED),
        "m-2": ("sent", ""),
        "m-3": ("sent", NUMBER),
        "m-4": ("queued", OTHER),
    }
    assert [one["number"] for one in mails["m-2"]["facts"]["messages"]] == [OTHER, ERASED]
    assert mails["m-1"]["facts"]["name"] == ""
    retention.step()
    assert sorted(shelves.deleted) == ["a-1", "a-2"]
    ledger.execute("UPDATE media SET state = 'closed' WHERE media_id = 'now-1'")
    retention.step()
    assert {row["media_id"] for row in media_of_number(ledger, "acme", NUMBER)} == {"a-3"}
    rows = ledger.execute("SELECT media_id, caller, called FROM media ORDER BY media_id").fetchall()
    assert {row["media_id"]: (row["caller"], row["called"]) for row in rows} == {
        "a-1": (ERASED, ""),
        "a-2": (ERASED, ERASED),
        "a-3": (NUMBER, ""),
        "b-1": (OTHER, ""),
        "now-1": (ERASED, ""),
        "old-1": (ERASED, ""),
    }
    assert ledger.execute("SELECT erased_by, files, held FROM media_erasures").fetchall() == [
        {"erased_by": "piotr", "files": 3, "held": 1}
    ]
    assert proof(ledger, "a-1")[:2] == ("erased with everything about its number: letter of 12 November", "piotr")
