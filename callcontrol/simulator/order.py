"""Orders of a controller to one channel."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Order:
    """A `sendmsg` of a controller: run an application, or hang up."""

    app: str
    argument: str = ""
    app_uuid: str = ""
    lock: bool = False
    loops: int = 1
    hangup_cause: str = ""
