"""What is told of boxes: each message once, when it can be heard; a day's; and what becomes of a message."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from psycopg import Connection

from callcontrol.config.settings import Settings
from callcontrol.edges.ledger.box_facts import note_facts
from callcontrol.edges.ledger.mails import MailQueue
from callcontrol.edges.ledger.media import write_changes
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.jobs.media.loops import OutOfReach
from callcontrol.jobs.media.mail.boxes import follow_mails, tell_days, tell_locked, tell_messages
from callcontrol.jobs.media.mail.telling import Telling
from callcontrol.vocabulary.box_fact import LOCKED, BoxFact
from callcontrol.vocabulary.mail import Answer, AttemptOutcome
from callcontrol.vocabulary.mailbox import BoxChange, Changed, ChangeReply, Counts, MessageState, SetState
from callcontrol.vocabulary.media import MediaChange, MediaKind, MediaState
from callcontrol.vocabulary.moment import SECOND_US, Instant, instant_of
from tests.config.folder import TENANT, loaded
from tests.edges.mail.samples import NOON, SENDER

SENT = Answer(AttemptOutcome.SENT, 250, "taken")
REFUSED = Answer(AttemptOutcome.REFUSED, 550, "5.7.1 no")
MINUTE_US = 60 * SECOND_US


@dataclass
class FewBoxes:
    """Boxes that remember what they were told."""

    new: Mapping[str, Counts] = field(default_factory=lambda: {"box": Counts(new=3)})
    changes: list[tuple[str, str, BoxChange]] = field(default_factory=list)
    away: bool = False

    def counts(self, tenant: str) -> Mapping[str, Counts]:
        self._reached()
        return self.new

    def put(self, tenant: str, box: str, change: BoxChange) -> Changed:
        self._reached()
        self.changes.append((tenant, box, change))
        return Changed(ChangeReply.DONE, Counts())

    def _reached(self) -> None:
        if self.away:
            raise LiveStateError("Redis is away")


@dataclass
class World:
    """A box with mail, a clock, and the ledger."""

    connection: Connection[Any]
    boxes: FewBoxes = field(default_factory=FewBoxes)
    now: Instant = NOON
    settings: Settings = field(default_factory=lambda: with_box("to: [a@acme.example, b@acme.example]"))

    @contextmanager
    def ready(self) -> Iterator[Connection[Any]]:
        yield self.connection

    @property
    def telling(self) -> Telling:
        return Telling(lambda: self.settings, self.ready, lambda: self.now)

    def message(self, n: int = 1, state: MediaState = MediaState.STORED, at: Instant = NOON, **more: Any) -> str:
        """A message that was left, in this state."""
        media_id = f"call-{n}-3"
        stored = {"place": "3f/x.mp3", "sha256": "0" * 64, "bytes": 9} if state is MediaState.STORED else {}
        told = {
            "owner": "voicemail:box",
            "caller": "+48500100200",
            "length_ms": 4000,
            "path": "/r/x.wav",
            "switch": "fs1",
        }
        change = MediaChange(
            media_id=media_id, tenant="acme", state=state, at=at, kind=MediaKind.MESSAGE, **{**told, **stored, **more}
        )
        write_changes(self.connection, [change])
        return media_id

    def told(self) -> list[tuple[str, str, str]]:
        """Queue what there is to tell; all mails there are."""
        assert tell_messages(self.telling, self.boxes) is False
        assert tell_days(self.telling, self.boxes) is False
        return self.connection.execute("SELECT kind, about, address FROM mails ORDER BY 1, 2, 3").fetchall()

    def settle(self, *answers: Answer) -> None:
        queue = MailQueue(self.ready)
        for answer in answers:
            claimed = queue.claim({"acme": 99}, "s1", self.now, self.now)
            assert claimed is not None
            queue.settle(claimed, answer, self.now)


def with_box(mail: str, more: str = "") -> Settings:
    main = "switches: {fs1: {password: secret}}\nmail: {server: 'smtp.acme.example:587'}\n" + more
    return loaded(SENDER + TENANT.replace("box: {}", f"box: {{mail: {{{mail}}}}}"), main)


@pytest.fixture
def world(connection: Connection[Any]) -> World:
    return World(connection)


def test_a_message_is_told_once_to_each(world: World) -> None:
    media_id = world.message()
    expected = [("voicemail", media_id, "a@acme.example"), ("voicemail", media_id, "b@acme.example")]
    assert world.told() == expected
    world.settle(SENT, SENT)
    assert world.told() == expected
    (facts, source), *_ = world.connection.execute("SELECT facts, source FROM mails").fetchall()
    assert source == "voicemail:box"
    kept = {
        "place": "box",
        "number": "+48500100200",
        "length_ms": 4000,
        "new": 3,
        "media_id": media_id,
        "attach": "file",
    }
    assert {name: facts[name] for name in kept} == kept


def test_what_is_not_told(world: World) -> None:
    world.message(1, MediaState.WANTED)
    world.message(2, MediaState.LOST, cause="no file")
    world.message(3, owner="voicemail:other")
    world.message(4, at=Instant(NOON - 25 * 60 * MINUTE_US))
    world.message(5, MediaState.CLOSED)
    assert world.told() == []


def test_a_message_that_does_not_come_into_storage_is_told_without_its_sound(world: World) -> None:
    media_id = world.message(1, MediaState.CLOSED)
    world.now = Instant(NOON + 15 * MINUTE_US + 1)
    assert [about for _, about, _ in world.told()] == [media_id, media_id]


def test_without_sound_nothing_is_waited_for(world: World) -> None:
    world.settings = with_box("to: [a@acme.example], attach: none")
    world.message(1, MediaState.CLOSED)
    assert len(world.told()) == 1


def test_a_mail_waits_for_what_was_heard(world: World) -> None:
    box = "box: {transcribe: yes, mail: {to: [a@acme.example]}}"
    main = "switches: {fs1: {password: secret}}\nmail: {server: 'smtp.acme.example:587'}\n"
    main += "media: {transcription: {command: [hear, '{file}']}}\n"
    world.settings = loaded(SENDER + TENANT.replace("box: {}", box), main)
    media_id = world.message()
    assert world.told() == []
    world.connection.execute(
        "INSERT INTO transcripts (tenant, media_id, at, text) VALUES ('acme', %s, now(), 'hello')", [media_id]
    )
    assert len(world.told()) == 1


def test_without_redis_the_mail_goes_out_without_the_number_of_new_ones(world: World) -> None:
    world.boxes.away = True
    world.message()
    assert len(world.told()) == 2
    assert world.connection.execute("SELECT DISTINCT facts -> 'new' FROM mails").fetchone() == (-1,)


@pytest.mark.parametrize(("after", "state"), [("kept", MessageState.KEPT), ("deleted", MessageState.DELETED)])
def test_after_the_last_mail_was_sent(world: World, after: str, state: MessageState) -> None:
    world.settings = with_box(f"to: [a@acme.example, b@acme.example], after: {after}")
    media_id = world.message()
    world.told()
    world.settle(SENT)
    follow_mails(world.telling, world.boxes)
    assert world.boxes.changes == []
    world.settle(SENT)
    world.boxes.away = True
    with pytest.raises(OutOfReach, match="Redis is away"):
        follow_mails(world.telling, world.boxes)
    world.boxes.away = False
    for _ in range(2):
        follow_mails(world.telling, world.boxes)
    assert world.boxes.changes == [("acme", "box", SetState(media_id, state))]


def test_a_message_one_address_did_not_get_stays_new(world: World) -> None:
    world.settings = with_box("to: [a@acme.example, b@acme.example], after: deleted")
    world.message()
    world.told()
    world.settle(SENT, REFUSED)
    follow_mails(world.telling, world.boxes)
    assert world.boxes.changes == []


def test_a_message_stays_new_where_nothing_else_is_said(world: World) -> None:
    world.message()
    world.told()
    world.settle(SENT, SENT)
    follow_mails(world.telling, world.boxes)
    assert world.boxes.changes == []
    assert world.connection.execute("SELECT bool_and(followed) FROM mails").fetchone() == (True,)


def test_what_was_told_of_an_erased_file_goes_with_it(world: World) -> None:
    erased, deleted = world.message(1), world.message(2)
    world.told()
    insert = "INSERT INTO transcripts (tenant, media_id, at, text) VALUES ('acme', %s, now(), 'hello')"
    for one in (erased, deleted):
        world.connection.execute(insert, [one])
    queue = MailQueue(world.ready)
    queue.forget(NOON)
    assert world.connection.execute("SELECT count(*) FROM transcripts").fetchone() == (2,)
    for one, state in ((erased, MediaState.DELETED), (deleted, MediaState.DELETED)):
        change = MediaChange(media_id=one, tenant="acme", state=state, at=NOON, cause="asked for")
        write_changes(world.connection, [change])
    order = "INSERT INTO media_deletions (tenant, media_id, cause, ordered_by, numbers, deleted_at) VALUES "
    world.connection.execute(
        order + "('acme', %s, 'x', 'y', true, now()), ('acme', %s, 'x', 'y', false, now())", [erased, deleted]
    )
    queue.forget(NOON)
    assert world.connection.execute("SELECT count(*) FROM transcripts").fetchone() == (0,)
    assert {about for _, about, _ in world.told()} == {deleted}


def local(day: int, hour: int, minute: int = 0) -> Instant:
    """A moment in October 2026, whose 25th has 25 hours where the tenant is."""
    return instant_of(datetime(2026, 10, day, hour, minute, tzinfo=ZoneInfo("Europe/Warsaw")))


def test_a_days_summary(world: World) -> None:
    world.settings = with_box("to: [a@acme.example], each: no, daily: '07:30'")
    world.message(1, at=local(24, 7, 29))
    world.message(2, at=local(24, 7, 30))
    world.message(3, at=local(25, 7, 29))
    world.message(4, at=local(25, 7, 30))
    world.now = local(25, 7, 29)
    assert world.told() == []  # yesterday's is told no more so late
    world.now = local(25, 7, 30)
    expected = [("daily", "box/2026-10-25", "a@acme.example")]
    assert world.told() == expected
    world.now = local(25, 19, 0)
    assert world.told() == expected
    ((facts,),) = world.connection.execute("SELECT facts FROM mails").fetchall()
    assert [one["at"] for one in facts["messages"]] == [local(24, 7, 30), local(25, 7, 29)]
    assert facts["day"] == "2026-10-25"


def test_an_empty_day_is_not_told(world: World) -> None:
    world.settings = with_box("to: [a@acme.example], each: no, daily: '07:30'")
    world.now = local(25, 8)
    assert world.told() == []


def test_a_lock_of_the_box_is_told_once_each_time(world: World) -> None:
    def locked_at(minute: int) -> list[tuple[str, str]]:
        at = Instant(NOON + minute * MINUTE_US)
        note_facts(world.connection, [BoxFact("acme", "box", LOCKED, "+48600100200", at)])
        for _ in range(2):
            tell_locked(world.telling)
        rows = world.connection.execute("SELECT address, facts->>'number' FROM mails WHERE kind = 'locked' ORDER BY 1")
        return [(address, number) for address, number in rows.fetchall()]

    told = [("a@acme.example", "+48600100200"), ("b@acme.example", "+48600100200")]
    assert locked_at(0) == told
    assert locked_at(0) == told
    assert len(locked_at(30)) == 4
    world.now = Instant(NOON + 3 * 24 * 60 * MINUTE_US)
    assert len(locked_at(40)) == 4  # too long ago
