"""What else is known of a voicemail box than where its messages are, as the ledger notes it: greetings, the PIN's hash,
who deals with a message, the word spoken in front of one. By this, and by the marks of messages, a lost box is made
again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from typing import Final

import orjson

from callcontrol.vocabulary.mailbox import AddMessage, BoxChange, Done, GreetingKind, Move, Release, Take
from callcontrol.vocabulary.media import storable
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.stored import Kind, Unreadable

FACT: Final = Kind("BoxFact")
PIN: Final = "pin"
LOCKED: Final = "locked"
_GREETING, _TAKEN, _WORD = "greeting ", "taken ", "word "


@dataclass(frozen=True, slots=True)
class BoxFact:
    """From this moment on this is so. Of two facts of one box and one `what` the later counts.

    Attributes:
        what: PIN, LOCKED, `greeting_of`, `taken ` or `word ` and a message's id.
        value: the hash; the greeting as it is stored; JSON of two texts: taken by and done by; or the word's file and
            who has passed the message on; the number that locked it. "": there is none.
    """

    tenant: str
    box: str
    what: str
    value: str
    at: Instant


def greeting_of(kind: GreetingKind) -> str:
    """`BoxFact.what` of a greeting."""
    return f"{_GREETING}{kind}"


def greeting_in(what: str) -> GreetingKind | None:
    """Which greeting it is of; None: of none."""
    return next((kind for kind in GreetingKind if greeting_of(kind) == what), None)


def facts_of(tenant: str, box: str, change: BoxChange, at: Instant) -> Iterator[BoxFact]:
    """What a change that was made says of messages, beside their marks."""
    match change:
        case Take(message_id, by):
            yield _taken(tenant, box, message_id, by, "", at)
        case Done(message_id, by):
            yield _taken(tenant, box, message_id, by, by, at)
        case Release(message_id):
            yield _taken(tenant, box, message_id, "", "", at)
        case Move(message_id, to):
            yield _taken(tenant, to, message_id, "", "", at)
        case AddMessage(message) if message.passed_on_by:
            value = _pair(message.word, message.passed_on_by)
            yield BoxFact(tenant, box, f"{_WORD}{message.id}", value, at)


def _taken(tenant: str, box: str, message_id: str, by: str, done_by: str, at: Instant) -> BoxFact:
    return BoxFact(tenant, box, f"{_TAKEN}{message_id}", _pair(by, done_by), at)


def _pair(first: str, second: str) -> str:
    return orjson.dumps([storable(first), storable(second)]).decode()


def pair_in(value: str | None) -> tuple[str, str]:
    """The two texts of a value; None: both are empty."""
    if value is None:
        return "", ""
    first, second = orjson.loads(value)
    return first, second


def to_json(fact: BoxFact) -> bytes:
    """One line of JSON, for the spool; `from_json(to_json(f)) == f`, but for characters that cannot be stored."""
    return orjson.dumps(FACT.tagged({name: storable(value) for name, value in asdict(fact).items()}))


def from_json(data: bytes) -> BoxFact:
    """Read a fact back; fields that are not known to this program are left out.

    Raises:
        Newer: a later version of this program wrote it.
        Unreadable: it is no fact.
    """
    try:
        told = FACT.read(orjson.loads(data))
        return BoxFact(**{f.name: told[f.name] for f in fields(BoxFact)})
    except (KeyError, TypeError, ValueError) as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable(f"no fact of a box: {type(error).__name__}: {error}") from error
