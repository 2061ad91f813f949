"""After `callcontrol media erase` no byte of the number is left in Postgres, Redis, the spool or storage."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from redis import Redis

from callcontrol.daemon.media_writer import MediaWriter
from callcontrol.edges import clock
from callcontrol.edges.ledger.mails import MailQueue, new_mail
from callcontrol.edges.ledger.media import MediaLedger
from callcontrol.edges.ledger.media_table import MediaTable
from callcontrol.edges.ledger.rejected import RejectedRecords
from callcontrol.edges.ledger.session import DictConnection
from callcontrol.edges.ledger.writer import LedgerWriter
from callcontrol.edges.live_state import keys
from callcontrol.edges.live_state.languages import LanguageStore
from callcontrol.edges.live_state.mailboxes import BoxStore
from callcontrol.edges.live_state.pipeline import RedisPipeline
from callcontrol.edges.spool import DONE_S, Spool
from callcontrol.edges.storage import storage_of
from callcontrol.jobs.media.copies import StoredCopies
from callcontrol.jobs.media.kept_files import KeptFiles
from callcontrol.jobs.media.live_boxes import forget_in
from callcontrol.jobs.media.moving import Mover
from callcontrol.jobs.media.retention import Retention
from callcontrol.vocabulary.box_fact import LOCKED, BoxFact
from callcontrol.vocabulary.mail import LeftMessage, MailFacts, MailKind
from callcontrol.vocabulary.mailbox import AddMessage, Message
from callcontrol.vocabulary.media import MediaChange, MediaKind, MediaState
from callcontrol.vocabulary.moment import SECOND_US, Instant
from tests.commands.test_media_care import NUMBER, config, ledger, media, settings_in
from tests.config import folder
from tests.daemon.test_adoption import pipeline
from tests.jobs.media.world import wav
from tests.routing.test_media_rights import QUEUES

__all__ = ["config", "ledger", "pipeline"]
NAME, OTHER = "Ewa Kowalska", "+48500100999"
NOW = Instant(clock.now())


class Left:
    """A message of NUMBER in a switch's folder, noted by a worker, told by mail, in two boxes; what queues know."""

    def __init__(self, config: Path, dsn: str, pipeline: RedisPipeline, redis: Redis) -> None:
        self.config, self.dsn, self.pipeline, self.redis, self.now = config, dsn, pipeline, redis, NOW
        self.settings = settings_in(config)
        self.recordings = config.parent / "recordings"
        self.recordings.mkdir()
        self.files = KeptFiles(lambda: self.settings, lambda: storage_of(self.settings))
        spool = Spool(config.parent / "media-spool", now=lambda: self.now)
        rejected = RejectedRecords(config.parent / "rejected.jsonl")
        self.writer = MediaWriter(spool, MediaLedger(LedgerWriter(dsn)), rejected, gather_s=0)

    def folders(self) -> Mapping[str, Path]:
        return {"fs1": self.recordings}

    def leave(self) -> None:
        self.writer.start()
        for media_id, number in (("a-1", NUMBER), ("a-2", OTHER)):
            self._note(media_id, number)
            (self.recordings / f"{media_id}.wav").write_bytes(wav(300))
        self.writer.note(BoxFact("acme", "101", LOCKED, NUMBER, NOW))
        assert self.writer.drained(30)
        table = MediaTable(self.dsn, "mover")
        Mover(table, self.files, self.folders, lambda: NOW).step()
        table.close()
        self._mails()
        boxes = BoxStore(self.pipeline)
        for box, message_id, number in (("101", "a-1", NUMBER), ("102", "a-1", NUMBER), ("101", "a-2", OTHER)):
            left = Message(message_id, number, NAME, NOW, 4_000, "fs1", f"/r/{message_id}.wav")
            boxes.put("acme", box, AddMessage(left))
        LanguageStore(self.pipeline).remember("acme", NUMBER, "pl", 30)
        for key in keys.kept_of_caller("acme", "sales", NUMBER):
            self.redis.set(key, "1 2 3")
        self.redis.sadd(keys.agents("acme"), "anna")
        self.redis.hset(keys.agent("acme", "anna"), "talk_number", NUMBER)

    def _note(self, media_id: str, number: str) -> None:
        told = MediaChange(
            media_id=media_id,
            tenant="acme",
            state=MediaState.CLOSED,
            at=NOW,
            kind=MediaKind.MESSAGE,
            switch="fs1",
            path=f"/r/{media_id}.wav",
            owner="voicemail:101",
            caller=number,
        )
        self.writer.note(told)

    def _mails(self) -> None:
        one, other = LeftMessage(NOW, NUMBER, NAME), LeftMessage(NOW, OTHER, "Jan")
        told = {
            MailKind.VOICEMAIL: MailFacts("101", NUMBER, NAME, NOW, media_id="a-1"),
            MailKind.MISSED: MailFacts("sales", NUMBER, NAME, NOW, wait_ms=9_000),
            MailKind.EMERGENCY: MailFacts("office", NUMBER, NAME, NOW, called="112"),
            MailKind.DAILY: MailFacts("101", day="2026-11-30", messages=(one, other)),
        }
        made = partial(new_mail, "acme", address="desk@acme.example", source="voicemail:101", language="en")
        mails = [made(kind, f"about {kind}", facts=facts, domain="acme.example") for kind, facts in told.items()]
        with closing(LedgerWriter(self.dsn)) as writer:
            MailQueue(writer.ready).add(mails, NOW, Instant(NOW + 3_600 * SECOND_US))

    def carry_out(self) -> None:
        """The media job's step, and what a worker notes ten minutes later."""
        copies = StoredCopies(self.files, self.folders)
        boxes = BoxStore(self.pipeline)
        Retention(self.dsn, lambda: self.settings, copies, lambda: NOW, partial(forget_in, boxes)).step()
        self.now = Instant(NOW + (DONE_S + 1) * SECOND_US)
        self._note("a-2", OTHER)
        assert self.writer.drained(30)

    def places_of(self, ledger: DictConnection, word: str) -> Iterator[str]:
        """Wherever these bytes are."""
        for row in ledger.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall():
            found = ledger.execute(f"SELECT t::text AS line FROM {row['tablename']} t").fetchall()
            yield from (row["tablename"] for one in found if word in one["line"])
        for key in self.redis.scan_iter("*"):
            if word.encode() in key + (self.redis.dump(key) or b""):
                yield key.decode()
        for path in self.config.parent.rglob("*"):
            if word in path.name or (path.is_file() and word.encode() in path.read_bytes()):
                yield str(path)


