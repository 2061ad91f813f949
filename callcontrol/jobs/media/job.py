"""The media job's process: its loops, until it is told to end."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from gevent.event import Event

from callcontrol.config.settings import Settings
from callcontrol.edges import clock
from callcontrol.edges.ledger.hours import HourCounter
from callcontrol.edges.ledger.media_table import MediaTable
from callcontrol.edges.ledger.schema import has_tables
from callcontrol.edges.ledger.writer import LedgerWriter
from callcontrol.edges.live_state.brought_sounds import BroughtSounds
from callcontrol.edges.live_state.mailboxes import BoxStore
from callcontrol.edges.live_state.pipeline import RedisPipeline, connect
from callcontrol.edges.live_state.request_counts import RequestCounts
from callcontrol.edges.storage import FolderStorage, Storage, storage_of
from callcontrol.edges.threads import aside
from callcontrol.jobs.exports.timers import LOOK_S as LOOK_S_OF_EXPORTS
from callcontrol.jobs.exports.timers import RUNNING_S, ExportTimers
from callcontrol.jobs.media.account_watch import EVERY_S as EVERY_ACCOUNTS_S
from callcontrol.jobs.media.account_watch import AccountWatch
from callcontrol.jobs.media.adopting import Adopter
from callcontrol.jobs.media.bringing import EVERY_S, Bringer, BroughtKeeper
from callcontrol.jobs.media.closing import Closer
from callcontrol.jobs.media.copies import StoredCopies
from callcontrol.jobs.media.deleted_messages import LOOK_S, DeletedMessages
from callcontrol.jobs.media.folders import folders_of
from callcontrol.jobs.media.kept_files import KeptFiles
from callcontrol.jobs.media.key_watch import KeyWatch
from callcontrol.jobs.media.link_server import LinkServer
from callcontrol.jobs.media.live_boxes import forget_in
from callcontrol.jobs.media.loops import Loop, Runner
from callcontrol.jobs.media.mail.loops import mail_loops
from callcontrol.jobs.media.moving import Mover
from callcontrol.jobs.media.reach import within_reach
from callcontrol.jobs.media.rebuilding import REBUILD_S, BoxRebuilder
from callcontrol.jobs.media.retention import Retention
from callcontrol.jobs.media.room import RoomKeeper
from callcontrol.jobs.media.shelf import LedgerShelf
from callcontrol.jobs.media.spoken_names import EVERY_S as NAMES_EVERY_S
from callcontrol.jobs.media.spoken_names import NameKeeper
from callcontrol.jobs.missed_callers import MissedCallers
from callcontrol.jobs.retention.keeper import DEADLINE_S, HINDRANCES, Keeper
from callcontrol.jobs.retention.keeper import EVERY_S as EVERY_RETENTION_S
from callcontrol.jobs.statements.timer import LOOK_S as LOOK_S_OF_STATEMENTS
from callcontrol.jobs.statements.timer import RUNNING_S as RUNNING_S_OF_STATEMENTS
from callcontrol.jobs.statements.timer import StatementTimer
from callcontrol.vocabulary.moment import SECOND_US

STOP_S = 10.0  # what a step may still take at the end
CASES_S = 2.0  # from the record of a missed call to its case
TABLES_S = 3_600.0  # for a worker to make the ledger's tables: as long as the worker may take to bring them on
TABLES_LOOK_S = 2.0
REDIS_S = 5.0  # for an answer of Redis
HOURS_EVERY_S = 20.0  # hours that are not counted anew yet are counted where they are read

log = logging.getLogger("callcontrol.media")


@dataclass(frozen=True, slots=True)
class JobContext:
    """What loops are made of.

    Attributes:
        name: this process, by which leases know it.
        settings: those in force, whichever they are at the moment.
        postgres_dsn, redis_url: the stores.
    """

    name: str
    settings: Callable[[], Settings]
    postgres_dsn: str
    redis_url: str

    def table(self) -> MediaTable:
        """The table of media, on a connection of its own: each loop needs one."""
        return MediaTable(self.postgres_dsn, self.name)

    def storage(self) -> Storage:
        """The storage in force."""
        return storage_of(self.settings())


def _webhooks(context: JobContext, chance: random.Random) -> Loop:
    # It brings urllib3, which opens a socket when it is imported: in the fork server that would make a hub of gevent's.
    from callcontrol.jobs.webhook_sending import EVERY_S as WEBHOOKS_EVERY_S
    from callcontrol.jobs.webhook_sending import WebhookSender

    sender = WebhookSender(context.postgres_dsn, context.name, context.settings, clock.now, chance.random)
    return Loop("webhooks", WEBHOOKS_EVERY_S, sender.step)


def loops_of(context: JobContext) -> tuple[Loop, ...]:
    """Every loop of the job: what is to be done with media is a line here."""

    def folders() -> Mapping[str, Path]:
        return folders_of(context.settings())

    files = KeptFiles(context.settings, context.storage)
    mover = Mover(context.table(), files, folders, clock.now)
    closer = Closer(context.table(), folders, clock.now)
    adopter = Adopter(context.table(), context.settings, clock.now)
    room = RoomKeeper(context.table(), context.settings)
    redis = RedisPipeline(connect(context.redis_url, REDIS_S))
    boxes = BoxStore(redis)
    copies = StoredCopies(files, folders)
    retention = Retention(context.postgres_dsn, context.settings, copies, clock.now, partial(forget_in, boxes))
    deleted = DeletedMessages(context.postgres_dsn, boxes, context.settings, clock.now)
    rebuilder = BoxRebuilder(context.postgres_dsn, boxes, context.settings)
    shelf = LedgerShelf(context.postgres_dsn, context.name, files, context.storage)
    bringer = Bringer(BroughtSounds(redis), shelf, context.settings, folders)
    missed = MissedCallers(context.postgres_dsn, context.settings, clock.now)
    keeper = Keeper(context.postgres_dsn, context.name, context.settings, clock.now)
    exports = ExportTimers(context.postgres_dsn, context.name, context.settings)
    statements = StatementTimer(context.postgres_dsn, context.name, context.settings, clock.now)
    chance = random.Random(clock.new_id())
    links = LinkServer(context.settings, shelf, clock.now, RequestCounts(redis).count)
    return (
        Loop("move", 1.0, mover.step),
        Loop("close", 10.0, closer.step),
        Loop("adopt", 60.0, adopter.step),
        Loop("room", 30.0, room.step),
        Loop("delete", 30.0, retention.step),
        Loop("boxes", LOOK_S, deleted.step),
        Loop("rebuild", REBUILD_S, rebuilder.step, deadline_s=1_800.0),
        Loop("bring", EVERY_S, bringer.step),
        Loop("names", NAMES_EVERY_S, NameKeeper(context.table(), folders, clock.now).step),
        Loop("brought", 60.0, BroughtKeeper(context.table(), folders).step),
        Loop("links", 2.0, lambda: _served(links, shelf)),
        Loop("keys", 300.0, KeyWatch(context.postgres_dsn, context.settings).step),
        Loop("hours", HOURS_EVERY_S, HourCounter(context.postgres_dsn).step),
        Loop("cases", CASES_S, lambda: _cases(missed)),
        Loop("accounts", EVERY_ACCOUNTS_S, AccountWatch(context.postgres_dsn).step, deadline_s=1_800.0),
        Loop("exports", LOOK_S_OF_EXPORTS, exports.step, deadline_s=RUNNING_S),
        Loop("statements", LOOK_S_OF_STATEMENTS, statements.step, deadline_s=RUNNING_S_OF_STATEMENTS),
        _webhooks(context, chance),
        Loop("retention", EVERY_RETENTION_S, lambda: _kept(keeper), deadline_s=DEADLINE_S),
        Loop("sweep", 3600.0, lambda: _swept(context.storage())),
        *mail_loops(context.name, context.settings, lambda: LedgerWriter(context.postgres_dsn).ready, shelf, boxes),
    )


def _served(links: LinkServer, shelf: LedgerShelf) -> bool:
    """Serve links as the settings in force say; copies fetched for them do not outlive their files for long."""
    shelf.expire()
    return links.step()


def _kept(keeper: Keeper) -> bool:
    """Let go what is kept no longer."""
    with within_reach(*HINDRANCES):
        return keeper.step()


def _cases(missed: MissedCallers) -> bool:
    """Read what was written of calls since."""
    with within_reach():
        return missed.step()


def _swept(storage: Storage) -> bool:
    """Remove what killed processes left half written; there is nothing more to be done at once."""
    if isinstance(storage, FolderStorage) and (count := aside(storage.sweep, clock.now() / SECOND_US)):
        log.info("%d half written files of processes that were killed were removed from storage", count)
    return False


class MediaJob:
    """The loops, and how they are ended.

    Attributes:
        stopped: set to end it.
    """

    def __init__(self, context: JobContext) -> None:
        self.stopped = Event()
        self._dsn = context.postgres_dsn
        self._runner = Runner(loops_of(context))

    def run(self) -> int:
        """Until `stopped` is set; returns the exit status."""
        self._await_tables()
        if self.stopped.is_set():
            return 0
        self._runner.start()
        log.info("the media job runs: %s", ", ".join(loop.name for loop in self._runner.loops))
        self.stopped.wait()
        self._runner.stop(STOP_S)
        return 0

    def _await_tables(self) -> None:
        """At a first start, and at an upgrade, a worker makes the tables; until then no loop has anything to do.

        If they are not there in time the loops begin all the same, and say what they lack.
        """
        due_s, is_told = clock.monotonic() + TABLES_S, False
        while not has_tables(self._dsn) and clock.monotonic() < due_s:
            if not is_told:
                log.info("the media job waits for a worker to make the ledger's tables")
                is_told = True
            if self.stopped.wait(TABLES_LOOK_S):
                return
