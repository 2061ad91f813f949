"""How a voicemail box is written in Redis, and read: its messages and their marks, greetings, PIN, what its lamps show.

A message as it was left never changes, and no script reads it; its mark does (`box_scripts/change.lua`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final, TypeVar

import orjson

from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.mailbox import Box, Counts, Greeting, GreetingKind, Message, MessageState, Pin
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.stored import Kind

log = logging.getLogger(__name__)

MESSAGE: Final = Kind("BoxMessage")
MARK: Final = Kind("BoxMark")
GREETING: Final = Kind("BoxGreeting")
PIN: Final = Kind("BoxPin")

Made = TypeVar("Made")


def encode_message(message: Message) -> bytes:
    """A message as it was left."""
    fields = {
        "caller": message.caller,
        "name": message.name,
        "at": message.at,
        "length_ms": message.length_ms,
        "switch": message.switch,
        "path": message.path,
    }
    if message.passed_on_by:
        fields |= {"word": message.word, "passed_on_by": message.passed_on_by}
    return orjson.dumps(MESSAGE.tagged(fields))


def encode_greeting(greeting: Greeting) -> bytes:
    """A greeting as stored."""
    fields = {
        "switch": greeting.switch,
        "path": greeting.path,
        "length_ms": greeting.length_ms,
        "at": greeting.at,
        "by": greeting.by,
        "until": greeting.until,
    }
    return orjson.dumps(GREETING.tagged(fields))


def greeting_field(kind: GreetingKind) -> str:
    """The field of a greeting in its box."""
    return f"g:{kind}"


def encode_pin(pin: Pin) -> bytes:
    """A PIN as stored."""
    fields = {"hash": pin.hash, "failures": str(pin.failures), "locked_until": str(pin.locked_until)}
    return orjson.dumps(PIN.tagged(fields))


def decode_pin(text: bytes) -> Pin:
    """A stored PIN; its numbers are texts, for a script writes them.

    Raises:
        Newer: a later version of this program stored it.
        ValueError, TypeError, KeyError: it cannot be read.
    """
    fields = PIN.read(orjson.loads(text))
    return Pin(str(fields["hash"]), int(fields["failures"]), Instant(int(fields["locked_until"])))


def decode_counts(text: bytes) -> Counts:
    """What the lamps of a box show.

    Raises:
        ValueError: it cannot be read.
    """
    new, kept = text.split(b" ")
    return Counts(int(new), int(kept))


def read_box(place: str, stored: Mapping[bytes, bytes]) -> Box:
    """A box; what of it cannot be read is told and left out, and a call goes on without it.

    Args:
        place: whose box it is, for the log.
    """
    found = tuple(_readable(place, stored, b"s:", lambda key, mark: _message(key, stored[b"m:" + key], mark)))
    greetings = dict(_readable(place, stored, b"g:", lambda key, text: (GreetingKind(key.decode()), _greeting(text))))
    pin = next(_readable(place, stored, b"pin", lambda _, text: decode_pin(text)), Pin())
    messages = tuple(sorted(found, key=lambda one: (one.at, one.id)))
    return Box(messages, MappingProxyType(greetings), pin)


def _readable(
    place: str, stored: Mapping[bytes, bytes], prefix: bytes, read: Callable[[bytes, bytes], Made]
) -> Iterator[Made]:
    for field, text in stored.items():
        if field.startswith(prefix):
            try:
                yield read(field[len(prefix) :], text)
            except (ValueError, TypeError, KeyError) as error:
                log.error(
                    "%r of the voicemail box %s is unreadable: %s", field.decode("utf-8", "replace"), place, error
                )


def _message(message_id: bytes, value: bytes, mark: bytes) -> Message:
    left, fields = MESSAGE.read(orjson.loads(value)), MARK.read(orjson.loads(mark))
    message = Message(
        id=message_id.decode(),
        caller=left["caller"],
        name=left["name"],
        at=Instant(int(left["at"])),
        length_ms=int(left["length_ms"]),
        switch=left["switch"],
        path=left["path"],
        word=left.get("word", ""),
        passed_on_by=left.get("passed_on_by", ""),
    )
    state = MessageState(fields["state"])
    changed = Instant(int(fields["changed"]))
    return replace(message, state=state, taken_by=fields["taken_by"], done_by=fields["done_by"], changed=changed)


def _greeting(text: bytes) -> Greeting:
    fields: dict[str, Any] = GREETING.read(orjson.loads(text))
    until = fields["until"]
    return Greeting(
        switch=fields["switch"],
        path=fields["path"],
        length_ms=int(fields["length_ms"]),
        at=Instant(int(fields["at"])),
        by=fields["by"],
        until=None if until is None else Instant(int(until)),
    )
