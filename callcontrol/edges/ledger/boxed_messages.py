"""Which messages belong in voicemail boxes, as far as the ledger knows."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from callcontrol.edges.ledger.deletions import ERASED
from callcontrol.edges.ledger.queries import query
from callcontrol.edges.ledger.session import DictConnection
from callcontrol.vocabulary.box_fact import pair_in
from callcontrol.vocabulary.mailbox import Message, MessageState
from callcontrol.vocabulary.moment import instant_of

PAGE: Final = 500
# A message of no mark is looked for so long after it was left, but its notes get this time to come first (seconds).
WITHIN_S: Final = 86_400
SETTLED_S: Final = 60


@dataclass(frozen=True, slots=True)
class BoxedMessage:
    """A message that belongs in a box.

    Attributes:
        unmarked: the ledger was never told that it came there.
    """

    tenant: str
    box: str
    message: Message
    unmarked: bool


def messages_of_boxes(
    connection: DictConnection, tenants: Collection[str], after: BoxedMessage | None, *, unmarked: bool
) -> list[BoxedMessage]:
    """The next PAGE messages that belong in boxes of these tenants; fewer: there are no more.

    Args:
        after: the last one of the page before.
        unmarked: only those that the ledger was never told to be in a box.

    Raises:
        psycopg.Error: Postgres does not answer.
    """
    params = {
        "tenants": list(tenants),
        "after_tenant": "" if after is None else after.tenant,
        "after_id": "" if after is None else after.message.id,
        "unmarked": unmarked,
        "within_s": WITHIN_S,
        "settled_s": SETTLED_S,
        "blank": ERASED,
        "limit": PAGE,
    }
    return [_boxed(row) for row in connection.execute(query("messages_of_boxes"), params).fetchall()]


def _boxed(row: dict[str, Any]) -> BoxedMessage:
    (taken_by, done_by), (word, passed_on_by) = pair_in(row["taken"]), pair_in(row["word"])
    message = Message(
        id=row["media_id"],
        caller=row["caller"],
        name=row["name"],
        at=instant_of(row["began_at"]),
        length_ms=row["length_ms"] or 0,
        switch=row["switch"],
        path=row["path"],
        state=MessageState(row["state"]),
        taken_by=taken_by,
        done_by=done_by,
        word=word,
        passed_on_by=passed_on_by,
    )
    return BoxedMessage(row["tenant"], row["box"], message, row["unmarked"])
