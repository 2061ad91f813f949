"""A master is killed while callers wait: what is asked meanwhile is answered, and afterwards everything goes on.

What the replica had not been sent yet when the master died is lost (replication is asynchronous), so the tests wait
for it before they kill.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from callcontrol.edges.live_state import keys
from callcontrol.vocabulary.agent import AgentState
from callcontrol.vocabulary.queue import Entered, Leaving, Refusal
from tests.edges.live_state.call_centre import TENANT, CallCentre, until
from tests.redis_servers.cluster import RedisCluster
from tests.redis_servers.server import RedisServer
from tests.redis_servers.watched import WatchedPair

TIMEOUT_S = 0.5


@pytest.fixture
def pair(stores_folder: Path, request: pytest.FixtureRequest) -> Iterator[WatchedPair]:
    """Of the test's own: its master dies."""
    watched = WatchedPair(stores_folder / f"pair-{request.node.name}")
    with watched:
        yield watched


@pytest.fixture(params=["sentinel", "cluster"])
def setting(request: pytest.FixtureRequest) -> tuple[str, Callable[[], RedisServer]]:
    """The URL, and who is the tenant's master."""
    if request.param == "sentinel":
        pair: WatchedPair = request.getfixturevalue("pair")
        return pair.url, lambda: pair.master
    cluster: RedisCluster = request.getfixturevalue("cluster")
    return cluster.url, lambda: cluster.master_of(keys.queues(TENANT))


def test_callers_keep_their_places_and_what_is_owed_is_delivered(
    setting: tuple[str, Callable[[], RedisServer]],
) -> None:
    url, master = setting
    centre = CallCentre(url, TIMEOUT_S)
    centre.open("dora")
    for number in range(3):
        assert isinstance(centre.join(f"call-{number}/1"), Entered)
    until(lambda: centre.offers())
    (offer,) = centre.offers()
    assert offer.ticket == "call-0/1"
    assert centre.accept(offer)
    old = master()
    old.replicate(f"{keys.queues(TENANT)}:waited")
    old.kill()
    assert centre.join("call-3/1") is Refusal.AWAY  # answered, not left hanging
    centre.store.leave(TENANT, "call-1/1", Leaving.ABANDONED)
    assert centre.log_in("anna") != ""
    until(lambda: centre.store.owed == 0 and centre.pipeline.away_because == "")
    assert master() is not old
    until(lambda: centre.line() == ["call-2/1"])
    assert centre.agent("dora").state is AgentState.TALKING
    assert isinstance(centre.join("call-3/1"), Entered)
    assert centre.line() == ["call-2/1", "call-3/1"]
    centre.pipeline.stop(1)
