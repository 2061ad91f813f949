"""What a worker tells its supervisor once a second: one line of JSON over a socket of their own."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Final

import orjson

BEAT_S: Final = 1.0
MAX_LINE: Final = 4_096  # bytes; the reason is cut, so that no line is longer
_MAX_REASON: Final = 512  # characters


class BadHeartbeat(ValueError):
    """What came is no line of a worker."""


@dataclass(frozen=True, slots=True)
class HeartbeatMessage:
    """How a worker is.

    Attributes:
        name: by which the other workers know it.
        not_ready: why it can take no calls now; "" if it can.
        calls: how many it directs.
        configuration: which one it lives under.
    """

    name: str
    not_ready: str
    calls: int
    configuration: str = ""


def to_line(heartbeat: HeartbeatMessage) -> bytes:
    """The line, with its end."""
    fields = asdict(heartbeat) | {"not_ready": heartbeat.not_ready[:_MAX_REASON]}
    return orjson.dumps(fields) + b"\n"


def from_line(line: bytes) -> HeartbeatMessage:
    """The heartbeat of a line without its end; what a newer worker says beyond it is not ours to understand.

    Raises:
        BadHeartbeat: no worker wrote it.
    """
    try:
        told = orjson.loads(line)
        return HeartbeatMessage(
            str(told["name"]), str(told["not_ready"]), int(told["calls"]), str(told.get("configuration", ""))
        )
    except (ValueError, KeyError, TypeError) as error:
        raise BadHeartbeat(f"no heartbeat: {line[:100]!r}") from error
