"""Voicemail boxes as they stand now, for the media job: a message whose file is deleted is in none."""

from __future__ import annotations

from callcontrol.edges.ledger.deletions import Order
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.edges.live_state.mailboxes import BoxStore
from callcontrol.jobs.media.retention import NotDeleted
from callcontrol.vocabulary.mailbox import Remove
from callcontrol.vocabulary.media import MediaKind


def forget_in(boxes: BoxStore, order: Order) -> None:
    """Take a message that is to be deleted out of its box.

    Raises:
        NotDeleted: Redis is away or refuses it.
    """
    _, _, box = order.owner.partition(":")
    if order.kind != MediaKind.MESSAGE or not box:
        return
    try:
        boxes.put(order.tenant, box, Remove(order.media_id))
    except LiveStateError as error:
        raise NotDeleted(f"it cannot be taken out of its box: {error}") from error
