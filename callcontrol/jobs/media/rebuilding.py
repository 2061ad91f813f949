"""Voicemail boxes are made again by the ledger where Redis has lost them, and get messages that never came to them.

What comes back: every message whose file is kept and that was not deleted in its box, in the box it was passed on to
or moved to, new or kept, with who deals with it and the word spoken in front of it; greetings and PINs.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator
from typing import Final

from callcontrol.config.settings import Settings
from callcontrol.edges import box_meters
from callcontrol.edges.ledger.box_facts import facts_of_boxes
from callcontrol.edges.ledger.boxed_messages import PAGE, BoxedMessage, messages_of_boxes
from callcontrol.edges.ledger.message_marks import note_marks
from callcontrol.edges.ledger.reader import connect
from callcontrol.edges.ledger.session import DictConnection
from callcontrol.edges.live_state.failures import StoreRefused
from callcontrol.edges.live_state.mailboxes import BoxStore
from callcontrol.jobs.media.reach import within_reach
from callcontrol.vocabulary.mailbox import AddMessage, ChangeReply
from callcontrol.vocabulary.message_mark import MessageMark

# Boxes that are gone are made again in the second step that does not find them: the last notes of what was deleted in
# them have so long (seconds) to come into the ledger.
REBUILD_S: Final = 15.0

log = logging.getLogger("callcontrol.media")


class BoxRebuilder:
    """One step of the loop at a time; several processes may, for a message comes into a box once."""

    def __init__(self, dsn: str, boxes: BoxStore, settings: Callable[[], Settings]) -> None:
        self._dsn = dsn
        self._boxes = boxes
        self._settings = settings
        self._gone: frozenset[str] = frozenset()

    def step(self) -> bool:
        """Put messages into boxes that Redis has lost, and those that no worker could bring there.

        Raises:
            OutOfReach: Redis or Postgres is away.
        """
        with within_reach():
            tenants = self._settings().tenants
            gone = frozenset(tenant for tenant in tenants if not self._boxes.are_made(tenant))
            with connect(self._dsn) as connection:
                refused = self._fill(connection, gone & self._gone, unmarked=False)
                self._fill(connection, tenants.keys() - gone, unmarked=True)
                for tenant in gone & self._gone:
                    for fact in facts_of_boxes(connection, tenant):
                        self._boxes.restore(fact)
            for tenant in gone & self._gone - refused:
                self._boxes.made(tenant)
            self._gone = gone
        return False

    def _fill(self, connection: DictConnection, tenants: Collection[str], *, unmarked: bool) -> set[str]:
        """The tenants of messages that Redis has refused."""
        refused: set[str] = set()
        for page in _pages(connection, tenants, unmarked=unmarked):
            put: list[BoxedMessage] = []
            for one in page:
                if self._put(one):
                    put.append(one)
                else:
                    refused.add(one.tenant)
            # A mark of the moment it was left: any other one that is still on its way is later.
            note_marks(connection, [_mark(one) for one in put if one.unmarked])
        return refused

    def _put(self, one: BoxedMessage) -> bool:
        """Whether it is in its box."""
        about = {"tenant": one.tenant}
        try:
            changed = self._boxes.put(one.tenant, one.box, AddMessage(one.message))
        except StoreRefused as error:
            log.error("message %s does not come into voicemail box %s: %s", one.message.id, one.box, error, extra=about)
            return False
        if changed.reply is ChangeReply.DONE:
            box_meters.messages_brought_back_total.labels(one.tenant).inc()
            log.warning("message %s was brought into voicemail box %s", one.message.id, one.box, extra=about)
        return True


def _pages(connection: DictConnection, tenants: Collection[str], *, unmarked: bool) -> Iterator[list[BoxedMessage]]:
    after: BoxedMessage | None = None
    while tenants:
        page = messages_of_boxes(connection, tenants, after, unmarked=unmarked)
        yield page
        if len(page) < PAGE:
            return
        after = page[-1]


def _mark(one: BoxedMessage) -> MessageMark:
    return MessageMark(one.tenant, one.message.id, one.box, one.message.state, one.message.at)
