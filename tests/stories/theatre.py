"""Several stages side by side: stories mostly wait, so the next ones play while a test waits for one."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

import gevent
from gevent.queue import Queue
from redis import Redis

from callcontrol.daemon.configuration import read_configuration
from callcontrol.simulator.stories.agents import LiveAgents
from callcontrol.simulator.stories.player import Player, StoryResult
from callcontrol.simulator.stories.simulated import SimulatedWorld
from callcontrol.simulator.stories.stage import Stage
from callcontrol.simulator.stories.story import Story

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "deploy" / "example"
SOUNDS = ROOT / "freeswitch-xml" / "sounds"


# The number of stories begun or queued per house; a long story does not keep the other houses idle.
AHEAD = 3


class Played(NamedTuple):
    """The result of a story, and the end of the daemon's log."""

    told: StoryResult
    log: str


class House:
    """One stage with its player; set up for its first story."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._stage: Stage | None = None
        self._player: Player | None = None

    def play(self, story: Story) -> Played:
        """Play a story."""
        if self._stage is None or self._player is None:
            self._stage, self._player = self._open()
        return Played(self._player.play(story), self._stage.daemon.log_tail())

    def _open(self) -> tuple[Stage, Player]:
        folder = self._stack.enter_context(tempfile.TemporaryDirectory(prefix="callcontrol-stage-"))
        Path(folder).chmod(0o711)
        stage = self._stack.enter_context(Stage(Path(folder), EXAMPLE, simulator=("--sounds", str(SOUNDS))))
        settings = read_configuration(stage.config).settings
        redis = self._stack.enter_context(Redis.from_url(stage.redis_url))
        agents = LiveAgents(settings, stage.redis_url, stage.daemon.reload)
        self._stack.callback(agents.close)
        world = SimulatedWorld(stage.switch, settings, stage.daemon.registrations)
        return stage, Player(world, settings, redis, stage.dsn, agents=agents)

    def close(self) -> None:
        """Stop the stage and all its processes."""
        self._stack.close()


class Theatre:
    """Plays stories, each in one of its houses; a context manager.

    Args:
        programme: the stories in the order in which they will be asked for.
        houses: the number of stories that play at once.
    """

    def __init__(self, programme: Sequence[Story], houses: int) -> None:
        self._programme = [*programme]
        self._houses = [House() for _ in range(houses)]
        self._free = Queue(items=self._houses)
        self._plays: dict[str, gevent.Greenlet] = {}

    def __enter__(self) -> Theatre:
        return self

    def play(self, story: Story) -> Played:
        """The result of a story; the next ones of the programme begin as houses become free."""
        at = self._programme.index(story)
        for one in self._programme[at : at + AHEAD * len(self._houses)]:
            if one.file not in self._plays:
                self._plays[one.file] = gevent.spawn(self._play, one)
        played: Played = self._plays[story.file].get()
        return played

    def _play(self, story: Story) -> Played:
        house = self._free.get()
        try:
            played: Played = house.play(story)
            return played
        finally:
            self._free.put(house)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        gevent.killall([*self._plays.values()])
        gevent.joinall([gevent.spawn(house.close) for house in self._houses], raise_error=True)
