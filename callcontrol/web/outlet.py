"""Where a live stream goes out: at once while its client keeps up, else by a queue that its request's greenlet empties.

Five hundred greenlets that wake for each change cost many times what the bytes do. So what has changed is written once
for all who see the same of it, and sent from where it came up; the greenlet of a stream is woken where its client has
not taken it all, where it is behind already, and for whatever is its own: a snapshot, a beat, the end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from gevent.queue import Full, Queue

from callcontrol.edges.web.wire import Wire
from callcontrol.vocabulary.rights import Person
from callcontrol.web.told import Change

# Changes that a stream may be behind.
WAITING: Final = 64


@dataclass(frozen=True, slots=True)
class Rest:
    """The client has taken a part of an event: the greenlet is woken for what is left of it, which the wire has."""


@dataclass(slots=True, eq=False)
class Outlet:
    """Of one stream.

    Attributes:
        sight: of the person who looks.
        wire: the client's connection; None: it is the server's alone.
        waiting: what the request's greenlet sends; None: a snapshot, in place of all that was missed.
        is_open: whether the stream's beginning has been sent.
    """

    sight: Person
    wire: Wire | None = None
    waiting: Queue = field(default_factory=lambda: Queue(WAITING))
    is_open: bool = False

    def tell(self, change: Change | None, written: Callable[[Person], bytes]) -> None:
        """Send a change, or have it sent; never waits.

        Args:
            written: the event as it is sent, for those who see this.
        """
        wire = self.wire if self.is_open and self.waiting.empty() else None
        if change is not None and wire is not None and wire.send(written(self.sight)):
            if wire.rest:
                self.waiting.put_nowait(Rest())
            return
        try:
            self.waiting.put_nowait(change)
        except Full:
            while not self.waiting.empty():
                self.waiting.get_nowait()
            self.waiting.put_nowait(None)

    def flush(self) -> None:
        """Send what is left of an event that the client has taken a part of: before whatever else goes out.

        Raises:
            OSError: the client is gone.
        """
        if self.wire is not None:
            self.wire.flush()
