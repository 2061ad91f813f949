"""Every story, on the simulator: separate processes, real sockets, real Redis and Postgres."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from redis import Redis

from callcontrol.config.settings import Settings
from callcontrol.daemon.configuration import read_configuration
from callcontrol.simulator.stories.agents import LiveAgents
from callcontrol.simulator.stories.player import Player
from callcontrol.simulator.stories.simulated import SimulatedWorld
from callcontrol.simulator.stories.stage import Stage
from callcontrol.simulator.stories.story import Story, read_stories

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "deploy" / "example"
SOUNDS = ROOT / "freeswitch-xml" / "sounds"
STORIES = [story for story in read_stories(Path(__file__).parent) if story.only != "freeswitch"]


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    with tempfile.TemporaryDirectory(prefix="callcontrol-stage-") as folder:
        Path(folder).chmod(0o711)
        with Stage(Path(folder), EXAMPLE, simulator=("--sounds", str(SOUNDS))) as made:
            yield made


@pytest.fixture(scope="session")
def player(stage: Stage) -> Iterator[Player]:
    settings = read_configuration(stage.config).settings
    with Redis.from_url(stage.redis_url) as redis, closing(agents_of(stage, settings)) as agents:
        world = SimulatedWorld(stage.switch, settings, stage.daemon.registrations)
        yield Player(world, settings, redis, stage.dsn, agents=agents)


def agents_of(stage: Stage, settings: Settings) -> LiveAgents:
    return LiveAgents(settings, stage.redis_url, stage.daemon.reload)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.file.removesuffix(".yaml"))
def test_story(story: Story, player: Player, stage: Stage) -> None:
    told = player.play(story)
    assert not told.differences, "\n".join([story.name, *told.differences, stage.daemon.log_tail()])