def test_no_byte_of_the_number_or_the_name_is_left(
    config: Path,
    ledger: DictConnection,
    ledger_database: str,
    pipeline: RedisPipeline,
    redis_client: Redis,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (config / "tenants" / "acme.yaml").write_text(folder.located(f"{folder.TENANT}{QUEUES}"))
    left = Left(config, ledger_database, pipeline, redis_client)
    left.leave()
    there = {*left.places_of(ledger, NUMBER)}
    assert {"media", "mails", "box_facts", keys.box("acme", "102"), keys.agent("acme", "anna")} <= there
    assert any("media-spool" in one for one in there)
    assert media(config, "erase", "acme", NUMBER, "--why", "letter of 12 November", "--yes") == 0
    said = capsys.readouterr().out.splitlines()
    assert said[-5:-2] == ["message a-1 of 101: erased", "message a-1 of 102: erased", "place of sales: erased"]
    assert said[-2:] == ["agent of anna: erased", "language: erased"]
    left.carry_out()
    assert [*left.places_of(ledger, NUMBER)] == []
    assert [*left.places_of(ledger, NAME)] == [keys.box("acme", "101")]  # of the other number
    assert [one.id for one in BoxStore(pipeline).read("acme", "101").messages] == ["a-2"]
    assert {*left.places_of(ledger, OTHER)} >= {"media", "mails", keys.box("acme", "101")}
    left.writer.stop(5)
