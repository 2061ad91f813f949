"""What people have deleted in their boxes is deleted: the file of a message goes when it can be taken back no more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from callcontrol.config.settings import Settings
from callcontrol.edges.ledger.deletions import order
from callcontrol.edges.ledger.message_marks import note_marks
from callcontrol.edges.ledger.reader import connect
from callcontrol.edges.live_state.mailboxes import BoxStore
from callcontrol.jobs.media.reach import within_reach
from callcontrol.vocabulary.mailbox import MessageState
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
        before = self._now() - _AFTER_US
        messages = self._boxes.read(tenant, box).messages
        over = [one.id for one in messages if one.state is MessageState.DELETED and one.changed < before]
        since = self._now() - 2 * int(LOOK_S * SECOND_US)
        changed = [one for one in messages if one.changed > since]
        if over or changed:
            with connect(self._dsn) as connection:
                order(connection, tenant, over, "deleted in its box", f"voicemail box {box}")
                note_marks(connection, [MessageMark(tenant, one.id, box, one.state, one.changed) for one in changed])
