"""Boxes that Redis has lost are made again by the ledger; a message that no worker brought into its box comes there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import orjson
import pytest
from redis import Redis

from callcontrol.edges import clock
from callcontrol.edges.ledger.box_facts import note_facts
from callcontrol.edges.ledger.deletions import order
from callcontrol.edges.ledger.hearings import note_hearings
from callcontrol.edges.ledger.media import MediaLedger, write_changes
from callcontrol.edges.ledger.message_marks import note_marks
from callcontrol.edges.ledger.reader import connect
from callcontrol.edges.ledger.writer import LedgerWriter
from callcontrol.edges.live_state import keys
from callcontrol.edges.live_state.mailbox_values import encode_greeting
from callcontrol.edges.live_state.mailboxes import BoxStore
from callcontrol.edges.live_state.pipeline import RedisPipeline
from callcontrol.edges.live_state.pipeline import connect as connect_redis
from callcontrol.jobs.media import rebuilding
from callcontrol.jobs.media.deleted_messages import DeletedMessages
from callcontrol.jobs.media.loops import OutOfReach
from callcontrol.jobs.media.rebuilding import BoxRebuilder
from callcontrol.vocabulary.box_fact import PIN, BoxFact, facts_of, greeting_of
from callcontrol.vocabulary.hearing import Hearing, Way
from callcontrol.vocabulary.mailbox import (
    AddMessage,
    Done,
    Greeting,
    GreetingKind,
    Message,
    MessageState,
    Move,
    SetState,
    Take,
)
from callcontrol.vocabulary.media import MediaChange, MediaKind, MediaState
from callcontrol.vocabulary.media_notes import to_json
from callcontrol.vocabulary.message_mark import MessageMark, marks_of
from callcontrol.vocabulary.moment import SECOND_US, Instant
from tests.billing.trails import Story
from tests.config.folder import TENANT, loaded
from tests.jobs.media.test_media_loops import record

SETTINGS = loaded(TENANT)
MINUTE_US = 60 * SECOND_US
LEFT = MediaChange(
    media_id="",
    tenant="acme",
    state=MediaState.RUNNING,
    at=Instant(0),
    kind=MediaKind.MESSAGE,
    switch="fs1",
    owner="voicemail:box",
    caller="+48500100200",
    length_ms=4_000,
)


class Office:
    """One box by name `box`, its ledger and its Redis.

    Attributes:
        at: when all messages were left: five minutes ago.
    """

    def __init__(self, boxes: BoxStore, dsn: str, redis: Redis) -> None:
        self.boxes, self.dsn, self.redis = boxes, dsn, redis
        self.at = Instant(clock.now() - 5 * MINUTE_US)
        self.call_id = record(dsn, Story(1, start=Instant(self.at - MINUTE_US)))
        self.rebuilder = BoxRebuilder(dsn, boxes, lambda: SETTINGS)

    def row(self, media_id: str, kind: MediaKind = MediaKind.MESSAGE, state: MediaState = MediaState.STORED) -> None:
        begun = replace(LEFT, media_id=media_id, kind=kind, call_id=self.call_id, path=f"/r/{media_id}.wav", at=self.at)
        later = replace(begun, state=state, at=Instant(self.at + SECOND_US), place="p", sha256="x", bytes=1)
        with connect(self.dsn) as ledger:
            write_changes(ledger, [begun, later])

    def named(self, *media_ids: str, anonymous: bool = False) -> None:
        """The record of the call names these messages."""
        found = [{"box": "box", "path": f"/r/{one}.wav"} for one in media_ids]
        with connect(self.dsn) as ledger:
            ledger.execute(
                "UPDATE calls SET recordings = %s, caller_number = %s, caller_name = 'Ewa', caller_anonymous = %s",
                (orjson.dumps(found).decode(), LEFT.caller, anonymous),
            )

    def marked(self, *marks: tuple[str, str, MessageState]) -> None:
        with connect(self.dsn) as ledger:
            for n, (media_id, box, state) in enumerate(marks):
                note_marks(ledger, [MessageMark("acme", media_id, box, state, Instant(self.at + n * SECOND_US))])

    def there(self, box: str = "box") -> dict[str, MessageState]:
        return {one.id: one.state for one in self.boxes.read("acme", box).messages}


@pytest.fixture
def office(redis_url: str, redis_client: Redis, ledger_database: str) -> Iterator[Office]:
    pipeline = RedisPipeline(connect_redis(redis_url, 5))
    yield Office(BoxStore(pipeline), ledger_database, redis_client)
    pipeline.stop(5)


NEW, KEPT, DELETED = MessageState.NEW, MessageState.KEPT, MessageState.DELETED


def test_a_lost_box_comes_back_as_it_is_noted(office: Office) -> None:
    for media_id in ("c-1", "c-2", "c-3", "c-4", "c-5", "c-6", "c-7"):
        office.row(media_id)
    office.named("c-1", "c-2", "c-3", "c-4", "c-6", "c-7")  # c-5: the word in front of one that was passed on
    office.row("c-8", MediaKind.GREETING)
    office.row("c-9", state=MediaState.DELETED)
    office.marked(("c-2", "box", KEPT), ("c-3", "box", NEW), ("c-3", "box", DELETED))
    office.marked(("c-4", "box", DELETED), ("c-4", "other", NEW))
    with connect(office.dsn) as ledger:
        note_hearings(ledger, [Hearing("acme", "c-6", office.at, "extension:101", Way.PHONE)])
        order(ledger, "acme", ["c-7"], "too old", "retention")
    office.rebuilder.step()
    assert office.there() == {}  # what was noted last may still be on its way
    office.rebuilder.step()
    assert (office.there(), office.there("other")) == ({"c-1": NEW, "c-2": KEPT, "c-6": KEPT}, {"c-4": NEW})
    (first, *_) = office.boxes.read("acme", "box").messages
    assert (first.caller, first.name, first.at, first.length_ms) == (LEFT.caller, "Ewa", office.at, 4_000)
    assert (first.switch, first.path) == ("fs1", "/r/c-1.wav")


def test_only_what_redis_has_lost_is_made_again(office: Office) -> None:
    office.row("c-1")
    office.named("c-1", anonymous=True)
    for _ in range(2):
        office.rebuilder.step()
    office.boxes.put("acme", "box", SetState("c-1", KEPT))
    assert office.boxes.read("acme", "box").messages[0].caller == ""  # it was withheld
    office.redis.delete(keys.box("acme", "box"))
    for _ in range(3):
        office.rebuilder.step()
    assert office.there() == {}
    office.redis.delete(keys.boxes_made("acme"))
    for _ in range(2):
        office.rebuilder.step()
    assert office.there() == {"c-1": NEW}


def test_a_message_that_no_worker_brought_comes_in_once(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(2):
        office.rebuilder.step()
    monkeypatch.setattr(rebuilding, "PAGE", 1)
    monkeypatch.setattr("callcontrol.edges.ledger.boxed_messages.PAGE", 1)
    for media_id in ("c-1", "c-2", "c-3"):
        office.row(media_id)
    office.named("c-1", "c-2")
    office.boxes.put("acme", "box", AddMessage(Message("c-2", "", "", office.at, 1, "fs1", "/r/c-2.wav", KEPT)))
    office.rebuilder.step()
    assert office.there() == {"c-1": NEW, "c-2": KEPT}
    office.redis.delete(keys.box("acme", "box"))
    office.rebuilder.step()
    assert office.there() == {}  # it was brought there: by the ledger it is deleted only if that is noted


def test_greetings_the_pin_who_deals_with_a_message_and_the_word_before_it_come_back(office: Office) -> None:
    for media_id in ("c-1", "c-2"):
        office.row(media_id)
    office.marked(("c-1", "box", NEW), ("c-2", "box", NEW))
    greeting = Greeting("fs1", "/r/g-1.wav", 4_000, office.at, "extension:101")
    passed_on = Message(
        "c-2", "", "", office.at, 4_000, "fs1", "/r/c-2.wav", word="/r/w-1.wav", passed_on_by="extension:102"
    )
    told = [
        *facts_of("acme", "box", Take("c-1", "extension:102"), Instant(office.at + 2)),
        *facts_of("acme", "box", Take("c-1", "extension:101"), Instant(office.at + 1)),  # late
        *facts_of("acme", "box", AddMessage(passed_on), office.at),
        BoxFact("acme", "box", greeting_of(GreetingKind.NORMAL), encode_greeting(greeting).decode(), office.at),
        BoxFact("acme", "box", PIN, "a hash", office.at),
    ]
    writer = MediaLedger(LedgerWriter(office.dsn))
    assert writer.write([to_json(fact) for fact in told]) == []
    writer.close()
    for _ in range(2):
        office.rebuilder.step()
    found = office.boxes.read("acme", "box")
    assert [(one.id, one.taken_by, one.word, one.passed_on_by) for one in found.messages] == [
        ("c-1", "extension:102", "", ""),
        ("c-2", "", "/r/w-1.wav", "extension:102"),
    ]
    assert (found.greetings, found.pin.hash) == ({GreetingKind.NORMAL: greeting}, "a hash")


def test_what_was_set_anew_meanwhile_is_not_undone(office: Office) -> None:
    old, new = (Greeting("fs1", f"/r/g-{n}.wav", 4_000, office.at, "extension:101") for n in (1, 2))
    with connect(office.dsn) as ledger:
        what = greeting_of(GreetingKind.BUSY)
        old_one = BoxFact("acme", "box", what, encode_greeting(old).decode(), office.at)
        note_facts(ledger, [old_one, BoxFact("acme", "box", PIN, "old", office.at)])
    office.boxes.greet("acme", "box", GreetingKind.BUSY, new, lambda _: None)
    office.boxes.set_pin("acme", "box", "new", lambda _: None)
    for _ in range(2):
        office.rebuilder.step()
    found = office.boxes.read("acme", "box")
    assert (found.greetings[GreetingKind.BUSY], found.pin.hash) == (new, "new")


def test_what_commands_and_versions_before_have_set_is_noted_within_minutes(office: Office) -> None:
    greeting = Greeting("fs1", "/r/g-1.wav", 4_000, office.at, "extension:101")
    office.boxes.greet("acme", "box", GreetingKind.AWAY, greeting, lambda _: None)
    office.boxes.set_pin("acme", "box", "a hash", lambda _: None)
    office.row("c-1")
    office.marked(("c-1", "box", NEW))
    office.boxes.put("acme", "box", AddMessage(Message("c-1", "", "", office.at, 1, "fs1", "/r/c-1.wav")))
    office.boxes.put("acme", "box", Done("c-1", "jan (command)"))
    look = DeletedMessages(office.dsn, office.boxes, lambda: SETTINGS, clock.now)
    look.step()
    office.redis.flushdb()
    office.boxes.put("acme", "box", AddMessage(Message("c-9", "", "", office.at, 1, "fs1", "/r/c-9.wav")))
    look.step()  # that there is no PIN now is no fact
    for _ in range(2):
        office.rebuilder.step()
    found = office.boxes.read("acme", "box")
    assert (found.greetings[GreetingKind.AWAY], found.pin.hash) == (greeting, "a hash")
    assert [one.done_by for one in found.messages if one.id == "c-1"] == ["jan (command)"]


def test_a_message_belongs_to_the_box_it_came_to_last(office: Office) -> None:
    office.row("c-1")
    office.row("c-2")
    office.marked(("c-1", "box", NEW), ("c-1", "box", DELETED), ("c-1", "other", NEW), ("c-2", "box", NEW))
    office.marked(("c-1", "other", KEPT))
    with connect(office.dsn) as ledger:
        found = ledger.execute("SELECT media_id, owner FROM media ORDER BY media_id").fetchall()
    assert [row["owner"] for row in found] == ["voicemail:other", "voicemail:box"]


def test_what_a_command_has_deleted_is_noted_within_minutes(office: Office) -> None:
    office.row("c-1")
    office.named("c-1")
    for _ in range(2):
        office.rebuilder.step()
    office.boxes.put("acme", "box", SetState("c-1", DELETED))
    DeletedMessages(office.dsn, office.boxes, lambda: SETTINGS, clock.now).step()
    office.redis.flushdb()
    for _ in range(2):
        office.rebuilder.step()
    assert office.there() == {}


def test_marks_of_changes() -> None:
    message = Message("c-1", "", "", Instant(1), 1, "fs1", "/r/c-1.wav")
    moved = list(marks_of("acme", "box", Move("c-1", "other"), Instant(2)))
    assert [(one.box, one.state) for one in moved] == [("box", DELETED), ("other", NEW)]
    assert list(marks_of("acme", "box", AddMessage(message), Instant(2))) == [
        MessageMark("acme", "c-1", "box", NEW, Instant(2))
    ]


def test_redis_away_puts_it_off(ledger_database: str) -> None:
    away = BoxStore(RedisPipeline(connect_redis("redis://127.0.0.1:1/0", 1)))
    with pytest.raises(OutOfReach):
        BoxRebuilder(ledger_database, away, lambda: SETTINGS).step()
