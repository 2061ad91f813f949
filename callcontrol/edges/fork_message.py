"""What a supervisor asks of its fork server, and what that answers: each is one message over a socket of their own.

The socket keeps messages apart (SOCK_SEQPACKET). Descriptors come with the message that needs them (SCM_RIGHTS).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import msgspec
import orjson

# The first message of a fork server: it can fork.
LOADED: Final = b"loaded"
MAX_BYTES: Final = 65_536
MAX_DESCRIPTORS: Final = 8

Said = TypeVar("Said")


class BadForkMessage(ValueError):
    """What came is no message of the other side."""


@dataclass(frozen=True, slots=True)
class ForkRequest:
    """A process that is wanted.

    Attributes:
        words: its command line, without those that name descriptors.
        options: for each descriptor that came along, the option that names it.
        environment: variables added to the fork server's own.
    """

    words: Sequence[str]
    options: Sequence[str]
    environment: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ForkAnswer:
    """What came of it.

    Attributes:
        pid: the new process; 0 if the system made none.
        errno: why it made none.
    """

    pid: int
    errno: int = 0


def to_message(said: ForkRequest | ForkAnswer) -> bytes:
    """The message."""
    return orjson.dumps(said)  # unlike msgspec it takes secrets, which are texts of a type of their own


def request_of(message: bytes) -> ForkRequest:
    """The request; raises BadForkMessage. What a newer supervisor says beyond it is left out."""
    return _read(message, ForkRequest)


def answer_of(message: bytes) -> ForkAnswer:
    """The answer; raises BadForkMessage. What a newer fork server says beyond it is left out."""
    return _read(message, ForkAnswer)


def _read(message: bytes, kind: type[Said]) -> Said:
    try:
        return msgspec.json.decode(message, type=kind)
    except msgspec.MsgspecError as error:
        raise BadForkMessage(f"no message about forking: {error}") from error
