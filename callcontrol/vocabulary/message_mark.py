"""What has become of a message in a voicemail box, as the ledger notes it: a lost box is made again by these marks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from typing import Final

import orjson

from callcontrol.vocabulary.mailbox import AddMessage, BoxChange, Done, MessageState, Move, SetState
from callcontrol.vocabulary.media import storable
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.stored import Kind, Unreadable

MARKED: Final = Kind("MessageMark")


@dataclass(frozen=True, slots=True)
class MessageMark:
    """From this moment on a message is in this state in this box. A later mark of the same box wins.

    Attributes:
        media_id: of the message.
    """

    tenant: str
    media_id: str
    box: str
    state: MessageState
    at: Instant


def marks_of(tenant: str, box: str, change: BoxChange, at: Instant) -> Iterator[MessageMark]:
    """What a change that was made says of states; who deals with a message is not noted."""
    match change:
        case AddMessage(message):
            yield MessageMark(tenant, message.id, box, message.state, at)
        case SetState(message_id, to):
            yield MessageMark(tenant, message_id, box, to, at)
        case Done(message_id, _):
            yield MessageMark(tenant, message_id, box, MessageState.KEPT, at)
        case Move(message_id, to):
            yield MessageMark(tenant, message_id, box, MessageState.DELETED, at)
            yield MessageMark(tenant, message_id, to, MessageState.NEW, at)


def to_json(mark: MessageMark) -> bytes:
    """One line of JSON, for the spool; `from_json(to_json(m)) == m`, but for characters that cannot be stored."""
    return orjson.dumps(MARKED.tagged({name: storable(value) for name, value in asdict(mark).items()}))


def from_json(data: bytes) -> MessageMark:
    """Read a mark back; fields that are not known to this program are left out.

    Raises:
        Newer: a later version of this program wrote it.
        Unreadable: it is no mark.
    """
    try:
        told = MARKED.read(orjson.loads(data))
        known = {f.name: told[f.name] for f in fields(MessageMark) if f.name in told}
        return MessageMark(**{**known, "state": MessageState(known["state"])})
    except (KeyError, TypeError, ValueError) as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable(f"no mark of a message: {type(error).__name__}: {error}") from error
