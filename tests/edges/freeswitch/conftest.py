"""What the event-socket tests share: a server, and a call on it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.edges.freeswitch.peer import Line, Peer, Switchboard


@pytest.fixture
def board() -> Iterator[Switchboard]:
    """A server without calls."""
    with Switchboard() as switchboard:
        yield switchboard


@pytest.fixture
def call(board: Switchboard) -> Iterator[tuple[Peer, Line]]:
    """A call with the id `a`, in our hands."""
    peer, line = board.dial()
    yield peer, line
    peer.close()
