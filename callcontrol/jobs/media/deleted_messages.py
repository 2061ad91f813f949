"""What people have deleted in their boxes is deleted: the file of a message goes when it can be taken back no more."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from callcontrol.config.settings import Settings
from callcontrol.edges.ledger.box_facts import note_facts
from callcontrol.edges.ledger.deletions import order
from callcontrol.edges.ledger.message_marks import note_marks
from callcontrol.edges.ledger.reader import connect
from callcontrol.edges.live_state.mailbox_values import encode_greeting
from callcontrol.edges.live_state.mailboxes import BoxStore
from callcontrol.jobs.media.reach import within_reach
from callcontrol.vocabulary.box_fact import PIN, BoxFact, facts_of, greeting_of
from callcontrol.vocabulary.mailbox import Box, Done, Message, MessageState, Take
from callcontrol.vocabulary.message_mark import MessageMark
from callcontrol.vocabulary.moment import SECOND_US, Instant

# A box keeps a deleted message for a day, then knows nothing of it any more: so long before that its file is ordered
# to go, and so often boxes are looked through. What is missed all the same is deleted by its age.
SPARE_S: Final = 1_800.0
LOOK_S: Final = 600.0
_AFTER_US: Final = int((86_400 - SPARE_S) * SECOND_US)


class DeletedMessages:
    """One look through all boxes at a time; several processes may, for an order is given once."""

    def __init__(self, dsn: str, boxes: BoxStore, settings: Callable[[], Settings], now: Callable[[], Instant]) -> None:
        self._dsn = dsn
        self._boxes = boxes
        self._settings = settings
        self._now = now

    def step(self) -> bool:
        """Order the files of messages to be deleted that were deleted a day ago.

        Raises:
            OutOfReach: Redis or Postgres is away.
        """
        with within_reach():
            for tenant in self._settings().tenants:
                for box in self._boxes.counts(tenant):
                    self._look_through(tenant, box)
        return False

    def _look_through(self, tenant: str, box: str) -> None:
        """Order what is to go; note what was changed by commands and by mails: calls note their changes themselves."""
        before, found = self._now() - _AFTER_US, self._boxes.read(tenant, box)
        messages = found.messages
        over = [one.id for one in messages if one.state is MessageState.DELETED and one.changed < before]
        since = self._now() - 2 * int(LOOK_S * SECOND_US)
        changed = [one for one in messages if one.changed > since]
        facts = list(facts_in(tenant, box, found, changed, self._now()))
        if over or changed or facts:
            with connect(self._dsn) as connection:
                order(connection, tenant, over, "deleted in its box", f"voicemail box {box}")
                note_marks(connection, [MessageMark(tenant, one.id, box, one.state, one.changed) for one in changed])
                note_facts(connection, facts)


def facts_in(tenant: str, box: str, found: Box, changed: Iterable[Message], now: Instant) -> Iterator[BoxFact]:
    """What is known of a box, for the ledger. That there is no PIN is none: a box that was lost has none."""
    for kind, greeting in found.greetings.items():
        value = encode_greeting(greeting).decode()
        yield BoxFact(tenant, box, greeting_of(kind), value, now)
    if found.pin.hash:
        yield BoxFact(tenant, box, PIN, found.pin.hash, now)
    for one in changed:
        change = Done(one.id, one.done_by) if one.done_by else Take(one.id, one.taken_by)
        yield from facts_of(tenant, box, change, one.changed)
