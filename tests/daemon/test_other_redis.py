"""The daemon's queues on a Redis Cluster and on a master with sentinels; the master dies while a caller waits.

All tests share one stage. Its stores are a cluster at first; the last test moves the daemon to the other Redis.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, cast

import pytest
import yaml
from redis import Redis
from redis.cluster import RedisCluster as ClusterClient

from callcontrol.daemon.configuration import read_configuration
from callcontrol.edges.live_state import keys
from callcontrol.simulator.callers import Call
from callcontrol.simulator.phones import Behaviour
from callcontrol.simulator.stories import stage as stories_stage
from callcontrol.simulator.stories.agents import LiveAgents
from callcontrol.simulator.stories.player import Player
from callcontrol.simulator.stories.simulated import SimulatedWorld
from callcontrol.simulator.stories.stage import Stage
from callcontrol.simulator.stories.story import Story, read_stories
from callcontrol.vocabulary.agent import AgentState
from tests.daemon.test_queue_survival import AGENT, SUPPORT, Live, phone_does
from tests.daemon.test_survival import EXAMPLE, WAIT_S, heard, is_bridged, record_of, until
from tests.redis_servers.cluster import RedisCluster
from tests.redis_servers.server import HOST, RedisServer
from tests.redis_servers.watched import WatchedPair

ROOT = Path(__file__).parents[2]
SOUNDS = ROOT / "freeswitch-xml" / "sounds"
TOLD = ("33-queue", "37-queue-key-voicemail")
STORIES = [story for story in read_stories(ROOT / "tests" / "stories") if story.file.removesuffix(".yaml") in TOLD]
# The agent's phone rings for longer than a failover takes (about 3 s); if that takes longer, it is called again. The
# agent talks for longer than the whisper lasts.
SLOW, ANSWERS = Behaviour("answers", after_s=4, talk_s=6), Behaviour("answers", after_s=0.3, talk_s=6)

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with tempfile.TemporaryDirectory(prefix="callcontrol-stage-") as folder, pytest.MonkeyPatch.context() as patch:
        Path(folder).chmod(0o711)
        patch.setattr(stories_stage, "EmbeddedRedis", RedisCluster)
        with Stage(Path(folder), EXAMPLE, simulator=("--sounds", str(SOUNDS))) as made:
            yield made


def move(stage: Stage, redis_url: str) -> None:
    """Make the daemon use this Redis."""
    stage.daemon.stop()
    written = stage.config / "callcontrol.yaml"
    main = yaml.safe_load(written.read_text(encoding="utf-8"))
    main["redis"]["url"] = stage.redis_url = redis_url
    written.write_text(yaml.safe_dump(main, allow_unicode=True), encoding="utf-8")
    stage.daemon.start()


@pytest.fixture(scope="module")
def cluster(stage: Stage) -> RedisCluster:
    """Make the daemon use a Redis Cluster."""
    return cast(RedisCluster, stage.redis)


@pytest.fixture
def pair(stage: Stage) -> Iterator[WatchedPair]:
    """Make the daemon use a master with sentinels."""
    with tempfile.TemporaryDirectory(prefix="callcontrol-pair-") as folder:
        made = WatchedPair(Path(folder))
        with made as url:
            move(stage, url)
            yield made


@pytest.fixture(scope="module")
def player(stage: Stage, cluster: RedisCluster) -> Iterator[Player]:
    """Plays stories on the cluster."""
    settings = read_configuration(stage.config).settings
    with (
        closing(LiveAgents(settings, stage.redis_url, stage.daemon.reload)) as agents,
        closing(ClusterClient(HOST, cluster.servers[0].port)) as redis,
    ):
        world = SimulatedWorld(stage.switch, settings, stage.daemon.registrations)
        yield Player(world, settings, cast(Redis, redis), stage.dsn, agents=agents)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.file.removesuffix(".yaml"))
def test_story_on_a_cluster(story: Story, stage: Stage, player: Player) -> None:
    told = player.play(story)
    assert not told.differences, "\n".join([story.name, *told.differences, stage.daemon.log_tail()])


def test_a_master_of_the_cluster_dies_while_a_caller_waits(stage: Stage, cluster: RedisCluster) -> None:
    expect_the_caller_served_although_the_master_dies(stage, lambda: cluster.master_of(keys.queues("acme")))


def test_the_watched_master_dies_while_a_caller_waits(stage: Stage, pair: WatchedPair) -> None:
    expect_the_caller_served_although_the_master_dies(stage, lambda: pair.master)


def expect_the_caller_served_although_the_master_dies(stage: Stage, master: Callable[[], RedisServer]) -> None:
    """Music and ringing go on while the master dies; when the agent answers, the agent has the caller."""
    with closing(Live(stage)) as live:
        phone_does(stage, live, SLOW, ANSWERS)
        call = stage.switch.place(Call(SUPPORT, number="+48500100601"))
        until(lambda: "ringing" in heard(stage, AGENT))
        joined = live.queue().oldest
        old = master()
        old.replicate(keys.rules("acme") + ":waited")
        old.kill()
        until(lambda: master() is not old)
        assert "hangup" not in heard(stage, call)
        until(lambda: is_bridged(stage, call))
        stage.switch.wait_for_end(call, WAIT_S)
        found = record_of(stage, call)
        assert (found.outcome, found.answered_by) == ("answered", "extension:121")
        (visit,) = found.visits
        assert joined is not None
        assert int(visit.joined_at.timestamp() * 1_000_000) == joined
        until(lambda: live.agent().state in (AgentState.WRAP_UP, AgentState.READY))
        assert live.queue().waiting == 0
        until(lambda: remembered(master()) == 0)


def remembered(master: RedisServer) -> int:
    """Calls of the tenant that are in progress."""
    count: Any = master.say("HLEN", keys.calls("acme"))
    return int(count)
