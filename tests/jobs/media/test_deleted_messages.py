"""A message that was deleted by phone can be taken back for a day; then its file goes too."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from redis import Redis

from callcontrol.edges import clock
from callcontrol.edges.ledger.media import write_changes
from callcontrol.edges.ledger.reader import connect
from callcontrol.edges.live_state.mailboxes import BoxStore
from callcontrol.edges.live_state.pipeline import RedisPipeline
from callcontrol.edges.live_state.pipeline import connect as connect_redis
from callcontrol.jobs.media.deleted_messages import DeletedMessages
from callcontrol.jobs.media.live_boxes import forget_in
from callcontrol.jobs.media.loops import OutOfReach
from callcontrol.jobs.media.retention import NotDeleted, Retention
from callcontrol.vocabulary.mailbox import AddMessage, Message, MessageState, SetState
from callcontrol.vocabulary.media import MediaChange, MediaKind, MediaState
from callcontrol.vocabulary.moment import DAY_S, SECOND_US, Instant
from tests.config.folder import TENANT, loaded
from tests.jobs.media.test_retention import Shelves

SETTINGS = loaded(TENANT)
HOUR_US = 3_600 * SECOND_US


@pytest.fixture
def boxes(redis_url: str, redis_client: Redis) -> Iterator[BoxStore]:
    redis_client.ping()
    pipeline = RedisPipeline(connect_redis(redis_url, 5))
    yield BoxStore(pipeline)
    pipeline.stop(5)


def left(boxes: BoxStore, dsn: str, *media_ids: str) -> None:
    now = clock.now()
    for media_id in media_ids:
        boxes.put("acme", "box", AddMessage(Message(media_id, "", "", now, 1_000, "fs1", f"/r/{media_id}.wav")))
        stored = MediaChange(
            media_id=media_id,
            tenant="acme",
            state=MediaState.STORED,
            at=now,
            kind=MediaKind.MESSAGE,
            owner="voicemail:box",
            place="p",
            sha256="x",
            bytes=1,
        )
        with connect(dsn) as ledger:
            write_changes(ledger, [stored])


def ordered(dsn: str) -> list[tuple[str, str]]:
    with connect(dsn) as ledger:
        rows = ledger.execute("SELECT media_id, ordered_by FROM media_deletions").fetchall()
    return [(row["media_id"], row["ordered_by"]) for row in rows]


def test_the_file_goes_when_the_message_can_be_taken_back_no_more(boxes: BoxStore, ledger_database: str) -> None:
    left(boxes, ledger_database, "a-1", "a-2", "a-3")
    for media_id in ("a-1", "a-2"):
        boxes.put("acme", "box", SetState(media_id, MessageState.DELETED))
    boxes.put("acme", "box", SetState("a-2", MessageState.KEPT))
    assert [looked_after(hours, boxes, ledger_database) for hours in (23, 23.9)] == [[], [("a-1", "voicemail box box")]]


def looked_after(hours: float, boxes: BoxStore, dsn: str) -> list[tuple[str, str]]:
    now = Instant(clock.now() + int(hours * HOUR_US))
    DeletedMessages(dsn, boxes, lambda: SETTINGS, lambda: now).step()
    return ordered(dsn)


def test_what_is_deleted_by_its_age_is_in_no_box(boxes: BoxStore, ledger_database: str) -> None:
    left(boxes, ledger_database, "a-1", "a-2")
    with connect(ledger_database) as ledger:
        ledger.execute("UPDATE media SET began_at = now() - interval '91 days', path = '' WHERE media_id = 'a-1'")
    shelves = Shelves()
    Retention(ledger_database, lambda: SETTINGS, shelves, clock.now, lambda one: forget_in(boxes, one)).step()
    assert shelves.deleted == ["a-1"]
    there = [one.id for one in boxes.read("acme", "box").messages if one.state is not MessageState.DELETED]
    assert there == ["a-2"]


def test_redis_away_puts_a_deletion_off(ledger_database: str) -> None:
    away = BoxStore(RedisPipeline(connect_redis("redis://127.0.0.1:1/0", 1)))
    with pytest.raises(OutOfReach):
        DeletedMessages(ledger_database, away, lambda: SETTINGS, clock.now).step()
    with connect(ledger_database) as ledger:
        write_changes(
            ledger,
            [
                MediaChange(
                    media_id="a-1",
                    tenant="acme",
                    state=MediaState.CLOSED,
                    kind=MediaKind.MESSAGE,
                    owner="voicemail:box",
                    at=Instant(clock.now() - 91 * DAY_S * SECOND_US),
                )
            ],
        )

        def forget(one: object) -> None:
            raise NotDeleted("it cannot be taken out of its box: Redis is away")

        Retention(ledger_database, lambda: SETTINGS, Shelves(), clock.now, forget).step()
        (row,) = ledger.execute("SELECT trouble, deleted_at FROM media_deletions").fetchall()
    assert row == {"trouble": "it cannot be taken out of its box: Redis is away", "deleted_at": None}
